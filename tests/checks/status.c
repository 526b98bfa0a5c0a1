// SPDX-License-Identifier: BSD-2-Clause
/*
 * Status and InterruptStatus: how far the driver is, and which events the device reports (2.1, 4.2.2).
 *
 * Status alone tells both sides how far the initialisation is. A device that works before DRIVER_OK reads rings that
 * are still being written; a device whose Status does not read back makes a driver give up. InterruptStatus alone says
 * why an interrupt came: if a bit clears itself, a request hangs; if a bit sets itself, the driver looks for an event
 * that never was. Whether the line follows InterruptStatus is judged in interrupt.c.
 */
#include "drivers/transport/mmio.h"
#include "tests/checks/support/change.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/restless.h"

static uint32_t status_of(struct device *d)
{
	return transport_status(&d->transport);
}

/* Completes a request and waits for its bit of InterruptStatus, which may become visible after the used entry. */
static void make_pending(struct run *t, struct device *d)
{
	need_ok(t, device_do_request(d, random_next(&t->random)));
	need_notification(t, d);
}

/*
 * Breaks: a Status that drops, adds or delays bits. Symptom: the driver gives up in the middle of its
 * initialisation.
 */
CHECK(walk, "status.walk", REQ("init-01", "mmio-table-12"), DESCRIBED, NEEDS(0),
      "Status reads back what the driver has set, step by step, up to DRIVER_OK")
{
	bool legacy = transport_is_legacy(&d->transport);
	uint32_t set = 0;
	static const struct {
		enum stage stage;
		uint32_t bit;
	} steps[] = {
		{ STAGE_ACKNOWLEDGE, VIRTIO_STATUS_ACKNOWLEDGE }, { STAGE_DRIVER, VIRTIO_STATUS_DRIVER },
		{ STAGE_FEATURES_OK, VIRTIO_STATUS_FEATURES_OK }, { STAGE_QUEUES, 0 },
		{ STAGE_DRIVER_OK, VIRTIO_STATUS_DRIVER_OK },
	};

	expect_eq(t, status_of(d), 0, "Status is 0 after reset");
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint32_t bit = legacy ? steps[i].bit & ~(uint32_t)VIRTIO_STATUS_FEATURES_OK : steps[i].bit;

		if (steps[i].stage == STAGE_FEATURES_OK)
			need_ok(t, device_negotiate(d, NO_FEATURES));
		else if (steps[i].stage == STAGE_QUEUES && d->queue_count)
			need_ok(t, device_setup_queues(d, 0));
		else if (bit)
			transport_set_status(&d->transport, set | bit);
		set |= bit;
		expect_eq(t, status_of(d), set, "Status is what was set, %s", stage_name(steps[i].stage));
	}
}

/*
 * Breaks: bits that come or go while the device works. Symptom: DEVICE_NEEDS_RESET without a reason, so that a driver
 * resets a healthy device.
 */
CHECK(unchanged, "status.unchanged-by-work", REQ("mmio-table-12"), DESCRIBED,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "Status stays as the driver set it while the device serves requests")
{
	enum { REQUESTS = 16 };
	uint32_t set;

	need_ok(t, device_start(d, NO_FEATURES));
	set = status_of(d);
	for (unsigned i = 0; i < REQUESTS; i++) {
		need_ok(t, device_do_request(d, i));
		expect_eq(t, status_of(d), set, "Status is unchanged after request %u", i);
	}
}

/*
 * Breaks: a Status without FAILED, or one that loses the other bits when FAILED is set. Symptom: an administrator's
 * tool cannot tell a dead device from a running one.
 */
CHECK(failed, "status.failed", REQ("mmio-table-12"), DESCRIBED, NEEDS(0),
      "FAILED can be set at every stage from ACKNOWLEDGE on and reads back, and the other bits stay")
{
	for (unsigned stage = STAGE_ACKNOWLEDGE; stage < STAGE_FAILED; stage++) {
		uint32_t before;

		reach_stage(t, d, (enum stage)stage);
		before = status_of(d);
		transport_add_status(&d->transport, VIRTIO_STATUS_FAILED);
		expect_eq(t, status_of(d), before | VIRTIO_STATUS_FAILED, "FAILED is set, %s",
			  stage_name((enum stage)stage));
	}
}

