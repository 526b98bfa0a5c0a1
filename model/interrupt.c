/* SPDX-License-Identifier: BSD-2-Clause */
/* InterruptStatus, InterruptACK and the line: 4.2.2.1, 4.2.3.4. The line is a level: asserted as long as a bit is set. */
#include "model/internal.h"

static void set_line(struct model *m, bool asserted)
{
	if (m->line == asserted)
		return;
	m->line = asserted;
	m->host.set_line(m->host.context, asserted);
}

void model_raise(struct model *m, uint32_t cause)
{
	m->interrupt_status |= cause;
	set_line(m, true);
}

void model_acknowledge(struct model *m, uint32_t causes)
{
	m->interrupt_status &= ~causes;
	set_line(m, m->interrupt_status != 0);
}

void model_clear_interrupts(struct model *m)
{
	m->interrupt_status = 0;
	set_line(m, false);
}

uint32_t model_read_interrupt_status(struct model *m)
{
	return m->interrupt_status;
}
