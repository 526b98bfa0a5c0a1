// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rings and notifications of every virtqueue (2.7). The other files ask their questions of the request queue in depth;
 * this one asks the most important of them of each queue that the device can be made to use: receive queues, control
 * queues, further request queues, the queues of further pairs and ports.
 *
 * A VMM often has separate code for each of its queues. So a network device that never interrupts for a received packet
 * may send perfectly, and a control queue that knows nothing of EVENT_IDX stands still only for a driver that uses
 * both.
 */
#include "drivers/interrupt.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/messages.h"
#include "tests/checks/support/restless.h"
#include "tests/checks/support/traffic.h"
#include "tests/checks/support/work.h"

enum {
	ROUNDS = 4,
	SMALL = 8, /* entries of a queue whose ring should wrap */
};

static bool bit_is_set(struct device *d)
{
	return interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER;
}

static bool notified(struct device *d)
{
	return WAIT_UNTIL(bit_is_set(d), device_patience_ns);
}

/* Uses one buffer with a notification, so that the device has decided about everything before it. */
static bool use_one_notified(struct work *work)
{
	work_arm(work->queue);
	acknowledge(work->d, VIRTIO_INTERRUPT_USED_BUFFER);
	if (!work_do(work))
		return false;
	need_row(work->t, notified(work->d), work->queue->event_idx ? "sintr-05" : "sintr-03",
		 "bit 0 of InterruptStatus is set when a buffer of the %s is used", work->name);
	return true;
}

/*
 * Waits for a buffer as a driver does that sleeps: for the notification alone, after which it looks. False: a buffer
 * was used, and no notification came after that. What arrives may be lost on its way, so it is sent again.
 */
static bool sleep_until_used(struct work *work)
{
	enum { TRIES = 3, SPURIOUS = 1000 };
	const uint64_t patience = work->receives ? device_patience_ns / TRIES : device_patience_ns;
	unsigned spurious = 0;

	for (unsigned tries = 0; !virtqueue_used_waiting(work->queue);) {
		if (spurious++ < SPURIOUS && WAIT_UNTIL(bit_is_set(work->d), patience)) {
			acknowledge(work->d, VIRTIO_INTERRUPT_USED_BUFFER);
			continue;
		}
		if (virtqueue_used_waiting(work->queue))
			return false;
		need_row(work->t, work->receives && ++tries < TRIES && work_cause(work), "sring-02",
			 "the device uses a buffer of the %s, virtqueue %u", work->name, work->queue->index);
	}
	return true;
}

/*
 * Breaks: only the request queue's handler interrupts, or one does before it has written the used ring. Symptom: a
 * network device that sends and never seems to receive, a console that takes no input, a control command that times
 * out.
 */
CHECK(flags_every_queue, "suppression.flags.every-queue-notifies", REQ("sintr-03"), MUST,
      NEEDS(.requests = true, .entries = 4),
      "With avail.flags 0 each used buffer of every virtqueue is followed by a used buffer notification")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		need_without(t, d, VIRTIO_F_EVENT_IDX);
		for (unsigned i = 0; i < ROUNDS; i++) {
			acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
			if (!work_offer(work) || !work_cause(work))
				break;
			if (virtqueue_used_waiting(work->queue))
				require_notified(
					t, d, notified(d),
					"bit 0 of InterruptStatus is set after buffer %u of the %s, virtqueue %u", i,
					work->name, work->queue->index);
			else
				require_notified(
					t, d, sleep_until_used(work),
					"bit 0 of InterruptStatus is set once buffer %u of the %s, virtqueue %u, is "
					"used",
					i, work->name, work->queue->index);
			work_take(work);
			work_take_more(work);
		}
	}
}

