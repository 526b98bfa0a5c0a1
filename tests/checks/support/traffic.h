/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests of any device type for the checks of the rings: cut them into other descriptors, send many, take them back
 * and judge each one.
 *
 * The functions end the check when the device does not answer, because nothing that follows would mean anything.
 */
#ifndef TESTS_CHECKS_SUPPORT_TRAFFIC_H
#define TESTS_CHECKS_SUPPORT_TRAFFIC_H

#include "tests/framework/check.h"

/*
 * Starts the device with the features and virtqueues of `size` entries (0: the usual size). Returns the request queue.
 */
struct virtqueue *traffic_start(struct run *t, struct device *d, struct features wanted, uint16_t size);
/* The same without DRIVER_OK. */
struct virtqueue *traffic_prepare(struct run *t, struct device *d, struct features wanted, uint16_t size);
/* The same after a reset: another life of the device within the check. */
struct virtqueue *traffic_restart(struct run *t, struct device *d, struct features wanted, uint16_t size);

/* Makes `count` requests with tags from `tag` on. A request may be sent again once it has come back. */
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
/* The features to negotiate so that requests may be cut anywhere, if the device offers them. */
struct features traffic_framing_features(const struct device *d);
/* The same for a check of nothing but framing: SKIPs if the device does not offer them. */
struct features traffic_need_any_framing(struct run *t, const struct device *d);
/* Can the request have a single descriptor each way? Not if the device wants smaller ones (SIZE_MAX). */
bool traffic_can_merge(struct device *d, const struct request *request);
/* The most descriptors that a chain may have: the least of the queue's size and our own limit. traffic_cut() keeps
 * those of the device. */
unsigned traffic_pieces_max(struct device *d, uint16_t queue_size);

/* How a request is cut. */
enum cut {
	CUT_RANDOM, /* pieces of random sizes */
	CUT_BYTES,  /* pieces of one byte, and the rest in the last piece */
};
/*
 * Cuts a request into `readable` device-readable and `writable` device-writable pieces. Each piece is separate memory
 * between guard bytes, at any alignment. A number above the number of bytes is lowered to it; 0 becomes 1 if there are
 * bytes.
 */
void traffic_cut(struct run *t, struct request *request, enum cut cut, unsigned readable, unsigned writable);
/* Cuts it into a random number of pieces, `most` (2 or more) at most. Does nothing if requests may not be cut. */
void traffic_cut_randomly(struct run *t, struct request *request, unsigned most);

/* Adds a request without publishing it. */
void traffic_add(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape);
/* How many requests like this one, without indirect tables, the queue now has room for. */
unsigned traffic_room(const struct virtqueue *queue, const struct request *request);

/* Waits until the request queue has a used entry; the check ends if none comes. */
void traffic_wait_used(struct run *t, struct device *d);
/*
 * Waits for a used entry, takes it and judges it: it names the head of an outstanding chain, the readable bytes are
 * untouched, and the answer is right. The used length is not judged.
 */
struct request *traffic_take(struct run *t, struct device *d, struct completion *done);
/* Takes all requests that are outstanding. */
void traffic_take_all(struct run *t, struct device *d);
/* Adds one request, notifies the device and takes the answer. */
void traffic_do(struct run *t, struct device *d, struct request *request, const struct chain_shape *shape);
/*
 * Sends as many of `count` requests as fit, in one batch with one notification, and takes them back. Returns how many.
 */
unsigned traffic_do_batch(struct run *t, struct device *d, struct request *requests, unsigned count);

/* Starts the device. Does it answer the requests that cost it next to nothing? Some disks drop them (TinyEMU). */
bool traffic_has_quick(struct run *t, struct device *d);
/*
 * Fills a fresh request queue with chains, quick ones or ordinary ones. virtqueue_cycle_publish() sends them again and
 * again, for the checks that need 2^16 requests. Returns the number of chains; SKIPs if the type has no such request.
 * traffic_cycle_take() waits until at least one is used, and takes back all that are.
 */
uint16_t traffic_cycle(struct run *t, struct device *d, bool quick);
void traffic_cycle_take(struct run *t, struct device *d);

/* Waits a random time below `nanoseconds`, to vary the moment of a race. It does not wait for the device. */
void traffic_pause(struct run *t, uint32_t nanoseconds);

#endif
