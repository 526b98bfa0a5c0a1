/* SPDX-License-Identifier: BSD-2-Clause */
/* A process with one thread: devices run while the driver waits, so only the compiler could reorder anything. */
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

/* Takes pending interrupts and runs the watchdog's tick. */
void cpu_relax(void);

#endif
