// SPDX-License-Identifier: BSD-2-Clause
/* Tests a port against firmware/arch/cpus.h: every CPU, and one that does not exist. */
#include "firmware/arch/cpus.h"

#include <stddef.h>

#include <arch/cpu.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/irq.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/self/port/port_test.h"

#define SHORT MILLISECONDS(60)
#define LONG  PORT_TEST_LONG

enum { COUNTS = 20000 };

static uint32_t number;
static struct guard_trap trap;

static void cpu_expect(bool good, const char *property)
{
	static char text[96];

	format_string(text, sizeof(text), "cpu %u: %s", number, property);
	port_expect(good, text);
}

static enum guard_end run(void (*function)(void *), void *argument, uint64_t timeout)
{
	if (!cpus_begin(number, function, argument))
		return GUARD_LEFT;
	return cpus_wait(number, timeout, &trap);
}

static void tells(void *argument)
{
	volatile uint32_t *const told = argument;

	told[0] = cpus_self();
	told[1] = irq_enable(true);
}

static volatile bool deaf, hears;

static void is_deaf_until_it_hears(void *argument)
{
	(void)argument;
	irq_enable(false);
	deaf = true;
	while (!hears)
		cpu_relax();
	deaf = false;
}

static bool make_deaf(void)
{
	deaf = hears = false;
	return cpus_begin(number, is_deaf_until_it_hears, NULL) && WAIT_UNTIL(deaf, LONG);
}

static bool tells_the_truth(void)
{
	volatile uint32_t told[2] = { UINT32_MAX, 0 };

	return run(tells, (void *)told, LONG) == GUARD_RETURNED && told[0] == number && told[1];
}

static void expect_restart(const char *property)
{
	cpu_expect(!cpus_start(number) && tells_the_truth(), property);
}

static void tells_time(void *argument)
{
	*(volatile uint64_t *)argument = clock_ns();
}

/* Clocks need not agree to the nanosecond, but a deadline of one CPU must be meaningful to another. */
static bool has_our_time(void)
{
	const uint64_t before = clock_ns();
	volatile uint64_t told = 0;

	return run(tells_time, (void *)&told, LONG) == GUARD_RETURNED && told + SHORT >= before &&
	       told <= clock_ns() + SHORT;
}

static void test_functions(void)
{
	const bool in_use = cpus_in_use(number);
	char byte = 1;

	cpu_expect(tells_the_truth(), "a function runs there, with interrupts on");
	cpu_expect(tells_the_truth(), "and so does another function");
	cpu_expect(has_our_time(), "its clock agrees with ours");
	cpu_expect(in_use && !cpus_release(&trap) && !cpus_in_use(number), "it is in use until it is released");

	cpus_start(number);
	cpu_expect(run(port_recurses, &byte, LONG) == GUARD_TRAPPED && !strcmp(trap.name, "stack overflow"),
		   "a stack overflow is reported");
	cpus_start(number);
	cpu_expect(run(port_is_invalid, NULL, LONG) == GUARD_TRAPPED && *trap.name && trap.address,
		   "a trap is reported");
	cpu_expect(!cpus_in_use(number) && run(tells, NULL, 0) == GUARD_LEFT, "after that it is out of use");
	expect_restart("and can be started again");
	cpu_expect(run(port_loops, NULL, SHORT) == GUARD_TIMED_OUT, "a function that does not end is ended");
	expect_restart("after that it can be started again");
	cpus_begin(number, port_loops, NULL);
	cpu_expect(!cpus_begin(number, port_loops, NULL), "it takes one function at a time");
	cpu_expect(cpus_release(&trap) == 1, "a release stops what runs");
	cpus_start(number);
}

