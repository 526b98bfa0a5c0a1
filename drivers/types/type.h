/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device type is: one table a type, in a file of its own in this folder (docs/adding-a-device-type.md). Whoever
 * wants to know how a type differs from another asks its table; outside of this folder nobody compares device ids.
 *
 * A member that is left out means "none": a type that we know by name only has an id, a prefix and a title, and its
 * registers, features and virtqueues are judged all the same.
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
	uint8_t feature;       /* that brings it; FIELD_ALWAYS: no feature is needed */
	uint8_t alternative;   /* another feature that brings it as well; 0: none */
	bool changes;	       /* a stimulus from outside changes it (drivers/stimuli.h) */
	/* What its value must be, as far as that shows the byte order: */
	uint32_t most;			  /* no more than this; 0: any */
	const char *because;		  /* a sentence for the report */
	uint8_t queues_each, queues_more; /* it counts virtqueues: there are at least value * each + more */
};

/* An array and its length. */
#define LIST(ARRAY)                                       \
	{                                                 \
		ARRAY, sizeof(ARRAY) / sizeof((ARRAY)[0]) \
	}

struct device_type {
	uint32_t id;	    /* VIRTIO_ID_... */
	const char *prefix; /* of the device's name: "blk" */
	const char *title;  /* "block device" */

	/* ---- features ---- */
	struct {
		const struct feature_bit *at;
		size_t count;
	} features;
	bool features_complete; /* these are all: another bit of the type's own means nothing */
	struct {
		const struct feature_dependency *at;
		size_t count;
	} dependencies;

	/* ---- configuration space ---- */
	/* Fields that may be read at any time, CONFIG_FIELDS_MAX at most. */
	struct {
		const struct config_field *at;
		size_t count;
	} fields;
	/* A byte that a legacy driver may write, and the bits of it that can be turned over without harm. 0: none. */
	struct {
		uint8_t offset, feature, bits;
	} writable;

	/* ---- virtqueues ---- */
	/* How many a driver sets up which accepted these features; NULL: one. */
	unsigned (*queues_used)(const struct device *device);
	/* How many such a device can have, by its configuration; NULL: we do not know. */
	uint32_t (*queues_at_most)(struct device *device);
	/* The virtqueue of requests. With the features of `multiqueue`, if there are any, the one behind it, too. */
	uint16_t request_queue;
	struct features multiqueue;

	/* ---- requests: harmless ones, that any check may send ---- */
	/* Builds one in DMA memory; request->tag is set already. Types without requests: NULL. */
	enum driver_error (*make_request)(struct device *device, struct request *request);
	/* Is the answer right? `length` is the used length, known to be within least and most. */
	enum driver_error (*check_answer)(struct device *device, const struct request *request, uint32_t length);
	bool answers; /* requests have device-writable bytes */
	/* Builds one that costs the device next to nothing, and never waits for anybody. NULL: the usual one. */
	enum driver_error (*make_quick_request)(struct device *device, struct request *request);
	/* Builds one that is answered with so many bytes, a multiple of 512. NULL: there are none. */
	enum driver_error (*make_sized_request)(struct device *device, struct request *request, uint32_t bytes);
	const char *sized; /* what these bytes are: "bytes of the disk" */
	/* Descriptors that a request may have at most; 0, or no function: any number. */
	uint32_t (*segments_max)(struct device *device);
	/* How far down the VMM a request goes: more is deeper. A disk's goes to a file, a console's perhaps nowhere. */
	uint8_t depth;
	const char *not_by_thousands; /* why tens of thousands of requests would do harm */
};

/* Never NULL: a type unknown to us has id 0. */
const struct device_type *device_type_of(uint32_t device_id);

#endif
