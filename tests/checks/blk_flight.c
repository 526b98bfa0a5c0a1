// SPDX-License-Identifier: BSD-2-Clause
/*
 * Block device (5.2.6): many requests in flight, on one virtqueue and on several, each with data of its own. disk.h
 * says how disks are kept safe from these checks.
 *
 * How block devices break: state that belongs to a request is kept for the device, or for the queue: the position in
 * the file, the buffer, the request that completed last. One request after the other works. In the field: a guest under
 * load reads the block of another request, or a write is lost under that of its neighbour.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/disk.h"

/* A request in flight: a read of known data, or a write of fresh data. */
struct flight {
	struct blk_request blk;
	uint8_t *data; /* what a read must give, or what was written */
	uint32_t size;
	bool done;
};

static struct flight make_flight(struct run *t, uint32_t type, unsigned block, unsigned blocks)
{
	return (struct flight){
		.blk = disk_make(t, type, disk_sector(block), blocks * disk.block, type == VIRTIO_BLK_T_IN),
		.data = disk.known + (size_t)block * disk.block,
		.size = blocks * disk.block,
	};
}

/* Adds it; a write gets fresh data, which is known then. False: the virtqueue has no room. */
static bool add_flight(struct run *t, struct virtqueue *queue, struct flight *flight, bool indirect)
{
	const struct chain_shape table = { .indirect = true };

	if (queue->free_count < (indirect ? 1 : flight->blk.request.count))
		return false;
	if (flight->blk.header->type == VIRTIO_BLK_T_OUT) {
		random_fill(&t->random, flight->data, flight->size);
		memcpy(flight->blk.data, flight->data, flight->size);
	}
	return virtqueue_add(queue, flight->blk.request.segments, flight->blk.request.count, indirect ? &table : NULL,
			     flight) >= 0;
}

/* Judges a request that has come back. */
static void land(struct run *t, struct device *d, struct flight *flight, const char *what)
{
	const struct virtio_blk_header *header = flight->blk.header;
	const bool reads = header->type == VIRTIO_BLK_T_IN;

	require(t, !flight->done, "%s comes back once", what);
	flight->done = true;
	if (*flight->blk.status != VIRTIO_BLK_S_OK)
		expect_eq(t, *flight->blk.status, VIRTIO_BLK_S_OK, "status of %s: type %u, sector 0x%lx", what,
			  header->type, header->sector);
	else if (reads)
		disk_expect_same(t, flight->blk.data, flight->data, flight->size, what);
	(void)d;
}

/* Takes back all that is outstanding in the queue. */
static void land_all(struct run *t, struct device *d, struct virtqueue *queue, const char *what)
{
	while (queue->outstanding)
		land(t, d, take_used(t, queue, what).token, what);
}

/*
 * Breaks: a write is done as read, change and write of a larger unit, so that the old content around it overwrites what
 * neighbours have written meanwhile. Symptom: a file system loses one of two neighbouring blocks under load.
 */
CHECK(neighbours, "blk.neighbours-written-together", REQ("blk-desc-06", "blk-desc-09"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 2 * DISK_DESCRIPTORS),
      "Of neighbouring blocks that are written at the same time each holds what was written to it")
{
	enum { ROUNDS = 8, QUEUE = 64 };
	static struct flight flights[DISK_BLOCKS];
	struct virtqueue *queue;

	disk_open_writable(t, d, blk_plain_features());
	disk_know(t, d);
	queue = disk_start_sized(t, d, blk_plain_features(), QUEUE);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const unsigned blocks = 1 + i % 3; /* of each write */
		unsigned order[DISK_BLOCKS], count = DISK_BLOCKS / blocks, sent = 0;

		for (unsigned j = 0; j < count; j++)
			order[j] = j;
		for (unsigned j = count; j > 1 && i; j--) {
			const unsigned other = random_below(&t->random, j), swap = order[j - 1];

			order[j - 1] = order[other];
			order[other] = swap;
		}
		virtqueue_shuffle(queue, &t->random);
		for (unsigned j = 0; j < count; j++) {
			flights[j] = make_flight(t, VIRTIO_BLK_T_OUT, order[j] * blocks, blocks);
			sent += add_flight(t, queue, &flights[j], false);
		}
		step(t, "%u writes of %u blocks", sent, blocks);
		virtqueue_kick(queue);
		land_all(t, d, queue, "a write among its neighbours");
		disk_expect_known(t, d, 0, DISK_BLOCKS, "blocks that were written together");
	}
}

