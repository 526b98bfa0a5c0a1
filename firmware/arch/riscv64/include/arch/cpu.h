/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering and waiting on RISC-V, which may reorder loads and stores unless a fence forbids it. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* Orders all earlier loads and stores before all later ones, as devices see them. For example: publish an index,
 * then read a suppression field. */
static inline void barrier_full(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

/* Orders earlier stores before later stores: ring entry before ring index. */
static inline void barrier_write(void)
{
	__asm__ volatile("fence w, w" ::: "memory");
}

/* Orders earlier loads before later loads: ring index before ring entry. */
static inline void barrier_read(void)
{
	__asm__ volatile("fence r, r" ::: "memory");
}

/* Called in every polling loop. The instruction is `pause`, which older CPUs execute as a fence. */
static inline void cpu_relax(void)
{
	__asm__ volatile(".4byte 0x0100000f" ::: "memory");
}

#endif
