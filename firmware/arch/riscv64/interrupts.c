// SPDX-License-Identifier: BSD-2-Clause
/* Dispatches an interrupt to its owner. */
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/cpus.h"
#include "firmware/arch/riscv64/imsic.h"
#include "firmware/arch/riscv64/irq.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/traps.h"

static uint32_t claimed; /* input that is claimed but not completed */

static void take(struct irq_line *line, uint32_t vector)
{
	if (line && line->cpu == cpus_self() && line->vector == vector)
		lines_taken(line);
	else
		lines_unowned(cpus_self(), vector);
}

static bool is_wired(const struct irq_line *line)
{
	return line && line->source.gsi < IRQ_SOFT_GSI;
}

static void take_messages(void)
{
	uint32_t identity;

	while ((identity = imsic_claim()) != 0) {
		struct irq_line *const line = lines_at(identity - 1);

		take(line, identity);
		if (is_wired(line) && irq_controller())
			irq_controller()->complete(&line->source, line->parked);
	}
}

static void complete(uint32_t input)
{
	struct irq_line *const line = lines_at(irq_place(input));
	const struct irq_source stranger = { .gsi = input };

	claimed = 0;
	irq_controller()->complete(line ? &line->source : &stranger, line && line->parked);
	if (line)
		irq_remember(line);
	else
		irq_controller()->mask(&stranger, 0,
				       true); /* a loader left it enabled, and it might interrupt for ever */
}

static void take_inputs(void)
{
	uint32_t input;

	while ((input = irq_controller()->claim() % IRQ_INPUTS) != 0) {
		claimed = input;
		take(lines_at(irq_place(input)), input);
		complete(input);
	}
}

static void external_interrupt(void)
{
	take_messages();
	if (irq_controller() && irq_controller()->claim && !cpus_self())
		take_inputs();
}

/* Takes one line at a time, so that the others stay pending if a handler never ends. */
static void take_soft_lines(struct percpu *self)
{
	uint64_t pending;

	while ((pending = __atomic_load_n(&self->pending, __ATOMIC_ACQUIRE)) != 0) {
		struct irq_line *line;
		uint32_t index = 0;

		while (!(pending >> index & 1))
			index++;
		__atomic_fetch_and(&self->pending, ~(1ull << index), __ATOMIC_ACQ_REL);
		line = lines_at(index);
		if (!is_wired(line)) {
			take(line, SOFT_VECTOR + index);
		} else if (!line->parked && irq_controller()->forgets(&line->source)) {
			lines_taken(line);
			irq_remember(line);
		}
	}
}

/*
 * A request to stop comes first, because soft lines may have handlers that do not end, and this interrupt does not come
 * again. Then read the request to settle, and only then take the soft lines, so that those sent before the request are
 * taken before the answer. External interrupts that are pending by now would be taken after the answer; so take them
 * here. (They rank above software interrupts, but QEMU without AIA takes the software interrupt first, for ever if it
 * is sent again to let them in.)
 */
static void software_interrupt(void)
{
	uint32_t asked;

	cpu_interrupt_clear();
	if (__atomic_load_n(&percpu_self()->stop, __ATOMIC_ACQUIRE))
		cpu_leave();
	if (lines_in_handler())
		return; /* handler_end() sends another software interrupt for the rest */
	asked = settle_asked();
	take_soft_lines(percpu_self());
	if (own_read(ip) & own_read(ie) & own_bit(INTERRUPT_EXTERNAL))
		external_interrupt();
	settle_answer(asked);
}

void interrupt_taken(uint32_t number, uint64_t epc)
{
	if (number == own_interrupt(INTERRUPT_EXTERNAL) || number == INTERRUPT_EXTERNAL) {
		external_interrupt();
	} else if (number == own_interrupt(INTERRUPT_TIMER)) {
		clock_timer_start(CLOCK_TICK);
		if (!cpus_self())
			watchdog_tick(epc);
	} else if (number == INTERRUPT_SOFTWARE || number == own_interrupt(INTERRUPT_SOFTWARE)) {
		software_interrupt();
	} else {
		lines_unowned(cpus_self(), number);
		own_clear(ie, 1ull << number % 64);
	}
}

void interrupts_abandon(void)
{
	lines_abandon(0);
	settle_abandon();
	if (claimed)
		complete(claimed);
	handler_end();
	cpu_interrupt(0); /* for soft lines that were not taken */
}
