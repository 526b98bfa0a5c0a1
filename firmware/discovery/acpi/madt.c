// SPDX-License-Identifier: BSD-2-Clause
/* The multiple APIC description table: CPUs, interrupt controllers, moved ISA interrupts. Section 5.2.12. */
#include "firmware/discovery/acpi/madt.h"

enum {
	MADT_INTERFACE = 36, /* u32: of the local APIC, or a GICv2's CPU interface */
	MADT_ENTRIES = 44,

	ENTRY_HEADER = 2,
};

/* The size that an entry of this type needs; 0: we do not use this type. */
static uint32_t size_needed(uint8_t type)
{
	const uint32_t size = madt_apic_size(type);

	return size ? size : madt_gic_size(type);
}

void acpi_read_madt(struct platform *platform, const struct acpi_table *madt)
{
	char who[ACPI_NAME_MAX];
	struct madt_gic gic;

	if (madt->length < MADT_ENTRIES) {
		acpi_warn(platform, madt, "length 0x%x is too short; ignored", madt->length);
		return;
	}
	acpi_name_table(madt, who);
	platform->lapic_base = acpi_load32(madt->bytes + MADT_INTERFACE);
	madt_gic_begin(platform, &gic, acpi_load32(madt->bytes + MADT_INTERFACE));
	for (uint32_t at = MADT_ENTRIES; at < madt->length;) {
		const uint8_t *entry = madt->bytes + at;
		uint32_t left = madt->length - at;

		if (left < ENTRY_HEADER || entry[1] < ENTRY_HEADER || entry[1] > left) {
			acpi_warn(platform, madt, "entry at 0x%x does not fit; the rest is ignored", at);
			break;
		}
		if (entry[1] < size_needed(entry[0])) {
			acpi_warn(platform, madt, "entry at 0x%x is too short for type %u; ignored", at, entry[0]);
		} else {
			madt_apic_read(platform, who, entry);
			madt_gic_read(platform, &gic, who, entry);
		}
		at += entry[1];
	}
	madt_gic_end(platform, &gic, who);
}
