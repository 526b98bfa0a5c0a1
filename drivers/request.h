/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A harmless request that any check may send, whatever the device's type. The type's table makes it; the functions here
 * add it to the type's request queue, wait for its answer and judge that.
 */
#ifndef DRIVERS_REQUEST_H
#define DRIVERS_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/device.h"

enum { REQUEST_SEGMENTS = 32 };

struct request {
	struct segment segments[REQUEST_SEGMENTS];
	unsigned count;
	uint32_t least, most;	    /* bounds of a right answer's used length, where that is judged */
	uint8_t *answer;	    /* first device-writable byte, NULL if the answer is only the used entry */
	uint64_t tag;		    /* chosen by the caller, so that requests of the same type differ */
	uint32_t readable_checksum; /* of the device-readable bytes when the request was added */
};

/* The virtqueue that takes the type's requests. */
static inline struct virtqueue *device_request_queue(struct device *device)
{
	return &device->queues[device->type->request_queue];
}

/* Makes the type's request. `tag` makes it differ from others. */
enum driver_error device_make_request(struct device *device, struct request *request, uint64_t tag);
/* Adds the request to the request queue, which must have room; the token of its completion is the request.
 * DRIVER_QUEUE_TOO_SMALL if even an empty queue has no room for it. */
enum driver_error device_add_request(struct device *device, struct request *request, const struct chain_shape *shape);
/* Waits for a used entry of the request queue, and records in device->recent_wait_ns how long that took. False if none
 * came.
 */
bool device_wait_used(struct device *device, uint64_t nanoseconds);
/* Waits until the request queue has a used entry, takes it with virtqueue_pop(), which judges the used ring, and
 * judges the data, and whether the device left the readable part alone. A used length that is no right answer's is
 * noted in device->odd_length, and is no error. done may be NULL. */
enum driver_error device_finish_request(struct device *device, struct completion *done);
/* The same for an entry that has arrived already. *request (may be NULL) is the request that it answers, even if the
 * answer is wrong; it is not set if the used entry itself is wrong or missing. */
enum driver_error device_judge(struct device *device, struct request **request, struct completion *done);
/* Makes one request, adds it, notifies the device, waits and judges. */
enum driver_error device_do_request(struct device *device, uint64_t tag);

/* How long a device may take for a harmless request; 2 seconds unless changed. That is generous, because a machine
 * under load does not make the device broken. */
extern uint64_t device_patience_ns;

#endif
