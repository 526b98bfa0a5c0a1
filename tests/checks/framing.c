// SPDX-License-Identifier: BSD-2-Clause
/*
 * Descriptor chains (2.7.4, 2.7.5). A request is a sequence of bytes; how the driver cuts it into descriptors has no
 * meaning: "the device MUST NOT make assumptions about the particular arrangement of descriptors". Devices make them,
 * because the one driver that they were tried with always cuts the same way: header, data, status. Another driver, a
 * boot loader or a driver's next version cuts elsewhere, and the device answers with an error, reads a header from the
 * wrong place, writes the status over the data, or stops.
 *
 * Each check takes the harmless request of the device's type, cuts it with the check's own random numbers, and expects
 * the answer that the plain request gets.
 */
#include "tests/checks/support/common.h"
#include "tests/checks/support/traffic.h"

#include "firmware/lib/string.h"

enum {
	ROUNDS = 12,
	ANSWER_MAX = 1024, /* bytes of an answer that are compared, at most */
	MIXED_LIVES = 3,
};

/* The answer to the plain request, which a cut request must get too. Only known if asking twice gives the same. */
struct reference {
	uint32_t size; /* 0: nothing to compare (random bytes, or no answer but the used entry) */
	uint8_t bytes[ANSWER_MAX];
};

static bool needs_reset(struct device *d)
{
	return transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET;
}

static void learn_answer(struct run *t, struct device *d, uint64_t tag, struct reference *reference)
{
	struct request *request = traffic_make(t, d, 1, tag);
	uint32_t size = traffic_bytes(request, true);
	uint8_t again[ANSWER_MAX];

	reference->size = 0;
	if (!size || size > ANSWER_MAX || request->count > device_request_queue(d)->size)
		return;
	traffic_do(t, d, request, NULL);
	traffic_gather(request, reference->bytes, size);
	traffic_poison(request, DMA_FRESH_BYTE);
	traffic_do(t, d, request, NULL);
	traffic_gather(request, again, size);
	if (!memcmp(reference->bytes, again, size))
		reference->size = size;
}

/*
 * A device may refuse a chain of more descriptors than this: "The device MAY have a reasonable limit" (2.7.4.1). What
 * is reasonable is not said; header, data and status, each cut twice, should be. How many segments of data a disk
 * says that it takes is for the checks of blk-desc-13.
 */
enum { REASONABLE = 8 };

static bool refused(struct run *t, unsigned descriptors)
{
	static const char text[] =
		"the device refuses a chain of %u descriptors, and may (2.7.4.1: a reasonable limit)";

	if (!t->assertions)
		skip(t, text, descriptors);
	info(t, text, descriptors);
	return false;
}

/* Takes the answer to a request of so many descriptors. False: the device refuses it, and may. The check is over then.
 */
static bool take_answer(struct run *t, struct device *d, unsigned descriptors)
{
	enum driver_error error;

	if (descriptors <= REASONABLE) {
		traffic_take(t, d, NULL);
		return true;
	}
	(void)WAIT_UNTIL(virtqueue_used_waiting(device_request_queue(d)) || needs_reset(d), device_patience_ns);
	if (!virtqueue_used_waiting(device_request_queue(d)) && needs_reset(d))
		return refused(t, descriptors);
	traffic_wait_used(t, d);
	error = device_judge(d, NULL, NULL);
	if (error == DRIVER_BLK_STATUS_IOERR || error == DRIVER_BLK_STATUS_UNKNOWN)
		return refused(t, descriptors);
	require_ok(t, error, "a request of %u descriptors comes back with the right answer", descriptors);
	return true;
}

/* Sends a request, whose chain may be longer than the device takes: false, as above. */
static bool do_long(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape)
{
	traffic_add(t, d, request, shape);
	virtqueue_kick(device_request_queue(d));
	return take_answer(t, d, request->count);
}

