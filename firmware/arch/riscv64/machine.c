// SPDX-License-Identifier: BSD-2-Clause
/* The port's start, step by step. */
#include "firmware/arch/machine.h"

#include "firmware/arch/irq.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/console.h"
#include "firmware/arch/riscv64/cpus.h"
#include "firmware/arch/riscv64/machine.h"
#include "firmware/arch/riscv64/paging.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/sbi.h"
#include "firmware/arch/riscv64/traps.h"

const char machine_arch[] = "riscv64";

/* The boot code calls this before it reads what the loader left, and the main program calls it again. */
void machine_early_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	paging_init();
	clock_early_init();
}

void machine_init(const struct platform *platform)
{
	console_init(platform);
	exit_init(platform);
	cpus_init(platform);
	clock_init(platform);
	irq_init(platform);
	irq_enable(true);
}

/* SBI has an id for the firmware. A hypervisor is its guests' firmware; other firmware does not report a hypervisor. */
const char *machine_vmm(void)
{
	enum { XVISOR = 2, KVM = 3 };
	struct sbi implementation;

	if (machine_mode)
		return "";
	implementation = sbi_call(SBI_BASE, BASE_IMPLEMENTATION, 0, 0, 0);
	if (implementation.error)
		return "";
	return implementation.value == KVM ? "KVM" : implementation.value == XVISOR ? "Xvisor" : "";
}

bool machine_probe_read32(uint64_t address, uint32_t *value)
{
	return probe_read32(address, value);
}
