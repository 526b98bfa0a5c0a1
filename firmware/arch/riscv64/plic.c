// SPDX-License-Identifier: BSD-2-Clause
/*
 * RISC-V Platform-Level Interrupt Controller Specification, version 1.0. A level that is asserted becomes a request,
 * and does so again when the former one is completed. There are controllers that do not look again (QEMU's): what they
 * make of a level is an edge, and such lines are treated as edges. And one (TinyEMU's) has no priorities and no
 * enables, so that an input is masked by holding back its completion, and of all contexts the first alone, for every
 * mode.
 */
#include <arch/mmio.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/console.h"
#include "firmware/arch/riscv64/wires.h"
#include "firmware/machine.h"

/* clang-format off */
#define PLIC_PRIORITY(INPUT)    (0x000000 + 4 * (uintptr_t)(INPUT)) /* 0: never */
#define PLIC_PENDING            0x001000 /* a bit an input */
#define PLIC_ENABLE(CONTEXT)    (0x002000 + 0x80 * (uintptr_t)(CONTEXT)) /* a bit an input */
#define PLIC_CONTEXT(CONTEXT)   (0x200000 + 0x1000 * (uintptr_t)(CONTEXT))
#define   CONTEXT_THRESHOLD 0
#define   CONTEXT_CLAIM     4 /* read: claim, write: complete */
#define PLIC_INPUTS 1024
/* clang-format on */

#define PRIORITY_LINE  1u
#define PRIORITY_FIRST 2u /* is claimed before any other */

/* How long the console's transmitter may take to say that it is empty. */
#define UART_LIMIT MILLISECONDS(5)

static uintptr_t base;
static uint32_t context, inputs;
static bool looks_again, has_priorities;
static uint32_t held[PLIC_INPUTS / 32];	   /* claimed, and not completed as long as the line is parked */
static uint32_t blocked[PLIC_INPUTS / 32]; /* to be held when it is claimed: masked, without a priority to do so */

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
 * By priority: a controller may refuse the completion of an input that is not enabled. What it noted meanwhile may be
 * old, so it is dropped; a level that is still asserted becomes a new request at once.
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
 * The console's transmitter asserts a level for as long as we like: is it a new request after the first? Without such a
 * console an edge is what every controller can do; TinyEMU's is known.
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

/* Does any input have one that can be set? */
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

const struct wires *plic_init(const struct platform_irqchip *chip)
{
	static const struct wires plic = { .open = open, .mask = mask, .claim = claim, .complete = complete };
	const uint32_t output = wires_output(chip);

	if (!output || !machine_map(chip->regions[0].base, PLIC_CONTEXT(output), true))
		return NULL;
	base = chip->regions[0].base;
	context = output - 1;
	inputs = chip->inputs && chip->inputs < PLIC_INPUTS ? chip->inputs + 1 : PLIC_INPUTS;
	/* What the firmware or a boot loader left enabled. */
	for (uint32_t i = 0; i < inputs; i += 32)
		mmio_write32(base + PLIC_ENABLE(context) + i / 8, 0);
	mmio_write32(base + PLIC_CONTEXT(context) + CONTEXT_THRESHOLD, 0);
	has_priorities = find_priorities();
	if (!has_priorities)
		context = 0;
	looks_again = find_out();
	return &plic;
}
