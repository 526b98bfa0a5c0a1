/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A race, repeated many times: two halves whose order nothing enforces, with another delay between them in each round.
 * The other half runs on another CPU. On a machine with one CPU it runs on this one, at a moment that the check
 * chooses.
 *
 * Each round has its own seed, the run's plus the number of the round. So a run with that seed and touchstone.delay
 * repeats the round as its first one, as far as our own choices go.
 */
#ifndef TESTS_RACE_H
#define TESTS_RACE_H

#include "tests/framework/check.h"

struct race {
	struct run *t;
	uint32_t rounds, round; /* rounds count from 1 */
	uint32_t lost;		/* rounds in which the race was lost */
	uint32_t first_round;	/* the first round that was lost */
	uint64_t delay_ns, first_delay_ns;
	uint64_t enough_ns; /* no round begins after this, unless their number was asked for */
	uint64_t printed_ns;
	bool two; /* there is a second CPU */
	void (*function)(void *argument);
	void *argument;
};

/* Starts a race of touchstone.rounds rounds, or of `usual` rounds. */
void race_begin(struct race *race, struct run *t, uint32_t usual);
/* Starts the next round. False: there was none left. */
bool race_next(struct race *race);

/* Starts the other half; on another CPU it begins after the round's delay. race_join() waits for its end. */
void race_fire(struct race *race, void (*function)(void *argument), void *argument);
void race_join(struct race *race);

/* Waits for a random time like the round's delay, mostly short. */
void race_pause(struct race *race);

/* How long a round may wait. It is short once a round was lost, because then the waits of further rounds add little. */
uint64_t race_patience(const struct race *race);

/* Counts the round as lost. True the first time. */
bool race_lost(struct race *race);

/* Reports how many rounds were lost, with 95 % confidence bounds, and how to repeat the first of them. Prints nothing
 * if no round was lost, unless the user asked for rounds. */
void race_report(const struct race *race, const char *how);
/* Reports the same, and fails the check if a round was lost. */
void race_end(const struct race *race);

/* In tests/checks/races.c: events while messages change, for race.torn and race.masked. */
void race_messages(struct run *t, struct device *d, bool behind_mask);

#endif
