// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tests a port against the contracts of firmware/arch. The image has this file in the place of tests/guest/main.c. It
 * traps, hangs, overflows the stack, and drives the first entropy device for a real interrupt line. The output is KTAP,
 * with one line for each property.
 */
#include "drivers/request.h"
#include "drivers/dma.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/guard.h"
#include "firmware/arch/irq.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "firmware/discovery/platform.h"
#include "tests/self/port/port_test.h"

#define FOUR_GIB (1ull << 32)
#define TIMEOUT	 MILLISECONDS(20) /* of which a guard makes four times as much */
#define LATEST	 PORT_TEST_LONG
#define SOON	 MILLISECONDS(1000)

enum { ARENA_BYTES = 1 << 20, REQUESTS_A_LIFE = 256 };

static uint8_t arena[ARENA_BYTES] __attribute__((section(".arena"), aligned(4096)));
static struct platform platform;
static unsigned done, failed;

_Noreturn void firmware_main(const struct boot_info *boot);

void port_expect(bool good, const char *property)
{
	done++;
	failed += !good;
	print("%s %u %s\n", good ? "ok" : "not ok", done, property);
}

#define expect port_expect

static void returns(void *argument)
{
	*(int *)argument += 1;
}

static void leaves(void *argument)
{
	*(int *)argument += 1;
	guard_leave();
}

static void reads_null(void *argument)
{
	(void)*(volatile int *)argument;
}

static void calls_null(void *argument)
{
	((void (*)(void))argument)();
}

static volatile bool always = true;

static void computes(void *argument)
{
	volatile uint64_t *sum = argument;

	for (uint64_t i = 1; always; i++)
		*sum = *sum * i + 1;
}

static enum guard_end last_end;
static struct guard_trap last_trap;
static uint64_t last_duration;

static enum guard_end run_for(uint64_t nanoseconds, void (*function)(void *), void *argument)
{
	const uint64_t start = clock_ns();

	last_end = guard_run(function, argument, nanoseconds, &last_trap);
	last_duration = clock_ns() - start;
	return last_end;
}

/* For a function that ends by itself: allows all the time that a host under load may need. */
static enum guard_end run(void (*function)(void *), void *argument)
{
	return run_for(LATEST, function, argument);
}

void port_expect_trap(void (*function)(void *), void *argument, const char *property)
{
	run(function, argument);
	expect(last_end == GUARD_TRAPPED && *last_trap.name, property);
	print("#   end %u, %s at 0x%lx, data 0x%lx, error 0x%lx\n", last_end, last_trap.name, last_trap.address,
	      last_trap.data, last_trap.error);
}

static void times_out(void (*function)(void *), void *argument, const char *property)
{
	run_for(TIMEOUT, function, argument);
	expect(last_end == GUARD_TIMED_OUT && last_duration >= TIMEOUT && last_duration < LATEST, property);
	print("#   end %u after %lu us at 0x%lx\n", last_end, last_duration / MICROSECONDS(1), last_trap.address);
}

static void test_guard(void)
{
	int calls = 0;
	uint64_t sum = 1;
	char byte = 1;

	expect(run(returns, &calls) == GUARD_RETURNED && calls == 1, "a guarded function returns");
	expect(run(leaves, &calls) == GUARD_LEFT && calls == 2, "a guarded function leaves");
	port_expect_trap(reads_null, NULL, "a read of NULL traps");
	expect(last_trap.data == 0, "the trap has the address that was read");
	port_expect_trap(calls_null, NULL, "a call of NULL traps");
	port_expect_trap(port_is_invalid, NULL, "an invalid instruction traps");
	for (unsigned i = 0; i < 3; i++)
		port_expect_trap(port_recurses, &byte, "a stack overflow traps");
	if (port_test_watchdog()) {
		times_out(port_loops, NULL, "an endless loop is ended");
		times_out(computes, &sum, "an endless computation is ended");
	}
	expect(irq_enable(true), "interrupts are on after a guard");
	expect(run(returns, &calls) == GUARD_RETURNED && calls == 3, "the guard still works");
}

