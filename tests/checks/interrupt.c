// SPDX-License-Identifier: BSD-2-Clause
/*
 * The wired interrupt (4.2.3.4): "a single, dedicated interrupt signal, which is asserted when at least one of the bits
 * described in the description of InterruptStatus is set". People chase faults of it for weeks: an interrupt that never
 * comes leaves a request hanging, one without a cause costs a CPU, one that does not go away stalls the machine. So
 * these checks judge the line itself, not the register alone.
 *
 * The platform says whether a line is level or edge triggered (ACPI, device tree, convention of the command line). A
 * level line is asserted from the first cause until the last one is acknowledged. On an edge line, the controller sees
 * exactly one edge each time a cause appears while none was pending. What happens while a cause is already pending is
 * open: some devices hold the line, some pulse it for every event.
 *
 * To see that no interrupt comes, a check waits for an interrupt that must come later. irq_settle() takes those that
 * were already sent.
 *
 * A configuration may change at any time, and a driver must handle notifications for nothing (support/restless.h). So a
 * check acknowledges whatever cause it finds before it waits for an interrupt: while one is pending a level line is
 * masked, and an edge line makes no edge.
 */
#include "drivers/interrupt.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/restless.h"

enum {
	WARM_UP = 2,
	ROUNDS = 8,
	WORKLOAD_REQUESTS = 256,
	WORKLOAD_LEAST = 32,
	WORKLOAD_DEPTH = 4,
};
#define WORKLOAD_NS MILLISECONDS(6000)

static struct irq_line *line_of(struct device *d)
{
	return d->transport.line;
}

/* With EVENT_IDX, asks for an interrupt for the next used buffer. (If nobody asked for EVENT_IDX, the driver does so
 * each time that it publishes.) */
static void ask_for_next(struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);

	if (queue->event_idx && !queue->unasked_events)
		virtqueue_set_used_event(queue, queue->used_seen);
}

/* Sends a request and waits for its used entry, not for an interrupt. */
static void complete_one(struct run *t, struct device *d)
{
	need_ok(t, device_do_request(d, random_next(&t->random)));
}

/*
 * Starts the device with its line held (each interrupt is counted, and masks a level line), completes two requests and
 * acknowledges all causes.
 */
static void start_quiet(struct run *t, struct device *d, struct features wanted)
{
	require_ok(t, device_start(d, wanted), "the device starts");
	for (unsigned i = 0; i < WARM_UP; i++) {
		uint32_t mark = line_of(d)->count;

		ask_for_next(d);
		complete_one(t, d);
		need_notification(t, d);
		/* The edge may come after the bit is set; it must not be taken for that of a later event. */
		if (line_of(d)->source.trigger == IRQ_EDGE)
			(void)WAIT_UNTIL(line_of(d)->count != mark, patience_for(d->recent_wait_ns));
		transport_take_interrupts(&d->transport);
	}
	quiet_line(d);
}

/* Attaches a handler. What came before would leave an edge line asserted, so that it makes no edge any more. */
static void serve(struct device *d, void (*handler)(void *context))
{
	irq_line_attach(line_of(d), handler, d);
	transport_take_interrupts(&d->transport);
}

static bool interrupt_came(struct irq_line *line, uint32_t mark)
{
	return WAIT_UNTIL(line->count != mark, device_patience_ns);
}

/* Completes a request and waits for its interrupt, without an acknowledgement: the cause stays pending. */
static void make_pending(struct run *t, struct device *d)
{
	const uint32_t mark = quiet_line(d);

	complete_one(t, d);
	if (!interrupt_came(line_of(d), mark)) {
		need_usual_notifications(t, d, device_accepted(d, VIRTIO_F_EVENT_IDX));
		need_row(t, false, "sintr-03", "an interrupt follows the used buffer");
	}
	/* The interrupt may be that of a configuration change; the bit of the used buffer comes, too. */
	need_row(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, patience_for(d->recent_wait_ns)),
		 "mmio-layout-03", "InterruptStatus shows the used buffer");
}

