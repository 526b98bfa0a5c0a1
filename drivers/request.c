// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/request.h"

#include "firmware/arch/clock.h"
#include "firmware/lib/string.h"

enum { RECENT_WAITS = 32 }; /* requests after which a slow one is mostly forgotten */
#define RECENT_WAIT_MAX_NS MILLISECONDS(10)

uint64_t device_patience_ns = MILLISECONDS(2000);

/* A sum that a single changed byte changes: it reveals a device that writes where it may only read. */
static uint32_t readable_checksum(const struct request *request)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < request->count; i++) {
		const volatile uint8_t *data = request->segments[i].data;

		for (uint32_t j = 0; !request->segments[i].writable && j < request->segments[i].size; j++)
			sum = (sum << 5 | sum >> 27) + data[j];
	}
	return sum;
}

enum driver_error device_make_request(struct device *device, struct request *request, uint64_t tag)
{
	memset(request, 0, sizeof(*request));
	request->tag = tag;
	return device->type->make_request(device, request);
}

enum driver_error device_add_request(struct device *device, struct request *request, const struct chain_shape *shape)
{
	const unsigned descriptors = shape && shape->indirect ? shape->direct + 1u : request->count;

	if (descriptors > device_request_queue(device)->size)
		return DRIVER_QUEUE_TOO_SMALL;
	request->readable_checksum = readable_checksum(request);
	if (virtqueue_add(device_request_queue(device), request->segments, request->count, shape, request) < 0)
		return DRIVER_DMA_EXHAUSTED;
	return DRIVER_NO_ERROR;
}

enum driver_error device_judge(struct device *device, struct request **request, struct completion *done)
{
	struct completion completion;
	struct request *answered;
	enum driver_error error;

	switch (virtqueue_pop(device_request_queue(device), &completion, &error)) {
	case VIRTQUEUE_EMPTY:
		return DRIVER_NOTHING_USED;
	case VIRTQUEUE_WRONG:
		return error;
	case VIRTQUEUE_POPPED:
		break;
	}
	answered = completion.token;
	if (request)
		*request = answered;
	if (done)
		*done = completion;
	if (completion.length < answered->least)
		return DRIVER_LENGTH_TOO_SMALL;
	if (completion.length > answered->most)
		return DRIVER_LENGTH_TOO_LARGE;
	if (readable_checksum(answered) != answered->readable_checksum)
		return DRIVER_READABLE_CHANGED;
	return device->type->check_answer ? device->type->check_answer(device, answered, completion.length)
					  : DRIVER_NO_ERROR;
}

bool device_wait_used(struct device *device, uint64_t nanoseconds)
{
	const uint64_t start = clock_ns();
	const bool came = WAIT_UNTIL(virtqueue_used_waiting(device_request_queue(device)), nanoseconds);
	const uint64_t waited = clock_ns() - start;

	if (came && waited > device->recent_wait_ns)
		device->recent_wait_ns = waited < RECENT_WAIT_MAX_NS ? waited : RECENT_WAIT_MAX_NS;
	else if (came)
		device->recent_wait_ns -= device->recent_wait_ns / RECENT_WAITS;
	return came;
}

enum driver_error device_finish_request(struct device *device, struct completion *done)
{
	if (!device_wait_used(device, device_patience_ns))
		return DRIVER_NO_ANSWER;
	return device_judge(device, NULL, done);
}

enum driver_error device_do_request(struct device *device, uint64_t tag)
{
	struct request request;
	enum driver_error error = device_make_request(device, &request, tag);

	if (!error)
		error = device_add_request(device, &request, NULL);
	if (error)
		return error;
	virtqueue_kick(device_request_queue(device));
	return device_finish_request(device, NULL);
}
