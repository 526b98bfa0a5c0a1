/* SPDX-License-Identifier: BSD-2-Clause */
/* The port's side of firmware/arch/clock.h. */
#ifndef ARCH_AARCH64_CLOCK_H
#define ARCH_AARCH64_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/spin.h"

struct platform;

/* Reads how fast the counter counts. The clock is right from here on. */
void clock_early_init(void);

/* Chooses the timer for the watchdog's interrupt. */
void clock_init(const struct platform *platform);

/* The INTID of that interrupt, 0: there is none. */
uint32_t clock_timer_interrupt(void);

/* An interrupt after every CLOCK_TICK of time that goes by. It is over, and the next one is due, with each
 * clock_timer_start(). */
void clock_timer_start(void);
void clock_timer_stop(void);

#define CLOCK_TICK MILLISECONDS(5)

#endif
