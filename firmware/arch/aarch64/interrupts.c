// SPDX-License-Identifier: BSD-2-Clause
/* Dispatches an interrupt to its owner. */
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/irq.h"
#include "firmware/arch/aarch64/messages.h"
#include "firmware/arch/aarch64/traps.h"
#include "firmware/arch/generic/cpus.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"

static struct irq_line *owner_of(uint32_t intid)
{
	if (intid >= GIC_LPI_FIRST)
		return lines_at(messages_place(intid));
	return lines_at(irq_place(intid));
}

void interrupt_taken(uint64_t elr)
{
	const uint32_t acknowledged = gic_acknowledge(), intid = gic_intid(acknowledged);
	struct irq_line *line;

	if (intid >= GIC_SPI_END && intid < GIC_LPI_FIRST)
		return; /* the interrupt went away again */
	irq_begin(acknowledged);
	if (intid == SGI_SETTLE) {
		settle_answer(settle_asked());
		irq_end();
	} else if (intid == SGI_WAKE) {
		irq_end();
	} else if (intid == SGI_STOP) {
		cpu_await_stop();
	} else if (intid == clock_timer_interrupt()) {
		clock_timer_start(CLOCK_TICK);
		irq_end();
		watchdog_tick(elr);
	} else {
		line = owner_of(intid);
		if (line && line->cpu == cpus_self())
			lines_taken(line);
		else
			lines_unowned(cpus_self(), intid);
		irq_end();
	}
}

void interrupts_abandon(void)
{
	lines_abandon(0);
	settle_abandon();
	irq_cpu_end();
}
