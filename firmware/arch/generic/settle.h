/* SPDX-License-Identifier: BSD-2-Clause */
/* settle.c keeps the promise of irq_settle() (firmware/arch/irq.h) on top of these. */
#ifndef ARCH_GENERIC_SETTLE_H
#define ARCH_GENERIC_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a port provides: an interrupt of that CPU, this one included, which ranks below all lines. False: there is no
 * interrupt controller, and so nothing to wait for.
 */
bool cpu_settle(uint32_t cpu);

/*
 * What a port calls on the CPU that takes it: settle_answer(settle_asked()). One that has something to do first, to
 * keep the promise, does that in between: what was sent before somebody asked is there to be seen once that is known.
 */
uint32_t settle_asked(void);
void settle_answer(uint32_t asked);

/* CPU 0 left what it did (see guard.h), and may have been waiting. */
void settle_abandon(void);

#endif
