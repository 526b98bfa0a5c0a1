/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtqueue from QueueReady to its reset or the device's, and the notifications that come for it, whatever its rings
 * look like. */
#include "model/queue/queue.h"

#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/line.h"
#include "model/live.h"
#include "model/oddities/sizes.h"
#include "model/queue/ring.h"

enum { LATE_SIGNAL = 4 };     /* register accesses */
enum { LEGACY_ALIGN = 4096 }; /* QueueAlign until the driver writes it: 2.7.2, "usually" */

/* 2.1.2, 4.2.2.1: the device does not touch a queue before DRIVER_OK, while QueueReady is 0, or after the queue's
 * reset. */
bool model_queue_live(const struct model *m, uint16_t index)
{
	const struct model_queue *q = &m->queue[index];

	/* This runs very often and is mostly false: test the cheap flags before counting queues. */
	if (!q->ready && !q->served_unready)
		return false;
	return !q->reset_units && model_live(m) && index < model_queue_count(m);
}

/* For defects: reuses parameters from before a reset, and records the present ones for the next time. */
static void apply_old_parameters(struct model *m, struct model_queue *q)
{
	if (broken(m, queue_reenable_keeps_size) && q->reset_once && q->old_size)
		q->size = q->old_size;
	if (q->old_desc && (broken(m, reset_keeps_rings) || (broken(m, queue_reenable_keeps_rings) && q->reset_once))) {
		q->desc = q->old_desc;
		q->avail = q->old_avail;
		q->used = q->old_used;
	}
	if (broken(m, ring_addresses_rounded)) {
		q->avail &= ~(uint64_t)15;
		q->used &= ~(uint64_t)15;
	}
	q->old_desc = q->desc;
	q->old_avail = q->avail;
	q->old_used = q->used;
	q->old_size = q->size;
}

/* Both indices start at 0 (2.7.6, 2.7.8). A notification that came early is not forgotten. */
void model_queue_start(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	bool go_on = q->reset_once ? broken(m, queue_reset_keeps_indices) || broken_at(m, index, reset_keeps_indices)
				   : broken(m, reset_keeps_indices) && !q->enabled_once;

	apply_old_parameters(m, q);
	if ((q->desc | q->avail | q->used) & 1)
		hang_if_broken(m, ring_odd_hangs);
	if (q->desc == q->avail || q->desc == q->used)
		leave_if_broken(m, ring_overlap_kills);
	if (!go_on)
		q->next_avail = q->next_used = q->signalled = broken(m, used_index_starts_at_one);
	if (broken(m, used_index_starts_at_one))
		q->next_avail = 0;
	if (broken(m, buffers_before_ready_skipped))
		q->next_avail = model_queue_avail_index(m, index);
	q->staged = 0;
	q->deaf = q->served_unready = q->finishing = q->shown_ready = q->held_back = false;
	q->starved = false;
	q->in_flight = 0;
	q->odd_head = 0;
	q->odd_flags = false;
	q->odd_answer_due = q->odd_signal_due = 0;
	q->enabled_once = true;
	q->ready = true;
}

/* For defects: does the device finish what is in flight in a queue that the driver stops by QueueReady or QueuePFN? It
 * takes all that is available, first. */
static bool finishes(struct model *m, uint16_t index, bool defect)
{
	struct model_queue *q = &m->queue[index];

	if (!defect || !model_queue_live(m, index))
		return false;
	while (!model_receives(m, index) && q->in_flight < MODEL_IN_FLIGHT_MAX &&
	       model_queue_take(m, index, &q->head[q->in_flight]))
		q->in_flight++;
	return true;
}

static bool finishes_not_ready(struct model *m, uint16_t index)
{
	if (model_is_legacy(m))
		return broken(m, legacy_pfn_zero_finishes) ||
		       (broken(m, receive_queue_filled_without_pfn) && model_receives(m, index));
	return broken(m, not_ready_finishes) ||
	       (broken(m, receive_queue_filled_not_ready) && model_receives(m, index)) ||
	       (broken(m, further_queue_finished_not_ready) && model_is_further(m, index));
}

static bool finishes_reset(struct model *m, uint16_t index)
{
	return broken(m, queue_reset_finishes) ||
	       (broken(m, receive_queue_filled_after_reset) && model_receives(m, index)) ||
	       (broken(m, further_queue_finished_after_reset) && model_is_further(m, index));
}

bool model_queue_polled_early(struct model *m, uint16_t index)
{
	uint16_t count;

	return broken(m, polls_before_driver_ok) && !(m->status & VIRTIO_STATUS_DRIVER_OK) &&
	       model_queue_live(m, index) && model_queue_available(m, index, &count);
}

/* For defects: what stopping one queue does to the others. */
static void harm_others(struct model *m)
{
	if (broken(m, queue_stop_clears_status))
		model_clear_interrupts(m);
	for (uint16_t i = 0; broken(m, queue_stop_forgets_others) && i < MODEL_QUEUES_MAX; i++)
		m->queue[i].notified = false;
}

