// SPDX-License-Identifier: BSD-2-Clause
/* GICv3 and later: the CPU interfaces are system registers, and each CPU has a redistributor. */
#include <stddef.h>

#include <arch/mmio.h>

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/gic_internal.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/machine.h"

/* System registers by encoding, because old assemblers do not know their names. */
#define ICC_SRE_EL1	"s3_0_c12_c12_5"
#define ICC_PMR_EL1	"s3_0_c4_c6_0"
#define ICC_BPR1_EL1	"s3_0_c12_c12_3"
#define ICC_CTLR_EL1	"s3_0_c12_c12_4"
#define ICC_IGRPEN1_EL1 "s3_0_c12_c12_7"
#define ICC_IAR1_EL1	"s3_0_c12_c12_0"
#define ICC_HPPIR1_EL1	"s3_0_c12_c12_2"
#define ICC_EOIR1_EL1	"s3_0_c12_c12_1"
#define ICC_SGI1R_EL1	"s3_0_c12_c11_5"

/* clang-format off */
#define GICR_CTLR       0x0000
#define   GICR_CTLR_RWP    0x08 /* writes to masks of the first 32 interrupts have yet to take effect */
#define GICR_TYPER      0x0008 /* 64 bits */
#define   GICR_TYPER_VLPIS 0x02
#define   GICR_TYPER_LAST  0x10 /* the last one of its region */
#define GICR_WAKER      0x0014
#define   WAKER_SLEEP    2
#define   WAKER_CHILDREN 4
#define GICR_OWN        0x10000 /* the second frame */
/* clang-format on */

#define IAR_INTID 0xffffff

enum { FRAME = 0x10000, REDISTRIBUTOR_SIZE = 2 * FRAME, REDISTRIBUTOR_V4_SIZE = 4 * FRAME };

/* MPIDR_EL1 and GICR_TYPER hold the affinity in different bits. */
#define MPIDR_AFFINITY	       0x000000ff00ffffffull
#define MPIDR_AFFINITY_3_SHIFT 32
#define LOW_AFFINITIES	       0x00ffffffu

#define PATIENCE MILLISECONDS(100)

static uint64_t regions[PLATFORM_IRQCHIP_REGIONS], sizes[PLATFORM_IRQCHIP_REGIONS], stride;
static uint32_t region_count;
static uint64_t redistributors[CPUS_MAX], affinities[CPUS_MAX];

uint64_t gic_redistributor(uint32_t cpu)
{
	return cpu < CPUS_MAX ? redistributors[cpu] : 0;
}

static uint64_t find_redistributor(uint64_t mpidr)
{
	const uint32_t wanted = (uint32_t)((mpidr & LOW_AFFINITIES) | (mpidr >> MPIDR_AFFINITY_3_SHIFT << 24));

	for (uint32_t i = 0; i < region_count; i++) {
		const uint64_t end = regions[i] + sizes[i];
		uint64_t at = regions[i];

		while (end - at >= REDISTRIBUTOR_SIZE && machine_map(at, REDISTRIBUTOR_SIZE, true)) {
			const uint32_t type = mmio_read32(at + GICR_TYPER);
			const uint64_t step = stride			? stride
					      : type & GICR_TYPER_VLPIS ? REDISTRIBUTOR_V4_SIZE
									: REDISTRIBUTOR_SIZE;

			if (mmio_read32(at + GICR_TYPER + sizeof(uint32_t)) == wanted)
				return at;
			if (type & GICR_TYPER_LAST || step > end - at)
				break;
			at += step;
		}
	}
	return 0;
}

static bool is_awake(void)
{
	return !(mmio_read32(redistributors[cpus_self()] + GICR_WAKER) & WAKER_CHILDREN);
}

static bool own_is_settled(void)
{
	return !(mmio_read32(redistributors[cpus_self()] + GICR_CTLR) & GICR_CTLR_RWP);
}

