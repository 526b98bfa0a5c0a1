// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/traffic.h"

#include "tests/checks/support/common.h"

#include <arch/cpu.h>

#include "firmware/lib/string.h"

struct virtqueue *traffic_prepare(struct run *t, struct device *d, struct features wanted, uint16_t size)
{
	device_greet(d);
	need_ok(t, device_negotiate(d, wanted));
	need_ok(t, device_setup_queues(d, size));
	return device_request_queue(d);
}

struct virtqueue *traffic_start(struct run *t, struct device *d, struct features wanted, uint16_t size)
{
	struct virtqueue *queue = traffic_prepare(t, d, wanted, size);

	device_go(d);
	return queue;
}

struct virtqueue *traffic_restart(struct run *t, struct device *d, struct features wanted, uint16_t size)
{
	need_ok(t, device_reset(d));
	return traffic_start(t, d, wanted, size);
}

struct request *traffic_make(struct run *t, struct device *d, unsigned count, uint64_t tag)
{
	struct request *requests = need_memory(t, dma_private(count * sizeof(*requests)));

	for (unsigned i = 0; i < count; i++)
		need_ok(t, device_make_request(d, &requests[i], tag + i));
	return requests;
}

uint32_t traffic_bytes(const struct request *request, bool writable)
{
	uint32_t bytes = 0;

	for (unsigned i = 0; i < request->count; i++)
		bytes += request->segments[i].writable == writable ? request->segments[i].size : 0;
	return bytes;
}

void traffic_poison(struct request *request, uint8_t value)
{
	for (unsigned i = 0; i < request->count; i++)
		if (request->segments[i].writable)
			memset(request->segments[i].data, value, request->segments[i].size);
}

void traffic_gather(const struct request *request, uint8_t *bytes, uint32_t size)
{
	for (unsigned i = 0; i < request->count && size; i++) {
		const struct segment *segment = &request->segments[i];
		uint32_t part = segment->size < size ? segment->size : size;

		if (!segment->writable)
			continue;
		memcpy(bytes, segment->data, part);
		bytes += part;
		size -= part;
	}
}

bool traffic_any_framing(const struct device *d)
{
	return !transport_is_legacy(&d->transport) || device_offers(d, VIRTIO_F_ANY_LAYOUT);
}

struct features traffic_framing_features(const struct device *d)
{
	return transport_is_legacy(&d->transport) ? FEATURE(VIRTIO_F_ANY_LAYOUT) : NO_FEATURES;
}

struct features traffic_need_any_framing(struct run *t, const struct device *d)
{
	if (!traffic_any_framing(d))
		skip(t, "a legacy device that does not offer ANY_LAYOUT may ask for a certain framing");
	return traffic_framing_features(d);
}

unsigned traffic_pieces_max(struct device *d, uint16_t queue_size)
{
	(void)d;
	return queue_size < REQUEST_SEGMENTS ? queue_size : REQUEST_SEGMENTS;
}

static uint32_t piece_bytes_max(struct device *d)
{
	return d->type->segment_bytes_max ? d->type->segment_bytes_max(d) : UINT32_MAX;
}

static uint32_t answer_pieces_max(struct device *d)
{
	return d->type->answer_segments_max ? d->type->answer_segments_max(d) : UINT32_MAX;
}

/* The fewest pieces that so many bytes can be cut into. */
static uint32_t least_pieces(struct device *d, uint32_t bytes)
{
	return bytes ? (bytes - 1) / piece_bytes_max(d) + 1 : 0;
}

bool traffic_can_merge(struct device *d, const struct request *request)
{
	return traffic_any_framing(d) && least_pieces(d, traffic_bytes(request, false)) <= 1 &&
	       least_pieces(d, traffic_bytes(request, true)) <= 1;
}

