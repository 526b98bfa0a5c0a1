/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A race, many times: two halves that nobody keeps in order, with another delay between them in each round. The other
 * half runs on another CPU, or, where there is none, here, at a moment that the check chooses.
 *
 * Each round has a seed of its own, the run's plus its number, so that the first round of a run with that seed and with
 * touchstone.delay is the round again, as far as it was ours to choose.
 */
#ifndef TESTS_CONFORMANCE_RACE_H
#define TESTS_CONFORMANCE_RACE_H

#include "tests/framework/check.h"

struct race {
	struct run *t;
	uint32_t rounds, round; /* the first is 1 */
	uint32_t shown;		/* in so many the race was lost */
	uint32_t first_round;	/* of those */
	uint64_t delay_ns, first_delay_ns;
	uint64_t spoken;
	bool two; /* CPUs */
	void (*function)(void *argument);
	void *argument;
};

/* touchstone.rounds, or the check's own number of rounds. */
void race_begin(struct race *race, struct run *t, uint32_t usual);
/* False: that was the last. */
bool race_next(struct race *race);

/* The other half begins, after the round's delay if it is on another CPU. race_join() waits for its end. */
void race_fire(struct race *race, void (*function)(void *argument), void *argument);
void race_join(struct race *race);

/* A random while, mostly short, as the round's delay. */
void race_pause(struct race *race);

/* Something is wrong already: what does not come in the next rounds is not waited for in full. */
uint64_t race_patience(const struct race *race);

/* The round showed what must not be. True for the first of them. */
bool race_shown(struct race *race);

/* Says how often, with bounds of 95 %, and how to see it again, if it was seen, or rounds were asked for. */
void race_tell(const struct race *race, const char *how);
/* And fails if it was ever. */
void race_end(const struct race *race);

/* races.c: events while messages change, as race.torn and race.masked. */
void race_messages(struct run *t, struct device *d, bool behind_mask);

#endif
