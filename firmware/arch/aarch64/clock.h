/* SPDX-License-Identifier: BSD-2-Clause */
/* What this port adds to firmware/arch/clock.h. */
#ifndef ARCH_AARCH64_CLOCK_H
#define ARCH_AARCH64_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/spin.h"

struct platform;

/* Reads the counter's frequency. From here on clock_ns() is right. */
void clock_early_init(void);

/* Chooses the timer of the watchdog. */
void clock_init(const struct platform *platform);

/* The INTID of that timer's interrupt; 0: there is none. */
uint32_t clock_timer_interrupt(void);

/* Ends the timer's interrupt and requests the next one after that many nanoseconds, at most a second. */
void clock_timer_start(uint64_t nanoseconds);
void clock_timer_stop(void);

/* From one tick of the watchdog to the next. */
#define CLOCK_TICK MILLISECONDS(5)

#endif
