/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device as checks drive it: transport, virtqueues, and what its type can do. The initialisation of section 3.1.1
 * comes in steps, so that a check can stop at any stage of life; device_start() does them all.
 */
#ifndef DRIVERS_DEVICE_H
#define DRIVERS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/errors.h"
#include "drivers/features.h"
#include "drivers/msi/msi.h"
#include "drivers/transport/transport.h"
#include "drivers/queue/queue.h"
#include "drivers/types/type.h"

enum {
	DEVICE_QUEUES = 8, /* virtqueues that we set up at most; no device type needs more without multiqueue */
	DEVICE_QUEUES_SCANNED = 128, /* indices that discovery looks at */
	DEVICE_NAME_MAX = 16,
	REQUEST_SEGMENTS = 32,
	DEVICE_QUEUE_SIZE = 16, /* entries of a virtqueue unless a check asks for more or the device has less */
};

/* A harmless request that any check may send, whatever the device's type. */
struct request {
	struct segment segments[REQUEST_SEGMENTS];
	unsigned count;
	uint32_t least, most;	    /* used length of a right answer */
	uint8_t *answer;	    /* first device-writable byte, NULL if the answer is only the used entry */
	uint64_t tag;		    /* chosen by the caller: makes requests of the same type differ */
	uint32_t readable_checksum; /* of the device-readable bytes when the request was made */
};

struct device {
	char name[DEVICE_NAME_MAX]; /* "blk0" */
	struct transport transport;
	const struct device_type *type;
	struct features offered;		   /* read at discovery, words 0 to 3 as the specification has them */
	struct msi msi;				   /* has its own feature bits, which are not among the offered */
	struct features accepted;		   /* by the last device_negotiate() */
	uint16_t queue_count;			   /* virtqueues that exist */
	uint16_t queue_max[DEVICE_QUEUES_SCANNED]; /* QueueSizeMax of each, as read at discovery (capped at 2^16 - 1) */
	struct virtqueue queues[DEVICE_QUEUES];
	bool whole_queues;	    /* virtqueues have QueueSizeMax entries, whatever is asked for */
	enum driver_error unusable; /* why no check can run any more */
	uint32_t discovery; /* counts the discoveries of this device: what was learned before the last one is void */

	uint64_t pace_ns; /* how long device_wait_used() waited at most, of late */

	/* Counted by device_service(), the interrupt handler of a serviced line. */
	volatile uint32_t used_interrupts, config_interrupts, causeless_interrupts;
};

/* Identifies the device behind an opened transport, resets it, reads its features and queues. The type is never NULL
 * for TRANSPORT_DEVICE. */
enum transport_identity device_discover(struct device *device);

/* kvmtool takes QueueSizeMax for the size of a virtqueue, whatever QueueSize says: with any other it writes to memory
 * that is not its own. */
enum { DEVICE_VENDOR_KVMTOOL = 0x4d564b4c };

static inline bool device_offers(const struct device *device, unsigned bit)
{
	return features_has(&device->offered, bit);
}

static inline bool device_accepted(const struct device *device, unsigned bit)
{
	return features_has(&device->accepted, bit);
}

/* Virtqueues that a driver sets up which accepted these features. */
static inline unsigned device_queues_used(const struct device *device)
{
	return device->type->queues_used ? device->type->queues_used(device) : 1;
}

static inline bool device_has_field(const struct device *device, const struct config_field *field)
{
	return field->feature == FIELD_ALWAYS || device_offers(device, field->feature) ||
	       (field->alternative && device_offers(device, field->alternative));
}

static inline uint32_t device_read_field(struct device *device, const struct config_field *field)
{
	return config_read(&device->transport, field->offset, field->width);
}

/* Step 1: reset and wait for it. Forgets the queues. */
enum driver_error device_reset(struct device *device);
/* Acknowledges what a running device still shows in InterruptStatus: not every VMM clears that in a reset. */
void device_settle(struct device *device);
/* Steps 2 and 3: ACKNOWLEDGE, DRIVER. */
void device_greet(struct device *device);
/*
 * Steps 4 to 6: accepts what is both wanted and offered, VERSION_1 always on the modern layout (and nothing above bit
 * 31 on the legacy one), and sets FEATURES_OK there. DRIVER_FEATURES_REFUSED if
 * FEATURES_OK does not stay set.
 */
enum driver_error device_negotiate(struct device *device, struct features wanted);
/* Step 7: all virtqueues that the type uses, with `size` entries each (0: DEVICE_QUEUE_SIZE), or fewer where
 * QueueSizeMax is smaller. */
enum driver_error device_setup_queues(struct device *device, uint16_t size);
/* One of them: allocates it and tells the device. */
enum driver_error device_setup_queue(struct device *device, uint16_t index, uint16_t size);
/* The same for a virtqueue that the caller keeps: any index, for devices with more than DEVICE_QUEUES. */
enum driver_error device_setup_queue_in(struct device *device, struct virtqueue *queue, uint16_t index, uint16_t size);
/* 4.2.3.2: is it in use already? Selects it. (The legacy layout: not asked.) */
bool device_queue_used(struct device *device, uint16_t index);
/* The size that it gets there: `wanted`, or less if there is less. */
uint16_t device_queue_size(const struct device *device, uint16_t wanted, uint32_t max);
/* Step 8: DRIVER_OK. */
void device_go(struct device *device);

/* All steps. */
enum driver_error device_start(struct device *device, struct features wanted);

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

/* Interrupt handler of a serviced line: reads InterruptStatus, acknowledges, counts; on an edge line until nothing is
 * left to acknowledge. Context: the device. */
void device_service(void *device);

#endif
