// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/discovery/interrupts.h"

enum {
	/* MPS INTI flags: MultiProcessor Specification 1.4 section 4.3.4, ACPI section 5.2.12.5 */
	POLARITY_MASK = 3,
	POLARITY_BUS = 0,
	POLARITY_HIGH = 1,
	POLARITY_LOW = 3,
	TRIGGER_SHIFT = 2,
	TRIGGER_MASK = 3,
	TRIGGER_BUS = 0,
	TRIGGER_EDGE = 1,
	TRIGGER_LEVEL = 3,
};

void platform_add_cpu(struct platform *platform, const char *who, uint64_t id)
{
	for (uint32_t i = 0; i < platform->cpu_count; i++)
		if (platform->cpus[i] == id) {
			platform_warn(platform, "%s: CPU id %llu is listed twice", who, (unsigned long long)id);
			return;
		}
	if (platform->cpu_count == PLATFORM_CPUS)
		platform_warn(platform, "%s: CPU id %llu: more than %u CPUs; ignored", who, (unsigned long long)id,
			      PLATFORM_CPUS);
	else
		platform->cpus[platform->cpu_count++] = id;
}

void platform_add_ioapic(struct platform *platform, const char *who, uint64_t base, uint32_t gsi_base)
{
	for (uint32_t i = 0; i < platform->ioapic_count; i++)
		if (platform->ioapics[i].base == base || platform->ioapics[i].gsi_base == gsi_base) {
			platform_warn(platform, "%s: I/O APIC at 0x%llx, GSI %u on: collides with another; ignored",
				      who, (unsigned long long)base, gsi_base);
			return;
		}
	if (!base)
		platform_warn(platform, "%s: I/O APIC at address 0; ignored", who);
	else if (platform->ioapic_count == PLATFORM_IOAPICS)
		platform_warn(platform, "%s: I/O APIC at 0x%llx: more than %u; ignored", who, (unsigned long long)base,
			      PLATFORM_IOAPICS);
	else
		platform->ioapics[platform->ioapic_count++] =
			(struct platform_ioapic){ .base = base, .gsi_base = gsi_base };
}

/* The bus is ISA, so "conforms to the bus" means edge and active high. */
void platform_add_override(struct platform *platform, const char *who, uint8_t isa, uint32_t gsi, uint32_t flags)
{
	uint32_t polarity = flags & POLARITY_MASK, trigger = flags >> TRIGGER_SHIFT & TRIGGER_MASK;
	struct irq_source source = {
		.gsi = gsi,
		.trigger = trigger == TRIGGER_LEVEL ? IRQ_LEVEL : IRQ_EDGE,
		.polarity = polarity == POLARITY_LOW ? IRQ_ACTIVE_LOW : IRQ_ACTIVE_HIGH,
	};

	if (isa >= ISA_INTERRUPTS) {
		platform_warn(platform, "%s: override of interrupt %u, which ISA does not have; ignored", who, isa);
		return;
	}
	for (uint32_t i = 0; i < platform->override_count; i++)
		if (platform->overrides[i].isa == isa) {
			platform_warn(platform, "%s: ISA interrupt %u is overridden twice; the first counts", who, isa);
			return;
		}
	if (polarity != POLARITY_BUS && polarity != POLARITY_HIGH && polarity != POLARITY_LOW)
		platform_warn(platform, "%s: ISA interrupt %u: reserved polarity, taken as active high", who, isa);
	if (trigger != TRIGGER_BUS && trigger != TRIGGER_EDGE && trigger != TRIGGER_LEVEL)
		platform_warn(platform, "%s: ISA interrupt %u: reserved trigger, taken as edge", who, isa);
	/* The table cannot overflow: it has a place for each ISA interrupt. */
	_Static_assert((int)PLATFORM_OVERRIDES >= (int)ISA_INTERRUPTS, "one override for each ISA interrupt");
	platform->overrides[platform->override_count++] = (struct platform_override){ .isa = isa, .source = source };
}

struct irq_source platform_isa_source(const struct platform *platform, uint32_t irq)
{
	for (uint32_t i = 0; i < platform->override_count; i++)
		if (platform->overrides[i].isa == irq)
			return platform->overrides[i].source;
	return (struct irq_source){ .gsi = irq, .trigger = IRQ_EDGE, .polarity = IRQ_ACTIVE_HIGH };
}
