/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the model must know about a device type: one table, in its own file in this folder. The core calls a type
 * through m->backend alone, so no file of the core needs a file of a type.
 */
#ifndef MODEL_BACKEND_H
#define MODEL_BACKEND_H

#include "model/model.h"

/* A used length that means: do not return this buffer. Only defects use it. */
#define MODEL_NO_ANSWER 0xffffffffu

/* An array and its length. */
#define MODEL_LIST(ARRAY)                               \
	{                                               \
		ARRAY, sizeof(ARRAY) / sizeof(ARRAY)[0] \
	}

/* A feature that needs another one. */
struct model_dependency {
	uint8_t feature, needs;
	bool offer_only; /* binds the device's offer only: the driver may accept one without the other */
	uint8_t instead; /* a feature that will do as well; 0: none */
};

/* A defect that changes whether a feature is offered, but not what the device can do. */
struct model_shown {
	uint16_t defect;
	uint8_t feature;
	bool on;
};
#define MODEL_SHOWN(ID, FEATURE, ON)           \
	{                                      \
		MODEL_DEFECT_##ID, FEATURE, ON \
	}

/* A defect that changes what a field of the configuration space reads as. */
struct model_overlay {
	uint16_t defect;
	uint8_t offset, width;
	uint32_t value;
};

/* Fields of the configuration space of one width, one behind the other. A field of 64 bits is two of 32. */
struct model_fields {
	uint8_t from, to, width;
};

struct model_backend {
	uint32_t device_id;

	/* ---- what the type is ---- */
	/* The type's own features that it can offer. */
	struct {
		const uint8_t *at;
		size_t count;
	} features;
	struct {
		const struct model_dependency *at;
		size_t count;
	} dependencies;
	struct {
		const struct model_shown *at;
		size_t count;
	} shown;
	struct {
		const struct model_overlay *at;
		size_t count;
	} overlays;
	struct {
		const struct model_fields *at;
		size_t count;
	} widths;
	uint32_t config_bytes;	     /* size of the configuration space, MODEL_CONFIG_BYTES at most */
	uint32_t config_conditional; /* from this offset on, fields depend on a feature */
	bool concurrent;	     /* requests may be in flight together, and complete in any order */

	/* ---- the type's part of struct model_config; each may be null ---- */
	void (*defaults)(struct model_config *config);
	bool (*valid)(const struct model_config *config);
	/* Sets the features that follow from the rest of the configuration. */
	void (*adjust_features)(struct model_config *config);

	/* ---- the device at work ---- */
	/* Sets the bytes of the configuration space for the offered features. May be null. */
	void (*init)(struct model *m);
	/* Restores the state after power on, including what a driver changed in the configuration space. May be null.
	 */
	void (*reset)(struct model *m);
	/* Called when the device has accepted the driver's features. May be null. */
	void (*negotiated)(struct model *m);
	/* How many virtqueues the device has with these features. */
	uint16_t (*queues)(const struct model *m, const uint32_t *features);
	/* True for a queue whose buffers the device takes only when it has data for them. Null: no queue is like that.
	 */
	bool (*receives)(const struct model *m, uint16_t index);
	/* For defects: the device has taken a buffer, and will serve it later. May be null. */
	void (*taken)(struct model *m, uint16_t index, uint16_t head);
	/* Executes the request in m->chain, taken from a queue that does not receive. Returns the used length. */
	uint32_t (*serve)(struct model *m, uint16_t index);
	/* True if input is waiting and a queue has buffers for it; deliver() then takes it there. Both or neither may
	 * be null. */
	bool (*inbound)(struct model *m);
	void (*deliver)(struct model *m);
	/* Handles a driver's write to the configuration space. Null: writes have no effect. */
	void (*config_write)(struct model *m, uint32_t offset, uint8_t width, uint32_t value);
	/* What a byte of the configuration space reads as, for defects that an overlay cannot express. May be null. */
	uint8_t (*config_byte)(struct model *m, uint32_t offset, uint8_t value);

	/* What an oddity of the type does from time to time. May be null. */
	void (*odd_event)(struct model *m);

	/* ---- events from outside, see model.h; each may be null ---- */
	bool (*config_change)(struct model *m);
	bool (*ask)(struct model *m);
	bool (*input)(struct model *m, const uint8_t *bytes, uint32_t length);
};

static inline bool model_receives(const struct model *m, uint16_t index)
{
	return m->backend->receives && m->backend->receives(m, index);
}

/* Neither a receive queue nor the first queue of requests. Some defects concern such queues alone. */
static inline bool model_is_further(const struct model *m, uint16_t index)
{
	return !model_receives(m, index) && index != (model_receives(m, 0) ? 1 : 0);
}

/* Does the queue have the defect receive_queue_WHAT or further_queue_WHAT? */
#define broken_at(m, index, what)                                             \
	((broken(m, receive_queue_##what) && model_receives((m), (index))) || \
	 (broken(m, further_queue_##what) && model_is_further((m), (index))))

#endif
