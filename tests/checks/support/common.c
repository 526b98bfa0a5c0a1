// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/common.h"

#include <arch/cpu.h>

#include "firmware/lib/journal.h"
#include "firmware/lib/string.h"

enum { OTHER_REQUESTS = 4 };
#define QUIET_NS MILLISECONDS(1) /* without another device */

enum { PATIENCE_TIMES = 20, PACE_TIMES = 2 };
#define PATIENCE_LEAST_NS MILLISECONDS(5) /* a VMM may lose its CPU for that long between two events */

const char *stage_name(enum stage stage)
{
	static const char *const names[STAGES] = {
		[STAGE_RESET] = "after reset",
		[STAGE_ACKNOWLEDGE] = "after ACKNOWLEDGE",
		[STAGE_DRIVER] = "after DRIVER",
		[STAGE_FEATURES_OK] = "after feature negotiation",
		[STAGE_QUEUES] = "with virtqueues set up",
		[STAGE_DRIVER_OK] = "after DRIVER_OK",
		[STAGE_PENDING] = "with an interrupt pending",
		[STAGE_FAILED] = "after FAILED",
	};

	return names[stage];
}

static bool makes_requests(const struct device *d)
{
	return d->type->make_request && d->type->request_queue < d->queue_count &&
	       d->queue_max[d->type->request_queue] >= REQUEST_ENTRIES;
}

void reach_stage(struct run *t, struct device *d, enum stage stage)
{
	step(t, "%s", stage_name(stage));
	device_clear_interrupts(d);
	require_ok(t, device_reset(d), "the device completes the reset");
	if (stage >= STAGE_ACKNOWLEDGE)
		transport_add_status(&d->transport, VIRTIO_STATUS_ACKNOWLEDGE);
	if (stage >= STAGE_DRIVER)
		transport_add_status(&d->transport, VIRTIO_STATUS_DRIVER);
	if (stage >= STAGE_FEATURES_OK)
		require_ok(t, device_negotiate(d, NO_FEATURES), "the smallest set of features is accepted");
	if (stage >= STAGE_QUEUES && d->queue_count)
		require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	if (stage >= STAGE_DRIVER_OK)
		device_go(d);
	if (stage >= STAGE_PENDING && makes_requests(d)) {
		require_ok(t, device_do_request(d, stage), "a request is served");
		require(t,
			WAIT_UNTIL(transport_interrupt_status(&d->transport) & VIRTIO_INTERRUPT_USED_BUFFER,
				   device_patience_ns),
			"InterruptStatus shows the used buffer");
	}
	if (stage >= STAGE_FAILED)
		transport_add_status(&d->transport, VIRTIO_STATUS_FAILED);
}

uint32_t interrupt_status(struct device *d)
{
	return transport_interrupt_status(&d->transport);
}

void acknowledge(struct device *d, uint32_t bits)
{
	transport_interrupt_acknowledge(&d->transport, bits);
}

enum driver_error make_quick_request(struct device *d, struct request *request)
{
	if (!d->type->make_quick_request)
		return device_make_request(d, request, 0);
	memset(request, 0, sizeof(*request));
	return d->type->make_quick_request(d, request);
}

static unsigned add_some(struct run *t, struct device *d, struct request *requests, unsigned count, bool quick)
{
	for (unsigned i = 0; i < count; i++) {
		/* Only every second request is a quick one: some disks drop requests for their name (GET_ID). */
		enum driver_error error = quick && !(i & 1) ? make_quick_request(d, &requests[i])
							    : device_make_request(d, &requests[i], i);

		require_ok(t, error, "a request can be made");
		if (requests[i].count > device_request_queue(d)->free_count)
			return i;
		need_ok(t, device_add_request(d, &requests[i], NULL));
	}
	return count;
}

unsigned add_requests(struct run *t, struct device *d, struct request *requests, unsigned count)
{
	return add_some(t, d, requests, count, false);
}

