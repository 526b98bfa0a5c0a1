// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a device still does with a virtqueue that the driver has stopped: by a reset of the device (2.4.1), by a reset
 * of the queue (2.6.1), by QueueReady = 0 (4.2.2.1), or, on the legacy layout, by QueuePFN = 0. Buffers are in flight
 * when that happens, and it is asked of every virtqueue that the device can be made to use.
 *
 * Once the stop is complete, the driver gives the memory to somebody else. A device that finishes what it had taken
 * overwrites another program's page; one whose workers are told late reads a ring that is no ring any more.
 */
#include "firmware/lib/journal.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/disk.h"
#include "tests/checks/support/restless.h"
#include "tests/checks/support/traffic.h"
#include "tests/checks/support/work.h"

enum { IN_FLIGHT = 3, REQUESTS = 3 };

/* A virtqueue that was stopped, and its memory. */
struct stopped {
	struct virtqueue queue;
	uint16_t outstanding;
	struct watch watch;
};

/*
 * Makes sure that the device uses the queue, and puts buffers in flight. For a queue that receives, something is on
 * its way. False: nothing can be made to arrive any more, so there is nothing to judge.
 */
static bool put_in_flight(struct work *work)
{
	if (!work_do(work))
		return false;
	work_take_more(work);
	for (unsigned i = 0; i < IN_FLIGHT && work_room(work); i++)
		work_add(work, NULL);
	virtqueue_kick(work->queue);
	(void)work_cause(work);
	return true;
}

/* To call when the stop is complete: from here on the memory is the driver's. */
static void watch_stopped(struct work *work, struct stopped *stopped, const struct virtqueue *queue)
{
	stopped->queue = *queue;
	stopped->outstanding = queue->outstanding;
	watch_begin(&stopped->watch, &stopped->queue, work->pool, WORK_DEPTH, true);
}

/* Makes what is in flight available once more, so that a device that still looks at the ring finds valid buffers. */
static void go_on_in_memory(struct stopped *stopped)
{
	struct virtqueue *queue = &stopped->queue;

	for (uint16_t i = 0; i < stopped->outstanding; i++) {
		const uint16_t from = (uint16_t)(queue->published - stopped->outstanding + i);

		queue->avail->ring[(uint16_t)(queue->published + i) % queue->size] = queue->heads[from % queue->size];
	}
	queue->avail->index = (uint16_t)(queue->published + stopped->outstanding);
}

static uint32_t ready(struct device *d, uint32_t index)
{
	transport_select_queue(&d->transport, index);
	return transport_is_legacy(&d->transport) ? transport_queue_page(&d->transport)
						  : transport_queue_ready(&d->transport);
}

/*
 * Looks at a queue that was stopped while the device is live: for a quiet moment, and while the device is told that
 * there are buffers, something arrives, and other queues work.
 */
static const char *look_at_stopped(struct work *work, struct stopped *stopped)
{
	struct device *d = work->d;
	enum driver_error error = DRIVER_NO_ERROR;

	if (!STAYS(work->t, !watch_found(&stopped->watch)))
		return watch_found(&stopped->watch);
	go_on_in_memory(stopped);
	transport_notify(&d->transport, stopped->queue.index, stopped->queue.index);
	if (work->receives)
		(void)work_cause(work);
	if (!STAYS(work->t, !watch_found(&stopped->watch)) || stopped->queue.index == d->type->request_queue)
		return watch_found(&stopped->watch);
	for (unsigned i = 0; i < REQUESTS && !error; i++)
		error = device_do_request(d, i);
	require_ok(work->t, error, "a request is served after virtqueue %u was stopped", stopped->queue.index);
	return watch_found(&stopped->watch);
}

/* ---- a reset of the device ---- */

/* Resets the device with buffers in flight, as a driver that shuts down does, or one that gave up first (FAILED). */
static void reset_in_flight(struct work *work, struct stopped *stopped, bool gave_up)
{
	const struct virtqueue queue = *work->queue; /* a reset makes the driver forget it */

	if (gave_up)
		transport_add_status(&work->d->transport, VIRTIO_STATUS_FAILED);
	require_ok(work->t, device_reset(work->d), "the reset completes");
	watch_stopped(work, stopped, &queue);
}

