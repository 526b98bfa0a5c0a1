/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A split virtqueue as the device sees it: 2.7. The device takes buffers from the available ring, stages used elements
 * beyond the used index, publishes them by advancing it, and only then decides on a notification. These are separate
 * steps, because a driver on another CPU can see the state between them.
 */
#include "drivers/spec/features.h"
#include "drivers/spec/virtqueue.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/live.h"
#include "model/oddities/choices.h"
#include "model/oddities/odd.h"
#include "model/queue/ring.h"

/* Offsets in the rings: 2.7.6, 2.7.8. The event fields follow the ring. */
enum { FLAGS = 0, INDEX = 2, RING = 4, AVAIL_ENTRY = 2, USED_ENTRY = 8 };

static bool read16(struct model *m, uint64_t address, uint16_t *value)
{
	uint8_t bytes[2];

	if (!m->host.read(m->host.context, address, bytes, sizeof bytes)) {
		model_fail(m, "available ring not reachable");
		hang_if_broken(m, ring_unreachable_hangs);
		return false;
	}
	*value = (uint16_t)model_le(bytes, sizeof bytes);
	if (broken(m, legacy_ring_big_endian))
		*value = (uint16_t)(*value << 8 | *value >> 8);
	return true;
}

static bool write_used(struct model *m, uint64_t address, const uint8_t *bytes, uint32_t length)
{
	if (m->host.write(m->host.context, address, bytes, length))
		return true;
	model_fail(m, "used ring not reachable");
	hang_if_broken(m, ring_unreachable_hangs);
	return false;
}

static bool write16(struct model *m, uint64_t address, uint16_t value)
{
	uint8_t bytes[2];

	model_to_le(bytes, sizeof bytes, value);
	return write_used(m, address, bytes, sizeof bytes);
}

uint16_t model_queue_avail_index(struct model *m, uint16_t index)
{
	uint16_t value = 0;

	read16(m, m->queue[index].avail + INDEX, &value);
	return value;
}

static uint16_t number_of(const struct model *m, const struct model_queue *q)
{
	return (uint16_t)(q - m->queue);
}

static void tell_avail_event(struct model *m, struct model_queue *q, uint16_t index)
{
	if ((!model_negotiated(m, VIRTIO_F_EVENT_IDX) && !broken(m, avail_event_without_event_idx)) ||
	    broken(m, avail_event_stuck) || broken_at(m, number_of(m, q), avail_event_stuck))
		return;
	if (broken(m, avail_event_ahead))
		index = (uint16_t)(index + 4096);
	if (odd(m, avail_event_far))
		index = (uint16_t)(index + 0x8000);
	write16(m, q->used + RING + (uint64_t)USED_ENTRY * q->size, index);
}

/* Only with a defect: has the driver begun to fill in the entry at the available index? */
static bool entry_behind(struct model *m, struct model_queue *q)
{
	uint16_t head;

	return q->may_take_beyond && q->next_avail < q->size &&
	       read16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * q->next_avail, &head) && head && head < q->size;
}

/* Only with a defect: the device does not look at the ring. */
static bool blind(const struct model *m, const struct model_queue *q, uint16_t index)
{
	const bool sleeps = model_receives(m, index) &&
			    (broken(m, receive_queue_avail_event_stuck) || broken(m, receive_queue_flags_stuck) ||
			     broken(m, receive_queue_plain_notifications));

	return (sleeps && !q->notified) || q->deaf || (q->returned >= q->size && broken_at(m, index, once_around));
}

/* Only with defects: something arrived, and there is no buffer for it. */
static void found_none(struct model *m, struct model_queue *q, uint16_t index)
{
	if (!model_receives(m, index))
		return;
	q->notified = false;
	q->deaf = broken(m, receive_queue_deaf);
	if (broken(m, receive_queue_flags_stuck) && !model_negotiated(m, VIRTIO_F_EVENT_IDX) && q->returned)
		write16(m, q->used + FLAGS, VIRTQ_USED_F_NO_NOTIFY);
}

/* COUNT: buffers that the driver has made available and the device has not taken. False: none, or the device has
 * failed. */
bool model_queue_available(struct model *m, uint16_t index, uint16_t *count)
{
	struct model_queue *q = &m->queue[index];
	uint16_t avail_index;

	*count = 0;
	if (blind(m, q, index))
		return false;
	if (!read16(m, q->avail + INDEX, &avail_index))
		return false;
	*count = (uint16_t)(avail_index - q->next_avail);
	if (broken(m, takes_beyond_available_index) &&
	    (*count == 0 || *count == 0xffff)) /* 0xffff: one ahead of the driver */
		*count = *count == 0 && entry_behind(m, q);
	if (*count > q->size) {
		model_fail(m, "available index out of range");
		leave_if_broken(m, avail_jump_kills);
		return false;
	}
	if (!*count)
		found_none(m, q, index);
	return *count != 0;
}

