/* SPDX-License-Identifier: BSD-2-Clause */
/* cpus.c keeps the promises of firmware/arch/cpus.h on top of these; one_cpu.c has them for a port with one CPU. */
#ifndef ARCH_GENERIC_CPUS_H
#define ARCH_GENERIC_CPUS_H

#include "firmware/arch/cpus.h"

/*
 * What a port provides, besides cpus_count() and cpus_self().
 */

/* What a CPU runs from its start on. `enter` is all of it; the other two are its parts, for a port without CPUs of its
 * own: the CPU is there; it does what it was given, if anything. */
struct cpu_program {
	void (*enter)(void); /* does not return */
	void (*arrive)(void);
	bool (*turn)(void);
};

/*
 * Makes a CPU call program->enter() on a stack of its own, with interrupts off and set up: those of irq_message_open(),
 * of irq_settle(), and of cpu_wake(). Does not wait for it. NULL, or why that is not possible.
 */
const char *cpu_boot(uint32_t cpu, const struct cpu_program *program);

/* Takes a CPU away from whatever it does, or is about to do after cpu_boot(). False: cpu_boot() must not be tried
 * again. */
bool cpu_stop(uint32_t cpu);

/* On the CPU itself, with interrupts off: rests until an interrupt or cpu_wake(), even one just before, and takes it.
 * May return early. */
void cpu_rest(void);
void cpu_wake(uint32_t cpu);

/* On the CPU itself, after a trap: waits for cpu_stop(). */
_Noreturn void cpu_park(void);

/*
 * What a port calls.
 */

/* A trap on any CPU but 0. */
_Noreturn void cpus_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error);

#endif
