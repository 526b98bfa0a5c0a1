/* SPDX-License-Identifier: BSD-2-Clause */
/* The barriers of a CPU whose stores wait in a buffer: stores.c. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* Until every store can be seen by others. */
void stores_wait(void);
/* Later stores cannot be seen before earlier ones. */
void stores_part(void);

static inline void barrier_full(void)
{
	__asm__ volatile("" ::: "memory");
	stores_wait();
	__asm__ volatile("" ::: "memory");
}

static inline void barrier_write(void)
{
	__asm__ volatile("" ::: "memory");
	stores_part();
	__asm__ volatile("" ::: "memory");
}

/* Loads are made in order here. */
static inline void barrier_read(void)
{
	__asm__ volatile("" ::: "memory");
}

void cpu_relax(void);

#endif
