// SPDX-License-Identifier: BSD-2-Clause
/* Dispatches an interrupt to its owner. */
#include <stddef.h>

#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/host/host.h"

static void take_line(void *line)
{
	lines_taken(line);
}

static void line(uint32_t index)
{
	host_on_cpu(lines_at(index)->cpu, take_line, lines_at(index));
}

static void answer(void *argument)
{
	(void)argument;
	settle_answer(settle_asked());
}

void host_interrupts_init(void)
{
	static const struct host_vectors vectors = { .line = line, .settle = answer };

	host_interrupts_to(&vectors);
}

void interrupts_abandon(void)
{
	host_interrupts_end();
	settle_abandon();
	for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++)
		lines_abandon(cpu);
}
