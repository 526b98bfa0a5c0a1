// SPDX-License-Identifier: BSD-2-Clause
/* Nanoseconds from the time stamp counter, or from the local APIC's timer on a CPU without one. */
#include "firmware/arch/x86_64/clock.h"

#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/lib/print.h"

enum { DESCRIPTION_MAX = 128 };

/* ns = base_ns + (ticks - base_ticks) * multiplier / 2^32 */
#define MULTIPLIER_SHIFT 32u
#define MULTIPLIER(HZ)	 ((NS_PER_SECOND << MULTIPLIER_SHIFT) / (HZ))

/* Longer than a CPU takes to come up. A CPU whose clock is off by more started its counter at another time. */
#define SKEW_MIN MILLISECONDS(60000)

#define HZ_PER_KHZ  1000u
#define KHZ_PER_MHZ 1000u

static uint64_t base_ticks, base_ns;
static uint64_t multiplier = MULTIPLIER(CLOCK_ASSUMED_HZ);
static uint64_t skews[CPUS_MAX]; /* nanoseconds to add to a CPU's clock */
static bool skewed;		 /* any of them is not 0 */
static bool uses_apic;
static uint32_t apic_last;  /* the timer's last reading */
static uint64_t apic_ticks; /* all ticks up to that reading */
static char description[DESCRIPTION_MAX] = "not measured yet";

/*
 * Extends the timer's value. Must be called at least once a period. It does not matter whether it sees a wrap before or
 * after the wrap's interrupt, since the difference is the same.
 */
static uint64_t apic_ticks_read(void)
{
	const bool on = interrupts_off();
	const uint32_t now = apic_timer_read();
	uint64_t ticks;

	apic_ticks += now <= apic_last ? apic_last - now : apic_last + apic_timer_period() - now;
	apic_last = now;
	ticks = apic_ticks;
	interrupts_restore(on);
	return ticks;
}

static uint64_t ticks_read(void)
{
	return uses_apic ? apic_ticks_read() : tsc_read();
}

uint64_t clock_ns(void)
{
	/* Negative on a CPU whose counter is behind CPU 0's. */
	const __int128 ticks = (int64_t)(ticks_read() - base_ticks);
	const uint64_t ns = base_ns + (uint64_t)(ticks * (int64_t)multiplier >> MULTIPLIER_SHIFT);

	return skewed ? ns + skews[cpus_self()] : ns;
}

void clock_init_cpu(uint64_t started_ns)
{
	const uint32_t cpu = cpus_self();
	uint64_t own;

	skews[cpu] = 0;
	own = clock_ns();
	if (own - started_ns < SKEW_MIN)
		return;
	skews[cpu] = started_ns - own;
	skewed = true;
}

const char *clock_description(void)
{
	return description;
}

bool clock_needs_tick(void)
{
	return uses_apic;
}

void clock_tick(void)
{
	if (uses_apic)
		apic_ticks_read();
}

/* From now on time passes at the measured rate. Time that has passed does not change. */
static void change_rate(uint64_t hz)
{
	const uint64_t now_ns = clock_ns();

	base_ticks = ticks_read();
	base_ns = now_ns;
	multiplier = MULTIPLIER(hz);
}

static void use_apic_timer(void)
{
	const uint64_t known = apic_timer_hz();
	const uint64_t hz = known ? known : NS_PER_SECOND;
	const uint64_t now_ns = clock_ns();

	uses_apic = true;
	apic_last = apic_timer_read();
	base_ns = now_ns;
	base_ticks = ticks_read();
	multiplier = MULTIPLIER(hz);
	apic_timer_interrupt(true);
	format_string(description, sizeof(description), "no tsc; local APIC timer %u MHz (%s)",
		      (uint32_t)(hz / HZ_PER_KHZ / KHZ_PER_MHZ), known ? "as this hypervisor has it" : "assumed");
}

void clock_init(const struct platform *platform)
{
	char how[DESCRIPTION_MAX];
	uint64_t hz;
	uint32_t khz;

	if (!(cpuid(CPUID_FEATURES).edx & FEATURES_EDX_TSC) && apic_present()) {
		use_apic_timer();
		return;
	}
	hz = calibrate_tsc(platform, how, sizeof(how));
	change_rate(hz);
	khz = (uint32_t)(hz / HZ_PER_KHZ);
	format_string(description, sizeof(description), "tsc %u.%03u MHz, %s", khz / KHZ_PER_MHZ, khz % KHZ_PER_MHZ,
		      how);
}
