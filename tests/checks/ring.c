// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rings of a split virtqueue (2.7.6, 2.7.8): where they are, how long they are, where they start, and that each
 * buffer which was made available comes back exactly once, in the next slot, under the number of its head.
 *
 * Faults show late here: after the first wrap of a ring, after 65536 requests, at the second start of a driver, with
 * the one queue size that nobody tried. In the field a disk hangs after a minute, or a guest reads the data of another
 * request.
 */
#include "tests/checks/support/common.h"
#include "tests/checks/support/traffic.h"

#include <arch/cpu.h>

#include "drivers/types/blk.h"
#include "firmware/lib/string.h"

enum {
	PAGE_SIZE = 4096,
	POOL = 32,	    /* requests that are sent again and again */
	FULL_ENTRIES = 128, /* entries of a queue that is filled */
	WRAP_ENTRIES = 512, /* entries of the queue for runs over the whole index */
	WRAP_MARGIN = 100,  /* requests beyond the wrap of the index */
	INDICES = 1 << 16,
	INDICES_A_ROUND = 1 << 10,
};
/*
 * A device is rate limited on purpose if it would need longer than this for 2^16 requests. A machine that is busy, or a
 * host that did not let us run, makes no device so slow: it is judged after a while, and a gap between two answers
 * counts for no more than a device may take for one.
 */
#define WRAP_AT_MOST_NS	  MILLISECONDS(100000)
#define WRAP_JUDGED_NS	  MILLISECONDS(4000)
#define SIZES_PATIENCE_NS MILLISECONDS(6000) /* larger sizes are left out then */

static uint16_t request_queue_max(const struct device *d)
{
	return virtqueue_size(VIRTQ_SIZE_MAX, d->queue_max[d->type->request_queue]);
}

/* Breaks: entries written to the wrong slot or under the wrong number, an index that skips or starts elsewhere. */
CHECK(ring_slots, "ring.used-slots-follow-the-index", REQ("sring-01"), DESCRIBED, NEEDS(.requests = true, .entries = 4),
      "Each used entry is in the slot of used.idx modulo the queue size and names the head of its chain")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 4);
	struct request *requests = traffic_make(t, d, 4, 0);

	for (uint16_t i = 0; i < 5 * queue->size; i++) {
		uint16_t slot = i % queue->size, head;

		virtqueue_shuffle(queue, &t->random);
		traffic_add(t, d, &requests[i % 4], NULL);
		head = queue->heads[slot];
		virtqueue_kick(queue);
		traffic_wait_used(t, d);
		require_eq(t, queue->used->index, (uint16_t)(i + 1), "used.idx after request %u", i);
		require_eq(t, queue->used->ring[slot].id, head, "id in slot %u after request %u", slot, i);
		traffic_take(t, d, NULL);
	}
}

/*
 * Breaks: an index kept in more or fewer than 16 bits, or compared with < instead of by difference. Symptom: a guest
 * that works for hours and then hangs.
 *
 * This check needs 2^16 requests, more than any other, so it runs once, with EVENT_IDX if it is offered: the driver
 * then asks for a notification somewhere in each batch, and notifies the device only when avail_event says so. All four
 * indices cross from 65535 to 0.
 */
CHECK(ring_index_wraps, "ring.index-wraps-at-65536", REQ("sring-01", "sring-02", "sintr-05", "savail-04"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4, .slow = true),
      "The ring works on when its 16-bit indices wrap, including used_event and avail_event with EVENT_IDX")
{
	const bool quick = traffic_has_quick(t, d);
	struct virtqueue *queue = traffic_restart(t, d, FEATURE(VIRTIO_F_EVENT_IDX), WRAP_ENTRIES);
	const bool events = device_accepted(d, VIRTIO_F_EVENT_IDX);
	uint16_t chains = traffic_cycle(t, d, quick), batch;
	uint64_t spent = 0, seen = clock_ns();

	for (uint32_t sent = 0; sent < INDICES + WRAP_MARGIN; sent += batch) {
		uint16_t old = queue->published;

		/* Small batches around the wrap, so that used_event takes every index there. */
		batch = chains;
		if (sent > INDICES - WRAP_MARGIN)
			batch = (uint16_t)(1 + random_below(&t->random, chains < 4 ? chains : 4));
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + random_below(&t->random, batch)));
		virtqueue_cycle_publish(queue, batch);
		if (!events || virtqueue_should_notify(queue, old))
			virtqueue_notify(queue);
		while (queue->outstanding) {
			uint64_t since;

			traffic_cycle_take(t, d);
			since = clock_ns() - seen;
			seen += since;
			spent += since < device_patience_ns ? since : device_patience_ns;
			if (spent > WRAP_JUDGED_NS && spent * INDICES > WRAP_AT_MOST_NS * (sent + batch))
				skip(t, "the device is too slow to come to the wrap of the index: it is at %u",
				     queue->used->index);
		}
		sign_of_life(t, sent / INDICES_A_ROUND);
		require_eq(t, queue->used->index, (uint16_t)(sent + batch), "used.idx after %u requests", sent + batch);
		require_notified(t, d,
				 WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
				 "a notification comes for entries %u to %u", old, (uint16_t)(old + batch - 1));
	}
}

/* Adds a request, at random with an indirect table or without. */
static void add_any(struct run *t, struct device *d, struct request *request, bool indirect)
{
	struct chain_shape shape = { .indirect = indirect && random_below(&t->random, 2) };

	traffic_add(t, d, request, &shape);
}

/*
 * Breaks: a used entry that is lost or doubled when the device takes many chains of different shapes. Symptom: one
 * request hangs while the others go on, or a buffer comes back that the driver has already freed.
 */
