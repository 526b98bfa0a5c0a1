/* SPDX-License-Identifier: BSD-2-Clause */
/* A process with one thread: the devices run when the driver waits, so the compiler is all that could reorder anything.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

static inline void barrier_full(void)
{
	__asm__ volatile("" ::: "memory");
}

static inline void barrier_write(void)
{
	__asm__ volatile("" ::: "memory");
}

static inline void barrier_read(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Takes pending interrupts and lets virtual time go by. */
void cpu_relax(void);

#endif
