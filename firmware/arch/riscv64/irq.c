// SPDX-License-Identifier: BSD-2-Clause
/*
 * From an interrupt to its owner, and what generic/lines.c and generic/guard.c need of the interrupt controllers.
 *
 * A message comes through the IMSIC, if there is one: a line's identity is its index + 1, on whichever CPU it is. If
 * there is none, soft lines are bits in memory and a software interrupt, and messages are what we say, for then only
 * devices inside this program can send any.
 */
#include "firmware/arch/irq.h"

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
#include "firmware/arch/riscv64/traps.h"
#include "firmware/arch/riscv64/wires.h"
#include "firmware/machine.h"

/* Vectors of soft lines without an IMSIC, to tell them from inputs. */
#define SOFT_VECTOR 0x1000u

/* Their messages' addresses: no device's, no memory's. */
#define SOFT_ADDRESS	    0x0000007ff0000000ull
#define SOFT_ADDRESS_STRIDE 8u

_Static_assert(LINES_MAX <= 64, "a CPU's soft lines are one word of bits");

static const struct wires *wires;
static uint64_t external;    /* the bit of external interrupts in `ie` */
static uint8_t owners[1024]; /* of inputs: index + 1 of the line */
static uint32_t claimed;     /* input that is not completed yet */

uint32_t wires_output(const struct platform_irqchip *chip)
{
	for (uint32_t i = 0; i < chip->output_count; i++)
		if (chip->outputs[i].cpu == percpu[0].index && percpu[0].index != PLATFORM_NO_CPU &&
		    chip->outputs[i].cause == own_interrupt(INTERRUPT_EXTERNAL))
			return i + 1;
	return 0;
}

void irq_init(const struct platform *platform)
{
	imsic_init(platform);
	for (uint32_t i = 0; i < platform->irqchip_count && !wires; i++) {
		if (platform->irqchips[i].kind == IRQCHIP_PLIC)
			wires = plic_init(&platform->irqchips[i]);
		else if (platform->irqchips[i].kind == IRQCHIP_APLIC)
			wires = aplic_init(&platform->irqchips[i]);
	}
	cpu_interrupt_clear();
	/* TinyEMU has none of machine mode's: supervisor's, which nobody delegated, comes in its place. */
	external = own_bit(INTERRUPT_EXTERNAL);
	own_set(ie, external);
	if (!(own_read(ie) & external))
		external = 1u << INTERRUPT_EXTERNAL;
	own_set(ie, own_bit(INTERRUPT_SOFTWARE) | 1u << INTERRUPT_SOFTWARE | external);
}

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

/* A level that nobody will tell us of again is a soft line for once. */
static void remember(const struct irq_line *line)
{
	if (line->source.trigger != IRQ_LEVEL || line->parked || !wires->forgets || !wires->forgets(&line->source))
		return;
	__atomic_fetch_or(&percpu[0].pending, 1ull << (owners[line->source.gsi] - 1), __ATOMIC_RELEASE);
	cpu_interrupt(0);
}

static void take_messages(void)
{
	uint32_t identity;

	while ((identity = imsic_claim()) != 0) {
		struct irq_line *const line = lines_at(identity - 1);

		take(line, identity);
		if (is_wired(line) && wires)
			wires->complete(&line->source, line->parked);
	}
}

static void complete(uint32_t input)
{
	struct irq_line *const line = owners[input] ? lines_at(owners[input] - 1u) : NULL;
	const struct irq_source stranger = { .gsi = input };

	claimed = 0;
	wires->complete(line ? &line->source : &stranger, line && line->parked);
	if (line)
		remember(line);
	else
		wires->mask(&stranger, 0, true); /* a loader left it on: it could come for ever */
}

static void take_inputs(void)
{
	uint32_t input;

	while ((input = wires->claim() % sizeof(owners)) != 0) {
		claimed = input;
		take(owners[input] ? lines_at(owners[input] - 1u) : NULL, input);
		complete(input);
	}
}

/* One at a time: what is left when a handler never ends is taken later. */
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
		} else if (!line->parked && wires->forgets(&line->source)) {
			lines_taken(line);
			remember(line);
		}
	}
}

/*
 * First what was asked for, then what came before. Who stops us comes first of all: soft lines may have handlers that
 * do not end, and this interrupt is over. External ones may have come since it began, and are ahead of it then.
 */
static void software_interrupt(void)
{
	uint32_t asked;

	cpu_interrupt_clear();
	if (__atomic_load_n(&percpu_self()->stop, __ATOMIC_ACQUIRE))
		cpu_leave();
	if (lines_in_handler())
		return; /* the rest can wait for handler_end() */
	asked = settle_asked();
	take_soft_lines(percpu_self());
	if (own_read(ip) & own_read(ie) & own_bit(INTERRUPT_EXTERNAL))
		cpu_interrupt(cpus_self());
	else
		settle_answer(asked);
}

void interrupt_taken(uint32_t number, uint64_t epc)
{
	if (number == own_interrupt(INTERRUPT_EXTERNAL) || number == INTERRUPT_EXTERNAL) {
		take_messages();
		if (wires && wires->claim && !cpus_self())
			take_inputs();
	} else if (number == own_interrupt(INTERRUPT_TIMER)) {
		clock_timer_start();
		if (!cpus_self())
			guard_tick(epc);
	} else if (number == INTERRUPT_SOFTWARE || number == own_interrupt(INTERRUPT_SOFTWARE)) {
		software_interrupt();
	} else {
		lines_unowned(cpus_self(), number);
		own_clear(ie, 1ull << number % 64);
	}
}

/* A software interrupt ranks below external ones, and soft lines come before it. */
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

	if (!wires || input >= sizeof(owners) || (!wires->claim && identity > imsic_identities()) ||
	    !wires->open(&line->source, identity))
		return false;
	owners[input] = (uint8_t)identity;
	line->vector = wires->claim ? input : identity;
	return true;
}

void line_mask(const struct irq_line *line, bool masked)
{
	wires->mask(&line->source, owners[line->source.gsi], masked);
	if (!masked)
		remember(line);
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

/* Only the watchdog interrupts a handler; on another CPU, what stops it. */
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

void watchdog_start(void)
{
	clock_timer_start();
}

void watchdog_stop(void)
{
	clock_timer_stop();
}

void interrupts_abandon(void)
{
	lines_abandon(0);
	settle_abandon();
	if (claimed)
		complete(claimed);
	handler_end();
	cpu_interrupt(0); /* soft lines that were not taken */
}
