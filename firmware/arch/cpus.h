/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More than one CPU. CPUs are numbered from 0, which boots and runs the checks. Another CPU starts when it is first
 * asked for, so that a run that needs none of them pays nothing. It then rests, taking interrupts, until it is given a
 * function.
 *
 * A function on another CPU cannot hold up the run: if it traps or does not end, we lose that CPU and nothing else.
 * Such a function must not use guards, wait for other CPUs, or print. It leaves its findings in memory.
 */
#ifndef FIRMWARE_ARCH_CPUS_H
#define FIRMWARE_ARCH_CPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/guard.h"

enum { CPUS_MAX = 8 };

/* The number of CPUs that the platform reports: at least 1, at most CPUS_MAX. */
uint32_t cpus_count(void);

/* The number of the calling CPU. */
uint32_t cpus_self(void);

/*
 * Starts a CPU, unless it runs already. Returns NULL if the CPU rests and takes interrupts; from then on irq_settle()
 * includes it, until cpus_release(). Otherwise returns why the CPU cannot be used. Only CPU 0 may call this function
 * and those below.
 */
const char *cpus_start(uint32_t cpu);

/* Gives a function to a resting CPU, which runs it with interrupts on. Returns false if the CPU is not resting. */
bool cpus_begin(uint32_t cpu, void (*function)(void *argument), void *argument);

/*
 * Waits for the end of that function: GUARD_RETURNED, GUARD_TRAPPED with *trap, or GUARD_TIMED_OUT. After the last two
 * the CPU is out of use; cpus_start() starts it anew, if the port can.
 */
enum guard_end cpus_wait(uint32_t cpu, uint64_t timeout_ns, struct guard_trap *trap);

/*
 * Ends the use of all other CPUs for now. Stops each CPU whose function still runs, or that trapped in its function or
 * in an interrupt. Returns how many CPUs it stopped; *trap describes the last CPU that trapped, with the name "" if
 * none did.
 */
uint32_t cpus_release(struct guard_trap *trap);

/* Has the CPU been started, and not released since? */
bool cpus_in_use(uint32_t cpu);

/*
 * A lock for what several CPUs change. An interrupt handler must not take a lock that the interrupted code may hold. A
 * lock is broken if its holder was stopped or left a guard. The lock costs little on a machine with one CPU.
 */
struct cpus_lock {
	uint32_t holder; /* number of the holding CPU + 1, with its generation above that; 0: free */
};
void cpus_lock(struct cpus_lock *lock);
void cpus_unlock(struct cpus_lock *lock);

#endif