/* Breaks: the notification of one queue sets the bit without the line, or another line. */
CHECK(line_every_queue, "interrupt.every-queue-interrupts", REQ("sintr-03", "mmio-layout-03"), MUST,
      NEEDS(.requests = true, .line = true, .entries = 4), "A used buffer of every virtqueue raises the interrupt line")
{
	struct irq_line *line = d->transport.line;

	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work))
		for (unsigned i = 0; i < ROUNDS; i++) {
			uint32_t mark;

			do {
				work_take_more(work);
				work_arm(work->queue);
			} while (virtqueue_used_waiting(work->queue));
			mark = quiet_line(d);
			if (!work_do(work))
				break;
			need_row(t, notified(d), "sintr-03", "bit 0 of InterruptStatus is set after a buffer of the %s",
				 work->name);
			require(t, WAIT_UNTIL(line->count != mark, device_patience_ns),
				"an interrupt follows buffer %u of the %s, virtqueue %u", i, work->name,
				work->queue->index);
		}
}

/* Moves the indices of the request queue, which must not matter to another queue. */
static void keep_requests_busy(struct work *work)
{
	struct virtqueue *requests = device_request_queue(work->d);

	if (work->queue == requests || work->helper == requests || !requests->size)
		return;
	for (unsigned i = 0; i < 3; i++)
		require_ok(work->t, device_do_request(work->d, i), "a request is served");
	work_disarm(requests);
}

/* Uses buffers while no notification is wanted. `behind`: used_event stays at an entry that was written before. */
static void expect_quiet(struct run *t, struct device *d, struct features features, bool behind, const char *when)
{
	for (struct work *work = work_first(t, d, features, 0); work; work = work_next(work)) {
		unsigned count = 0;

		if (!features_has(&features, VIRTIO_F_EVENT_IDX))
			need_without(t, d, VIRTIO_F_EVENT_IDX);
		if (!use_one_notified(work))
			continue;
		work_take_more(work);
		if (!behind)
			work_disarm(work->queue);
		keep_requests_busy(work);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		while (count < ROUNDS && work_do(work))
			count++;
		for (unsigned room = work_room(work); work->exact && room; room--, count++)
			work_add(work, NULL); /* and several at once */
		virtqueue_kick(work->queue);
		while (work->exact && work->queue->outstanding)
			work_take(work);
		require_at_rest(t, d, STAYS(t, !bit_is_set(d)),
				"bit 0 of InterruptStatus stays clear after %u buffers of the %s, virtqueue %u, %s",
				count, work->name, work->queue->index, when);
	}
}

/* Breaks: one queue's handler does not read avail.flags. Symptom: an interrupt for each packet of a driver that polls.
 */
CHECK(quiet_every_queue, "suppression.flags.every-queue-is-quiet-when-not-asked", REQ("sintr-02"), SHOULD,
      NEEDS(.requests = true, .entries = 4),
      "With NO_INTERRUPT in avail.flags of any virtqueue, no notification comes for its used buffers")
{
	expect_quiet(t, d, NO_FEATURES, false, "with NO_INTERRUPT");
}