unsigned add_quick_requests(struct run *t, struct device *d, struct request *requests, unsigned count)
{
	return add_some(t, d, requests, count, true);
}

static uint16_t event_of(const struct watch *watch)
{
	return ((volatile const uint16_t *)watch->used)[VIRTQ_USED_BYTES(watch->size) / sizeof(uint16_t) - 1];
}

void watch_begin(struct watch *watch, const struct virtqueue *queue, const struct request *requests, unsigned count,
		 bool whole)
{
	*watch = (struct watch){
		.used = queue->used,
		.size = queue->size,
		.whole = whole,
		.requests = requests,
		.count = count,
	};
	memset((void *)(uintptr_t)queue->used->ring, WATCH_POISON, queue->size * sizeof(struct virtq_used_element));
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < requests[i].count; j++)
			if (requests[i].segments[j].writable)
				memset(requests[i].segments[j].data, WATCH_POISON, requests[i].segments[j].size);
	watch->index = queue->used->index;
	watch->flags = queue->used->flags;
	watch->avail_event = event_of(watch);
}

static bool all_poison(const void *memory, size_t size)
{
	return memory_unlike(memory, WATCH_POISON, size) == size;
}

const char *watch_found(const struct watch *watch)
{
	if (watch->used->index != watch->index)
		return "used.idx moved";
	barrier_full(); /* makes the compiler read memory again */
	if (!all_poison((const void *)(uintptr_t)watch->used->ring, watch->size * sizeof(struct virtq_used_element)))
		return "an entry of the used ring was written";
	if (watch->whole && (watch->used->flags != watch->flags || event_of(watch) != watch->avail_event))
		return "used.flags or avail_event was written";
	for (unsigned i = 0; i < watch->count; i++) {
		const struct request *request = &watch->requests[i];

		for (unsigned j = 0; j < request->count; j++)
			if (request->segments[j].writable &&
			    !all_poison(request->segments[j].data, request->segments[j].size))
				return "a device-writable buffer was written";
	}
	return NULL;
}

/*
 * Finds another device that answers requests and has another interrupt line than the device under test. Prefers the
 * type whose answers come from deepest inside the VMM.
 */
static struct device *find_other(struct run *t)
{
	struct device *best = NULL;

	for (unsigned i = 0; i < t->device_count; i++) {
		struct device *other = &t->devices[i];

		if (other != t->device && !other->unusable && other->type->make_request &&
		    other->type->request_queue < other->queue_count && other->transport.line &&
		    other->transport.line != t->device->transport.line &&
		    (!best || other->type->depth > best->type->depth))
			best = other;
	}
	return best;
}

void quiet_moment(struct run *t)
{
	struct device *other = find_other(t);
	enum driver_error error;

	(void)WAIT_UNTIL(false, PACE_TIMES * t->device->recent_wait_ns + (other ? 0 : QUIET_NS));
	if (!other)
		return;
	journal_pause(true); /* the log of a failure shows only the device under test */
	error = device_start(other, NO_FEATURES);
	for (unsigned i = 0; !error && i < OTHER_REQUESTS; i++)
		error = device_do_request(other, i);
	/* Faults of the other device are for its own checks to report. */
	device_reset(other);
	irq_line_rearm(other->transport.line);
	journal_pause(false);
}

uint64_t patience_for(uint64_t usual)
{
	uint64_t patience = PATIENCE_LEAST_NS + PATIENCE_TIMES * usual;

	return patience < device_patience_ns ? patience : device_patience_ns;
}

struct completion take_used(struct run *t, struct virtqueue *queue, const char *what)
{
	struct completion done = { 0 };
	enum driver_error error = DRIVER_USED_INDEX_WENT_BACK;
	enum virtqueue_pop popped;

	require(t, WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns), "%s comes back", what);
	popped = virtqueue_pop(queue, &done, &error);
	require(t, popped == VIRTQUEUE_POPPED, "the used entry of %s is valid: %s", what, driver_error_text(error));
	return done;
}
