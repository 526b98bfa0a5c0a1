// SPDX-License-Identifier: BSD-2-Clause
/* The generic timer description table: section 5.2.25. */
#include "firmware/discovery/acpi/acpi.h"

/* The offset of each timer's u32 interrupt and u32 flags. Later releases added the last timer: it exists if it lies
 * inside the table. */
static const uint32_t timers[] = { 48, 56, 64, 72, 96 };

enum {
	GTDT_SIZE = 96,
	TIMER_FLAGS = 4,
	TIMER_SIZE = 8,
	TIMER_EDGE = 1 << 0,
	TIMER_LOW = 1 << 1,
};

void acpi_read_gtdt(struct platform *platform, const struct acpi_table *gtdt)
{
	_Static_assert(sizeof(timers) / sizeof(timers[0]) == PLATFORM_TIMERS, "in the order of struct platform");
	if (platform->timer_count)
		return;
	if (gtdt->length < GTDT_SIZE) {
		acpi_warn(platform, gtdt, "length 0x%x is too short; ignored", gtdt->length);
		return;
	}
	for (uint32_t i = 0; i < PLATFORM_TIMERS && timers[i] + TIMER_SIZE <= gtdt->length; i++) {
		const uint8_t *timer = gtdt->bytes + timers[i];
		const uint32_t flags = acpi_load32(timer + TIMER_FLAGS);

		platform->timers[platform->timer_count++] = (struct irq_source){
			.gsi = acpi_load32(timer),
			.trigger = flags & TIMER_EDGE ? IRQ_EDGE : IRQ_LEVEL,
			.polarity = flags & TIMER_LOW ? IRQ_ACTIVE_LOW : IRQ_ACTIVE_HIGH,
		};
	}
}
