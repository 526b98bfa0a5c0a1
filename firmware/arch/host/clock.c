// SPDX-License-Identifier: BSD-2-Clause
/*
 * Virtual time. It moves a little with each look at the clock, so that everything has an order and a loop that only looks at the clock ends. In a wait in which nothing
 * happens it moves in ever longer leaps, because nothing will happen: a deadline of two seconds costs some dozen turns of a loop.
 */
#include "firmware/arch/clock.h"

#include "firmware/arch/generic/guard.h"
#include "firmware/arch/host/host.h"

enum {
	LOOK_NS = 20,
	LOOKS_A_TURN = 4,       /* of a wait, at most */
	FIRST_LEAP_NS = 1000,
	TURNS_A_LEAP = 8,       /* so many turns of a wait, then the leap doubles */
	LEAP_DOUBLINGS_MAX = 17, /* up to 0.13 seconds */
};

static uint64_t now;
static uint64_t looks_before;
static unsigned turns;

uint64_t clock_ns(void)
{
	return now += LOOK_NS;
}

const char *clock_description(void)
{
	return "virtual: waits cost no time";
}

void host_time_pass(void)
{
	/* A wait looks at the clock once a turn. More looks mean that something was done in between: registers were read or written. */
	if (now - looks_before > LOOKS_A_TURN * LOOK_NS)
		turns = 0;
	else
		turns++;
	now += (uint64_t)FIRST_LEAP_NS << (turns / TURNS_A_LEAP < LEAP_DOUBLINGS_MAX ? turns / TURNS_A_LEAP : LEAP_DOUBLINGS_MAX);
	looks_before = now;
	guard_tick(0);
}
