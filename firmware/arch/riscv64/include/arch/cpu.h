/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordering and waiting on RISC-V: loads and stores may pass each other unless a fence keeps them. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

/* All earlier loads and stores before all later ones, as devices see them: before reading a suppression field after
 * publishing an index. */
static inline void barrier_full(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

/* Earlier stores before later stores: ring entry before ring index. */
static inline void barrier_write(void)
{
	__asm__ volatile("fence w, w" ::: "memory");
}

/* Earlier loads before later loads: ring index before ring entry. */
static inline void barrier_read(void)
{
	__asm__ volatile("fence r, r" ::: "memory");
}

/* In every polling loop: pause, a hint that older CPUs take for a fence. */
static inline void cpu_relax(void)
{
	__asm__ volatile(".4byte 0x0100000f" ::: "memory");
}

#endif
