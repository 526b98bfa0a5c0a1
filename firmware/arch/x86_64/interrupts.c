// SPDX-License-Identifier: BSD-2-Clause
/* Dispatches an interrupt to its owner. */
#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/traps.h"
#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"

static void interrupt_line(uint8_t vector)
{
	struct irq_line *const line = vector >= VECTOR_LINES ? lines_at(vector - VECTOR_LINES) : NULL;

	if (line && line->cpu == cpus_self()) {
		lines_taken(line);
		apic_eoi();
		return;
	}
	lines_unowned(cpus_self(), vector);
	/* An 8259's interrupt and a spurious interrupt leave nothing in service. An EOI for them would end another
	 * interrupt. */
	if (apic_present() && apic_in_service(vector))
		apic_eoi();
}

void interrupt_taken(uint8_t vector, uint64_t rip)
{
	switch (vector) {
	case VECTOR_SETTLE:
		settle_answer(settle_asked());
		apic_eoi();
		break;
	case VECTOR_WAKE:
		apic_eoi();
		break;
	case VECTOR_WATCHDOG:
		apic_eoi();
		if (cpus_self())
			break;
		apic_timer_as_ever();
		clock_tick();
		watchdog_tick(rip);
		break;
	default:
		interrupt_line(vector);
	}
}

void interrupts_abandon(void)
{
	lines_abandon(0);
	settle_abandon();
	cr8_write(0);
	if (apic_present())
		apic_eoi_all();
}
