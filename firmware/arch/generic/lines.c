// SPDX-License-Identifier: BSD-2-Clause
/* Lines, wired and soft: counting, handlers, parking, storms. The port knows which line an interrupt belongs to. CPU 0
 * opens the lines; each line interrupts one CPU. */
#include "firmware/arch/generic/lines.h"

#include <stddef.h>

#include <arch/cpu.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/lib/journal.h"

static struct irq_line lines[LINES_MAX];
static uint32_t line_count;
static struct irq_line *volatile running[CPUS_MAX]; /* line whose handler runs on the CPU */
static volatile uint32_t unowned_count, unowned_last, unowned_cpu;

struct irq_line *irq_line_open(const struct irq_source *source)
{
	struct irq_line *line;
	const bool on = irq_enable(false);

	for (uint32_t i = 0; i < line_count; i++) {
		if (lines[i].source.gsi == source->gsi) {
			irq_enable(on);
			return &lines[i];
		}
	}
	line = line_count < LINES_MAX ? &lines[line_count] : NULL;
	if (line) {
		*line = (struct irq_line){ .source = *source };
		if (line_setup(line, line_count)) {
			line_count++;
			line_mask(line, false);
		} else {
			line = NULL;
		}
	}
	irq_enable(on);
	return line;
}

static bool is_soft(const struct irq_line *line)
{
	return line->source.gsi >= IRQ_SOFT_GSI;
}

struct irq_line *lines_open_soft(enum irq_trigger trigger, uint32_t cpu)
{
	const bool on = irq_enable(false);
	struct irq_line *line = line_count < LINES_MAX ? &lines[line_count] : NULL;

	if (line) {
		*line = (struct irq_line){
			.source = { .gsi = IRQ_SOFT_GSI + line_count, .trigger = trigger },
			.cpu = (uint8_t)cpu,
		};
		if (soft_line_setup(line, line_count))
			line_count++;
		else
			line = NULL;
	}
	irq_enable(on);
	return line;
}

struct irq_line *irq_soft_line_open(enum irq_trigger trigger)
{
	return lines_open_soft(trigger, 0);
}

void irq_soft_line_set(struct irq_line *line, bool asserted)
{
	const bool on = irq_enable(false);
	const bool rising = asserted && !line->soft_asserted;

	line->soft_asserted = asserted;
	/* Another CPU may be unmasking the line: at least one of the two sees the other's write. */
	barrier_full();
	if (rising && !line->parked)
		soft_line_raise(line);
	irq_enable(on);
}

/* Masks as an interrupt controller does. A soft level line that is asserted fires when it is unmasked; an edge that
 * came while the line was masked is lost. */
static void mask(struct irq_line *line, bool masked)
{
	if (!is_soft(line))
		line_mask(line, masked);
	else if (!masked && line->source.trigger == IRQ_LEVEL && line->soft_asserted)
		soft_line_raise(line);
}

void irq_line_attach(struct irq_line *line, void (*handler)(void *context), void *context)
{
	const bool on = irq_enable(false);

	line->handler = handler;
	line->context = context;
	irq_line_rearm(line);
	irq_enable(on);
}

void irq_line_rearm(struct irq_line *line)
{
	const bool on = irq_enable(false);

	line->since_rearm = 0;
	line->storm = false;
	if (line->parked) {
		line->parked = false;
		barrier_full();
		mask(line, false);
	}
	irq_enable(on);
}

void lines_park(struct irq_line *line)
{
	line->parked = true;
	mask(line, true);
}

uint32_t irq_unowned_count(void)
{
	return unowned_count;
}

uint32_t irq_unowned_last(void)
{
	return unowned_last;
}

uint32_t irq_unowned_cpu(void)
{
	return unowned_cpu;
}

struct irq_line *lines_at(uint32_t index)
{
	return index < line_count ? &lines[index] : NULL;
}

void lines_taken(struct irq_line *line)
{
	const uint64_t now = clock_ns();

	/* As an interrupt controller does: drops an interrupt of a masked line, and forgets a level that has fallen
	 * since. */
	if (is_soft(line) && (line->parked || (line->source.trigger == IRQ_LEVEL && !line->soft_asserted)))
		return;
	line->count++;
	line->since_rearm++;
	line->last_ns = now;
	journal_interrupt(now, line->cpu, line->vector, line->source.gsi);

	if (line->since_rearm >= IRQ_STORM_LIMIT)
		line->storm = true;
	/*
	 * A level line stays asserted until somebody services the device. So mask it before the controller learns that
	 * this interrupt is over.
	 */
	if (line->storm || (!line->handler && line->source.trigger == IRQ_LEVEL))
		lines_park(line);
	if (line->handler) {
		running[line->cpu] = line;
		handler_begin();
		line->handler(line->context);
		handler_end();
		running[line->cpu] = NULL;
	}
	if (is_soft(line) && !line->parked && line->source.trigger == IRQ_LEVEL && line->soft_asserted)
		soft_line_raise(line); /* still asserted: a level fires again */
}

void lines_unowned(uint32_t cpu, uint32_t vector)
{
	__atomic_fetch_add(&unowned_count, 1, __ATOMIC_RELAXED);
	unowned_last = vector;
	unowned_cpu = cpu;
	journal_interrupt(clock_ns(), cpu, vector, IRQ_NO_GSI);
}

void lines_abandon(uint32_t cpu)
{
	struct irq_line *const line = running[cpu];

	if (!line)
		return;
	running[cpu] = NULL;
	line->handler = NULL;
	lines_park(line);
}

void lines_arrived(void)
{
	running[cpus_self()] = NULL;
}

bool lines_in_handler(void)
{
	return running[cpus_self()] != NULL;
}
