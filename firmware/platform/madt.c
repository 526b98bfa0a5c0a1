// SPDX-License-Identifier: BSD-2-Clause
/* The multiple APIC description table: CPUs, interrupt controllers, moved ISA interrupts. Section 5.2.12. */
#include "firmware/platform/acpi.h"
#include "firmware/platform/interrupts.h"

enum {
	MADT_LAPIC_BASE = 36, /* u32 */
	MADT_ENTRIES = 44,

	/* Every entry begins with u8 type, u8 length. */
	ENTRY_HEADER = 2,

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

/* The size that an entry of this type needs, 0: a type that tells us nothing. */
static uint32_t size_needed(uint8_t type)
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

static void read_entry(struct platform *platform, const char *who, const uint8_t *entry)
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

void acpi_read_madt(struct platform *platform, const struct acpi_table *madt)
{
	char who[ACPI_NAME_MAX];

	if (madt->length < MADT_ENTRIES) {
		acpi_warn(platform, madt, "length 0x%x is too short; ignored", madt->length);
		return;
	}
	acpi_name_table(madt, who);
	platform->lapic_base = acpi_load32(madt->bytes + MADT_LAPIC_BASE);
	for (uint32_t at = MADT_ENTRIES; at < madt->length;) {
		const uint8_t *entry = madt->bytes + at;
		uint32_t left = madt->length - at;

		if (left < ENTRY_HEADER || entry[1] < ENTRY_HEADER || entry[1] > left) {
			acpi_warn(platform, madt, "entry at 0x%x does not fit; the rest is ignored", at);
			return;
		}
		if (entry[1] < size_needed(entry[0]))
			acpi_warn(platform, madt, "entry at 0x%x is too short for type %u; ignored", at, entry[0]);
		else
			read_entry(platform, who, entry);
		at += entry[1];
	}
}
