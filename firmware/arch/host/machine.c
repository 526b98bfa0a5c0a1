// SPDX-License-Identifier: BSD-2-Clause
/* A Linux process as a machine: its console is standard output, its memory is its own, it has no devices but the
 * reference's. */
#include "firmware/arch/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arch/cpu.h>

#include "firmware/arch/generic/guard.h"
#include "firmware/arch/host/host.h"
#include "firmware/arch/irq.h"

const char machine_arch[] = "host";

enum { EXIT_WITH_FAILURES = 1 };

void machine_early_init(void)
{
	host_signals_init();
}

void machine_init(const struct platform *platform)
{
	(void)platform;
	irq_enable(true);
}

void machine_put(char byte)
{
	putchar(byte);
}

/* The command line and the memory above 4 GiB are all that anybody asks for, and they are ours. */
bool machine_map(uint64_t address, uint64_t size, bool device)
{
	(void)size;
	return !device && (address == (uintptr_t)host_cmdline || address == (uintptr_t)host_high_memory);
}

const char *machine_vmm(void)
{
	return "none: a process";
}

/* What can be mapped is there. */
bool machine_probe_read32(uint64_t address, uint32_t *value)
{
	const bool ours = address == (uintptr_t)host_cmdline;

	if (ours)
		memcpy(value, (const void *)(uintptr_t)address, sizeof(*value));
	return ours;
}

void machine_exit(bool success)
{
	fflush(stdout);
	exit(success ? EXIT_SUCCESS : EXIT_WITH_FAILURES);
}

void cpu_relax(void)
{
	host_interrupts_take();
	if (host_deaf_cpu)
		host_time_passes();
	guard_tick(0);
}
