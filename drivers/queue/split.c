// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/queue/queue.h"

#include <arch/cpu.h>

#include "drivers/dma.h"
#include "firmware/lib/string.h"

uint16_t virtqueue_size(uint16_t wanted, uint32_t max)
{
	uint32_t size = max;

	if (wanted <= max)
		return wanted;
	while (size & (size - 1))
		size &= size - 1;
	return (uint16_t)size;
}

static bool start_books(struct virtqueue *queue, struct transport *transport, uint16_t index, uint16_t size,
			bool event_idx)
{
	memset(queue, 0, sizeof(*queue));
	queue->transport = transport;
	queue->index = index;
	queue->event_idx = event_idx;
	queue->chains = dma_private(size * sizeof(*queue->chains));
	queue->next = dma_private(size * sizeof(*queue->next));
	queue->free = dma_private(size * sizeof(*queue->free));
	queue->heads = dma_private(size * sizeof(*queue->heads));
	if (!queue->chains || !queue->next || !queue->free || !queue->heads)
		return false;
	for (uint16_t i = 0; i < size; i++)
		queue->free[i] = (uint16_t)(size - 1 - i); /* the stack hands out 0 first */
	queue->free_count = size;
	return true;
}

static void zero_rings(struct virtqueue *queue)
{
	memset((void *)(uintptr_t)queue->desc, 0, VIRTQ_DESC_BYTES(queue->size));
	memset((void *)(uintptr_t)queue->avail, 0, VIRTQ_AVAIL_BYTES(queue->size));
	memset((void *)(uintptr_t)queue->used, 0, VIRTQ_USED_BYTES(queue->size));
}

bool virtqueue_alloc(struct virtqueue *queue, struct transport *transport, uint16_t index, uint16_t size,
		     bool event_idx)
{
	if (!start_books(queue, transport, index, size, event_idx))
		return false;
	queue->desc = dma_alloc_offset(VIRTQ_DESC_BYTES(size), 2 * VIRTQ_DESC_ALIGN, VIRTQ_DESC_ALIGN);
	queue->avail = dma_alloc_offset(VIRTQ_AVAIL_BYTES(size), 2 * VIRTQ_AVAIL_ALIGN, VIRTQ_AVAIL_ALIGN);
	queue->used = dma_alloc_offset(VIRTQ_USED_BYTES(size), 2 * VIRTQ_USED_ALIGN, VIRTQ_USED_ALIGN);
	if (!queue->desc || !queue->avail || !queue->used)
		return false;
	queue->size = size;
	zero_rings(queue);
	return true;
}

bool virtqueue_alloc_legacy(struct virtqueue *queue, struct transport *transport, uint16_t index, uint16_t size,
			    bool event_idx, uint32_t page_size, uint32_t align)
{
	/* 2.7.2: the used ring starts at the next multiple of QueueAlign behind the available ring. */
	uint32_t used_offset = (VIRTQ_DESC_BYTES(size) + VIRTQ_AVAIL_BYTES(size) + align - 1) & ~(align - 1);
	uint8_t *ring;

	if (!start_books(queue, transport, index, size, event_idx))
		return false;
	/* Aligned to both, so that "the next multiple" is the same whether counted from the ring's start or from
	 * address 0. */
	ring = dma_alloc(used_offset + VIRTQ_USED_BYTES(size), align > page_size ? align : page_size);
	if (!ring)
		return false;
	queue->desc = (volatile struct virtq_desc *)ring;
	queue->avail = (volatile struct virtq_avail *)(ring + VIRTQ_DESC_BYTES(size));
	queue->used = (volatile struct virtq_used *)(ring + used_offset);
	queue->legacy_align = align;
	queue->size = size;
	zero_rings(queue);
	return true;
}

void virtqueue_register(struct virtqueue *queue, uint32_t page_size)
{
	struct transport *transport = queue->transport;

	transport_select_queue(transport, queue->index);
	transport_set_queue_size(transport, queue->size);
	if (queue->legacy_align) {
		transport_set_queue_align(transport, queue->legacy_align);
		transport_set_queue_page(transport, (uint32_t)((uintptr_t)queue->desc / page_size));
		return;
	}
	transport_set_queue_address(transport, TRANSPORT_DESCRIPTORS, (uintptr_t)queue->desc);
	transport_set_queue_address(transport, TRANSPORT_AVAILABLE, (uintptr_t)queue->avail);
	transport_set_queue_address(transport, TRANSPORT_USED, (uintptr_t)queue->used);
	transport_set_queue_ready(transport, 1);
}

void virtqueue_shuffle(struct virtqueue *queue, struct random *random)
{
	for (uint16_t i = queue->free_count; i > 1; i--) {
		uint32_t other = random_below(random, i);
		uint16_t swap = queue->free[i - 1];

		queue->free[i - 1] = queue->free[other];
		queue->free[other] = swap;
	}
}

