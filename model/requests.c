/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device does with a queue of requests: it takes some, executes one and stages its buffer as used. */
#include "model/requests.h"

#include "drivers/spec/features.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/live.h"
#include "model/oddities/act.h"
#include "model/oddities/odd.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"

/* How many requests may be in flight. With IN_ORDER (6.2) it is one, which keeps the order. */
static unsigned in_flight_limit(const struct model *m)
{
	if (model_negotiated(m, VIRTIO_F_IN_ORDER))
		return broken(m, in_order_ignored) ? MODEL_IN_FLIGHT_MAX : 1;
	return m->backend->concurrent && !broken(m, blk_position_shared) ? m->config.in_flight : 1;
}

static uint16_t pick(struct model *m, struct model_queue *q)
{
	bool in_order = model_negotiated(m, VIRTIO_F_IN_ORDER);
	unsigned i = 0;
	uint16_t head;

	if (m->config.out_of_order && q->in_flight > 1 && !in_order)
		i = (unsigned)(m->host.random(m->host.context) % q->in_flight);
	if ((broken(m, in_order_ignored) && in_order) || (odd(m, completes_backwards) && !in_order))
		i = q->in_flight - 1u;
	head = q->head[i];
	for (q->in_flight--; i < q->in_flight; i++)
		q->head[i] = q->head[i + 1];
	return head;
}

static void nothing_there(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	if (broken(m, spurious_kick_fails))
		model_fail(m, "notification of an empty ring");
	if (broken(m, spurious_kick_replays) && q->returned && !m->error) {
		m->chain.count = m->chain.readable_count = 0;
		m->chain.readable = m->chain.writable = m->chain.indirect = 0;
		model_queue_stage(m, index, q->last_head, 0, false);
	}
}

/* Executes one request and stages its buffer as used. */
static void complete_one(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	uint16_t head = pick(m, q);
	uint32_t length;

	if (broken(m, falls_off_the_bus) && ++m->defective.requests > 10)
		m->defective.off_the_bus = true;
	if (!model_chain_walk(m, index, head))
		return;
	length = m->backend->serve(m, index);
	if (m->error && broken(m, buffer_unreachable_scribbles))
		model_queue_scribble(m, index);
	if (m->error || !model_queue_live(m, index) || length == MODEL_NO_ANSWER)
		return;
	/* An element that is not the last of its batch must say that everything before it was used in full. */
	if (q->staged && !q->staged_in_full && model_negotiated(m, VIRTIO_F_IN_ORDER))
		model_queue_publish(m, index);
	model_queue_stage(m, index, head, length, length == m->chain.writable);
}

void model_queue_work(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	uint16_t head, count;
	bool took = false;

	if ((broken(m, blk_second_queue_dead) && index == 1) || (broken(m, blk_last_queue_dead) && index == 3)) {
		q->notified = false;
		return;
	}
	q->notified = q->notified || model_odd_polls(m, index) || model_queue_polled_early(m, index);
	while (q->notified && q->in_flight < in_flight_limit(m)) {
		if (model_queue_take(m, index, &head)) {
			q->head[q->in_flight++] = head;
			took = true;
			if (m->backend->taken)
				m->backend->taken(m, index, head);
		} else {
			q->notified = false;
		}
		if (m->error)
			return;
	}
	if (took && broken(m, blk_position_shared))
		return; /* other queues get their turn before this one goes on */
	if (q->in_flight)
		complete_one(m, index);
	else if (!q->staged && q->kicked)
		nothing_there(m, index);
	q->kicked = false;
	if (m->error || !model_queue_live(m, index))
		return;
	if (q->staged >= m->config.batch || (!q->in_flight && !model_queue_available(m, index, &count) && !m->error))
		model_queue_publish(m, index);
}
