/* SPDX-License-Identifier: BSD-2-Clause */
/* The port's side of firmware/arch/clock.h, and the timer interrupt. */
#ifndef ARCH_RISCV64_CLOCK_H
#define ARCH_RISCV64_CLOCK_H

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/spin.h"

struct platform;

/* Finds out who tells the time; before this the clock counts how often it was asked. */
void clock_early_init(void);

/* Until now the clock ran at an assumed rate, or stood still. */
void clock_init(const struct platform *platform);

/* Is there a timer interrupt? */
bool clock_has_timer(void);

/* A timer interrupt of this CPU in a while, or none. */
void clock_timer_start(void);
void clock_timer_stop(void);

#endif