/* Breaks: one queue's handler does not read used_event. */
CHECK(event_quiet_every_queue, "suppression.event-idx.every-queue-is-quiet-before-used-event", REQ("sintr-06"), SHOULD,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX no notification comes for any virtqueue while its used_event is not reached")
{
	expect_quiet(t, d, FEATURE(VIRTIO_F_EVENT_IDX), false, "with used_event ahead");
	expect_quiet(t, d, FEATURE(VIRTIO_F_EVENT_IDX), true, "with used_event behind");
}

/*
 * Breaks: one queue's handler goes by the flags, or compares used_event with something else. Symptom: commands time out
 * as soon as a driver accepts EVENT_IDX.
 */
CHECK(event_every_queue, "suppression.event-idx.every-queue-notifies", REQ("sintr-05"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX a notification is sent for every virtqueue when its used_event is reached")
{
	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0); work; work = work_next(work))
		for (unsigned round = 0; round < 2 * ROUNDS; round++) {
			const unsigned ahead = work->exact ? round % ROUNDS : 0;

			work_take_more(work);
			keep_requests_busy(work);
			virtqueue_set_used_event(work->queue, (uint16_t)(work->queue->used_seen + ahead));
			for (unsigned i = 0; i < ahead; i++)
				work_do(work);
			acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
			if (!work_do(work))
				break;
			require_notified(
				t, d, notified(d),
				"bit 0 of InterruptStatus is set when the entry %u of the %s, virtqueue %u, is "
				"written, "
				"with used_event %u ahead",
				work->queue->used_seen - 1, work->name, work->queue->index, ahead);
		}
}

/* Publishes one buffer and notifies the device only if it asks for that. Returns whether it did. */
static bool offer_as_asked(struct work *work)
{
	const uint16_t old = work->queue->published;

	work_add(work, NULL);
	virtqueue_publish(work->queue);
	if (!virtqueue_should_notify(work->queue, old))
		return false;
	virtqueue_notify(work->queue);
	return true;
}

/* Offers some buffers and has them used, one after the other and together. */
static void obey(struct work *work)
{
	unsigned notifications = 0, buffers = 0;

	for (unsigned round = 0; round < 2 * ROUNDS; round++) {
		const unsigned room = work_room(work);
		unsigned count = 1 + random_below(&work->t->random, 3);

		for (count = count < room ? count : room; count; count--, buffers++)
			notifications += offer_as_asked(work);
		if (!work_cause(work))
			break;
		work_take(work);
		while (!work->receives && work->queue->outstanding)
			work_take(work);
	}
	step(work->t, "%u notifications for %u buffers", notifications, buffers);
}

/*
 * Breaks: one queue never asks for notifications again, or asks for that of a buffer which never comes. Symptom: the
 * network stops after a burst; a control command hangs with EVENT_IDX.
 */
CHECK(obeying_flags, "notify.flags.every-queue-never-stalls", REQ("savail-01", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "A driver that notifies each virtqueue only while its used.flags is 0 never stalls")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		obey(work);
		expect(t, !(work->queue->used->flags & ~VIRTQ_USED_F_NO_NOTIFY), "used.flags of the %s is 0 or 1",
		       work->name);
	}
}

/* Breaks: one queue does not move its avail_event. (The device need not look at the queue again before it is notified.)
 */
CHECK(obeying_event, "notify.event-idx.every-queue-never-stalls", REQ("savail-02", "savail-04", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A driver that notifies each virtqueue only when its avail_event asks for it never stalls")
{
	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_EVENT_IDX), 0); work; work = work_next(work)) {
		obey(work);
		expect_eq(t, work->queue->used->flags, 0, "used.flags of the %s, virtqueue %u", work->name,
			  work->queue->index);
	}
}

/*
 * Something arrives while a receive queue is empty. Afterwards the driver offers buffers, and notifies only when the
 * device asks for it.
 */
static void starve(struct run *t, struct device *d, struct features features)
{
	unsigned starved = 0;

	for (struct work *work = work_first(t, d, features, 0); work; work = work_next(work)) {
		if (!work->receives)
			continue;
		for (unsigned round = 0; round < ROUNDS; round++) {
			for (unsigned i = 0; i < 2; i++)
				work_cause(work);
			quiet_moment(t);
			offer_as_asked(work);
			if (!virtqueue_used_waiting(work->queue) && !work_cause(work))
				break;
			work_take(work);
			starved++;
			while (work->queue->outstanding &&
			       WAIT_UNTIL(virtqueue_used_waiting(work->queue), SHORT_WAIT_NS))
				work_take(work);
		}
	}
	if (!starved)
		skip(t, "nothing can be made to arrive at this device");
}

/*
 * Breaks: when something arrives and there is no buffer, the device stops looking, and does not ask to be notified of
 * the next one. Symptom: the network is dead after a burst, until the guest is started anew.
 */
