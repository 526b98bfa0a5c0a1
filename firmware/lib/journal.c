// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/lib/journal.h"

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"

static struct journal_event events[JOURNAL_SIZE];
/*
 * Interrupt handlers and other CPUs write here too. Each writer claims a slot before it fills it, and no writer falls
 * behind by a whole ring. At worst a repetition is counted in the wrong event.
 */
static volatile uint32_t written;
static uint64_t start_ns;
static volatile bool held, kept;
static struct journal_event nowhere; /* takes the events of a paused journal */

void journal_clear(uint64_t now_ns)
{
	if (kept)
		return;
	written = 0;
	held = false;
	start_ns = now_ns;
}

static struct journal_event *claim(uint64_t now_ns, uint32_t cpu, enum journal_kind kind)
{
	struct journal_event *event = &nowhere;

	if (!held && !kept)
		event = &events[__atomic_fetch_add(&written, 1, __ATOMIC_RELAXED) % JOURNAL_SIZE];
	event->time_ns = now_ns - start_ns;
	event->kind = kind;
	event->cpu = (uint8_t)cpu;
	event->width = 0;
	event->repeated = 0;
	event->where = 0;
	event->value = 0;
	event->text[0] = 0;
	return event;
}

void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *device, uint32_t offset,
		    uint8_t width, uint32_t value)
{
	struct journal_event *last = written ? &events[(written - 1) % JOURNAL_SIZE] : NULL;
	struct journal_event *event;

	if (held || kept)
		return;
	if (last && last->kind == kind && last->cpu == cpu && last->where == offset && last->width == width &&
	    last->value == value && last->repeated < UINT16_MAX && !strcmp(last->text, device)) {
		last->repeated++;
		return;
	}
	event = claim(now_ns, cpu, kind);
	event->where = offset;
	event->width = width;
	event->value = value;
	string_copy(event->text, sizeof(event->text), device);
}

void journal_interrupt(uint64_t now_ns, uint32_t cpu, uint32_t vector, uint32_t gsi)
{
	struct journal_event *event = claim(now_ns, cpu, JOURNAL_INTERRUPT);

	event->where = vector;
	event->value = gsi;
}

void journal_step(uint64_t now_ns, const char *format, ...)
{
	struct journal_event *event = claim(now_ns, 0, JOURNAL_STEP);
	va_list arguments;

	va_start(arguments, format);
	vformat_string(event->text, sizeof(event->text), format, arguments);
	va_end(arguments);
}

void journal_pause(bool paused)
{
	held = paused;
}

void journal_keep(bool keep)
{
	kept = keep;
}

uint32_t journal_visit(void (*visit)(const struct journal_event *event, void *context), void *context)
{
	uint32_t end = written, first = end > JOURNAL_SIZE ? end - JOURNAL_SIZE : 0;

	for (uint32_t i = first; i != end; i++)
		visit(&events[i % JOURNAL_SIZE], context);
	return first;
}
