// SPDX-License-Identifier: BSD-2-Clause
/*
 * Entropy device (5.4): every buffer comes back with at least one random byte, and what the used length claims is
 * really there.
 *
 * How it breaks: the used length is the size of the buffer although the source gave less; only the first descriptor of
 * a chain is filled; the generator starts with the same seed after each reset. Then a guest's keys are not as random as
 * it believes, which nobody sees.
 *
 * Random bytes are judged with odds of less than 1 : 10^12 for a false alarm.
 */
#include "tests/framework/check.h"

#include "drivers/spec/features.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"

enum {
	ROUNDS = 8,	  /* a byte that the device writes stays as it was in all rounds with odds of 2^-64 */
	SAMPLE = 32,	  /* two samples of this many bytes are equal with odds of 2^-256 */
	STATISTIC = 2048, /* bytes */
	REQUESTS = 256,	  /* the most that one check makes, for a source that gives a byte at a time */
};

static void start(struct run *t, struct device *d)
{
	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
}

/* Sends one buffer in `count` segments and waits for it. Returns the used length, which lies in 1 to the size of the
 * buffer. */
static uint32_t ask(struct run *t, struct device *d, struct segment *segments, unsigned count)
{
	struct virtqueue *queue = device_request_queue(d);
	struct completion done;

	if (virtqueue_add(queue, segments, count, NULL, segments) < 0)
		abort_check(t, "no room in the virtqueue for %u segments", count);
	virtqueue_kick(queue);
	done = take_used(t, queue, "a buffer");
	require(t, done.length >= 1, "at least one byte is placed in a buffer of %u bytes", done.writable);
	return done.length;
}

/* Collects `size` bytes from as many buffers as it takes; the check ends if the source is too slow. */
static void collect(struct run *t, struct device *d, uint8_t *bytes, uint32_t size)
{
	uint8_t *buffer = need_memory(t, dma_alloc(size, 1));
	uint32_t have = 0;

	for (unsigned i = 0; have < size; i++) {
		struct segment segment = { .data = buffer, .size = size - have, .writable = true };
		uint32_t got;

		if (i == REQUESTS)
			skip(t, "the device gave only %u bytes for %u buffers", have, i);
		got = ask(t, d, &segment, 1);
		memcpy(bytes + have, buffer, got);
		have += got;
	}
}

/* Breaks: a second virtqueue answers QueueSizeMax, because the device does not look at QueueSel; or there is none. */
CHECK(queue_count, "rng.queue-count", REQ("ent-desc-03"), DESCRIBED, NEEDS(.type = VIRTIO_ID_ENTROPY),
      "The entropy device has exactly one virtqueue")
{
	/* Virtqueues are discovered after feature negotiation (3.1.1, step 7). */
	device_greet(d);
	need_ok(t, device_negotiate(d, NO_FEATURES));
	for (uint32_t i = 0; i < 4; i++) {
		uint32_t max;

		transport_select_queue(&d->transport, i);
		max = transport_queue_size_max(&d->transport);
		if (i == 0)
			expect(t, max != 0, "virtqueue 0 exists");
		else
			expect_eq(t, max, 0, "QueueSizeMax of virtqueue %u, which an entropy device does not have", i);
	}
}

/* Breaks: a buffer of an odd or large size never comes back, or comes back with a used length of 0. */
CHECK(sizes, "rng.sizes", REQ("ent-op-01"), MUST, NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1),
      "A buffer of any size from 1 byte to 64 KiB gets at least one byte")
{
	static const uint32_t sizes[] = { 1, 2, 3, 7, 16, 63, 64, 65, 511, 512, 4095, 4096, 65535, 65536 };

	start(t, d);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct segment segment = {
			.data = need_memory(t, dma_alloc(sizes[i], 1)),
			.size = sizes[i],
			.writable = true,
		};
		uint32_t length = ask(t, d, &segment, 1);

		if (length < sizes[i])
			info(t, "a buffer of %u bytes got %u", sizes[i], length);
	}
}

