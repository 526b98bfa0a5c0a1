/* SPDX-License-Identifier: BSD-2-Clause */
/* What the checks of several chapters share: the stages of a device's life, and memory that a device must leave alone.
 */
#ifndef TESTS_CONFORMANCE_COMMON_H
#define TESTS_CONFORMANCE_COMMON_H

#include "tests/framework/check.h"

/* How far initialisation (3.1.1) has come. A check that concerns every stage counts from 0 to STAGES - 1. */
enum stage {
	STAGE_RESET,
	STAGE_ACKNOWLEDGE,
	STAGE_DRIVER,
	STAGE_FEATURES_OK, /* legacy layout: features are written */
	STAGE_QUEUES,	   /* virtqueues are set up */
	STAGE_DRIVER_OK,
	STAGE_PENDING, /* a request has come back, its interrupt is not acknowledged; as DRIVER_OK where we know no
			  request */
	STAGE_FAILED,  /* the driver gave up */
	STAGES
};

/* "after FEATURES_OK" */
const char *stage_name(enum stage stage);

/* Resets the device and brings it to a stage, with nothing accepted but what must be. Ends the check if the device does
 * not come along. */
void reach_stage(struct run *t, struct device *d, enum stage stage);

/* InterruptStatus, and InterruptACK with `bits` (4.2.2). */
uint32_t interrupt_status(struct device *d);
void acknowledge(struct device *d, uint32_t bits);

/* Virtqueue entries that a request of any type may need, with room for one more request: what a check asks of
 * NEEDS(.entries). */
enum { REQUEST_ENTRIES = 4 };

/* Makes `count` requests and adds them, unpublished, or fewer if the virtqueue is full. Returns how many. */
unsigned add_requests(struct run *t, struct device *d, struct request *requests, unsigned count);
/* The same with requests that a device can answer without waiting for anything, so that one which should not is seen at
 * once. Only their used entries are meant to be looked at. */
unsigned add_quick_requests(struct run *t, struct device *d, struct request *requests, unsigned count);
enum driver_error make_quick_request(struct device *d, struct request *request);

/*
 * Memory that the device must not write: the used ring of a virtqueue and the device-writable bytes of requests.
 * watch_begin() fills what may be filled with WATCH_POISON. It keeps addresses, not the queue, so it outlives a reset.
 */
enum { WATCH_POISON = 0xa9 };
struct watch {
	volatile struct virtq_used *used;
	uint16_t size, index, flags, avail_event;
	bool whole; /* also used.flags and avail_event, which a device may write while it consumes nothing */
	const struct request *requests;
	unsigned count;
};
void watch_begin(struct watch *watch, const struct virtqueue *queue, const struct request *requests, unsigned count,
		 bool whole);
/* NULL, or what was written. */
const char *watch_found(const struct watch *watch);

/*
 * A moment in which nothing should happen, where no later event of the device can bound it: longer than the device
 * lately took for anything, and long enough for some requests to another device, whose answers show that the VMM ran in
 * that moment and was not merely kept from running by a busy machine. Where there is no other device, a while by the
 * clock.
 */
void quiet_moment(struct run *t);
/* True if CONDITION held until the end of such a moment. */
#define STAYS(T, CONDITION) (!WAIT_UNTIL(!(CONDITION), GLIMPSE_NS) && (quiet_moment(T), (CONDITION)))
#define GLIMPSE_NS	    MICROSECONDS(200)

/*
 * True as soon as CONDITION holds: something that ought to come about no later than an ordinary request of this device,
 * which took `usual` ns. It gets many times as long, and a quiet moment on top.
 */
#define COMES(T, CONDITION, USUAL) (WAIT_UNTIL((CONDITION), patience_for(USUAL)) || (quiet_moment(T), (CONDITION)))
uint64_t patience_for(uint64_t usual);

/* Waits for a used entry of any virtqueue and takes it. The check ends if none comes in time, or a wrong one. */
struct completion take_used(struct run *t, struct virtqueue *queue, const char *what);

#endif
