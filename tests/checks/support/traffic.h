/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests for the checks of the rings, whatever the device's type: cut into other pieces, sent in numbers, taken back
 * and judged one by one.
 *
 * The functions end the check when the device does not answer, because nothing that follows would mean anything.
 */
#ifndef TESTS_CONFORMANCE_TRAFFIC_H
#define TESTS_CONFORMANCE_TRAFFIC_H

#include "tests/framework/check.h"

/* Starts the device with the features and virtqueues of `size` entries (0: the usual). Returns the request queue. */
struct virtqueue *traffic_start(struct run *t, struct device *d, struct features wanted, uint16_t size);
/* The same without DRIVER_OK. */
struct virtqueue *traffic_prepare(struct run *t, struct device *d, struct features wanted, uint16_t size);
/* Resets first: another life within the check. */
struct virtqueue *traffic_restart(struct run *t, struct device *d, struct features wanted, uint16_t size);

/* `count` requests with the tags from `tag` on. Reusable: they may be sent again once they came back. */
struct request *traffic_make(struct run *t, struct device *d, unsigned count, uint64_t tag);
/* Bytes of a request that the device reads or, with `writable`, writes. */
uint32_t traffic_bytes(const struct request *request, bool writable);
/* Fills the device-writable bytes with a value that no right answer has in its last byte. */
void traffic_poison(struct request *request, uint8_t value);
/* Copies the device-writable bytes, at most `size`, in the order of the chain. */
void traffic_gather(const struct request *request, uint8_t *bytes, uint32_t size);

/*
 * May requests be cut anywhere? Always on the modern layout (2.7.4.1), with ANY_LAYOUT on the legacy one (2.7.4.3).
 */
bool traffic_any_framing(const struct device *d);
/* What to negotiate so that they may be, where the device offers it. */
struct features traffic_framing_features(const struct device *d);
/* The same for a check that is about nothing else: SKIPs where the device does not offer it. */
struct features traffic_need_any_framing(struct run *t, const struct device *d);
/* Descriptors that a chain may have: the queue's size, our own limit, and what the device's type says of its limit. */
unsigned traffic_pieces_max(struct device *d, uint16_t queue_size);

/* How a request is cut. */
enum cut {
	CUT_RANDOM, /* pieces of random sizes */
	CUT_CRUMBS, /* one-byte pieces, and the rest last */
};
/*
 * Cuts a request anew: so many device-readable and device-writable pieces, each in memory of its own between guards, at
 * any alignment. Numbers beyond what there are bytes are lowered, 0 becomes 1 where there are bytes.
 */
void traffic_cut(struct run *t, struct request *request, enum cut cut, unsigned readable, unsigned writable);
/*
 * Cuts it into a random number of pieces, at most `most` in all (at least 2). Leaves it alone where requests may not be
 * cut.
 */
void traffic_cut_randomly(struct run *t, struct request *request, unsigned most);

/* Adds a request, unpublished. */
void traffic_add(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape);
/* Requests like this one, direct, for which the queue has room now. */
unsigned traffic_room(const struct virtqueue *queue, const struct request *request);

/* Waits until the request queue has a used entry; the check ends if none comes. */
void traffic_wait_used(struct run *t, struct device *d);
/*
 * Waits for a used entry, takes it and judges it: named by the right head, readable bytes untouched, answer right. A
 * length below the bytes written is not judged here: it is an underestimate that a device may give (2.7.8.2), and has a
 * check of its own.
 */
struct request *traffic_take(struct run *t, struct device *d, struct completion *done);
/* Takes all that is outstanding. */
void traffic_take_all(struct run *t, struct device *d);
/* Adds, kicks and takes one request. */
void traffic_do(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape);
/* Sends all that fit of `count` requests in one batch with one notification, and takes them. Returns how many. */
unsigned traffic_do_batch(struct run *t, struct device *d, struct request *requests, unsigned count);

/*
 * Fills a fresh request queue with chains that cost the device next to nothing, to be sent around and around by
 * virtqueue_cycle_publish(): for the checks that need 2^16 of them. Returns how many there are. SKIPs where there are
 * none. traffic_cycle_take() waits for one that is outstanding and takes back all that came.
 */
uint16_t traffic_cycle(struct run *t, struct device *d);
void traffic_cycle_take(struct run *t, struct device *d);

/* Waits a random time below `nanoseconds`, for another moment of a race; not for the device, which may do nothing
 * meanwhile. */
void traffic_pause(struct run *t, uint32_t nanoseconds);

#endif
