// SPDX-License-Identifier: BSD-2-Clause
/* Finds out which kind of controller the platform has. */
#include <stddef.h>

#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/gic_internal.h"
#include "firmware/arch/machine.h"
#include "firmware/machine.h"

enum { DISTRIBUTOR_SIZE = 0x10000, GICV2_DISTRIBUTOR_SIZE = 0x1000 };

void gic_init(const struct platform *platform)
{
	for (uint32_t i = 0; i < platform->irqchip_count; i++) {
		const struct platform_irqchip *const chip = &platform->irqchips[i];
		const bool v3 = chip->kind == IRQCHIP_GICV3;
		const struct gic_kind *kind;

		if ((!v3 && chip->kind != IRQCHIP_GICV2) || chip->region_count < 2 ||
		    !machine_map(chip->regions[0].base, v3 ? DISTRIBUTOR_SIZE : GICV2_DISTRIBUTOR_SIZE, true))
			continue;
		kind = v3 ? gic_v3_find(chip) : gic_v2_find(chip);
		if (kind)
			gic_start(kind, chip->regions[0].base);
		return;
	}
}
