// SPDX-License-Identifier: BSD-2-Clause
/* ISA interrupt numbers and the global system interrupts that they arrive at. */
#include "firmware/platform/platform.h"

struct irq_source platform_isa_source(const struct platform *platform, uint32_t irq)
{
	for (uint32_t i = 0; i < platform->override_count; i++)
		if (platform->overrides[i].isa == irq)
			return platform->overrides[i].source;
	return (struct irq_source){ .gsi = irq, .trigger = IRQ_EDGE, .polarity = IRQ_ACTIVE_HIGH };
}
