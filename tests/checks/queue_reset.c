// SPDX-License-Identifier: BSD-2-Clause
/*
 * The reset of a single virtqueue (2.6.1, QueueReset in 4.2.2), with RING_RESET. A driver uses it to change the size
 * or the place of one queue while the others go on, and frees the old memory as soon as the device says that the reset
 * is complete.
 *
 * What goes wrong: the device offers the bit because its core knows it, but its transport lacks the register. Then a
 * driver believes that the queue is reset while the device still writes into memory that now belongs to somebody else,
 * and a queue that is "enabled again" hangs.
 */
#include "tests/checks/support/common.h"
#include "tests/checks/support/restless.h"
#include "tests/checks/support/traffic.h"

#define RESETTABLE .version = 2, .requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_RING_RESET)

static uint32_t ready(struct virtqueue *queue)
{
	transport_select_queue(queue->transport, queue->index);
	return transport_queue_ready(queue->transport);
}

static uint32_t resetting(struct virtqueue *queue)
{
	transport_select_queue(queue->transport, queue->index);
	return transport_queue_reset(queue->transport);
}

/* Resets a queue as a driver does: until QueueReset reads 0 (4.2.2.2). */
static void reset_queue(struct run *t, struct virtqueue *queue)
{
	bool complete;

	step(t, "reset of queue %u", queue->index);
	transport_select_queue(queue->transport, queue->index);
	transport_set_queue_reset(queue->transport, 1);
	complete = WAIT_UNTIL(transport_queue_reset(queue->transport) == 0, device_patience_ns);
	require(t, complete, "QueueReset reads 0 once the reset is complete");
}

/*
 * Goes on only if the queue says that it was reset. A transport without the register fails the one check of the
 * register, and not every check that builds on it.
 */
static void reset_queue_or_skip(struct run *t, struct virtqueue *queue)
{
	reset_queue(t, queue);
	if (ready(queue))
		skip(t, "QueueReset resets nothing here, see ring.reset.queue-is-not-ready-when-complete");
}

static struct virtqueue *start_resettable(struct run *t, struct device *d)
{
	return traffic_start(t, d, FEATURE(VIRTIO_F_RING_RESET), 0);
}

/*
 * A queue that was reset is set up anew, as at the start, and enabled. Its registers may be written only while it is
 * not ready (4.2.2.2).
 */
static struct virtqueue *enable_again(struct run *t, struct device *d, uint16_t size)
{
	require_ok(t, device_setup_queue(d, d->type->request_queue, size), "the queue can be set up again");
	return device_request_queue(d);
}

/*
 * Breaks: a register that works although the driver does not know it. 4.2.2 gives it a meaning "if VIRTIO_F_RING_RESET
 * has been negotiated", and the driver has no business there; so this is a matter of robustness. Symptom: a queue stops
 * that nobody meant.
 */
CHECK(reset_unknown, "ring.reset.needs-the-feature", REQ("robust-queue-07"), ROBUST, NEEDS(RESETTABLE),
      "Without RING_RESET negotiated a write to QueueReset resets nothing")
{
	enum { REQUESTS = 3 };

	need_ok(t, device_start(d, NO_FEATURES));
	need_without(t, d, VIRTIO_F_RING_RESET);
	need_ok(t, device_do_request(d, 0));
	for (unsigned i = 0; i < REQUESTS; i++) {
		transport_select_queue(&d->transport, d->type->request_queue);
		transport_set_queue_reset(&d->transport, 1);
		if (!expect(t, !device_do_request(d, i + 1), "a request is served after a write to QueueReset"))
			return;
	}
	expect_eq(t, ready(device_request_queue(d)), 1, "QueueReady after a write to QueueReset");
}

/* Breaks: a register that keeps the 1 that was written before the device was reset. */
CHECK(reset_register_clear, "ring.reset.register-is-0-after-device-reset", REQ("mmio-layout-08"), MUST,
      NEEDS(RESETTABLE), "QueueReset reads 0 after a device reset, even one that came during a queue reset")
{
	struct virtqueue *queue = start_resettable(t, d);

	transport_select_queue(&d->transport, queue->index);
	transport_set_queue_reset(&d->transport, 1);
	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	require_ok(t, device_negotiate(d, FEATURE(VIRTIO_F_RING_RESET)), "the device accepts RING_RESET again");
	for (uint16_t i = 0; i < d->queue_count && i < DEVICE_QUEUES; i++) {
		transport_select_queue(&d->transport, i);
		expect_eq(t, transport_queue_reset(&d->transport), 0, "QueueReset of queue %u", i);
	}
}

