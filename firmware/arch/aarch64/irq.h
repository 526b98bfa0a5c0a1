/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_IRQ_H
#define ARCH_AARCH64_IRQ_H

#include <stdbool.h>
#include <stdint.h>

struct platform;

/* What CPUs tell each other: SGIs. */
enum { SGI_SETTLE, SGI_WAKE, SGI_STOP };

/* After gic_init(): which interrupts are whose. */
void irq_init(const struct platform *platform);

/* On another CPU, after gic_cpu_init(): it takes interrupts from CPUs, and messages. False: it cannot. */
bool irq_cpu_init(void);

/* On a CPU that goes away, whatever it is in the midst of: interrupts that it took are over. */
void irq_cpu_end(void);

/* Ends a rest, or whatever the CPU does: it switches itself off. */
void irq_send_wake(uint32_t cpu);
void irq_send_stop(uint32_t cpu);

/* The index of the line that a PPI or SPI belongs to, LINES_MAX if there is none. */
uint32_t irq_place(uint32_t intid);

/* An interrupt was acknowledged; the one that was acknowledged last is over. */
void irq_begin(uint32_t acknowledged);
void irq_end(void);

/* The watchdog's interrupt came at this instruction: may not return, see generic/guard.h. */
void irq_watchdog(uint64_t address);

#endif
