/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arm's Generic Interrupt Controller (IHI 0048 for GICv2, IHI 0069 for GICv3 and later). An interrupt is its INTID:
 *
 *      0 ..   15  SGI: from a CPU to a CPU
 *     16 ..   31  PPI: of one CPU
 *     32 .. 1019  SPI: of the machine
 *   8192 ..       LPI: messages to an ITS (its.h)
 *
 * Every CPU has registers of its own for the first 32. With a GICv2 the distributor has them, with a GICv3 each CPU's
 * redistributor.
 */
#ifndef ARCH_AARCH64_GIC_H
#define ARCH_AARCH64_GIC_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

struct platform;

#define GIC_PPI_FIRST 16u
#define GIC_SPI_FIRST 32u
#define GIC_SPI_END   1020u /* from here on: nothing is pending, or an LPI */
#define GIC_LPI_FIRST 8192u

/* Lower is more urgent. Multiples of 0x40, for the lowest bits need not exist. */
#define GIC_PRIORITY_WATCHDOG 0x40
#define GIC_PRIORITY_LINE     0x80
#define GIC_PRIORITY_SETTLE   0xc0
#define GIC_PRIORITY_ALL      0xf0 /* as a mask: lets everything through */

/* gic_find.c: finds the controller, with everything off, and makes the CPU that boots take interrupts. */
void gic_init(const struct platform *platform);
/* Another CPU, by itself: takes interrupts from here on. False: it has no redistributor. */
bool gic_cpu_init(uint32_t cpu);

/* 0: there is no controller. Otherwise how many INTIDs the distributor has; LPIs do not count. */
uint32_t gic_inputs(void);

/* What the CPU is to do: an INTID, or GIC_SPI_END and above for nothing. It is then active until gic_end(). */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t acknowledged);
/* The INTID in what was acknowledged. */
uint32_t gic_intid(uint32_t acknowledged);

/* SPI or PPI, masked and not pending afterwards; SPIs go to CPU 0. */
void gic_configure(uint32_t intid, enum irq_trigger trigger, uint8_t priority);
void gic_mask(uint32_t intid, bool masked);
void gic_route(uint32_t spi, uint32_t cpu);
void gic_set_pending(uint32_t intid);
void gic_clear_pending(uint32_t intid);

/* Sends an SGI. */
void gic_send(uint32_t sgi, uint32_t cpu);

/* GICv3 alone, for its.c: the redistributor of a CPU, 0: none; the INTID that would be acknowledged next. */
uint64_t gic_redistributor(uint32_t cpu);
uint32_t gic_v3_highest_pending(void);

#endif
