// SPDX-License-Identifier: BSD-2-Clause
/*
 * A driver with a device that may do anything: registers read what the input says, and the device writes anything to
 * all memory that it can reach. The driver's own records must stay right, and it may return only tokens of its own
 * chains.
 *
 * Input: device type, Version, size of the request queue, event_idx; then steps, u8 each with arguments.
 */
#include "tests/self/fuzz/fuzz.h"

#include <string.h>

#include "drivers/types/blk.h"
#include "drivers/request.h"
#include "drivers/dma.h"
#include "drivers/types/net.h"
#include "tests/self/fuzz/dma_fuzz.h"

enum {
	REQUESTS = 64,
	STEPS_MAX = 400,
	SEGMENTS_MAX = 40,
	SEGMENT_BYTES = 64,
	SCRIBBLE_BYTES = 32,
	NEAR = 1 << 13, /* bytes at the start of the arena, where the rings and buffers are */
	QUEUE_MAX = 1024,
};

enum step_kind { ADD, ADD_SEGMENTS, PUBLISH, USE, MOVE, SCRIBBLE, SCRIBBLE_NEAR, JUDGE, POP, LOOK, ANSWER, STEPS };

static struct input input;
static struct device device;
static struct virtqueue *queue;
static struct request *requests[REQUESTS];
static bool busy[REQUESTS]; /* added and not returned yet */
static uint8_t other_token; /* the token of chains that are not requests */

static uint32_t bus_read(void *context, uint32_t offset, uint8_t width)
{
	(void)context;
	(void)offset;
	return width == 1 ? input_u8(&input) : width == 2 ? input_u16(&input) : input_u32(&input);
}

static void bus_write(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	(void)context;
	(void)offset;
	(void)width;
	(void)value;
}

static const struct transport_bus bus = { .read = bus_read, .write = bus_write };

/* Checks that every descriptor is free or part of one chain. */
static void records_hold(void)
{
	static uint8_t seen[QUEUE_MAX];
	unsigned found = 0, outstanding = 0;

	memset(seen, 0, queue->size);
	for (uint16_t i = 0; i < queue->free_count; i++) {
		holds(queue->free[i] < queue->size && !seen[queue->free[i]]);
		seen[queue->free[i]] = 1;
		found++;
	}
	for (uint16_t i = 0; i < queue->size; i++) {
		outstanding += queue->chains[i].outstanding;
		if (!queue->chains[i].outstanding)
			continue;
		holds(!seen[i]);
		for (uint16_t at = i, j = 0; j < queue->chains[i].descriptors; j++, at = queue->next[at]) {
			holds(at < queue->size && !seen[at]);
			seen[at] = 1;
			found++;
		}
	}
	for (uint16_t i = queue->published; i != queue->available; i++) {
		found += queue->chains[queue->heads[i % queue->size]].descriptors;
		holds(!queue->chains[queue->heads[i % queue->size]].outstanding);
	}
	holds(found == queue->size);
	holds(outstanding == queue->outstanding);
}

static void add(void)
{
	const uint8_t number = input_u8(&input) % REQUESTS, how = input_u8(&input);
	const struct chain_shape shape = { .indirect = how & 1, .direct = how >> 1 & 1, .write_on_indirect = how & 4 };
	struct request *const request = requests[number];
	enum driver_error error;

	if (busy[number])
		return;
	error = device_make_request(&device, request, input_u64(&input));
	if (!error && !device_add_request(&device, request, how & 8 ? &shape : NULL))
		busy[number] = true;
}

static void add_segments(void)
{
	const unsigned count = 1 + input_u8(&input) % SEGMENTS_MAX;
	const uint8_t how = input_u8(&input);
	const struct chain_shape shape = {
		.indirect = true,
		.direct = how & 3,
		.write_on_indirect = how & 4,
	};
	struct segment segments[SEGMENTS_MAX];

	for (unsigned i = 0; i < count; i++) {
		const uint32_t size = input_u8(&input) % SEGMENT_BYTES;

		segments[i] = (struct segment){ .data = dma_alloc(size, 1), .size = size, .writable = i >= count / 2 };
		if (!segments[i].data)
			return;
	}
	virtqueue_add(queue, segments, count, how & 8 ? &shape : NULL, &other_token);
}