static void test_clock(void)
{
	uint64_t last = clock_ns(), now;
	bool back = false;

	for (unsigned i = 0; i < 100000; i++) {
		now = clock_ns();
		back |= now < last;
		last = now;
	}
	expect(!back, "the clock does not go back");
	now = clock_ns();
	WAIT_UNTIL(false, MILLISECONDS(20));
	expect(clock_ns() - now >= MILLISECONDS(20) && clock_ns() - now < SOON, "a wait lasts as long as it should");
	expect(WAIT_UNTIL(true, 0), "a wait for a condition that holds takes no time");
}

static void test_memory(void)
{
	uint32_t value = 0;
	volatile uint32_t known = 0x600dcafe;

	expect(machine_probe_read32((uintptr_t)&known, &value) && value == known, "a probe reads memory");
	expect(!machine_probe_read32(0, &value), "a probe of NULL fails");
	expect(!machine_probe_read32(1ull << 46, &value), "a probe of an unmapped address fails");
	expect(!machine_probe_read32(1ull << 63 | 1ull << 40, &value), "a probe of an impossible address fails");
	expect(!machine_map(~0ull - 4096, 8192, true), "a mapping that wraps around is refused");
	expect(machine_map((uintptr_t)arena, sizeof(arena), false), "RAM may be mapped again");
	for (uint32_t i = 0; i < platform.memory_count; i++) {
		const uint64_t end = platform.memory[i].base + platform.memory[i].size;
		const uint64_t base = platform.memory[i].base < FOUR_GIB ? FOUR_GIB : platform.memory[i].base;
		volatile uint64_t *first = (volatile uint64_t *)base, *last = (volatile uint64_t *)end - 1;

		if (end <= base)
			continue;
		expect(machine_map(base, end - base, false), "RAM above 4 GiB can be mapped");
		*first = 1;
		*last = 2;
		expect(*first == 1 && *last == 2, "RAM above 4 GiB holds what is written");
		expect(machine_map(base + (1 << 20), 4096, true) && *first == 1 && *last == 2,
		       "a device inside RAM can be mapped");
	}
	print("# %u ranges of RAM\n", platform.memory_count);
}

/*
 * A line, and what asserts it. The entropy device asserts its line when a request is done, until InterruptStatus is
 * acknowledged. A soft line is asserted by us. Both must behave the same.
 */

static struct irq_line *line;
static const struct cause {
	const char *name;
	void (*reset)(void); /* released, and ready to be asserted again */
	bool (*assert)(void);
	void (*release)(void);
} * cause;

static struct device device;
static unsigned requests;

static void device_life(void)
{
	enum driver_error error;

	device_reset(&device);
	dma_forget();
	requests = 0;
	error = device_start(&device, (struct features){ { 0 } });
	if (error)
		print("# %s\n", driver_error_text(error));
}

static void device_release(void)
{
	transport_take_interrupts(&device.transport);
}

static enum driver_error do_request(void)
{
	struct request *const request = dma_private(sizeof(*request)), *judged;
	struct completion completion;
	enum driver_error error = request ? device_make_request(&device, request, 0) : DRIVER_DMA_EXHAUSTED;

	if (!error)
		error = device_add_request(&device, request, NULL);
	if (error)
		return error;
	virtqueue_kick(device_request_queue(&device));
	if (!WAIT_UNTIL(virtqueue_used_waiting(device_request_queue(&device)), SOON))
		return DRIVER_NO_ANSWER;
	return device_judge(&device, &judged, &completion);
}

static bool device_assert(void)
{
	enum driver_error error;

	if (requests++ == REQUESTS_A_LIFE)
		device_life();
	error = do_request();
	if (error)
		print("# %s\n", driver_error_text(error));
	return !error;
}

static void soft_release(void)
{
	irq_soft_line_set(line, false);
}

static bool soft_assert(void)
{
	irq_soft_line_set(line, true);
	return true;
}

static void line_expect(bool good, const char *property)
{
	static char text[128];

	format_string(text, sizeof(text), "%s, %s: %s", cause->name,
		      line->source.trigger == IRQ_LEVEL ? "level" : "edge", property);
	expect(good, text);
}

static uint32_t before; /* the line's count when start() returned */

static bool count_is(uint32_t count)
{
	return line->count == before + count;
}

