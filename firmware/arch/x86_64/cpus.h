/* SPDX-License-Identifier: BSD-2-Clause */
/* What this port adds to firmware/arch/cpus.h. */
#ifndef ARCH_X86_64_CPUS_H
#define ARCH_X86_64_CPUS_H

#include <stdint.h>

#include "firmware/arch/generic/cpus.h"

struct platform;

/* Finds the CPUs, and memory in which they can be started. */
void cpus_init(const struct platform *platform);

uint32_t cpu_apic_id(uint32_t cpu);
void cpu_interrupt(uint32_t cpu, uint8_t vector);

/* start.S: the code at which a CPU starts, in real mode below 1 MiB, and the values that it loads there. */
struct start_words {
	uint32_t cr3, cr4, efer;
};
extern const char start_begin[], start_words[], start_end[];

/* start.S: the stack of the CPU that is being started, and the function that it calls there, with our page tables,
 * interrupts off. */
extern uintptr_t start_stack, start_entry;

#endif