static void device_stores(volatile void *to, uint64_t value, size_t size)
{
	dma_fuzz_copy((void *)(uintptr_t)to, &value, size);
}

/* Adds a used entry as a device does, mostly with the head of an outstanding chain. */
static void use(void)
{
	const uint8_t how = input_u8(&input);
	volatile struct virtq_used_element *element = &queue->used->ring[queue->used->index % queue->size];
	uint32_t id = input_u16(&input);

	if (how & 1)
		for (uint16_t i = 0; i < queue->size; i++)
			if (queue->chains[(id + i) % queue->size].outstanding) {
				id = (id + i) % queue->size;
				break;
			}
	device_stores(&element->id, how & 2 ? input_u32(&input) : id, 4);
	device_stores(&element->length, how & 4 ? input_u32(&input) : input_u8(&input), 4);
	device_stores(&queue->used->index, (uint16_t)(queue->used->index + 1), 2);
}

/* Writes bytes of the input to the arena. The sanitizer does not see the copy, so this checks its bounds. */
static void scribble(size_t at)
{
	size_t got;
	const uint8_t *bytes = input_bytes(&input, 1 + input_u8(&input) % SCRIBBLE_BYTES, &got);

	if (dma_contains((uintptr_t)dma_fuzz_arena + at, got))
		dma_fuzz_copy(dma_fuzz_arena + at, bytes, got);
}

/* Writes where the device may: to the writable part of a request. */
static void answer(void)
{
	const struct request *request = requests[input_u8(&input) % REQUESTS];
	const struct segment *segment;
	size_t got;
	const uint8_t *bytes;

	if (!request->count)
		return;
	segment = &request->segments[request->count - 1];
	bytes = input_bytes(&input, 1 + input_u8(&input) % SCRIBBLE_BYTES, &got);
	if (segment->writable && got <= segment->size)
		dma_fuzz_copy((uint8_t *)segment->data + segment->size - got, bytes, got);
}

static void returned(const void *token)
{
	for (unsigned i = 0; i < REQUESTS; i++)
		if (token == requests[i]) {
			holds(busy[i]);
			busy[i] = false;
			return;
		}
	holds(token == &other_token);
}

static void pop(void)
{
	const uint16_t before = queue->outstanding;
	struct completion done = { 0 };
	enum driver_error error = DRIVER_NO_ERROR;

	switch (virtqueue_pop(queue, &done, &error)) {
	case VIRTQUEUE_EMPTY:
		holds(queue->outstanding == before);
		break;
	case VIRTQUEUE_POPPED:
		holds(queue->outstanding == before - 1 && done.length <= done.writable && done.head < queue->size);
		returned(done.token);
		break;
	case VIRTQUEUE_WRONG:
		holds(error && *driver_error_text(error));
		/* The driver has skipped the entry, or taken it with a wrong length. */
		if (queue->outstanding != before)
			returned(done.token);
		break;
	}
}

/* Judges an answer as a check does. An entry whose token is not a request is popped instead, because device_judge()
 * expects requests only. */
static void judge(void)
{
	struct request *request = NULL;
	struct completion done = { 0 };
	const uint16_t before = queue->outstanding;
	const uint16_t at = queue->used_seen % queue->size;
	uint32_t head;
	enum driver_error error;

	head = queue->used->ring[at].id;
	if (head < queue->size && queue->chains[head].outstanding && queue->chains[head].token == &other_token) {
		pop();
		return;
	}
	error = device_judge(&device, &request, &done);
	holds(!error || *driver_error_text(error));
	holds(error || request);
	if (request)
		returned(request);
	else if (queue->outstanding != before) /* taken with a wrong length, and the driver does not say which */
		for (unsigned i = 0; i < REQUESTS; i++) {
			bool found = false;

			for (uint16_t j = 0; j < queue->size; j++)
				found |= queue->chains[j].outstanding && queue->chains[j].token == requests[i];
			for (uint16_t j = queue->published; j != queue->available; j++)
				found |= queue->chains[queue->heads[j % queue->size]].token == requests[i];
			busy[i] = found;
		}
}