static bool cpu_init(uint32_t cpu)
{
	const uint64_t affinity = system_read("mpidr_el1") & MPIDR_AFFINITY, at = find_redistributor(affinity);

	if (!at)
		return false;
	affinities[cpu] = affinity;
	redistributors[cpu] = at;
	mmio_write32(at + GICR_WAKER, mmio_read32(at + GICR_WAKER) & ~(uint32_t)WAKER_SLEEP);
	clock_spin(is_awake, PATIENCE);
	gic_own_init(at + GICR_OWN);
	system_write(ICC_SRE_EL1, 1);
	isb();
	system_write(ICC_PMR_EL1, GIC_PRIORITY_ALL);
	system_write(ICC_BPR1_EL1, 0);
	system_write(ICC_CTLR_EL1, 0); /* EOIR drops the priority and deactivates */
	system_write(ICC_IGRPEN1_EL1, 1);
	isb();
	return true;
}

static uint32_t acknowledge(void)
{
	const uint64_t intid = system_read(ICC_IAR1_EL1);

	dsb(); /* the acknowledgement takes effect before the handler runs */
	return (uint32_t)intid;
}

static void end(uint32_t acknowledged)
{
	dsb(); /* the handler's accesses to the device take effect first */
	system_write(ICC_EOIR1_EL1, acknowledged);
	isb();
}

uint32_t gic_v3_highest_pending(void)
{
	return (uint32_t)system_read(ICC_HPPIR1_EL1);
}

static void route(uint32_t spi, uint32_t cpu)
{
	const uint64_t router = gic_distributor() + GICD_IROUTER + (uint64_t)spi * sizeof(uint64_t);

	mmio_write32(router, (uint32_t)affinities[cpu]);
	mmio_write32(router + sizeof(uint32_t), (uint32_t)(affinities[cpu] >> 32));
}

/*
 * Affinities 3, 2 and 1 name a cluster; a range of sixteen affinities 0 in it has one bit for each CPU. A CPU that
 * never came up has no affinity stored, and an affinity of 0 would name another CPU.
 */
static void send(uint32_t sgi, uint32_t cpu)
{
	const uint64_t affinity = affinities[cpu], own = affinity & 0xff;
	const uint64_t cluster =
		(affinity >> 32 & 0xff) << 48 | (affinity >> 16 & 0xff) << 32 | (affinity >> 8 & 0xff) << 16;

	if (!redistributors[cpu])
		return;
	dsb(); /* the receiver must find in memory what the SGI is about */
	system_write(ICC_SGI1R_EL1, cluster | own / 16 << 44 | (uint64_t)sgi << 24 | 1u << own % 16);
	isb();
}

static uint64_t own_registers(void)
{
	return redistributors[cpus_self()] + GICR_OWN;
}

static const struct gic_kind gic_v3 = {
	.cpu_init = cpu_init,
	.acknowledge = acknowledge,
	.end = end,
	.route = route,
	.send = send,
	.own_registers = own_registers,
	.own_is_settled = own_is_settled,
	.distributor_enable = GICD_CTLR_ARE | GICD_CTLR_ENABLE_1 | GICD_CTLR_ENABLE,
	.intid_mask = IAR_INTID,
};

/* Requires the system registers of a GICv3. */
const struct gic_kind *gic_v3_find(const struct platform_irqchip *chip)
{
	if (!(system_read("id_aa64pfr0_el1") >> ID_PFR0_GIC_SHIFT & 0xf))
		return NULL;
	/* Ignores a stride that would make redistributors overlap or misalign. */
	if (chip->redistributor_stride >= REDISTRIBUTOR_SIZE && chip->redistributor_stride % FRAME == 0)
		stride = chip->redistributor_stride;
	for (uint32_t i = 0; i < chip->redistributor_regions && i + 1 < chip->region_count; i++) {
		regions[i] = chip->regions[i + 1].base;
		sizes[i] = chip->regions[i + 1].size;
		region_count = i + 1;
	}
	return &gic_v3;
}
