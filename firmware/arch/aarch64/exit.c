// SPDX-License-Identifier: BSD-2-Clause
/* Ways to end the machine. Each gets a moment to take effect. */
#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/psci.h"
#include "firmware/arch/aarch64/traps.h"
#include "firmware/arch/machine.h"

/* Semihosting for AArch32 and AArch64, SYS_EXIT: the parameter is a block of two words. */
#define SYS_EXIT		     0x18
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

/* A VMM ends the machine from another thread, so it may take effect late. */
#define PATIENCE MILLISECONDS(200)

static bool never(void)
{
	return false;
}

/* Tries one way out. */
static void leave(uint32_t step, bool success)
{
	const uint64_t exit[] = { ADP_STOPPED_APPLICATION_EXIT, !success };

	switch (step) {
	case 0:
		psci_system_off();
		clock_spin(never, PATIENCE);
		break;
	case 1:
		probe_semihosting(SYS_EXIT, exit);
		break;
	default:
		__asm__ volatile("wfi");
	}
}

/* If a step traps, the fatal error calls this function again, which goes on with the next step. */
void machine_exit(bool success)
{
	static uint32_t step;

	interrupts_off();
	for (;;)
		leave(step++, success);
}