/*
 * Brings the device to the last step before DRIVER_OK, with requests published in its virtqueue and no notification.
 * Returns how many.
 */
enum { EARLY = 3 };

static unsigned publish_early(struct run *t, struct device *d, struct request *requests, bool quick)
{
	unsigned count;

	reach_stage(t, d, STAGE_QUEUES);
	count = quick ? add_quick_requests(t, d, requests, EARLY) : add_requests(t, d, requests, EARLY);
	virtqueue_publish(device_request_queue(d));
	return count;
}

/* The device may do nothing before DRIVER_OK, so no later event can bound the wait: time does. */
static void expect_untouched(struct run *t, struct device *d, bool notify)
{
	struct request requests[EARLY];
	unsigned count = publish_early(t, d, requests, true);
	struct watch watch;

	need_row(t, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER), "mmio-layout-04",
		 "the used buffer bit of InterruptStatus is clear before anything happened");
	watch_begin(&watch, device_request_queue(d), requests, count, false);
	if (notify)
		virtqueue_notify(device_request_queue(d));
	expect(t,
	       STAYS(t, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER) && !device_request_queue(d)->used->index),
	       "no used buffer notification and no used buffer before DRIVER_OK");
	expect_none(t, watch_found(&watch), "no buffer is consumed before DRIVER_OK");
}

/*
 * Breaks: a device that polls its rings once QueueReady is set. Symptom: buffers that a driver fills before
 * DRIVER_OK, as 3.1.1 allows, are used before it is ready for the answer.
 */
CHECK(nothing_early, "status.nothing-consumed-before-driver-ok", REQ("status-01"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES), "No buffer is consumed before DRIVER_OK")
{
	expect_untouched(t, d, false);
}

/*
 * Breaks: a device that serves a notification without a look at Status. Symptom: firmware or an operating system's
 * early driver sees answers before it is ready. 3.1.1 forbids the driver this notification, but 2.1.2 binds the device
 * without exception. (On the legacy layout 3.1.2 lets drivers start early.)
 */
CHECK(kicked_early, "status.notified-before-driver-ok", REQ("status-01"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "No buffer is consumed before DRIVER_OK, even if the driver notifies")
{
	expect_untouched(t, d, true);
}

/*
 * Breaks: a device that starts at the available index that it finds at DRIVER_OK, and not at 0. Symptom: the first
 * buffers of a driver are never used.
 */
CHECK(early_served, "status.early-buffers-are-served", REQ("init-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "Buffers that were made available before DRIVER_OK are used after DRIVER_OK and a notification")
{
	struct request requests[EARLY];
	unsigned count = publish_early(t, d, requests, false);

	device_go(d);
	virtqueue_notify(device_request_queue(d));
	for (unsigned i = 0; i < count; i++)
		require_ok(t, device_finish_request(d, NULL),
			   "request %u of %u, made available before DRIVER_OK, is served", i + 1, count);
}

/*
 * Publishes an available ring entry that names no descriptor, as a broken driver might, and a good request behind it.
 * The device may do with the bad entry what it likes; if it cannot go on, it should set DEVICE_NEEDS_RESET.
 */
enum { BAD_ENTRIES = 8 };

static void break_queue(struct run *t, struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);
	struct request requests[2];

	need_ok(t, device_start(d, NO_FEATURES));
	need_ok(t, device_do_request(d, 0));
	need_notification(t, d);
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	if (add_requests(t, d, requests, 2) < 2)
		skip(t, "the virtqueue is too small");
	step(t, "an available ring entry that names descriptor %u of %u", queue->size, queue->size);
	queue->avail->ring[queue->published % queue->size] = queue->size;
	virtqueue_kick(queue);
}

static bool needs_reset(struct device *d)
{
	return status_of(d) & VIRTIO_STATUS_DEVICE_NEEDS_RESET;
}

static bool went_on(struct device *d)
{
	return device_request_queue(d)->used->index != 1;
}

/*
 * Breaks: a device that stops and does not say so. Symptom: a request that hangs for ever, and a driver that could
 * have reset the device and does not.
 */
CHECK(says_needs_reset, "status.needs-reset", REQ("status-02"), SHOULD,
      NEEDS(.version = 2, .requests = true, .entries = BAD_ENTRIES),
      "A device that cannot go on sets DEVICE_NEEDS_RESET")
{
	break_queue(t, d);
	if (!expect(t, WAIT_UNTIL(needs_reset(d) || went_on(d), device_patience_ns),
		    "after an available ring entry that names no descriptor the device serves the next one, or sets "
		    "DEVICE_NEEDS_RESET"))
		return;
	info(t, "an available ring entry that names no descriptor: the device %s",
	     needs_reset(d) ? "sets DEVICE_NEEDS_RESET" : "goes on with the next one");
	need_ok(t, device_reset(d));
	d->survives_bad_head = true;
}

/*
 * Breaks: a device that forgets its line once it is broken (QEMU). Symptom: an interrupt storm until the driver, which
 * waits for its handler to end, resets the device.
 */
CHECK(needs_reset_acknowledged, "status.needs-reset-can-be-acknowledged", REQ("mmio-table-10"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .level_line = true, .entries = BAD_ENTRIES),
      "Acknowledging what came with DEVICE_NEEDS_RESET lowers a level line, as at any other time")
{
	struct irq_line *line = d->transport.line;
	uint32_t count, after;

	need_survives_bad_head(t, d);
	break_queue(t, d);
	if (!WAIT_UNTIL(needs_reset(d) || went_on(d), device_patience_ns) || !needs_reset(d))
		skip(t, "the device does not set DEVICE_NEEDS_RESET when an available ring entry names no descriptor");
	need_row(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, device_patience_ns), "status-03",
		 "a configuration change notification comes with DEVICE_NEEDS_RESET");
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG);
	require_at_rest(t, d, !interrupt_status(d), "InterruptStatus is 0 after both bits were acknowledged");
	irq_settle();
	count = line->count;
	irq_line_rearm(line);
	irq_settle();
	after = line->count;
	if (after != count)
		(void)restless(t, d);
	expect_eq(t, after, count, "no interrupt comes any more once InterruptStatus is 0");
}

