/* SPDX-License-Identifier: BSD-2-Clause */
/* What this port adds to firmware/arch/cpus.h. */
#ifndef ARCH_AARCH64_CPUS_H
#define ARCH_AARCH64_CPUS_H

#include "firmware/arch/generic/cpus.h"

struct platform;

/* Finds the CPUs. Runs after psci_init() and gic_init(). */
void cpus_init(const struct platform *platform);

/* From the boot code: the address at which a CPU starts that was switched on. There it reads, with its MMU off, CPU
 * 0's values of the registers below. */
extern uintptr_t secondary_entry;
struct secondary_registers {
	uint64_t mair, tcr, ttbr0, sctlr;
};
extern struct secondary_registers secondary_registers;

/* Called by the boot code on the CPU's own stack, with our page tables, interrupts off. */
_Noreturn void cpu_started(void);

#endif