/*
 * Breaks: one queue's requests, such as those that wait for input, are not taken back by a reset. Symptom: after a
 * kexec a packet or a keystroke lands in memory of the new kernel. In every second life the driver sets FAILED first.
 */
CHECK(reset_every_queue, "reset.every-queue-leaves-memory-alone", REQ("reset-03"), MUST,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "After a reset with buffers in flight in any virtqueue, its rings and buffers are not written")
{
	unsigned life = 0;

	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		struct stopped stopped;

		if (!put_in_flight(work))
			continue;
		reset_in_flight(work, &stopped, life++ % 2);
		expect(t, STAYS(t, !watch_found(&stopped.watch)),
		       "the memory of the %s, virtqueue %u, is left alone: %s", work->name, stopped.queue.index,
		       watch_found(&stopped.watch));
		go_on_in_memory(&stopped);
		if (!work->helper && work->receives)
			(void)work_cause(work);
		require_ok(t, device_start(d, NO_FEATURES), "the device starts again");
		require_ok(t, device_do_request(d, life), "a request is served");
		expect_none(t, watch_found(&stopped.watch),
			    "nothing of the %s, virtqueue %u, is written in the next life", work->name,
			    stopped.queue.index);
	}
}

/* A precondition of what is said about InterruptStatus after a reset: a reset clears it. Ends the life of before. */
static void need_causes_cleared(struct run *t, struct device *d)
{
	journal_pause(true); /* the log of a failure shows what the check did */
	need_ok(t, device_start(d, NO_FEATURES));
	need_ok(t, device_do_request(d, 0));
	(void)WAIT_UNTIL(interrupt_status(d), device_patience_ns);
	need_ok(t, device_reset(d));
	journal_pause(false);
	need_row(t, !interrupt_status(d), "mmio-layout-05", "a reset clears InterruptStatus");
}

/* Breaks: what one queue had in flight completes after the reset, and interrupts. */
CHECK(reset_every_queue_quiet, "reset.every-queue-is-quiet", REQ("reset-02"), MUST,
      NEEDS(.requests = true, .entries = REQUEST_ENTRIES),
      "After a reset with buffers in flight in any virtqueue no notification comes")
{
	struct irq_line *line = d->transport.line;

	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		struct stopped stopped;
		uint32_t count = 0;
		bool quiet;

		if (!put_in_flight(work))
			continue;
		work_arm(work->queue);
		reset_in_flight(work, &stopped, false);
		if (line) {
			irq_settle();
			count = line->count;
			irq_line_rearm(line);
		}
		quiet = STAYS(t, interrupt_status(d) == 0);
		if (!quiet) /* or an answer came just before the reset */
			need_causes_cleared(t, d);
		expect(t, quiet, "InterruptStatus stays 0 after a reset with the %s in use", work->name);
		if (!line || !quiet)
			continue;
		irq_settle();
		expect_eq(t, line->count, count, "no interrupt comes after a reset with the %s in use", work->name);
	}
}

/*
 * Breaks: a loop over the queues that ends too early, or over those of the features that the reset has just forgotten.
 * Symptom: "queue is busy" for a queue that only some drivers use.
 */
CHECK(reset_every_ready, "reset.clears-queue-ready-of-every-queue", REQ("mmio-layout-05"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "QueueReady of every virtqueue that any set of features brings is 0 after a reset")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		const struct features accepted = d->accepted;
		uint16_t last = work->queue->index;

		for (uint16_t i = 0; i < d->queue_count; i++)
			last = i > last && i < DEVICE_QUEUES && d->queues[i].size ? i : last;
		require_ok(t, device_reset(d), "the reset completes");
		expect_eq(t, ready(d, last), 0, "QueueReady of virtqueue %u after a reset", last);
		device_greet(d);
		require_ok(t, device_negotiate(d, accepted), "the device accepts the same features again");
		for (uint16_t i = 0; i <= last; i++)
			expect_eq(t, ready(d, i), 0, "QueueReady of virtqueue %u after a reset, with the same features",
				  i);
	}
}

