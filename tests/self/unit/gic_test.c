// SPDX-License-Identifier: BSD-2-Clause
/* The distributor of an Arm interrupt controller: what the driver waits for when it masks an interrupt. The registers
 * are memory here. */
#include "tests/self/unit/unit.h"

#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/gic_internal.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/machine.h"
#include "firmware/discovery/platform.h"

enum { DISTRIBUTOR_WORDS = 0x10000 / sizeof(uint32_t), OWN_WORDS = 0x1000 / sizeof(uint32_t), PPI = 27, SPI = 40 };

static uint32_t distributor[DISTRIBUTOR_WORDS], own[OWN_WORDS];
static bool own_busy;
static unsigned own_looks;
static uint64_t now;

uint64_t clock_ns(void)
{
	return now;
}

void cpu_relax(void)
{
	now += MICROSECONDS(10);
}

bool patience_ends(struct patience *patience)
{
	return now >= patience->deadline;
}

bool machine_map(uint64_t address, uint64_t size, bool device)
{
	(void)size;
	return device && address == (uintptr_t)distributor;
}

static bool cpu_init(uint32_t cpu)
{
	return cpu == 0;
}

static uint64_t own_registers(void)
{
	return (uintptr_t)own;
}

static bool own_is_settled(void)
{
	own_looks++;
	return !own_busy;
}

static void route(uint32_t spi, uint32_t cpu)
{
	(void)spi;
	(void)cpu;
}

static const struct gic_kind gic_v2 = {
	.cpu_init = cpu_init,
	.own_registers = own_registers,
	.route = route,
	.distributor_enable = GICD_CTLR_ENABLE,
};

static const struct gic_kind gic_v3 = {
	.cpu_init = cpu_init,
	.own_registers = own_registers,
	.own_is_settled = own_is_settled,
	.route = route,
	.distributor_enable = GICD_CTLR_ARE | GICD_CTLR_ENABLE_1 | GICD_CTLR_ENABLE,
};

const struct gic_kind *gic_v2_find(const struct platform_irqchip *chip)
{
	(void)chip;
	return &gic_v2;
}

const struct gic_kind *gic_v3_find(const struct platform_irqchip *chip)
{
	(void)chip;
	return &gic_v3;
}

static void start(enum irqchip_kind chip)
{
	static struct platform platform;

	platform = (struct platform){
		.irqchip_count = 1,
		.irqchips = { { .kind = chip, .region_count = 2, .regions = { { .base = (uintptr_t)distributor } } } },
	};
	own_busy = false;
	distributor[GICD_TYPER / sizeof(uint32_t)] = 1; /* 64 interrupts */
	gic_init(&platform);
	own_looks = 0;
	now = 0;
}

UNIT_TEST(who_is_waited_for)
{
	static const struct {
		const char *name;
		enum irqchip_kind chip;
		uint32_t input;
		bool mask, busy; /* is the redistributor? The distributor is. */
		bool looked, waited;
	} rows[] = {
		{ "GICv3 masks its own", IRQCHIP_GICV3, PPI, true, false, true, false },
		{ "GICv3 masks its own, busy", IRQCHIP_GICV3, PPI, true, true, true, true },
		{ "GICv3 masks a shared one", IRQCHIP_GICV3, SPI, true, false, false, true },
		{ "GICv3 unmasks its own", IRQCHIP_GICV3, PPI, false, true, false, false },
		{ "GICv3 unmasks a shared one", IRQCHIP_GICV3, SPI, false, true, false, false },
		{ "GICv2 masks its own", IRQCHIP_GICV2, PPI, true, true, false, false },
		{ "GICv2 masks a shared one", IRQCHIP_GICV2, SPI, true, true, false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unit_row(rows[i].name);
		start(rows[i].chip);
		own_busy = rows[i].busy;
		distributor[GICD_CTLR / sizeof(uint32_t)] |= GICD_CTLR_RWP;
		own[GICD_ICENABLER / sizeof(uint32_t)] = distributor[GICD_ICENABLER / sizeof(uint32_t) + 1] = 0;
		gic_mask(rows[i].input, rows[i].mask);
		if (rows[i].mask && rows[i].input == PPI)
			unit_equal(own[GICD_ICENABLER / sizeof(uint32_t)], 1u << PPI);
		if (rows[i].mask && rows[i].input == SPI)
			unit_equal(distributor[GICD_ICENABLER / sizeof(uint32_t) + 1], 1u << (SPI - 32));
		unit_equal(own_looks > 0, rows[i].looked);
		unit_equal(own_looks > 1, rows[i].looked && rows[i].waited);
		unit_true(rows[i].waited ? now >= MILLISECONDS(100) && now < MILLISECONDS(200) : now == 0);
	}
}
