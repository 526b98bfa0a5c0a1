/* SPDX-License-Identifier: BSD-2-Clause */
/* The barriers of a CPU with a store buffer: stores.c. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* Waits until the others can see every store. */
void stores_wait(void);
/* Keeps later stores from becoming visible before earlier ones. */
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

/* This CPU makes its loads in order. */
static inline void barrier_read(void)
{
	__asm__ volatile("" ::: "memory");
}

void cpu_relax(void);

#endif
