// SPDX-License-Identifier: BSD-2-Clause
/* The interrupt controllers as generic/lines.c, settle.c and guard.c need them. */

#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/cpus.h"
#include "firmware/arch/x86_64/ioapic.h"
#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"

_Static_assert(VECTOR_LINES + LINES_MAX <= VECTOR_WATCHDOG, "the watchdog interrupts every handler");
_Static_assert(VECTOR_SETTLE >> VECTOR_CLASS_SHIFT < VECTOR_LINES >> VECTOR_CLASS_SHIFT, "settling ranks lowest");

#define MESSAGE_ADDRESS		 0xfee00000u
#define MESSAGE_APIC_ID_SHIFT	 12
#define MESSAGE_APIC_ID_MAX	 0xfe /* 0xff means all CPUs */
#define MESSAGE_REDIRECTION_HINT 0x8u

bool cpu_settle(uint32_t cpu)
{
	if (apic_present())
		cpu_interrupt(cpu, VECTOR_SETTLE);
	return apic_present();
}

bool irq_messages_from_devices(void)
{
	return true;
}

bool irq_enable(bool on)
{
	const bool before = interrupts_off();

	interrupts_restore(on);
	return before;
}

bool line_setup(struct irq_line *line, uint32_t index)
{
	line->vector = VECTOR_LINES + index;
	return apic_present() && ioapic_route(&line->source, (uint8_t)line->vector, apic_id());
}

void line_mask(const struct irq_line *line, bool masked)
{
	ioapic_mask(&line->source, (uint8_t)line->vector, masked);
}

bool soft_line_setup(struct irq_line *line, uint32_t index)
{
	line->vector = VECTOR_LINES + index;
	return apic_present();
}

void soft_line_raise(const struct irq_line *line)
{
	cpu_interrupt(line->cpu, (uint8_t)line->vector);
}

/* Intel SDM, "Message Signalled Interrupts": fixed delivery, edge, to one CPU by its APIC id. The redirection hint
 * has no effect with a single CPU. Every second target sets it, so that targets differ in their addresses as well. */
bool message_compose(const struct irq_line *line, struct irq_message *message)
{
	const uint32_t id = cpu_apic_id(line->cpu);

	if (id > MESSAGE_APIC_ID_MAX)
		return false;
	message->address =
		MESSAGE_ADDRESS | id << MESSAGE_APIC_ID_SHIFT | (line->vector & 1 ? MESSAGE_REDIRECTION_HINT : 0);
	message->data = line->vector;
	return true;
}

/* Raises the task priority to just below the watchdog's class, so that the local APIC holds all other interrupts
 * back. */
void handler_begin(void)
{
	cr8_write((VECTOR_WATCHDOG >> VECTOR_CLASS_SHIFT) - 1);
	interrupts_restore(true);
}

void handler_end(void)
{
	interrupts_off();
	cr8_write(0);
}

/*
 * How far the timer counts in a second: the least of several measurements, because it is too much if the host takes the
 * CPU away between the two clocks.
 */
enum { MEASUREMENTS = 3 };
#define MEASURE_FOR MICROSECONDS(20)

static uint64_t timer_hz(void)
{
	static uint64_t least;
	static uint32_t measured;

	for (; measured < MEASUREMENTS; measured++) {
		const uint32_t from = apic_timer_read();
		const uint64_t began = clock_ns();
		uint64_t lasted, hz;
		uint32_t to;

		while ((lasted = clock_ns() - began) < MEASURE_FOR)
			cpu_relax();
		to = apic_timer_read();
		hz = (to <= from ? from - to : from + apic_timer_period() - to) * NS_PER_SECOND / lasted;
		if (!measured || hz < least)
			least = hz;
	}
	return least;
}

static bool ticking;

void watchdog_start(void)
{
	ticking = apic_present();
	if (ticking)
		apic_timer_interrupt(true);
}

bool watchdog_soon(uint64_t nanoseconds)
{
	const bool can = ticking && !clock_needs_tick();

	if (can)
		apic_timer_soon(nanoseconds * timer_hz() / NS_PER_SECOND);
	return can;
}

void watchdog_stop(void)
{
	ticking = false;
	if (apic_present())
		apic_timer_interrupt(clock_needs_tick());
}
