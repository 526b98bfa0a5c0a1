/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a virtqueue, whatever its rings look like: from QueueReady to its reset or the device's, and the
 * notifications that come for it. */
#include "model/queue/queue.h"

#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/live.h"
#include "model/queue/ring.h"

enum { LEGACY_ALIGN = 4096 }; /* QueueAlign until the driver writes it: 2.7.2, "usually" */

/* 2.1.2, 4.2.2.1: nothing is touched before DRIVER_OK, while QueueReady is 0, or from a queue's reset on. */
bool model_queue_live(const struct model *m, uint16_t index)
{
	const struct model_queue *q = &m->queue[index];

	/* Asked all the time, and mostly in vain: what is known at once comes first. */
	return index < MODEL_QUEUES_MAX && (q->ready || q->zombie) && !q->reset_units && model_live(m) &&
	       index < model_queue_count(m);
}

/* Parameters of a former life that a defect holds on to. */
static void hold_on(struct model *m, struct model_queue *q)
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

/* Both indices start at 0 (2.7.6, 2.7.8). A notification that was early stays remembered. */
void model_queue_start(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	bool go_on = q->reset_once ? broken(m, queue_reset_keeps_indices)
				   : broken(m, reset_keeps_indices) && !q->enabled_once;

	hold_on(m, q);
	if (!go_on)
		q->next_avail = q->next_used = q->signalled = broken(m, used_index_starts_at_one);
	if (broken(m, used_index_starts_at_one))
		q->next_avail = 0;
	if (broken(m, buffers_before_ready_skipped))
		q->next_avail = model_queue_avail_index(m, index);
	q->staged = 0;
	q->starved = q->zombie = q->ghost = q->late = false;
	q->in_flight = 0;
	q->ready = q->enabled_once = true;
}

/* The driver stops the queue: whatever was in flight is dropped. */
void model_queue_forget(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	q->ready = false;
	q->zombie = broken(m, unready_queue_served);
	q->notified = false;
	q->in_flight = 0;
	q->staged = 0;
	q->signalled = q->next_used;
}

/* 2.6.1.1: when it is complete, everything about the queue is as after a device reset. */
void model_queue_reset_step(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index], old = *q;

	if (q->reset_units > 1) {
		q->reset_units--;
		return;
	}
	*q = (struct model_queue){ .size = m->config.queue_size_max,
				   .reset_once = true,
				   .enabled_once = old.enabled_once };
	q->old_desc = old.old_desc;
	q->old_avail = old.old_avail;
	q->old_used = old.old_used;
	q->old_size = old.old_size;
	q->ghost = broken(m, queue_reset_leaves_ready);
	q->zombie = broken(m, queue_reset_then_executes) && old.ready;
	if (q->zombie || broken(m, queue_reset_keeps_indices)) {
		q->next_avail = old.next_avail;
		q->next_used = q->signalled = old.next_used;
	}
	if (q->zombie) {
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

	*q = (struct model_queue){ .size = m->config.queue_size_max, .align = LEGACY_ALIGN };
	q->old_desc = old.old_desc;
	q->old_avail = old.old_avail;
	q->old_used = old.old_used;
	if (broken(m, reset_keeps_indices)) {
		q->next_avail = old.next_avail;
		q->next_used = q->signalled = old.next_used;
	}
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
	if (broken(m, queue_reset_then_notifies) && m->queue[index].reset_once && !m->queue[index].ready)
		model_raise(m, MODEL_SOURCE_QUEUE(index));
	if (broken(m, notify_before_ready_lost) && !m->queue[index].ready)
		return;
	if (broken(m, used_flags_stuck) && m->queue[index].returned && !model_negotiated(m, VIRTIO_F_EVENT_IDX))
		return;
	m->queue[index].notified = m->queue[index].fresh = true;
	m->queue[index].greedy = broken(m, takes_beyond_available_index) && !model_receives(m, (uint16_t)index);
}