/*
 * Breaks: a device that sets the bit and does not notify (firecracker #5351). Symptom: a driver that waits for
 * interrupts never learns of it.
 */
CHECK(needs_reset_notifies, "status.needs-reset-notifies", REQ("status-03"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = BAD_ENTRIES),
      "DEVICE_NEEDS_RESET comes with a configuration change notification")
{
	need_survives_bad_head(t, d);
	break_queue(t, d);
	if (!WAIT_UNTIL(needs_reset(d) || went_on(d), device_patience_ns) || !needs_reset(d))
		skip(t, "the device does not set DEVICE_NEEDS_RESET when an available ring entry names no descriptor");
	expect(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, device_patience_ns),
	       "the configuration change bit is set in InterruptStatus");
}

/*
 * Breaks: a device that sets the configuration bit for a used buffer, or undefined bits. Symptom: the driver reads
 * its configuration again for every request.
 */
CHECK(only_events, "status.interrupt-bits-are-events", REQ("mmio-layout-04"), MUST, NEEDS(.transport = TRANSPORT_MMIO),
      "No bit of InterruptStatus is set without an event")
{
	const uint32_t defined = VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG;

	for (unsigned stage = 0; stage < STAGES; stage++) {
		uint32_t bits;

		next_stage(t, d, (enum stage)stage);
		bits = interrupt_status(d);
		expect_eq(t, bits & ~defined, 0, "no undefined bit is set %s", stage_name((enum stage)stage));
		/* From ACKNOWLEDGE on, a real configuration change may set its bit. */
		if (stage < STAGE_ACKNOWLEDGE)
			need_row(t, !(bits & defined), "mmio-layout-05", "InterruptStatus is 0 after a reset");
		if (stage < STAGE_DRIVER_OK)
			expect(t, !(bits & VIRTIO_INTERRUPT_USED_BUFFER), "the used buffer bit is clear %s",
			       stage_name((enum stage)stage));
	}
}

