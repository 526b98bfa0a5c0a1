/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arm's Generic Interrupt Controller (IHI 0048 for GICv2, IHI 0069 for GICv3 and later). An INTID names an interrupt:
 *
 *      0 ..   15  SGI: from a CPU to a CPU
 *     16 ..   31  PPI: of one CPU
 *     32 .. 1019  SPI: of the machine
 *   8192 ..       LPI: messages to an ITS (its.h)
 *
 * Each CPU has its own registers for the first 32 interrupts: in the distributor of a GICv2, in the CPU's redistributor
 * of a GICv3.
 */
#ifndef ARCH_AARCH64_GIC_H
#define ARCH_AARCH64_GIC_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;

#define GIC_PPI_FIRST 16u
#define GIC_SPI_FIRST 32u
#define GIC_SPI_END   1020u /* from here on: no interrupt is pending, or an LPI */
#define GIC_LPI_FIRST 8192u

/* A lower value is more urgent. Values are multiples of 0x40, because the lowest bits may not be implemented. */
#define GIC_PRIORITY_WATCHDOG 0x40
#define GIC_PRIORITY_LINE     0x80
#define GIC_PRIORITY_SETTLE   0xc0
#define GIC_PRIORITY_ALL      0xf0 /* as a mask: lets every priority through */

/* gic_find.c: finds the controller, turns all its interrupts off, and makes CPU 0 take interrupts. */
void gic_init(const struct platform *platform);
/* Called on another CPU: makes it take interrupts. Returns false if the CPU has no redistributor. */
bool gic_cpu_init(uint32_t cpu);

/* The number of the distributor's INTIDs, without LPIs; 0: there is no controller. */
uint32_t gic_inputs(void);

/* Acknowledges the most urgent pending interrupt, which is then active until gic_end(). The INTID in the result is
 * GIC_SPI_END or above, but below GIC_LPI_FIRST, if nothing was pending. */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t acknowledged);
/* The INTID in the result of gic_acknowledge(). */
uint32_t gic_intid(uint32_t acknowledged);

/* Configures an SGI, PPI or SPI and leaves it masked and not pending; an SPI goes to CPU 0. */
void gic_configure(uint32_t intid, enum irq_trigger trigger, uint8_t priority);
void gic_mask(uint32_t intid, bool masked);
void gic_route(uint32_t spi, uint32_t cpu);
void gic_set_pending(uint32_t intid);
void gic_clear_pending(uint32_t intid);

/* Sends an SGI. */
void gic_send(uint32_t sgi, uint32_t cpu);

/* For its.c, GICv3 only: a CPU's redistributor, 0 if it has none; and the INTID that would be acknowledged next. */
uint64_t gic_redistributor(uint32_t cpu);
uint32_t gic_v3_highest_pending(void);

#endif