CHECK(starved_flags, "notify.flags.an-empty-receive-queue-recovers", REQ("savail-01", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "A receive queue that ran out of buffers goes on when there are new ones, for a driver that obeys used.flags")
{
	starve(t, d, NO_FEATURES);
}

/* Breaks: when something arrives and there is no buffer, the device does not ask for the next one by avail_event. */
CHECK(starved_event, "notify.event-idx.an-empty-receive-queue-recovers", REQ("savail-04", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A receive queue that ran out of buffers goes on when there are new ones, for a driver that obeys avail_event")
{
	starve(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
}

/* used.idx counts the buffers that came back, and perhaps more that arrive meanwhile. */
static void expect_used_index(struct work *work)
{
	struct virtqueue *queue = work->queue;
	const uint16_t index = queue->used->index;

	expect(work->t, (uint16_t)(queue->available - index) <= queue->outstanding,
	       "used.idx of the %s, virtqueue %u, is %u after %u of %u buffers came back", work->name, queue->index,
	       index, queue->used_seen, queue->available);
}

/*
 * Breaks: a ring is indexed by the size of another queue, ids are those of another queue, or a queue stops after as
 * many buffers as it has entries.
 */
CHECK(wraps_every_queue, "ring.every-queue-wraps", REQ("sring-01", "sring-02", "sring-05", "sused-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "Every virtqueue, small and filled in a random order, returns each of its buffers, several times around its ring")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, SMALL); work; work = work_next(work)) {
		const unsigned rounds = 3u * work->queue->size + 1;
		unsigned done = 0;

		virtqueue_shuffle(work->queue, &t->random);
		while (done < rounds && work_do(work)) {
			done++;
			work_take_more(work);
		}
		expect_used_index(work);
		step(t, "%u rounds", done);
	}
}

/* Breaks: one queue's handler reads the descriptors itself, and does not know indirect tables. */
CHECK(indirect_every_queue, "ring.every-queue-takes-indirect-tables", REQ("sind-03", "sring-02", "sused-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "Buffers in indirect tables are used in every virtqueue")
{
	static const struct chain_shape indirect = { .indirect = true };

	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_INDIRECT_DESC), SMALL); work; work = work_next(work))
		for (unsigned round = 0; round < 2 * ROUNDS; round++) {
			if (!work->queue->outstanding) {
				work_add(work, round % 2 ? NULL : &indirect);
				virtqueue_kick(work->queue);
			}
			if (!work_cause(work))
				break;
			work_take(work);
		}
}

/*
 * Breaks: one queue's handler takes the whole value for the queue's index, or knows the form for the first queue only.
 */
CHECK(data_every_queue, "notify.data.every-queue", REQ("dnotif-01", "sring-02"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_NOTIFICATION_DATA)),
      "With NOTIFICATION_DATA notifications of every virtqueue carry its available index")
{
	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_NOTIFICATION_DATA), SMALL); work;
	     work = work_next(work))
		for (unsigned round = 0; round < 2u * SMALL; round++) {
			if (!work->queue->outstanding) {
				work_add(work, NULL);
				virtqueue_kick(work->queue);
			}
			if (!work_cause(work))
				break;
			work_take(work);
		}
}

/* Breaks: one queue's handler expects its parts in descriptors of their own, or takes the first descriptor alone. */
CHECK(pieces_every_queue, "ring.every-queue-takes-any-framing", REQ("frame-01", "sring-02", "net-desc-03"), MUST,
      NEEDS(.requests = true, .entries = 4), "Buffers cut into random pieces are used in every virtqueue")
{
	const struct features features = traffic_need_any_framing(t, d);

	for (struct work *work = work_first(t, d, features, 0); work; work = work_next(work))
		for (unsigned round = 0; round < 2 * ROUNDS; round++) {
			if (!work->queue->outstanding) {
				work_add_in_pieces(work);
				virtqueue_kick(work->queue);
			}
			if (!work_cause(work))
				break;
			work_take(work);
		}
}