static void write_descriptor(volatile struct virtq_desc *desc, const struct segment *segment, uint16_t flags,
			     uint16_t next)
{
	desc->address = (uintptr_t)segment->data;
	desc->length = segment->size;
	desc->flags = (uint16_t)(flags | (segment->writable ? VIRTQ_DESC_F_WRITE : 0));
	desc->next = next;
}

/* Makes the indirect table of the segments (2.7.5.3). NULL if the arena is full. */
static volatile struct virtq_desc *make_table(const struct segment *segments, unsigned count)
{
	volatile struct virtq_desc *table = dma_alloc(VIRTQ_DESC_BYTES(count), VIRTQ_DESC_ALIGN);

	for (unsigned i = 0; table && i < count; i++) {
		bool last = i + 1 == count;

		write_descriptor(&table[i], &segments[i], last ? 0 : VIRTQ_DESC_F_NEXT, last ? 0 : (uint16_t)(i + 1));
	}
	return table;
}

static uint16_t take_free(struct virtqueue *queue)
{
	uint16_t next;

	queue->free_count--;
	if (!queue->in_order)
		return queue->free[queue->free_count];
	next = queue->next_in_order;
	queue->next_in_order = (uint16_t)((next + 1) % queue->size);
	return next;
}

int virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		  const struct chain_shape *shape, void *token)
{
	static const struct chain_shape plain;
	struct segment table_segment;
	unsigned direct, needed;
	uint32_t writable = 0;
	uint16_t head, at;

	if (!shape)
		shape = &plain;
	direct = shape->indirect ? shape->direct : count;
	needed = direct + (shape->indirect ? 1 : 0);
	if (!count || direct > count || needed > queue->free_count)
		return -1;
	if (shape->indirect) {
		volatile struct virtq_desc *table = make_table(segments + direct, count - direct);

		if (!table)
			return -1;
		table_segment.data = (void *)(uintptr_t)table;
		table_segment.size = VIRTQ_DESC_BYTES(count - direct);
		table_segment.writable = shape->write_on_indirect;
	}
	for (unsigned i = 0; i < count; i++)
		writable += segments[i].writable ? segments[i].size : 0;

	head = at = take_free(queue);
	for (unsigned i = 0; i < needed; i++) {
		bool last = i + 1 == needed, indirect = i == direct;
		uint16_t next = last ? 0 : take_free(queue);
		uint16_t flags = (uint16_t)((last ? 0 : VIRTQ_DESC_F_NEXT) | (indirect ? VIRTQ_DESC_F_INDIRECT : 0));

		write_descriptor(&queue->desc[at], indirect ? &table_segment : &segments[i], flags, next);
		queue->next[at] = next;
		at = next;
	}
	queue->chains[head] = (struct virtqueue_chain){
		.token = token,
		.writable = writable,
		.descriptors = (uint16_t)needed,
	};
	queue->heads[queue->available % queue->size] = head;
	queue->avail->ring[queue->available % queue->size] = head;
	queue->available++;
	return head;
}

static void write_used_event(struct virtqueue *queue, uint16_t index)
{
	queue->avail->ring[queue->size] = index; /* used_event follows the ring (2.7.6) */
	barrier_full();
}

void virtqueue_publish(struct virtqueue *queue)
{
	if (queue->asks)
		write_used_event(queue, queue->used_seen);
	for (; queue->published != queue->available; queue->published++) {
		queue->chains[queue->heads[queue->published % queue->size]].outstanding = true;
		queue->outstanding++;
	}
	barrier_write(); /* write the ring entries before the index that shows them (2.7.13.2) */
	queue->avail->index = queue->available;
	barrier_full(); /* write the index before we notify the device, or read whether to notify it (2.7.13.3.1) */
}

void virtqueue_notify(struct virtqueue *queue)
{
	if (queue->data)
		transport_notify_data(queue->transport, queue->index, queue->published);
	else
		transport_notify(queue->transport, queue->index, queue->index);
}

void virtqueue_kick(struct virtqueue *queue)
{
	virtqueue_publish(queue);
	virtqueue_notify(queue);
}

bool virtqueue_should_notify(const struct virtqueue *queue, uint16_t old)
{
	if (!queue->event_idx)
		return !(queue->used->flags & VIRTQ_USED_F_NO_NOTIFY);
	/* 2.7.10.1: notify if avail_event is among the indices just published. */
	return (uint16_t)(queue->published - virtqueue_avail_event(queue) - 1) < (uint16_t)(queue->published - old);
}

uint16_t virtqueue_used_waiting(const struct virtqueue *queue)
{
	return (uint16_t)(queue->used->index - queue->used_seen);
}

static void release(struct virtqueue *queue, uint16_t head)
{
	uint16_t at = head;

	for (uint16_t i = 0; i < queue->chains[head].descriptors; i++) {
		queue->free[queue->free_count++] = at;
		at = queue->next[at];
	}
	queue->chains[head].outstanding = false;
	queue->outstanding--;
}

