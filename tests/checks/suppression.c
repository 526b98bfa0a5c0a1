// SPDX-License-Identifier: BSD-2-Clause
/*
 * Used buffer notification suppression (2.7.7): the driver says when it wants to be notified of used buffers, with
 * avail.flags or, if EVENT_IDX is negotiated, with used_event.
 *
 * A notification that is not sent although it was asked for is the classic lost interrupt: the guest sleeps, the buffer
 * waits in the ring, and all is well again as soon as something else happens. It comes from comparing indices with <
 * instead of by difference, from reading the wrong field for the features that were negotiated, and from a race: the
 * device writes used.idx, then reads what the driver wants; the driver writes what it wants, then reads used.idx.
 * Without a full barrier between the two, on both sides, each may miss the other.
 *
 * The device may look at what the driver wants long after the driver saw used.idx move. So a check that asks for a
 * notification leaves used_event and the flags alone until it has come.
 *
 * These checks judge InterruptStatus; interrupt.c judges the line.
 */
#include "tests/checks/support/common.h"
#include "tests/checks/support/restless.h"
#include "tests/checks/support/traffic.h"
#include "tests/checks/support/work.h"

enum {
	ROUNDS = 8,
	RACES = 32,	/* rounds of a race */
	RACE_BATCH = 6, /* requests of a round, at most */
	FAR = 0x4000,	/* how far ahead used_event is when nothing should come */
};

static bool bit_is_set(struct device *d)
{
	return interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER;
}

/* A device may set the bit after it moved used.idx, so it gets as much time as for an answer. */
static bool notified(struct device *d)
{
	return WAIT_UNTIL(bit_is_set(d), device_patience_ns);
}

/*
 * Each request bounds the notification of the one before it. The last one has no later event, so a quiet moment bounds
 * its notification.
 */
static void expect_quiet(struct run *t, struct device *d, const char *when)
{
	require_at_rest(t, d, STAYS(t, !bit_is_set(d)), "bit 0 of InterruptStatus stays clear %s", when);
}

/* Publishes as many requests as fit, at most `most`, as one batch without a notification. Returns how many. */
static unsigned publish_batch(struct run *t, struct device *d, struct request *requests, unsigned most)
{
	struct virtqueue *queue = device_request_queue(d);
	unsigned count = 0;

	while (count < most && traffic_room(queue, &requests[count]))
		traffic_add(t, d, &requests[count++], NULL);
	virtqueue_publish(queue);
	return count;
}

/* Starts a device for which avail.flags decides, and not used_event. */
static struct virtqueue *start_by_flags(struct run *t, struct device *d)
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);

	need_without(t, d, VIRTIO_F_EVENT_IDX);
	return queue;
}

/*
 * Breaks: a device that never sets the bit, or sets it for the first buffer only. Symptom: every request of a
 * sleeping driver times out.
 */
CHECK(flags_notifies, "suppression.flags.notifies-when-asked", REQ("sintr-03"), MUST,
      NEEDS(.requests = true, .entries = 4),
      "With avail.flags 0 each used buffer is followed by a used buffer notification")
{
	struct request *request = traffic_make(t, d, 1, 0);

	start_by_flags(t, d);
	for (unsigned i = 0; i < ROUNDS; i++) {
		traffic_do(t, d, request, NULL);
		require_notified(t, d, notified(d), "bit 0 of InterruptStatus is set after buffer %u", i);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	}
}

/* Breaks: a device that does not read avail.flags. Symptom: a driver that polls is interrupted nevertheless. */
CHECK(flags_quiet, "suppression.flags.quiet-when-not-asked", REQ("sintr-02"), SHOULD,
      NEEDS(.requests = true, .entries = 4), "With NO_INTERRUPT in avail.flags no used buffer notification is sent")
{
	struct virtqueue *queue = start_by_flags(t, d);
	struct request *request = traffic_make(t, d, 1, 0);

	/* A device that notifies at DRIVER_OK fails another check (status.no-used-buffer-at-driver-ok). */
	for (unsigned i = 0; i < 2; i++) {
		traffic_do(t, d, request, NULL);
		require_notified(t, d, notified(d), "bit 0 of InterruptStatus is set after buffer %u, with flags 0", i);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	}
	virtqueue_set_no_interrupt(queue, true);
	for (unsigned i = 0; i < ROUNDS; i++)
		traffic_do(t, d, request, NULL);
	expect_quiet(t, d, "while NO_INTERRUPT is set");
}