/* Fills the virtqueue with reads and writes of distinct blocks, and reads that overlap. */
static unsigned fill(struct run *t, struct virtqueue *queue, struct flight *flights, unsigned most, bool indirect)
{
	enum { USUAL = 2048 };
	const unsigned half = disk.blocks / 2; /* reads stay below, writes above */
	const bool writes = !device_offers(t->device, VIRTIO_BLK_F_RO);
	const unsigned largest = disk.block < USUAL ? USUAL / disk.block : 1; /* in blocks: memory is limited */
	unsigned sent = 0, next = half, from = 0;

	while (sent < most) {
		const unsigned kind = sent % 4, blocks = 1 + random_below(&t->random, largest);

		if (kind == 1 && writes && next + blocks < disk.blocks) {
			flights[sent] = make_flight(t, VIRTIO_BLK_T_OUT, next, blocks);
			next += blocks;
		} else {
			/* half of them read what the one before them reads */
			if (kind != 3 || from + blocks > half)
				from = random_below(&t->random, half - blocks + 1);
			flights[sent] = make_flight(t, VIRTIO_BLK_T_IN, from, blocks);
		}
		if (!add_flight(t, queue, &flights[sent], indirect))
			break;
		sent++;
	}
	return sent;
}

/*
 * Breaks: more requests than the device has places for are lost or share a place; data of one request in the buffer of
 * another.
 */
static void full_queue(struct run *t, struct device *d, struct features features, bool indirect)
{
	enum { ROUNDS = 2, MOST = 256, QUEUE = 1024 };
	struct flight *flights = need_memory(t, dma_private(MOST * sizeof(*flights)));
	struct virtqueue *queue;

	disk_open_large(t, d, features);
	disk_know(t, d);
	queue = disk_start_sized(t, d, features, QUEUE);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned sent;

		virtqueue_shuffle(queue, &t->random);
		sent = fill(t, queue, flights, MOST, indirect);
		step(t, "%u requests in a virtqueue of %u entries", sent, queue->size);
		virtqueue_kick(queue);
		land_all(t, d, queue, "one of many requests");
	}
	disk_expect_known(t, d, 0, disk.blocks, "all blocks after many requests");
}

/* Breaks: more requests than the device has places for are lost, or share a place, so that data gets mixed up. */
CHECK(full_direct, "blk.full-queue-of-reads-and-writes", REQ("blk-desc-09", "blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 2 * DISK_DESCRIPTORS),
      "Of a virtqueue full of reads and writes each gets or puts its own data")
{
	full_queue(t, d, blk_plain_features(), false);
}

/*
 * Breaks: more requests than the device has places for. With an indirect table a request takes one entry of the
 * virtqueue and not three, so three times as many fit.
 */
CHECK(full_indirect, "blk.full-queue-of-tables", REQ("blk-desc-09", "blk-desc-06", "sind-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 2, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "Of a virtqueue full of reads and writes in indirect tables each gets or puts its own data")
{
	full_queue(t, d, disk_plain_and(VIRTIO_F_INDIRECT_DESC), true);
}

/*
 * Breaks: a flush waits for writes that are behind it, or takes their place in the device's list. (That it waits for
 * the writes before it cannot be seen without a power failure.)
 */
CHECK(flush_in_flight, "blk.flush-among-writes", REQ("blk-desc-07", "blk-desc-09"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4 * DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_FLUSH)),
      "Flushes between writes in flight come back with OK, and the writes are done")
{
	enum { ROUNDS = 4, QUEUE = 64, MOST = DISK_BLOCKS };
	static struct flight flights[2 * MOST];
	struct virtqueue *queue;

	disk_open_writable(t, d, blk_plain_features());
	disk_know(t, d);
	queue = disk_start_sized(t, d, blk_plain_features(), QUEUE);
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned sent = 0;

		for (unsigned j = 0; j < MOST; j++) {
			flights[sent] = make_flight(t, VIRTIO_BLK_T_OUT, j, 1);
			sent += add_flight(t, queue, &flights[sent], false);
			if (j % 4 != i)
				continue;
			flights[sent] = (struct flight){ .blk = disk_make(t, VIRTIO_BLK_T_FLUSH, 0, 0, false) };
			sent += add_flight(t, queue, &flights[sent], false);
		}
		virtqueue_kick(queue);
		land_all(t, d, queue, "a write or a flush");
		disk_expect_known(t, d, 0, DISK_BLOCKS, "blocks that were written around flushes");
	}
}

/* ---- several virtqueues ---- */

enum { QUEUES = 4, EACH = 4 };

static struct queues {
	struct virtqueue queue[QUEUES];
	unsigned count;
} several;

/* Starts the device with several virtqueues, of sizes that differ. */
static void start_several(struct run *t, struct device *d, struct features features)
{
	disk_open(t, d, blk_plain_features());
	disk_know(t, d);
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features), "MQ is accepted");
	several.count = config_read(&d->transport, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2);
	if (several.count > QUEUES)
		several.count = QUEUES;
	if (several.count < 2)
		skip(t, "the device has only one virtqueue");
	if (transport_is_legacy(&d->transport))
		transport_set_page_size(&d->transport, 4096);
	for (uint16_t i = 0; i < several.count; i++)
		require_ok(t, device_setup_queue_in(d, &several.queue[i], i, (uint16_t)(16 << (i + 1) % QUEUES)),
			   "virtqueue %u can be set up", i);
	device_go(d);
}

