/* SPDX-License-Identifier: BSD-2-Clause */
/* cpus.c implements firmware/arch/cpus.h with these functions. one_cpu.c implements them for a port with one CPU. */
#ifndef ARCH_GENERIC_CPUS_H
#define ARCH_GENERIC_CPUS_H

#include "firmware/arch/cpus.h"

/*
 * What a port provides, besides cpus_count() and cpus_self().
 */

/*
 * What a CPU runs once it has started. `enter` does everything. A port whose CPUs are simulated (host) calls its two
 * parts instead: `arrive` once, and `turn` for one round, which runs the CPU's function, if it has one, and returns
 * whether it had.
 */
struct cpu_program {
	void (*enter)(void); /* does not return */
	void (*arrive)(void);
	bool (*turn)(void);
};

/*
 * Makes a CPU call program->enter() on its own stack, with interrupts off, and with its interrupts set up: those of
 * irq_message_open(), of irq_settle(), and of cpu_wake(). Does not wait for the CPU. Returns NULL, or why the CPU
 * cannot be started.
 */
const char *cpu_boot(uint32_t cpu, const struct cpu_program *program);

/* Takes a CPU away from whatever it does, or is about to do after cpu_boot(). Returns false if cpu_boot() must not
 * be called for it again. */
bool cpu_stop(uint32_t cpu);

/* Called on the CPU itself, with interrupts off: rests until an interrupt or cpu_wake() comes, takes the interrupt,
 * and returns. A cpu_wake() just before the call counts as well. May return early. */
void cpu_rest(void);
void cpu_wake(uint32_t cpu);

/* Called on the CPU itself, after a trap: waits for cpu_stop(). */
_Noreturn void cpu_await_stop(void);

/*
 * What a port calls.
 */

/* A CPU other than CPU 0 trapped. */
_Noreturn void cpus_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error);

#endif
