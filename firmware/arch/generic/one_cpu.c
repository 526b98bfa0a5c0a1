// SPDX-License-Identifier: BSD-2-Clause
/* The CPU functions of a port that starts no other CPUs. For a new port until it starts other CPUs (docs/porting.md);
 * no present port uses it (ARCH_EXCLUDE). */
#include "firmware/arch/generic/cpus.h"

uint32_t cpus_count(void)
{
	return 1;
}

uint32_t cpus_self(void)
{
	return 0;
}

const char *cpu_boot(uint32_t cpu, const struct cpu_program *program)
{
	(void)cpu;
	(void)program;
	return "this port starts no other CPUs";
}

bool cpu_stop(uint32_t cpu)
{
	(void)cpu;
	return false;
}

void cpu_rest(void)
{
}

void cpu_wake(uint32_t cpu)
{
	(void)cpu;
}

void cpu_await_stop(void)
{
	for (;;)
		;
}
