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
	uint64_t sum = 0;

	for (unsigned i = 0; i < request->count; i++) {
		const volatile uint8_t *data = request->segments[i].data;
		uint32_t left = request->segments[i].writable ? 0 : request->segments[i].size;

		/* Eight bytes at a time where that is possible, for large writes. */
		for (; left >= sizeof(sum) && (uintptr_t)data % sizeof(sum) == 0; left -= sizeof(sum)) {
			sum = (sum << 5 | sum >> 59) + *(const volatile uint64_t *)data;
			data += sizeof(sum);
		}
		for (; left; left--)
			sum = (sum << 5 | sum >> 59) + *data++;
	}
	return (uint32_t)(sum ^ sum >> 32);
}

enum driver_error device_make_request(struct device *device, struct request *request, uint64_t tag)
{
	enum driver_error error;

	memset(request, 0, sizeof(*request));
	request->tag = tag;
	error = device->type->make_request(device, request);
	/* On the legacy interface a device may put any length into the used entry (2.7.8.1). */
	if (transport_is_legacy(&device->transport)) {
		request->least = 0;
		request->most = UINT32_MAX;
	}
	return error;
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

	/* The checks of the used length judge it. All others do without: 2.7.8.2 lets a device say less than it wrote,
	 * and one that says more is wrong in this only. */
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
	if (completion.said < answered->least || completion.said > answered->most)
		device->odd_length = (struct odd_length){ true, completion.said, answered->least, answered->most };
	if (readable_checksum(answered) != answered->readable_checksum)
		return DRIVER_READABLE_CHANGED;
	if (device->type->check_answer)
		error = device->type->check_answer(device, answered, completion.length);
	else
		error = DRIVER_NO_ERROR;
	device->served += !error;
	if (error)
		device->failed_tag = answered->tag;
	return error;
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