/* Called when the driver stops the queue. Drops the requests in flight. */
void model_queue_forget(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	if (finishes(m, index, finishes_not_ready(m, index))) {
		q->ready = q->notified = false;
		q->served_unready = q->finishing = true;
		return;
	}
	harm_others(m);
	q->ready = false;
	q->served_unready = broken(m, unready_queue_served);
	q->notified = false;
	q->in_flight = 0;
	q->staged = 0;
	q->signalled = q->next_used;
}

/* 2.6.1.1: when the queue reset is complete, all of the queue's state is as after a device reset. */
void model_queue_reset_step(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index], old;
	bool finish;

	if (q->reset_units > 1) {
		q->reset_units--;
		return;
	}
	q->reset_units = 0; /* or it would not be live */
	harm_others(m);
	finish = finishes(m, index, finishes_reset(m, index));
	old = *q;
	if (broken(m, queue_reset_finishes_silently) && q->returned)
		m->defective.late_signal = LATE_SIGNAL;
	*q = (struct model_queue){ .size = model_queue_size_max(m, index),
				   .reset_once = true,
				   .enabled_once = old.enabled_once };
	q->old_desc = old.old_desc;
	q->old_avail = old.old_avail;
	q->old_used = old.old_used;
	q->old_size = old.old_size;
	if (finish) {
		*q = old;
		q->ready = q->notified = false;
		q->served_unready = q->reset_once = q->finishing = true;
		return;
	}
	if (broken(m, queue_reset_keeps_signalled))
		q->muted = old.next_used;
	q->shown_ready = broken(m, queue_reset_leaves_ready);
	q->served_unready = broken(m, queue_reset_then_executes) && old.ready;
	if (q->served_unready || broken(m, queue_reset_keeps_indices) || broken_at(m, index, reset_keeps_indices)) {
		q->next_avail = old.next_avail;
		q->next_used = q->signalled = old.next_used;
	}
	if (q->served_unready) {
		q->size = old.size;
		q->desc = old.desc;
		q->avail = old.avail;
		q->used = old.used;
	}
}

void model_queue_clear(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index], old = *q;
	bool early = !(m->status & VIRTIO_STATUS_DRIVER_OK);

	*q = (struct model_queue){ .size = model_queue_size_max(m, index), .align = LEGACY_ALIGN };
	q->old_desc = old.old_desc;
	q->old_avail = old.old_avail;
	q->old_used = old.old_used;
	if (broken(m, reset_keeps_used_address))
		q->used = old.used;
	if (broken(m, reset_keeps_indices)) {
		q->next_avail = old.next_avail;
		q->next_used = q->signalled = old.next_used;
	}
	if (broken(m, further_queue_ready_after_reset) && model_is_further(m, index))
		q->ready = old.ready;
	if (broken(m, reset_keeps_queue_ready) || (broken(m, early_reset_keeps_queue_ready) && early))
		q->ready = old.ready;
	if (broken(m, legacy_reset_keeps_pfn))
		q->pfn = old.pfn;
}

void model_queue_notify(struct model *m, uint32_t index)
{
	if (broken(m, kick_interrupts) || (broken(m, kick_before_driver_ok_interrupts) && !model_live(m)) ||
	    (broken(m, msi_without_event) && m->msi.enabled))
		model_raise(m, MODEL_SOURCE_QUEUE(index % MODEL_QUEUES_MAX));
	if (index >= model_queue_count(m)) {
		if (broken(m, notify_unknown_queue_fails))
			model_fail(m, "notification of a queue that does not exist");
		return;
	}
	if (broken(m, notify_unready_queue_fails) && !m->queue[index].enabled_once && model_live(m))
		model_fail(m, "notification of a queue that is not ready");
	if (broken(m, queue_reset_then_notifies) && m->queue[index].reset_once && !m->queue[index].ready)
		model_raise(m, MODEL_SOURCE_QUEUE(index));
	if (broken(m, notify_before_ready_lost) && !m->queue[index].ready)
		return;
	if (broken(m, used_flags_stuck) && m->queue[index].returned && !model_negotiated(m, VIRTIO_F_EVENT_IDX))
		return;
	for (unsigned i = 0; broken(m, one_notification_at_a_time) && i < MODEL_QUEUES_MAX; i++)
		m->queue[i].notified = false;
	if (broken_at(m, index, empty_fails) && model_queue_live(m, (uint16_t)index) &&
	    model_queue_avail_index(m, (uint16_t)index) == m->queue[index].next_avail)
		model_fail(m, "notification of an empty ring");
	if (m->queue[index].finishing)
		return;
	m->queue[index].kicked = true;
	m->queue[index].notified = true;
	m->queue[index].may_take_beyond =
		broken(m, takes_beyond_available_index) && !model_receives(m, (uint16_t)index);
}