/*
 * Breaks: a device that looks into its virtqueues when it starts, finds nothing and notifies all the same. Symptom:
 * an interrupt that the driver did not ask for and is not ready for. No later event can bound the wait, so time does.
 * (4.2.2.1: "Bits which do not represent events which took place MUST be zero"; but a driver must handle notifications
 * for nothing, 2.7.7.1, and whether one is an event is open. So this is a warning.)
 */
CHECK(quiet_start, "status.no-used-buffer-at-driver-ok", REQ("mmio-layout-04"), SHOULD,
      NEEDS(.transport = TRANSPORT_MMIO),
      "The used buffer bit of InterruptStatus stays clear after DRIVER_OK while no buffer was made available")
{
	enum { MOMENTS = 3 };

	reach_stage(t, d, STAGE_DRIVER_OK);
	for (unsigned i = 0; i < MOMENTS; i++)
		expect(t, STAYS(t, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER)),
		       "the used buffer bit is clear while no buffer was made available");
}

/*
 * Breaks: a register that clears itself when read (hvisor #361), or when the device goes on to other work
 * (tt-bh-linux #118). Symptom: an interrupt handler that finds InterruptStatus 0 says "not mine", and the request
 * hangs.
 */
CHECK(stays, "status.interrupt-stays-until-acknowledged", REQ("mmio-layout-03", "mmio-table-10"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .entries = REQUEST_ENTRIES),
      "A bit of InterruptStatus stays set until it is acknowledged")
{
	enum { READS = 16 };

	need_ok(t, device_start(d, NO_FEATURES));
	make_pending(t, d);
	for (unsigned i = 0; i < READS; i++)
		if (!expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
			    "the used buffer bit is still set when read for the %uth time", i + 2))
			return;
	(void)status_of(d);
	(void)reg_read(&d->transport, VIRTIO_MMIO_MAGIC_VALUE);
	expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
	       "the used buffer bit is still set after other registers were read");
	/*
	 * The next request is a later event: by then the device has finished all that it does after the first
	 * interrupt.
	 */
	need_ok(t, device_do_request(d, 2));
	expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
	       "the used buffer bit is still set after another request");
}

/*
 * Breaks: an acknowledgement that is ignored, or that also clears the next event. Symptom: an interrupt storm, or a
 * request that hangs.
 */
CHECK(acknowledged, "status.interrupt-acknowledge", REQ("mmio-table-11", "mmio-layout-04"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .entries = REQUEST_ENTRIES),
      "An acknowledged bit of InterruptStatus is clear until the next event sets it again")
{
	enum { ROUNDS = 8 };

	need_ok(t, device_start(d, NO_FEATURES));
	for (unsigned i = 0; i < ROUNDS; i++) {
		make_pending(t, d);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		require_at_rest(t, d, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER),
				"the used buffer bit is clear after it was acknowledged");
	}
}

/*
 * Breaks: a device that computes "status = !acknowledged", or clears everything (hvisor-tool #109). Symptom: an event
 * is lost whenever another one is handled.
 */
CHECK(only_what_was_written, "status.acknowledge-only-what-is-written", REQ("mmio-table-11", "mmio-layout-03"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .entries = REQUEST_ENTRIES),
      "Acknowledging one event leaves the other as it is")
{
	need_ok(t, device_start(d, NO_FEATURES));
	make_pending(t, d);
	acknowledge(d, VIRTIO_INTERRUPT_CONFIG);
	expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
	       "the used buffer bit is still set after the other bit was acknowledged");
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	require_at_rest(t, d, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER),
			"the used buffer bit is clear after it was acknowledged");
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	require_at_rest(t, d, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER),
			"acknowledging a clear bit does not set it");
}

/*
 * Breaks: an event that is not shown, or takes the other with it, because one is pending already; a step of the
 * initialisation that clears InterruptStatus. Symptom: a disk that was resized while requests came keeps its old size.
 */
