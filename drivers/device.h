/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device, its discovery, and its initialisation (3.1.1). Each step of the initialisation is a function, so that a
 * check can stop after any of them; device_start() takes them all. drivers/request.h sends requests to it.
 */
#ifndef DRIVERS_DEVICE_H
#define DRIVERS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/dma.h"
#include "drivers/errors.h"
#include "drivers/features.h"
#include "drivers/msi/msi.h"
#include "drivers/transport/transport.h"
#include "drivers/queue/queue.h"
#include "drivers/types/type.h"

enum {
	DEVICE_QUEUES = 8,	     /* the most virtqueues we set up; without multiqueue no device type needs more */
	DEVICE_QUEUES_SCANNED = 128, /* queue indices that discovery tries */
	DEVICE_NAME_MAX = 16,
	DEVICE_DAMAGES = 16,	/* kinds of damage that are remembered */
	DEVICE_QUEUE_SIZE = 16, /* entries of a virtqueue unless a check asks for more or the device has less */
};

struct device {
	char name[DEVICE_NAME_MAX]; /* "blk0" */
	struct transport transport;
	const struct device_type *type;
	struct features offered;  /* read at discovery, words 0 to 3 as the specification has them */
	struct msi msi;		  /* has its own feature bits, which are not among the offered */
	struct features accepted; /* accepted by the last device_negotiate() */
	struct features least;	 /* what the device insists on, beyond what 6.2 allows it to: device_negotiate() accepts
				    it always. Empty unless it refused a smaller set */
	struct features unasked; /* those of them that were accepted last, and the caller had not asked for */
	bool negotiated, searched; /* it has accepted a set since the discovery; the search for `least` was made */
	enum driver_error refusal; /* why it refuses every set, DRIVER_FEATURES_REFUSED if we do not know */
	uint16_t queue_count;	   /* virtqueues that exist */
	uint16_t queue_max[DEVICE_QUEUES_SCANNED]; /* QueueSizeMax of each, as read at discovery (capped at 2^16 - 1) */
	struct virtqueue queues[DEVICE_QUEUES];
	bool whole_queues;	    /* every virtqueue gets QueueSizeMax entries, whatever size the caller asks for
				       (drivers/quirks.h) */
	enum driver_error unusable; /* why no check can use the device any more */
	bool survives_bad_head;	    /* a check has seen it survive an available ring entry that names no descriptor */
	uint32_t discovery;	    /* number of discoveries so far; each makes void what was learned before it */

	uint32_t served; /* requests that were answered as they should since the discovery */
	/* The last used length of a request that was outside of its bounds. */
	struct odd_length {
		bool came;
		uint32_t said, least, most;
	} odd_length;
	bool odd_length_told, least_told; /* the report has said so */

	/* Damage around buffers that a check has reported. */
	struct dma_damage damages[DEVICE_DAMAGES];
	unsigned damage_count;

	/* What was used of the device so far. Who wants to know what somebody used sets both to nothing before. */
	struct features ever_accepted;
	uint32_t queues_set_up;

	uint64_t failed_tag; /* of the last request whose answer was wrong: the medium of a disk may have an error there
			      */
	uint64_t reset_ns;   /* the longest reset so far */
	uint64_t recent_wait_ns; /* the longest recent wait; device_wait_used() updates it */

	/* Counted by device_service(), the interrupt handler of a serviced line. */
	volatile uint32_t used_interrupts, config_interrupts, causeless_interrupts;
};

/* Identifies the device behind an opened transport, resets it, and reads its features and queues. After
 * TRANSPORT_DEVICE the type is never NULL. */
enum transport_identity device_discover(struct device *device);

static inline bool device_offers(const struct device *device, unsigned bit)
{
	return features_has(&device->offered, bit);
}

static inline bool device_accepted(const struct device *device, unsigned bit)
{
	return features_has(&device->accepted, bit);
}

/* The number of virtqueues that a driver sets up after accepting these features. */
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

/* Step 1: resets the device, waits until the reset is complete, and forgets the queues. */
enum driver_error device_reset(struct device *device);
/* Acknowledges what a running device still shows in InterruptStatus, because not every VMM clears it in a reset. */
void device_clear_interrupts(struct device *device);
/* Steps 2 and 3: sets ACKNOWLEDGE, then DRIVER. */
void device_greet(struct device *device);
/*
 * Steps 4 to 6: accepts the features that are both wanted and offered. On the modern layout it always accepts
 * VERSION_1, too, and sets FEATURES_OK; on the legacy layout it accepts nothing above bit 31. Returns
 * DRIVER_FEATURES_REFUSED if FEATURES_OK does not stay set, or a limit of ours that explains it.
 *
 * A device that refuses a set before it ever accepted one may insist on some features, which is bad style and no more
 * (2.2.2). Then device_negotiate() looks for the least set that is accepted, with a reset for each try, keeps it in
 * `least`, and accepts that with every later set. device_negotiate_exactly() does not look and does not add it.
 */
enum driver_error device_negotiate(struct device *device, struct features wanted);
enum driver_error device_negotiate_exactly(struct device *device, struct features wanted);
/* Reads QueueSizeMax of all virtqueues. Those that do not exist now, and did before, keep what they had. */
void device_scan_queues(struct device *device);
/* Step 7: sets up all virtqueues that the type uses, with `size` entries each (0: DEVICE_QUEUE_SIZE), or fewer where
 * QueueSizeMax is smaller. */
enum driver_error device_setup_queues(struct device *device, uint16_t size);
/* Allocates one virtqueue and tells the device about it. */
enum driver_error device_setup_queue(struct device *device, uint16_t index, uint16_t size);
/* The same for a virtqueue that the caller owns. Any index will do, which devices with more than DEVICE_QUEUES need. */
enum driver_error device_setup_queue_in(struct device *device, struct virtqueue *queue, uint16_t index, uint16_t size);
/* 4.2.3.2: is the virtqueue in use already? Selects it. On the legacy layout this answers false without asking. */
bool device_queue_used(struct device *device, uint16_t index);
/* The size that a virtqueue of at most `max` entries gets: `wanted`, or less if `max` is less. */
uint16_t device_queue_size(const struct device *device, uint16_t wanted, uint32_t max);
/* Step 8: sets DRIVER_OK. */
void device_go(struct device *device);

/* All steps, 1 to 8. */
enum driver_error device_start(struct device *device, struct features wanted);

#endif