/* Does InterruptStatus show a cause that was not there: a change of a configuration that is as it was at `start`, or an
 * undefined bit? */
static bool shows_nothing_else(struct device *d, const struct config_view *start)
{
	const uint32_t status = interrupt_status(d);

	if (status & ~(uint32_t)(VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG))
		return false;
	return !(status & VIRTIO_INTERRUPT_CONFIG) || config_moved(d, start);
}

/* Steps 1 to 7 of 3.1.1: all but DRIVER_OK. */
static void start_up_to_driver_ok(struct run *t, struct device *d)
{
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "features are negotiated");
	require_ok(t, device_setup_queues(d, 0), "the queues are set up");
}

/* Breaks: an interrupt at DRIVER_OK, or while queues are set up, that nothing caused. Symptom: "irq: nobody cared",
 * or a driver that sees a phantom change. (A used buffer notification for nothing is legal once DRIVER_OK is set.) */
CHECK(quiet_without_cause, "interrupt.quiet-without-cause", REQ("mmio-layout-04", "mmio-table-10"), MUST,
      NEEDS(.requests = true, .line = true),
      "From a reset to the first used buffer only what happened interrupts, and shows in InterruptStatus")
{
	struct irq_line *line = line_of(d);
	struct config_view start;
	uint32_t mark;

	require_ok(t, device_reset(d), "the device resets");
	config_look(d, &start);
	mark = line->count;
	start_up_to_driver_ok(t, d);
	irq_settle();
	require_at_rest(t, d, line->count == mark, "no interrupt comes before DRIVER_OK: %u came", line->count - mark);
	require_at_rest(t, d, !interrupt_status(d), "InterruptStatus is 0 before DRIVER_OK");
	device_go(d);
	quiet_moment(t);
	irq_settle();
	require_at_rest(t, d, shows_nothing_else(d, &start),
			"InterruptStatus shows no configuration change, for there was none, and no undefined bit");
	if (interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER)
		info(t, "a used buffer notification came at DRIVER_OK, for nothing (2.7.7.1)");
	else
		require_at_rest(t, d, line->count == mark || interrupt_status(d),
				"no interrupt comes before anything happened: %u came", line->count - mark);
	make_pending(t, d);
	irq_settle();
	require_at_rest(t, d, shows_nothing_else(d, &start), "the only cause of the interrupt is the used buffer");
}

/*
 * Breaks: a status bit that drives no line, or a line to the wrong input of the interrupt controller. Symptom: the
 * guest hangs in its first request.
 */
CHECK(used_buffer_interrupts, "interrupt.used-buffer-interrupts", REQ("sintr-03", "mmio-layout-03"), MUST,
      NEEDS(.requests = true, .line = true), "Each used buffer raises an interrupt while no cause is pending")
{
	start_quiet(t, d, NO_FEATURES);
	for (unsigned i = 0; i < ROUNDS; i++) {
		make_pending(t, d);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		require_at_rest(t, d, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER),
				"the used buffer bit of InterruptStatus is 0 after the acknowledgement");
	}
}

static volatile uint16_t index_at_interrupt;

static void sample_used_index(void *context)
{
	struct device *d = context;

	index_at_interrupt = device_request_queue(d)->used->index;
	device_service(d);
}

/* Breaks: a device that signals before it writes. Symptom: the driver looks, finds nothing, sleeps, and the request
 * is lost. */
