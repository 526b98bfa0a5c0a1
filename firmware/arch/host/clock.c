// SPDX-License-Identifier: BSD-2-Clause
/*
 * Virtual time. It advances a little with each reading of the clock, which gives all events an order and ends a loop
 * that only polls the clock. It advances one step with each turn of a wait. After several turns in which no device did
 * anything, it advances in ever longer leaps, because nothing will happen: a deadline of two seconds costs a few
 * hundred turns.
 */
#include "firmware/arch/clock.h"

#include <stddef.h>

#include <arch/cpu.h>

#include "firmware/arch/generic/guard.h"
#include "firmware/arch/host/host.h"

enum {
	LOOK_NS = 20,
	STEP_NS = 2000,
	TURNS_A_LEAP = 8,	 /* after so many idle turns of a wait the leap doubles */
	LEAP_DOUBLINGS_MAX = 16, /* up to 0.13 seconds */
};

static uint64_t now;
static unsigned idle_turns;
static const struct wait_worker *worker;

uint64_t clock_ns(void)
{
	return now += LOOK_NS;
}

const char *clock_description(void)
{
	return "virtual: waits cost no time";
}

void clock_on_wait(const struct wait_worker *next)
{
	worker = next;
}

bool patience_ends(struct patience *patience)
{
	return deadline_passed(patience->deadline);
}

/* Runs the watchdog's tick, which is a timer's interrupt on other ports. */
void cpu_relax(void)
{
	host_interrupts_take();
	if (host_deaf_cpu)
		now += MILLISECONDS(1);
	watchdog_tick(0);
}

bool clock_wait(struct patience *patience)
{
	unsigned doublings;

	idle_turns = worker && worker->work(worker->context) ? 0 : idle_turns + 1;
	doublings = idle_turns / TURNS_A_LEAP;
	now += (uint64_t)STEP_NS << (doublings < LEAP_DOUBLINGS_MAX ? doublings : LEAP_DOUBLINGS_MAX);
	cpu_relax();
	return patience_ends(patience);
}
