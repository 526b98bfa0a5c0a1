// SPDX-License-Identifier: BSD-2-Clause
/*
 * Available buffer notifications (2.7.10, 2.9, 4.2.3.3): what the driver writes to QueueNotify, and how the device says
 * when it wants to be notified.
 *
 * Drivers notify too often: a notification crosses the device's own look at the ring, two CPUs notify at once, a queue
 * was emptied meanwhile. The device "MUST handle spurious notifications". Drivers also notify as little as they are
 * told to: a device that sleeps with notifications switched off, or without another look at the ring after it switched
 * them on, stands still with buffers in its ring.
 */
#include "tests/checks/support/common.h"
#include "tests/checks/support/traffic.h"

enum {
	ROUNDS = 16,
	POOL = 8,
};

static void expect_healthy(struct run *t, struct device *d)
{
	expect(t, !(transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET),
	       "DEVICE_NEEDS_RESET is not set");
}

/* Expects as many used buffers as were made available: none was used twice. */
static void expect_balanced(struct run *t, struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);

	traffic_do(t, d, traffic_make(t, d, 1, 99), NULL);
	expect_eq(t, queue->used->index, queue->available, "used.idx when everything came back");
	expect_healthy(t, d);
}

/*
 * Breaks: a device that expects a buffer for each notification. Symptom: it reads a stale entry, and returns a buffer
 * that nobody offered.
 */
CHECK(notify_nothing, "notify.extra.nothing-available", REQ("savail-03"), MUST, NEEDS(.requests = true, .entries = 4),
      "Notifications for an empty queue do no harm")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);
	struct request *request = traffic_make(t, d, 1, 0);

	for (unsigned i = 0; i < ROUNDS; i++)
		virtqueue_notify(queue);
	for (unsigned i = 0; i < ROUNDS; i++) {
		traffic_do(t, d, request, NULL);
		virtqueue_notify(queue);
		virtqueue_notify(queue);
	}
	expect_balanced(t, d);
}

/* Breaks: a device that processes a buffer once for each notification. Symptom: a write is done twice. */
CHECK(notify_repeated, "notify.extra.several-for-one-buffer", REQ("savail-03"), MUST,
      NEEDS(.requests = true, .entries = 4), "Several notifications for the same buffers use each of them once")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);
	struct request *requests = traffic_make(t, d, POOL, 0);

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned count = 0;

		while (count < POOL && traffic_room(queue, &requests[count])) {
			traffic_add(t, d, &requests[count++], NULL);
			virtqueue_kick(queue);
			virtqueue_notify(queue);
		}
		while (queue->outstanding) {
			virtqueue_notify(queue);
			traffic_take(t, d, NULL);
		}
	}
	expect_balanced(t, d);
}

/* Breaks: a device that uses the queue index without a check, or has one handler for two queues. */
CHECK(notify_others, "notify.extra.other-queues", REQ("savail-03"), MUST,
      NEEDS(.requests = true, .queues = 2, .entries = 4),
      "Notifications for other queues, which are set up and empty, do no harm")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);
	struct request *request = traffic_make(t, d, 1, 0);

	if (device_queues_used(d) < 2)
		skip(t, "this type of device uses a single virtqueue");
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (uint16_t other = 0; other < device_queues_used(d); other++)
			if (other != queue->index)
				virtqueue_notify(&d->queues[other]);
		traffic_do(t, d, request, NULL);
	}
	expect_balanced(t, d);
}

/* Sends a notification that means nothing, and expects that the device still works. */
static void expect_harmless(struct run *t, struct device *d, uint32_t value)
{
	struct request *request = traffic_make(t, d, 1, value);

	step(t, "notification 0x%x", value);
	transport_notify(&d->transport, 0, value);
	traffic_do(t, d, request, NULL);
}

/*
 * Breaks: a device that uses a queue without a look at QueueReady. Symptom: the device reads its rings from address 0.
 */