CHECK(used_ring_first, "interrupt.used-ring-is-written-first", REQ("sintr-03", "sused-01"), MUST,
      NEEDS(.requests = true, .line = true), "When the interrupt arrives, used.idx already shows the buffer")
{
	struct irq_line *line = line_of(d);

	start_quiet(t, d, NO_FEATURES);
	serve(d, sample_used_index);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t mark = line->count;
		bool shown;

		index_at_interrupt = 0;
		complete_one(t, d);
		require_notified(t, d, interrupt_came(line, mark), "an interrupt follows the used buffer");
		/* One for something else may come first. */
		shown = WAIT_UNTIL(index_at_interrupt == device_request_queue(d)->used_seen,
				   patience_for(d->recent_wait_ns));
		expect(t, shown, "used.idx, read in the interrupt handler, is %u: it was %u",
		       device_request_queue(d)->used_seen, index_at_interrupt);
	}
	irq_line_attach(line, NULL, NULL);
}

/* Breaks: a level line that is only pulsed. Symptom: if its input was masked at that moment, the interrupt is lost. */
CHECK(level_held, "interrupt.level-is-held-until-acknowledged", REQ("mmio-layout-03", "mmio-table-10"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .level_line = true),
      "A level line stays asserted until its cause is acknowledged, and is then deasserted")
{
	struct irq_line *line = line_of(d);

	start_quiet(t, d, NO_FEATURES);
	make_pending(t, d);
	for (unsigned i = 0; i < ROUNDS; i++)
		require(t, irq_line_asserted(line), "the line is asserted while the cause is pending (read %u)", i + 1);
	transport_take_interrupts(&d->transport);
	require_at_rest(t, d, !irq_line_asserted(line), "the acknowledgement deasserts the line");
}

/*
 * Breaks: a device that pulses its line, or signals only at a change that the masked controller did not see. Symptom: a
 * request that completes while its interrupt is masked hangs.
 */
CHECK(masked_kept, "interrupt.level-survives-a-masked-controller", REQ("mmio-table-10"), DESCRIBED,
      NEEDS(.requests = true, .level_line = true),
      "An interrupt raised while its input is masked at the interrupt controller arrives when the input is unmasked")
{
	struct irq_line *line = line_of(d);
	uint32_t mark;

	start_quiet(t, d, NO_FEATURES);
	irq_line_park(line);
	mark = line->count;
	complete_one(t, d);
	need_notification(t, d);
	irq_settle();
	expect_eq(t, line->count - mark, 0, "a masked input delivers nothing");
	irq_line_rearm(line);
	expect(t, interrupt_came(line, mark), "the interrupt arrives when the input is unmasked");
}

/*
 * Breaks: a register that a read clears. Symptom: two handlers on a shared line, or a debugger, steal each other's
 * interrupts.
 */
CHECK(status_read_harmless, "interrupt.reading-status-has-no-effect", REQ("mmio-table-10", "mmio-layout-03"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .line = true),
      "Reading InterruptStatus neither clears a cause nor lowers the line")
{
	struct irq_line *line = line_of(d);

	start_quiet(t, d, NO_FEATURES);
	make_pending(t, d);
	for (unsigned i = 0; i < ROUNDS; i++)
		expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
		       "the used buffer bit of InterruptStatus is set, read %u", i + 1);
	if (line->source.trigger == IRQ_LEVEL)
		expect(t, irq_line_asserted(line), "the line is still asserted after the reads");
}

/*
 * Breaks: a device that clears everything at any acknowledgement, or uses a logical instead of a bitwise "not".
 * Symptom: a completion is lost when a configuration change is acknowledged.
 */
CHECK(other_bit_kept, "interrupt.acknowledging-one-cause-leaves-the-other", REQ("mmio-layout-03", "mmio-table-11"),
      MUST, NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .line = true),
      "Acknowledging a configuration change leaves a pending used buffer, and its line, alone")
{
	struct irq_line *line = line_of(d);

	start_quiet(t, d, NO_FEATURES);
	make_pending(t, d);
	acknowledge(d, VIRTIO_INTERRUPT_CONFIG);
	expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
	       "the used buffer is still shown after the other bit was acknowledged");
	if (line->source.trigger == IRQ_LEVEL)
		expect(t, irq_line_asserted(line), "the line is still asserted after the other bit was acknowledged");
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	require_at_rest(t, d, !interrupt_status(d), "InterruptStatus is 0 after both bits were acknowledged");
	if (line->source.trigger == IRQ_LEVEL)
		require_at_rest(t, d, !irq_line_asserted(line),
				"the line is deasserted when the last cause is acknowledged");
}

