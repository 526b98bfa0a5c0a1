// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/common.h"

#include <arch/cpu.h>

#include "firmware/arch/irq.h"
#include "firmware/lib/journal.h"
#include "firmware/lib/string.h"
#include "tests/framework/options.h"

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

void next_stage(struct run *t, struct device *d, enum stage stage)
{
	switch (stage) {
	case STAGE_ACKNOWLEDGE:
		transport_add_status(&d->transport, VIRTIO_STATUS_ACKNOWLEDGE);
		break;
	case STAGE_DRIVER:
		transport_add_status(&d->transport, VIRTIO_STATUS_DRIVER);
		break;
	case STAGE_FEATURES_OK:
		need_ok(t, device_negotiate(d, NO_FEATURES));
		break;
	case STAGE_QUEUES:
		if (d->queue_count)
			need_ok(t, device_setup_queues(d, 0));
		break;
	case STAGE_DRIVER_OK:
		device_go(d);
		break;
	case STAGE_PENDING:
		if (!makes_requests(d))
			break;
		need_ok(t, device_do_request(d, stage));
		need_notification(t, d);
		break;
	case STAGE_FAILED:
		transport_add_status(&d->transport, VIRTIO_STATUS_FAILED);
		break;
	case STAGE_RESET:
	case STAGES:
		break;
	}
}

void reach_stage(struct run *t, struct device *d, enum stage stage)
{
	step(t, "%s", stage_name(stage));
	device_clear_interrupts(d);
	need_ok(t, device_reset(d));
	for (unsigned next = STAGE_RESET; next <= stage; next++)
		next_stage(t, d, (enum stage)next);
}

void need_ordinary_life(struct run *t, struct device *d, bool whole_queues)
{
	enum { WHOLE_MAX = 1024 };
	const bool whole = d->whole_queues;
	enum driver_error error;

	/* Two lives and what follows must fit into our memory. */
	for (unsigned i = 0; i < d->queue_count; i++)
		whole_queues &= d->queue_max[i] <= WHOLE_MAX;
	d->whole_queues |= whole_queues;
	error = ordinary_life(d);
	d->whole_queues = whole;
	need_ok(t, error);
	d->whole_queues |= whole_queues;
	error = device_start(d, NO_FEATURES);
	d->whole_queues = whole;
	need_row(t, error != DRIVER_FEATURES_REFUSED, "feat-05", "a set of features is accepted again after a reset");
	need_ok(t, error);
	need_row(t, !device_do_request(d, 0), "mmio-table-19", "requests are served after a reset, as before it");
	need_ok(t, device_reset(d));
	t->controlled = true;
}

/* Does a legacy device serve a request if the driver sets FEATURES_OK, which legacy drivers do not know? */
static bool served_with_features_ok(struct device *d)
{
	bool served;

	journal_pause(true);
	served = !device_reset(d);
	device_greet(d);
	served = served && !device_negotiate(d, NO_FEATURES);
	transport_add_status(&d->transport, VIRTIO_STATUS_FEATURES_OK);
	served = served && !device_setup_queues(d, 0);
	device_go(d);
	served = served && !device_do_request(d, 0);
	journal_pause(false);
	return served;
}

void require_legacy_request(struct run *t, struct device *d)
{
	enum driver_error error = device_do_request(d, 1);

	if (error && !served_with_features_ok(d))
		need_ok(t, error);
	require(t, !error, "a request is served without FEATURES_OK, as it is with it");
}

void need_without(struct run *t, struct device *d, unsigned feature)
{
	if (device_accepted(d, feature))
		skip(t, "the device insists on %s", feature_name(d->type, feature));
}

void need_notification(struct run *t, struct device *d)
{
	need_row(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns), "sintr-03",
		 "InterruptStatus shows the used buffer");
}

void need_survives_bad_head(struct run *t, struct device *d)
{
	if (t->options->after[0] && !d->survives_bad_head)
		skip(t, "a device that may not survive a bad available ring entry, see status.needs-reset");
}

/* How notifications are asked for in need_usual_notifications(). */
struct wish {
	bool event_idx;	   /* accepted */
	uint16_t ahead;	   /* how far used_event is ahead */
	bool no_interrupt; /* in avail.flags */
	unsigned times;
	const char *row; /* that the device breaks if no notification comes */
};

/*
 * Does a used buffer notification follow a request? Returns NULL, or the row that the device breaks. *error: the
 * request went wrong.
 */
static const char *usual_notification(struct device *d, const struct wish *wish, enum driver_error *error)
{
	struct virtqueue *queue = device_request_queue(d);
	struct irq_line *line = d->transport.line;
	uint32_t mark;

	transport_take_interrupts(&d->transport);
	if (line) {
		irq_line_rearm(line);
		irq_settle();
	}
	mark = line ? line->count : 0;
	virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + wish->ahead));
	virtqueue_set_no_interrupt(queue, wish->no_interrupt);
	*error = device_do_request(d, 0);
	if (*error)
		return NULL;
	if (!WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns)) {
		irq_settle();
		return line && line->count != mark ? "mmio-layout-03" : wish->row;
	}
	return !line || WAIT_UNTIL(line->count != mark, device_patience_ns) ? NULL : "mmio-table-10";
}

void need_usual_notifications(struct run *t, struct device *d, bool event_idx)
{
	static const struct wish wishes[] = {
		{ .times = 6, .row = "sintr-03" },
		{ .ahead = 0x4000, .times = 2, .row = "sintr-01" },
		{ .event_idx = true, .times = 4, .row = "sintr-05" },
		{ .event_idx = true, .no_interrupt = true, .times = 2, .row = "sintr-04" },
	};
	enum driver_error error = DRIVER_NO_ERROR;
	const char *row = NULL;

	if (d->transport.line)
		irq_line_attach(d->transport.line, NULL, NULL);
	journal_pause(true); /* the log of a failure shows what the check did */
	for (unsigned i = 0; !row && !error && i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		const struct wish *wish = &wishes[i];

		/* A device may insist on one of the two rules, or keep EVENT_IDX over a reset. */
		if (wish->event_idx != event_idx ||
		    device_start(d, event_idx ? FEATURE(VIRTIO_F_EVENT_IDX) : NO_FEATURES))
			continue;
		if (device_accepted(d, VIRTIO_F_EVENT_IDX) != wish->event_idx)
			continue;
		for (unsigned j = 0; !row && !error && j < wish->times; j++)
			row = usual_notification(d, wish, &error);
	}
	journal_pause(false);
	need_ok(t, error);
	if (row && !check_names(t->check, row))
		skip(t, "no notification comes in the plainest case either (%s)", row);
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

		need_ok(t, error);
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
	uint64_t patience = PATIENCE_LEAST_NS + PATIENCE_TIMES * usual, most = device_patience_ns / 4;

	/* What was measured may have had a stall of the machine in it. */
	if (most < 2 * usual)
		most = 2 * usual < device_patience_ns ? 2 * usual : device_patience_ns;
	return patience < most ? patience : most;
}

struct completion take_used(struct run *t, struct virtqueue *queue, const char *what)
{
	struct completion done = { 0 };
	enum driver_error error = DRIVER_NO_ERROR;

	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns))
		error = DRIVER_NO_ANSWER;
	else if (virtqueue_pop(queue, &done, &error) == VIRTQUEUE_EMPTY)
		error = DRIVER_USED_INDEX_WENT_BACK;
	require_ok(t, error, "%s comes back once, with a valid used entry", what);
	return done;
}
