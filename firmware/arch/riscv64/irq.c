// SPDX-License-Identifier: BSD-2-Clause
/*
 * The interrupt controllers as generic/lines.c, settle.c and guard.c need them.
 *
 * Messages arrive through the IMSIC, if there is one: a line's identity is its index + 1 on every CPU. Without an
 * IMSIC, soft lines are bits in memory and a software interrupt. Messages are then made up, and only devices inside
 * this program can send them.
 */
#include "firmware/arch/riscv64/irq.h"

#include <arch/mmio.h>

#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/cpus.h"
#include "firmware/arch/riscv64/imsic.h"
#include "firmware/arch/riscv64/machine.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/machine.h"

/* The addresses of made-up messages, which belong to no device and no memory. */
#define SOFT_ADDRESS	    0x0000007ff0000000ull
#define SOFT_ADDRESS_STRIDE 8u

_Static_assert(LINES_MAX <= 64, "a CPU's soft lines are one word of bits");

static const struct wired_controller *controller;
static uint64_t external;	   /* the bit of external interrupts in `ie` */
static uint8_t owners[IRQ_INPUTS]; /* for each input: index + 1 of its line */

void irq_init(const struct platform *platform)
{
	imsic_init(platform);
	for (uint32_t i = 0; i < platform->irqchip_count && !controller; i++) {
		if (platform->irqchips[i].kind == IRQCHIP_PLIC)
			controller = plic_init(&platform->irqchips[i]);
		else if (platform->irqchips[i].kind == IRQCHIP_APLIC)
			controller = aplic_init(&platform->irqchips[i]);
	}
	cpu_interrupt_clear();
	/* TinyEMU has no machine external interrupt: the supervisor external interrupt, which is not delegated,
	 * comes instead. */
	external = own_bit(INTERRUPT_EXTERNAL);
	own_set(ie, external);
	if (!(own_read(ie) & external))
		external = 1u << INTERRUPT_EXTERNAL;
	own_set(ie, own_bit(INTERRUPT_SOFTWARE) | 1u << INTERRUPT_SOFTWARE | external);
}

const struct wired_controller *irq_controller(void)
{
	return controller;
}

uint32_t irq_place(uint32_t input)
{
	return owners[input] ? owners[input] - 1u : LINES_MAX;
}

void irq_remember(const struct irq_line *line)
{
	if (line->source.trigger != IRQ_LEVEL || line->parked || !controller->forgets ||
	    !controller->forgets(&line->source))
		return;
	__atomic_fetch_or(&percpu[0].pending, 1ull << (owners[line->source.gsi] - 1), __ATOMIC_RELEASE);
	cpu_interrupt(0);
}

/* A software interrupt ranks below external interrupts, and its handler takes soft lines first. */
bool cpu_settle(uint32_t cpu)
{
	cpu_interrupt(cpu);
	return true;
}

bool irq_messages_from_devices(void)
{
	return imsic_identities();
}

bool irq_enable(bool on)
{
	return on ? interrupts_allow() : interrupts_off();
}

bool line_setup(struct irq_line *line, uint32_t index)
{
	const uint32_t input = line->source.gsi, identity = index + 1;

	if (!controller || input >= IRQ_INPUTS || (!controller->claim && identity > imsic_identities()) ||
	    !controller->open(&line->source, identity))
		return false;
	owners[input] = (uint8_t)identity;
	line->vector = controller->claim ? input : identity;
	return true;
}

void line_mask(const struct irq_line *line, bool masked)
{
	controller->mask(&line->source, owners[line->source.gsi], masked);
	if (!masked)
		irq_remember(line);
}

static bool has_identity(uint32_t index)
{
	return index + 1 <= imsic_identities();
}

bool soft_line_setup(struct irq_line *line, uint32_t index)
{
	line->vector = has_identity(index) ? index + 1 : SOFT_VECTOR + index;
	return true;
}

void soft_line_raise(const struct irq_line *line)
{
	if (line->vector < SOFT_VECTOR) {
		mmio_write32(imsic_page(line->cpu), line->vector);
		return;
	}
	__atomic_fetch_or(&percpu[line->cpu].pending, 1ull << (line->vector - SOFT_VECTOR), __ATOMIC_RELEASE);
	cpu_interrupt(line->cpu);
}

bool message_compose(const struct irq_line *line, struct irq_message *message)
{
	if (line->vector < SOFT_VECTOR)
		*message = (struct irq_message){ .address = imsic_page(line->cpu), .data = line->vector };
	else
		*message = (struct irq_message){
			.address = SOFT_ADDRESS + (line->vector - SOFT_VECTOR) * SOFT_ADDRESS_STRIDE,
			.data = line->vector,
		};
	return message->address != 0;
}

/* On CPU 0, only the watchdog interrupts a handler. On other CPUs, only a request to stop does. */
void handler_begin(void)
{
	own_clear(ie, external);
	if (!cpus_self())
		own_clear(ie, own_bit(INTERRUPT_SOFTWARE) | 1u << INTERRUPT_SOFTWARE);
	interrupts_restore(true);
}

void handler_end(void)
{
	interrupts_off();
	own_set(ie, own_bit(INTERRUPT_SOFTWARE) | 1u << INTERRUPT_SOFTWARE | external);
	if (cpus_self())
		cpu_interrupt(cpus_self());
}

static bool ticking;

void watchdog_start(void)
{
	ticking = clock_has_timer();
	clock_timer_start(CLOCK_TICK);
}

void watchdog_stop(void)
{
	ticking = false;
	clock_timer_stop();
}

bool watchdog_soon(uint64_t nanoseconds)
{
	if (ticking)
		clock_timer_start(nanoseconds);
	return ticking;
}
