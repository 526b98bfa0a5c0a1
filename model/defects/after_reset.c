/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only for defects: what a device still does after a reset, from what it remembers of the time before (2.4.1 forbids
 * all of it). It happens a few units of work after the reset, and again every few units until a driver comes back, so
 * that it is not over before a driver can look.
 */
#include "model/defects/after_reset.h"

#include "drivers/spec/device.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/live.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"

enum { TICKS = 6 };

/* Does it remember this queue, because of a defect of queues of its kind? */
static bool of_its_kind(const struct model *m, uint16_t index)
{
	return broken_at(m, index, written_after_reset) || broken_at(m, index, interrupts_after_reset);
}

static bool by_kind(const struct model *m)
{
	return broken(m, receive_queue_written_after_reset) || broken(m, further_queue_written_after_reset) ||
	       broken(m, receive_queue_interrupts_after_reset) || broken(m, further_queue_interrupts_after_reset);
}

static bool any(const struct model *m)
{
	return by_kind(m) || broken(m, reset_then_executes) || broken(m, reset_then_notifies) ||
	       broken(m, reset_then_uses_ring) || broken(m, reset_then_writes_buffer);
}

/* Executes a request that is in flight, and lets what it changes outlive the reset. */
static void serve_late(struct model *m)
{
	uint16_t head;

	for (uint16_t i = 0; i < model_queue_count(m); i++)
		if (!model_receives(m, i) && model_queue_live(m, i) && !m->queue[i].in_flight &&
		    model_queue_take(m, i, &head) && model_chain_walk(m, i, head)) {
			m->backend->serve(m, i);
			m->defective.served_late = true;
		}
}

/* Remembers, before the reset, a used ring and a writable buffer that still waits there, if any does. */
void model_after_reset_remember(struct model *m)
{
	m->defective.lived = (m->status & VIRTIO_STATUS_DRIVER_OK) || m->defective.lived;
	m->defective.ticks = 0;
	m->defective.served_late = false;
	if (broken(m, net_command_outlives_reset) && model_live(m))
		serve_late(m);
	if (by_kind(m))
		m->defective.old_used = m->defective.old_buffer = 0;
	if (!any(m) || !model_live(m))
		return;
	m->defective.old_used = m->defective.old_buffer = 0;
	for (uint16_t i = 0; i < model_queue_count(m); i++) {
		struct model_queue *q = &m->queue[i];
		uint16_t head;

		if (!model_queue_live(m, i) || m->defective.old_buffer || (by_kind(m) && !of_its_kind(m, i)))
			continue;
		m->defective.old_used = q->used + 2;
		m->defective.old_index = (uint16_t)(q->next_used + 1);
		if (!q->in_flight && !model_queue_take(m, i, &head))
			continue;
		if (model_chain_walk(m, i, q->in_flight ? q->head[0] : head) && m->chain.writable)
			m->defective.old_buffer = m->chain.segment[m->chain.readable_count].address;
	}
}

void model_after_reset_tick(struct model *m)
{
	if (m->defective.late_signal && --m->defective.late_signal == 0)
		model_raise(m, MODEL_SOURCE_QUEUE(0));
	if (m->defective.lived && m->status == 0 && any(m) && m->defective.ticks < TICKS)
		m->defective.ticks++;
}

bool model_after_reset_due(const struct model *m)
{
	return m->defective.ticks == TICKS && m->status == 0;
}

void model_after_reset_act(struct model *m)
{
	uint8_t bytes[2];

	m->defective.ticks = 0;
	if (broken(m, reset_then_executes) && m->defective.old_buffer)
		m->backend->serve(m, 0); /* the chain that was remembered */
	if (broken(m, reset_then_notifies) ||
	    ((broken(m, receive_queue_interrupts_after_reset) || broken(m, further_queue_interrupts_after_reset)) &&
	     m->defective.old_used))
		model_raise(m, MODEL_SOURCE_QUEUE(0));
	model_to_le(bytes, sizeof bytes, m->defective.old_index++);
	if ((broken(m, reset_then_uses_ring) || broken(m, receive_queue_written_after_reset) ||
	     broken(m, further_queue_written_after_reset)) &&
	    m->defective.old_used)
		m->host.write(m->host.context, m->defective.old_used, bytes, sizeof bytes);
	if ((broken(m, reset_then_writes_buffer) || broken(m, receive_queue_written_after_reset) ||
	     broken(m, further_queue_written_after_reset)) &&
	    m->defective.old_buffer)
		m->host.write(m->host.context, m->defective.old_buffer, bytes, 1);
}