/* Sends a cut request and compares. */
static bool same_answer(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape,
			const struct reference *reference)
{
	uint8_t bytes[ANSWER_MAX];

	if (!do_long(t, d, request, shape))
		return false;
	if (!reference->size)
		return true;
	traffic_gather(request, bytes, reference->size);
	require(t, !memcmp(bytes, reference->bytes, reference->size),
		"a request of %u descriptors gets the answer of the plain one", request->count);
	return true;
}

/* Breaks: a device that takes the second descriptor for the data, whatever it holds. */
CHECK(framing_merged, "ring.framing.one-descriptor-each-way", REQ("frame-01"), MUST,
      NEEDS(.requests = true, .entries = 2),
      "A request whose parts are merged into one readable and one writable descriptor is carried out")
{
	struct reference reference;
	struct request *request;

	traffic_start(t, d, traffic_need_any_framing(t, d), 0);
	learn_answer(t, d, 0, &reference);
	request = traffic_make(t, d, 1, 0);
	traffic_cut(t, request, CUT_RANDOM, 1, 1);
	if (!same_answer(t, d, request, NULL, &reference))
		return;
}

/* Breaks: a device that wants a whole header in the first descriptor, or a descriptor for the status byte alone. */
CHECK(framing_random, "ring.framing.cut-anywhere", REQ("frame-01"), MUST, NEEDS(.requests = true, .entries = 4),
      "A request cut into descriptors at random places is carried out")
{
	struct virtqueue *queue = traffic_start(t, d, traffic_need_any_framing(t, d), 0);
	unsigned most = traffic_pieces_max(d, queue->size);

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct reference reference;
		struct request *request = traffic_make(t, d, 1, i);

		learn_answer(t, d, i, &reference);
		traffic_cut_randomly(t, request, most);
		step(t, "%u readable bytes, %u writable, in %u descriptors", traffic_bytes(request, false),
		     traffic_bytes(request, true), request->count);
		virtqueue_shuffle(queue, &t->random);
		if (!same_answer(t, d, request, NULL, &reference))
			return;
	}
}

/* Breaks: a device that reads a field of its header through a pointer into the first descriptor. */
CHECK(framing_bytes, "ring.framing.one-byte-descriptors", REQ("frame-01"), MUST, NEEDS(.requests = true, .entries = 4),
      "A request that starts in descriptors of one byte each is carried out")
{
	struct virtqueue *queue = traffic_start(t, d, traffic_need_any_framing(t, d), 2 * DEVICE_QUEUE_SIZE);
	unsigned most = traffic_pieces_max(d, queue->size);
	struct request *requests = traffic_make(t, d, 2, 0);
	uint32_t readable = traffic_bytes(&requests[0], false);
	struct reference reference;

	learn_answer(t, d, 0, &reference);
	if (readable > most - 1)
		readable = most - 1;
	traffic_cut(t, &requests[0], CUT_BYTES, readable, most - readable);
	if (!same_answer(t, d, &requests[0], NULL, &reference))
		return;
	learn_answer(t, d, 1, &reference);
	traffic_cut(t, &requests[1], CUT_BYTES, 1, readable ? most - 1 : most);
	if (!same_answer(t, d, &requests[1], NULL, &reference))
		return;
}

/* The most descriptors, a power of two, that the request can be cut into and the device allows. */
static uint16_t longest_chain(struct device *d, const struct request *request, uint16_t queue_max)
{
	unsigned most = traffic_pieces_max(d, queue_max),
		 bytes = traffic_bytes(request, false) + traffic_bytes(request, true);
	uint16_t size = 1;

	while (size * 2u <= most && size * 2u <= bytes)
		size = (uint16_t)(size * 2);
	return size;
}

/*
 * Cuts the request into exactly `pieces` descriptors, or the nearest number that it can be cut into. Does nothing if
 * requests may not be cut.
 */
