// SPDX-License-Identifier: BSD-2-Clause
/* The protections of the page tables, interrupts that belong to no line, messages, and settling. */
#include <stddef.h>
#include <stdint.h>

#include <arch/mmio.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/clock.h"
#include "firmware/arch/riscv64/cpus.h"
#include "firmware/arch/riscv64/imsic.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/lib/print.h"
#include "tests/self/port/port_test.h"

bool port_test_watchdog(void)
{
	return clock_has_timer();
}

/* A CPU has to stop itself. */
bool port_test_stops_deaf(void)
{
	return false;
}

bool port_test_knows_absent(void)
{
	return true;
}

static void is_illegal(void *argument)
{
	(void)argument;
	__asm__ volatile(".4byte 0");
}

static void calls_itself(void *argument)
{
	(void)argument;
	__asm__ volatile("ebreak");
}

static void test_exceptions(void)
{
	static uint32_t code[] = { 0x00008067 }; /* ret */

	print("# in %s mode\n", machine_mode ? "machine" : "supervisor");
	port_expect_trap(is_illegal, NULL, "an illegal instruction traps");
	port_expect_trap(calls_itself, NULL, "a breakpoint traps");
	if (machine_mode)
		return; /* without translation there is no such protection */
	port_test_protection(code);
}

/* Sends an identity that belongs to no line. */
static void test_unowned(void)
{
	const uint32_t identity = imsic_identities(), before = irq_unowned_count();

	if (!identity)
		return;
	mmio_write32(imsic_page(0), identity);
	irq_settle();
	port_expect(irq_unowned_count() == before + 1, "an unowned message is counted");
	port_expect(irq_unowned_last() == identity, "the last one is remembered");
	mmio_write32(imsic_page(0), identity + 1);
	irq_settle();
	port_expect(irq_unowned_count() == before + 1, "an identity that does not exist has no effect");
}

static void test_messages(void)
{
	struct irq_message message;
	struct irq_line *const line = irq_message_open(0, &message);

	print("# messages by %s\n", imsic_identities() ? "IMSIC" : "software interrupts");
	port_expect(line, "there are messages");
	if (line)
		port_test_message(line, &message);
}

/*
 * The interrupt that answers a request to settle may come for other reasons as well. Here a message is sent while
 * another CPU takes that interrupt for another reason. After settling, the message must have been taken.
 */
static void test_settling(void)
{
	enum { ROUNDS = 600, TURNS_MAX = 200 };
	struct irq_message message;
	struct guard_trap trap;
	struct irq_line *line;
	uint32_t late = 0;

	if (!port_start_second_cpu())
		return;
	line = irq_message_open(1, &message);
	for (uint32_t i = 0; line && i < ROUNDS; i++) {
		const uint32_t count = line->count;

		cpu_interrupt(1);
		for (volatile uint32_t turn = i % TURNS_MAX; turn; turn--)
			;
		irq_message_send(&message);
		irq_settle();
		late += line->count != count + 1;
		WAIT_UNTIL(line->count == count + 1, PORT_TEST_LONG);
	}
	print("# %u messages came after settling\n", late);
	port_expect(line && !late, "settling waits for a message to a CPU that takes another interrupt");
	cpus_release(&trap);
}

void port_test_arch(void)
{
	test_exceptions();
	test_unowned();
	test_messages();
	test_settling();
}
