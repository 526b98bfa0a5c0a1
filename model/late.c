/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only for defects: things that a device does after a reset, from what it remembers of the life before (2.4.1 forbids
 * all of it). They happen a few steps later, and again every few steps until a driver comes back, so that they are not
 * over before a driver can look.
 */
#include "model/late.h"

#include "drivers/spec/device.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/live.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"

enum { TICKS = 6 };

static bool any(const struct model *m)
{
	return broken(m, reset_then_notifies) || broken(m, reset_then_uses_ring) || broken(m, reset_then_writes_buffer);
}

/* Before the reset: a used ring, and a writable buffer that is still waiting there, if there is one. */
void model_late_remember(struct model *m)
{
	m->defective.late = (m->status & VIRTIO_STATUS_DRIVER_OK) || m->defective.late;
	m->defective.ticks = 0;
	if (!any(m) || !model_live(m))
		return;
	m->defective.late_used = m->defective.late_buffer = 0;
	for (uint16_t i = 0; i < model_queue_count(m); i++) {
		struct model_queue *q = &m->queue[i];
		uint16_t head;

		if (!model_queue_live(m, i) || m->defective.late_buffer)
			continue;
		m->defective.late_used = q->used + 2;
		m->defective.late_index = (uint16_t)(q->next_used + 1);
		if (!q->in_flight && !model_queue_take(m, i, &head))
			continue;
		if (model_chain_walk(m, i, q->in_flight ? q->head[0] : head) && m->chain.writable)
			m->defective.late_buffer = m->chain.segment[m->chain.readable_count].address;
	}
}

void model_late_tick(struct model *m)
{
	if (m->defective.late && m->status == 0 && any(m) && m->defective.ticks < TICKS)
		m->defective.ticks++;
}

bool model_late_due(const struct model *m)
{
	return m->defective.ticks == TICKS && m->status == 0;
}

void model_late_act(struct model *m)
{
	uint8_t bytes[2];

	m->defective.ticks = 0;
	if (broken(m, reset_then_notifies))
		model_raise(m, MODEL_SOURCE_QUEUE(0));
	model_to_le(bytes, sizeof bytes, m->defective.late_index++);
	if (broken(m, reset_then_uses_ring) && m->defective.late_used)
		m->host.write(m->host.context, m->defective.late_used, bytes, sizeof bytes);
	if (broken(m, reset_then_writes_buffer) && m->defective.late_buffer)
		m->host.write(m->host.context, m->defective.late_buffer, bytes, 1);
}
