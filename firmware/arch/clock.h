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

/*
 * How long something is waited for. Time in which this CPU stood still does not count, within a limit: a host that
 * stalls, or that takes the CPU away, took it from whom we wait for as well. Whoever waits asks again and again.
 */
struct patience {
	uint64_t deadline;
	uint64_t looked; /* when it was asked last */
	uint64_t forgiven;
};

static inline struct patience patience_begin(uint64_t nanoseconds)
{
	const uint64_t now = clock_ns();

	return (struct patience){ .deadline = now + nanoseconds, .looked = now };
}

bool patience_ends(struct patience *patience);

/* One turn of a waiting loop: the worker, if there is one, has its turn, and the CPU rests. Says whether the patience
 * ends. */
bool clock_wait(struct patience *patience);

/*
 * A device that is part of this program has no thread: it works while the driver waits for it. Each turn of every wait
 * calls work(), which says whether it did something; the host port's time only leaps when nothing happens.
 */
struct wait_worker {
	bool (*work)(void *context);
	void *context;
};

/* Registers the one worker in place of the last one; NULL: none. It must stay valid. */
void clock_on_wait(const struct wait_worker *worker);

/* Waits until CONDITION holds or PATIENCE ends; gives the last value of the condition. Evaluates it at least once, and
 * once more after the end. */
#define WAIT_WITHIN(PATIENCE, CONDITION)                          \
	({                                                        \
		struct patience *wait_patience_ = (PATIENCE);     \
		bool wait_late_ = false, wait_met_;               \
		while (!(wait_met_ = (CONDITION)) && !wait_late_) \
			wait_late_ = clock_wait(wait_patience_);  \
		wait_met_;                                        \
	})

/* The same with a patience of its own. */
#define WAIT_UNTIL(CONDITION, NANOSECONDS)                               \
	({                                                               \
		struct patience wait_own_ = patience_begin(NANOSECONDS); \
		WAIT_WITHIN(&wait_own_, CONDITION);                      \
	})

#endif
