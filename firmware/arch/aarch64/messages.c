// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/aarch64/messages.h"

#include <arch/mmio.h>

#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/its.h"
#include "firmware/arch/machine.h"
#include "firmware/machine.h"

/* GICv2m frame (Arm's Server Base System Architecture, appendix on GICv2m). */
/* clang-format off */
#define MSI_TYPER     0x008
#define   TYPER_FIRST_SHIFT 16
#define   TYPER_MASK        0x3ff
#define MSI_SETSPI_NS 0x040
/* clang-format on */

enum { FRAME_SIZE = 0x1000 };

static bool has_its;
static uint64_t frame; /* 0: none */
static uint32_t first_spi, spi_count;

static bool frame_init(const struct platform_irqchip *chip)
{
	uint32_t type;

	if (!chip->region_count || !machine_map(chip->regions[0].base, FRAME_SIZE, true))
		return false;
	frame = chip->regions[0].base;
	type = mmio_read32(frame + MSI_TYPER);
	first_spi = chip->first_input ? chip->first_input : type >> TYPER_FIRST_SHIFT & TYPER_MASK;
	spi_count = chip->inputs ? chip->inputs : type & TYPER_MASK;
	if (first_spi < GIC_SPI_FIRST || first_spi >= gic_inputs() || spi_count > gic_inputs() - first_spi)
		frame = spi_count = 0;
	return frame;
}

void messages_init(const struct platform *platform)
{
	for (uint32_t i = 0; gic_inputs() && i < platform->irqchip_count; i++) {
		const struct platform_irqchip *const chip = &platform->irqchips[i];

		if (chip->kind == IRQCHIP_GIC_ITS && !has_its)
			has_its = its_init(chip);
		else if (chip->kind == IRQCHIP_GICV2M && !frame)
			frame_init(chip);
	}
}

const char *messages_description(void)
{
	return has_its ? "ITS" : frame ? "GICv2m frame" : "none";
}

bool messages_exist(void)
{
	return has_its || frame;
}

uint32_t messages_spis(uint32_t *first)
{
	*first = first_spi;
	return spi_count;
}

bool messages_cpu_init(uint32_t cpu)
{
	return !has_its || its_cpu_init(cpu);
}

uint32_t messages_open(uint32_t place, uint32_t cpu)
{
	if (has_its)
		return place < ITS_EVENTS && its_open(place, cpu) ? GIC_LPI_FIRST + place : 0;
	return place < spi_count ? first_spi + place : 0;
}

static bool is_frame(uint32_t intid)
{
	return frame && intid - first_spi < spi_count;
}

bool messages_compose(uint32_t intid, struct irq_message *message)
{
	if (intid >= GIC_LPI_FIRST)
		*message = (struct irq_message){ .address = its_translater(), .data = messages_place(intid) };
	else if (is_frame(intid))
		*message = (struct irq_message){ .address = frame + MSI_SETSPI_NS, .data = intid };
	else
		return false;
	return true;
}

bool messages_send(uint32_t intid)
{
	if (intid >= GIC_LPI_FIRST)
		its_send(messages_place(intid));
	else if (is_frame(intid))
		mmio_write32(frame + MSI_SETSPI_NS, intid);
	else
		return false;
	return true;
}

uint32_t messages_place(uint32_t lpi)
{
	return lpi - GIC_LPI_FIRST;
}