CHECK(notify_not_ready, "notify.extra.queue-that-is-not-ready", REQ("savail-03"), MUST,
      NEEDS(.requests = true, .queues = 2, .entries = 4),
      "A notification for a queue that exists and was never set up does no harm")
{
	unsigned judged = 0;

	traffic_start(t, d, d->type->multiqueue, 0);
	for (uint32_t i = device_queues_used(d); i < d->queue_count; i++) {
		transport_select_queue(&d->transport, i);
		/* Which virtqueues exist may depend on the features. */
		if (!transport_queue_size_max(&d->transport) || (judged && i + 1 < d->queue_count))
			continue;
		expect_harmless(t, d, i);
		judged++;
	}
	if (!judged)
		skip(t, "all virtqueues of the device are in use");
	expect_balanced(t, d);
}

/* Breaks: an index that is not checked. Symptom: a guest brings down its VMM. (No driver should do this, so the device
 * may ask for a reset.) */
CHECK(notify_unknown, "notify.queue-that-does-not-exist", REQ("mmio-table-09", "robust-notif-01"), ROBUST,
      NEEDS(.transport = TRANSPORT_MMIO, .requests = true, .entries = 4),
      "After notifications for queues that do not exist the device works again")
{
	const uint32_t values[] = { d->queue_count, d->queue_count + 1u, 0xff, 0x7fff, 0xffff };

	need_ok(t, device_start(d, NO_FEATURES));
	need_ok(t, device_do_request(d, 0));
	need_ok(t, device_reset(d));
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		enum driver_error error;

		traffic_start(t, d, NO_FEATURES, 0);
		step(t, "notification 0x%x", values[i]);
		transport_notify(&d->transport, 0, values[i]);
		error = device_start(d, NO_FEATURES);
		if (!error)
			error = device_do_request(d, i);
		require(t, !error, "a request is served after notification 0x%x and a reset: %s", values[i],
			driver_error_text(error));
		require_ok(t, device_reset(d), "the device completes the reset");
	}
}

/*
 * Breaks: a device that takes one buffer for each notification. Symptom: a driver that batches sees its last requests
 * hang.
 */
CHECK(notify_one_for_many, "notify.one-for-many-buffers", REQ("sring-02", "mmio-table-09"), DESCRIBED,
      NEEDS(.requests = true, .entries = 8), "One notification is enough for all buffers that are available then")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 4 * DEVICE_QUEUE_SIZE);
	struct request *requests = traffic_make(t, d, queue->size, 0);

	for (unsigned i = 0; i < 4; i++) {
		virtqueue_shuffle(queue, &t->random);
		traffic_do_batch(t, d, requests, queue->size);
	}
	expect_eq(t, queue->used->index, queue->available, "used.idx when everything came back");
}

/* Reads used.flags at every opportunity, even while waiting. */
static void sample_flags(struct run *t, struct device *d, struct features features, uint16_t allowed)
{
	struct virtqueue *queue = traffic_start(t, d, features, 0);
	struct request *requests = traffic_make(t, d, POOL, 0);
	uint16_t seen = queue->used->flags;

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned count = 0;

		while (count < POOL && traffic_room(queue, &requests[count]))
			traffic_add(t, d, &requests[count++], NULL);
		virtqueue_kick(queue);
		while (queue->outstanding) {
			seen |= queue->used->flags;
			(void)WAIT_UNTIL((seen |= queue->used->flags, virtqueue_used_waiting(queue)),
					 device_patience_ns);
			traffic_take(t, d, NULL);
			seen |= queue->used->flags;
		}
		require_eq(t, seen & ~allowed, 0, "bits of used.flags that may not be set, batch %u", i);
	}
}

/* Breaks: flags that carry the device's private bits. */
CHECK(notify_flags_range, "notify.flags.are-0-or-1", REQ("savail-01"), MUST, NEEDS(.requests = true, .entries = 4),
      "Without EVENT_IDX used.flags is 0 or 1")
{
	sample_flags(t, d, NO_FEATURES, VIRTQ_USED_F_NO_NOTIFY);
}

