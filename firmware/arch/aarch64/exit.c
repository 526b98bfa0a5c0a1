// SPDX-License-Identifier: BSD-2-Clause
/* Ways out. Each gets a moment to work. */
#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/psci.h"
#include "firmware/arch/aarch64/traps.h"
#include "firmware/arch/machine.h"

/* Semihosting for AArch32 and AArch64, SYS_EXIT: the parameter is a block of two words. */
#define SYS_EXIT		     0x18
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

/* A VMM carries out what we asked for in another thread. */
#define PATIENCE MILLISECONDS(200)

static bool never(void)
{
	return false;
}

/* One step of the way out. */
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

/* A step that traps brings us here again, by way of a fatal error, and we go on with the next one. */
void machine_exit(bool success)
{
	static uint32_t step;

	interrupts_off();
	for (;;)
		leave(step++, success);
}