/* Breaks: the used length is the size of the buffer while the source gave less, or the last byte is never written. */
CHECK(length_is_written, "rng.length-is-written", REQ("ent-op-01", "sused-02"), MUST,
      NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1), "All bytes that the used length counts are written")
{
	enum { SIZE = 64 };
	uint8_t *buffer = need_memory(t, dma_alloc(SIZE, 1));
	bool changed[SIZE] = { false };
	uint32_t least = SIZE;

	start(t, d);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct segment segment = { .data = buffer, .size = SIZE, .writable = true };
		uint32_t length;

		memset(buffer, DMA_FRESH_BYTE, SIZE);
		length = ask(t, d, &segment, 1);
		least = length < least ? length : least;
		for (uint32_t i = 0; i < length; i++)
			changed[i] |= buffer[i] != DMA_FRESH_BYTE;
	}
	for (uint32_t i = 0; i < least; i++)
		if (!expect(t, changed[i],
			    "byte %u is written: it kept its old value in %u answers of at least %u bytes", i, ROUNDS,
			    least))
			break;
}

/*
 * Breaks: 64 KiB are reported complete but have a hole, for instance behind what the source's buffer holds. Any 8 bytes
 * keep their old value with odds of 2^-64.
 */
CHECK(large_is_written, "rng.large-is-written", REQ("ent-op-01", "sused-02"), MUST,
      NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1), "All of a large buffer that the used length counts is written")
{
	enum { SIZE = 65536, RUN = 8 };
	uint8_t *buffer = need_memory(t, dma_alloc(SIZE, 1));
	struct segment segment = { .data = buffer, .size = SIZE, .writable = true };
	uint32_t length, run = 0;

	start(t, d);
	length = ask(t, d, &segment, 1);
	for (uint32_t i = 0; i < length && run < RUN; i++)
		run = buffer[i] == DMA_FRESH_BYTE ? run + 1 : 0;
	expect(t, run < RUN, "no run of bytes below the used length %u keeps its old value", length);
	for (uint32_t i = length; i < SIZE; i++)
		if (buffer[i] != DMA_FRESH_BYTE) {
			info(t, "the device wrote beyond the used length %u, which it may (2.7.8.2)", length);
			break;
		}
}

/*
 * Breaks: only the first descriptor is filled while the used length counts all, or bytes go to the wrong descriptors.
 */
CHECK(chain, "rng.chain", REQ("ent-desc-01", "frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1, .entries = 4),
      "A buffer of several descriptors is filled from its first byte on, as far as the used length says")
{
	static const uint32_t sizes[4] = { 1, 3, 16, 13 };
	enum { TOTAL = 33 };
	struct segment segments[4];
	bool changed[TOTAL] = { false };
	uint32_t least = TOTAL;

	for (unsigned i = 0; i < 4; i++)
		segments[i] = (struct segment){
			.data = need_memory(t, dma_alloc(sizes[i], 1)),
			.size = sizes[i],
			.writable = true,
		};
	start(t, d);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t length, at = 0;

		for (unsigned i = 0; i < 4; i++)
			memset(segments[i].data, DMA_FRESH_BYTE, sizes[i]);
		length = ask(t, d, segments, 4);
		least = length < least ? length : least;
		for (unsigned i = 0; i < 4; i++)
			for (uint32_t j = 0; j < sizes[i]; j++)
				changed[at++] |= ((uint8_t *)segments[i].data)[j] != DMA_FRESH_BYTE;
	}
	for (uint32_t i = 0; i < least; i++)
		if (!expect(t, changed[i],
			    "byte %u of a chain of 1 + 3 + 16 + 13 bytes is written: it kept its old value in %u "
			    "answers of at least %u bytes",
			    i, ROUNDS, least))
			break;
}

