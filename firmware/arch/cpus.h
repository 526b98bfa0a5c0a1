/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More than one CPU. CPUs have numbers from 0, the one that boots and runs the checks. The others are started when they
 * are first asked for, so that a run without need of them pays nothing; then each rests, taking interrupts, until it is
 * given a function.
 *
 * What runs there never holds up the run: a function that traps or does not end costs us that CPU, not more. Such a
 * function may not use guards, wait for other CPUs, or say anything: it leaves its findings in memory.
 */
#ifndef FIRMWARE_ARCH_CPUS_H
#define FIRMWARE_ARCH_CPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/guard.h"

enum { CPUS_MAX = 8 };

/* CPUs that can be had, as far as the platform tells: at least 1, at most CPUS_MAX. */
uint32_t cpus_count(void);

/* The one that asks. */
uint32_t cpus_self(void);

/*
 * Starts a CPU, if that has not been done. NULL: it rests and takes interrupts, and irq_settle() is about it, too,
 * until cpus_release(). Otherwise why it is of no use. CPU 0 only, as everything below.
 */
const char *cpus_start(uint32_t cpu);

/* Gives a resting CPU a function, with interrupts on. False: it is not resting. */
bool cpus_begin(uint32_t cpu, void (*function)(void *argument), void *argument);

/*
 * Waits for its end: GUARD_RETURNED, GUARD_TRAPPED with *trap, or GUARD_TIMED_OUT. After the last two the CPU is out of
 * use; cpus_start() starts it anew, if the port can.
 */
enum guard_end cpus_wait(uint32_t cpu, uint64_t timeout_ns, struct guard_trap *trap);

/*
 * Nobody needs the others for now. One whose function still runs, or that trapped, be it in an interrupt, is stopped.
 * Returns how many had to be; *trap is of the last one that trapped, its name "" if none did.
 */
uint32_t cpus_release(struct guard_trap *trap);

/* Was it started, and not released since? */
bool cpus_in_use(uint32_t cpu);

/*
 * For what several CPUs change: not to be taken by an interrupt handler that may have interrupted its holder. The lock
 * of a CPU that was stopped, or left a guard, is broken. Costs little where there is one CPU.
 */
struct cpus_lock {
	uint32_t holder; /* its number + 1; 0: nobody */
};
void cpus_lock(struct cpus_lock *lock);
void cpus_unlock(struct cpus_lock *lock);

#endif