/*
 * Breaks: flags that are read once, when the queue is set up. Symptom: a driver that polled for a while hangs when
 * it goes back to interrupts.
 */
CHECK(flags_again, "suppression.flags.notifies-when-asked-again", REQ("sintr-03"), MUST,
      NEEDS(.requests = true, .entries = 4), "Notifications come again when NO_INTERRUPT is cleared")
{
	struct virtqueue *queue = start_by_flags(t, d);
	struct request *request = traffic_make(t, d, 1, 0);

	for (unsigned i = 0; i < ROUNDS; i++) {
		virtqueue_set_no_interrupt(queue, true);
		for (unsigned quiet = random_below(&t->random, 3); quiet; quiet--)
			traffic_do(t, d, request, NULL);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		virtqueue_set_no_interrupt(queue, false);
		traffic_do(t, d, request, NULL);
		require_notified(
			t, d, notified(d),
			"bit 0 of InterruptStatus is set after a buffer that was offered with flags 0, round %u", i);
	}
}

/*
 * Breaks: a device that reads used_event whatever was negotiated. Symptom: interrupts get lost for drivers that do
 * not know EVENT_IDX.
 */
CHECK(flags_ignores_event, "suppression.flags.used-event-is-ignored", REQ("sintr-01"), MUST,
      NEEDS(.requests = true, .entries = 4),
      "Without EVENT_IDX a notification is sent whatever stands in the place of used_event")
{
	static const uint16_t adverse[] = { FAR, 0xffff, 0x8000, 0, 1, 0x7fff, 0xfffe };
	struct virtqueue *queue = start_by_flags(t, d);
	struct request *request = traffic_make(t, d, 1, 0);

	for (unsigned i = 0; i < sizeof(adverse) / sizeof(adverse[0]); i++) {
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + adverse[i]));
		traffic_do(t, d, request, NULL);
		require_notified(t, d, notified(d),
				 "bit 0 of InterruptStatus is set after buffer %u with used_event %u ahead", i,
				 adverse[i]);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	}
}

/*
 * Measures how long the device takes for a request after the notification. The delays of a race are as long, because
 * the interesting moments are before and around the answer.
 */
static uint32_t measure(struct run *t, struct device *d, struct request *request)
{
	uint64_t longest = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t start;

		traffic_add(t, d, request, NULL);
		virtqueue_kick(device_request_queue(d));
		start = clock_ns();
		traffic_take(t, d, NULL);
		if (clock_ns() - start > longest)
			longest = clock_ns() - start;
	}
	return longest < MILLISECONDS(1) ? (uint32_t)longest : (uint32_t)MILLISECONDS(1);
}

/* Asks for a notification of the next used entry. */
static void arm(struct virtqueue *queue)
{
	if (queue->event_idx)
		virtqueue_set_used_event(queue, queue->used_seen);
	else
		virtqueue_set_no_interrupt(queue, false);
}

static void disarm(struct virtqueue *queue)
{
	if (queue->event_idx)
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + FAR));
	else
		virtqueue_set_no_interrupt(queue, true);
}

/*
 * While requests are in flight, the driver switches notifications on, as a driver does that polls for a while and then
 * sleeps. If used.idx has not moved when the driver looks after a full barrier, then the device has yet to look at what
 * the driver wants, and must notify. A device that answers within the notification never leaves this window open; then
 * only the answers are judged.
 */