CHECK(ring_each_once, "ring.each-buffer-comes-back-once", REQ("sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 8), "Each of many buffers comes back exactly once")
{
	enum { SENT = 160 };
	struct features features = features_with(traffic_framing_features(d), VIRTIO_F_INDIRECT_DESC);
	struct virtqueue *queue = traffic_start(t, d, features, 4 * DEVICE_QUEUE_SIZE);
	bool indirect = device_accepted(d, VIRTIO_F_INDIRECT_DESC);
	struct request *pool = traffic_make(t, d, POOL, 0), *free[POOL];
	unsigned free_count = 0, sent = 0, returned = 0;

	for (unsigned i = 0; i < POOL; i++) {
		traffic_cut_randomly(t, &pool[i], traffic_pieces_max(d, 8));
		free[free_count++] = &pool[i];
	}
	while (sent < SENT) {
		unsigned batch = 1 + random_below(&t->random, 8), back;

		virtqueue_shuffle(queue, &t->random);
		for (; batch && free_count && queue->free_count >= free[free_count - 1]->count; batch--, sent++)
			add_any(t, d, free[--free_count], indirect);
		virtqueue_kick(queue);
		for (back = random_below(&t->random, queue->outstanding + 1u); back; back--, returned++)
			free[free_count++] = traffic_take(t, d, NULL);
	}
	for (; queue->outstanding; returned++)
		free[free_count++] = traffic_take(t, d, NULL);
	/* A buffer that comes back twice would come before this one. */
	traffic_do(t, d, free[0], NULL);
	expect_eq(t, queue->used->index, returned + 1, "used.idx after %u buffers", sent + 1);
}

/*
 * Breaks: indices that the device keeps over a reset. Symptom: the second driver (after a boot loader, after kexec)
 * waits for ever.
 */
CHECK(ring_starts_at_zero, "ring.second-life-starts-at-zero", REQ("sring-03"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "After traffic and a reset the rings start at index 0 again, even at the same addresses")
{
	enum { LIVES = 4 };

	for (unsigned life = 0; life < LIVES; life++) {
		unsigned count = 1 + random_below(&t->random, 2 * DEVICE_QUEUE_SIZE);
		struct virtqueue *queue = traffic_restart(t, d, NO_FEATURES, 0);
		struct request *request = traffic_make(t, d, 1, life);
		struct dma_damage damage;

		step(t, "life %u", life);
		traffic_add(t, d, request, NULL);
		virtqueue_kick(queue);
		traffic_wait_used(t, d);
		require_eq(t, queue->used->index, 1, "used.idx after the first request of life %u", life);
		require_eq(t, queue->used->ring[0].id, queue->heads[0], "id in slot 0 after it");
		traffic_take(t, d, NULL);
		while (count--)
			traffic_do(t, d, request, NULL);
		if (life % 2)
			continue;
		/* The next life gets the same memory. Look at the guard bytes before dma_forget() gives them up. */
		require_ok(t, device_reset(d), "the device completes the reset");
		require(t, dma_guards_whole(&damage), "the device wrote only to what it was given");
		dma_forget();
	}
}

/* Sets up all virtqueues but the request queue, which is allocated and unknown to the device. */
static struct virtqueue *start_without_request_queue(struct run *t, struct device *d)
{
	uint16_t index = d->type->request_queue, size = device_queue_size(d, DEVICE_QUEUE_SIZE, request_queue_max(d));
	struct virtqueue *queue = device_request_queue(d);
	bool allocated;

	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts the smallest set of features");
	if (transport_is_legacy(&d->transport))
		transport_set_page_size(&d->transport, PAGE_SIZE);
	for (uint16_t i = 0; i < device_queues_used(d); i++)
		if (i != index)
			require_ok(t, device_setup_queue(d, i, DEVICE_QUEUE_SIZE),
				   "the other virtqueues can be set up");
	if (transport_is_legacy(&d->transport))
		allocated = virtqueue_alloc_legacy(queue, &d->transport, index, size, false, PAGE_SIZE, PAGE_SIZE);
	else
		allocated = virtqueue_alloc(queue, &d->transport, index, size, false);
	if (!allocated)
		need_ok(t, DRIVER_DMA_EXHAUSTED);
	queue->in_order = device_accepted(d, VIRTIO_F_IN_ORDER);
	require_ok(t, device_queue_used(d, index) ? DRIVER_QUEUE_IN_USE : DRIVER_NO_ERROR,
		   "the virtqueue can be set up");
	return queue;
}

/* Makes as many requests available as fit. */
static unsigned fill(struct run *t, struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);
	struct request *requests = traffic_make(t, d, queue->size, 0);
	unsigned count = 0;

	while (count < queue->size && traffic_room(queue, &requests[count]))
		traffic_add(t, d, &requests[count++], NULL);
	virtqueue_publish(queue);
	return count;
}

/*
 * Breaks: a device that starts with the available index which it finds when the queue becomes ready. Symptom: the
 * first requests of a driver hang.
 */
CHECK(ring_before_ready, "ring.buffers-from-before-the-queue-was-ready", REQ("sring-03", "init-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "Buffers that were in the ring when the queue became ready are used after DRIVER_OK and one notification")
{
	struct virtqueue *queue = start_without_request_queue(t, d);
	unsigned count = fill(t, d);

	virtqueue_register(queue, PAGE_SIZE);
	device_go(d);
	virtqueue_notify(queue);
	traffic_take_all(t, d);
	expect_eq(t, queue->used->index, count, "used.idx when all came back");
}

/*
 * Breaks: a device that first looks at its queues at DRIVER_OK and takes what it finds there for done. Symptom: the
 * first requests of a driver hang.
 */
CHECK(ring_before_driver_ok, "ring.buffers-from-before-driver-ok", REQ("init-02", "sring-03"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "Buffers made available between QueueReady and DRIVER_OK are used after DRIVER_OK and one notification")
{
	struct virtqueue *queue = traffic_prepare(t, d, NO_FEATURES, 0);
	unsigned count = fill(t, d);

	device_go(d);
	virtqueue_notify(queue);
	traffic_take_all(t, d);
	expect_eq(t, queue->used->index, count, "used.idx when all came back");
}

/*
 * Breaks: a device that reads the ring as long as it finds entries, and not up to avail.idx. Symptom: a chain is used
 * while the driver is still building it.
 */
CHECK(ring_unpublished, "ring.entries-behind-the-index-are-left-alone", REQ("aring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 8), "Entries of the available ring at and behind avail.idx are not used")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);
	struct request *requests = traffic_make(t, d, 2, 0);

	/* The check notifies with an empty ring in between. */
	virtqueue_notify(queue);
	need_row(t, !device_do_request(d, 0) && queue->used->index == 1, "savail-03",
		 "a notification of an empty ring does no harm");
	virtqueue_notify(queue);
	quiet_moment(t);
	need_row(t, queue->used->index == 1, "savail-03", "a notification of an empty ring returns nothing");
	traffic_add(t, d, &requests[0], NULL);
	traffic_add(t, d, &requests[1], NULL);
	queue->available--; /* publishes the first only; the entry of the second is written */
	virtqueue_kick(queue);
	queue->available++;
	expect(t, traffic_take(t, d, NULL) == &requests[0], "the first buffer comes back");
	virtqueue_notify(queue);
	/* No later event can bound the wait: the second buffer is the next one. */
	expect(t, STAYS(t, !virtqueue_used_waiting(queue)), "the second buffer stays until avail.idx moves past it");
	virtqueue_kick(queue);
	expect(t, traffic_take(t, d, NULL) == &requests[1],
	       "the second buffer comes back once avail.idx moved past it");
}

/* The size of the smallest queue that a request fits into, cut into one descriptor each way if that is allowed. */
static uint16_t least_size(struct device *d, const struct request *request)
{
	unsigned least = request->count;
	uint16_t size = 1;

	if (traffic_can_merge(d, request))
		least = (traffic_bytes(request, false) ? 1u : 0u) + (traffic_bytes(request, true) ? 1u : 0u);
	while (size < least)
		size = (uint16_t)(size * 2);
	return size;
}

/*
 * Runs one life with a queue of `size` entries and more requests than it has slots, or as many as time allows, but one
 * at least. False if our memory is too small for virtqueues of that size.
 */
static bool wrap_once(struct run *t, struct device *d, struct request *requests, uint16_t size, uint64_t deadline)
{
	unsigned sent = 0, count = size < 64 ? 2 * size + 1 : size + 3;
	enum driver_error error;

	step(t, "a queue of %u entries", size);
	need_ok(t, device_reset(d));
	device_greet(d);
	need_ok(t, device_negotiate(d, traffic_framing_features(d)));
	error = device_setup_queues(d, size);
	if (error == DRIVER_DMA_EXHAUSTED)
		return false;
	need_ok(t, error);
	device_go(d);
	do
		sent += traffic_do_batch(t, d, requests, count - sent < POOL ? count - sent : POOL);
	while (sent < count && !deadline_passed(deadline));
	expect_eq(t, device_request_queue(d)->used->index, sent, "used.idx after %u requests in a queue of %u entries",
		  sent, size);
	return true;
}

/* Requests that fit into the smallest queues. */
static struct request *small_requests(struct run *t, struct device *d)
{
	struct request *requests = traffic_make(t, d, POOL, 0);

	for (unsigned i = 0; i < POOL && traffic_can_merge(d, &requests[i]); i++)
		traffic_cut(t, &requests[i], CUT_RANDOM, 1, 1);
	return requests;
}

/*
 * Breaks: a ring that wraps at QueueSizeMax, or at a size that the device chose. Symptom: the device works until the
 * first wrap.
 */
CHECK(ring_written_size, "ring.size.written-size-is-used", REQ("mmio-table-07"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4),
      "A queue smaller than QueueSizeMax wraps at the size that was written to QueueSize")
{
	struct request *requests = small_requests(t, d);
	uint16_t size = least_size(d, requests), half = (uint16_t)(request_queue_max(d) / 2);

	if (half < size)
		skip(t, "a request does not fit into a queue of half of QueueSizeMax");
	while (size * 4u <= half && size < 8)
		size = (uint16_t)(size * 2);
	need_ordinary_life(t, d, true);
	if (!wrap_once(t, d, requests, size, deadline_in(SIZES_PATIENCE_NS)))
		skip(t, "our memory is too small for virtqueues of %u entries", size);
}

/*
 * Breaks: sizes that do not work although QueueSizeMax allows them. Symptom: a driver with little memory, or with much,
 * sees a dead device.
 */
CHECK(ring_sizes, "ring.size.every-power-of-two", REQ("sring-05", "mmio-table-07"), DESCRIBED, NEEDS(.requests = true),
      "A queue works with every power of two up to QueueSizeMax")
{
	enum { SIZE_MAX_RUN = 1 << 15 }; /* 2.7: the largest */
	struct request *requests = small_requests(t, d);
	unsigned most = request_queue_max(d) < SIZE_MAX_RUN ? request_queue_max(d) : SIZE_MAX_RUN;
	const unsigned least = least_size(d, requests);
	unsigned size = least;
	bool fits = true;
	uint64_t deadline;

	if (least > most)
		skip(t, "no request of this type fits into a queue of %u entries", most);
	need_ordinary_life(t, d, true);
	/* The precondition may take long on a device that is slow to answer or to reset, which is no reason to try
	 * nothing. */
	deadline = deadline_in(SIZES_PATIENCE_NS);
	while (size <= most && fits && (size == least || !deadline_passed(deadline))) {
		fits = wrap_once(t, d, requests, (uint16_t)size, deadline);
		size *= fits ? 2 : 1;
	}
	if (size == least)
		skip(t, "our memory is too small for virtqueues of %u entries", size);
	if (size <= request_queue_max(d))
		info(t, "only sizes below %u were tried, of at most %u: %s", size, request_queue_max(d),
		     size > most || !fits ? "larger ones do not fit our memory" : "the device is too slow for more");
}

/*
 * Breaks: a device that cannot tell a full ring from an empty one, or counts available buffers in too few bits.
 * Symptom: a driver that fills its queue waits for ever.
 */
CHECK(ring_full, "ring.size.full-of-buffers", REQ("sring-05", "sring-02"), DESCRIBED,
      NEEDS(.requests = true, .entries = 2), "As many buffers can be available at once as the queue has entries")
{
	enum { BEFORE = 3 }; /* so that the batch crosses the end of the rings */
	struct features features = features_with(traffic_framing_features(d), VIRTIO_F_INDIRECT_DESC);
	struct virtqueue *queue = traffic_start(t, d, features, FULL_ENTRIES);
	struct request *requests = traffic_make(t, d, queue->size, 0);
	const struct chain_shape table = { .indirect = true }, *shape = NULL;

	if (requests[0].count > 1 && device_accepted(d, VIRTIO_F_INDIRECT_DESC))
		shape = &table;
	for (unsigned i = 0; i < queue->size && !shape && traffic_can_merge(d, &requests[i]); i++)
		traffic_cut(t, &requests[i], CUT_RANDOM, 1, 1);
	if (requests[0].count > 1 && !shape)
		skip(t, "a request of this type takes more than one entry");
	for (unsigned i = 0; i < BEFORE; i++)
		traffic_do(t, d, &requests[i % queue->size], shape);
	virtqueue_shuffle(queue, &t->random);
	for (unsigned i = 0; i < queue->size; i++)
		traffic_add(t, d, &requests[i], shape);
	virtqueue_kick(queue);
	traffic_take_all(t, d);
	expect_eq(t, queue->used->index, queue->size + BEFORE, "used.idx after a batch of %u buffers", queue->size);
}

/* A precondition: rings on whole pages, as any driver may have them, work. */
static void need_aligned_life(struct run *t, struct device *d)
{
	struct virtqueue *queue = start_without_request_queue(t, d);
	const uint16_t size = queue->size;

	queue->desc = need_memory(t, dma_alloc(VIRTQ_DESC_BYTES(size), PAGE_SIZE));
	queue->avail = need_memory(t, dma_alloc(VIRTQ_AVAIL_BYTES(size), PAGE_SIZE));
	queue->used = need_memory(t, dma_alloc(VIRTQ_USED_BYTES(size), PAGE_SIZE));
	memset((void *)(uintptr_t)queue->desc, 0, VIRTQ_DESC_BYTES(size));
	memset((void *)(uintptr_t)queue->avail, 0, VIRTQ_AVAIL_BYTES(size));
	memset((void *)(uintptr_t)queue->used, 0, VIRTQ_USED_BYTES(size));
	virtqueue_register(queue, PAGE_SIZE);
	device_go(d);
	for (unsigned i = 0; i < 2u * size + 1; i++)
		need_ok(t, device_do_request(d, i));
	need_ok(t, device_reset(d));
	t->controlled = true;
}

/*
 * Breaks: a device that needs rings on whole pages or cache lines. Symptom: a guest whose allocator aligns less than
 * Linux's fails.
 */
CHECK(ring_alignment, "ring.least-alignment-is-enough", REQ("sring-05"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = 4),
      "A descriptor table at 16 modulo 32, an available ring at 2 modulo 4 and a used ring at 4 modulo 8 work")
{
	struct virtqueue *queue;
	struct request *request = traffic_make(t, d, 1, 0);

	need_aligned_life(t, d);
	queue = traffic_start(t, d, NO_FEATURES, 4);
	if ((uintptr_t)queue->desc % 32 != 16 || (uintptr_t)queue->avail % 4 != 2 || (uintptr_t)queue->used % 8 != 4)
		abort_check(t, "the rings are aligned better than the specification asks for");
	for (unsigned i = 0; i < 9; i++)
		traffic_do(t, d, request, NULL);
	expect_eq(t, queue->used->index, 9, "used.idx after 9 requests");
}

/*
 * Breaks: a device that keeps a field of its own behind the available ring, or writes avail_event where another queue
 * size would have it. Symptom: a driver that uses the padding, as some boot loaders do, is confused.
 */
CHECK(ring_padding, "ring.legacy-padding-is-not-written", REQ("leg-vq-03"), DESCRIBED,
      NEEDS(.version = 1, .requests = true, .entries = 4),
      "The padding between the available and the used ring of each virtqueue stays as it was")
{
	enum { PADDING = 0xc6 };
	const unsigned count = device_queues_used(d);
	struct request *request;

	for (unsigned events = 0; events < 2; events++) {
		need_ok(t, device_reset(d));
		traffic_prepare(t, d, events ? FEATURE(VIRTIO_F_EVENT_IDX) : NO_FEATURES, 4);
		for (unsigned i = 0; i < count; i++) {
			uint8_t *from = (uint8_t *)(uintptr_t)d->queues[i].avail + VIRTQ_AVAIL_BYTES(d->queues[i].size);

			memset(from, PADDING, (size_t)((uint8_t *)(uintptr_t)d->queues[i].used - from));
		}
		device_go(d);
		request = traffic_make(t, d, 1, 0);
		for (unsigned i = 0; i < 3u * device_request_queue(d)->size; i++)
			traffic_do(t, d, request, NULL);
		for (unsigned i = 0; i < count; i++) {
			const uint8_t *from =
				(uint8_t *)(uintptr_t)d->queues[i].avail + VIRTQ_AVAIL_BYTES(d->queues[i].size);
			const size_t size = (size_t)((uint8_t *)(uintptr_t)d->queues[i].used - from);
			const size_t at = memory_unlike(from, PADDING, size);

			expect(t, at == size,
			       "the %lu bytes of padding in virtqueue %u are as they were: byte %lu is not",
			       (uint64_t)size, i, (uint64_t)at);
		}
	}
}

/* Writes one of the three addresses. */
static void write_area(struct transport *transport, enum transport_area area, volatile const void *ring,
		       bool high_first)
{
	uint64_t address = (uintptr_t)ring;

	if (high_first)
		transport_set_queue_address_half(transport, area, true, (uint32_t)(address >> 32));
	transport_set_queue_address_half(transport, area, false, (uint32_t)address);
	if (!high_first)
		transport_set_queue_address_half(transport, area, true, (uint32_t)(address >> 32));
}

/* Does what virtqueue_register() does in another order: the areas backwards, and either half of an address first. */
static void register_backwards(struct virtqueue *queue, bool high_first)
{
	struct transport *transport = queue->transport;

	transport_select_queue(transport, queue->index);
	write_area(transport, TRANSPORT_USED, queue->used, high_first);
	write_area(transport, TRANSPORT_AVAILABLE, queue->avail, high_first);
	write_area(transport, TRANSPORT_DESCRIPTORS, queue->desc, high_first);
	transport_set_queue_size(transport, queue->size);
	transport_set_queue_ready(transport, 1);
}

/*
 * Breaks: an address that takes effect as soon as one half of it is written. Symptom: the device reads a ring at half
 * an address.
 */
CHECK(ring_address_order, "ring.address.any-order-of-registers", REQ("mmio-table-13"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = 4),
      "The address and size registers of a queue may be written in any order before QueueReady")
{
	for (unsigned high_first = 0; high_first < 2; high_first++) {
		struct virtqueue *queue;

		step(t, "the %s half first", high_first ? "high" : "low");
		require_ok(t, device_reset(d), "the device completes the reset");
		queue = start_without_request_queue(t, d);
		register_backwards(queue, high_first);
		device_go(d);
		fill(t, d);
		virtqueue_notify(queue);
		traffic_take_all(t, d);
		expect(t, queue->used->index, "requests came back");
	}
}

/* Writes the addresses of two queues in turns: half an address of one queue, then the same half of the other's. */
static void register_in_turns(struct virtqueue *pair[2])
{
	static const struct {
		enum transport_area area;
		bool high;
	} halves[] = {
		{ TRANSPORT_DESCRIPTORS, false }, { TRANSPORT_AVAILABLE, true },  { TRANSPORT_USED, false },
		{ TRANSPORT_DESCRIPTORS, true },  { TRANSPORT_AVAILABLE, false }, { TRANSPORT_USED, true },
	};
	struct transport *transport = pair[0]->transport;

	for (unsigned i = 0; i < 2 * sizeof(halves) / sizeof(halves[0]); i++) {
		const struct virtqueue *queue = pair[i % 2];
		enum transport_area area = halves[i / 2].area;
		bool high = halves[i / 2].high;
		uint64_t address = area == TRANSPORT_DESCRIPTORS ? (uintptr_t)queue->desc
				   : area == TRANSPORT_AVAILABLE ? (uintptr_t)queue->avail
								 : (uintptr_t)queue->used;

		transport_select_queue(transport, queue->index);
		transport_set_queue_address_half(transport, area, high, (uint32_t)(high ? address >> 32 : address));
	}
	for (unsigned i = 0; i < 2; i++) {
		transport_select_queue(transport, pair[i]->index);
		transport_set_queue_ready(transport, 1);
	}
}

/*
 * Breaks: one set of address registers for all queues, or for all that are not ready. Only the request queue can
 * show it, so it is the first of the two in one life and the second in the other.
 */
CHECK(ring_address_interleaved, "ring.address.queues-interleaved", REQ("mmio-table-13"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .queues = 2, .entries = 4),
      "The halves of the addresses of two queues may be written in turns")
{
	uint16_t mine = d->type->request_queue, other = mine ? 0 : 1;

	if (device_queues_used(d) < 2)
		skip(t, "this type of device uses a single virtqueue");
	for (unsigned life = 0; life < 2; life++) {
		struct virtqueue *pair[2] = { &d->queues[life ? other : mine], &d->queues[life ? mine : other] };

		step(t, "the request queue is the %s", life ? "second" : "first");
		require_ok(t, device_reset(d), "the device completes the reset");
		device_greet(d);
		require_ok(t, device_negotiate(d, NO_FEATURES), "the device accepts the smallest set of features");
		for (unsigned i = 0; i < 2; i++) {
			uint16_t index = i == life ? mine : other;
			uint16_t size = device_queue_size(d, DEVICE_QUEUE_SIZE, d->queue_max[index]);

			if (!virtqueue_alloc(pair[i], &d->transport, index, size, false))
				need_ok(t, DRIVER_DMA_EXHAUSTED);
			pair[i]->in_order = device_accepted(d, VIRTIO_F_IN_ORDER);
			require_ok(t, device_queue_used(d, index) ? DRIVER_QUEUE_IN_USE : DRIVER_NO_ERROR,
				   "the virtqueues can be set up");
			transport_set_queue_size(&d->transport, size);
		}
		register_in_turns(pair);
		device_go(d);
		fill(t, d);
		virtqueue_notify(device_request_queue(d));
		traffic_take_all(t, d);
		expect(t, device_request_queue(d)->used->index, "requests came back");
	}
}

/* Zeroed memory above 4 GiB, or the check is skipped. */
static void *high_memory(struct run *t, size_t size, size_t align)
{
	void *memory = dma_alloc_high(size, align);

	if (!memory)
		skip(t, "the machine has no RAM above 4 GiB");
	memset(memory, 0, size);
	return memory;
}

/* Moves the buffers of a request above 4 GiB. */
static void move_high(struct run *t, struct request *request)
{
	for (unsigned i = 0; i < request->count; i++) {
		struct segment *segment = &request->segments[i];
		void *moved = high_memory(t, segment->size, 1);

		memcpy(moved, segment->data, segment->size);
		if (request->answer == segment->data)
			request->answer = moved;
		segment->data = moved;
	}
}

/*
 * Breaks: a device that drops the high half of the address of a ring or a buffer. Symptom: a large guest hangs, or
 * memory below 4 GiB is overwritten.
 */
CHECK(ring_address_high, "ring.address.above-4-gib", REQ("mmio-table-13"), DESCRIBED,
      NEEDS(.version = 2, .requests = true, .entries = 4),
      "Rings and buffers above 4 GiB work, whichever half of an address is written first")
{
	for (unsigned high_first = 0; high_first < 2; high_first++) {
		struct request *request = traffic_make(t, d, 1, 0);
		struct virtqueue *queue;

		step(t, "the %s half first", high_first ? "high" : "low");
		move_high(t, request);
		require_ok(t, device_reset(d), "the device completes the reset");
		queue = start_without_request_queue(t, d);
		queue->desc = high_memory(t, VIRTQ_DESC_BYTES(queue->size), VIRTQ_DESC_ALIGN);
		queue->avail = high_memory(t, VIRTQ_AVAIL_BYTES(queue->size), VIRTQ_AVAIL_ALIGN);
		queue->used = high_memory(t, VIRTQ_USED_BYTES(queue->size), VIRTQ_USED_ALIGN);
		register_backwards(queue, high_first);
		device_go(d);
		for (unsigned i = 0; i < queue->size + 3u; i++)
			traffic_do(t, d, request, NULL);
		expect_eq(t, queue->used->index, queue->size + 3u, "used.idx");
	}
}

/*
 * Breaks: no write barrier between entry and index. Symptom: once in a million requests, a wrong buffer is returned or
 * a length is 0.
 *
 * 2.7.8.2 asks that the entry is final when the index shows it. The check polls the index, then reads the entry at once
 * and a little later again. It fills the slot beforehand with what no device writes; a driver must not write to the
 * used ring, but nobody reads that slot before the device has filled it.
 */
CHECK(ring_entry_final, "ring.used-entry-is-final-when-shown", REQ("sused-01"), MUST,
      NEEDS(.requests = true, .entries = 4), "Id and length of a used entry are final when used.idx shows it")
{
	enum { LOOKS = 128, STALE = 0xdeadbeef };
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);
	struct request *requests = traffic_make(t, d, 4, 0);

	for (unsigned i = 0; i < LOOKS; i++) {
		uint16_t index = queue->used_seen, head;
		volatile struct virtq_used_element *slot = &queue->used->ring[index % queue->size];
		struct virtq_used_element first;
		struct completion done;

		slot->id = slot->length = STALE;
		virtqueue_shuffle(queue, &t->random);
		traffic_add(t, d, &requests[i % 4], NULL);
		head = queue->heads[index % queue->size];
		virtqueue_kick(queue);
		traffic_wait_used(t, d);
		barrier_read();
		first.id = slot->id;
		first.length = slot->length;
		/* An id that is wrong for good is another fault. */
		need_row(t, first.id == head || WAIT_UNTIL(slot->id == head, device_patience_ns), "sring-01",
			 "a used entry names the request that it answers");
		require_eq(t, first.id, head, "id when used.idx first shows request %u", i);
		require(t, first.length != STALE, "the length is written when used.idx first shows request %u", i);
		traffic_take(t, d, &done);
		require_eq(t, done.said, first.length, "length a little later, request %u", i);
	}
}

/*
 * The used length. On the legacy interface "many devices set len incorrectly" and drivers are told to ignore it
 * (2.7.8.1), so only modern devices are judged.
 *
 * Each request runs in several rounds, with its writable bytes filled with another value (the poison) in each. A byte
 * that is the poison in every round was never written, whatever the data. For a random byte that happens once in 2^40
 * times.
 */
static const uint8_t poisons[] = { 0x5a, 0xa5, 0x3c, 0xc3, 0x99 };
enum { POISONS = sizeof(poisons), WATCHED = 1024 };

/* Counts for each byte of the answer how often it was the poison; lowers `shortest` to the used length. */
static void note_unwritten(const struct request *request, uint8_t poison, uint8_t times[WATCHED], uint32_t length,
			   uint32_t *shortest)
{
	uint8_t bytes[WATCHED];
	uint32_t size = traffic_bytes(request, true);

	if (length < *shortest)
		*shortest = length;
	if (size > WATCHED)
		size = WATCHED;
	traffic_gather(request, bytes, size);
	for (uint32_t i = 0; i < size; i++)
		times[i] += bytes[i] == poison;
}

static void expect_written(struct run *t, const uint8_t times[WATCHED], uint32_t length)
{
	for (uint32_t i = 0; i < length && i < WATCHED; i++)
		require(t, times[i] < POISONS, "byte %u of an answer of %u bytes is written when used.idx shows it", i,
			length);
}

/*
 * Breaks: a length that counts what should have been written, or data that is written after the index. Symptom: the
 * driver takes old memory of the guest for data.
 */
CHECK(ring_length_written, "ring.used-length-is-really-written", REQ("sused-02"), MUST,
      NEEDS(.version = 2, .requests = true, .answers = true, .entries = 4),
      "As many bytes are written as the used length says, from the first device-writable byte on")
{
	struct virtqueue *queue = traffic_start(t, d, traffic_framing_features(d), 0);

	for (unsigned cut = 0; cut < 3; cut++) {
		struct request *request = traffic_make(t, d, 1, cut);
		uint8_t times[WATCHED] = { 0 };
		uint32_t shortest = UINT32_MAX;

		if (cut)
			traffic_cut_randomly(t, request, traffic_pieces_max(d, queue->size < 8 ? queue->size : 8));
		for (unsigned i = 0; i < POISONS; i++) {
			struct completion done;

			traffic_poison(request, poisons[i]);
			traffic_add(t, d, request, NULL);
			virtqueue_kick(queue);
			traffic_take(t, d, &done);
			require(t, done.said <= done.writable,
				"the used length is at most the %u device-writable bytes: it is %u", done.writable,
				done.said);
			note_unwritten(request, poisons[i], times, done.length, &shortest);
		}
		expect_written(t, times, shortest);
	}
}

/*
 * The used length of a request that failed. The length counts from the first device-writable byte on (2.7.8.2), so a
 * device that wrote nothing but the status behind the data should say 0. But 2.7.8 calls it "the total number of bytes
 * written", and drivers and devices take it for that: 1 is an info.
 */
static void expect_no_more_than_written(struct run *t, const struct request *request, const uint8_t times[WATCHED],
					uint32_t length)
{
	const uint32_t size = traffic_bytes(request, true);
	uint32_t written = 0, leading = 0;

	for (uint32_t i = 0; i < size && i < WATCHED; i++)
		written += times[i] < POISONS;
	while (leading < size && leading < WATCHED && times[leading] < POISONS)
		leading++;
	expect(t, length <= written, "the used length %u is not more than the %u bytes written", length, written);
	if (length > leading && length <= written)
		info(t, "the used length %u counts the status, which stands behind bytes that were not written",
		     length);
}

/* Waits for the answer to a request that a device may answer with DEVICE_NEEDS_RESET instead. */
static void wait_used_or_skip(struct run *t, struct device *d)
{
	(void)WAIT_UNTIL(virtqueue_used_waiting(device_request_queue(d)) ||
				 transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET,
			 device_patience_ns);
	if (!virtqueue_used_waiting(device_request_queue(d)) &&
	    transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET)
		skip(t, "the device asks for a reset, as it may after a request that no driver must send (2.1.2)");
	traffic_wait_used(t, d);
}

enum { FAILING = 3 };

/* Sends COUNT block requests that fail, at once, and compares their used lengths with what was written. */
static void judge_failed_requests(struct run *t, struct device *d, uint32_t type, uint64_t sector, unsigned count)
{
	struct virtqueue *queue = device_request_queue(d);
	uint8_t times[FAILING][WATCHED] = { { 0 } };
	uint32_t shortest[FAILING];
	struct blk_request blk[FAILING];

	for (unsigned n = 0; n < count; n++) {
		shortest[n] = UINT32_MAX;
		need_ok(t, blk_make(&blk[n], type, sector, VIRTIO_BLK_SECTOR, true));
		need_ok(t, blk_keep_limits(d, &blk[n]));
	}
	for (unsigned i = 0; i < POISONS; i++) {
		unsigned sent = 0;

		for (; sent < count && traffic_room(queue, &blk[sent].request); sent++) {
			traffic_poison(&blk[sent].request, poisons[i]);
			traffic_add(t, d, &blk[sent].request, NULL);
		}
		virtqueue_kick(queue);
		for (unsigned n = 0; n < sent; n++) {
			enum driver_error error = DRIVER_USED_INDEX_WENT_BACK;
			struct completion done;
			unsigned which = 0;

			wait_used_or_skip(t, d);
			if (virtqueue_pop(queue, &done, &error) != VIRTQUEUE_POPPED)
				require_ok(t, error, "a request that fails comes back with a valid used entry");
			while (which < sent - 1 && done.token != &blk[which].request)
				which++;
			require(t, done.said <= done.writable,
				"the used length is at most the %u device-writable bytes: it is %u", done.writable,
				done.said);
			note_unwritten(&blk[which].request, poisons[i], times[which], done.length, &shortest[which]);
		}
		count = sent;
	}
	for (unsigned n = 0; n < count; n++)
		expect_no_more_than_written(t, &blk[n].request, times[n], shortest[n]);
}

/*
 * The device is started. With IN_ORDER, too: a buffer before the last one of a batch counts as used completely (2.7.9),
 * so one that was not gets an entry of its own.
 */
static void judge_failed_request(struct run *t, struct device *d, uint32_t type, uint64_t sector)
{
	judge_failed_requests(t, d, type, sector, 1);
	if (!device_offers(d, VIRTIO_F_IN_ORDER))
		return;
	traffic_restart(t, d, FEATURE(VIRTIO_F_IN_ORDER), 0);
	judge_failed_requests(t, d, type, sector, FAILING);
}

/*
 * Breaks: the length of the whole buffer although only the status was written. Symptom: a driver that does not clear
 * its buffers first hands out what was in them.
 */
CHECK(ring_length_error, "ring.used-length-of-an-unsupported-request", REQ("sused-02", "sring-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .requests = true, .entries = 4),
      "The used length of a request that the device does not know counts only bytes that were written")
{
	enum { UNKNOWN_TYPE = 0x7ffffff0 };

	traffic_start(t, d, NO_FEATURES, 0);
	judge_failed_request(t, d, UNKNOWN_TYPE, 0);
}

/*
 * Breaks: the length of the whole buffer although only the status was written. Symptom: a driver takes its own old
 * memory for what was read. (A driver must not read beyond the end of the disk, but the device must answer.)
 */
CHECK(ring_length_beyond, "ring.used-length-of-a-failed-read", REQ("sused-02", "sring-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .requests = true, .entries = 4),
      "The used length of a read that fails counts only bytes that were written")
{
	traffic_start(t, d, NO_FEATURES, 0);
	judge_failed_request(t, d, VIRTIO_BLK_T_IN, blk_capacity(d));
}

/*
 * Breaks: a length that leaves out the status byte, or is 0. Symptom: a driver that trusts it sees a short read.
 * (2.7.8.2 permits an underestimate, for errors above all, so this is no more than a SHOULD.)
 */
CHECK(ring_length_complete, "ring.used-length-counts-all-that-was-written", REQ("sring-06"), SHOULD,
      NEEDS(.version = 2, .requests = true, .answers = true, .entries = 4),
      "The used length is the number of bytes that were written")
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);

	for (unsigned i = 0; i < 8; i++) {
		struct request *request = traffic_make(t, d, 1, i);
		struct completion done;

		traffic_add(t, d, request, NULL);
		virtqueue_kick(queue);
		traffic_take(t, d, &done);
		expect(t, done.said >= request->least && done.said <= request->most,
		       "the used length is %u to %u bytes: it is %u", request->least, request->most, done.said);
	}
}

/*
 * Breaks: a length that counts what the device has read. Symptom: a driver that trusts it takes its own packet for
 * received data.
 */
CHECK(ring_length_readable, "ring.used-length-of-a-readable-buffer-is-0", REQ("sused-02"), MUST,
      NEEDS(.version = 2, .requests = true, .entries = 4),
      "The used length of a buffer that the device can only read is 0")
{
	struct virtqueue *queue;

	if (d->type->answers)
		skip(t, "requests of this type of device have a device-writable part");
	queue = traffic_start(t, d, NO_FEATURES, 0);
	for (unsigned i = 0; i < 8; i++) {
		struct request *request = traffic_make(t, d, 1, i);
		struct completion done;

		traffic_cut_randomly(t, request, traffic_pieces_max(d, queue->size));
		traffic_add(t, d, request, NULL);
		virtqueue_kick(queue);
		traffic_take(t, d, &done);
		expect_eq(t, done.said, 0, "used length of a buffer of %u readable bytes",
			  traffic_bytes(request, false));
	}
}

/*
 * Takes one used entry that stands for a batch of at most `most` buffers, in the order in which they were made
 * available. Returns how many.
 */
static unsigned take_in_order(struct run *t, struct virtqueue *queue, unsigned most)
{
	uint16_t first = queue->used_seen, waiting = virtqueue_used_waiting(queue);
	uint32_t id = queue->used->ring[first % queue->size].id;
	unsigned batch = 1;

	require(t, waiting <= most, "used.idx does not move past what is available");
	while (batch <= waiting && queue->heads[(uint16_t)(first + batch - 1) % queue->size] != id)
		batch++;
	require(t, batch <= waiting,
		"id %u in slot %u names the next buffer in order, or ends a batch of the %u that used.idx shows", id,
		first % queue->size, waiting);
	queue->used_seen = (uint16_t)(first + batch);
	return batch;
}

/*
 * Breaks: used entries in the order of completion, for instance from several threads. Symptom: the driver takes a batch
 * for complete that is not.
 */
CHECK(ring_in_order, "ring.in-order.buffers-are-used-in-order", REQ("rfb-03", "sring-04"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_IN_ORDER)),
      "With IN_ORDER each used entry names the next buffer in the order of the available ring, or the last one of a "
      "batch")
{
	struct virtqueue *queue = traffic_start(t, d, FEATURE(VIRTIO_F_IN_ORDER), 0);

	for (unsigned round = 0; round < 16; round++) {
		unsigned count = 1 + random_below(&t->random, queue->size), sent = 0;
		struct request *requests = traffic_make(t, d, count, round);

		for (; sent < count && traffic_room(queue, &requests[sent]); sent++)
			traffic_add(t, d, &requests[sent], NULL);
		virtqueue_kick(queue);
		for (unsigned taken = 0; taken < sent;) {
			traffic_wait_used(t, d);
			barrier_read();
			taken += take_in_order(t, queue, sent - taken);
		}
		/* All buffers have come back, so all descriptors are free. */
		queue->outstanding = 0;
		queue->free_count = queue->size;
		memset(queue->chains, 0, queue->size * sizeof(*queue->chains));
		for (unsigned i = 0; i < sent && d->type->check_answer; i++)
			require_ok(t, d->type->check_answer(d, &requests[i], requests[i].most), "the answer is right");
	}
}
