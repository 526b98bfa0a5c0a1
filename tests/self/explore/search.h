/* SPDX-License-Identifier: BSD-2-Clause */
/* The search through schedules. */
#ifndef TESTS_SELF_EXPLORE_SEARCH_H
#define TESTS_SELF_EXPLORE_SEARCH_H

#include "tests/self/explore/explore.h"

/* Go on from every state, even from one that was reached before. Pruning must not change the result, and a search with
 * this shows it. Only for small bounds. */
extern bool search_plain;

struct outcome {
	bool found;	      /* schedule[] breaks a property */
	bool all;	      /* the search covered every interleaving */
	bool full;	      /* too many states, or too long a run: there is no result */
	unsigned preemptions; /* the number allowed; if found, the least number that the schedule needs */
	uint64_t states;      /* different states that were reached with that number */
	uint64_t schedules;   /* number of runs in all */
	unsigned longest;     /* steps of the longest complete run */
	unsigned length;
	uint8_t schedule[STEPS_MAX];
};

/*
 * Looks for the shortest counter-example: the one with the fewest preemptions, and among these the one with the fewest
 * steps. A preemption is a switch away from an actor that could have gone on. The search allows none, then one and so
 * on, until no schedule needs more, which means that it has covered all interleavings. For a scenario that should have
 * no counter-example it first looks for any, in a single pass with any number of preemptions.
 */
void search(const struct scenario *scenario, struct outcome *outcome);
/* The same with `bound` preemptions at most. */
void search_up_to(const struct scenario *scenario, unsigned bound, struct outcome *outcome);

/*
 * Runs one schedule, goes on without preemptions to the end, and calls `step` with each step's text. False: step `*at`
 * of the schedule names an actor that cannot act then.
 */
bool replay(const struct scenario *scenario, const uint8_t *schedule, unsigned length,
	    void (*step)(unsigned number, const char *text), unsigned *at);

#endif
