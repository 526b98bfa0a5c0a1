// SPDX-License-Identifier: BSD-2-Clause
/*
 * The MP configuration table: CPUs, I/O APIC and ISA interrupts of VMMs without ACPI. Section numbers are of the Intel
 * MultiProcessor Specification, version 1.4.
 */
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "firmware/discovery/acpi/acpi.h"
#include "firmware/discovery/bios_area.h"
#include "firmware/discovery/interrupts.h"

enum {
	/* Section 4.1: the floating pointer structure */
	POINTER_TABLE = 4, /* u32; 0: one of the default configurations */
	POINTER_SIZE = 16,

	/* Section 4.2: the configuration table's header */
	TABLE_LENGTH = 4, /* u16, header included */
	TABLE_LAPIC = 36, /* u32 */
	TABLE_HEADER = 44,

	/* Section 4.3: entries. The first byte is the type, which determines the size. */
	PROCESSOR = 0,
	PROCESSOR_ID = 1,    /* u8 */
	PROCESSOR_FLAGS = 3, /* u8 */
	PROCESSOR_SIZE = 20,
	BUS = 1,
	BUS_ID = 1,   /* u8 */
	BUS_NAME = 2, /* six bytes */
	IOAPIC = 2,
	IOAPIC_ID = 1,	    /* u8 */
	IOAPIC_FLAGS = 3,   /* u8 */
	IOAPIC_ADDRESS = 4, /* u32 */
	INTERRUPT = 3,
	INTERRUPT_TYPE = 1,   /* u8; 0: a vectored interrupt */
	INTERRUPT_FLAGS = 2,  /* u16 */
	INTERRUPT_BUS = 4,    /* u8 */
	INTERRUPT_IRQ = 5,    /* u8, of that bus */
	INTERRUPT_IOAPIC = 6, /* u8 */
	INTERRUPT_INPUT = 7,  /* u8, of that I/O APIC */
	LOCAL_INTERRUPT = 4,
	OTHER_SIZE = 8,

	ENABLED = 1 << 0,
	ALL_IOAPICS = 0xff,
	WHO_MAX = 40,
};

struct reading {
	struct platform *platform;
	char who[WHO_MAX];
	bool has_isa;
	uint8_t isa_bus, ioapic;
};

/*
 * The table does not give the first GSI of an I/O APIC. The first I/O APIC begins at 0. A second one would begin behind
 * the first one's inputs, whose number only its registers tell.
 */
static void read_ioapic(struct reading *reading, const uint8_t *entry)
{
	if (!(entry[IOAPIC_FLAGS] & ENABLED))
		return;
	if (reading->platform->ioapic_count) {
		platform_warn(reading->platform, "%s: a second I/O APIC; ignored", reading->who);
		return;
	}
	reading->ioapic = entry[IOAPIC_ID];
	platform_add_ioapic(reading->platform, reading->who, acpi_load32(entry + IOAPIC_ADDRESS), 0);
}

/* Every interrupt has an entry, and most only confirm the default. So add only those that differ. */
static void read_interrupt(struct reading *reading, const uint8_t *entry)
{
	uint8_t irq = entry[INTERRUPT_IRQ], input = entry[INTERRUPT_INPUT];
	uint32_t flags = acpi_load16(entry + INTERRUPT_FLAGS);

	if (entry[INTERRUPT_TYPE] || !reading->has_isa || entry[INTERRUPT_BUS] != reading->isa_bus)
		return;
	if (entry[INTERRUPT_IOAPIC] != reading->ioapic && entry[INTERRUPT_IOAPIC] != ALL_IOAPICS)
		return;
	if (input != irq || flags)
		platform_add_override(reading->platform, reading->who, irq, input, flags);
}

static void read_entry(struct reading *reading, const uint8_t *entry)
{
	switch (entry[0]) {
	case PROCESSOR:
		if (entry[PROCESSOR_FLAGS] & ENABLED)
			platform_add_cpu(reading->platform, reading->who, entry[PROCESSOR_ID]);
		break;
	case BUS:
		if (!memcmp(entry + BUS_NAME, "ISA   ", OTHER_SIZE - BUS_NAME)) {
			reading->has_isa = true;
			reading->isa_bus = entry[BUS_ID];
		}
		break;
	case IOAPIC:
		read_ioapic(reading, entry);
		break;
	case INTERRUPT:
		read_interrupt(reading, entry);
		break;
	}
}

/* Reads up to the length of the table, as Linux does, because qboot leaves the count of entries 0. */
static void read_entries(struct reading *reading, const uint8_t *table, uint32_t length)
{
	for (uint32_t at = TABLE_HEADER, size; at < length; at += size) {
		size = table[at] == PROCESSOR ? PROCESSOR_SIZE : OTHER_SIZE;
		if (table[at] > LOCAL_INTERRUPT || size > length - at) {
			platform_warn(reading->platform,
				      "%s: entry at 0x%x is unknown or does not fit; the rest is ignored", reading->who,
				      at);
			return;
		}
		read_entry(reading, table + at);
	}
}

/* Reads the configuration table at `address`. Returns what is wrong with it, or NULL. */
static const char *read_table(struct platform *platform, uint64_t address)
{
	struct reading reading = { .platform = platform };
	const uint8_t *table = platform_physical(address, TABLE_HEADER);
	uint32_t length;

	if (!table)
		return "unreachable";
	if (memcmp(table, "PCMP", ACPI_SIGNATURE_SIZE))
		return "no signature";
	length = acpi_load16(table + TABLE_LENGTH);
	if (length < TABLE_HEADER)
		return "impossible length";
	table = platform_physical(address, length);
	if (!table)
		return "its length leads to unreachable memory";
	if (acpi_sum(table, length))
		return "bad checksum";
	format_string(reading.who, sizeof(reading.who), "MP table at 0x%llx", (unsigned long long)address);
	platform->lapic_base = acpi_load32(table + TABLE_LAPIC);
	read_entries(&reading, table, length);
	return NULL;
}

void platform_parse_mp_table(struct platform *platform)
{
	for (uint64_t at = 0; (at = bios_area_find("_MP_", at));) {
		const uint8_t *pointer = platform_physical(at, POINTER_SIZE);
		uint64_t table;
		const char *wrong;

		if (!pointer || acpi_sum(pointer, POINTER_SIZE))
			continue;
		table = acpi_load32(pointer + POINTER_TABLE);
		wrong = table ? read_table(platform, table) : "a default configuration, which is not read";
		if (wrong)
			platform_warn(platform, "MP table at 0x%llx: %s; ignored", (unsigned long long)table, wrong);
		return;
	}
}