/*
 * Breaks: a register that reads 1 for a queue that is not ready, and does not change when it is. Symptom: a driver
 * waits for a reset that nobody asked for.
 */
CHECK(reset_register_enabled, "ring.reset.register-is-0-when-enabled", REQ("mmio-layout-09"), MUST, NEEDS(RESETTABLE),
      "QueueReset reads 0 after a queue is enabled with QueueReady")
{
	start_resettable(t, d);
	for (uint16_t i = 0; i < device_queues_used(d); i++)
		expect_eq(t, resetting(&d->queues[i]), 0, "QueueReset of queue %u", i);
}

/*
 * Breaks: a register that reads 0 first and 1 later, or another value. Symptom: the driver reuses the memory too
 * early.
 */
CHECK(reset_reads_one, "ring.reset.register-reads-1-then-0", REQ("mmio-layout-11"), MUST, NEEDS(RESETTABLE),
      "QueueReset reads 1 while the reset goes on, 0 afterwards, and nothing else")
{
	struct virtqueue *queue = start_resettable(t, d);
	uint32_t value;

	traffic_do(t, d, traffic_make(t, d, 1, 0), NULL);
	transport_select_queue(&d->transport, queue->index);
	transport_set_queue_reset(&d->transport, 1);
	need_row(t, WAIT_UNTIL((value = transport_queue_reset(&d->transport)) != 1, device_patience_ns),
		 "mmio-layout-12", "the reset of a virtqueue completes");
	require_eq(t, value, 0, "QueueReset once it no longer reads 1");
	/* No event bounds the time in which the 1 could come back. */
	expect(t, STAYS(t, transport_queue_reset(&d->transport) == 0), "QueueReset stays 0 once it reads 0");
}

/*
 * Breaks: a transport that does not know the register although the feature is offered, or one that reads 0 while the
 * reset goes on.
 */
CHECK(reset_not_ready, "ring.reset.queue-is-not-ready-when-complete",
      REQ("mmio-layout-12", "mmio-layout-11", "mmio-layout-10", "feat-04"), MUST, NEEDS(RESETTABLE),
      "When a queue reset has completed, QueueReset and QueueReady both read 0")
{
	/* Several times, since the register may read 0 too early by chance only. */
	for (unsigned life = 0; life < 4; life++) {
		struct virtqueue *queue =
			life ? traffic_restart(t, d, FEATURE(VIRTIO_F_RING_RESET), 0) : start_resettable(t, d);

		traffic_do(t, d, traffic_make(t, d, 1, 0), NULL);
		reset_queue(t, queue);
		require_eq(t, ready(queue), 0, "QueueReady of a queue whose reset is complete");
	}
}

/*
 * Notifies a queue that was reset, and gives the device time to do what it must not. The queue is dead, so no later
 * event can bound the wait.
 */
static void notify_reset_queue(struct run *t, struct virtqueue *queue)
{
	virtqueue_publish(queue);
	for (unsigned i = 0; i < 4; i++)
		virtqueue_notify(queue);
	quiet_moment(t);
}

/*
 * Breaks: a reset that is recorded and not carried out. Symptom: the device writes into memory that the driver has
 * given back.
 */
CHECK(reset_executes_nothing, "ring.reset.executes-nothing-any-more", REQ("vqreset-01", "mmio-layout-10"), MUST,
      NEEDS(RESETTABLE), "A queue that was reset executes none of its requests")
{
	struct virtqueue *queue = start_resettable(t, d);
	struct request *requests = traffic_make(t, d, 3, 0);
	struct watch watch;

	traffic_do(t, d, &requests[0], NULL);
	reset_queue_or_skip(t, queue);
	traffic_add(t, d, &requests[1], NULL);
	watch_begin(&watch, queue, &requests[1], 1, false);
	notify_reset_queue(t, queue);
	expect_none(t, watch_found(&watch), "the device writes nothing for a queue that was reset");
}

