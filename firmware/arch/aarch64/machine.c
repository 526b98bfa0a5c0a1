// SPDX-License-Identifier: BSD-2-Clause
/* The port's start, step by step. */
#include "firmware/arch/machine.h"

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/cpus.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/irq.h"
#include "firmware/arch/aarch64/paging.h"
#include "firmware/arch/aarch64/psci.h"
#include "firmware/arch/aarch64/traps.h"
#include "firmware/arch/aarch64/uart.h"
#include "firmware/arch/generic/fatal.h"
#include "firmware/arch/irq.h"
#include "firmware/machine.h"

const char machine_arch[] = "aarch64";

/* The boot code calls this before it reads what the loader left, and the main program calls it again. */
void machine_early_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	clock_early_init();
	paging_init();
}

void machine_init(const struct platform *platform)
{
	uart_init(&platform->uart);
	psci_init(platform);
	if (system_read("tpidr_el0")) /* set by boot/aarch64/early.S */
		fatal("entered at EL3, where firmware belongs: a kernel starts at EL2 or EL1");
	clock_init(platform);
	gic_init(platform);
	irq_init(platform);
	cpus_init(platform);
	irq_enable(true);
}

/* Arm has no register in which a hypervisor gives its name. */
const char *machine_vmm(void)
{
	return "";
}

bool machine_probe_read32(uint64_t address, uint32_t *value)
{
	return probe_read32(address, value);
}