static void set_no_notify(struct model *m, struct model_queue *q, bool set)
{
	if (!odd(m, wants_no_notification) && !odd(m, no_notify_while_busy))
		return;
	if (q->odd_flags == set || model_negotiated(m, VIRTIO_F_EVENT_IDX))
		return;
	q->odd_flags = set;
	write16(m, q->used + FLAGS, set ? VIRTQ_USED_F_NO_NOTIFY : 0);
}

/* The ring is empty: asks for a notification of the next buffer, and looks again, because the driver may have added one
 * before it could see the request. */
static bool look_again(struct model *m, uint16_t index, uint16_t *count)
{
	tell_avail_event(m, &m->queue[index], m->queue[index].next_avail);
	set_no_notify(m, &m->queue[index], odd(m, wants_no_notification));
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !m->error && model_queue_available(m, index, count);
}

/* Reads how the driver suppresses notifications: used_event, or the flags without EVENT_IDX. */
static bool read_suppression(struct model *m, const struct model_queue *q, bool event, uint16_t *value)
{
	return read16(m, event ? q->avail + RING + (uint64_t)AVAIL_ENTRY * q->size : q->avail + FLAGS, value);
}

/* 2.7.5: with IN_ORDER chains follow one another in the table, so the next one begins where the last one ended. */
static bool next_in_table(struct model *m, struct model_queue *q, uint16_t *head)
{
	uint16_t flags;

	*head = q->odd_head;
	for (unsigned i = 0; i < q->size; i++) {
		if (!read16(m,
			    q->desc + sizeof(struct virtq_desc) * (uint64_t)q->odd_head +
				    offsetof(struct virtq_desc, flags),
			    &flags))
			return false;
		q->odd_head = (uint16_t)((q->odd_head + 1) % q->size);
		if (!(flags & VIRTQ_DESC_F_NEXT))
			break;
	}
	return true;
}

void model_queue_tell_flags(struct model *m, uint16_t index)
{
	if (m->queue[index].used)
		write16(m, m->queue[index].used + FLAGS, VIRTQ_USED_F_NO_NOTIFY);
}

void model_queue_scribble(struct model *m, uint16_t index)
{
	static const uint8_t zeros[8];

	m->host.write(m->host.context, m->queue[index].used + VIRTQ_USED_BYTES(m->queue[index].size), zeros,
		      sizeof zeros);
}

bool model_queue_take(struct model *m, uint16_t index, uint16_t *head)
{
	struct model_queue *q = &m->queue[index];
	uint16_t count;

	if (!model_queue_available(m, index, &count) && (m->error || !look_again(m, index, &count)))
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* read the index before the entries and descriptors that it covers */
	if (!read16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * (q->next_avail % q->size), head))
		return false;
	if (odd(m, in_order_from_table) && model_negotiated(m, VIRTIO_F_IN_ORDER) && !next_in_table(m, q, head))
		return false;
	for (unsigned i = 0; i < q->in_flight; i++)
		if (q->head[i] == *head)
			hang_if_broken(m, offered_twice_hangs);
	if (*head >= q->size) {
		model_fail(m, "head of a descriptor chain out of range");
		leave_if_broken(m, head_beyond_kills);
		if (broken(m, head_beyond_scribbles))
			model_queue_scribble(m, index);
		return false;
	}
	if (broken(m, writes_available_ring) || broken_at(m, index, marks_available_ring))
		write16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * (q->next_avail % q->size), 0xffff);
	q->next_avail++;
	q->may_take_beyond =
		q->may_take_beyond && (uint16_t)(model_queue_avail_index(m, index) - q->next_avail) != 0xffff;
	if (!odd(m, avail_event_lazy))
		tell_avail_event(m, q, q->next_avail);
	if (odd(m, wants_no_notification) || odd(m, no_notify_while_busy))
		set_no_notify(m, q, true);
	if (broken(m, suppression_stale) || (broken(m, further_queue_stale) && model_is_further(m, index)))
		read_suppression(m, q, model_negotiated(m, VIRTIO_F_EVENT_IDX), &q->sample);
	return !m->error;
}

void model_queue_untake(struct model *m, uint16_t index, uint16_t count)
{
	struct model_queue *q = &m->queue[index];
	uint16_t left = 0;

	q->next_avail = (uint16_t)(q->next_avail - count);
	if (odd(m, in_order_from_table) && model_negotiated(m, VIRTIO_F_IN_ORDER))
		read16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * (q->next_avail % q->size), &q->odd_head);
	set_no_notify(m, q, odd(m, wants_no_notification));
	model_queue_available(m, index, &left);
	q->starved = true;
	q->starved_at = left;
	tell_avail_event(m, q, (uint16_t)(q->next_avail + left));
}

