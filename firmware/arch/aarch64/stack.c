// SPDX-License-Identifier: BSD-2-Clause
/* The stacks. A CPU knows its number from them. */
#include "firmware/arch/aarch64/stack.h"

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/cpus.h"

struct cpu_stacks cpu_stacks[CPUS_MAX] __attribute__((section(".arena"), aligned(PAGE_SIZE)));

uint32_t cpus_self(void)
{
	return (uint32_t)((const struct cpu_stacks *)system_read("tpidr_el1") - cpu_stacks);
}