/*
 * Breaks: a write that was in flight and takes its data from the driver's memory after the reset. Symptom: after a
 * kexec, pages of the new kernel stand in files. A disk may have the old data or the new, but nothing that was put
 * there later.
 */
CHECK(reset_write, "reset.write-in-flight-reads-no-memory-later", REQ("reset-03"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .requests = true, .entries = 2 * DISK_DESCRIPTORS),
      "After a reset with writes in flight nothing reaches the disk that the driver put into their buffers later")
{
	enum { WRITES = 2, ROUNDS = 3, LATER = 0x5c };

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct blk_request writes[WRITES];

		disk_open_writable(t, d, blk_plain_features());
		for (unsigned i = 0; i < WRITES; i++) {
			writes[i] = disk_make(t, VIRTIO_BLK_T_OUT, disk_sector(i), disk.block, false);
			memset(writes[i].data, (int)(round * WRITES + i + 1), disk.block);
			need_ok(t, device_add_request(d, &writes[i].request, NULL));
		}
		virtqueue_kick(device_request_queue(d));
		require_ok(t, device_reset(d), "the reset completes");
		for (unsigned i = 0; i < WRITES; i++)
			memset(writes[i].data, LATER, disk.block);
		quiet_moment(t);
		disk_start(t, d, blk_plain_features());
		for (unsigned i = 0; i < WRITES; i++) {
			const uint8_t *block = disk_read(t, d, i, 1);

			expect(t, memory_unlike(block, LATER, disk.block) < disk.block,
			       "block %u holds what it held before, or what was written, but not what came later", i);
		}
	}
}

/* ---- QueueReady = 0 ---- */

static void stop_ready(struct device *d, uint16_t index)
{
	transport_select_queue(&d->transport, index);
	transport_set_queue_ready(&d->transport, 0);
}

/* Is QueueReady = 0 ignored altogether? queue.stops-when-not-ready reports that. */
static bool ignores_ready(struct run *t, struct device *d)
{
	need_ok(t, device_start(d, NO_FEATURES));
	need_ok(t, device_do_request(d, 0));
	stop_ready(d, d->type->request_queue);
	return !device_do_request(d, 1);
}

/*
 * Breaks: a queue whose requests are finished after it was stopped, or a receive queue that is filled all the same.
 * Symptom: a driver that stops one queue frees its buffers, and packets land in them.
 */
CHECK(ready_every_queue, "queue.every-queue-stops-when-not-ready", REQ("mmio-layout-07"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .entries = REQUEST_ENTRIES),
      "Once QueueReady of any virtqueue reads 0, its buffers in flight are left alone")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		struct stopped stopped;
		const char *found;

		if (!put_in_flight(work))
			continue;
		stop_ready(d, work->queue->index);
		need_row(t, WAIT_UNTIL(!ready(d, work->queue->index), device_patience_ns), "mmio-table-08",
			 "QueueReady reads 0 after 0 was written");
		watch_stopped(work, &stopped, work->queue);
		found = look_at_stopped(work, &stopped);
		if (found && ignores_ready(t, d))
			skip(t, "QueueReady = 0 stops nothing here, see queue.stops-when-not-ready");
		expect_none(t, found, "the %s, virtqueue %u, is left alone while QueueReady is 0", work->name,
			    stopped.queue.index);
		if (found)
			return; /* the device has had another life */
	}
}

/* ---- a reset of the queue ---- */

#define RESETTABLE .version = 2, .requests = true, .entries = REQUEST_ENTRIES, .features = OFFERS(VIRTIO_F_RING_RESET)

/* Resets a queue; the check ends if that does not work at all (mmio-layout-12). */
static void reset_queue(struct work *work, struct stopped *stopped)
{
	struct transport *transport = &work->d->transport;

	transport_select_queue(transport, work->queue->index);
	transport_set_queue_reset(transport, 1);
	need_row(work->t, WAIT_UNTIL(!transport_queue_reset(transport), device_patience_ns), "mmio-layout-12",
		 "QueueReset reads 0 once the reset is complete");
	if (ready(work->d, work->queue->index))
		skip(work->t, "QueueReset resets nothing here, see ring.reset.queue-is-not-ready-when-complete");
	watch_stopped(work, stopped, work->queue);
}

