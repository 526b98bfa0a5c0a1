/* SPDX-License-Identifier: BSD-2-Clause */
/* The port's side of firmware/arch/clock.h. */
#ifndef ARCH_X86_64_CLOCK_H
#define ARCH_X86_64_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/spin.h"

struct platform;

/* Measures the clock. Before this it runs at the rate of CLOCK_ASSUMED_HZ: slow, so that no deadline is early. */
void clock_init(const struct platform *platform);

/*
 * On another CPU that comes up, before it asks: CPU 0 had this time when it started it. Where counters do not agree,
 * the CPU takes its time from there.
 */
void clock_init_cpu(uint64_t started_ns);

/* Called at least once each period of the local APIC timer while clock_needs_tick(). */
void clock_tick(void);
bool clock_needs_tick(void);

/* No time stamp counter runs faster. */
#define CLOCK_ASSUMED_HZ 5000000000ull

/*
 * calibrate.c: the frequency of the time stamp counter, and how we know it, in words. Asks what says it outright,
 * then what can be measured against; at most two measurements of CALIBRATION_NS.
 */
uint64_t calibrate_tsc(const struct platform *platform, char *how, size_t size);

/* Frequency of the local APIC's timer as far as the hypervisor's kind tells it, 0 if it does not. */
uint64_t apic_timer_hz(void);

#define CALIBRATION_NS 500000ull
#define NS_PER_SECOND  1000000000ull

#endif