/*
 * Breaks: a device that uses used.flags and avail_event at the same time. Symptom: a driver that looks at the flags
 * does not notify, and the queue stands still.
 */
CHECK(notify_flags_zero, "notify.event-idx.flags-are-0", REQ("savail-02"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX used.flags stays 0")
{
	sample_flags(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0);
}

/*
 * Sends requests, and notifies only when the device asks for it. Random delays let the driver meet every point of the
 * device's "switch notifications on, look once more, sleep".
 */
static void notify_when_asked(struct run *t, struct device *d, struct features features)
{
	enum { BATCHES = 48 };
	struct virtqueue *queue = traffic_start(t, d, features, 0);
	struct request *pool = traffic_make(t, d, POOL, 0), *free[POOL];
	unsigned free_count = 0, notifications = 0;
	uint64_t start = clock_ns();
	uint32_t pause;

	traffic_do(t, d, &pool[0], NULL);
	start = clock_ns() - start;
	pause = start < MICROSECONDS(200) ? (uint32_t)start : (uint32_t)MICROSECONDS(200);
	for (unsigned i = 0; i < POOL; i++)
		free[free_count++] = &pool[i];
	for (unsigned i = 0; i < BATCHES; i++) {
		uint16_t old = queue->published;
		unsigned batch = 1 + random_below(&t->random, 3), back;

		for (; batch && free_count && traffic_room(queue, free[free_count - 1]); batch--)
			traffic_add(t, d, free[--free_count], NULL);
		virtqueue_publish(queue);
		if (queue->published != old && virtqueue_should_notify(queue, old)) {
			virtqueue_notify(queue);
			notifications++;
		}
		traffic_pause(t, pause);
		for (back = random_below(&t->random, queue->outstanding + 1u); back; back--)
			free[free_count++] = traffic_take(t, d, NULL);
	}
	traffic_take_all(t, d);
	step(t, "%u notifications for %u buffers", notifications, queue->available);
	expect_eq(t, queue->used->index, queue->available, "used.idx when everything came back");
}

/*
 * Breaks: NO_NOTIFY that stays set while the device sleeps. Symptom: a disk that hangs until something else wakes the
 * device.
 */
CHECK(notify_flags_honoured, "notify.flags.obeying-them-never-stalls", REQ("savail-01", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4), "A driver that notifies only while used.flags is 0 never stalls")
{
	notify_when_asked(t, d, NO_FEATURES);
}

/* Breaks: an avail_event that is not moved, or is moved without another look at the ring. */
CHECK(notify_event_honoured, "notify.event-idx.obeying-avail-event-never-stalls", REQ("savail-04"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A driver that notifies only when avail_event asks for it never stalls")
{
	notify_when_asked(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
}

/*
 * Breaks: a device that takes the whole value for a queue index. Symptom: no buffer of a driver that accepts the
 * feature is ever used.
 */
CHECK(notify_data, "notify.data.carries-the-available-index", REQ("dnotif-01"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_NOTIFICATION_DATA)),
      "With NOTIFICATION_DATA a notification carries queue index and available index, and may be repeated")
{
	struct virtqueue *queue = traffic_start(t, d, FEATURE(VIRTIO_F_NOTIFICATION_DATA), 0);
	struct request *request = traffic_make(t, d, 1, 0);

	for (unsigned i = 0; i < 3u * queue->size; i++) {
		traffic_add(t, d, request, NULL);
		virtqueue_publish(queue);
		transport_notify_data(&d->transport, queue->index, queue->published);
		if (i % 3 == 0)
			transport_notify_data(&d->transport, queue->index, queue->published);
		traffic_take(t, d, NULL);
	}
	expect_eq(t, queue->used->index, queue->available, "used.idx when everything came back");
	expect_healthy(t, d);
}