/* Breaks: a request that was taken before the queue reset and is carried out after it. Symptom: `ethtool -G` and memory
 * that changes later. */
CHECK(queue_reset_in_flight, "ring.reset.every-queue-drops-what-is-in-flight", REQ("vqreset-01"), MUST,
      NEEDS(RESETTABLE), "Buffers that are in flight in any virtqueue when it is reset are left alone")
{
	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_RING_RESET), 0); work; work = work_next(work)) {
		struct stopped stopped;

		if (!put_in_flight(work))
			continue;
		reset_queue(work, &stopped);
		expect_none(t, look_at_stopped(work, &stopped), "the %s, virtqueue %u, is left alone after its reset",
			    work->name, stopped.queue.index);
	}
}

/* Breaks: what was in flight completes in silence, and interrupts. */
CHECK(queue_reset_quiet, "ring.reset.every-queue-is-quiet", REQ("vqreset-02"), MUST, NEEDS(RESETTABLE),
      "No used buffer notification comes for what was in flight in any virtqueue when it was reset")
{
	for (struct work *work = work_first(t, d, FEATURE(VIRTIO_F_RING_RESET), 0); work; work = work_next(work)) {
		struct stopped stopped;

		if (!put_in_flight(work))
			continue;
		work_arm(work->queue);
		reset_queue(work, &stopped);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		require_at_rest(t, d, STAYS(t, !(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER)),
				"bit 0 of InterruptStatus stays clear after the reset of the %s, virtqueue %u",
				work->name, stopped.queue.index);
	}
}

/*
 * Breaks: a queue reset that keeps what it knows of used_event, of the flags, or of what is in flight. Symptom: the
 * first requests after it are lost, or wait for a notification that never comes.
 */
CHECK(queue_reset_anew, "ring.reset.every-queue-starts-anew", REQ("vqreset-03", "sring-02"), MUST, NEEDS(RESETTABLE),
      "Any virtqueue that was reset with buffers in flight starts at index 0, serves all of its new buffers "
      "and "
      "notifies as it is asked then")
{
	const struct features plain = FEATURE(VIRTIO_F_RING_RESET);
	const struct features sets[] = { plain, features_with(plain, VIRTIO_F_EVENT_IDX) };

	for (unsigned i = 0; i < 2; i++)
		for (struct work *work = work_first(t, d, sets[i], 0); work; work = work_next(work)) {
			struct stopped stopped;

			if (!put_in_flight(work))
				continue;
			work_disarm(work->queue);
			reset_queue(work, &stopped);
			work_set_up_again(work, 8);
			acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
			if (!work->exact || !work_do(work))
				continue;
			expect_eq(t, work->queue->used->index, 1, "used.idx of the %s, virtqueue %u, in its new life",
				  work->name, work->queue->index);
			expect(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
			       "the first buffer of the %s, virtqueue %u, in its new life is notified", work->name,
			       work->queue->index);
			for (unsigned j = 1; j < 10 && work_do(work); j++)
				expect_eq(t, work->queue->used->index, j + 1, "used.idx of the %s, virtqueue %u",
					  work->name, work->queue->index);
		}
}

/* ---- QueuePFN = 0 ---- */

/* Breaks: a queue that is taken out of the tables while its requests go on. */
CHECK(legacy_every_queue, "legacy.queue-pfn-zero-stops-every-queue", REQ("mmio-leg-07"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .entries = REQUEST_ENTRIES),
      "Once QueuePFN of any virtqueue is 0, its buffers in flight are left alone")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		struct stopped stopped;
		const uint32_t status = transport_status(&d->transport);

		if (!put_in_flight(work))
			continue;
		transport_select_queue(&d->transport, work->queue->index);
		transport_set_queue_page(&d->transport, 0);
		expect_eq(t, ready(d, work->queue->index), 0, "QueuePFN after 0 was written");
		watch_stopped(work, &stopped, work->queue);
		if (transport_status(&d->transport) != status)
			skip(t, "QueuePFN = 0 resets the device, see legacy.queue-pfn-zero-stops-one-queue");
		expect_none(t, look_at_stopped(work, &stopped),
			    "the %s, virtqueue %u, is left alone while QueuePFN is 0", work->name, stopped.queue.index);
	}
}

