/* SPDX-License-Identifier: BSD-2-Clause */
/* The incoming MSI controller of each CPU (Advanced Interrupt Architecture, chapter 3). A message is a write of an
 * identity to the CPU's page. */
#ifndef ARCH_RISCV64_IMSIC_H
#define ARCH_RISCV64_IMSIC_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

/* Finds the controller that interrupts our mode. */
void imsic_init(const struct platform *platform);

/* Called on each CPU: lets all identities through. */
void imsic_init_cpu(void);

/* Identities are 1 to imsic_identities(); 0: there is no IMSIC. */
uint32_t imsic_identities(void);

/* Its index + 1 in platform.irqchips, as in messages_to. */
uint32_t imsic_chip(void);

/* The address for messages to a CPU, and the CPU's position among the interrupt files. */
uintptr_t imsic_page(uint32_t cpu);
uint32_t imsic_place(uint32_t cpu);

/* The log2 of the distance between two files, and the address of the first file. */
uint32_t imsic_stride_shift(void);
uintptr_t imsic_base(void);

/* Masks an identity of this CPU, or forgets its pending message and unmasks it. */
void imsic_mask(uint32_t identity, bool masked);

/* Takes this CPU's next pending identity and returns it; 0: none. */
uint32_t imsic_claim(void);

#endif
