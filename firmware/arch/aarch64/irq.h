/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_IRQ_H
#define ARCH_AARCH64_IRQ_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

/* The SGIs that CPUs send each other. */
enum { SGI_SETTLE, SGI_WAKE, SGI_STOP };

/* Finds out which interrupt belongs to whom. Runs after gic_init(). */
void irq_init(const struct platform *platform);

/* Called on another CPU, after gic_cpu_init(): makes it take SGIs and messages. Returns false if it cannot. */
bool irq_cpu_init(void);

/* Called on a CPU that goes away: ends the interrupts that it was handling. */
void irq_cpu_end(void);

/* These end a CPU's rest, or make a CPU switch itself off, whatever it does. */
void irq_send_wake(uint32_t cpu);
void irq_send_stop(uint32_t cpu);

/* The index of the line that a PPI or SPI belongs to; LINES_MAX: none. */
uint32_t irq_place(uint32_t intid);

/* Record that an interrupt was acknowledged, and end the one that was acknowledged last. */
void irq_begin(uint32_t acknowledged);
void irq_end(void);

#endif
