// SPDX-License-Identifier: BSD-2-Clause
/* The parts that the tests of several architectures or files share. */
#include <stddef.h>

#include "firmware/arch/cpus.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/print.h"
#include "tests/self/port/port_test.h"

static volatile bool always = true;

void port_loops(void *argument)
{
	(void)argument;
	while (always)
		;
}

static int overflows(volatile char *above)
{
	volatile char here[256];

	here[0] = above[0];
	if (always)
		here[1] = (char)overflows(here);
	return here[0] + here[1];
}

void port_recurses(void *argument)
{
	overflows(argument);
}

void port_is_invalid(void *argument)
{
	(void)argument;
	__builtin_trap();
}

static void writes_code(void *argument)
{
	(void)argument;
	*(volatile uint8_t *)(uintptr_t)port_test_arch = 0;
}

static void writes_constant(void *argument)
{
	(void)argument;
	*(volatile char *)(uintptr_t)machine_arch = 'X';
}

static void runs_data(void *argument)
{
	((void (*)(void))(uintptr_t)argument)();
}

void port_test_protection(void *code)
{
	port_expect_trap(writes_code, NULL, "a write to the code traps");
	port_expect_trap(writes_constant, NULL, "a write to a constant traps");
	if (code)
		port_expect_trap(runs_data, code, "data cannot be executed");
}

void port_test_message(struct irq_line *line, const struct irq_message *message)
{
	struct irq_message stray = *message;
	const uint32_t count = line->count, unowned = irq_unowned_count();

	irq_message_send(message);
	irq_settle();
	port_expect(line->count == count + 1 && irq_unowned_count() == unowned, "a message arrives, once");
	stray.data ^= 0x800;
	irq_message_send(&stray);
	irq_settle();
	port_expect(line->count == count + 1 && irq_unowned_count() == unowned + 1,
		    "a message that matches no target is counted");
}

bool port_start_second_cpu(void)
{
	return cpus_count() >= 2 && !cpus_start(1);
}

bool port_second_cpu_ends(void (*function)(void *), void *argument, enum guard_end end, struct guard_trap *trap)
{
	return cpus_begin(1, function, argument) && cpus_wait(1, PORT_TEST_LONG, trap) == end;
}