/* Chooses the sizes of `count` pieces, of `most` bytes at most, that add up to `bytes` bytes. */
static void piece_sizes(struct random *random, enum cut cut, uint32_t bytes, unsigned count, uint32_t most,
			uint32_t sizes[REQUEST_SEGMENTS])
{
	uint32_t rest = bytes - count;

	for (unsigned i = 0; i < count; i++) {
		uint32_t more = i + 1 == count ? rest : cut == CUT_BYTES ? 0 : random_below(random, rest + 1);

		sizes[i] = 1 + more;
		rest -= more;
	}
	/* What is too much for one piece goes into others. There is room: each may have MOST bytes. */
	for (unsigned i = 0, to = 0; i < count; i++)
		while (sizes[i] > most) {
			uint32_t moved = sizes[i] - most;

			while (sizes[to] >= most)
				to++;
			moved = moved < most - sizes[to] ? moved : most - sizes[to];
			sizes[to] += moved;
			sizes[i] -= moved;
		}
	/* Each piece took a share of what was left, so later pieces are smaller: shuffle them. */
	for (unsigned i = count; cut == CUT_RANDOM && i > 1; i--) {
		uint32_t other = random_below(random, i), swap = sizes[i - 1];

		sizes[i - 1] = sizes[other];
		sizes[other] = swap;
	}
}

/* Joins the bytes of one direction and cuts them into new segments. */
static void cut_direction(struct run *t, struct request *request, enum cut cut, const struct request *old,
			  bool writable, unsigned count)
{
	uint32_t bytes = traffic_bytes(old, writable), sizes[REQUEST_SEGMENTS];
	uint8_t *run, *at;

	if (!bytes)
		return;
	if (!count)
		count = 1;
	if (count > bytes)
		count = bytes;
	if (writable && count > answer_pieces_max(t->device))
		count = answer_pieces_max(t->device);
	if (count < least_pieces(t->device, bytes))
		need_ok(t, DRIVER_SEGMENTS_TOO_SMALL);
	run = at = need_memory(t, dma_private(bytes));
	for (unsigned i = 0; i < old->count; i++) {
		if (old->segments[i].writable != writable)
			continue;
		memcpy(at, old->segments[i].data, old->segments[i].size);
		at += old->segments[i].size;
	}
	piece_sizes(&t->random, cut, bytes, count, piece_bytes_max(t->device), sizes);
	for (unsigned i = 0; i < count; i++) {
		struct segment *segment = &request->segments[request->count++];

		*segment = (struct segment){ .data = need_memory(t, dma_alloc(sizes[i], 1)),
					     .size = sizes[i],
					     .writable = writable };
		memcpy(segment->data, run, sizes[i]);
		run += sizes[i];
	}
}

void traffic_cut(struct run *t, struct request *request, enum cut cut, unsigned readable, unsigned writable)
{
	struct request old = *request;

	request->count = 0;
	request->answer = NULL;
	cut_direction(t, request, cut, &old, false, readable);
	if (writable > REQUEST_SEGMENTS - request->count)
		writable = REQUEST_SEGMENTS - request->count;
	if (request->count < REQUEST_SEGMENTS)
		cut_direction(t, request, cut, &old, true, writable);
	for (unsigned i = 0; !request->answer && i < request->count; i++)
		if (request->segments[i].writable)
			request->answer = request->segments[i].data;
}

void traffic_cut_randomly(struct run *t, struct request *request, unsigned most)
{
	uint32_t readable = traffic_bytes(request, false), writable = traffic_bytes(request, true), pieces = 0, least;

	if (!traffic_any_framing(t->device))
		return;
	if (readable) {
		uint32_t room = most - (writable ? 1 : 0);

		pieces = 1 + random_below(&t->random, readable < room ? readable : room);
	}
	least = least_pieces(t->device, writable);
	writable = writable < most - pieces ? writable : most - pieces;
	if (writable < least) /* leave the request as it is */
		return;
	traffic_cut(t, request, CUT_RANDOM, pieces,
		    writable ? least + random_below(&t->random, writable - least + 1) : 0);
}

