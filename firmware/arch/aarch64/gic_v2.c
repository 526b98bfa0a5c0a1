// SPDX-License-Identifier: BSD-2-Clause
/* GICv2: the CPU interfaces are in memory, at the same addresses for each CPU. */
#include <stddef.h>

#include <arch/mmio.h>

#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/gic_internal.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/machine.h"

/* clang-format off */
#define GICC_CTLR 0x0000
#define   GICC_CTLR_ENABLE 1
#define GICC_PMR  0x0004
#define GICC_BPR  0x0008
#define GICC_IAR  0x000c /* its value names the INTID, and for an SGI also the sending CPU */
#define   IAR_INTID 0x3ff
#define GICC_EOIR 0x0010
#define GICD_CPENDSGIR 0x0f10 /* a byte for each SGI */
#define SGIR_TARGETS_SHIFT 16
#define SGIR_TO_SELF (2u << 24)
/* clang-format on */

enum { INTERFACE_SIZE = 0x1000 };

static uint64_t interface;
static uint8_t targets[CPUS_MAX]; /* each CPU's bit in GICD_ITARGETSR */

/* Reads the CPU's target bit. A controller for one CPU has no such bits: they read 0, and no target is needed. */
static bool cpu_init(uint32_t cpu)
{
	const uint64_t distributor = gic_distributor();

	for (uint32_t i = 0; i < GIC_SPI_FIRST && !targets[cpu]; i++)
		targets[cpu] = mmio_read8(distributor + GICD_ITARGETSR + i);
	gic_own_init(distributor);
	for (uint32_t sgi = 0; sgi < GIC_PPI_FIRST; sgi += sizeof(uint32_t))
		mmio_write32(distributor + GICD_CPENDSGIR + sgi, ALL_ONES);
	mmio_write32(interface + GICC_PMR, GIC_PRIORITY_ALL);
	mmio_write32(interface + GICC_BPR, 0);
	mmio_write32(interface + GICC_CTLR, GICC_CTLR_ENABLE);
	return true;
}

static uint32_t acknowledge(void)
{
	return mmio_read32(interface + GICC_IAR);
}

static void end(uint32_t acknowledged)
{
	mmio_write32(interface + GICC_EOIR, acknowledged);
}

static void route(uint32_t spi, uint32_t cpu)
{
	mmio_write8(gic_distributor() + GICD_ITARGETSR + spi, targets[cpu]);
}

static void send(uint32_t sgi, uint32_t cpu)
{
	const uint32_t to = cpu == cpus_self() ? SGIR_TO_SELF : (uint32_t)targets[cpu] << SGIR_TARGETS_SHIFT;

	mmio_write32(gic_distributor() + GICD_SGIR, to | sgi);
}

static uint64_t own_registers(void)
{
	return gic_distributor();
}

static const struct gic_kind gic_v2 = {
	.cpu_init = cpu_init,
	.acknowledge = acknowledge,
	.end = end,
	.route = route,
	.send = send,
	.own_registers = own_registers,
	.distributor_enable = GICD_CTLR_ENABLE,
	.intid_mask = IAR_INTID,
};

const struct gic_kind *gic_v2_find(const struct platform_irqchip *chip)
{
	interface = chip->regions[1].base;
	/* EOIR is in the first page, and we use nothing in the second. */
	return machine_map(interface, INTERFACE_SIZE, true) ? &gic_v2 : NULL;
}
