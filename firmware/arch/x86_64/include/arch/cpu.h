/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering and waiting on x86_64. Stores are seen in order and loads are done in order; only a load may pass an earlier
 * store. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* All earlier loads and stores before all later ones, as devices see them: before reading a suppression field after
 * publishing an index. */
static inline void barrier_full(void)
{
	__asm__ volatile("lock addl $0, (%%rsp)" ::: "memory", "cc");
}

/* Earlier stores before later stores: ring entry before ring index. */
static inline void barrier_write(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Earlier loads before later loads: ring index before ring entry. */
static inline void barrier_read(void)
{
	__asm__ volatile("" ::: "memory");
}

/* In every polling loop. */
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

#endif
