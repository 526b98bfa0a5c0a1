/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A split virtqueue as the device sees it: 2.7. Buffers are taken from the available ring, used elements staged behind the used index, published by moving
 * it, and only then a notification is decided upon. These are separate steps, because a driver on another CPU can see what is between them.
 */
#include "model/internal.h"

/* Offsets in the rings: 2.7.6, 2.7.8. The event fields follow the ring. */
enum { FLAGS = 0, INDEX = 2, RING = 4, AVAIL_ENTRY = 2, USED_ENTRY = 8 };

static bool read16(struct model *m, uint64_t address, uint16_t *value)
{
	uint8_t bytes[2];

	if (!m->host.read(m->host.context, address, bytes, sizeof bytes)) {
		model_fail(m, "available ring not reachable");
		return false;
	}
	*value = (uint16_t)model_le(bytes, sizeof bytes);
	return true;
}

static bool write_used(struct model *m, uint64_t address, const uint8_t *bytes, uint32_t length)
{
	if (m->host.write(m->host.context, address, bytes, length))
		return true;
	model_fail(m, "used ring not reachable");
	return false;
}

static bool write16(struct model *m, uint64_t address, uint16_t value)
{
	uint8_t bytes[2];

	model_to_le(bytes, sizeof bytes, value);
	return write_used(m, address, bytes, sizeof bytes);
}

uint16_t model_queue_count(const struct model *m)
{
	return m->backend->queues(m, model_deciding_features(m));
}

/* 2.1.2, 4.2.2.1: nothing is touched before DRIVER_OK, while QueueReady is 0, or from a queue's reset on. */
bool model_queue_live(const struct model *m, uint16_t index)
{
	const struct model_queue *q = &m->queue[index];

	return model_live(m) && index < model_queue_count(m) && q->ready && !q->reset_units;
}

/* Both indices start at 0 (2.7.6, 2.7.8). A notification that was early stays remembered. */
void model_queue_start(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	q->next_avail = q->next_used = q->signalled = 0;
	q->staged = 0;
	q->starved = false;
	q->in_flight = 0;
	q->ready = true;
}

/* The driver stops the queue: whatever was in flight is dropped. */
void model_queue_forget(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	q->ready = false;
	q->notified = false;
	q->in_flight = 0;
	q->staged = 0;
	q->signalled = q->next_used;
}

/* 2.6.1.1: when it is complete, everything about the queue is as after a device reset. */
void model_queue_reset_step(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	if (q->reset_units > 1) {
		q->reset_units--;
		return;
	}
	*q = (struct model_queue){ .size = m->config.queue_size_max };
}

static void tell_avail_event(struct model *m, struct model_queue *q, uint16_t index)
{
	if (model_negotiated(m, VIRTIO_F_EVENT_IDX))
		write16(m, q->used + RING + (uint64_t)USED_ENTRY * q->size, index);
}

/* COUNT: buffers that the driver has made available and the device has not taken. False: none, or the device has failed. */
bool model_queue_available(struct model *m, uint16_t index, uint16_t *count)
{
	struct model_queue *q = &m->queue[index];
	uint16_t avail_index;

	if (!read16(m, q->avail + INDEX, &avail_index))
		return false;
	*count = (uint16_t)(avail_index - q->next_avail);
	if (*count > q->size) {
		model_fail(m, "available index out of range");
		return false;
	}
	return *count != 0;
}

/* The ring is empty: ask for a notification of the next buffer, and look again, because it may have been added before the driver could see that. */
static bool look_again(struct model *m, uint16_t index, uint16_t *count)
{
	tell_avail_event(m, &m->queue[index], m->queue[index].next_avail);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !m->error && model_queue_available(m, index, count);
}

bool model_queue_take(struct model *m, uint16_t index, uint16_t *head)
{
	struct model_queue *q = &m->queue[index];
	uint16_t count;

	if (!model_queue_available(m, index, &count) && (m->error || !look_again(m, index, &count)))
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* the index before the entries and descriptors behind it */
	if (!read16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * (q->next_avail % q->size), head))
		return false;
	if (*head >= q->size) {
		model_fail(m, "head of a descriptor chain out of range");
		return false;
	}
	q->next_avail++;
	tell_avail_event(m, q, q->next_avail);
	return !m->error;
}