/*
 * Breaks: a line that only used buffers drive. Symptom: a driver never learns that its device has given up.
 *
 * By itself, a driver can make any device notify a configuration change only by making it need a reset:
 * DEVICE_NEEDS_RESET comes with the notification (2.1.2). config.c judges changes that a stimulus causes.
 */
CHECK(config_interrupts, "interrupt.configuration-change-interrupts", REQ("mmio-table-10", "status-03"), MUST,
      NEEDS(.version = 2, .requests = true, .line = true, .entries = 2 * REQUEST_ENTRIES),
      "A configuration change notification raises an interrupt")
{
	struct virtqueue *queue = device_request_queue(d);
	struct irq_line *line = line_of(d);
	struct request request;
	uint32_t mark;

	need_survives_bad_head(t, d);
	start_quiet(t, d, NO_FEATURES);
	if (!add_requests(t, d, &request, 1))
		skip(t, "the virtqueue is too small");
	mark = quiet_line(d);
	queue->avail->ring[queue->published % queue->size] = queue->size; /* names no descriptor */
	virtqueue_kick(queue);
	/* A device that tolerates the bad entry shows nothing, and no later event bounds the wait. */
	if (!COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns))
		skip(t, "the device sends no configuration change notification that we can cause");
	expect(t, interrupt_came(line, mark), "an interrupt follows the configuration change notification");
}

/* Breaks: a line kept high without a cause, or a second edge at the acknowledgement. Symptom: an interrupt storm. */
CHECK(edge_once, "interrupt.one-edge-for-one-event", REQ("mmio-layout-04", "mmio-table-10"), DESCRIBED,
      NEEDS(.requests = true, .edge_line = true), "A used buffer makes exactly one edge, and its acknowledgement none")
{
	struct irq_line *line = line_of(d);

	start_quiet(t, d, NO_FEATURES);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const uint32_t mark = quiet_line(d);

		make_pending(t, d);
		irq_settle();
		require_at_rest(t, d, line->count - mark == 1,
				"one edge comes for one used buffer, before its acknowledgement: %u came",
				line->count - mark);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		irq_settle();
		require_at_rest(t, d, line->count - mark == 1, "none comes with its acknowledgement: %u came",
				line->count - mark - 1);
	}
}

/* Breaks: a line that lags behind the register. Symptom: a handler that finds nothing to do, over and over. */
CHECK(no_storm, "interrupt.level-has-no-interrupt-without-a-cause", REQ("mmio-layout-04", "mmio-table-10"), DESCRIBED,
      NEEDS(.requests = true, .level_line = true),
      "A handler that acknowledges what it reads is never called without a cause on a level line")
{
	struct irq_line *line = line_of(d);

	start_quiet(t, d, NO_FEATURES);
	d->used_interrupts = d->causeless_interrupts = 0;
	serve(d, device_service);
	for (unsigned i = 0; i < 4 * ROUNDS; i++)
		complete_one(t, d);
	require(t, WAIT_UNTIL(d->used_interrupts, device_patience_ns), "the handler is called");
	irq_settle();
	irq_line_attach(line, NULL, NULL);
	expect(t, !line->storm, "the line does not interrupt for ever");
	expect_eq(t, d->causeless_interrupts, 0, "calls of the handler that found InterruptStatus 0");
	require_at_rest(t, d, d->used_interrupts <= 4 * ROUNDS, "no more interrupts (%u) than used buffers (%u)",
			d->used_interrupts, 4 * ROUNDS);
}