void traffic_add(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape)
{
	need_ok(t, device_add_request(d, request, shape));
}

unsigned traffic_room(const struct virtqueue *queue, const struct request *request)
{
	return queue->free_count / request->count;
}

/*
 * Waits for a used entry. A device that says DEVICE_NEEDS_RESET will not answer, so it does not get the time of a slow
 * device.
 */
static bool used_entry_came(struct device *d)
{
	if (device_wait_used(d, MILLISECONDS(10)))
		return true;
	if (transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET)
		return virtqueue_used_waiting(device_request_queue(d));
	return device_wait_used(d, device_patience_ns);
}

void traffic_wait_used(struct run *t, struct device *d)
{
	enum driver_error error = used_entry_came(d) ? DRIVER_NO_ERROR : DRIVER_NO_ANSWER;

	require_ok(t, error, "a request comes back (%u are outstanding, used.idx is %u)",
		   device_request_queue(d)->outstanding, device_request_queue(d)->used->index);
}

struct request *traffic_take(struct run *t, struct device *d, struct completion *done)
{
	struct completion completion = { 0 };
	struct request *request = NULL;
	enum driver_error error;

	traffic_wait_used(t, d);
	error = device_judge(d, &request, &completion);
	require_ok(t, error, "a request comes back with the right answer");
	if (done)
		*done = completion;
	return request;
}

void traffic_take_all(struct run *t, struct device *d)
{
	while (device_request_queue(d)->outstanding)
		traffic_take(t, d, NULL);
}

void traffic_do(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape)
{
	traffic_add(t, d, request, shape);
	virtqueue_kick(device_request_queue(d));
	traffic_take(t, d, NULL);
}

unsigned traffic_do_batch(struct run *t, struct device *d, struct request *requests, unsigned count)
{
	struct virtqueue *queue = device_request_queue(d);
	unsigned sent = 0;

	while (sent < count && traffic_room(queue, &requests[sent]))
		traffic_add(t, d, &requests[sent++], NULL);
	virtqueue_kick(queue);
	traffic_take_all(t, d);
	return sent;
}

bool traffic_has_quick(struct run *t, struct device *d)
{
	struct virtqueue *queue;
	struct request request;

	if (!d->type->make_quick_request)
		return false;
	queue = traffic_start(t, d, NO_FEATURES, 0);
	need_ok(t, make_quick_request(d, &request));
	if (request.count > queue->free_count)
		return false;
	need_ok(t, device_add_request(d, &request, NULL));
	virtqueue_kick(queue);
	return WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns);
}

uint16_t traffic_cycle(struct run *t, struct device *d, bool quick)
{
	struct virtqueue *queue = device_request_queue(d);
	uint16_t chains = queue->size;
	struct request request;

	if (d->type->not_by_thousands)
		skip(t, "%s", d->type->not_by_thousands);
	need_ok(t, quick ? make_quick_request(d, &request) : device_make_request(d, &request, 0));
	while (chains * request.count > queue->free_count)
		chains /= 2;
	if (!chains)
		skip(t, "a request does not fit into the virtqueue");
	/* All chains share one request, since nobody looks at the answers. */
	for (uint16_t i = 0; i < chains; i++)
		if (virtqueue_add(queue, request.segments, request.count, NULL, NULL) < 0)
			abort_check(t, "no room for a request");
	virtqueue_cycle(queue);
	return chains;
}

void traffic_cycle_take(struct run *t, struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);
	enum driver_error error;

	if (!virtqueue_used_waiting(queue))
		traffic_wait_used(t, d);
	virtqueue_cycle_take(queue, &error);
	require_ok(t, error, "the used entries are valid, with used.idx %u", queue->used->index);
}

void traffic_pause(struct run *t, uint32_t nanoseconds)
{
	uint64_t deadline = deadline_in(nanoseconds ? random_below(&t->random, nanoseconds) : 0);

	while (!deadline_passed(deadline))
		cpu_relax();
}