/* Breaks: buffers of a full virtqueue come back empty, twice, or not at all. */
CHECK(full_queue, "rng.full-queue", REQ("ent-op-01"), MUST, NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1),
      "Every buffer of a full virtqueue comes back with at least one byte")
{
	struct virtqueue *queue = device_request_queue(d);
	struct completion done;

	start(t, d);
	for (unsigned i = 0; i < queue->size; i++) {
		struct segment segment = { .data = need_memory(t, dma_alloc(SAMPLE, 1)),
					   .size = SAMPLE,
					   .writable = true };

		virtqueue_add(queue, &segment, 1, NULL, queue);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < queue->size; i++) {
		done = take_used(t, queue, "one of many buffers");
		expect(t, done.length >= 1, "buffer %u has at least one random byte", i + 1);
	}
}

/* Breaks: all buffers get the same bytes, e.g. zeroes with a length that claims them. */
CHECK(buffers_differ, "rng.buffers-differ", REQ("ent-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1), "Two samples differ")
{
	uint8_t one[SAMPLE], other[SAMPLE];

	start(t, d);
	collect(t, d, one, SAMPLE);
	collect(t, d, other, SAMPLE);
	expect(t, memcmp(one, other, SAMPLE) != 0, "two samples of %u bytes differ", SAMPLE);
}

/* Breaks: the generator is seeded with a constant at each reset. Symptom: every boot draws the same keys. */
CHECK(lives_differ, "rng.lives-differ", REQ("ent-desc-02"), DESCRIBED, NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1),
      "The first bytes after a reset differ from those after the previous reset")
{
	uint8_t one[SAMPLE], other[SAMPLE];

	start(t, d);
	collect(t, d, one, SAMPLE);
	start(t, d);
	collect(t, d, other, SAMPLE);
	expect(t, memcmp(one, other, SAMPLE) != 0, "samples of %u bytes after two resets differ", SAMPLE);
}

/*
 * Breaks: the bytes are text, zeroes, or a counter of few values. (The limit is ten standard deviations: odds below
 * 10^-22.)
 */
CHECK(balanced, "rng.balanced", REQ("ent-desc-02"), DESCRIBED, NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1),
      "About half of the bits are set, in every bit position")
{
	uint8_t *bytes = need_memory(t, dma_private(STATISTIC));

	start(t, d);
	collect(t, d, bytes, STATISTIC);
	for (unsigned bit = 0; bit < 8; bit++) {
		int64_t excess = 0; /* of ones over zeroes: variance STATISTIC */

		for (unsigned i = 0; i < STATISTIC; i++)
			excess += bytes[i] >> bit & 1 ? 1 : -1;
		expect(t, excess * excess <= 100 * STATISTIC,
		       "bit %u is set in about half of %u bytes: the excess of ones is %ld", bit, STATISTIC,
		       (long)excess);
	}
}

enum { HISTORY = 32, TURNS = 24 };
#define SLOW_SOURCE_NS MILLISECONDS(500) /* after which a check draws no more than it must */

/* What the buffer in each place of the queue got, one batch after the other. */
struct history {
	uint32_t have;
	uint8_t bytes[HISTORY];
};

/* Fills the queue and takes it back, several times, until each place has enough bytes. */
static void fill_histories(struct run *t, struct device *d, struct history *histories, unsigned places)
{
	struct virtqueue *queue = device_request_queue(d);

	for (unsigned i = 0; i < places; i++) {
		struct segment segment = { .data = need_memory(t, dma_alloc(SAMPLE, 1)),
					   .size = SAMPLE,
					   .writable = true };

		virtqueue_add(queue, &segment, 1, NULL, segment.data);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < places; i++) {
		struct completion done = take_used(t, queue, "one of many buffers");
		struct history *history = &histories[i];
		uint32_t room = HISTORY - history->have, size = done.length < room ? done.length : room;

		memcpy(history->bytes + history->have, done.token, size);
		history->have += size;
	}
}

/* Breaks: requests that are in flight together get one drawing of the source. Symptom: keys that are made at the same
 * time are equal. */