/*
 * Breaks: a device that raises an interrupt only when it believes that the driver has seen everything. Symptom: a rare
 * hang under load.
 *
 * Drivers acknowledge first and then drain the used ring. A buffer that is used after the acknowledgement must raise a
 * new interrupt, even though the driver has not looked at the used ring since.
 */
CHECK(again_after_acknowledge, "interrupt.comes-again-after-acknowledge", REQ("mmio-layout-03", "sintr-03"), MUST,
      NEEDS(.requests = true, .entries = 4, .line = true),
      "A buffer used after the acknowledgement, before the driver drained the ring, raises a new interrupt")
{
	struct irq_line *line = line_of(d);
	struct virtqueue *queue;
	struct request requests[2];

	start_quiet(t, d, NO_FEATURES);
	queue = device_request_queue(d);
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned j = 0; j < 2; j++) {
			const uint32_t mark = quiet_line(d);

			require_ok(t, device_make_request(d, &requests[j], i), "a request can be made");
			if (queue->size < 2 * requests[j].count)
				need_ok(t, DRIVER_QUEUE_TOO_SMALL);
			require_ok(t, device_add_request(d, &requests[j], NULL), "a request can be added");
			if (queue->event_idx)
				virtqueue_set_used_event(queue, queue->published);
			virtqueue_kick(queue);
			require_notified(t, d, interrupt_came(line, mark),
					 "interrupt %u of a pair whose first used entry was not taken yet", j + 1);
			acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		}
		for (unsigned j = 0; j < 2; j++)
			require_ok(t, device_finish_request(d, NULL), "both requests are in the used ring");
	}
}

/*
 * Breaks: a device that raises an interrupt only when InterruptStatus was 0 or the driver has caught up. Symptom: a
 * disk or a network that stops under load.
 *
 * The driver relies on interrupts alone: its handler acknowledges and counts, and the main program drains the used ring
 * once per interrupt. That drain finds every buffer that was used before the acknowledgement, and a buffer that is used
 * later must raise another interrupt; so while requests are outstanding, another interrupt must come. A lost one leaves
 * entries in the used ring, which tells it from a device that does not answer.
 */
CHECK(none_lost, "interrupt.none-is-lost-under-load", REQ("mmio-layout-03", "sintr-03", "sring-02"), MUST,
      NEEDS(.requests = true, .entries = 16, .line = true),
      "A driver that looks at the used ring only after an interrupt gets every answer")
{
	static struct request requests[WORKLOAD_DEPTH];
	struct irq_line *line = line_of(d);
	bool busy[WORKLOAD_DEPTH] = { false };
	unsigned sent = 0, answered = 0;
	uint32_t seen = 0;
	uint64_t enough; /* a slow device gets fewer requests */

	start_quiet(t, d, NO_FEATURES);
	for (unsigned i = 0; i < WORKLOAD_DEPTH; i++)
		require_ok(t, device_make_request(d, &requests[i], i), "a request can be made");
	d->used_interrupts = 0;
	serve(d, device_service);
	enough = deadline_in(WORKLOAD_NS);
	while (answered < WORKLOAD_REQUESTS && !(answered >= WORKLOAD_LEAST && deadline_passed(enough))) {
		struct virtqueue *queue = device_request_queue(d);

		for (unsigned i = 0; i < WORKLOAD_DEPTH && sent < WORKLOAD_REQUESTS; i++) {
			if (busy[i] || (sent > answered && random_below(&t->random, 2)))
				continue;
			require_ok(t, device_add_request(d, &requests[i], NULL), "a request can be added");
			busy[i] = true;
			sent++;
			virtqueue_kick(queue);
		}
		if (!WAIT_UNTIL(d->used_interrupts != seen, device_patience_ns)) {
			require_eq(t, virtqueue_used_waiting(queue), 0,
				   "used entries that no interrupt announced, after %u of %u answers", answered,
				   WORKLOAD_REQUESTS);
			require(t, false, "the device answers (%u of %u answered, none waiting)", answered,
				WORKLOAD_REQUESTS);
		}
		seen = d->used_interrupts; /* before the drain: an interrupt during it counts for the next round */
		do {
			while (virtqueue_used_waiting(queue)) {
				struct request *done = NULL;

				require_ok(t, device_judge(d, &done, NULL), "a right answer (%u of %u)", answered,
					   WORKLOAD_REQUESTS);
				busy[done - requests] = false;
				answered++;
			}
			if (queue->event_idx)
				virtqueue_set_used_event(queue, queue->used_seen);
		} while (virtqueue_used_waiting(queue));
	}
	irq_line_attach(line, NULL, NULL);
	expect(t, !line->storm, "the line does not interrupt for ever");
}

