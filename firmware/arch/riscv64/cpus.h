/* SPDX-License-Identifier: BSD-2-Clause */
/* The port's other CPUs, and interrupts from one to another. */
#ifndef ARCH_RISCV64_CPUS_H
#define ARCH_RISCV64_CPUS_H

#include <stdint.h>

struct platform;

/* Which CPUs there are; before clock_init() and irq_init(), which ask. */
void cpus_init(const struct platform *platform);

/* Makes a CPU take a software interrupt; this one, too. */
void cpu_interrupt(uint32_t cpu);

/* On the CPU itself: ends the software interrupt. */
void cpu_interrupt_clear(void);

/* On the CPU itself, asked to stop: off, until cpu_boot(). */
_Noreturn void cpu_leave(void);

/* start.S: what a CPU that is started runs, with a0 its hart and a1 its struct percpu. */
extern const char cpu_start[];

/*
 * The boot code's: where harts wait that machine mode started along with the first. A hart that finds its number here,
 * after a software interrupt, takes the argument and goes to the entry. NULL: nobody waits.
 */
struct waiting_room {
	uint64_t hart, entry, argument;
	const char *park; /* the code that waits */
};
extern struct waiting_room *waiting_room;

#endif
