/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the model needs to know of a device type: one table, in a file of its own in this folder. The core calls a type
 * through m->backend alone, so no file of the core needs a file of a type.
 */
#ifndef MODEL_BACKEND_H
#define MODEL_BACKEND_H

#include "model/model.h"

/* A used length that stands for: this buffer is not returned. Only defects do that. */
#define MODEL_NO_ANSWER 0xffffffffu

/* An array and its length. */
#define MODEL_LIST(ARRAY)                               \
	{                                               \
		ARRAY, sizeof(ARRAY) / sizeof(ARRAY)[0] \
	}

/* A feature that needs another one. */
struct model_dependency {
	uint8_t feature, needs;
	bool offer_only; /* the device may not offer one without the other, the driver may accept it */
};

/* A defect that changes whether a feature is offered, not what the device can do. */
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

struct model_backend {
	uint32_t device_id;

	/* ---- what it is ---- */
	/* The features of its own that it can do. */
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
	uint32_t config_bytes;	     /* of configuration space, MODEL_CONFIG_BYTES at most */
	uint32_t config_conditional; /* fields from here on depend on a feature */
	bool concurrent;	     /* requests may be in flight together, and complete in any order */

	/* ---- its part of struct model_config; each may be null ---- */
	void (*defaults)(struct model_config *config);
	bool (*sensible)(const struct model_config *config);
	/* Features that follow from the rest of the configuration. */
	void (*settle_features)(struct model_config *config);

	/* ---- its life ---- */
	/* Sets the bytes of its configuration space for the offered features. May be null. */
	void (*init)(struct model *m);
	/* Back to the state after power on, what a driver changed in the configuration space included. May be null. */
	void (*reset)(struct model *m);
	/* The driver's features are accepted. May be null. */
	void (*negotiated)(struct model *m);
	/* How many virtqueues there are with these features. */
	uint16_t (*queues)(const struct model *m, const uint32_t *features);
	/* The device takes buffers from this queue only when it has something to put in. Null: from none. */
	bool (*receives)(const struct model *m, uint16_t index);
	/* Executes the request in m->chain, taken from a queue that does not receive. Returns the used length. */
	uint32_t (*serve)(struct model *m, uint16_t index);
	/* Something came from outside, and there are buffers for it. May be null, with deliver. */
	bool (*inbound)(struct model *m);
	void (*deliver)(struct model *m);
	/* A driver's write to the configuration space. Null: it has no effect. */
	void (*config_write)(struct model *m, uint32_t offset, uint8_t width, uint32_t value);
	/* What a byte of it reads as, for defects that no overlay can be. May be null. */
	uint8_t (*config_byte)(struct model *m, uint32_t offset, uint8_t value);

	/* ---- what happens from outside, see model.h; each may be null ---- */
	bool (*config_change)(struct model *m);
	bool (*ask)(struct model *m);
	bool (*input)(struct model *m, const uint8_t *bytes, uint32_t length);
};

static inline bool model_receives(const struct model *m, uint16_t index)
{
	return m->backend->receives && m->backend->receives(m, index);
}

#endif
