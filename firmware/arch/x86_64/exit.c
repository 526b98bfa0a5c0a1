// SPDX-License-Identifier: BSD-2-Clause
/* Ways to end the machine, those that carry a status first. Each gets a moment to take effect. */
#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/descriptors.h"
#include "firmware/arch/x86_64/machine.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/machine.h"

/* QEMU's isa-debug-exit ends QEMU with status 2 * value + 1: 33 or 35. */
/* clang-format off */
#define DEBUG_EXIT_PORT 0xf4
#define   DEBUG_EXIT_SUCCESS 0x10
#define   DEBUG_EXIT_FAILURE 0x11
/* clang-format on */

/* ACPI sleep control: of hardware-reduced machines (8 bits), and of others (PM1a_CNT, 16 bits). */
#define SLEEP_CONTROL_TYPE_SHIFT 2
#define SLEEP_CONTROL_ENABLE	 0x20
#define PM1_CONTROL_SCI_ENABLE	 0x0001
#define PM1_CONTROL_TYPE_SHIFT	 10
#define PM1_CONTROL_ENABLE	 0x2000
#define SLEEP_TYPE_MASK		 0x7

#define SPACE_IO 1

/* The keyboard controller's reset line. */
/* clang-format off */
#define I8042_COMMAND 0x64
#define   I8042_RESET 0xfe
/* clang-format on */

/* A VMM ends the machine from another thread, so it may take effect late. */
#define PATIENCE MILLISECONDS(200)

static const struct platform_poweroff *poweroff;

void exit_init(const struct platform *platform)
{
	poweroff = &platform->poweroff;
}

static bool never(void)
{
	return false;
}

static void give_it_time(void)
{
	clock_spin(never, PATIENCE);
}

static void acpi_sleep(void)
{
	const uint8_t type = poweroff->s5 & SLEEP_TYPE_MASK;
	const uint8_t control = (uint8_t)(SLEEP_CONTROL_ENABLE | type << SLEEP_CONTROL_TYPE_SHIFT);
	const uint16_t pm1 = (uint16_t)(PM1_CONTROL_ENABLE | PM1_CONTROL_SCI_ENABLE | type << PM1_CONTROL_TYPE_SHIFT);
	const bool io = poweroff->sleep_space == SPACE_IO;
	const uint64_t address = poweroff->sleep_address;

	if (!io && !machine_map(address, sizeof(pm1), true))
		return;
	if (poweroff->hardware_reduced && io)
		port_write8((uint16_t)address, control);
	else if (poweroff->hardware_reduced)
		mmio_write8(address, control);
	else if (io)
		port_write16((uint16_t)address, pm1);
	else
		mmio_write16(address, pm1);
	give_it_time();
}

static void acpi_reset(void)
{
	if (poweroff->reset_space == SPACE_IO)
		port_write8((uint16_t)poweroff->reset_address, poweroff->reset_value);
	else if (machine_map(poweroff->reset_address, sizeof(uint8_t), true))
		mmio_write8(poweroff->reset_address, poweroff->reset_value);
	give_it_time();
}

static void triple_fault(void)
{
	descriptors_drop();
	__asm__ volatile("ud2");
}

/* Tries one way out. */
static void leave(uint32_t step, bool success)
{
	switch (step) {
	case 0:
		port_write32(DEBUG_EXIT_PORT, success ? DEBUG_EXIT_SUCCESS : DEBUG_EXIT_FAILURE);
		break;
	case 1:
		if (poweroff && poweroff->has_s5 && poweroff->sleep_address)
			acpi_sleep();
		break;
	case 2:
		if (poweroff && poweroff->reset_address)
			acpi_reset();
		break;
	case 3:
		port_write8(I8042_COMMAND, I8042_RESET);
		give_it_time();
		break;
	case 4:
		triple_fault();
		break;
	default:
		__asm__ volatile("hlt");
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