/* Is the id of a used entry the head of an outstanding chain? */
static enum driver_error check_id(const struct virtqueue *queue, uint32_t id)
{
	if (id >= queue->size)
		return DRIVER_USED_ID_BEYOND_QUEUE;
	if (!queue->chains[id].outstanding)
		return DRIVER_USED_ID_NOT_AVAILABLE;
	return DRIVER_NO_ERROR;
}

/* 2.7.9: a used entry may name the last chain of a batch. Returns the first chain of it, which is the oldest. */
static uint32_t open_batch(struct virtqueue *queue, uint32_t id, uint32_t length, uint16_t waiting)
{
	const uint16_t first = queue->used_seen;
	uint16_t count = 1;

	while (count < waiting && queue->heads[(uint16_t)(first + count - 1) % queue->size] != id)
		count++;
	if (queue->heads[(uint16_t)(first + count - 1) % queue->size] != id)
		return id; /* it names no chain of those that are due */
	queue->batch = count;
	queue->batch_length = length;
	return queue->heads[first % queue->size];
}

static struct virtq_used_element next_used(struct virtqueue *queue, uint16_t waiting)
{
	const uint16_t slot = queue->used_seen % queue->size;
	struct virtq_used_element element = { .id = queue->heads[slot] };

	if (!queue->batch) {
		barrier_read(); /* read the index before the entry that it shows */
		element.id = queue->used->ring[slot].id;
		element.length = queue->used->ring[slot].length;
		if (queue->in_order)
			element.id = open_batch(queue, element.id, element.length, waiting);
	}
	if (queue->batch)
		element.length = --queue->batch ? queue->chains[element.id].writable : queue->batch_length;
	return element;
}

enum virtqueue_pop virtqueue_pop(struct virtqueue *queue, struct completion *completion, enum driver_error *error)
{
	uint16_t waiting = virtqueue_used_waiting(queue);
	struct virtq_used_element element;

	if (!waiting)
		return VIRTQUEUE_EMPTY;
	if (waiting > queue->outstanding) {
		queue->used_seen = queue->used->index;
		*error = DRIVER_USED_INDEX_TOO_FAR;
		return VIRTQUEUE_WRONG;
	}
	element = next_used(queue, waiting);
	queue->used_seen++;

	*completion = (struct completion){ .head = (uint16_t)element.id, .said = element.length };
	*error = check_id(queue, element.id);
	if (*error)
		return VIRTQUEUE_WRONG;
	completion->token = queue->chains[element.id].token;
	completion->writable = queue->chains[element.id].writable;
	completion->length = completion->said < completion->writable ? completion->said : completion->writable;
	release(queue, (uint16_t)element.id);
	return VIRTQUEUE_POPPED;
}

void virtqueue_cycle(struct virtqueue *queue)
{
	for (uint16_t i = queue->available; i < queue->size; i++)
		queue->avail->ring[i] = queue->heads[i] = queue->heads[i % queue->available];
	queue->available = 0;
}

void virtqueue_cycle_publish(struct virtqueue *queue, uint16_t count)
{
	queue->available += count;
	virtqueue_publish(queue);
}

uint16_t virtqueue_cycle_take(struct virtqueue *queue, enum driver_error *error)
{
	const uint16_t waiting = virtqueue_used_waiting(queue);

	*error = waiting > queue->outstanding ? DRIVER_USED_INDEX_TOO_FAR : DRIVER_NO_ERROR;
	barrier_read(); /* read the index before the entries that it shows */
	for (uint16_t i = 0; i < waiting && !*error; i++) {
		uint32_t id = queue->used->ring[queue->used_seen++ % queue->size].id;

		*error = check_id(queue, id);
		if (!*error)
			queue->chains[id].outstanding = false;
	}
	queue->outstanding -= *error ? 0 : waiting;
	return *error ? 0 : waiting;
}

void virtqueue_set_no_interrupt(struct virtqueue *queue, bool no_interrupt)
{
	enum { FAR_AHEAD = 0x4000 };

	if (queue->unasked_events) {
		queue->asks = !no_interrupt;
		write_used_event(queue, (uint16_t)(queue->used_seen + (no_interrupt ? FAR_AHEAD : 0)));
		return;
	}
	queue->avail->flags = no_interrupt ? VIRTQ_AVAIL_F_NO_INTERRUPT : 0;
	barrier_full();
}

void virtqueue_set_used_event(struct virtqueue *queue, uint16_t index)
{
	queue->asks = false;
	write_used_event(queue, index);
}

uint16_t virtqueue_avail_event(const struct virtqueue *queue)
{
	/* avail_event follows the ring (2.7.8) */
	return ((volatile const uint16_t *)queue->used)[VIRTQ_USED_BYTES(queue->size) / sizeof(uint16_t) - 1];
}