static bool comes_to(uint32_t count)
{
	WAIT_UNTIL(line->count >= before + count, SOON);
	irq_settle();
	return count_is(count);
}

/* Makes the line released and armed, with this handler. */
static void start(void (*handler)(void *context))
{
	cause->reset();
	irq_line_attach(line, NULL, NULL);
	if (handler)
		irq_line_attach(line, handler, NULL);
	before = line->count;
}

static void test_held_level(void)
{
	start(NULL);
	line_expect(!irq_line_asserted(line) && count_is(0), "not asserted before anything happened");
	line_expect(cause->assert() && comes_to(1), "one interrupt");
	line_expect(line->parked && !line->storm, "then it is parked");
	line_expect(irq_line_asserted(line) && count_is(2) && line->parked, "still asserted");
	line_expect(irq_line_asserted(line) && count_is(3), "asserted each time one asks");
	irq_line_rearm(line);
	line_expect(comes_to(4) && line->parked, "fires again when it is rearmed");
	cause->release();
	line_expect(!irq_line_asserted(line) && count_is(4), "after a release, not asserted");
	line_expect(cause->assert() && comes_to(5), "the next interrupt comes");
	cause->release();
	irq_line_rearm(line);
	irq_settle();
	line_expect(count_is(5) && !line->parked, "rearmed without a cause, nothing comes");
}

static void test_parked_level(void)
{
	start(NULL);
	irq_line_park(line);
	line_expect(cause->assert(), "asserted while parked");
	irq_settle();
	line_expect(count_is(0) && line->parked, "nothing comes while parked");
	irq_line_rearm(line);
	line_expect(comes_to(1), "a level that rose while parked comes when it is rearmed");
	cause->release();
	irq_line_park(line);
	line_expect(cause->assert(), "asserted while parked again");
	cause->release();
	irq_line_rearm(line);
	irq_settle();
	line_expect(count_is(1), "a level that fell while parked does not come");
}

static void test_held_edge(void)
{
	bool good = true;

	start(NULL);
	for (uint32_t i = 1; i <= 100; i++) {
		good = good && cause->assert() && comes_to(i);
		cause->release();
	}
	line_expect(good && !line->parked, "one interrupt for each of 100 edges, never parked");
	line_expect(irq_enable(false) && cause->assert() && count_is(100), "with interrupts off, none is taken");
	irq_enable(true);
	line_expect(comes_to(101), "with interrupts on, it is taken");
	cause->release();
	for (uint32_t i = 0; i < IRQ_STORM_LIMIT; i++) {
		cause->assert();
		cause->release();
	}
	line_expect(line->storm && line->parked, "thousands without a rearm are a storm");
	start(NULL);
	line_expect(cause->assert() && comes_to(1), "it works after a storm");
	cause->release();
}

static void releases(void *context)
{
	(void)context;
	cause->release();
}

static void ignores(void *context)
{
	(void)context;
}

static void faults(void *context)
{
	(void)context;
	reads_null(NULL);
}

static void waits_in_handler(void *argument)
{
	(void)argument;
	cause->assert();
	WAIT_UNTIL(false, SOON);
}

static void test_serviced(void)
{
	bool good = true;

	start(releases);
	for (uint32_t i = 1; i <= 100; i++)
		good = good && cause->assert() && comes_to(i);
	line_expect(good && !line->parked, "serviced 100 times");

	if (line->source.trigger == IRQ_LEVEL) {
		start(ignores);
		line_expect(cause->assert() && WAIT_UNTIL(line->storm, SOON), "never released, it is a storm");
		irq_settle();
		line_expect(line->parked && count_is(IRQ_STORM_LIMIT), "a storm ends at its limit");
		cause->release();
		irq_line_rearm(line);
		irq_settle();
		line_expect(!line->storm && !line->parked && count_is(IRQ_STORM_LIMIT),
			    "a storm ends when the line is rearmed");
	}

	if (port_test_watchdog()) {
		start(port_loops);
		times_out(waits_in_handler, NULL, "a handler that hangs is ended");
	}
	start(faults);
	port_expect_trap(waits_in_handler, NULL, "a handler that traps is ended");
	start(NULL);
	line_expect(cause->assert() && comes_to(1), "after that the line still works");
	cause->release();
	start(NULL);
}

