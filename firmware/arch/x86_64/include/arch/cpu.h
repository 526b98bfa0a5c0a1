/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering and waiting on x86_64. Stores become visible in order, and loads execute in order; only a load may pass
 * an earlier store. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* Orders all earlier loads and stores before all later ones, as devices see them. For example: publish an index,
 * then read a suppression field. */
static inline void barrier_full(void)
{
	__asm__ volatile("lock addl $0, (%%rsp)" ::: "memory", "cc");
}

/* Orders earlier stores before later stores: ring entry before ring index. */
static inline void barrier_write(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Orders earlier loads before later loads: ring index before ring entry. */
static inline void barrier_read(void)
{
	__asm__ volatile("" ::: "memory");
}

/* Called in every polling loop. */
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

#endif