/* With IN_ORDER the last element may stand for its batch, if all others of the batch were used in full (2.7.9). */
static bool can_merge(const struct model *m, const struct model_queue *q)
{
	return q->staged && q->staged_in_full && m->config.batch > 1 && model_negotiated(m, VIRTIO_F_IN_ORDER);
}

/* For defects: writes to memory of the driver that the device must not write to (2.7.5.1). */
static void spoil_memory(struct model *m, const struct model_queue *q, uint16_t head)
{
	static const uint8_t zeros[8];
	const struct model_chain *chain = &m->chain;
	const struct model_segment *last;
	uint8_t byte;

	if (broken(m, writes_descriptor_table) || broken_at(m, number_of(m, q), marks_descriptors))
		m->host.write(m->host.context,
			      q->desc + sizeof(struct virtq_desc) * (uint64_t)head +
				      offsetof(struct virtq_desc, length),
			      zeros, 4);
	if (broken(m, writes_indirect_table) && chain->indirect)
		m->host.write(m->host.context, chain->indirect + offsetof(struct virtq_desc, length), zeros, 4);
	if (broken(m, writes_readable_buffer) && chain->readable_count) {
		last = &chain->segment[chain->readable_count - 1];
		if (m->host.read(m->host.context, last->address + last->length - 1, &byte, 1)) {
			byte ^= 0xff;
			m->host.write(m->host.context, last->address + last->length - 1, &byte, 1);
		}
	}
	if (broken(m, writes_outside_buffers) && chain->count > chain->readable_count) {
		last = &chain->segment[chain->count - 1];
		m->host.write(m->host.context, last->address + last->length, zeros, sizeof zeros);
	}
}

static uint32_t stated_length(const struct model *m, uint32_t length)
{
	if (broken(m, used_length_too_long))
		length += 4;
	if (broken(m, used_length_too_short) && length)
		length--;
	if (broken(m, used_length_counts_readable))
		length = (uint32_t)(m->chain.readable + m->chain.writable);
	return model_odd_length(m, length);
}

static bool write_element(struct model *m, const struct model_queue *q, uint16_t slot, uint32_t id, uint32_t length)
{
	uint8_t element[USED_ENTRY];

	model_to_le(element, 4, id);
	model_to_le(element + 4, 4, length);
	return write_used(m, q->used + RING + (uint64_t)USED_ENTRY * slot, element, sizeof element);
}

static void write_held_back(struct model *m, struct model_queue *q)
{
	if (q->held_back)
		write_element(m, q, q->held_back_slot, q->held_back_head, q->held_back_length);
	q->held_back = false;
}

/* Writes one used element beyond the used index. IN_FULL: every writable byte was written. */
void model_queue_stage(struct model *m, uint16_t index, uint16_t head, uint32_t length, bool in_full)
{
	struct model_queue *q = &m->queue[index];
	bool merge = can_merge(m, q);
	uint16_t size = broken(m, used_slot_by_maximum) || broken_at(m, index, wraps_at_maximum)
				? m->config.queue_size_max
				: q->size;
	uint16_t slot = (uint16_t)((uint16_t)(q->next_used + (merge ? 0 : q->staged)) % size);
	uint32_t id = head;

	spoil_memory(m, q, head);
	q->returned++;
	if (broken(m, loses_requests) && q->returned % 7 == 0)
		return;
	length = stated_length(m, length);
	if (broken(m, used_id_is_slot))
		id = slot;
	if (broken(m, in_order_batch_first_id) && merge)
		id = q->last_head;
	if (broken(m, corrupts_used_ring)) {
		id = (uint32_t)m->host.random(m->host.context);
		length = (uint32_t)m->host.random(m->host.context);
	}
	if (broken(m, used_index_before_element)) {
		write_held_back(m, q);
		q->held_back = true;
		q->held_back_slot = slot;
		q->held_back_head = head;
		q->held_back_length = length;
	} else if (!write_element(m, q, slot, id, length)) {
		return;
	}
	q->last_head = (uint16_t)id;
	q->staged_in_full = in_full;
	if (broken(m, in_order_skips_failed))
		q->staged_in_full = true;
	q->staged++;
	if (broken(m, answers_twice) && write_element(m, q, (uint16_t)((slot + 1) % size), id, length))
		q->staged++;
}

