/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to the GIC: for gic_find.c, for the two kinds of controllers, and for gic.c, which both of them use. */
#ifndef ARCH_AARCH64_GIC_INTERNAL_H
#define ARCH_AARCH64_GIC_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

struct platform_irqchip;

/* Registers of the distributor. The redistributor's second frame has those of the first 32 interrupts at the same
 * offsets. */
/* clang-format off */
#define GICD_CTLR       0x0000
#define   GICD_CTLR_ENABLE     0x00000001 /* GICv2; GICv3: group 0, or 1 as a non-secure reader sees it */
#define   GICD_CTLR_ENABLE_1   0x00000002
#define   GICD_CTLR_ARE        0x00000010 /* affinity routing */
#define   GICD_CTLR_RWP        0x80000000 /* writes have yet to take effect */
#define GICD_TYPER      0x0004
#define   GICD_TYPER_LINES     0x0000001f /* n: 32 * (n + 1) INTIDs */
#define   GICD_TYPER_LPIS      0x00020000
#define GICD_IGROUPR    0x0080
#define GICD_ISENABLER  0x0100
#define GICD_ICENABLER  0x0180
#define GICD_ISPENDR    0x0200
#define GICD_ICPENDR    0x0280
#define GICD_ICACTIVER  0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ITARGETSR  0x0800
#define GICD_ICFGR      0x0c00
#define GICD_SGIR       0x0f00
#define GICD_IROUTER    0x6000
/* clang-format on */

#define ALL_ONES 0xffffffffu

/* What the two kinds do in different ways. */
struct gic_kind {
	bool (*cpu_init)(uint32_t cpu);
	uint32_t (*acknowledge)(void);
	void (*end)(uint32_t acknowledged);
	void (*route)(uint32_t spi, uint32_t cpu);
	void (*send)(uint32_t sgi, uint32_t cpu);
	uint64_t (*own_registers)(void); /* registers of the calling CPU's first 32 interrupts */
	bool (*own_is_settled)(void);	 /* have writes to them taken effect? NULL: they take effect at once */
	uint32_t distributor_enable;
	uint32_t intid_mask; /* in the result of acknowledge() */
};

/* Prepare a kind and return it. NULL if its registers cannot be reached. */
const struct gic_kind *gic_v2_find(const struct platform_irqchip *chip);
const struct gic_kind *gic_v3_find(const struct platform_irqchip *chip);

/* Starts the distributor at `base` and makes CPU 0 take interrupts. */
void gic_start(const struct gic_kind *kind, uint64_t base);

/* The distributor's registers. */
uint64_t gic_distributor(void);

/* Puts a CPU's first 32 interrupts into a known state: masked, in group 1, with the priority of lines. */
void gic_own_init(uint64_t registers);

#endif
