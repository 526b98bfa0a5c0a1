/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt controllers with inputs, of which a platform has one that leads to us: PLIC or APLIC. */
#ifndef ARCH_RISCV64_WIRES_H
#define ARCH_RISCV64_WIRES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;
struct platform_irqchip;

struct wires {
	/*
	 * Prepares an input, masked; `identity` is what it sends where it sends messages. May find that a level arrives
	 * as an edge, and then says so in the source. False: there is no such input.
	 */
	bool (*open)(struct irq_source *source, uint32_t identity);
	void (*mask)(const struct irq_source *source, uint32_t identity, bool masked);

	/* The input that interrupts, 0 if none does. NULL where it sends messages. */
	uint32_t (*claim)(void);

	/* The interrupt of a line was taken; it may be parked now. */
	void (*complete)(const struct irq_source *source, bool parked);

	/* Is a level asserted, although the controller will not say so by itself? NULL: it always does. */
	bool (*forgets)(const struct irq_source *source);
};

/* NULL if the chip does not lead to this CPU and mode. */
const struct wires *plic_init(const struct platform_irqchip *chip);
const struct wires *aplic_init(const struct platform_irqchip *chip);

/* Which of a chip's outputs is the booting CPU's external interrupt: index + 1, 0 if none. */
uint32_t wires_output(const struct platform_irqchip *chip);

#endif
