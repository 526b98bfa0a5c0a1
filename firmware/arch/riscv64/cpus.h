/* SPDX-License-Identifier: BSD-2-Clause */
/* This port's other CPUs, and interrupts between CPUs. */
#ifndef ARCH_RISCV64_CPUS_H
#define ARCH_RISCV64_CPUS_H

#include <stdint.h>

struct platform;

/* Finds the CPUs. Runs before clock_init() and irq_init(), which use them. */
void cpus_init(const struct platform *platform);

/* Sends a CPU, which may be this one, a software interrupt. */
void cpu_interrupt(uint32_t cpu);

/* Called on the CPU itself: ends the software interrupt. */
void cpu_interrupt_clear(void);

/* Called on the CPU itself, when it was asked to stop: stops it until cpu_boot(). */
_Noreturn void cpu_leave(void);

/* start.S: the code at which another CPU starts, with its hart in a0 and its struct percpu in a1. */
extern const char cpu_start[];

/*
 * Provided by the boot code: the place where the other harts wait if machine mode started all at once. After a software
 * interrupt, a hart that finds its number here loads the argument and jumps to the entry. NULL: no hart waits.
 */
struct waiting_room {
	uint64_t hart, entry, argument;
	const char *park; /* the code that waits */
};
extern struct waiting_room *waiting_room;

#endif
