// SPDX-License-Identifier: BSD-2-Clause
/* Resource templates: the memory and the interrupt of a device. Section 6.4 of the ACPI specification. */
#include "firmware/discovery/acpi/acpi.h"

enum {
	/* Small descriptors: bits 6-3 are the type, bits 2-0 the length of what follows the first byte. */
	LARGE = 1 << 7,
	SMALL_TYPE_SHIFT = 3,
	SMALL_LENGTH_MASK = 7,
	SMALL_IRQ = 4,
	SMALL_IRQ_MASK = 1,  /* u16, one bit for each ISA interrupt */
	SMALL_IRQ_FLAGS = 3, /* u8; if it is missing: edge, active high */
	SMALL_IRQ_EDGE = 1 << 0,
	SMALL_IRQ_LOW = 1 << 3,
	SMALL_END = 15,

	/* Large descriptors: the first byte is the type; then follows the u16 length of what comes behind these
	 * three bytes. */
	LARGE_HEADER = 3,
	LARGE_MEMORY24 = 0x81,
	MEMORY24_MIN = 4, /* u16, in units of 256 bytes, as is the length */
	MEMORY24_LENGTH = 10,
	MEMORY24_UNIT_SHIFT = 8,
	MEMORY24_SIZE = 12,
	LARGE_MEMORY32 = 0x85,
	MEMORY32_MIN = 4,     /* u32 */
	MEMORY32_LENGTH = 16, /* u32 */
	MEMORY32_SIZE = 20,
	LARGE_MEMORY32_FIXED = 0x86,
	MEMORY32_FIXED_BASE = 4,   /* u32 */
	MEMORY32_FIXED_LENGTH = 8, /* u32 */
	MEMORY32_FIXED_SIZE = 12,
	LARGE_DWORD_SPACE = 0x87,
	LARGE_INTERRUPT = 0x89,
	INTERRUPT_FLAGS = 3,
	INTERRUPT_EDGE = 1 << 1,
	INTERRUPT_LOW = 1 << 2,
	INTERRUPT_COUNT = 4,
	INTERRUPT_FIRST = 5, /* u32 each */
	LARGE_QWORD_SPACE = 0x8a,
	LARGE_EXTENDED_SPACE = 0x8b,

	/* Address spaces: from SPACE_NUMBERS on, granularity, minimum, maximum, translation and length, all of the
	 * same width. */
	SPACE_TYPE = 3,
	SPACE_MEMORY = 0,
	SPACE_NUMBERS = 6,
	EXTENDED_NUMBERS = 8,
	SPACE_MIN = 1,
	SPACE_TRANSLATION = 3,
	SPACE_LENGTH = 4,
	SPACE_NUMBERS_COUNT = 5,
};

struct reading {
	const struct platform *platform;
	struct mmio_window *window;
	uint32_t memories, interrupts;
};

/* A device has one of each. A second one does not replace the first; the warning comes at the end. */
static void memory(struct reading *reading, uint64_t base, uint64_t size)
{
	if (!reading->memories++) {
		reading->window->base = base;
		reading->window->size = size;
	}
}

static void interrupt(struct reading *reading, struct irq_source source)
{
	if (!reading->interrupts++)
		reading->window->irq = source;
}

static uint64_t number(const uint8_t *at, uint32_t width)
{
	return width == sizeof(uint64_t) ? acpi_load64(at) : acpi_load32(at);
}

static bool address_space(struct reading *reading, const uint8_t *item, uint32_t size, uint32_t numbers, uint32_t width)
{
	if (size < numbers + SPACE_NUMBERS_COUNT * width)
		return false;
	if (item[SPACE_TYPE] == SPACE_MEMORY) {
		const uint8_t *first = item + numbers;

		memory(reading,
		       number(first + SPACE_MIN * width, width) + number(first + SPACE_TRANSLATION * width, width),
		       number(first + SPACE_LENGTH * width, width));
	}
	return true;
}

static bool extended_interrupt(struct reading *reading, const uint8_t *item, uint32_t size)
{
	uint8_t flags;

	if (size < INTERRUPT_FIRST || size < INTERRUPT_FIRST + item[INTERRUPT_COUNT] * sizeof(uint32_t))
		return false;
	flags = item[INTERRUPT_FLAGS];
	for (uint32_t i = 0; i < item[INTERRUPT_COUNT]; i++)
		interrupt(reading, (struct irq_source){
					   .gsi = acpi_load32(item + INTERRUPT_FIRST + i * sizeof(uint32_t)),
					   .trigger = flags & INTERRUPT_EDGE ? IRQ_EDGE : IRQ_LEVEL,
					   .polarity = flags & INTERRUPT_LOW ? IRQ_ACTIVE_LOW : IRQ_ACTIVE_HIGH,
				   });
	return true;
}