/*
 * Breaks: a reset that leaves the line asserted. Symptom: the next driver's first interrupt is a leftover, or the
 * machine stalls before it has a handler.
 */
CHECK(none_after_reset, "interrupt.reset-lowers-the-line", REQ("mmio-layout-05", "reset-02"), MUST,
      NEEDS(.requests = true, .line = true),
      "A reset withdraws a pending interrupt, and none comes until the device is set up again")
{
	struct irq_line *line = line_of(d);
	uint32_t mark;

	start_quiet(t, d, NO_FEATURES);
	make_pending(t, d);
	require_ok(t, device_reset(d), "the device resets");
	expect_eq(t, interrupt_status(d), 0, "InterruptStatus after the reset");
	if (line->source.trigger == IRQ_LEVEL)
		expect(t, !irq_line_asserted(line), "the line is low after the reset");
	irq_settle();
	mark = line->count;
	irq_line_rearm(line);
	start_up_to_driver_ok(t, d);
	irq_settle();
	require_at_rest(t, d, line->count == mark,
			"no interrupt comes between the reset and DRIVER_OK of the next life");
	device_go(d);
	mark = quiet_line(d);
	complete_one(t, d);
	require_notified(t, d, interrupt_came(line, mark),
			 "an interrupt follows the first used buffer of the next life");
}

/*
 * Breaks: a completion that still raises the line after the reset. Symptom: the first interrupt of the next life
 * belongs to the former one.
 */
CHECK(reset_in_flight, "interrupt.reset-with-requests-in-flight", REQ("reset-02"), MUST,
      NEEDS(.requests = true, .entries = 4, .line = true), "Requests in flight at a reset raise no interrupt after it")
{
	static struct request requests[WORKLOAD_DEPTH];
	struct irq_line *line = line_of(d);

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct virtqueue *queue;
		uint32_t mark, left;

		start_quiet(t, d, NO_FEATURES);
		queue = device_request_queue(d);
		for (unsigned i = 0; i < WORKLOAD_DEPTH; i++) {
			require_ok(t, device_make_request(d, &requests[i], i), "a request can be made");
			if (device_add_request(d, &requests[i], NULL))
				break; /* a request of several descriptors and a short queue: fewer will do */
		}
		virtqueue_kick(queue);
		require_ok(t, device_reset(d), "the device resets with requests in flight");
		left = interrupt_status(d); /* reset.clears-interrupt-status judges what the reset left */
		irq_settle();
		mark = line->count;
		irq_line_rearm(line);
		irq_settle();
		require_eq(t, line->count - mark, 0, "interrupts after the reset");
		start_up_to_driver_ok(t, d);
		irq_settle();
		require_at_rest(t, d, line->count == mark, "no interrupt comes before DRIVER_OK of the next life");
		require_at_rest(t, d, !(interrupt_status(d) & ~left),
				"InterruptStatus is 0 before DRIVER_OK of the next life");
		device_go(d);
		complete_one(t, d); /* and no answer of the former life is in its ring */
	}
}

