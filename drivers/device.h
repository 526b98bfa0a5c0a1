/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device and its life: discovery, and the initialisation of section 3.1.1 in steps, so that a check can stop after
 * any of them; device_start() does them all. drivers/request.h sends requests to it.
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
	DEVICE_QUEUE_SIZE = 16, /* entries of a virtqueue unless a check asks for more or the device has less */
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
	bool whole_queues;	    /* virtqueues get QueueSizeMax entries, whatever is asked for (drivers/quirks.h) */
	enum driver_error unusable; /* why no check can run any more */
	uint32_t discovery; /* counts the discoveries of this device: what was learned before the last one is void */

	uint64_t pace_ns; /* kept by device_wait_used(): the longest wait, of late */

	/* Counted by device_service(), the interrupt handler of a serviced line. */
	volatile uint32_t used_interrupts, config_interrupts, causeless_interrupts;
};

/* Identifies the device behind an opened transport, resets it, reads its features and queues. The type is never NULL
 * for TRANSPORT_DEVICE. */
enum transport_identity device_discover(struct device *device);

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
 * 31 on the legacy one), and sets FEATURES_OK there. DRIVER_FEATURES_REFUSED if FEATURES_OK does not stay set.
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

#endif
