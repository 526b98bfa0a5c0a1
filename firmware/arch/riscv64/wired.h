/* SPDX-License-Identifier: BSD-2-Clause */
/* Controllers of wired interrupts: a PLIC or an APLIC. A platform has one that interrupts us. */
#ifndef ARCH_RISCV64_WIRED_H
#define ARCH_RISCV64_WIRED_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;
struct platform_irqchip;

struct wired_controller {
	/*
	 * Prepares an input and leaves it masked. `identity` is the message that it sends, if the controller sends
	 * messages. If the controller turns a level into an edge, changes source->trigger. Returns false if there is no
	 * such input.
	 */
	bool (*open)(struct irq_source *source, uint32_t identity);
	void (*mask)(const struct irq_source *source, uint32_t identity, bool masked);

	/* Returns the input that interrupts, or 0. NULL for a controller that sends messages. */
	uint32_t (*claim)(void);

	/* Completes the interrupt of a line, which may have been parked meanwhile. */
	void (*complete)(const struct irq_source *source, bool parked);

	/* Is the level asserted, although the controller will not report it again? NULL: the controller always
	 * reports it. */
	bool (*forgets)(const struct irq_source *source);
};

/* Return NULL if the chip does not interrupt this CPU in this mode. */
const struct wired_controller *plic_init(const struct platform_irqchip *chip);
const struct wired_controller *aplic_init(const struct platform_irqchip *chip);

/* The index + 1 of the chip's output that is CPU 0's external interrupt; 0: none. */
uint32_t wired_output(const struct platform_irqchip *chip);

#endif
