/* SPDX-License-Identifier: BSD-2-Clause */
/* The search through schedules. */
#ifndef TESTS_SELF_EXPLORE_SEARCH_H
#define TESTS_SELF_EXPLORE_SEARCH_H

#include "tests/self/explore/explore.h"

/* Every state is gone on from, also if it was reached before: what pruning must not change. For small bounds. */
extern bool search_plain;

struct outcome {
	bool found;	      /* a schedule that breaks a property: it is in schedule[] */
	bool all;	      /* every interleaving was covered */
	bool full;	      /* too many states, or too long a run: nothing can be said */
	unsigned preemptions; /* that were allowed; if found, the least that it takes */
	uint64_t states;      /* different ones that were reached, with so many */
	uint64_t schedules;   /* runs, all told */
	unsigned longest;     /* steps of the longest run that was gone to its end */
	unsigned length;
	uint8_t schedule[STEPS_MAX];
};

/*
 * Looks for the shortest counter-example: the fewest preemptions that it takes, and with these the fewest steps. A
 * preemption is a switch from an actor that could have gone on. Allows none, then one and so on, until no schedule
 * would have needed more: then all interleavings were covered. Where none should be it first makes sure, in one pass,
 * that there is something to look for.
 */
void search(const struct scenario *scenario, struct outcome *outcome);
/* The same with `bound` preemptions at most. */
void search_up_to(const struct scenario *scenario, unsigned bound, struct outcome *outcome);

/*
 * Runs one schedule, then on without preemptions to the end, and calls `step` with each step's text. False: the
 * schedule asks for an actor that cannot act at its turn `*at`.
 */
bool replay(const struct scenario *scenario, const uint8_t *schedule, unsigned length,
	    void (*step)(unsigned number, const char *text), unsigned *at);

#endif
