/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work for every virtqueue of a device, so that a question about rings or notifications is asked of each of them and
 * not of the request queue alone: control queues, receive queues, the queues of further ports, pairs and requests.
 *
 * A struct work is a virtqueue of a started device and a way to make the device use its buffers. To a queue that the
 * device serves (commands, packets to send, output) it is enough to add a buffer. To a queue that receives, something
 * must arrive: work_cause() sees to it. What is possible depends on the device's features and on who is at its other
 * end; the request queue, at least, always takes part.
 *
 *   for (struct work *work = work_first(t, d, features, size); work; work = work_next(work))
 *           ... one life of the device, with `work->queue` under examination ...
 */
#ifndef TESTS_CHECKS_SUPPORT_WORK_H
#define TESTS_CHECKS_SUPPORT_WORK_H

#include "tests/framework/check.h"

struct work_kind;

enum {
	WORK_DEPTH = 8,	   /* buffers that are in use at the same time */
	WORK_FAR = 0x4000, /* how far ahead used_event is when no notification should come */
};

struct work {
	struct run *t;
	struct device *d;
	const struct work_kind *kind;
	struct virtqueue *queue;  /* the one under examination */
	struct virtqueue *helper; /* how something is made to arrive; NULL: by a stimulus */
	const char *name;	  /* "control queue" */
	bool receives;		  /* buffers are used when something arrives */
	bool talks;		  /* the queue itself is used after DRIVER_OK, before it can be examined */
	bool exact; /* one cause uses one buffer. Else it may use more, or something may arrive by itself */

	struct features wanted;
	uint16_t size;
	unsigned number; /* what was made or caused so far */
	struct request pool[WORK_DEPTH];
	bool busy[WORK_DEPTH]; /* published, or to be */
};

/*
 * Starts the device with these features, those that the work needs, and virtqueues of `size` entries (0: the usual
 * size), and prepares the first queue. All other queues suppress their used buffer notifications. work_next() does the
 * same, after a reset, for the next queue that has work; NULL after the last.
 */
struct work *work_first(struct run *t, struct device *d, struct features wanted, uint16_t size);
struct work *work_next(struct work *work);
/* The same in two steps, for checks that look at the queue before DRIVER_OK: call work_go() after work_set_up(). */
struct work *work_set_up(struct run *t, struct device *d, struct features wanted, uint16_t size);
struct work *work_set_up_next(struct work *work);
void work_go(struct work *work);

/* How many buffers fit into the queue now, WORK_DEPTH at most. */
unsigned work_room(const struct work *work);
/* Adds a buffer without publishing it. */
void work_add(struct work *work, const struct chain_shape *shape);
/* The same, cut into random pieces with a descriptor each, where the device must take that (2.7.4). */
void work_add_in_pieces(struct work *work);
/* Makes something arrive, so that the device uses a buffer. Does nothing for a queue that does not receive. False:
 * there is nothing more to arrive. */
bool work_cause(struct work *work);
/* Waits until a buffer is used; takes it and judges the answer. */
void work_take(struct work *work);
/* Takes all buffers that are used already. */
void work_take_more(struct work *work);
/* Makes a buffer available and notifies the device, unless one is available already that may do. False: there is no
 * room. */
bool work_offer(struct work *work);
/* Adds a buffer, notifies the device, causes its use and takes it. False, and nothing was added, if there is nothing
 * more to arrive. */
bool work_do(struct work *work);

/* After a reset of the virtqueue: sets it up again with `size` entries. */
void work_set_up_again(struct work *work, uint16_t size);

/* Asks for a notification of the next used buffer, or for none, by the flags or with EVENT_IDX by used_event. */
void work_arm(struct virtqueue *queue);
void work_disarm(struct virtqueue *queue);

#endif