CHECK(events_beside, "status.events-beside-each-other", REQ("mmio-layout-03"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .change = true, .entries = REQUEST_ENTRIES),
      "A configuration change shows beside a pending used buffer, and a change before DRIVER_OK stays until "
      "acknowledged")
{
	const uint32_t both = VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG;
	bool early, shown;
	uint32_t status;

	need_ok(t, device_start(d, NO_FEATURES));
	make_pending(t, d);
	status = status_of(d);
	if (!change_config(t, d))
		skip(t, "the configuration does not change");
	shown = WAIT_UNTIL((interrupt_status(d) & both) == both, device_patience_ns);
	expect_eq(t, status_of(d), status, "Status with both events pending");
	reach_stage(t, d, STAGE_FEATURES_OK);
	change_config(t, d); /* as it was */
	early = COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns);
	need_row(t, shown || early, "cfg-05", "a change of the configuration is notified");
	expect(t, shown, "the configuration change shows beside a used buffer that was not acknowledged");
	need_ok(t, device_setup_queues(d, 0));
	device_go(d);
	expect(t, !early || (interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG),
	       "a configuration change that came before DRIVER_OK still shows after it");
}

/*
 * Breaks: a read that lowers the line although it leaves InterruptStatus alone. Symptom: an interrupt that is lost when
 * a driver looks at Status first.
 */
CHECK(reads_keep_line, "status.reading-registers-keeps-the-line", REQ("mmio-table-10"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .level_line = true, .entries = REQUEST_ENTRIES),
      "A level line stays asserted when registers are read, until the event is acknowledged")
{
	struct irq_line *line = d->transport.line;
	uint32_t count;

	need_ok(t, device_start(d, NO_FEATURES));
	make_pending(t, d);
	(void)status_of(d);
	(void)reg_read(&d->transport, VIRTIO_MMIO_MAGIC_VALUE);
	(void)transport_offered(&d->transport, 0);
	(void)transport_config_generation(&d->transport);
	irq_settle();
	count = line->count;
	irq_line_rearm(line);
	expect(t, WAIT_UNTIL(line->count != count, device_patience_ns),
	       "the line interrupts again when it is unmasked with an event pending");
}

/*
 * Breaks: a write of 0 that acknowledges everything, or an empty acknowledgement that takes the line down. Symptom: on
 * a shared line, where a driver writes back what it read, another device's interrupt loses this one's event.
 */
CHECK(acknowledge_nothing, "status.acknowledge-nothing", REQ("mmio-layout-03", "mmio-table-11"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .entries = REQUEST_ENTRIES),
      "Acknowledging no event at all leaves InterruptStatus and the device as they are, with an event pending and "
      "without")
{
	enum { ROUNDS = 3 };

	need_ok(t, device_start(d, NO_FEATURES));
	for (unsigned i = 0; i < ROUNDS; i++) {
		acknowledge(d, 0); /* 2.7.7.1: a bit that is set here may be a spurious notification */
		make_pending(t, d);
		acknowledge(d, 0);
		expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
		       "the used buffer bit is still set after nothing was acknowledged");
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	}
}

/*
 * Breaks: a device that clears everything, or what was not written. Symptom: of two events that come together, one is
 * lost.
 */
CHECK(both_events, "status.acknowledge-one-of-two", REQ("mmio-table-11", "mmio-layout-03"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .entries = BAD_ENTRIES),
      "With two events pending, each is acknowledged separately")
{
	const uint32_t both = VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG;
	struct virtqueue *queue;
	struct request request;

	/* By itself, a driver can make any device notify a configuration change only by making it need a reset. */
	need_survives_bad_head(t, d);
	need_ok(t, device_start(d, NO_FEATURES));
	make_pending(t, d);
	if (!add_requests(t, d, &request, 1))
		skip(t, "the virtqueue is too small");
	queue = device_request_queue(d);
	queue->avail->ring[queue->published % queue->size] = queue->size;
	virtqueue_kick(queue);
	/* A device that tolerates the bad entry shows nothing, and no later event bounds the wait. */
	if (!COMES(t, interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, d->recent_wait_ns))
		skip(t, "the device sends no configuration change notification that we can cause");
	expect_eq(t, interrupt_status(d) & both, both, "both bits are set");
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	require_at_rest(t, d, (interrupt_status(d) & both) == VIRTIO_INTERRUPT_CONFIG,
			"only the used buffer bit is clear after it was acknowledged");
	acknowledge(d, VIRTIO_INTERRUPT_CONFIG);
	require_at_rest(t, d, !(interrupt_status(d) & both), "both bits are clear after both were acknowledged");
}