static void cut_exactly(struct run *t, struct request *request, unsigned pieces)
{
	uint32_t readable = traffic_bytes(request, false), writable = traffic_bytes(request, true);
	uint32_t least, most, first;

	if (!traffic_any_framing(t->device))
		return;
	if (pieces < 2 && readable && writable)
		pieces = 2;
	if (pieces > readable + writable)
		pieces = readable + writable;
	if (!readable || !writable) {
		traffic_cut(t, request, CUT_RANDOM, pieces, pieces);
		return;
	}
	least = writable < pieces - 1 ? pieces - writable : 1;
	most = readable < pieces - 1 ? readable : pieces - 1;
	first = least + random_below(&t->random, most - least + 1);
	traffic_cut(t, request, CUT_RANDOM, first, pieces - first);
}

/* Breaks: a device that keeps one entry free, or takes a chain that fills the table for a loop. */
CHECK(framing_longest, "ring.framing.chain-as-long-as-the-queue", REQ("frame-01"), DESCRIBED,
      NEEDS(.requests = true, .entries = 2), "A chain may have as many descriptors as the queue has entries")
{
	struct features features = traffic_need_any_framing(t, d);
	struct request *requests = traffic_make(t, d, 4, 0);
	uint16_t size = longest_chain(d, &requests[0], d->queue_max[d->type->request_queue]);
	struct virtqueue *queue = traffic_start(t, d, features, size);

	for (unsigned i = 0; i < 4; i++) {
		cut_exactly(t, &requests[i], size);
		virtqueue_shuffle(queue, &t->random);
		if (!do_long(t, d, &requests[i], NULL))
			skip(t, "the device has a limit of its own for chains");
	}
	expect_eq(t, queue->used->index, 4, "used.idx after 4 chains of %u descriptors in a queue of %u",
		  requests[0].count, size);
}

/* Breaks: a device that caches a descriptor, or the memory behind it, for the next request. */
CHECK(framing_reuse, "ring.framing.descriptors-used-again", REQ("frame-01", "sring-02"), MUST,
      NEEDS(.requests = true, .entries = 4),
      "Descriptors that are used again with other buffers, lengths and directions have their new meaning")
{
	struct virtqueue *queue = traffic_start(t, d, traffic_need_any_framing(t, d), 4);

	for (unsigned i = 0; i < 4 * ROUNDS; i++) {
		struct request *request = traffic_make(t, d, 1, i);

		traffic_cut_randomly(t, request, traffic_pieces_max(d, queue->size));
		if (!do_long(t, d, request, NULL))
			return;
	}
}

/* The most descriptors of a chain that no device may refuse. */
static unsigned reasonable_pieces(struct device *d, const struct virtqueue *queue)
{
	return traffic_pieces_max(d, queue->size < REASONABLE ? queue->size : REASONABLE);
}

static struct features indirect(struct device *d)
{
	return features_with(traffic_framing_features(d), VIRTIO_F_INDIRECT_DESC);
}

/*
 * Cuts the request into at least `least` descriptors, by trying; a request that may not be cut, or is too short, has
 * fewer.
 */
static void cut_into_at_least(struct run *t, struct request *request, unsigned least, unsigned most)
{
	for (unsigned i = 0; i < 16; i++) {
		traffic_cut_randomly(t, request, most);
		if (request->count >= least)
			return;
	}
}

