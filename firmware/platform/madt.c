// SPDX-License-Identifier: BSD-2-Clause
/* The multiple APIC description table: CPUs, interrupt controllers, moved ISA interrupts. Section 5.2.12. */
#include "firmware/platform/acpi.h"

enum {
	MADT_LAPIC_BASE = 36, /* u32 */
	MADT_ENTRIES = 44,

	/* Every entry begins with u8 type, u8 length. */
	ENTRY_HEADER = 2,

	LAPIC = 0,
	LAPIC_ID = 3,    /* u8 */
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
	X2APIC_ID = 4,    /* u32 */
	X2APIC_FLAGS = 8, /* u32 */
	X2APIC_SIZE = 16,

	CPU_ENABLED = 1 << 0,

	/* MPS INTI flags */
	POLARITY_MASK = 3,
	POLARITY_BUS = 0,
	POLARITY_HIGH = 1,
	POLARITY_LOW = 3,
	TRIGGER_SHIFT = 2,
	TRIGGER_MASK = 3,
	TRIGGER_BUS = 0,
	TRIGGER_EDGE = 1,
	TRIGGER_LEVEL = 3,

	ISA_INTERRUPTS = 16,
};

static void add_cpu(struct platform *platform, const struct acpi_table *madt, uint32_t id, uint32_t flags)
{
	if (!(flags & CPU_ENABLED))
		return;
	for (uint32_t i = 0; i < platform->cpu_count; i++)
		if (platform->cpus[i] == id) {
			acpi_warn(platform, madt, "APIC id %u is listed twice", id);
			return;
		}
	if (platform->cpu_count == PLATFORM_CPUS)
		acpi_warn(platform, madt, "APIC id %u: more than %u CPUs; ignored", id, PLATFORM_CPUS);
	else
		platform->cpus[platform->cpu_count++] = id;
}

static void add_ioapic(struct platform *platform, const struct acpi_table *madt, uint64_t base, uint32_t gsi_base)
{
	for (uint32_t i = 0; i < platform->ioapic_count; i++)
		if (platform->ioapics[i].base == base || platform->ioapics[i].gsi_base == gsi_base) {
			acpi_warn(platform, madt, "I/O APIC at 0x%llx, GSI %u on: collides with another; ignored",
				  (unsigned long long)base, gsi_base);
			return;
		}
	if (!base)
		acpi_warn(platform, madt, "I/O APIC at address 0; ignored");
	else if (platform->ioapic_count == PLATFORM_IOAPICS)
		acpi_warn(platform, madt, "I/O APIC at 0x%llx: more than %u; ignored", (unsigned long long)base,
			  PLATFORM_IOAPICS);
	else
		platform->ioapics[platform->ioapic_count++] =
			(struct platform_ioapic){ .base = base, .gsi_base = gsi_base };
}

/* "Conforms to the bus" means edge and active high, because the bus is ISA. */
static void add_override(struct platform *platform, const struct acpi_table *madt, const uint8_t *entry)
{
	uint8_t isa = entry[OVERRIDE_ISA];
	uint32_t flags = acpi_load16(entry + OVERRIDE_FLAGS);
	uint32_t polarity = flags & POLARITY_MASK, trigger = flags >> TRIGGER_SHIFT & TRIGGER_MASK;
	struct irq_source source = {
		.gsi = acpi_load32(entry + OVERRIDE_GSI),
		.trigger = trigger == TRIGGER_LEVEL ? IRQ_LEVEL : IRQ_EDGE,
		.polarity = polarity == POLARITY_LOW ? IRQ_ACTIVE_LOW : IRQ_ACTIVE_HIGH,
	};

	if (entry[OVERRIDE_BUS] || isa >= ISA_INTERRUPTS) {
		acpi_warn(platform, madt, "override of interrupt %u of bus %u, which is not ISA; ignored", isa,
			  entry[OVERRIDE_BUS]);
		return;
	}
	for (uint32_t i = 0; i < platform->override_count; i++)
		if (platform->overrides[i].isa == isa) {
			acpi_warn(platform, madt, "ISA interrupt %u is overridden twice; the first counts", isa);
			return;
		}
	if (polarity != POLARITY_BUS && polarity != POLARITY_HIGH && polarity != POLARITY_LOW)
		acpi_warn(platform, madt, "ISA interrupt %u: reserved polarity, taken as active high", isa);
	if (trigger != TRIGGER_BUS && trigger != TRIGGER_EDGE && trigger != TRIGGER_LEVEL)
		acpi_warn(platform, madt, "ISA interrupt %u: reserved trigger, taken as edge", isa);
	/* Cannot overflow: one place for each ISA interrupt. */
	_Static_assert((int)PLATFORM_OVERRIDES >= (int)ISA_INTERRUPTS, "one override for each ISA interrupt");
	platform->overrides[platform->override_count++] = (struct platform_override){ .isa = isa, .source = source };
}

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

static void read_entry(struct platform *platform, const struct acpi_table *madt, const uint8_t *entry)
{
	switch (entry[0]) {
	case LAPIC:
		add_cpu(platform, madt, entry[LAPIC_ID], acpi_load32(entry + LAPIC_FLAGS));
		break;
	case IOAPIC:
		add_ioapic(platform, madt, acpi_load32(entry + IOAPIC_ADDRESS), acpi_load32(entry + IOAPIC_GSI_BASE));
		break;
	case OVERRIDE:
		add_override(platform, madt, entry);
		break;
	case LAPIC_OVERRIDE:
		platform->lapic_base = acpi_load64(entry + LAPIC_OVERRIDE_ADDRESS);
		break;
	case X2APIC:
		add_cpu(platform, madt, acpi_load32(entry + X2APIC_ID), acpi_load32(entry + X2APIC_FLAGS));
		break;
	}
}

void acpi_read_madt(struct platform *platform, const struct acpi_table *madt)
{
	if (madt->length < MADT_ENTRIES) {
		acpi_warn(platform, madt, "length 0x%x is too short; ignored", madt->length);
		return;
	}
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
			read_entry(platform, madt, entry);
		at += entry[1];
	}
}
