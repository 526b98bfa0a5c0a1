/* SPDX-License-Identifier: BSD-2-Clause */
/* Incoming MSI controller (Advanced Interrupt Architecture, chapter 3): a CPU's own; a message is a write of an
 * identity to its page. */
#ifndef ARCH_RISCV64_IMSIC_H
#define ARCH_RISCV64_IMSIC_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

/* Finds the one that interrupts our mode. */
void imsic_init(const struct platform *platform);

/* On each CPU: everything is let through. */
void imsic_init_cpu(void);

/* Identities are 1 to imsic_identities(); 0: there is none. */
uint32_t imsic_identities(void);

/* Its index + 1 in platform.irqchips, as messages_to has it. */
uint32_t imsic_chip(void);

/* Where a message to a CPU is written; its place among the interrupt files. */
uintptr_t imsic_page(uint32_t cpu);
uint32_t imsic_place(uint32_t cpu);

/* How far apart two files are, as a power of 2, and where the first one is. */
uint32_t imsic_stride_shift(void);
uintptr_t imsic_base(void);

/* Masks an identity of this CPU, or unmasks it and forgets what came meanwhile. */
void imsic_mask(uint32_t identity, bool masked);

/* The next identity that waits on this CPU, taken; 0: none. */
uint32_t imsic_claim(void);

#endif
