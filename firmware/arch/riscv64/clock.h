/* SPDX-License-Identifier: BSD-2-Clause */
/* What this port adds to firmware/arch/clock.h, and the timer interrupt. */
#ifndef ARCH_RISCV64_CLOCK_H
#define ARCH_RISCV64_CLOCK_H

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/spin.h"

struct platform;

/* Finds out whether the `time` register exists. Without it, the clock counts calls until clock_init(). */
void clock_early_init(void);

/* Finds the timer and its frequency. Before, the clock runs at an assumed rate or counts calls. */
void clock_init(const struct platform *platform);

/* Is there a timer interrupt? */
bool clock_has_timer(void);

/* clock_timer_start() requests a timer interrupt of this CPU after that many nanoseconds, at most a second, if there is
 * one; clock_timer_stop() turns it off. */
void clock_timer_start(uint64_t nanoseconds);
void clock_timer_stop(void);

/* From one tick of the watchdog to the next. */
#define CLOCK_TICK MILLISECONDS(20)

#endif
