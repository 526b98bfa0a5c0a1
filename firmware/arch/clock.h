/* SPDX-License-Identifier: BSD-2-Clause */
/* A monotonic clock, and waits with deadlines. Nothing in this project waits without a deadline. */
#ifndef FIRMWARE_ARCH_CLOCK_H
#define FIRMWARE_ARCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cpu.h>

#define MICROSECONDS(n) ((uint64_t)(n)*1000u)
#define MILLISECONDS(n) ((uint64_t)(n)*1000000u)

/* Returns the nanoseconds since the clock started. The clock never goes back. */
uint64_t clock_ns(void);

/* Returns one line for the report: the clock's source, its frequency, what it was calibrated against, and how
 * accurate it is. The string is valid for the life of the program. */
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
 * How long a wait may last. A host that stalls, or that has more threads to run than processors, delays the device that
 * we wait for as well. So time in which this CPU did not run does not count, up to a limit. A waiting loop must call
 * patience_ends() all the time, since a gap between two calls is how we notice that the CPU did not run.
 */
struct patience {
	uint64_t deadline;
	uint64_t looked;		   /* clock_ns() at the last call of patience_ends() */
	uint64_t given;			   /* nanoseconds */
	uint64_t stood_still, had_no_turn; /* what was forgiven, for long gaps and for short ones */
	uint64_t waits_since;		   /* clock_ns() in the first turn of the present wait; 0: before it */
};

static inline struct patience patience_begin(uint64_t nanoseconds)
{
	const uint64_t now = clock_ns();

	return (struct patience){ .deadline = now + nanoseconds, .looked = now, .given = nanoseconds };
}

bool patience_ends(struct patience *patience);

/* Runs one turn of a waiting loop: lets the worker work, if there is one, and relaxes the CPU. In a wait that has gone
 * on for a while, the CPU rests until its next interrupt, or for a millisecond at most. Returns true once the patience
 * has ended. */
bool clock_wait(struct patience *patience);

/*
 * A device that is part of this program has no thread: it works while the driver waits for it. Each turn of every wait
 * calls work(), which returns whether it did anything. The host port advances its clock only in turns in which nothing
 * happened.
 */
struct wait_worker {
	bool (*work)(void *context);
	void *context;
};

/* Registers a worker in place of the last one; NULL removes it. The worker must stay valid until then. */
void clock_on_wait(const struct wait_worker *worker);

/* Waits until CONDITION holds or PATIENCE ends, and returns the last value of the condition. Evaluates the condition
 * at least once, and once more after the patience has ended. */
#define WAIT_WITHIN(PATIENCE, CONDITION)                          \
	({                                                        \
		struct patience *wait_patience_ = (PATIENCE);     \
		bool wait_late_ = false, wait_met_;               \
		wait_patience_->waits_since = 0;                  \
		while (!(wait_met_ = (CONDITION)) && !wait_late_) \
			wait_late_ = clock_wait(wait_patience_);  \
		wait_met_;                                        \
	})

/* Does the same with a new patience. */
#define WAIT_UNTIL(CONDITION, NANOSECONDS)                               \
	({                                                               \
		struct patience wait_own_ = patience_begin(NANOSECONDS); \
		WAIT_WITHIN(&wait_own_, CONDITION);                      \
	})

#endif
