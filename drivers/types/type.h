/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device type is one table, in its own file in this folder (docs/adding-a-device-type.md). Code that depends on the
 * type reads its table; no code outside this folder compares device ids.
 *
 * A member that is left out means "none". A type that we know by name only has an id, a prefix and a title, and checks
 * still judge its registers, features and virtqueues.
 */
#ifndef DRIVERS_TYPES_TYPE_H
#define DRIVERS_TYPES_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/errors.h"
#include "drivers/features.h"

struct device;
struct request;

enum { FIELD_ALWAYS = 255, CONFIG_FIELDS_MAX = 64 };

/* A field of the configuration space. It is read with one access of its width (4.2.2.2). */
struct config_field {
	const char *name;
	uint8_t offset, width; /* bytes: 1, 2 or 4; a field of 8 is two of these */
	uint8_t feature;       /* the feature that brings the field; FIELD_ALWAYS: none is needed */
	uint8_t alternative;   /* another feature that brings it as well; 0: none */
	bool changes;	       /* a stimulus changes it (drivers/stimuli.h) */
	bool fleeting;	       /* it tells what is so at the moment, as a link's state: nobody expects it to last */
	/* Limits of its value, which show a wrong byte order: */
	uint32_t most;			  /* the largest value; 0: any */
	const char *because;		  /* why `most` is the limit: a sentence for the report */
	uint8_t queues_each, queues_more; /* if it counts virtqueues: the device has at least value * each + more */
};

/* An array and its length. */
#define LIST(ARRAY)                                       \
	{                                                 \
		ARRAY, sizeof(ARRAY) / sizeof((ARRAY)[0]) \
	}

struct device_type {
	uint32_t id;	    /* VIRTIO_ID_... */
	const char *prefix; /* of the device's name: "blk" of blk0 */
	const char *title;  /* "block device" */

	/* ---- features ---- */
	struct {
		const struct feature_bit *at;
		size_t count;
	} features;
	bool features_complete; /* the list is complete: the specification defines no other bit of this type */
	struct {
		const struct feature_dependency *at;
		size_t count;
	} dependencies;

	/* Why the driver cannot use a device of this type that refuses all sets of features: a limit of ours, or
	 * DRIVER_FEATURES_REFUSED. NULL: no such reason. */
	enum driver_error (*not_driven)(struct device *device);

	/* ---- configuration space ---- */
	/* Fields that may be read at any time, CONFIG_FIELDS_MAX at most. */
	struct {
		const struct config_field *at;
		size_t count;
	} fields;
	/* A byte that a legacy driver may write, and the bits of it that can be flipped without harm. 0: none. It may
	 * be the first of a field of `more` bytes more, which counts once its last byte is written. */
	struct {
		uint8_t offset, feature, bits, more;
	} writable;

	/* ---- virtqueues ---- */
	/* How many a driver sets up after accepting these features; NULL: one. */
	unsigned (*queues_used)(const struct device *device);
	/* How many such a device can have, by its configuration; NULL: we do not know. */
	uint32_t (*queues_at_most)(struct device *device);
	/* The virtqueue of requests. With the features of `multiqueue`, if there are any, the next one takes requests,
	 * too. */
	uint16_t request_queue;
	struct features multiqueue;
	/* Features without which some devices of the type may refuse to work. */
	struct features may_insist;

	/* ---- harmless requests that any check may send ---- */
	/* Builds a request in DMA memory; request->tag is set already. NULL: the type has no requests. */
	enum driver_error (*make_request)(struct device *device, struct request *request);
	/* Is the answer right? `length` is the used length, at most what the request has room for. */
	enum driver_error (*check_answer)(struct device *device, const struct request *request, uint32_t length);
	bool answers; /* requests have device-writable bytes */
	/* Builds a request that costs the device almost nothing and waits for nothing. NULL: make_request builds it. */
	enum driver_error (*make_quick_request)(struct device *device, struct request *request);
	/* Builds a request whose answer has `bytes` bytes, a multiple of 512. NULL: the type has none. */
	enum driver_error (*make_sized_request)(struct device *device, struct request *request, uint32_t bytes);
	const char *sized; /* what these bytes are: "bytes of the disk" */
	/* Are requests so large that our memory may not suffice for a check? NULL: no. */
	bool (*large_requests)(struct device *device);
	/* The most bytes that a segment may have, and the most segments that may hold a part of the answer. UINT32_MAX,
	 * or no function: any number. */
	uint32_t (*segment_bytes_max)(struct device *device);
	uint32_t (*answer_segments_max)(struct device *device);
	/* How deep into the VMM a request goes: a higher number is deeper. A disk's request reaches a file, a console's
	 * perhaps nothing. */
	uint8_t depth;
	const char *not_by_thousands; /* why tens of thousands of requests would do harm */
	const char *not_by_gigabytes; /* why a request of gigabytes would do harm, even if there is no memory */
};

/* Never NULL: the entry for unknown types has id 0. */
const struct device_type *device_type_of(uint32_t device_id);

#endif
