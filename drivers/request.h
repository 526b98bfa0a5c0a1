/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A harmless request that any check may send, whatever the device's type: made by the type's table, added to the type's
 * request queue, waited for and judged.
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
	uint32_t least, most;	    /* used length of a right answer */
	uint8_t *answer;	    /* first device-writable byte, NULL if the answer is only the used entry */
	uint64_t tag;		    /* chosen by the caller: makes requests of the same type differ */
	uint32_t readable_checksum; /* of the device-readable bytes when the request was made */
};

/* The queue on which the type's requests run. */
static inline struct virtqueue *device_request_queue(struct device *device)
{
	return &device->queues[device->type->request_queue];
}

/* Makes the type's request. tag makes it differ from others. */
enum driver_error device_make_request(struct device *device, struct request *request, uint64_t tag);
/* Adds it to the request queue, which must have room; the token of its completion is the request.
 * DRIVER_QUEUE_TOO_SMALL if it never will. */
enum driver_error device_add_request(struct device *device, struct request *request, const struct chain_shape *shape);
/* Waits for a used entry of the request queue, and remembers how long that took. */
bool device_wait_used(struct device *device, uint64_t nanoseconds);
/* Waits until the request queue has a used entry, takes it and judges it: used ring, length, data, readable part
 * untouched. done may be NULL. */
enum driver_error device_finish_request(struct device *device, struct completion *done);
/* The same for an entry that is there. *request (may be NULL) is what came back, also if the answer is wrong. */
enum driver_error device_judge(struct device *device, struct request **request, struct completion *done);
/* One whole request: make, add, kick, finish. */
enum driver_error device_do_request(struct device *device, uint64_t tag);

/* How long a device may take for a harmless request; 2 seconds unless changed. Generous: a machine under load is no
 * broken device. */
extern uint64_t device_patience_ns;

#endif