/* Breaks: a notification that was on its way, or a reset that is recorded and not carried out. */
CHECK(reset_notifies_nothing, "ring.reset.notifies-nothing-any-more", REQ("vqreset-02"), MUST, NEEDS(RESETTABLE),
      "The device sends no used buffer notification for a queue that was reset")
{
	struct virtqueue *queue = start_resettable(t, d);
	struct request *requests = traffic_make(t, d, 3, 0);

	traffic_do(t, d, &requests[0], NULL);
	reset_queue_or_skip(t, queue);
	/* Discards what came before the reset was complete. */
	transport_interrupt_acknowledge(&d->transport, VIRTIO_INTERRUPT_USED_BUFFER);
	traffic_add(t, d, &requests[1], NULL);
	notify_reset_queue(t, queue);
	require_at_rest(t, d, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER),
			"bit 0 of InterruptStatus is 0 after notifications of a queue that was reset");
}

/* Breaks: indices that survive the queue reset. Symptom: the queue hangs after it is enabled again. */
CHECK(reset_starts_at_zero, "ring.reset.starts-at-zero-again", REQ("vqreset-03"), MUST, NEEDS(RESETTABLE),
      "After a queue reset the queue starts at index 0 with the size and addresses that are written then")
{
	struct virtqueue *queue = start_resettable(t, d);
	struct request *requests = traffic_make(t, d, 3, 0);

	for (unsigned i = 0; i < 3; i++)
		traffic_do(t, d, &requests[i], NULL);
	reset_queue_or_skip(t, queue);
	queue = enable_again(t, d, DEVICE_QUEUE_SIZE);
	traffic_add(t, d, &requests[0], NULL);
	virtqueue_kick(queue);
	traffic_wait_used(t, d);
	expect_eq(t, queue->used->index, 1, "used.idx after the first request");
	expect_eq(t, queue->used->ring[0].id, queue->heads[0], "id in slot 0");
	traffic_take(t, d, NULL);
}

/*
 * Breaks: parameters that are read only at the first start. Symptom: after `ethtool -G` the queue works until the
 * ring wraps.
 */
CHECK(reset_other_parameters, "ring.reset.enables-with-other-size-and-addresses", REQ("vqreen-01"), MUST,
      NEEDS(RESETTABLE), "A queue that is enabled again works with another size at another place, several times")
{
	struct virtqueue *queue = start_resettable(t, d);
	struct request *request = traffic_make(t, d, 1, 0);
	uint16_t most = queue->size;

	for (unsigned i = 0; i < 4; i++) {
		reset_queue_or_skip(t, queue);
		queue = enable_again(t, d, i % 2 ? most : 4);
		for (unsigned j = 0; j < queue->size + 3u; j++)
			traffic_do(t, d, request, NULL);
		expect_eq(t, queue->used->index, queue->size + 3u, "used.idx in life %u of the queue, with %u entries",
			  i, queue->size);
	}
}

/* Breaks: a queue reset that resets the device. */
CHECK(reset_others_go_on, "ring.reset.other-queues-go-on", REQ("mmio-layout-10"), MUST,
      NEEDS(.version = 2, .requests = true, .queues = 2, .entries = 4, .features = OFFERS(VIRTIO_F_RING_RESET)),
      "The reset of one queue leaves the others and the device as they are")
{
	struct virtqueue *queue = start_resettable(t, d);
	struct request *request = traffic_make(t, d, 1, 0);
	uint32_t status = transport_status(&d->transport);

	if (device_queues_used(d) < 2)
		skip(t, "this type of device uses a single virtqueue");
	traffic_do(t, d, request, NULL);
	reset_queue_or_skip(t, &d->queues[queue->index ? 0 : 1]);
	expect_eq(t, transport_status(&d->transport), status, "Status");
	expect_eq(t, ready(queue), 1, "QueueReady of the other queue");
	for (unsigned i = 0; i < queue->size + 3u; i++)
		traffic_do(t, d, request, NULL);
	expect_eq(t, queue->used->index, queue->size + 4u, "used.idx of the other queue");
}
