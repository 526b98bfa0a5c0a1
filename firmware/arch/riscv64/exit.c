// SPDX-License-Identifier: BSD-2-Clause
/* Ways to end the machine, those that carry a status first. Each gets a moment to take effect. */
#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/console.h"
#include "firmware/arch/riscv64/machine.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/sbi.h"
#include "firmware/machine.h"

/* sifive_test: TEST_PASS ends with status 0, TEST_FAIL with the status in the upper half. */
/* clang-format off */
#define TEST_PASS 0x5555u
#define TEST_FAIL 0x3333u
#define   FAIL_STATUS_SHIFT 16
/* clang-format on */

#define STATUS_FAILURE 1u

/* A VMM ends the machine from another thread, so it may take effect late. */
#define PATIENCE MILLISECONDS(200)

static uint64_t test_device;

void exit_init(const struct platform *platform)
{
	test_device = platform->test_device;
}

static bool never(void)
{
	return false;
}

/* Tries one way out. */
static void leave(uint32_t step, bool success)
{
	switch (step) {
	case 0:
		if (test_device && machine_map(test_device, sizeof(uint32_t), true))
			mmio_write32(test_device,
				     success ? TEST_PASS : TEST_FAIL | STATUS_FAILURE << FAIL_STATUS_SHIFT);
		break;
	case 1:
		if (!htif_command(1 | (success ? 0 : STATUS_FAILURE << 1)))
			return;
		break;
	case 2: /* TinyEMU knows no other command */
		if (!htif_command(1))
			return;
		break;
	case 3:
		if (!sbi_has(SBI_SRST))
			return;
		sbi_call(SBI_SRST, SRST_RESET, RESET_SHUTDOWN, success ? REASON_NONE : REASON_FAILURE, 0);
		break;
	case 4:
		if (machine_mode)
			return;
		sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
		break;
	default:
		__asm__ volatile("wfi");
	}
	clock_spin(never, PATIENCE);
}

/* If a step traps, the fatal error calls this function again, which goes on with the next step. */
void machine_exit(bool success)
{
	static uint32_t step;

	interrupts_off();
	for (;;)
		leave(step++, success);
}
