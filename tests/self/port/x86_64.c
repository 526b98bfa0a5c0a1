// SPDX-License-Identifier: BSD-2-Clause
/*
 * The protections of the page tables, and vectors that belong to no line: each has a handler, which leaves no interrupt
 * in service. And a CPU whose time stamp counter disagrees.
 */
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/guard.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/lib/print.h"
#include "tests/self/port/port_test.h"

bool port_test_watchdog(void)
{
	return apic_present();
}

bool port_test_stops_deaf(void)
{
	return true;
}

/* INIT and SIPI have no answer. */
bool port_test_knows_absent(void)
{
	return false;
}

static void test_protection(void)
{
	static uint8_t code[] = { 0xc3 }; /* ret */

	port_test_protection(cpuid(CPUID_EXTENDED_FEATURES).edx & EXTENDED_EDX_NX ? code : NULL);
}

static void test_vectors(void)
{
	bool counted = true, last = true, idle = true;

	if (!apic_present())
		return;
	print("# apic is in %s mode\n", msr_read(MSR_APIC_BASE) & APIC_BASE_X2APIC ? "x2apic" : "xapic");
	for (uint32_t vector = VECTOR_EXCEPTIONS; vector < VECTOR_COUNT; vector++) {
		const uint32_t before = irq_unowned_count();
		const bool owned = vector == VECTOR_SETTLE || vector == VECTOR_WAKE || vector == VECTOR_WATCHDOG;

		if (vector >= VECTOR_LINES && vector < VECTOR_LINES + PORT_TEST_LINES)
			continue;

		apic_send_self((uint8_t)vector);
		irq_settle();
		counted = counted && irq_unowned_count() == before + !owned;
		last = last && (owned || irq_unowned_last() == vector);
	}
	port_expect(counted, "an unowned interrupt is counted, on every vector");
	port_expect(last, "the last one is remembered");
	for (uint32_t vector = 0; vector < VECTOR_COUNT; vector++)
		idle = idle && !apic_in_service((uint8_t)vector);
	port_expect(idle, "none is left in service");
}

/* The counters of a virtual machine agree, so this test simulates that they do not. */
static void is_told_another_time(void *argument)
{
	volatile uint64_t *const times = argument;
	const uint64_t hour = MILLISECONDS(3600000), now = clock_ns();

	clock_init_cpu(now + hour);
	times[0] = clock_ns() - (now + hour);
	clock_init_cpu(now - hour);
	times[1] = clock_ns() - (now - hour);
	clock_init_cpu(now);
	times[2] = clock_ns() - now;
}

static void test_clocks(void)
{
	volatile uint64_t times[3] = { UINT64_MAX, UINT64_MAX, UINT64_MAX };
	struct guard_trap trap;

	if (!port_start_second_cpu())
		return;
	port_expect(port_second_cpu_ends(is_told_another_time, (void *)times, GUARD_RETURNED, &trap),
		    "a CPU is told the time");
	port_expect(times[0] < PORT_TEST_LONG, "a CPU whose counter is behind continues from that time");
	port_expect(times[1] < PORT_TEST_LONG, "so does one whose counter is ahead");
	port_expect(times[2] < PORT_TEST_LONG, "a CPU whose counter agrees keeps its time");
	cpus_release(&trap);
}

void port_test_arch(void)
{
	test_clocks();
	test_protection();
	test_vectors();
}
