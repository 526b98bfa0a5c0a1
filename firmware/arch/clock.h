/* SPDX-License-Identifier: BSD-2-Clause */
/* A monotonic clock and deadlines. There is no wait without a deadline in this project. */
#ifndef FIRMWARE_ARCH_CLOCK_H
#define FIRMWARE_ARCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cpu.h>

#define MICROSECONDS(n) ((uint64_t)(n)*1000u)
#define MILLISECONDS(n) ((uint64_t)(n)*1000000u)

/* Nanoseconds since the clock started; never goes back. */
uint64_t clock_ns(void);

/* One line for the report: source, frequency, what it was calibrated against, how sure. Valid for the life of the
 * program. */
const char *clock_description(void);

static inline uint64_t deadline_in(uint64_t nanoseconds)
{
	return clock_ns() + nanoseconds;
}

static inline bool deadline_passed(uint64_t deadline)
{
	return clock_ns() >= deadline;
}

/* One turn of a waiting loop: runs the hook, if there is one, and lets the CPU rest. */
void clock_wait(void);

/*
 * The hook of every wait, NULL for none: a device that is part of this program does its work there. It says whether it
 * did any, for ports whose time only goes by when nothing happens.
 */
void clock_on_wait(bool (*hook)(void));

/* Waits until CONDITION holds or the deadline passed; gives the last value of the condition. Evaluates it at least
 * once, and once more after the deadline. */
#define WAIT_UNTIL(CONDITION, NANOSECONDS)                            \
	({                                                            \
		uint64_t wait_deadline_ = deadline_in(NANOSECONDS);   \
		bool wait_late_ = false, wait_met_;                   \
		while (!(wait_met_ = (CONDITION)) && !wait_late_) {   \
			clock_wait();                                 \
			wait_late_ = deadline_passed(wait_deadline_); \
		}                                                     \
		wait_met_;                                            \
	})

#endif
