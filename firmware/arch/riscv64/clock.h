/* SPDX-License-Identifier: BSD-2-Clause */
/* The port's side of firmware/arch/clock.h, and the timer interrupt. */
#ifndef ARCH_RISCV64_CLOCK_H
#define ARCH_RISCV64_CLOCK_H

#include "firmware/arch/clock.h"

struct platform;

/* Until now the clock ran at an assumed rate, or stood still. */
void clock_init(const struct platform *platform);

/* Is there a timer interrupt? */
bool clock_has_timer(void);

/* A timer interrupt of this CPU in a while, or none. */
void clock_timer_start(void);
void clock_timer_stop(void);

/*
 * As WAIT_UNTIL, without its hook: the port waits while it speaks, settles and stops, and nothing else may happen then.
 */
static inline bool clock_spin(bool (*condition)(void), uint64_t nanoseconds)
{
	const uint64_t deadline = deadline_in(nanoseconds);
	bool late = false, met;

	while (!(met = condition()) && !late) {
		cpu_relax();
		late = deadline_passed(deadline);
	}
	return met;
}

#endif
