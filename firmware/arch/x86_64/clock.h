/* SPDX-License-Identifier: BSD-2-Clause */
/* What this port adds to firmware/arch/clock.h. */
#ifndef ARCH_X86_64_CLOCK_H
#define ARCH_X86_64_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/spin.h"

struct platform;

/* Measures the clock. Before, the clock runs at the rate of CLOCK_ASSUMED_HZ, too slow, so that no deadline is
 * early. */
void clock_init(const struct platform *platform);

/*
 * Called on another CPU that comes up, before it reads the clock. CPU 0's clock was at started_ns when it started this
 * CPU. If this CPU's clock is far off, it continues from that time.
 */
void clock_init_cpu(uint64_t started_ns);

/* Must be called at least once in each period of the local APIC's timer while clock_needs_tick(). */
void clock_tick(void);
bool clock_needs_tick(void);

/* No time stamp counter runs faster. */
#define CLOCK_ASSUMED_HZ 5000000000ull

/*
 * calibrate.c: returns the frequency of the time stamp counter, and describes how we know it. Asks the sources that
 * tell the frequency first, and then the counters; makes at most two measurements of CALIBRATION_NS.
 */
uint64_t calibrate_tsc(const struct platform *platform, char *how, size_t size);

/* The frequency of the local APIC's timer, if the kind of hypervisor implies it; otherwise 0. */
uint64_t apic_timer_hz(void);

#define CALIBRATION_NS 500000ull
#define NS_PER_SECOND  1000000000ull

#endif