/*
 * Breaks: a flag that InterruptStatus follows and the line does not. Symptom: a driver that polls under load still gets
 * all its interrupts.
 */
CHECK(no_interrupt_at_line, "interrupt.no-interrupt-flag-holds-at-the-line", REQ("sintr-02"), SHOULD,
      NEEDS(.requests = true, .line = true),
      "With NO_INTERRUPT set (and no EVENT_IDX) a used buffer raises no interrupt")
{
	struct irq_line *line = line_of(d);
	uint32_t mark;

	start_quiet(t, d, NO_FEATURES);
	need_without(t, d, VIRTIO_F_EVENT_IDX);
	mark = line->count;
	virtqueue_set_no_interrupt(device_request_queue(d), true);
	for (unsigned i = 0; i < ROUNDS; i++)
		complete_one(t, d);
	irq_settle();
	require_at_rest(t, d, line->count == mark, "no interrupt comes while NO_INTERRUPT is set: %u came",
			line->count - mark);
	quiet_moment(t); /* a device may look at the flag a while after the buffer is used */
	virtqueue_set_no_interrupt(device_request_queue(d), false);
	mark = quiet_line(d);
	complete_one(t, d);
	require_notified(t, d, interrupt_came(line, mark),
			 "an interrupt follows the first used buffer after NO_INTERRUPT was cleared");
	irq_settle();
	require_at_rest(t, d, line->count - mark == 1, "one interrupt comes once NO_INTERRUPT is cleared: %u came",
			line->count - mark);
}

/*
 * Breaks: a device that looks at avail.flags with EVENT_IDX, or is off by one at used_event. Symptom: a hang at queue
 * depth one.
 */
