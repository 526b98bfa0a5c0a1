// SPDX-License-Identifier: BSD-2-Clause
/* A Linux process as a machine: its memory is the process's, and its only devices are the reference devices. */
#include "firmware/arch/machine.h"

#include <string.h>

#include "firmware/arch/host/host.h"
#include "firmware/arch/irq.h"

const char machine_arch[] = "host";

const char *host_cmdline;
void *host_high_memory;

void machine_early_init(void)
{
	host_interrupts_init();
	host_signals_init();
}

void machine_init(const struct platform *platform)
{
	(void)platform;
	irq_enable(true);
}

/* Discovery asks only for the command line and for the memory above 4 GiB, and both belong to this process. */
bool machine_map(uint64_t address, uint64_t size, bool device)
{
	(void)size;
	return !device && (address == (uintptr_t)host_cmdline || address == (uintptr_t)host_high_memory);
}

const char *machine_vmm(void)
{
	return "none: a process";
}

/* Memory that can be mapped can be read. */
bool machine_probe_read32(uint64_t address, uint32_t *value)
{
	const bool ours = address == (uintptr_t)host_cmdline;

	if (ours)
		memcpy(value, (const void *)(uintptr_t)address, sizeof(*value));
	return ours;
}