/* The four requests of a queue in a round: of blocks of its own, so that order has no meaning. */
static unsigned add_four(struct run *t, struct device *d, struct flight flights[EACH], unsigned index, unsigned round)
{
	const bool writes = !device_offers(d, VIRTIO_BLK_F_RO);
	struct virtqueue *queue = &several.queue[index];
	unsigned count = 0;

	virtqueue_shuffle(queue, &t->random);
	for (; count < EACH; count++) {
		const unsigned block = (index + count * QUEUES + round) % DISK_BLOCKS;
		const bool write = writes && (count + round + index) % 2;

		flights[count] = make_flight(t, write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN, block, 1);
		if (!add_flight(t, queue, &flights[count], false))
			break;
	}
	return count;
}

/* A round on these queues (a bit each): all requests are published, then the queues are notified. */
static void round_of(struct run *t, struct device *d, unsigned chosen, unsigned round)
{
	static struct flight flights[QUEUES][EACH];
	uint16_t old[QUEUES];

	for (unsigned i = 0; i < several.count; i++) {
		struct virtqueue *queue = &several.queue[i];

		old[i] = queue->published;
		if (!(chosen >> i & 1))
			continue;
		virtqueue_set_used_event(queue,
					 (uint16_t)(queue->used_seen + add_four(t, d, flights[i], i, round) - 1));
		virtqueue_publish(queue);
	}
	for (unsigned i = 0; i < several.count; i++) {
		const unsigned index = round % 2 ? several.count - 1 - i : i;
		struct virtqueue *queue = &several.queue[index];

		if ((chosen >> index & 1) && virtqueue_should_notify(queue, old[index]))
			virtqueue_notify(queue);
	}
	for (unsigned i = 0; i < several.count; i++)
		land_all(t, d, &several.queue[i], "a request in one of several virtqueues");
}

/*
 * Breaks: the position in the file, or the buffer, is shared by the queues, or a request completes in another queue.
 * Symptom: with one CPU all is well; with several a guest reads blocks of other files.
 */
static void queues_at_once(struct run *t, struct device *d, struct features features)
{
	enum { ROUNDS = 16 };

	start_several(t, d, features);
	for (unsigned round = 0; round < ROUNDS; round++) {
		step(t, "round %u", round);
		round_of(t, d, (1u << several.count) - 1, round);
	}
	for (unsigned i = 0; i < several.count; i++)
		expect_eq(t, several.queue[i].used->index, several.queue[i].available, "used.idx of virtqueue %u", i);
	disk_start(t, d, blk_plain_features());
	disk_expect_known(t, d, 0, DISK_BLOCKS, "blocks that were written by several virtqueues");
}

/* Breaks: the position in the file, or the buffer, is shared by the queues, or a request completes in another queue. */
CHECK(queues_together, "blk.queues-at-once", REQ("blk-desc-08", "blk-desc-06", "blk-desc-09"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .queues = 2, .entries = 2 * DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_MQ)),
      "Requests for different blocks in several virtqueues at once each get or put their own data")
{
	queues_at_once(t, d, disk_plain_and(VIRTIO_BLK_F_MQ));
}

/*
 * Breaks: avail_event is written for the first queue only, or one used_event counts for all queues. Symptom: a guest
 * with several CPUs waits for its disk although notifications of CPU 0 work.
 */
CHECK(queues_event_idx, "blk.queues-at-once-with-event-idx", REQ("blk-desc-08", "savail-04", "sintr-05"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .queues = 2, .entries = 2 * DISK_DESCRIPTORS,
	    .features = OFFERS_BOTH(VIRTIO_BLK_F_MQ, VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX each virtqueue has avail_event and used_event of its own")
{
	const struct features features = features_with(disk_plain_and(VIRTIO_BLK_F_MQ), VIRTIO_F_EVENT_IDX);

	queues_at_once(t, d, features);
	start_several(t, d, features);
	for (unsigned round = 0; round < 4 * several.count; round++) {
		const unsigned index = round % several.count;

		step(t, "virtqueue %u alone", index);
		acknowledge(d, VIRTIO_INTERRUPT_USED_BUFFER);
		round_of(t, d, 1u << index, round);
		require(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
			"a notification comes when virtqueue %u reaches its used_event", index);
	}
}
