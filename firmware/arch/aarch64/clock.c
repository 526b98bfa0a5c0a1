// SPDX-License-Identifier: BSD-2-Clause
/* Nanoseconds from the generic timer's virtual counter, which every hypervisor provides. */
#include "firmware/arch/aarch64/clock.h"

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/lib/print.h"
#include "firmware/machine.h"

enum { DESCRIPTION_MAX = 96 };

#define NS_PER_SECOND	 1000000000ull
#define HZ_PER_KHZ	 1000u
#define KHZ_PER_MHZ	 1000u
#define MULTIPLIER_SHIFT 32u

/* Software sets CNTFRQ_EL0, so a machine without firmware may have left it unset. Armv8.6 fixes the frequency at 1
 * GHz. */
#define HZ_MIN	   1000000u
#define HZ_ASSUMED NS_PER_SECOND

/* CNTV_CTL_EL0, CNTP_CTL_EL0 */
#define TIMER_ENABLE 1

/* Indices of timers in struct platform and in device trees. */
enum { TIMER_PHYSICAL = 1, TIMER_VIRTUAL = 2 };

static uint64_t start, hz, multiplier;
static uint32_t interrupt;
static bool physical;
static char description[DESCRIPTION_MAX] = "not measured yet";

static uint64_t counter(void)
{
	isb(); /* keeps the read from moving before earlier instructions */
	return system_read("cntvct_el0");
}

uint64_t clock_ns(void)
{
	return (uint64_t)((unsigned __int128)(counter() - start) * multiplier >> MULTIPLIER_SHIFT);
}

const char *clock_description(void)
{
	return description;
}

void clock_early_init(void)
{
	const uint64_t said = system_read("cntfrq_el0") & UINT32_MAX;
	const uint32_t khz = (uint32_t)(said / HZ_PER_KHZ);

	hz = said >= HZ_MIN ? said : HZ_ASSUMED;
	multiplier = (NS_PER_SECOND << MULTIPLIER_SHIFT) / hz;
	start = counter();
	if (said >= HZ_MIN)
		format_string(description, sizeof(description), "generic timer %u.%03u MHz", khz / KHZ_PER_MHZ,
			      khz % KHZ_PER_MHZ);
	else
		format_string(description, sizeof(description), "generic timer, CNTFRQ_EL0 is %lu: 1 GHz is assumed",
			      said);
}

void clock_init(const struct platform *platform)
{
	const struct irq_source *const timers = platform->timers;

	physical = platform->timer_count <= TIMER_VIRTUAL || !timers[TIMER_VIRTUAL].gsi;
	if (!physical)
		interrupt = timers[TIMER_VIRTUAL].gsi;
	else if (platform->timer_count > TIMER_PHYSICAL)
		interrupt = timers[TIMER_PHYSICAL].gsi;
	if (interrupt < GIC_PPI_FIRST || interrupt >= GIC_SPI_FIRST) /* a timer's interrupt is a PPI */
		interrupt = 0;
}

uint32_t clock_timer_interrupt(void)
{
	return interrupt;
}

void clock_timer_start(uint64_t nanoseconds)
{
	const uint64_t ticks = hz * (nanoseconds / MICROSECONDS(1)) / (NS_PER_SECOND / MICROSECONDS(1));

	if (physical) {
		system_write("cntp_tval_el0", ticks);
		system_write("cntp_ctl_el0", TIMER_ENABLE);
	} else {
		system_write("cntv_tval_el0", ticks);
		system_write("cntv_ctl_el0", TIMER_ENABLE);
	}
	isb(); /* the line is low before the interrupt controller learns that the interrupt is over */
}

void clock_timer_stop(void)
{
	if (physical)
		system_write("cntp_ctl_el0", 0);
	else
		system_write("cntv_ctl_el0", 0);
	isb();
}