/* 2.7.10.2: without a defect the flags stay 0: the device always wants notifications. */
static void tell_flags(struct model *m, const struct model_queue *q)
{
	bool event_idx = model_negotiated(m, VIRTIO_F_EVENT_IDX);

	if (broken(m, used_flags_junk) && !event_idx)
		write16(m, q->used + FLAGS, 2);
	if ((broken(m, used_flags_stuck) ||
	     (broken(m, further_queue_flags_stuck) && model_is_further(m, number_of(m, q)))) &&
	    !event_idx)
		write16(m, q->used + FLAGS, VIRTQ_USED_F_NO_NOTIFY);
	if (broken(m, used_flags_with_event_idx) && event_idx)
		write16(m, q->used + FLAGS, VIRTQ_USED_F_NO_NOTIFY);
}

/* 2.7.8.2: write the elements before the index; 2.7.7: write the index before reading the suppression fields. */
static void publish(struct model *m, struct model_queue *q, uint16_t count)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	q->next_used = (uint16_t)(q->next_used + count);
	q->staged = (uint16_t)(q->staged - count);
	if (broken(m, used_index_wraps_early))
		q->next_used &= 0x7fff;
	if (broken(m, used_index_jumps))
		q->next_used = (uint16_t)(q->next_used + 1000);
	tell_flags(m, q);
	write16(m, q->used + INDEX, q->next_used);
	if (broken(m, legacy_padding_written))
		write16(m, q->avail + RING + (uint64_t)AVAIL_ENTRY * (q->size + 1u), q->next_used);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void model_queue_publish(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];

	if (broken(m, never_answers))
		q->staged = 0;
	if (q->staged)
		publish(m, q, q->staged);
}

void model_queue_publish_one(struct model *m, uint16_t index)
{
	if (m->queue[index].staged)
		publish(m, &m->queue[index], 1);
}

/* 6.3: with NOTIFY_ON_EMPTY the device notifies when the available ring runs empty, even if notifications are
 * suppressed. */
static bool ran_dry(struct model *m, uint16_t index)
{
	uint16_t count = 0;

	if (!model_negotiated(m, VIRTIO_F_NOTIFY_ON_EMPTY) || broken(m, notify_on_empty_ignored))
		return false;
	return !m->queue[index].in_flight && !model_queue_available(m, index, &count) && !m->error;
}

/* Does used_event name one of the elements OLD to NEW - 1? */
static bool event_reached(const struct model *m, uint16_t index, uint16_t event, uint16_t old, uint16_t new)
{
	if (broken(m, event_idx_always_notifies) || broken_at(m, index, event_ignored))
		return true;
	if (broken(m, event_idx_late_by_one) || broken_at(m, index, event_late))
		event++;
	if (broken(m, event_idx_last_of_batch))
		return event == (uint16_t)(new - 1);
	if (broken(m, event_idx_not_across_wrap))
		return event >= old && event < new;
	return (uint16_t)(event - old) < (uint16_t)(new - old);
}

/* 2.7.7.2: does the driver want a notification of the elements from OLD on? */
static bool wanted(struct model *m, const struct model_queue *q, uint16_t old)
{
	bool event_idx = model_negotiated(m, VIRTIO_F_EVENT_IDX);
	uint16_t value, flags;

	if (!read_suppression(m, q, event_idx, &value))
		return false;
	if (broken(m, suppression_stale) || (broken(m, further_queue_stale) && model_is_further(m, number_of(m, q))))
		value = q->sample;
	if (!event_idx && broken(m, used_event_without_event_idx)) {
		event_idx = true;
		if (!read_suppression(m, q, true, &value))
			return false;
	}
	if (!event_idx)
		return !(value & VIRTQ_AVAIL_F_NO_INTERRUPT) || broken(m, no_interrupt_ignored) ||
		       broken_at(m, number_of(m, q), ignores_flags);
	if (broken(m, event_idx_obeys_flags) && read_suppression(m, q, false, &flags) &&
	    (flags & VIRTQ_AVAIL_F_NO_INTERRUPT))
		return false;
	return event_reached(m, number_of(m, q), value, old, q->next_used);
}

void model_queue_signal(struct model *m, uint16_t index)
{
	struct model_queue *q = &m->queue[index];
	uint16_t old = broken(m, event_idx_of_first_queue) ? m->queue[model_receives(m, 0)].signalled : q->signalled;
	bool skip =
		q->muted || (broken(m, first_notification_missing) && !q->any_signalled) || broken_at(m, index, silent);

	write_held_back(m, q);
	if (broken(m, event_idx_starts_behind) && !q->any_signalled && index != model_receives(m, 0))
		old = (uint16_t)(q->next_used + 1);
	q->signalled = q->next_used;
	q->any_signalled = true;
	q->muted -= q->muted != 0;
	if ((wanted(m, q, old) || (!m->error && ran_dry(m, index))) && !skip)
		model_raise(m, MODEL_SOURCE_QUEUE(index));
}
