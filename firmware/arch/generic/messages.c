// SPDX-License-Identifier: BSD-2-Clause
/* Message signalled interrupts on a port's vectors: a target is a soft line that a message raises. */
#include <stddef.h>

#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/lines.h"

struct irq_line *irq_message_open(uint32_t cpu, struct irq_message *message)
{
	struct irq_line *line = cpu < cpus_count() ? lines_open_soft(IRQ_EDGE, cpu) : NULL;

	if (!line || !message_compose(line, message))
		return NULL;
	line->message = true;
	return line;
}

void irq_message_send(const struct irq_message *message)
{
	const bool on = irq_enable(false);
	struct irq_message own;
	struct irq_line *line;
	uint32_t cpu = 0;

	for (uint32_t i = 0; (line = lines_at(i)) != NULL; i++) {
		if (!line->message || !message_compose(line, &own) || own.address != message->address)
			continue;
		cpu = line->cpu;
		if (own.data == message->data)
			break;
	}
	if (line)
		soft_line_raise(line);
	else
		lines_unowned(cpu, message->data);
	irq_enable(on);
}
