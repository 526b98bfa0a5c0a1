// SPDX-License-Identifier: BSD-2-Clause
/* The interrupt controller of a process: a vector is a bit. All lines are soft. */
#include "firmware/arch/irq.h"

#include <stddef.h>

#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/host/host.h"

static uint64_t pending; /* a bit for each line */
static bool enabled, taking;
static const struct host_vectors *vectors;
uint32_t host_deaf_cpu;

_Static_assert(LINES_MAX <= 64, "a bit for each line");

void host_interrupts_to(const struct host_vectors *new_vectors)
{
	vectors = new_vectors;
}

void host_interrupts_end(void)
{
	taking = false;
}

void host_interrupts_take(void)
{
	if (!enabled || taking)
		return;
	taking = true;
	while (pending) {
		uint32_t index = (uint32_t)__builtin_ctzll(pending);

		pending &= ~(1ull << index);
		vectors->line(index);
	}
	taking = false;
}

bool irq_messages_from_devices(void)
{
	return true;
}

bool irq_enable(bool on)
{
	const bool before = enabled;

	enabled = on;
	if (on)
		host_interrupts_take();
	return before;
}

/* The CPU answers at once, unless it is the deaf one. */
bool cpu_settle(uint32_t cpu)
{
	host_interrupts_take();
	if (!cpu || cpu != host_deaf_cpu)
		host_on_cpu(cpu, vectors->settle, NULL);
	return true;
}

bool line_setup(struct irq_line *line, uint32_t index)
{
	(void)line;
	(void)index;
	return false;
}

void line_mask(const struct irq_line *line, bool masked)
{
	(void)line;
	(void)masked;
}

bool soft_line_setup(struct irq_line *line, uint32_t index)
{
	line->vector = index;
	return true;
}

void soft_line_raise(const struct irq_line *line)
{
	pending |= 1ull << line->vector;
}

/* Any values will do, as long as no two targets share a half. */
bool message_compose(const struct irq_line *line, struct irq_message *message)
{
	message->address = 0x1fee00000 + 0x1000ull * line->vector;
	message->data = 0x40 + line->vector;
	return true;
}

void handler_begin(void)
{
}

void handler_end(void)
{
}