static void test_line(const struct cause *of, struct irq_line *its)
{
	cause = of;
	line = its;
	if (line->source.trigger == IRQ_LEVEL) {
		test_held_level();
		test_parked_level();
	} else {
		test_held_edge();
	}
	test_serviced();
	line_expect(irq_unowned_count() == 0, "no unowned interrupt");
}

/* Returns the line of the first device that answers requests, or NULL. */
static struct irq_line *find_device(void)
{
	for (uint32_t i = 0; i < platform.window_count; i++) {
		const struct mmio_window *window = &platform.windows[i];
		struct irq_line *found;

		device.transport = (struct transport){
			.name = "rng0",
			.ops = &transport_mmio,
			.bus = &transport_memory_bus,
			.bus_context = (void *)(uintptr_t)window->base,
			.base = window->base,
			.size = window->size,
		};
		machine_map(window->base, window->size, true);
		if (device_discover(&device) != TRANSPORT_DEVICE || !device.type->make_request)
			continue;
		found = irq_line_open(&window->irq);
		expect(found != NULL, "the line of the device can be opened");
		expect(found == irq_line_open(&window->irq), "opening it again gives the same line");
		print("# %s at 0x%lx gsi %u %s\n", device.type->title, window->base, window->irq.gsi,
		      window->irq.trigger == IRQ_LEVEL ? "level" : "edge");
		return found;
	}
	return NULL;
}

static uint64_t settling_time(unsigned times)
{
	const uint64_t start = clock_ns();

	while (times--)
		irq_settle();
	return clock_ns() - start;
}

static void test_lines(void)
{
	static const struct cause by_device = { "device", device_life, device_assert, device_release };
	static const struct cause by_us = { "soft", soft_release, soft_assert, soft_release };
	const struct irq_source nowhere = { .gsi = IRQ_SOFT_GSI - 1 };
	struct irq_line *const found = find_device();
	struct irq_line *const soft_level = irq_soft_line_open(IRQ_LEVEL);
	struct irq_line *const soft_edge = irq_soft_line_open(IRQ_EDGE);

	expect(!irq_line_open(&nowhere), "a line that no controller has cannot be opened");
	expect(settling_time(100) < SOON, "settling is fast");
	if (found)
		test_line(&by_device, found);
	else
		print("# no device with a line\n");
	if (soft_level)
		test_line(&by_us, soft_level);
	if (soft_edge)
		test_line(&by_us, soft_edge);
	expect(!soft_level == !soft_edge && (soft_level || !found), "soft lines exist where lines do");
}

static bool is_told(const char *word)
{
	return strcmp(platform.cmdline, word) == 0;
}

/* Announces a CPU that does not exist, and returns its number; 0: there is no place or only one CPU, or it takes
 * seconds to notice that none comes up. */
static uint32_t announce_absent_cpu(void)
{
	if (platform.cpu_count < 2 || platform.cpu_count == PLATFORM_CPUS ||
	    !(port_test_knows_absent() || is_told("absent")))
		return 0;
	platform.cpus[platform.cpu_count] = 0xc8;
	return platform.cpu_count++;
}

void firmware_main(const struct boot_info *boot)
{
	uint32_t absent;

	machine_early_init();
	print_to(machine_put);
	print_checksum_start();
	print("KTAP version 1\n");
	platform_discover(&platform, boot, &machine_memory);
	absent = announce_absent_cpu();
	machine_init(&platform);
	dma_init(arena, sizeof(arena));
	journal_clear(clock_ns());
	print("# port %s, boot %s, vmm %s\n", machine_arch, platform.boot_protocol, machine_vmm());
	print("# clock %s\n", clock_description());
	print("# cmdline %s\n", platform.cmdline);

	test_clock();
	test_guard();
	test_memory();
	test_lines();
	port_test_arch();
	port_test_cpus(absent < cpus_count() ? absent : 0, is_told("patient"));

	print("1..%u\n", done);
	print("# end run=%u fail=%u\n", done, failed);
	if (is_told("fatal"))
		reads_null(NULL);
	machine_exit(!failed);
}
