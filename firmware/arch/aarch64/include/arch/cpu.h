/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering and waiting on aarch64, which may reorder loads and stores unless a barrier forbids it. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* Orders all earlier loads and stores before all later ones, as devices see them. For example: publish an index,
 * then read a suppression field. */
static inline void barrier_full(void)
{
	__asm__ volatile("dmb sy" ::: "memory");
}

/* Orders earlier stores before later stores: ring entry before ring index. */
static inline void barrier_write(void)
{
	__asm__ volatile("dmb st" ::: "memory");
}

/* Orders earlier loads before later loads: ring index before ring entry. */
static inline void barrier_read(void)
{
	__asm__ volatile("dmb ld" ::: "memory");
}

/* Called in every polling loop. */
static inline void cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

#endif
