/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the checks of all families: the stages of a device's initialisation, requests, memory that a device must
 * not write, and waits.
 */
#ifndef TESTS_CHECKS_SUPPORT_COMMON_H
#define TESTS_CHECKS_SUPPORT_COMMON_H

#include "tests/framework/check.h"

/* How far initialisation (3.1.1) has come. A check that concerns every stage counts from 0 to STAGES - 1. */
enum stage {
	STAGE_RESET,
	STAGE_ACKNOWLEDGE,
	STAGE_DRIVER,
	STAGE_FEATURES_OK, /* legacy layout: the features are written, since there is no FEATURES_OK */
	STAGE_QUEUES,	   /* virtqueues are set up */
	STAGE_DRIVER_OK,
	STAGE_PENDING, /* a request has completed, its interrupt is not acknowledged; as DRIVER_OK for a type without
			  requests */
	STAGE_FAILED,  /* the driver gave up */
	STAGES
};

/* "after FEATURES_OK" */
const char *stage_name(enum stage stage);

/*
 * Resets the device and brings it to a stage, accepting only the features that it requires. Ends the check if the
 * device does not follow.
 */
void reach_stage(struct run *t, struct device *d, enum stage stage);

/* Takes the device from the stage before to this one, without a reset. STAGE_RESET does nothing. */
void next_stage(struct run *t, struct device *d, enum stage stage);

/*
 * A precondition for what a check does with special features, sizes, addresses or lives: the device starts without any
 * of that, and again after a reset, and serves requests; with whole_queues in virtqueues of QueueSizeMax entries, if
 * no one can have more than 1024. From then on an answer that goes wrong is the check's own finding. Ends with a reset.
 */
void need_ordinary_life(struct run *t, struct device *d, bool whole_queues);
/*
 * A legacy driver has started the device: a request is served. If it is not, although it is for a driver that sets
 * FEATURES_OK, the check FAILs.
 */
void require_legacy_request(struct run *t, struct device *d);

/*
 * For a question that is about a device without this feature: it was just started without it, and if it has it all the
 * same, because it insists, the check ends as a SKIP.
 */
void need_without(struct run *t, struct device *d, unsigned feature);

/* A precondition: the bit of a used buffer shows in InterruptStatus, perhaps later than the used entry (sintr-03). */
void need_notification(struct run *t, struct device *d);

/*
 * For a check whose means, not whose subject, is an available ring entry that names no descriptor. If the runner booted
 * again after a crash, and status.needs-reset has not shown in this boot that the device survives such an entry, the
 * check ends as a SKIP: one check with a crash is enough.
 */
void need_survives_bad_head(struct run *t, struct device *d);

/*
 * A notification or an interrupt came. If it did not, and does not come in the plainest case either (requests one by
 * one, asked for by the rule that is in force: that of EVENT_IDX or that of avail.flags), that is for the checks of the
 * row to report, and this one ends as a SKIP; else it FAILs. need_usual_notifications() is the precondition alone; it
 * leaves nothing of the check's life.
 */
#define require_notified(T, D, CAME, ...)                                                       \
	do {                                                                                    \
		const bool notification_came = (CAME);                                          \
                                                                                                \
		if (!notification_came)                                                         \
			need_usual_notifications(T, D, device_accepted(D, VIRTIO_F_EVENT_IDX)); \
		require(T, notification_came, __VA_ARGS__);                                     \
	} while (0)
void need_usual_notifications(struct run *t, struct device *d, bool event_idx);

/* Reads InterruptStatus, and writes `bits` to InterruptACK (4.2.2). */
uint32_t interrupt_status(struct device *d);
void acknowledge(struct device *d, uint32_t bits);

/*
 * Virtqueue entries that suffice for a request of any type and for one more request: the usual value of
 * NEEDS(.entries).
 */
enum { REQUEST_ENTRIES = 4 };

/*
 * Makes `count` requests, or as many as the virtqueue has room for, and adds them without publishing them. Returns how
 * many.
 */
unsigned add_requests(struct run *t, struct device *d, struct request *requests, unsigned count);
/*
 * The same, but every second request is one that a device can answer without waiting for anything, so that a device
 * which must not answer is caught at once. Look only at their used entries, not at the answers.
 */
unsigned add_quick_requests(struct run *t, struct device *d, struct request *requests, unsigned count);
enum driver_error make_quick_request(struct device *d, struct request *request);

/*
 * Memory that the device must not write: the used ring of a virtqueue and the device-writable bytes of requests.
 * watch_begin() fills what may be filled with WATCH_POISON. It keeps addresses, not the queue, so it stays valid over a
 * reset.
 */
enum { WATCH_POISON = 0xa9 };
struct watch {
	volatile struct virtq_used *used;
	uint16_t size, index, flags, avail_event;
	bool whole; /* also watch used.flags and avail_event, which a live device may write while it uses no buffer */
	const struct request *requests;
	unsigned count;
};
void watch_begin(struct watch *watch, const struct virtqueue *queue, const struct request *requests, unsigned count,
		 bool whole);
/* Returns NULL, or a phrase that says what was written. */
const char *watch_found(const struct watch *watch);

/*
 * Waits in case the device does something that it must not do, where no later event of the device can bound the wait.
 * It waits longer than the device lately needed for a request, and then does some requests to another device: their
 * answers prove that the VMM ran meanwhile and was not kept from running by a busy machine. Without another device, the
 * wait is a millisecond longer by the clock.
 */
void quiet_moment(struct run *t);
/* True if CONDITION holds until the end of a quiet moment. */
#define STAYS(T, CONDITION) (!WAIT_UNTIL(!(CONDITION), SHORT_WAIT_NS) && (quiet_moment(T), (CONDITION)))
#define SHORT_WAIT_NS	    MICROSECONDS(200)

/*
 * True as soon as CONDITION holds. For what should take no longer than an ordinary request, which took USUAL ns on
 * this device: it gets many times as long, and a quiet moment on top.
 */
#define COMES(T, CONDITION, USUAL) (WAIT_UNTIL((CONDITION), patience_for(USUAL)) || (quiet_moment(T), (CONDITION)))
uint64_t patience_for(uint64_t usual);

/* Waits for a used entry of a virtqueue and takes it. The check ends if none comes in time, or if it is invalid. */
struct completion take_used(struct run *t, struct virtqueue *queue, const char *what);

#endif