static void race(struct run *t, struct device *d, struct features features)
{
	struct virtqueue *queue = traffic_start(t, d, features, 0);
	struct request *requests = traffic_make(t, d, queue->size, 0);
	const uint32_t most = queue->size < RACE_BATCH ? queue->size : RACE_BATCH;
	uint32_t latency, asked_in_time = 0;

	latency = measure(t, d, &requests[0]);
	for (unsigned i = 0; i < RACES; i++) {
		disarm(queue);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		publish_batch(t, d, requests, 1 + random_below(&t->random, most));
		virtqueue_notify(queue);
		while (queue->outstanding) {
			if (random_below(&t->random, 2))
				traffic_pause(t, latency);
			arm(queue); /* ends with a full barrier */
			if (!virtqueue_used_waiting(queue)) {
				asked_in_time++;
				require_notified(
					t, d, notified(d),
					"a notification comes for a buffer that was used after the driver asked, round "
					"%u",
					i);
			}
			disarm(queue);
			acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
			traffic_take(t, d, NULL);
		}
	}
	step(t, "the driver asked in time %u times", asked_in_time);
	expect_eq(t, queue->used->index, queue->available, "used.idx when everything came back");
}

/*
 * Breaks: no full barrier between writing used.idx and reading avail.flags. Symptom: an interrupt is lost now and then,
 * under load.
 */
CHECK(flags_race, "suppression.flags.asking-late-loses-nothing", REQ("sintr-03"), MUST,
      NEEDS(.requests = true, .entries = 4),
      "A driver that clears NO_INTERRUPT and then finds the used ring empty gets a notification")
{
	race(t, d, NO_FEATURES);
}

/*
 * Breaks: the wrong comparison, or a used_event that is read before used.idx is written. Symptom: lost interrupts,
 * only with EVENT_IDX.
 */
CHECK(event_notifies, "suppression.event-idx.notifies-at-used-event", REQ("sintr-05"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX a notification is sent when the entry with the index used_event is written")
{
	struct virtqueue *queue = traffic_start(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0);
	struct request *request = traffic_make(t, d, 1, 0);

	for (unsigned ahead = 0; ahead < ROUNDS; ahead++) {
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + ahead));
		for (unsigned i = 0; i < ahead; i++)
			traffic_do(t, d, request, NULL);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		traffic_do(t, d, request, NULL);
		require_notified(t, d, notified(d),
				 "bit 0 of InterruptStatus is set when entry %u, used_event, is written",
				 queue->used_seen - 1);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	}
}

/*
 * Breaks: a device that compares only the last index of a batch. Symptom: a driver that asked for half of its
 * buffers is never woken.
 */
CHECK(event_in_batch, "suppression.event-idx.notifies-when-passed-in-a-batch", REQ("sintr-05"), MUST,
      NEEDS(.requests = true, .entries = 8, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX a notification is sent when used_event is passed in the middle of a batch")
{
	struct virtqueue *queue = traffic_start(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0);
	struct request *requests = traffic_make(t, d, queue->size, 0);

	for (unsigned i = 0; i < 2 * ROUNDS; i++) {
		unsigned room = traffic_room(queue, &requests[0]), event = random_below(&t->random, room);

		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + event));
		publish_batch(t, d, requests, room);
		virtqueue_notify(queue);
		traffic_take_all(t, d);
		require_notified(t, d, notified(d),
				 "bit 0 of InterruptStatus is set after a batch of %u with used_event at %u of it",
				 room, event);
	}
}