/* Breaks: a device that does not look into a table of one entry, or stops after the first entry. */
CHECK(indirect_whole, "ring.indirect.whole-request-in-a-table", REQ("sind-02"), MUST,
      NEEDS(.requests = true, .entries = 2, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "A request in an indirect table of any number of entries is carried out")
{
	const struct chain_shape table = { .indirect = true };
	struct virtqueue *queue = traffic_start(t, d, indirect(d), 2 * DEVICE_QUEUE_SIZE);
	unsigned most = traffic_pieces_max(d, queue->size);
	struct reference reference;

	learn_answer(t, d, 0, &reference);
	for (unsigned pieces = 1; pieces <= most; pieces += 1 + pieces / 2) {
		struct request *request = traffic_make(t, d, 1, 0);

		cut_exactly(t, request, pieces);
		step(t, "a table of %u entries", request->count);
		virtqueue_shuffle(queue, &t->random);
		if (!same_answer(t, d, request, &table, &reference))
			return;
	}
}

/*
 * Sends a chain of one direct descriptor and a table. A device that cannot handle it answers nothing any more, so no
 * later event bounds the wait. One life with an answer proves that the device can. If it stays unanswered in each of
 * several lives, for many times as long as an ordinary request took in the same life, then neither a slow machine nor a
 * slow device is the reason.
 */
static bool mixed_chain_is_answered(struct run *t, struct device *d)
{
	uint64_t usual = device_patience_ns;

	for (unsigned life = 0; life < MIXED_LIVES; life++) {
		const struct chain_shape shape = { .indirect = true, .direct = 1 };
		struct virtqueue *queue;
		struct request *requests;
		uint64_t start;

		require_ok(t, device_reset(d), "the device resets");
		queue = traffic_start(t, d, indirect(d), 0);
		requests = traffic_make(t, d, 2, 0);
		start = clock_ns();
		traffic_do(t, d, &requests[0], NULL);
		if (clock_ns() - start < usual) /* the machine may be busy in one life */
			usual = clock_ns() - start;
		cut_into_at_least(t, &requests[1], 2, reasonable_pieces(d, queue));
		if (requests[1].count < 2)
			skip(t, "requests of this type are one descriptor");
		traffic_add(t, d, &requests[1], &shape);
		virtqueue_kick(queue);
		if (COMES(t, virtqueue_used_waiting(queue), usual))
			return true;
	}
	return false;
}

/*
 * Breaks: a device that looks for INDIRECT in the head only. Symptom: it takes the table itself for data, or reports
 * an error. Only a request with an answer can show it: a device that sends the table instead of the frame returns the
 * buffer all the same.
 */
CHECK(indirect_after_direct, "ring.indirect.behind-direct-descriptors", REQ("sind-02"), MUST,
      NEEDS(.requests = true, .answers = true, .entries = 4, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "Direct descriptors followed by one that points to a table are one request")
{
	struct reference reference;
	struct virtqueue *queue;

	require(t, mixed_chain_is_answered(t, d),
		"a chain of one direct descriptor and a table is answered in at least one of %u lives", MIXED_LIVES);
	require_ok(t, device_reset(d), "the device resets");
	queue = traffic_start(t, d, indirect(d), 0);
	learn_answer(t, d, 0, &reference);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct request *request = traffic_make(t, d, 1, 0);
		struct chain_shape shape = { .indirect = true };

		cut_into_at_least(t, request, 2, reasonable_pieces(d, queue));
		shape.direct = (uint16_t)(1 + random_below(&t->random, request->count - 1));
		step(t, "%u direct descriptors, %u in the table", shape.direct, request->count - shape.direct);
		virtqueue_shuffle(queue, &t->random);
		if (!same_answer(t, d, request, &shape, &reference))
			return;
	}
}

/*
 * Breaks: a device that takes a table with WRITE set for a buffer to write into. Symptom: the table is overwritten,
 * or the header is missing.
 */
CHECK(indirect_write, "ring.indirect.write-flag-is-ignored", REQ("sind-01"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "WRITE on the descriptor that points to a table has no effect")
{
	const struct chain_shape write = { .indirect = true, .write_on_indirect = true };
	struct virtqueue *queue = traffic_start(t, d, indirect(d), 0);
	struct reference reference;

	learn_answer(t, d, 0, &reference);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct request *request = traffic_make(t, d, 1, 0);

		traffic_cut_randomly(t, request, traffic_pieces_max(d, queue->size));
		step(t, "a table of %u entries", request->count);
		if (!same_answer(t, d, request, &write, &reference))
			return;
	}
}

/* The indirect table of the chain that was added last. */
static struct virtq_desc *table_of_last(const struct virtqueue *queue)
{
	uint16_t head = queue->heads[(uint16_t)(queue->available - 1) % queue->size];

	return (struct virtq_desc *)(uintptr_t)queue->desc[head].address;
}

/* Puts the entries of a table in a random order. The first stays: the chain starts there (2.7.5.3). */
static void scatter_table(struct run *t, struct virtq_desc *table, unsigned count)
{
	struct virtq_desc copy[REQUEST_SEGMENTS];
	uint16_t place[REQUEST_SEGMENTS];

	memcpy(copy, table, count * sizeof(*table));
	for (unsigned i = 0; i < count; i++)
		place[i] = (uint16_t)i;
	for (unsigned i = count; i > 2; i--) {
		uint32_t other = 1 + random_below(&t->random, i - 1);
		uint16_t swap = place[i - 1];

		place[i - 1] = place[other];
		place[other] = swap;
	}
	for (unsigned i = 0; i < count; i++) {
		if (i + 1 < count)
			copy[i].next = place[i + 1];
		table[place[i]] = copy[i];
	}
}

/* Breaks: a device that reads a table from front to back without looking at next. */
CHECK(indirect_scattered, "ring.indirect.entries-in-any-order", REQ("frame-01", "sind-02"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "The entries of a table are chained by next, in any order behind the first")
{
	const struct chain_shape shape = { .indirect = true };
	struct virtqueue *queue = traffic_start(t, d, indirect(d), 0);

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct request *request = traffic_make(t, d, 1, i);

		cut_into_at_least(t, request, 3, traffic_pieces_max(d, queue->size));
		traffic_add(t, d, request, &shape);
		scatter_table(t, table_of_last(queue), request->count);
		virtqueue_kick(queue);
		if (!take_answer(t, d, request->count))
			return;
	}
}

/* Breaks: room for one entry too few, or a count of entries that includes the descriptor which points to the table. */
CHECK(indirect_longest, "ring.indirect.table-as-long-as-the-queue", REQ("sind-02", "frame-01"), DESCRIBED,
      NEEDS(.requests = true, .entries = 2, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "A table may have as many entries as the queue, and as many tables may be available at once")
{
	const struct chain_shape shape = { .indirect = true };
	struct features features = indirect(d);
	struct request *requests = traffic_make(t, d, 4, 0);
	uint16_t size = longest_chain(d, &requests[0], d->queue_max[d->type->request_queue]);
	struct virtqueue *queue = traffic_start(t, d, features, size);
	unsigned sent = 0, longest = 0;

	for (; sent < 4 && queue->free_count; sent++) {
		cut_exactly(t, &requests[sent], size);
		longest = requests[sent].count > longest ? requests[sent].count : longest;
		traffic_add(t, d, &requests[sent], &shape);
	}
	virtqueue_kick(queue);
	while (queue->outstanding)
		if (!take_answer(t, d, longest))
			skip(t, "the device has a limit of its own for chains");
	expect_eq(t, queue->used->index, sent, "used.idx after %u tables of up to %u entries", sent, longest);
}

/* Breaks: state of one chain that leaks into the next. */
CHECK(indirect_mixed, "ring.indirect.mixed-with-direct-chains", REQ("sind-02", "sring-02"), MUST,
      NEEDS(.requests = true, .entries = 8, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "Chains with and without tables can be mixed, and each comes back once")
{
	struct virtqueue *queue = traffic_start(t, d, indirect(d), 4 * DEVICE_QUEUE_SIZE);

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned count = 2 + random_below(&t->random, 4);
		struct request *requests = traffic_make(t, d, count, i);

		virtqueue_shuffle(queue, &t->random);
		for (unsigned j = 0; j < count; j++) {
			struct chain_shape shape = { .indirect = random_below(&t->random, 2) };

			traffic_cut_randomly(t, &requests[j], traffic_pieces_max(d, 4));
			if (queue->free_count < requests[j].count + 1)
				break;
			traffic_add(t, d, &requests[j], &shape);
		}
		virtqueue_kick(queue);
		traffic_take_all(t, d);
	}
	expect_eq(t, queue->used->index, queue->available, "used.idx when everything came back");
}

/* Breaks: a device that marks tables or links in place, as some do with the descriptors of a packed ring. */
CHECK(indirect_untouched, "ring.indirect.table-is-not-written", REQ("sdesc-03"), MUST,
      NEEDS(.requests = true, .entries = 4, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "The device writes to no entry of an indirect table")
{
	struct virtqueue *queue = traffic_start(t, d, indirect(d), 0);

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct request *request = traffic_make(t, d, 1, i);
		struct chain_shape shape = { .indirect = true };
		struct virtq_desc before[REQUEST_SEGMENTS], *table;

		traffic_cut_randomly(t, request, traffic_pieces_max(d, queue->size));
		traffic_add(t, d, request, &shape);
		table = table_of_last(queue);
		memcpy(before, table, request->count * sizeof(*table));
		virtqueue_kick(queue);
		if (!take_answer(t, d, request->count))
			return;
		require(t, !memcmp(before, table, request->count * sizeof(*table)),
			"a table of %u entries is unchanged", request->count);
	}
}

/* Fills the queue, lets all requests complete, and expects that one of the driver's areas did not change. */
static void area_untouched(struct run *t, struct device *d, bool available_ring)
{
	struct virtqueue *queue = traffic_start(t, d, NO_FEATURES, 0);
	volatile const void *area =
		available_ring ? (volatile const void *)queue->avail : (volatile const void *)queue->desc;
	uint32_t size = available_ring ? VIRTQ_AVAIL_BYTES(queue->size) : VIRTQ_DESC_BYTES(queue->size);
	uint8_t *before = need_memory(t, dma_private(size));
	struct request *requests = traffic_make(t, d, queue->size, 0);

	for (unsigned i = 0; i < ROUNDS; i++) {
		virtqueue_shuffle(queue, &t->random);
		for (unsigned j = 0; j < queue->size && traffic_room(queue, &requests[j]); j++)
			traffic_add(t, d, &requests[j], NULL);
		virtqueue_publish(queue);
		memcpy(before, (const void *)(uintptr_t)area, size);
		virtqueue_notify(queue);
		traffic_take_all(t, d);
		require(t, !memcmp(before, (const void *)(uintptr_t)area, size),
			"all %u bytes are unchanged after batch %u", size, i);
	}
}

/*
 * Breaks: a device that links, marks or clears descriptors. Symptom: the driver's list of free descriptors is
 * corrupted.
 */
CHECK(table_untouched, "ring.descriptor-table-is-not-written", REQ("sdesc-03"), MUST,
      NEEDS(.requests = true, .entries = 4), "The device writes to no entry of the descriptor table")
{
	area_untouched(t, d, false);
}

/* Breaks: a device that clears entries that it has taken, or keeps its own index there. */
CHECK(available_untouched, "ring.available-ring-is-not-written", REQ("aring-01"), DESCRIBED,
      NEEDS(.requests = true, .entries = 4), "The available ring is written by the driver alone")
{
	area_untouched(t, d, true);
}

/*
 * Breaks: a device that works in place, such as one that swaps bytes of a header. Symptom: a guest's data changes
 * while it is sent.
 */
CHECK(readable_untouched, "ring.readable-buffers-are-not-written", REQ("sdesc-01"), MUST,
      NEEDS(.requests = true, .entries = 4), "The device writes to no device-readable buffer")
{
	enum { READABLE_MAX = 256 };
	uint8_t before[READABLE_MAX];
	uint32_t size = 0;

	traffic_start(t, d, NO_FEATURES, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct request *request = traffic_make(t, d, 1, i);

		for (unsigned j = 0, at = 0; j < request->count; j++) {
			struct segment *segment = &request->segments[j];

			if (segment->writable || at + segment->size > READABLE_MAX)
				continue;
			memcpy(before + at, segment->data, segment->size);
			at += segment->size;
			size = at;
		}
		if (!size)
			skip(t, "requests of this type have no device-readable part");
		traffic_do(t, d, request, NULL);
		for (unsigned j = 0, at = 0; j < request->count; j++) {
			struct segment *segment = &request->segments[j];

			if (segment->writable || at + segment->size > READABLE_MAX)
				continue;
			require(t, !memcmp(before + at, segment->data, segment->size),
				"readable segment %u of request %u is unchanged", j, i);
			at += segment->size;
		}
	}
}
