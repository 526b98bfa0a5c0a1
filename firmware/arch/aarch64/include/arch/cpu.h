/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering and waiting on aarch64, where loads and stores are seen in any order unless one asks. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* All earlier loads and stores before all later ones, as devices see them: before reading a suppression field after
 * publishing an index. */
static inline void barrier_full(void)
{
	__asm__ volatile("dmb sy" ::: "memory");
}

/* Earlier stores before later stores: ring entry before ring index. */
static inline void barrier_write(void)
{
	__asm__ volatile("dmb st" ::: "memory");
}

/* Earlier loads before later loads: ring index before ring entry. */
static inline void barrier_read(void)
{
	__asm__ volatile("dmb ld" ::: "memory");
}

/* In every polling loop. */
static inline void cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

#endif
