// SPDX-License-Identifier: BSD-2-Clause
/* The distributor, which GICv2 and GICv3 share. */
#include "firmware/arch/aarch64/gic.h"

#include <stddef.h>

#include <arch/mmio.h>

#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic_internal.h"

enum { BITS = 32, CONFIG_BITS = 2 };

#define PRIORITIES(PRIORITY) ((PRIORITY)*0x01010101u)

/* Longer than any distributor takes. */
#define PATIENCE MILLISECONDS(100)

static const struct gic_kind *kind;
static uint64_t distributor;
static uint32_t inputs;

uint64_t gic_distributor(void)
{
	return distributor;
}

uint32_t gic_inputs(void)
{
	return inputs;
}

uint32_t gic_acknowledge(void)
{
	return kind->acknowledge();
}

void gic_end(uint32_t acknowledged)
{
	kind->end(acknowledged);
}

uint32_t gic_intid(uint32_t acknowledged)
{
	return acknowledged & kind->intid_mask;
}

void gic_send(uint32_t sgi, uint32_t cpu)
{
	kind->send(sgi, cpu);
}

static bool is_settled(void)
{
	return !(mmio_read32(distributor + GICD_CTLR) & GICD_CTLR_RWP);
}

/* Writes the bit of an interrupt to a register array with one bit for each interrupt. */
static void write_bit(uint64_t offset, uint32_t intid)
{
	const uint64_t base = intid < GIC_SPI_FIRST ? kind->own_registers() : distributor;

	mmio_write32(base + offset + intid / BITS * sizeof(uint32_t), 1u << intid % BITS);
}

void gic_mask(uint32_t intid, bool masked)
{
	write_bit(masked ? GICD_ICENABLER : GICD_ISENABLER, intid);
	if (masked && kind->own_is_settled)
		clock_spin(intid < GIC_SPI_FIRST ? kind->own_is_settled : is_settled, PATIENCE);
	else
		mmio_read32(distributor + GICD_CTLR);
}

void gic_set_pending(uint32_t intid)
{
	write_bit(GICD_ISPENDR, intid);
}

void gic_clear_pending(uint32_t intid)
{
	write_bit(GICD_ICPENDR, intid);
}

void gic_route(uint32_t spi, uint32_t cpu)
{
	kind->route(spi, cpu);
}

void gic_configure(uint32_t intid, enum irq_trigger trigger, uint8_t priority)
{
	const uint64_t base = intid < GIC_SPI_FIRST ? kind->own_registers() : distributor;
	const uint64_t config = base + GICD_ICFGR + intid * CONFIG_BITS / BITS * sizeof(uint32_t);
	const uint32_t edge = 2u << intid * CONFIG_BITS % BITS;

	gic_mask(intid, true);
	mmio_write32(config, trigger == IRQ_EDGE ? mmio_read32(config) | edge : mmio_read32(config) & ~edge);
	mmio_write8(base + GICD_IPRIORITYR + intid, priority);
	if (intid >= GIC_SPI_FIRST)
		gic_route(intid, 0);
	gic_clear_pending(intid);
}

static void all_off(uint64_t base, uint32_t first, uint32_t end)
{
	for (uint32_t i = first / BITS; i < end / BITS; i++) {
		mmio_write32(base + GICD_ICENABLER + i * sizeof(uint32_t), ALL_ONES);
		mmio_write32(base + GICD_ICPENDR + i * sizeof(uint32_t), ALL_ONES);
		mmio_write32(base + GICD_ICACTIVER + i * sizeof(uint32_t), ALL_ONES);
		if (kind->distributor_enable & GICD_CTLR_ARE)
			mmio_write32(base + GICD_IGROUPR + i * sizeof(uint32_t), ALL_ONES);
	}
	for (uint32_t i = first; i < end; i += sizeof(uint32_t))
		mmio_write32(base + GICD_IPRIORITYR + i, PRIORITIES(GIC_PRIORITY_LINE));
}

void gic_own_init(uint64_t registers)
{
	all_off(registers, 0, GIC_SPI_FIRST);
	if (kind->own_is_settled)
		clock_spin(kind->own_is_settled, PATIENCE);
}

bool gic_cpu_init(uint32_t cpu)
{
	return kind && kind->cpu_init(cpu);
}

void gic_start(const struct gic_kind *found, uint64_t base)
{
	kind = found;
	distributor = base;
	inputs = ((mmio_read32(distributor + GICD_TYPER) & GICD_TYPER_LINES) + 1) * BITS;
	if (inputs > GIC_SPI_END)
		inputs = GIC_SPI_END;
	mmio_write32(distributor + GICD_CTLR, 0);
	clock_spin(is_settled, PATIENCE);
	/* Affinity routing comes first, because it changes the meaning of other registers. */
	mmio_write32(distributor + GICD_CTLR, kind->distributor_enable & GICD_CTLR_ARE);
	clock_spin(is_settled, PATIENCE);
	all_off(distributor, GIC_SPI_FIRST, inputs);
	mmio_write32(distributor + GICD_CTLR, kind->distributor_enable);
	clock_spin(is_settled, PATIENCE);
	if (!gic_cpu_init(0)) {
		kind = NULL;
		inputs = 0;
	}
}
