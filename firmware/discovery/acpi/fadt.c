// SPDX-License-Identifier: BSD-2-Clause
/* The fixed ACPI description table: power-off and reset, the PM timer, and the DSDT's address. Section 5.2.9. */
#include "firmware/discovery/acpi/acpi.h"

/* Tables of older releases are shorter: a field exists if it lies inside the table. */
enum {
	FADT_DSDT = 40,		  /* u32 */
	FADT_PM1A_CNT = 64,	  /* u32, I/O port */
	FADT_PM_TIMER = 76,	  /* u32, I/O port */
	FADT_FLAGS = 112,	  /* u32 */
	FADT_RESET = 116,	  /* generic address */
	FADT_RESET_VALUE = 128,	  /* u8 */
	FADT_ARM_BOOT = 129,	  /* u16 */
	FADT_X_DSDT = 140,	  /* u64 */
	FADT_X_PM1A_CNT = 172,	  /* generic address */
	FADT_X_PM_TIMER = 208,	  /* generic address */
	FADT_SLEEP_CONTROL = 244, /* generic address */

	FLAG_RESET_SUPPORTED = 1 << 10,
	FLAG_HARDWARE_REDUCED = 1 << 20,

	PSCI_COMPLIANT = 1 << 0,
	PSCI_USE_HVC = 1 << 1,

	IO_PORTS = 0x10000,
};

struct generic_address {
	uint64_t address; /* 0: not there */
	uint8_t space;
};

static bool has(const struct acpi_table *fadt, uint32_t offset, uint32_t size)
{
	return offset + size <= fadt->length;
}

static uint32_t field32(const struct acpi_table *fadt, uint32_t offset)
{
	return has(fadt, offset, sizeof(uint32_t)) ? acpi_load32(fadt->bytes + offset) : 0;
}

static uint64_t field64(const struct acpi_table *fadt, uint32_t offset)
{
	return has(fadt, offset, sizeof(uint64_t)) ? acpi_load64(fadt->bytes + offset) : 0;
}

/* Returns address 0 for a register that does not exist, and, after a warning, for one that we could not write. */
static struct generic_address checked(struct platform *platform, const struct acpi_table *fadt, const char *name,
				      struct generic_address where)
{
	if (!where.address)
		return where;
	if (where.space == ACPI_SPACE_MEMORY || (where.space == ACPI_SPACE_IO && where.address < IO_PORTS))
		return where;
	acpi_warn(platform, fadt, "%s at 0x%llx in space %u; ignored", name, (unsigned long long)where.address,
		  where.space);
	return (struct generic_address){ .address = 0 };
}

static struct generic_address generic(struct platform *platform, const struct acpi_table *fadt, const char *name,
				      uint32_t offset)
{
	if (!has(fadt, offset, GENERIC_SIZE))
		return (struct generic_address){ .address = 0 };
	return checked(platform, fadt, name,
		       (struct generic_address){
			       .address = acpi_load64(fadt->bytes + offset + GENERIC_ADDRESS),
			       .space = fadt->bytes[offset + GENERIC_SPACE],
		       });
}

/* Returns the generic address if it exists, otherwise the I/O port of the older field. */
static struct generic_address generic_or_port(struct platform *platform, const struct acpi_table *fadt,
					      const char *name, uint32_t offset, uint32_t port_offset)
{
	struct generic_address found = generic(platform, fadt, name, offset);

	if (found.address)
		return found;
	return checked(platform, fadt, name,
		       (struct generic_address){ .address = field32(fadt, port_offset), .space = ACPI_SPACE_IO });
}

static void read_poweroff(struct platform *platform, const struct acpi_table *fadt)
{
	struct platform_poweroff *poweroff = &platform->poweroff;
	uint32_t flags = field32(fadt, FADT_FLAGS);
	struct generic_address sleep, reset;

	poweroff->hardware_reduced = flags & FLAG_HARDWARE_REDUCED;
	if (poweroff->hardware_reduced)
		sleep = generic(platform, fadt, "SLEEP_CONTROL_REG", FADT_SLEEP_CONTROL);
	else
		sleep = generic_or_port(platform, fadt, "PM1a_CNT", FADT_X_PM1A_CNT, FADT_PM1A_CNT);
	poweroff->sleep_address = sleep.address;
	poweroff->sleep_space = sleep.space;

	if (flags & FLAG_RESET_SUPPORTED && has(fadt, FADT_RESET_VALUE, sizeof(uint8_t))) {
		reset = generic(platform, fadt, "RESET_REG", FADT_RESET);
		poweroff->reset_address = reset.address;
		poweroff->reset_space = reset.space;
		poweroff->reset_value = fadt->bytes[FADT_RESET_VALUE];
	}
}

/* Hardware-reduced platforms have no PM timer, whatever the field says: section 4.1. */
static void read_pm_timer(struct platform *platform, const struct acpi_table *fadt)
{
	struct generic_address timer;

	if (platform->poweroff.hardware_reduced)
		return;
	timer = generic_or_port(platform, fadt, "PM timer", FADT_X_PM_TIMER, FADT_PM_TIMER);
	if (timer.space == ACPI_SPACE_IO)
		platform->pm_timer_port = (uint16_t)timer.address;
}

/* Section 5.2.9.4. A platform with ACPI has PSCI 0.2 or later. */
static void read_psci(struct platform *platform, const struct acpi_table *fadt)
{
	struct platform_psci *const psci = &platform->psci;
	uint16_t flags;

	if (psci->conduit != PSCI_NONE || !has(fadt, FADT_ARM_BOOT, sizeof(uint16_t)))
		return;
	flags = acpi_load16(fadt->bytes + FADT_ARM_BOOT);
	if (!(flags & PSCI_COMPLIANT))
		return;
	psci->conduit = flags & PSCI_USE_HVC ? PSCI_HVC : PSCI_SMC;
	psci->has_versions = true;
	psci->cpu_on = PSCI_CPU_ON;
}

uint64_t acpi_read_fadt(struct platform *platform, const struct acpi_table *fadt)
{
	uint64_t dsdt = field32(fadt, FADT_DSDT), x_dsdt = field64(fadt, FADT_X_DSDT);

	read_poweroff(platform, fadt);
	read_pm_timer(platform, fadt);
	read_psci(platform, fadt);
	if (dsdt && x_dsdt && dsdt != x_dsdt)
		acpi_warn(platform, fadt, "DSDT at 0x%llx or 0x%llx; the second is used", (unsigned long long)dsdt,
			  (unsigned long long)x_dsdt);
	if (!dsdt && !x_dsdt)
		acpi_warn(platform, fadt, "names no DSDT");
	return x_dsdt ? x_dsdt : dsdt;
}