/* Breaks: a queue that cannot be used again once it was given back, or goes on where it was. */
CHECK(legacy_again, "legacy.queue-can-be-used-again", REQ("mmio-leg-07", "sring-02"), DESCRIBED,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 1, .requests = true, .entries = REQUEST_ENTRIES),
      "Any virtqueue works from index 0 when it is set up again after QueuePFN was 0")
{
	for (struct work *work = work_first(t, d, NO_FEATURES, 0); work; work = work_next(work)) {
		const uint32_t status = transport_status(&d->transport);

		if (!work->exact || !work_do(work))
			continue;
		transport_select_queue(&d->transport, work->queue->index);
		transport_set_queue_page(&d->transport, 0);
		if (transport_status(&d->transport) != status)
			skip(t, "QueuePFN = 0 resets the device, see legacy.queue-pfn-zero-stops-one-queue");
		work_set_up_again(work, 8);
		for (unsigned i = 0; i < 10 && work_do(work); i++)
			expect_eq(t, work->queue->used->index, i + 1,
				  "used.idx of the %s, virtqueue %u, in its new life", work->name, work->queue->index);
	}
}

/* ---- what stopping one queue leaves alone ---- */

/* Stops one virtqueue while another one has a pending event and a request on its way. */
static void expect_others_unharmed(struct run *t, struct device *d, bool by_reset)
{
	enum { ROUNDS = 3 };
	const uint16_t working = d->type->request_queue, other = working ? 0 : 1;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct request request;

		need_ok(t, device_start(d, by_reset ? FEATURE(VIRTIO_F_RING_RESET) : NO_FEATURES));
		if (!d->queues[other].size)
			skip(t, "the device uses one virtqueue only");
		need_ok(t, device_do_request(d, round));
		need_notification(t, d);
		/* One event is pending, and one request is on its way. */
		if (!add_requests(t, d, &request, 1))
			skip(t, "the virtqueue is too small");
		virtqueue_kick(device_request_queue(d));
		transport_select_queue(&d->transport, other);
		if (by_reset) {
			transport_set_queue_reset(&d->transport, 1);
			need_row(t, WAIT_UNTIL(!transport_queue_reset(&d->transport), device_patience_ns),
				 "mmio-layout-12", "QueueReset reads 0 once the reset is complete");
		} else {
			transport_set_queue_ready(&d->transport, 0);
		}
		(void)ready(d, other);
		expect(t, interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER,
		       "the used buffer bit stays set when virtqueue %u is stopped", other);
		expect_ok(t, device_finish_request(d, NULL),
			  "the request that was on its way when virtqueue %u was stopped is served", other);
	}
}

/*
 * Breaks: QueueReady = 0 clears InterruptStatus, or forgets the notifications of all queues. Symptom: a request on
 * another queue hangs, now and then, when one is stopped.
 */
CHECK(ready_others, "queue.stop-leaves-events-and-requests-of-others", REQ("mmio-layout-03", "sring-02"), MUST,
      NEEDS(.transport = TRANSPORT_MMIO, .version = 2, .requests = true, .queues = 2, .entries = REQUEST_ENTRIES),
      "QueueReady = 0 of one virtqueue loses no event and no notification of another")
{
	expect_others_unharmed(t, d, false);
}

/*
 * Breaks: QueueReset clears InterruptStatus, or forgets the notifications of all queues. Symptom: a request on another
 * queue hangs, now and then, after `ethtool -G`.
 */
CHECK(queue_reset_others, "ring.reset.leaves-events-and-requests-of-others", REQ("mmio-layout-03", "sring-02"), MUST,
      NEEDS(.version = 2, .requests = true, .queues = 2, .entries = REQUEST_ENTRIES,
	    .features = OFFERS(VIRTIO_F_RING_RESET)),
      "The reset of one virtqueue loses no event and no notification of another")
{
	expect_others_unharmed(t, d, true);
}
