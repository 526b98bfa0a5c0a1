// SPDX-License-Identifier: BSD-2-Clause
/* The port's start, step by step. */
#include "firmware/arch/machine.h"

#include "firmware/arch/irq.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/cpus.h"
#include "firmware/arch/x86_64/descriptors.h"
#include "firmware/arch/x86_64/ioapic.h"
#include "firmware/arch/x86_64/machine.h"
#include "firmware/arch/x86_64/paging.h"
#include "firmware/arch/x86_64/pic.h"
#include "firmware/arch/x86_64/traps.h"
#include "firmware/arch/x86_64/uart.h"

const char machine_arch[] = "x86_64";

/* The boot code calls this before it reads what the loader left, and the main program calls it again. */
void machine_early_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	descriptors_init(trap_stubs);
	uart_init();
	paging_init();
	vmm_init();
}

void machine_init(const struct platform *platform)
{
	exit_init(platform);
	pic_mask_all();
	apic_init();
	if (apic_present())
		ioapic_init(platform);
	clock_init(platform);
	cpus_init(platform);
	irq_enable(true);
}

bool machine_probe_read32(uint64_t address, uint32_t *value)
{
	return probe_read32(address, value);
}
