/* SPDX-License-Identifier: BSD-2-Clause */
/* The port's side of firmware/arch/cpus.h. */
#ifndef ARCH_AARCH64_CPUS_H
#define ARCH_AARCH64_CPUS_H

#include "firmware/arch/generic/cpus.h"

struct platform;

/* Who is there. After psci_init() and gic_init(). */
void cpus_init(const struct platform *platform);

/* The boot code's: where a CPU begins that was switched on, and what it reads there with its MMU off: registers as CPU
 * 0 has them. */
extern uintptr_t secondary_entry;
struct secondary_registers {
	uint64_t mair, tcr, ttbr0, sctlr;
};
extern struct secondary_registers secondary_registers;

/* Called by the boot code on the CPU's own stack, with our tables, interrupts off. */
_Noreturn void cpu_started(void);

#endif