/* Must come last, because not every machine can take a CPU away from such a function. */
static void test_deaf(void)
{
	cpus_start(number);
	cpu_expect(make_deaf() && cpus_wait(number, SHORT, &trap) == GUARD_TIMED_OUT,
		   "a function that takes no interrupts is ended or given up");
	if (port_test_stops_deaf()) {
		expect_restart("after that it can be started again");
		return;
	}
	cpu_expect(cpus_start(number) && run(tells, NULL, 0) == GUARD_LEFT, "after that it is lost");
	hears = true;
	WAIT_UNTIL(!deaf, LONG);
	WAIT_UNTIL(false, SHORT); /* the function returns, and the CPU notices that it was given up */
	cpu_expect(cpus_start(number) && run(tells, NULL, 0) == GUARD_LEFT, "and stays lost when the function ends");
}

static void test_unsettled(void)
{
	uint32_t cpu = 0, before = irq_unsettled(&cpu);

	cpu_expect(make_deaf(), "it takes no interrupts for a while");
	irq_settle();
	cpu_expect(irq_unsettled(&cpu) == before + 1 && cpu == number, "settling gives up and reports it");
	hears = true;
	cpu_expect(cpus_wait(number, LONG, &trap) == GUARD_RETURNED, "it takes them again");
	irq_settle();
	cpu_expect(irq_unsettled(&cpu) == before + 1, "and settles again");
}

static volatile uint32_t taken_by = UINT32_MAX;

static void takes(void *context)
{
	(void)context;
	taken_by = cpus_self();
}

/* Returns the line of the messages to the CPU under test, or NULL. */
static struct irq_line *open_line(void (*handler)(void *), struct irq_message *message)
{
	struct irq_line *const line = irq_message_open(number, message);

	if (line)
		irq_line_attach(line, handler, NULL);
	return line;
}

static void sends(void *argument)
{
	irq_message_send(argument);
	irq_settle();
}

/* Sends a message to `cpu`, from CPU 0 and from the CPU under test. */
static void test_message(uint32_t cpu)
{
	struct irq_message message, stray;
	struct irq_line *const line = irq_message_open(cpu, &message);
	const uint32_t before = irq_unowned_count();

	if (!line) {
		cpu_expect(false, "it can be sent messages");
		return;
	}
	irq_line_attach(line, takes, NULL);
	irq_message_send(&message);
	irq_settle();
	cpu_expect(line->count == 1 && taken_by == cpu, "a message from CPU 0 is taken by its target");
	taken_by = UINT32_MAX;
	run(sends, &message, LONG);
	irq_settle();
	cpu_expect(line->count == 2 && taken_by == cpu, "and one from this CPU");
	for (unsigned i = 0; i < 100; i++) {
		irq_message_send(&message);
		irq_settle();
	}
	cpu_expect(line->count == 102, "settling waits for each");
	stray = message;
	stray.data ^= 0x80;
	irq_message_send(&stray);
	cpu_expect(irq_unowned_count() == before + 1 && irq_unowned_cpu() == cpu, "an unowned message is reported");
}

static void hangs(void *context)
{
	takes(context);
	port_loops(context);
}

/* A CPU that is stopped in an interrupt handler must take the next interrupt when it is started again. */
static void test_handler(void)
{
	enum { TIMES = 8 };
	struct irq_message message;
	struct irq_line *const line = irq_message_open(number, &message);
	uint32_t hung = 0;

	while (line && hung < TIMES) {
		taken_by = UINT32_MAX;
		irq_line_attach(line, hangs, NULL);
		if (!cpus_begin(number, sends, &message) || !WAIT_UNTIL(taken_by == number, LONG) ||
		    cpus_wait(number, 0, &trap) != GUARD_TIMED_OUT || cpus_start(number))
			break;
		hung++;
	}
	cpu_expect(hung == TIMES, "a handler that does not end is ended, repeatedly");
	taken_by = UINT32_MAX;
	if (line) {
		irq_line_attach(line, takes, NULL);
		irq_message_send(&message);
		irq_settle();
	}
	cpu_expect(taken_by == number && tells_the_truth(), "after that its interrupts are taken again");
}

static void traps(void *context)
{
	(void)context;
	port_is_invalid(NULL);
}