/* Resets a virtqueue. False: QueueReset does not reset it, which other checks judge (mmio-layout-12). */
static bool reset_queue(struct run *t, struct virtqueue *queue)
{
	bool complete;

	transport_select_queue(queue->transport, queue->index);
	transport_set_queue_reset(queue->transport, 1);
	complete = WAIT_UNTIL(!transport_queue_reset(queue->transport), device_patience_ns);
	need_row(t, complete, "mmio-layout-12", "QueueReset of virtqueue %u reads 0 once the reset is complete",
		 queue->index);
	return !transport_queue_ready(queue->transport);
}

/*
 * Breaks: the reset of one queue's place in its rings is forgotten, or what a device keeps for this queue beside the
 * transport's part. Symptom: a driver that changes the size of one queue waits for it for ever.
 */
CHECK(reset_every_queue, "ring.reset.every-queue-works-again", REQ("vqreset-03", "vqreen-01", "sring-02"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_RING_RESET)),
      "Every virtqueue works after a queue reset, from index 0, with another size at another place")
{
	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_RING_RESET), 0); work; work = work_next(work)) {
		bool more = work_do(work);

		work_take_more(work);
		for (uint16_t size = 4; more && size <= SMALL; size *= 2) {
			if (!reset_queue(t, work->queue))
				skip(t, "virtqueue %u is still ready after its reset (mmio-layout-12)",
				     work->queue->index);
			work_set_up_again(work, size);
			for (unsigned i = 0; more && i < size + 1u; i++) {
				more = work_do(work);
				work_take_more(work);
			}
			expect_used_index(work);
		}
	}
}

enum { EVENT_POISON = 0xa5a5 };

static volatile uint16_t *avail_event(struct virtqueue *queue)
{
	return (volatile uint16_t *)(uintptr_t)queue->used + VIRTQ_USED_BYTES(queue->size) / sizeof(uint16_t) - 1;
}

/* Uses some buffers, and compares what only the driver may write with how the driver left it. */
static void expect_ours_untouched(struct work *work)
{
	struct virtqueue *queue = work->queue;
	const uint32_t table_bytes = VIRTQ_DESC_BYTES(queue->size);
	const uint32_t available_bytes = VIRTQ_AVAIL_BYTES(queue->size);
	/* Of the virtqueue's size, which is not always the size that was asked for. */
	void *const table = need_memory(work->t, dma_alloc(table_bytes, VIRTQ_DESC_ALIGN));
	void *const available = need_memory(work->t, dma_alloc(available_bytes, VIRTQ_AVAIL_ALIGN));

	for (unsigned round = 0; round < ROUNDS; round++) {
		work_add(work, NULL);
		virtqueue_publish(queue);
		memcpy(table, (const void *)(uintptr_t)queue->desc, table_bytes);
		memcpy(available, (const void *)(uintptr_t)queue->avail, available_bytes);
		virtqueue_notify(queue);
		if (!work_cause(work))
			break;
		work_take(work);
		expect(work->t, !memcmp(table, (const void *)(uintptr_t)queue->desc, table_bytes),
		       "the descriptor table of the %s, virtqueue %u, is as the driver wrote it", work->name,
		       queue->index);
		expect(work->t, !memcmp(available, (const void *)(uintptr_t)queue->avail, available_bytes),
		       "the available ring of the %s, virtqueue %u, is as the driver wrote it", work->name,
		       queue->index);
	}
}

