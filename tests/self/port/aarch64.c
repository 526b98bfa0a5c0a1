// SPDX-License-Identifier: BSD-2-Clause
/* The protections of the page tables, interrupts that belong to no line, messages, and exceptions of all kinds. */
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/irq.h"
#include "firmware/arch/aarch64/messages.h"
#include "firmware/arch/aarch64/traps.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/self/port/port_test.h"

/* SGIs that the port does not use. */
enum { SGI_FREE = 8, SGI_END = 16 };

bool port_test_watchdog(void)
{
	return clock_timer_interrupt() && gic_inputs();
}

/* PSCI cannot stop a CPU; the CPU has to do it itself. */
bool port_test_stops_deaf(void)
{
	return false;
}

bool port_test_knows_absent(void)
{
	return true;
}

static void runs_from_the_middle(void *argument)
{
	((void (*)(void))((uintptr_t)argument + 2))();
}

static void is_undefined(void *argument)
{
	(void)argument;
	__asm__ volatile(".inst 0");
}

static void uses_floating_point(void *argument)
{
	(void)argument;
	__asm__ volatile(".inst 0x1e604000"); /* fmov d0, d0 */
}

static void test_exceptions(void)
{
	static uint32_t code[] = { 0xd65f03c0 }; /* ret */

	port_test_protection(code);
	port_expect_trap(runs_from_the_middle, (void *)(uintptr_t)port_test_arch, "instructions are aligned");
	port_expect_trap(is_undefined, NULL, "an undefined instruction traps");
	port_expect_trap(uses_floating_point, NULL, "floating point traps");
}

static void test_unowned(void)
{
	bool counted = true, last = true;

	if (!gic_inputs())
		return;
	for (uint32_t sgi = SGI_FREE; sgi < SGI_END; sgi++) {
		const uint32_t before = irq_unowned_count();

		gic_configure(sgi, IRQ_EDGE, GIC_PRIORITY_LINE);
		gic_mask(sgi, false);
		gic_send(sgi, 0);
		irq_settle();
		counted = counted && irq_unowned_count() == before + 1;
		last = last && irq_unowned_last() == sgi;
	}
	port_expect(counted, "an unowned interrupt is counted");
	port_expect(last, "the last one is remembered");
}

static void test_messages(void)
{
	struct irq_message message;
	struct irq_line *const line = irq_message_open(0, &message);

	print("# messages by %s\n", messages_description());
	port_expect(!line == !gic_inputs(), "messages exist where interrupts do");
	if (line)
		port_test_message(line, &message);
}

/*
 * Simulates an SError or an FIQ as the CPU takes it: enters the vector for exceptions from SP_EL0, with everything
 * masked. We cannot make a virtual machine raise a real one.
 */
static void jumps_to_vector(uintptr_t offset)
{
	__asm__ volatile("msr daifset, #15\n\t"
			 "mrs x10, vbar_el1\n\t"
			 "add x10, x10, %0\n\t"
			 "adr x9, 1f\n\t"
			 "msr elr_el1, x9\n\t"
			 "mov x9, #4\n\t" /* EL1, SP_EL0 */
			 "msr spsr_el1, x9\n\t"
			 "msr spsel, #1\n\t"
			 "br x10\n"
			 "1:" ::"r"(offset)
			 : "x9", "x10", "memory");
}

static void gets_fiq(void *argument)
{
	(void)argument;
	jumps_to_vector(TRAP_FIQ * 0x80);
}

static void gets_serror(void *argument)
{
	(void)argument;
	jumps_to_vector(TRAP_SERROR * 0x80);
}

static void test_unexpected(void)
{
	struct guard_trap trap;

	port_expect_trap(gets_serror, NULL, "an SError in a guard ends the guarded function");
	port_expect_trap(gets_fiq, NULL, "so does an FIQ");
	if (!port_start_second_cpu())
		return;
	port_expect(port_second_cpu_ends(gets_serror, NULL, GUARD_TRAPPED, &trap) && !strcmp(trap.name, "SError"),
		    "an SError on another CPU ends its function");
	port_expect(!cpus_start(1) && port_second_cpu_ends(gets_fiq, NULL, GUARD_TRAPPED, &trap) &&
			    !strcmp(trap.name, "FIQ"),
		    "so does an FIQ there");
	port_expect(!cpus_start(1) && !cpus_release(&trap), "after that it can be started again");
}

/* The affinity of CPU 0 is 0, and so is the stored affinity of a CPU that never came up. If the stop reached CPU 0,
 * this run would end. */
static void test_stop_of_absent_cpu(void)
{
	if (cpus_count() > 1)
		irq_send_stop(cpus_count() - 1);
	irq_settle();
	port_expect(true, "stopping a CPU that never came up stops no other CPU");
}

void port_test_arch(void)
{
	test_exceptions();
	test_unexpected();
	test_unowned();
	test_messages();
	test_stop_of_absent_cpu();
}
