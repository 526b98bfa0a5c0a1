// SPDX-License-Identifier: BSD-2-Clause
#include "tests/guest/bench.h"

#include "drivers/dma.h"
#include "drivers/interrupt.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/messages.h"

/*
 * A transaction is a request, its answer, and the interrupt for it; the driver looks at the ring only after the
 * interrupt. Transactions run one at a time, so that no interrupt serves two.
 */
enum { TRANSACTIONS = 500, WARM_UP = 10, ANSWER_BYTES = 1024, PERCENT = 100, SECOND_US = 1000000 };
#define BENCH_NS MILLISECONDS(400)

/* A bus between the drivers and the device, which counts accesses. */
static struct counter {
	const struct transport_bus *bus;
	void *context;
	uint32_t accesses;
} counter;

static uint32_t counted_read(void *context, uint32_t offset, uint8_t width)
{
	struct counter *of = context;

	of->accesses++;
	return of->bus->read(of->context, offset, width);
}

static void counted_write(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	struct counter *of = context;

	of->accesses++;
	of->bus->write(of->context, offset, width, value);
}

static const struct transport_bus counting_bus = { .read = counted_read, .write = counted_write };

static void stop_counting(struct run *t, struct device *d)
{
	(void)t;
	d->transport.bus = counter.bus;
	d->transport.bus_context = counter.context;
}

static void start_counting(struct run *t, struct device *d)
{
	counter = (struct counter){ .bus = d->transport.bus, .context = d->transport.bus_context };
	t->afterwards = stop_counting;
	d->transport.bus = &counting_bus;
	d->transport.bus_context = &counter;
}

/* Makes a request with an answer of ANSWER_BYTES if the type has such requests, else its usual request. */
static void make(struct run *t, struct device *d, struct request *request)
{
	memset(request, 0, sizeof(*request));
	need_ok(t, d->type->make_sized_request ? d->type->make_sized_request(d, request, ANSWER_BYTES)
					       : device_make_request(d, request, 0));
}

static void tell_what(const struct device *d)
{
	if (d->type->sized)
		print("%u %s)\n", ANSWER_BYTES, d->type->sized);
	else
		print("what it sends)\n");
}

/* Does one transaction. *count is the counter that its interrupt advances. */
static void transact(struct run *t, struct device *d, struct request *request, const volatile uint32_t *count)
{
	struct virtqueue *queue = device_request_queue(d);
	struct completion done;
	enum driver_error error;
	uint32_t before = *count;

	if (virtqueue_add(queue, request->segments, request->count, NULL, request) < 0)
		need_ok(t, DRIVER_QUEUE_TOO_SMALL);
	virtqueue_kick(queue);
	/* Only a defective device sends the interrupt before the used entry is visible. */
	require(t, WAIT_UNTIL(*count != before, device_patience_ns), "an interrupt comes for a used buffer");
	require(t, virtqueue_pop(queue, &done, &error) == VIRTQUEUE_POPPED, "there is a used buffer when it comes");
}

static uint64_t wired_ns; /* time of a transaction by the line, of the last device */
static const struct device *wired_device;

static uint32_t hundredths(uint32_t amount, uint32_t of)
{
	return (uint32_t)((uint64_t)amount * PERCENT / of);
}

static uint64_t median(uint64_t *samples, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		for (unsigned j = i; j && samples[j] < samples[j - 1]; j--) {
			const uint64_t other = samples[j];

			samples[j] = samples[j - 1];
			samples[j - 1] = other;
		}
	return samples[count / 2];
}

/* Returns the median of the times in nanoseconds. The mean is useless if the host does something else at times. */
static uint64_t measure(struct run *t, struct device *d, const char *way, const volatile uint32_t *count,
			uint32_t *accesses)
{
	static uint64_t samples[TRANSACTIONS];
	struct request request;
	uint64_t deadline, each;
	uint32_t interrupts, number = 0, interrupts_each;

	make(t, d, &request);
	for (unsigned i = 0; i < WARM_UP; i++)
		transact(t, d, &request, count);
	start_counting(t, d);
	interrupts = *count;
	deadline = deadline_in(BENCH_NS);
	do {
		const uint64_t began = clock_ns();

		transact(t, d, &request, count);
		samples[number++] = clock_ns() - began;
	} while (number < TRANSACTIONS && !deadline_passed(deadline));
	each = median(samples, number);
	*accesses = hundredths(counter.accesses, number);
	interrupts_each = hundredths(*count - interrupts, number);
	print("# bench: %s %s: %u.%02u accesses, %u.%02u interrupts, %lu transactions/s (%u times ", d->name, way,
	      *accesses / PERCENT, *accesses % PERCENT, interrupts_each / PERCENT, interrupts_each % PERCENT,
	      each ? SECOND_US * 1000ul / each : 0ul, number);
	tell_what(d);
	stop_counting(t, d);
	t->afterwards = NULL;
	return each;
}

/* By the line: a notification, a read of InterruptStatus and a write to InterruptACK. On an edge line the driver reads
 * InterruptStatus once more, because another cause would make no interrupt there. */
static void wired(struct run *t, struct device *d)
{
	struct irq_line *line = d->transport.line;
	const uint32_t want = line->source.trigger == IRQ_EDGE ? 4 : 3;
	uint32_t accesses;

	require_ok(t, device_start(d, (struct features){ 0 }), "the device starts");
	irq_line_attach(line, device_service, d);
	wired_ns = measure(t, d, "wired", &d->used_interrupts, &accesses);
	wired_device = d;
	irq_line_attach(line, NULL, NULL);
	expect_eq(t, accesses, want * PERCENT, "hundredths of register accesses of a transaction");
}

/* By a message: only the notification. */
static void message(struct run *t, struct device *d)
{
	struct irq_line *line;
	uint32_t accesses, ratio;
	uint64_t each;

	messages_prepare(t, d, true, 0, 0); /* one message for all sources, sent to the CPU that waits for it */
	device_go(d);
	line = messages_targets[0].line;
	each = measure(t, d, d->msi.layout->name, &line->count, &accesses);
	/* For the reference device the ratio means nothing, because this CPU sends its messages. */
	if (wired_device == d && each && d->transport.bus == &transport_memory_bus) {
		ratio = (uint32_t)(wired_ns * PERCENT / each);
		print("# bench: %s %s: %u.%02u times as many as wired (the proposal's cover letter: 1.36)\n", d->name,
		      d->msi.layout->name, ratio / PERCENT, ratio % PERCENT);
	}
	expect_eq(t, accesses, PERCENT, "hundredths of register accesses of a transaction");
}

static const struct check wired_bench = {
	.id = "bench.wired",
	.title = "A transaction by the line costs the notification, a read of InterruptStatus and its acknowledgement",
	.requirements = REQ(NULL),
	.level = DESCRIBED,
	.needs = NEEDS(.requests = true, .line = true),
	.body = wired,
};
static const struct check message_bench = {
	.id = "bench.message",
	.title = "A transaction by a message costs the notification alone",
	.requirements = REQ(NULL),
	.level = DESCRIBED,
	.needs = NEEDS(.requests = true, .msi = true),
	.body = message,
};
static const struct check *const benches[] = { &wired_bench, &message_bench };
const struct check_list bench_checks = { benches, benches + sizeof(benches) / sizeof(benches[0]) };