/* An ISA interrupt. If the MADT overrides it, the MADT decides its trigger and polarity as well. */
static bool isa_interrupt(struct reading *reading, const uint8_t *item, uint32_t size)
{
	uint8_t flags = size > SMALL_IRQ_FLAGS ? item[SMALL_IRQ_FLAGS] : SMALL_IRQ_EDGE;
	uint32_t mask;

	if (size < SMALL_IRQ_FLAGS)
		return false;
	mask = acpi_load16(item + SMALL_IRQ_MASK);
	for (uint32_t irq = 0; mask >> irq; irq++) {
		struct irq_source source = {
			.gsi = irq,
			.trigger = flags & SMALL_IRQ_EDGE ? IRQ_EDGE : IRQ_LEVEL,
			.polarity = flags & SMALL_IRQ_LOW ? IRQ_ACTIVE_LOW : IRQ_ACTIVE_HIGH,
		};

		if (!(mask >> irq & 1))
			continue;
		for (uint32_t i = 0; i < reading->platform->override_count; i++)
			if (reading->platform->overrides[i].isa == irq)
				source = reading->platform->overrides[i].source;
		interrupt(reading, source);
	}
	return true;
}

/* Reads one descriptor of `size` bytes. Returns false if it is too short for its type. Ignores I/O ports and other
 * types. */
static bool descriptor(struct reading *reading, const uint8_t *item, uint32_t size)
{
	if (!(item[0] & LARGE))
		return item[0] >> SMALL_TYPE_SHIFT != SMALL_IRQ || isa_interrupt(reading, item, size);

	switch (item[0]) {
	case LARGE_MEMORY24:
		if (size < MEMORY24_SIZE)
			return false;
		memory(reading, (uint64_t)acpi_load16(item + MEMORY24_MIN) << MEMORY24_UNIT_SHIFT,
		       (uint64_t)acpi_load16(item + MEMORY24_LENGTH) << MEMORY24_UNIT_SHIFT);
		return true;
	case LARGE_MEMORY32:
		if (size < MEMORY32_SIZE)
			return false;
		memory(reading, acpi_load32(item + MEMORY32_MIN), acpi_load32(item + MEMORY32_LENGTH));
		return true;
	case LARGE_MEMORY32_FIXED:
		if (size < MEMORY32_FIXED_SIZE)
			return false;
		memory(reading, acpi_load32(item + MEMORY32_FIXED_BASE), acpi_load32(item + MEMORY32_FIXED_LENGTH));
		return true;
	case LARGE_DWORD_SPACE:
		return address_space(reading, item, size, SPACE_NUMBERS, sizeof(uint32_t));
	case LARGE_QWORD_SPACE:
		return address_space(reading, item, size, SPACE_NUMBERS, sizeof(uint64_t));
	case LARGE_EXTENDED_SPACE:
		return address_space(reading, item, size, EXTENDED_NUMBERS, sizeof(uint64_t));
	case LARGE_INTERRUPT:
		return extended_interrupt(reading, item, size);
	default:
		return true;
	}
}

/* The size of the descriptor at `item`, header included; 0 if it does not fit into the remaining bytes. */
static uint32_t descriptor_size(const uint8_t *item, uint32_t left)
{
	uint32_t size;

	if (!(item[0] & LARGE))
		size = 1 + (item[0] & SMALL_LENGTH_MASK);
	else if (left < LARGE_HEADER)
		return 0;
	else
		size = LARGE_HEADER + acpi_load16(item + 1);
	return size <= left ? size : 0;
}

static bool is_end(const uint8_t *item)
{
	return !(item[0] & LARGE) && item[0] >> SMALL_TYPE_SHIFT == SMALL_END;
}

bool acpi_read_resources(struct platform *platform, const struct acpi_table *table, const char *device,
			 const uint8_t *bytes, uint32_t length, struct mmio_window *window)
{
	struct reading reading = { .platform = platform, .window = window };
	uint32_t at = 0, size;

	*window = (struct mmio_window){ .announced = ANNOUNCED_ACPI };
	for (; at < length && !is_end(bytes + at); at += size) {
		size = descriptor_size(bytes + at, length - at);
		if (!size || !descriptor(&reading, bytes + at, size)) {
			acpi_warn(platform, table, "%s: _CRS: descriptor 0x%02x at 0x%x does not fit; ignored", device,
				  bytes[at], at);
			return false;
		}
	}
	if (at >= length)
		acpi_warn(platform, table, "%s: _CRS has no end tag", device);
	if (!reading.memories || !reading.interrupts) {
		acpi_warn(platform, table, "%s: _CRS has no %s; ignored", device,
			  reading.memories ? "interrupt" : "memory");
		return false;
	}
	if (reading.memories > 1 || reading.interrupts > 1)
		acpi_warn(platform, table, "%s: _CRS has %u memory ranges and %u interrupts; the first are used",
			  device, reading.memories, reading.interrupts);
	return true;
}