/* Breaks: one queue's handler marks what it took in the driver's part, or always writes avail_event. */
CHECK(ours_untouched, "ring.every-queue-keeps-to-its-part", REQ("sdesc-03", "aring-01", "savail-05"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "The device writes neither descriptor table nor available ring of any virtqueue, nor, without EVENT_IDX, "
      "avail_event")
{
	for (struct work *work = work_set_up(t, d, NO_FEATURES, SMALL); work; work = work_set_up_next(work)) {
		*avail_event(work->queue) = EVENT_POISON;
		work_go(work);
		expect_ours_untouched(work);
		if (device_accepted(d, VIRTIO_F_EVENT_IDX))
			continue; /* the device insists on it */
		expect_eq(t, *avail_event(work->queue), EVENT_POISON,
			  "what is in the place of avail_event of the %s, "
			  "virtqueue %u, without EVENT_IDX",
			  work->name, work->queue->index);
	}
}

/*
 * Breaks: one queue's notification is lost when another queue's comes first, or queues share their place in the rings.
 * Symptom: a disk or a network hangs as soon as two CPUs use it.
 */
CHECK(beside_requests, "ring.every-queue-works-beside-requests", REQ("sring-02", "mmio-table-09"), DESCRIBED,
      NEEDS(.requests = true, .queues = 2, .entries = 4),
      "Every virtqueue works while the request queue is busy, in whichever order the two are notified")
{
	unsigned judged = 0;

	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		struct virtqueue *requests = device_request_queue(d);
		struct request *request = traffic_make(t, d, 2, 0);

		if (work->queue == requests || work->helper == requests)
			continue;
		for (unsigned round = 0; round < 2 * ROUNDS; round++) {
			bool more;

			for (unsigned i = 0; i < 2 && traffic_room(requests, &request[i]); i++)
				traffic_add(t, d, &request[i], NULL);
			virtqueue_publish(requests);
			for (unsigned room = work_room(work), i = 0; i < 2 && i < room; i++)
				work_add(work, NULL);
			virtqueue_publish(work->queue);
			virtqueue_notify(round % 2 ? requests : work->queue);
			virtqueue_notify(round % 2 ? work->queue : requests);
			more = work_cause(work);
			traffic_take_all(t, d);
			if (!more)
				break;
			do
				work_take(work);
			while (work->exact && work->queue->outstanding);
			work_take_more(work);
			judged++;
		}
	}
	if (!judged)
		skip(t, "only one virtqueue of the device can be made to work at a time");
}

/*
 * Breaks: a queue's own handler is started at DRIVER_OK, and takes what the available index says then for its
 * beginning. Symptom: a driver that fills its receive queue before it sets DRIVER_OK, as most do, receives nothing.
 */
CHECK(early_buffers, "ring.every-queue-sees-early-buffers", REQ("sring-03", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "Buffers that are available in a virtqueue before DRIVER_OK are used after it, in every virtqueue")
{
	for (struct work *work = work_set_up(t, d, NO_FEATURES, 0); work; work = work_set_up_next(work)) {
		unsigned added = 0;

		if (work->talks)
			continue;
		for (unsigned room = work_room(work); added < 2 && added < room; added++)
			work_add(work, NULL);
		virtqueue_publish(work->queue);
		work_go(work);
		virtqueue_notify(work->queue);
		for (; added && work_cause(work); added--)
			work_take(work);
	}
}

/* Breaks: one queue's handler expects a buffer for each notification. */
CHECK(extra_every_queue, "notify.extra.every-queue", REQ("savail-03", "sring-02"), MUST,
      NEEDS(.requests = true, .entries = 4), "Notifications of any virtqueue, even of an empty one, do no harm")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		for (unsigned round = 0; round < ROUNDS; round++) {
			for (unsigned i = 0; i < 3; i++)
				virtqueue_notify(work->queue);
			if (!work_do(work))
				break;
			virtqueue_notify(work->queue);
			work_take_more(work);
		}
		expect(t, (uint16_t)(work->queue->used->index - work->queue->used_seen) <= work->queue->outstanding,
		       "no buffer of the %s, virtqueue %u, was used twice", work->name, work->queue->index);
		expect_eq(t, transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET, 0,
			  "DEVICE_NEEDS_RESET after notifications of the %s", work->name);
	}
}

