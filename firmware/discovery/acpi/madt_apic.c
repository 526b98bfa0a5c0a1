// SPDX-License-Identifier: BSD-2-Clause
/* The MADT's entries for a PC: sections 5.2.12.2 to 5.2.12.12. */
#include "firmware/discovery/interrupts.h"
#include "firmware/discovery/acpi/madt.h"

enum {
	LAPIC = 0,
	LAPIC_ID = 3,	 /* u8 */
	LAPIC_FLAGS = 4, /* u32 */
	LAPIC_SIZE = 8,

	IOAPIC = 1,
	IOAPIC_ADDRESS = 4,  /* u32 */
	IOAPIC_GSI_BASE = 8, /* u32 */
	IOAPIC_SIZE = 12,

	OVERRIDE = 2,
	OVERRIDE_BUS = 2,   /* u8, 0: ISA */
	OVERRIDE_ISA = 3,   /* u8 */
	OVERRIDE_GSI = 4,   /* u32 */
	OVERRIDE_FLAGS = 8, /* u16 */
	OVERRIDE_SIZE = 10,

	LAPIC_OVERRIDE = 5,
	LAPIC_OVERRIDE_ADDRESS = 4, /* u64 */
	LAPIC_OVERRIDE_SIZE = 12,

	X2APIC = 9,
	X2APIC_ID = 4,	  /* u32 */
	X2APIC_FLAGS = 8, /* u32 */
	X2APIC_SIZE = 16,

	CPU_ENABLED = 1 << 0,
};

uint32_t madt_apic_size(uint8_t type)
{
	switch (type) {
	case LAPIC:
		return LAPIC_SIZE;
	case IOAPIC:
		return IOAPIC_SIZE;
	case OVERRIDE:
		return OVERRIDE_SIZE;
	case LAPIC_OVERRIDE:
		return LAPIC_OVERRIDE_SIZE;
	case X2APIC:
		return X2APIC_SIZE;
	default:
		return 0;
	}
}

void madt_apic_read(struct platform *platform, const char *who, const uint8_t *entry)
{
	switch (entry[0]) {
	case LAPIC:
		if (acpi_load32(entry + LAPIC_FLAGS) & CPU_ENABLED)
			platform_add_cpu(platform, who, entry[LAPIC_ID]);
		break;
	case IOAPIC:
		platform_add_ioapic(platform, who, acpi_load32(entry + IOAPIC_ADDRESS),
				    acpi_load32(entry + IOAPIC_GSI_BASE));
		break;
	case OVERRIDE:
		if (entry[OVERRIDE_BUS])
			platform_warn(platform, "%s: override of interrupt %u of bus %u, which is not ISA; ignored",
				      who, entry[OVERRIDE_ISA], entry[OVERRIDE_BUS]);
		else
			platform_add_override(platform, who, entry[OVERRIDE_ISA], acpi_load32(entry + OVERRIDE_GSI),
					      acpi_load16(entry + OVERRIDE_FLAGS));
		break;
	case LAPIC_OVERRIDE:
		platform->lapic_base = acpi_load64(entry + LAPIC_OVERRIDE_ADDRESS);
		break;
	case X2APIC:
		if (acpi_load32(entry + X2APIC_FLAGS) & CPU_ENABLED)
			platform_add_cpu(platform, who, acpi_load32(entry + X2APIC_ID));
		break;
	}
}
