// SPDX-License-Identifier: BSD-2-Clause
/*
 * Intel 82093AA. It is accessed through two registers, select and window. No interrupt handler may come between the two
 * accesses, so interrupts are off around them.
 */
#include "firmware/arch/x86_64/ioapic.h"

#include <stddef.h>

#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/machine.h"

#define IOAPIC_SELECT 0x00
#define IOAPIC_WINDOW 0x10
#define IOAPIC_SIZE   0x20

/* clang-format off */
#define IOAPIC_VERSION 0x01
#define   VERSION_LAST_PIN_SHIFT 16
#define   VERSION_LAST_PIN_MASK  0xff
#define   VERSION_MASK           0xff
#define IOAPIC_ENTRIES 0x10 /* two registers for each pin: low word, high word */
#define   ENTRY_ACTIVE_LOW 0x00002000
#define   ENTRY_LEVEL      0x00008000
#define   ENTRY_MASKED     0x00010000
#define   ENTRY_DESTINATION_SHIFT 24
/* clang-format on */

#define DEFAULT_BASE 0xfec00000u

/* The value that an address without an I/O APIC reads as, and a limit above the pins of any I/O APIC. */
#define VERSION_ABSENT 0xffffffffu
#define PINS_MAX       240u

static struct ioapic {
	uintptr_t base;
	uint32_t gsi_base, pins;
} ioapics[PLATFORM_IOAPICS];
static uint32_t ioapic_count;

static uint32_t ioapic_read(const struct ioapic *ioapic, uint32_t index)
{
	const bool on = interrupts_off();
	uint32_t value;

	mmio_write32(ioapic->base + IOAPIC_SELECT, index);
	value = mmio_read32(ioapic->base + IOAPIC_WINDOW);
	interrupts_restore(on);
	return value;
}

static void ioapic_write(const struct ioapic *ioapic, uint32_t index, uint32_t value)
{
	const bool on = interrupts_off();

	mmio_write32(ioapic->base + IOAPIC_SELECT, index);
	mmio_write32(ioapic->base + IOAPIC_WINDOW, value);
	interrupts_restore(on);
}

static uint32_t entry_low(uint32_t pin)
{
	return IOAPIC_ENTRIES + 2 * pin;
}

static uint32_t entry_high(uint32_t pin)
{
	return IOAPIC_ENTRIES + 2 * pin + 1;
}

static void add(uint64_t base, uint32_t gsi_base)
{
	struct ioapic ioapic = { .base = base, .gsi_base = gsi_base };
	uint32_t version;

	if (!machine_map(base, IOAPIC_SIZE, true))
		return;
	version = ioapic_read(&ioapic, IOAPIC_VERSION);
	if (version == VERSION_ABSENT || (version & VERSION_MASK) == 0)
		return;
	ioapic.pins = (version >> VERSION_LAST_PIN_SHIFT & VERSION_LAST_PIN_MASK) + 1;
	if (ioapic.pins > PINS_MAX)
		return;
	for (uint32_t pin = 0; pin < ioapic.pins; pin++)
		ioapic_write(&ioapic, entry_low(pin), ENTRY_MASKED);
	ioapics[ioapic_count++] = ioapic;
}

void ioapic_init(const struct platform *platform)
{
	for (uint32_t i = 0; i < platform->ioapic_count && i < PLATFORM_IOAPICS; i++)
		add(platform->ioapics[i].base, platform->ioapics[i].gsi_base);
	if (platform->ioapic_count == 0)
		add(DEFAULT_BASE, 0);
}

static const struct ioapic *ioapic_of(uint32_t gsi)
{
	for (uint32_t i = 0; i < ioapic_count; i++)
		if (gsi >= ioapics[i].gsi_base && gsi - ioapics[i].gsi_base < ioapics[i].pins)
			return &ioapics[i];
	return NULL;
}

static uint32_t entry_bits(const struct irq_source *source, uint8_t vector)
{
	return vector | (source->trigger == IRQ_LEVEL ? ENTRY_LEVEL : 0) |
	       (source->polarity == IRQ_ACTIVE_LOW ? ENTRY_ACTIVE_LOW : 0);
}

bool ioapic_route(const struct irq_source *source, uint8_t vector, uint32_t apic_id)
{
	const struct ioapic *const ioapic = ioapic_of(source->gsi);
	uint32_t pin;

	if (!ioapic)
		return false;
	pin = source->gsi - ioapic->gsi_base;
	ioapic_write(ioapic, entry_low(pin), entry_bits(source, vector) | ENTRY_MASKED);
	ioapic_write(ioapic, entry_high(pin), apic_id << ENTRY_DESTINATION_SHIFT);
	return true;
}

void ioapic_mask(const struct irq_source *source, uint8_t vector, bool masked)
{
	const struct ioapic *const ioapic = ioapic_of(source->gsi);
	const uint32_t bits = entry_bits(source, vector) | (masked ? ENTRY_MASKED : 0);

	ioapic_write(ioapic, entry_low(source->gsi - ioapic->gsi_base), bits);
}