/*
 * The driver asks for a notification while buffers are in flight. If none is used when it looks after that, the device
 * has yet to look at what the driver wants, and must notify.
 */
static void ask_late(struct run *t, struct device *d, struct features features)
{
	for (struct work *work = work_first(t, d, features, 0); work; work = work_next(work)) {
		unsigned in_time = 0;

		for (unsigned round = 0; round < 2 * ROUNDS && work->exact; round++) {
			work_disarm(work->queue);
			acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
			for (unsigned room = work_room(work), i = 0; i < 2 && i < room; i++)
				work_add(work, NULL);
			virtqueue_kick(work->queue);
			while (work->queue->outstanding) {
				work_arm(work->queue); /* ends with a full barrier */
				if (!virtqueue_used_waiting(work->queue)) {
					in_time++;
					require_notified(
						t, d, notified(d),
						"a notification comes for a buffer of the %s, virtqueue %u, that was "
						"used "
						"after the driver asked",
						work->name, work->queue->index);
				}
				work_disarm(work->queue);
				acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
				work_take(work);
			}
		}
		expect_eq(t, work->queue->outstanding, 0, "buffers that did not come back");
		step(t, "the driver asked in time %u times", in_time);
	}
}

/* Breaks: one queue's handler looks at avail.flags when it takes a buffer, not when it has used it. */
CHECK(late_flags, "suppression.flags.every-queue-asking-late-loses-nothing", REQ("sintr-03"), MUST,
      NEEDS(.requests = true, .entries = 4),
      "A driver that clears NO_INTERRUPT of any virtqueue and then finds its used ring empty gets a notification")
{
	ask_late(t, d, NO_FEATURES);
}

/* Breaks: one queue's handler looks at used_event when it takes a buffer, not when it has used it. */
CHECK(late_event, "suppression.event-idx.every-queue-asking-late-loses-nothing", REQ("sintr-05"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "A driver that sets used_event of any virtqueue to the next entry and then finds its used ring empty gets a "
      "notification")
{
	ask_late(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
}

/* The virtqueues that get messages: those that the type uses, and the one under examination. */
static unsigned message_queues(const struct work *work)
{
	const unsigned used = device_queues_used(work->d), own = work->queue->index + 1u;

	return own > used ? own : used;
}

/* Gives each event source its message and enables messages, at the places where the layout wants that. */
static void give_messages(struct work *work)
{
	struct device *d = work->d;
	const bool first = msi_is(&d->msi, MSI_ENABLES_FIRST);

	messages_mark(d);
	if (first)
		msi_do(d, MSI_ENABLE, 0, NULL);
	messages_give_each(work->t, d, message_queues(work), 0, 1);
	if (!first)
		msi_do(d, MSI_ENABLE, 0, NULL);
}

/*
 * Breaks: only the request queue has a vector, or one queue's events go out with another's. Symptom: with messages, the
 * network sends and does not receive.
 */
CHECK(messages_every_queue, "msi.every-queue-sends-its-message", REQ("msi-own-01"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .entries = 4, .msi = true),
      "A used buffer of every virtqueue sends that queue's message")
{
	messages_need_targets(t, d);
	for (struct work *work = work_set_up(t, d, d->msi.features, 0); work; work = work_set_up_next(work)) {
		const unsigned own = work->queue->index + 1u;

		if (own >= SPARE || (d->msi.messages && d->msi.messages <= message_queues(work)))
			continue; /* there are too few targets, or messages */
		give_messages(work);
		work_go(work);
		for (unsigned i = 0; i < ROUNDS; i++) {
			work_take_more(work);
			messages_mark(d);
			if (!work_do(work))
				break;
			require(t, WAIT_UNTIL(messages_at(own), device_patience_ns),
				"a message comes to target %u for buffer %u of the %s, virtqueue %u", own, i,
				work->name, work->queue->index);
		}
	}
}