/* A CPU takes interrupts while it rests. */
static void test_trap_at_rest(void)
{
	struct irq_message message;
	struct irq_line *const line = open_line(traps, &message);

	if (line)
		irq_message_send(&message);
	cpu_expect(line && WAIT_UNTIL(!cpus_in_use(number), LONG) && cpus_release(&trap) == 1 && *trap.name,
		   "a trap in an interrupt at rest is reported");
	if (line)
		irq_line_attach(line, NULL, NULL);
	expect_restart("after that it can be started again");
}

/* The request to stop and a message arrive together, and the message's handler does not end. */
static void hears_late(void *argument)
{
	const struct irq_message *const message = argument;
	uint64_t until;

	irq_enable(false);
	irq_message_send(message);
	deaf = true;
	while (cpus_in_use(number))
		cpu_relax();
	until = deadline_in(SHORT);
	while (!deadline_passed(until))
		cpu_relax();
	irq_enable(true);
	port_loops(NULL);
}

static void test_stop_among_others(void)
{
	struct irq_message message;
	struct irq_line *const line = open_line(hangs, &message);

	deaf = false;
	cpu_expect(line && cpus_begin(number, hears_late, &message) && WAIT_UNTIL(deaf, LONG) &&
			   cpus_wait(number, 0, &trap) == GUARD_TIMED_OUT,
		   "it is stopped even if the stop comes along with a message");
	if (line)
		irq_line_attach(line, NULL, NULL);
	expect_restart("after that it can be started again");
}

static struct cpus_lock lock;
static uint64_t counter;

static void locks(void *argument)
{
	cpus_lock(&lock);
	deaf = true;
	port_loops(argument);
}

static void test_lock_of_stopped_cpu(void)
{
	uint64_t start;

	deaf = false;
	cpus_begin(number, locks, NULL);
	cpu_expect(WAIT_UNTIL(deaf, LONG) && cpus_wait(number, 0, &trap) == GUARD_TIMED_OUT && !cpus_start(number),
		   "it is stopped while it holds a lock");
	start = clock_ns();
	cpus_lock(&lock);
	cpus_unlock(&lock);
	cpu_expect(clock_ns() - start < LONG && tells_the_truth(),
		   "which is broken, although the CPU has started again");
}

static void counts(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < COUNTS; i++) {
		const bool on = irq_enable(false);

		cpus_lock(&lock);
		counter++;
		cpus_unlock(&lock);
		irq_enable(on);
	}
}

static void test_lock(void)
{
	const uint64_t before = counter;

	cpus_begin(number, counts, NULL);
	counts(NULL);
	cpu_expect(cpus_wait(number, LONG, &trap) == GUARD_RETURNED && counter == before + 2 * COUNTS,
		   "a lock keeps two CPUs apart");
}

void port_test_cpus(uint32_t absent, bool patient)
{
	print("# cpus: %u\n", cpus_count());
	port_expect(cpus_self() == 0 && cpus_count() >= 1 && cpus_count() <= CPUS_MAX, "we are CPU 0");
	port_expect(cpus_start(cpus_count()) != NULL, "there is no CPU after the last");
	for (number = 1; number < cpus_count(); number++) {
		const char *const wrong = cpus_start(number);

		if (number == absent) {
			print("# cpu %u: %s\n", number, wrong ? wrong : "is there");
			cpu_expect(wrong != NULL, "a CPU that does not come up is reported");
			continue;
		}
		if (wrong) {
			print("# cpu %u: %s\n", number, wrong);
			cpu_expect(false, "it starts");
			continue;
		}
		test_functions();
		test_message(number);
		test_message(0);
		test_lock();
		test_lock_of_stopped_cpu();
		test_handler();
		test_trap_at_rest();
		test_stop_among_others();
		if (patient && number == 1)
			test_unsettled();
		if (patient || port_test_stops_deaf())
			test_deaf();
	}
	cpus_release(&trap);
}
