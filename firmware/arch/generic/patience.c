// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/clock.h"

/*
 * Waiting loops look far more often than every 2 ms. A longer gap means that the host descheduled us: for the turns of
 * other threads on a busy machine, or for long, because it stalls. Busy machines make everything slower by some factor,
 * so what is forgiven for turns is a multiple of the patience. The limits together are shorter than the runner's wait
 * for a line of the report. (A guard's timer looks every 5 to 20 ms, so a guard lasts up to 10 s longer than it says.)
 */
#define HAD_NO_TURN	MILLISECONDS(2)
#define STOOD_STILL	MILLISECONDS(50)
#define STILL_AT_MOST	MILLISECONDS(5000)
#define NO_TURN_AT_MOST MILLISECONDS(10000)
#define NO_TURN_TIMES	3

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

bool patience_ends(struct patience *patience)
{
	const uint64_t now = clock_ns();
	uint64_t gap = now - patience->looked;

	patience->looked = now;
	if (gap >= STOOD_STILL) {
		gap = at_most(gap, STILL_AT_MOST - patience->stood_still);
		patience->stood_still += gap;
		patience->deadline += gap;
	} else if (gap >= HAD_NO_TURN) {
		gap = at_most(gap, at_most(NO_TURN_TIMES * patience->given, NO_TURN_AT_MOST) - patience->had_no_turn);
		patience->had_no_turn += gap;
		patience->deadline += gap;
	}
	return now >= patience->deadline;
}