CHECK(used_event_at_line, "interrupt.used-event-holds-at-the-line", REQ("sintr-05"), MUST,
      NEEDS(.requests = true, .line = true, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX the used buffer that used_event names raises an interrupt")
{
	struct irq_line *line = line_of(d);
	struct virtqueue *queue;

	start_quiet(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
	queue = device_request_queue(d);
	for (uint16_t round = 0; round < ROUNDS; round++) {
		uint16_t ahead = (uint16_t)random_below(&t->random, 4);
		uint16_t named = (uint16_t)(queue->used_seen + ahead);
		uint32_t mark;

		virtqueue_set_used_event(queue, named);
		for (uint16_t i = 0; i < ahead; i++)
			complete_one(t, d);
		/* The SHOULD below judges interrupts that come early; here only the named one counts. */
		irq_settle();
		mark = quiet_line(d);
		complete_one(t, d);
		require_notified(t, d, interrupt_came(line, mark),
				 "an interrupt follows used buffer %u, which used_event names", named);
	}
}

/* Breaks: an interrupt for every buffer in spite of EVENT_IDX. Symptom: the cost that EVENT_IDX is there to save. */
CHECK(used_event_quiet, "interrupt.used-event-is-quiet-until-then", REQ("sintr-06"), SHOULD,
      NEEDS(.requests = true, .line = true, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX used buffers before the one that used_event names raise no interrupt")
{
	struct irq_line *line = line_of(d);
	struct virtqueue *queue;
	uint32_t mark;

	start_quiet(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
	queue = device_request_queue(d);
	virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + ROUNDS - 1));
	mark = line->count;
	for (unsigned i = 0; i + 1 < ROUNDS; i++)
		complete_one(t, d);
	irq_settle();
	require_at_rest(t, d, line->count == mark,
			"no interrupt comes before the used buffer that used_event names: %u came", line->count - mark);
	mark = quiet_line(d);
	complete_one(t, d);
	require_notified(t, d, interrupt_came(line, mark),
			 "an interrupt follows the used buffer that used_event names");
}

/* Another device that can have an interrupt pending, NULL if there is none. */
static struct device *another(struct run *t, struct device *d, bool on_another_line)
{
	for (unsigned i = 0; i < t->device_count; i++) {
		struct device *other = &t->devices[i];

		if (other != d && !other->unusable && other->type->make_request && line_of(other) &&
		    (!on_another_line || line_of(other) != line_of(d)))
			return other;
	}
	return NULL;
}

/* Starts another device and leaves an interrupt of it pending. What is wrong with it is for its own checks to report.
 */
static bool pends(struct device *other)
{
	uint32_t mark;

	if (device_start(other, NO_FEATURES))
		return false;
	mark = line_of(other)->count;
	return !device_do_request(other, 0) && interrupt_came(line_of(other), mark) &&
	       interrupt_status(other) == VIRTIO_INTERRUPT_USED_BUFFER;
}

/* Breaks: one interrupt status for all devices of a bus. Symptom: with two busy disks, one of them hangs. */
CHECK(other_device_kept, "interrupt.acknowledge-leaves-other-devices-alone", REQ("mmio-layout-03", "mmio-table-11"),
      MUST, NEEDS(.requests = true, .line = true),
      "Acknowledging, or resetting, one device leaves another device's pending interrupt alone")
{
	struct device *other = another(t, d, false);

	if (!other)
		skip(t, "needs a second device that can make requests");
	start_quiet(t, d, NO_FEATURES);
	make_pending(t, d);
	irq_line_attach(line_of(other), NULL, NULL);
	if (line_of(other) == line_of(d)) { /* shared: acknowledge the first device's cause, so that the second one's
					       interrupt can be counted */
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		irq_line_rearm(line_of(d));
	}
	if (!pends(other))
		skip(t, "%s, the second device, has no interrupt pending after a request", other->name);

	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	expect(t, interrupt_status(other) & VIRTIO_INTERRUPT_USED_BUFFER,
	       "InterruptStatus of %s shows the used buffer after %s was acknowledged", other->name, d->name);
	if (line_of(other)->source.trigger == IRQ_LEVEL)
		expect(t, irq_line_asserted(line_of(other)), "the line of %s after %s was acknowledged", other->name,
		       d->name);
	expect_ok(t, device_reset(d), "%s resets", d->name);
	expect(t, interrupt_status(other) & VIRTIO_INTERRUPT_USED_BUFFER,
	       "InterruptStatus of %s shows the used buffer after %s was reset", other->name, d->name);
	if (line_of(other)->source.trigger == IRQ_LEVEL)
		expect(t, irq_line_asserted(line_of(other)), "the line of %s after %s was reset", other->name, d->name);
	expect_ok(t, device_reset(other), "%s resets", other->name);
	irq_line_attach(line_of(other), NULL, NULL);
}

/* Breaks: crossed lines. Symptom: a guest works with one device and hangs with two. */
CHECK(own_line, "interrupt.arrives-on-its-own-line-only", REQ("mmio-table-10"), DESCRIBED,
      NEEDS(.requests = true, .line = true),
      "A device's interrupt arrives on the line that the platform announced for it, and on no other")
{
	uint32_t marks[64], unowned = irq_unowned_count();
	unsigned count = t->device_count < 64 ? t->device_count : 64;

	start_quiet(t, d, NO_FEATURES);
	irq_settle();
	for (unsigned i = 0; i < count; i++)
		marks[i] = line_of(&t->devices[i]) ? line_of(&t->devices[i])->count : 0;
	make_pending(t, d);
	irq_settle();
	for (unsigned i = 0; i < count; i++) {
		const struct device *other = &t->devices[i];

		if (line_of(&t->devices[i]) && line_of(&t->devices[i]) != line_of(d))
			expect_eq(t, line_of(&t->devices[i])->count - marks[i], 0,
				  "interrupts on the line of %s for a request to %s", other->name, d->name);
	}
	expect_eq(t, irq_unowned_count() - unowned, 0, "interrupts on a vector that belongs to no device (last: 0x%x)",
		  irq_unowned_last());
}