static void look(void)
{
	struct dma_damage damage;
	uint8_t frame[128], mac[6];
	const uint16_t old = input_u16(&input);

	virtqueue_should_notify(queue, old);
	virtqueue_avail_event(queue);
	virtqueue_used_waiting(queue);
	if (!dma_guards_whole(&damage))
		holds(damage.where < 0 || damage.where >= (ptrdiff_t)damage.size);
	switch (device.transport.device_id) {
	case VIRTIO_ID_BLOCK:
		holds(blk_block(&device) >= VIRTIO_BLK_SECTOR);
		break;
	case VIRTIO_ID_NETWORK:
		net_mac(&device, mac);
		net_status(&device);
		net_fill_arp(&device, frame, input_u32(&input), input_u32(&input));
		break;
	}
}

static void step(uint8_t kind)
{
	switch (kind % STEPS) {
	case ADD:
		add();
		break;
	case ADD_SEGMENTS:
		add_segments();
		break;
	case PUBLISH:
		virtqueue_kick(queue);
		break;
	case USE:
		use();
		break;
	case MOVE:
		device_stores(&queue->used->index, input_u16(&input), 2);
		break;
	case SCRIBBLE:
		scribble(input_u32(&input) % DMA_FUZZ_ARENA);
		break;
	case SCRIBBLE_NEAR:
		scribble(input_u16(&input) % NEAR);
		break;
	case JUDGE:
		judge();
		break;
	case POP:
		pop();
		break;
	case LOOK:
		look();
		break;
	case ANSWER:
		answer();
		break;
	}
}

/* Makes a device as discovery leaves it. The input decides what its registers read, but its type is one that has
 * requests. */
static bool open_device(void)
{
	static const uint32_t ids[] = { VIRTIO_ID_BLOCK, VIRTIO_ID_NETWORK, VIRTIO_ID_ENTROPY, VIRTIO_ID_CONSOLE };
	const uint8_t what = input_u8(&input);
	const uint16_t size = 1 + input_u16(&input) % QUEUE_MAX;
	bool made;

	memset(&device, 0, sizeof(device));
	device.transport = (struct transport){
		.name = "dev0", .ops = &transport_mmio, .bus = &bus, .version = 1 + (what >> 2) % 3
	};
	device.transport.device_id = ids[what & 3];
	device.type = device_type_of(device.transport.device_id);
	device.queue_max[0] = size;
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		device.offered.word[i] = device.accepted.word[i] = input_u32(&input);
	queue = device_request_queue(&device);
	if (transport_is_legacy(&device.transport))
		made = virtqueue_alloc_legacy(queue, &device.transport, 0, size, what & 0x80, 4096, 4096);
	else
		made = virtqueue_alloc(queue, &device.transport, 0, size, what & 0x80);
	if (made)
		virtqueue_register(queue, 4096);
	if (made && what & 0x40) {
		struct random random;

		random_seed(&random, size, what);
		virtqueue_shuffle(queue, &random);
	}
	return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct input){ data, data + size };
	dma_fuzz_init();
	dma_forget();
	memset(busy, 0, sizeof(busy));
	for (unsigned i = 0; i < REQUESTS; i++)
		requests[i] = dma_private(sizeof(*requests[i]));
	if (!open_device())
		return 0;
	for (unsigned i = 0; i < STEPS_MAX && input_left(&input); i++) {
		step(input_u8(&input));
		records_hold();
	}
	dma_forget();
	return 0;
}