CHECK(batch_differs, "rng.buffers-available-together-differ", REQ("ent-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1), "Buffers that are available together get different bytes")
{
	enum { ENOUGH = 12 }; /* equal with odds of 2^-96 for each pair */
	struct history *histories = need_memory(t, dma_private(DEVICE_QUEUE_SIZE * sizeof(*histories)));
	unsigned places, judged = 0;
	uint64_t enough;

	start(t, d);
	enough = deadline_in(SLOW_SOURCE_NS);
	places = device_request_queue(d)->size < DEVICE_QUEUE_SIZE ? device_request_queue(d)->size : DEVICE_QUEUE_SIZE;
	for (unsigned turn = 0;
	     turn < TURNS && histories[places - 1].have < ENOUGH && (!turn || !deadline_passed(enough)); turn++)
		fill_histories(t, d, histories, places);
	for (unsigned i = 0; i < places; i++)
		for (unsigned j = 0; j < i; j++) {
			uint32_t size = histories[i].have < histories[j].have ? histories[i].have : histories[j].have;

			if (size < ENOUGH)
				continue;
			judged++;
			require(t, memcmp(histories[i].bytes, histories[j].bytes, size) != 0,
				"buffers %u and %u of a batch got different bytes: %u of each", j + 1, i + 1, size);
		}
	if (!judged)
		skip(t, "the virtqueue has one entry, or the device gave too few bytes");
}

/* Breaks: a byte that is written, but never with anything random: the last one, or the first of each block. (A byte has
 * the same value in all rounds with odds of 2^-88.) */
CHECK(positions_vary, "rng.every-position-varies", REQ("ent-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1), "In buffers of every size each byte takes different values")
{
	enum { MANY = 12, LARGEST = 1025 };
	static const uint16_t sizes[] = { 1, 2, 3, 5, 8, 17, 64, 127, 256, LARGEST };
	uint8_t *first = need_memory(t, dma_private(LARGEST));
	bool *varies = need_memory(t, dma_private(LARGEST * sizeof(*varies)));
	uint64_t enough;

	start(t, d);
	enough = deadline_in(SLOW_SOURCE_NS);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && (i < 3 || !deadline_passed(enough)); i++) {
		uint8_t *buffer = need_memory(t, dma_alloc(sizes[i], 1));
		uint32_t least = sizes[i];

		memset(varies, 0, LARGEST * sizeof(*varies));
		for (unsigned round = 0; round < MANY; round++) {
			struct segment segment = { .data = buffer, .size = sizes[i], .writable = true };
			uint32_t length = ask(t, d, &segment, 1);

			least = length < least ? length : least;
			for (uint32_t j = 0; j < length; j++)
				varies[j] |= round && buffer[j] != first[j];
			if (!round)
				memcpy(first, buffer, length);
		}
		for (uint32_t j = 0; j < least; j++)
			if (!expect(t, varies[j], "byte %u of buffers of %u bytes is not 0x%02x in all of %u rounds", j,
				    sizes[i], first[j], MANY))
				return;
	}
}

/* Breaks: one block of random bytes is repeated until the buffer is full. (Two of 256 words of 8 bytes are equal with
 * odds of 2^-49.) */
CHECK(no_repeats, "rng.no-block-repeats", REQ("ent-desc-02"), DESCRIBED, NEEDS(.type = VIRTIO_ID_ENTROPY, .queues = 1),
      "No two words of 8 bytes of a sample are equal")
{
	enum { WORD = 8 };
	uint8_t *bytes = need_memory(t, dma_private(STATISTIC));

	start(t, d);
	collect(t, d, bytes, STATISTIC);
	for (uint32_t i = 0; i < STATISTIC; i += WORD)
		for (uint32_t j = 0; j < i; j += WORD)
			require(t, memcmp(bytes + i, bytes + j, WORD) != 0, "bytes %u to %u differ from bytes %u to %u",
				i, i + WORD - 1, j, j + WORD - 1);
}
