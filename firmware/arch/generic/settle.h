/* SPDX-License-Identifier: BSD-2-Clause */
/* settle.c implements irq_settle() (firmware/arch/irq.h) with this function. */
#ifndef ARCH_GENERIC_SETTLE_H
#define ARCH_GENERIC_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What a port provides: sends that CPU, which may be this one, an interrupt that ranks below all lines. Returns false
 * if there is no interrupt controller, so nothing to wait for.
 */
bool cpu_settle(uint32_t cpu);

/*
 * What a port calls, on the CPU that takes this interrupt: settle_answer(settle_asked()). A port that must take other
 * interrupts first does so between the two calls: everything sent before the request that settle_asked() returned is
 * visible by then.
 */
uint32_t settle_asked(void);
void settle_answer(uint32_t asked);

/* CPU 0 left a guarded function (see guard.h), which may have been waiting in irq_settle(). */
void settle_abandon(void);

#endif
