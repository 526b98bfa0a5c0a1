// SPDX-License-Identifier: BSD-2-Clause
/*
 * RISC-V Platform-Level Interrupt Controller Specification, version 1.0. A level that is asserted becomes a request;
 * when the request is completed and the level is still asserted, it becomes another one.
 *
 * Some controllers do not look at the level again (QEMU's). They turn a level into an edge, so we treat such lines as
 * edges. One controller (TinyEMU's) has neither priorities nor enables, so we mask an input by delaying its completion.
 * It also has the first context only, which interrupts every mode.
 */
#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/console.h"
#include "firmware/arch/riscv64/wired.h"
#include "firmware/machine.h"

/* clang-format off */
#define PLIC_PRIORITY(INPUT)    (0x000000 + 4 * (uintptr_t)(INPUT)) /* 0: never interrupts */
#define PLIC_PENDING            0x001000 /* one bit for each input */
#define PLIC_ENABLE(CONTEXT)    (0x002000 + 0x80 * (uintptr_t)(CONTEXT)) /* one bit for each input */
#define PLIC_CONTEXT(CONTEXT)   (0x200000 + 0x1000 * (uintptr_t)(CONTEXT))
#define   CONTEXT_THRESHOLD 0
#define   CONTEXT_CLAIM     4 /* read: claim, write: complete */
#define PLIC_INPUTS 1024
/* clang-format on */

#define PRIORITY_LINE  1u
#define PRIORITY_FIRST 2u /* claimed before any other */

/* How long the console's transmitter may take to report that it is empty. */
#define UART_LIMIT MILLISECONDS(5)

static uintptr_t base;
static uint32_t context, inputs;
static bool looks_again, has_priorities;
static uint32_t held[PLIC_INPUTS / 32];	   /* claimed, and not completed while the line is parked */
static uint32_t blocked[PLIC_INPUTS / 32]; /* masked without a priority: to be held when it is claimed */

static bool is_in(const uint32_t *set, uint32_t input)
{
	return set[input / 32] >> input % 32 & 1;
}

static void put_in(uint32_t *set, uint32_t input, bool in)
{
	set[input / 32] = (set[input / 32] & ~(1u << input % 32)) | (uint32_t)in << input % 32;
}

static void enable(uint32_t input)
{
	const uintptr_t address = base + PLIC_ENABLE(context) + input / 32 * 4;

	mmio_write32(address, mmio_read32(address) | 1u << input % 32);
}

static void set_priority(uint32_t input, uint32_t priority)
{
	mmio_write32(base + PLIC_PRIORITY(input), priority);
}

static bool is_pending(uint32_t input)
{
	return mmio_read32(base + PLIC_PENDING + input / 32 * 4) >> input % 32 & 1;
}

static uint32_t claim(void)
{
	uint32_t input;

	while ((input = mmio_read32(base + PLIC_CONTEXT(context) + CONTEXT_CLAIM) % PLIC_INPUTS) != 0 &&
	       is_in(blocked, input))
		put_in(held, input, true);
	return input;
}

static void end(uint32_t input)
{
	mmio_write32(base + PLIC_CONTEXT(context) + CONTEXT_CLAIM, input);
}

static bool open(struct irq_source *source, uint32_t identity)
{
	(void)identity;
	if (!source->gsi || source->gsi >= inputs)
		return false;
	if (!looks_again)
		source->trigger = IRQ_EDGE;
	set_priority(source->gsi, 0);
	put_in(blocked, source->gsi, !has_priorities);
	enable(source->gsi);
	return true;
}

/*
 * Masks by priority, because a controller may refuse the completion of an input that is not enabled. What the
 * controller noted while the input was masked may be old, so it is dropped. A level that is still asserted becomes a
 * new request at once.
 */
static void mask(const struct irq_source *source, uint32_t identity, bool masked)
{
	const uint32_t input = source->gsi;

	(void)identity;
	put_in(blocked, input, masked && !has_priorities);
	if (masked) {
		set_priority(input, 0);
		return;
	}
	if (is_in(held, input)) {
		put_in(held, input, false);
		set_priority(input, PRIORITY_LINE);
		end(input);
		return;
	}
	if (is_pending(input)) {
		set_priority(input, PRIORITY_FIRST);
		end(claim());
	}
	set_priority(input, PRIORITY_LINE);
}

static void complete(const struct irq_source *source, bool parked)
{
	if (parked && source->trigger == IRQ_LEVEL)
		put_in(held, source->gsi, true);
	else
		end(source->gsi);
}

static bool uart_is_pending(void)
{
	return is_pending(console_interrupt());
}

/*
 * Does a level that stays asserted become a new request? Tests it with the console's transmitter, which asserts a level
 * for as long as we like. Without such a console, assume an edge, which every controller can do; a controller without
 * priorities is TinyEMU's, which is known to look again.
 */
static bool find_out(void)
{
	const uint32_t input = console_interrupt();
	bool again = true;

	if (!input || input >= inputs)
		return !has_priorities;
	set_priority(input, PRIORITY_LINE);
	enable(input);
	console_assert(true);
	if (clock_spin(uart_is_pending, UART_LIMIT) && claim() == input) {
		end(input);
		again = is_pending(input);
	}
	console_assert(false);
	set_priority(input, 0);
	return again;
}

/* Do inputs have priorities, that is, can the priority of any input be set? */
static bool find_priorities(void)
{
	uint32_t kept = 0;

	for (uint32_t input = 1; input < inputs && !kept; input++) {
		set_priority(input, PRIORITY_LINE);
		kept = mmio_read32(base + PLIC_PRIORITY(input));
		set_priority(input, 0);
	}
	return kept;
}

const struct wired_controller *plic_init(const struct platform_irqchip *chip)
{
	static const struct wired_controller plic = {
		.open = open, .mask = mask, .claim = claim, .complete = complete
	};
	const uint32_t output = wired_output(chip);

	if (!output || !machine_map(chip->regions[0].base, PLIC_CONTEXT(output), true))
		return NULL;
	base = chip->regions[0].base;
	context = output - 1;
	inputs = chip->inputs && chip->inputs < PLIC_INPUTS ? chip->inputs + 1 : PLIC_INPUTS;
	/* Firmware or a boot loader may have left inputs enabled. */
	for (uint32_t i = 0; i < inputs; i += 32)
		mmio_write32(base + PLIC_ENABLE(context) + i / 8, 0);
	mmio_write32(base + PLIC_CONTEXT(context) + CONTEXT_THRESHOLD, 0);
	has_priorities = find_priorities();
	if (!has_priorities)
		context = 0;
	looks_again = find_out();
	return &plic;
}