/* Breaks: a device that looks at both. (A driver must keep avail.flags 0 here.) */
CHECK(event_ignores_flags, "suppression.event-idx.low-flag-is-ignored", REQ("sintr-04"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX the low bit of avail.flags does not keep a notification back")
{
	struct virtqueue *queue = traffic_start(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0);
	struct request *request = traffic_make(t, d, 1, 0);

	virtqueue_set_no_interrupt(queue, true);
	for (unsigned i = 0; i < ROUNDS; i++) {
		virtqueue_set_used_event(queue, queue->used_seen);
		traffic_do(t, d, request, NULL);
		require_notified(t, d, notified(d), "bit 0 of InterruptStatus is set after buffer %u", i);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	}
}

/*
 * Breaks: a device that does not read used_event. Symptom: an interrupt for every buffer, the cost that EVENT_IDX is
 * there to save.
 */
CHECK(event_quiet, "suppression.event-idx.quiet-before-used-event", REQ("sintr-06"), SHOULD,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX no notification is sent while used_event is not reached")
{
	struct virtqueue *queue = traffic_start(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0);
	struct request *request = traffic_make(t, d, 1, 0);

	/*
	 * The first notification is asked for, since used_event is 0. Once it has come, the device has decided about
	 * it.
	 */
	traffic_do(t, d, request, NULL);
	require_notified(t, d, notified(d), "bit 0 of InterruptStatus is set after the first buffer");
	virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + FAR));
	acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
	for (unsigned i = 0; i < ROUNDS; i++)
		traffic_do(t, d, request, NULL);
	expect_quiet(t, d, "while used_event is far ahead");
}

/* Breaks: a device that always notifies of the first buffer, because it has no last notification to compare with. */
CHECK(event_quiet_first, "suppression.event-idx.quiet-from-the-first-buffer-on", REQ("sintr-06"), SHOULD,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX no notification is sent for the first buffer of a virtqueue either, if used_event is ahead")
{
	for (struct work *work = work_set_up(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0); work;
	     work = work_set_up_next(work)) {
		virtqueue_set_used_event(work->queue, FAR);
		work_go(work);
		for (unsigned i = 0; i < ROUNDS && work_do(work); i++)
			;
		require_at_rest(t, d, STAYS(t, !bit_is_set(d)),
				"bit 0 of InterruptStatus stays clear while used_event of the %s, virtqueue %u, is far "
				"ahead from the start",
				work->name, work->queue->index);
	}
}

/*
 * Breaks: no full barrier between writing used.idx and reading used_event. Symptom: an interrupt is lost now and then,
 * under load.
 */
CHECK(event_race, "suppression.event-idx.asking-late-loses-nothing", REQ("sintr-05"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A driver that sets used_event to the next entry and then finds the used ring empty gets a notification")
{
	race(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
}

/* Suppresses notifications, and expects one all the same when the device has used all buffers. */
static void announces_empty(struct run *t, struct device *d, struct features features)
{
	struct virtqueue *queue = traffic_start(t, d, features, 0);
	struct request *requests = traffic_make(t, d, queue->size, 0);

	for (unsigned i = 0; i < ROUNDS; i++) {
		disarm(queue);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		publish_batch(t, d, requests, 1 + random_below(&t->random, queue->size));
		virtqueue_notify(queue);
		traffic_take_all(t, d);
		require_notified(t, d, notified(d),
				 "bit 0 of InterruptStatus is set when the device has used all buffers, round %u", i);
	}
}

/*
 * Breaks: a feature that is offered and not implemented. Symptom: a legacy network driver frees its last packets only
 * with the next one.
 */
CHECK(empty_flags, "suppression.notify-on-empty.with-no-interrupt", REQ("leg-rfb-01"), MUST,
      NEEDS(.version = 1, .requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_NOTIFY_ON_EMPTY)),
      "With NOTIFY_ON_EMPTY a notification is sent when the device runs out of buffers, even with NO_INTERRUPT set")
{
	announces_empty(t, d, FEATURE(VIRTIO_F_NOTIFY_ON_EMPTY));
}

/* Breaks: a device that honours the feature with avail.flags only. */
CHECK(empty_event, "suppression.notify-on-empty.with-used-event-ahead", REQ("leg-rfb-01"), MUST,
      NEEDS(.version = 1, .requests = true, .entries = 4,
	    .features = OFFERS_BOTH(VIRTIO_F_NOTIFY_ON_EMPTY, VIRTIO_F_EVENT_IDX)),
      "With NOTIFY_ON_EMPTY a notification is sent when the device runs out of buffers, even with used_event far ahead")
{
	announces_empty(t, d, FEATURES(VIRTIO_F_NOTIFY_ON_EMPTY, VIRTIO_F_EVENT_IDX));
}
