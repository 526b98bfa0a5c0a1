/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Split virtqueues, driver's side (virtio 1.4, section 2.7). They can build a chain in every legal layout. They check
 * what the device writes before they use it, because the used ring may hold anything.
 *
 * The rings are public on purpose: checks read them, and write to them what a well-behaved driver would not.
 */
#ifndef DRIVERS_QUEUE_H
#define DRIVERS_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/errors.h"
#include "drivers/spec/virtqueue.h"
#include "drivers/transport/transport.h"
#include "firmware/arch/clock.h"
#include "firmware/lib/random.h"

/* One buffer of a request. Device-readable ones come before device-writable ones (2.7.4.2). */
struct segment {
	void *data;
	uint32_t size;
	bool writable;
};

/* How the descriptors of a chain are laid out. All zero: direct descriptors only. */
struct chain_shape {
	bool indirect;	 /* INDIRECT_DESC: the descriptors are in a table of their own */
	uint16_t direct; /* with indirect: the number of leading segments that stay direct, before the one indirect
			    descriptor */
	bool write_on_indirect; /* with indirect: set WRITE on the descriptor that points to the table; it has no effect
				   (2.7.5.3.2) */
};

struct virtqueue_chain {
	void *token;	      /* the caller's, returned in the completion */
	uint32_t writable;    /* bytes that the device may write */
	uint16_t descriptors; /* of the descriptor table, which the chain occupies */
	bool outstanding;     /* published, and not returned yet */
};

struct virtqueue {
	struct transport *transport;
	uint16_t index, size; /* size 0: not set up */
	volatile struct virtq_desc *desc;
	volatile struct virtq_avail *avail;
	volatile struct virtq_used *used;
	uint32_t legacy_align; /* legacy layout: QueueAlign; 0 on the modern one */
	bool event_idx;	       /* negotiated */
	bool unasked_events;   /* negotiated because the device insists on it, and the caller knows nothing of it */
	bool asks;	       /* so virtqueue_publish() asks for a notification of the next used buffer */
	bool data;	       /* NOTIFICATION_DATA was negotiated (2.9) */
	bool in_order;	       /* IN_ORDER was negotiated: descriptors are used in ring order (2.7.5.2) */

	uint16_t available; /* chains added, modulo 2^16; avail.index once published */
	uint16_t published;
	uint16_t used_seen; /* used entries taken, modulo 2^16 */
	uint16_t outstanding;

	/* The driver's own records, by descriptor number, where the device cannot overwrite them. */
	struct virtqueue_chain *chains;
	uint16_t *next;
	uint16_t *free;	 /* stack of free descriptors */
	uint16_t *heads; /* the available ring as we wrote it */
	uint16_t free_count;

	/* With in_order: the descriptor that comes next, and what is left of a batch that one used entry stands for
	 * (2.7.9). */
	uint16_t next_in_order, batch;
	uint32_t batch_length; /* of its last chain; the others were used in full */
};

/* `wanted`, or the largest power of 2 up to `max` if that is less (2.7: a size is a power of 2, the maximum need not
 * be). */
uint16_t virtqueue_size(uint16_t wanted, uint32_t max);

/*
 * Allocates rings for `size` entries and starts at index 0. Accesses no register. The modern layout gets three areas,
 * each no more aligned than it must be. False if the arena is full.
 */
bool virtqueue_alloc(struct virtqueue *queue, struct transport *transport, uint16_t index, uint16_t size,
		     bool event_idx);
/* The same in the legacy layout: one area, aligned to page_size and align, with the used ring at the next multiple of
 * align (2.7.2). Both are powers of 2. */
bool virtqueue_alloc_legacy(struct virtqueue *queue, struct transport *transport, uint16_t index, uint16_t size,
			    bool event_idx, uint32_t page_size, uint32_t align);
/* Tells the device where the queue is and, on the modern layout, sets QueueReady. Each register is written once. The
 * caller has set GuestPageSize. */
void virtqueue_register(struct virtqueue *queue, uint32_t page_size);

/* From now on the queue takes its free descriptors in a random order. */
void virtqueue_shuffle(struct virtqueue *queue, struct random *random);

/*
 * Puts a chain into the descriptor table and the available ring, without publishing it. Returns its head, or -1 if the
 * table or the arena is full. count >= 1; shape may be NULL.
 */
int virtqueue_add(struct virtqueue *queue, const struct segment *segments, unsigned count,
		  const struct chain_shape *shape, void *token);

/* Makes the added chains visible by advancing avail.idx (2.7.13.3). */
void virtqueue_publish(struct virtqueue *queue);
/* Sends the available buffer notification (4.2.3.3), even if the device asked for none. */
void virtqueue_notify(struct virtqueue *queue);
/* Publishes and notifies. */
void virtqueue_kick(struct virtqueue *queue);
/* Would a driver that honours suppression notify now, after publishing from index `old` on (2.7.10.1)? Call after
 * virtqueue_publish(). */
bool virtqueue_should_notify(const struct virtqueue *queue, uint16_t old);

/* The number of used entries that the device has added and we have not taken. A device that misbehaves may add more
 * than are outstanding. */
uint16_t virtqueue_used_waiting(const struct virtqueue *queue);

struct completion {
	void *token;
	uint16_t head;
	uint32_t length;   /* as the device says, but `writable` at most */
	uint32_t said;	   /* as the device says: only the checks of the used length look at it */
	uint32_t writable; /* bytes it was allowed to write */
};
enum virtqueue_pop {
	VIRTQUEUE_EMPTY,
	VIRTQUEUE_POPPED,
	VIRTQUEUE_WRONG, /* the used ring breaks section 2.7.8: *error says how; the entry is skipped, or all if
			    used.idx is too far */
};
enum virtqueue_pop virtqueue_pop(struct virtqueue *queue, struct completion *completion, enum driver_error *error);

/*
 * Reuse the same chains again and again at little cost, until the 16-bit indices wrap. virtqueue_cycle() takes the
 * chains that were added to a fresh queue and not yet published; their number is a power of 2. It writes their heads in
 * turn into every slot of the available ring. After that, virtqueue_cycle_publish() publishes the next `count` chains,
 * at most as many as there are, while none is outstanding. virtqueue_cycle_take() takes the used entries and returns
 * their number, or 0 with *error set if the used ring breaks 2.7.8. It judges index and ids, not lengths.
 */
void virtqueue_cycle(struct virtqueue *queue);
void virtqueue_cycle_publish(struct virtqueue *queue, uint16_t count);
uint16_t virtqueue_cycle_take(struct virtqueue *queue, enum driver_error *error);

/*
 * How the driver suppresses used buffer notifications: by avail.flags without EVENT_IDX, by used_event with it. A
 * device may read either a while after it advanced used.idx, so a driver that changes them after it has seen a used
 * entry may still lose, or still get, the notification of that entry.
 *
 * With unasked_events, virtqueue_set_no_interrupt() does by used_event what it would do by the flags, which must be 0
 * with EVENT_IDX (2.7.7.1). A call of virtqueue_set_used_event() ends what virtqueue_publish() does for such a caller.
 */
void virtqueue_set_no_interrupt(struct virtqueue *queue, bool no_interrupt);
void virtqueue_set_used_event(struct virtqueue *queue, uint16_t index);
uint16_t virtqueue_avail_event(const struct virtqueue *queue);

#endif