void model_queue_untake(struct model *m, uint16_t index, uint16_t count)
{
	struct model_queue *q = &m->queue[index];
	uint16_t left = 0;

	q->next_avail = (uint16_t)(q->next_avail - count);
	model_queue_available(m, index, &left);
	q->starved = true;
	q->starved_at = left;
	tell_avail_event(m, q, (uint16_t)(q->next_avail + left));
}

/* With IN_ORDER one element may stand for a batch, if all others of it were used completely (2.7.9). */
static bool can_merge(const struct model *m, const struct model_queue *q)
{
	return q->staged && q->staged_in_full && m->config.batch > 1 && model_negotiated(m, VIRTIO_F_IN_ORDER);
}

void model_queue_stage(struct model *m, uint16_t index, uint16_t head, uint32_t length, bool in_full)
{
	struct model_queue *q = &m->queue[index];
	uint16_t slot = (uint16_t)((uint16_t)(q->next_used + (can_merge(m, q) ? 0 : q->staged)) % q->size);
	uint8_t element[USED_ENTRY];

	model_to_le(element, 4, head);
	model_to_le(element + 4, 4, length);
	if (!write_used(m, q->used + RING + (uint64_t)USED_ENTRY * slot, element, sizeof element))
		return;
	q->staged_in_full = in_full;
	q->staged++;
}

/* 2.7.8.2: elements first, then the index; 2.7.7: the index before the suppression fields are read. */
void model_queue_publish(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	if (!q->staged)
		return;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	q->next_used = (uint16_t)(q->next_used + q->staged);
	q->staged = 0;
	write16(m, q->used + INDEX, q->next_used);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* 6.3: with NOTIFY_ON_EMPTY a queue that runs dry is worth a notification, suppressed or not. */
static bool ran_dry(struct model *m, uint16_t index)
{
	uint16_t count = 0;

	return model_negotiated(m, VIRTIO_F_NOTIFY_ON_EMPTY) && !m->queue[index].in_flight && !model_queue_available(m, index, &count) && !m->error;
}

/* 2.7.7.2: does the driver want to hear of the elements from OLD on? */
static bool wanted(struct model *m, const struct model_queue *q, uint16_t old)
{
	uint16_t value;

	if (model_negotiated(m, VIRTIO_F_EVENT_IDX)) {
		if (!read16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * q->size, &value))
			return false;
		return (uint16_t)(value - old) < (uint16_t)(q->next_used - old);
	}
	return read16(m, q->avail + FLAGS, &value) && !(value & VIRTQ_AVAIL_F_NO_INTERRUPT);
}

void model_queue_signal(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	uint16_t old = q->signalled;

	q->signalled = q->next_used;
	if (wanted(m, q, old) || (!m->error && ran_dry(m, index)))
		model_raise(m, VIRTIO_MMIO_INT_USED_BUFFER);
}

/* How many requests may be in flight. IN_ORDER (6.2) is kept by one at a time. */
static unsigned in_flight_limit(const struct model *m)
{
	return m->backend->concurrent && !model_negotiated(m, VIRTIO_F_IN_ORDER) ? m->config.in_flight : 1;
}

static uint16_t pick(struct model *m, struct model_queue *q)
{
	unsigned i = 0;
	uint16_t head;

	if (m->config.out_of_order && q->in_flight > 1)
		i = (unsigned)(m->host.random(m->host.context) % q->in_flight);
	head = q->head[i];
	for (q->in_flight--; i < q->in_flight; i++)
		q->head[i] = q->head[i + 1];
	return head;
}

/* One unit of work on a queue of requests: takes what may be in flight, completes one. */
void model_queue_work(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	uint16_t head, count;
	uint32_t length;

	while (q->notified && q->in_flight < in_flight_limit(m)) {
		if (model_queue_take(m, index, &head))
			q->head[q->in_flight++] = head;
		else
			q->notified = false;
		if (m->error)
			return;
	}
	if (q->in_flight) {
		head = pick(m, q);
		if (!model_chain_walk(m, index, head))
			return;
		length = m->backend->serve(m, index);
		if (m->error || !q->ready)
			return;
		/* An element that is not the last of its batch must say that everything before it was used in full. */
		if (q->staged && !q->staged_in_full && model_negotiated(m, VIRTIO_F_IN_ORDER))
			model_queue_publish(m, index);
		model_queue_stage(m, index, head, length, length == m->chain.writable);
	}
	if (q->staged >= m->config.batch || (!q->in_flight && !model_queue_available(m, index, &count)))
		if (!m->error)
			model_queue_publish(m, index);
}
