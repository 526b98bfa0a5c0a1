/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the model share. Nothing here is for a host. */
#ifndef MODEL_INTERNAL_H
#define MODEL_INTERNAL_H

#include "model/model.h"

#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "drivers/spec/mmio.h"
#include "drivers/spec/msi.h"
#include "drivers/spec/virtqueue.h"

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

/* One device type: a table, in a file of its own in model/devices. */
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

/* Null: no such type. */
const struct model_backend *model_backend_of(uint32_t device_id);

static inline bool model_has(const struct model *m, enum model_defect defect)
{
	return m->defects[defect / 32] >> (defect % 32) & 1;
}
#define broken(m, id) model_has((m), MODEL_DEFECT_##id)

static inline bool model_bit(const uint32_t *words, unsigned bit)
{
	return words[bit / 32] >> (bit % 32) & 1;
}
static inline void model_set_bit(uint32_t *words, unsigned bit, bool on)
{
	words[bit / 32] = (words[bit / 32] & ~(1u << (bit % 32))) | (uint32_t)on << (bit % 32);
}

static inline bool model_is_legacy(const struct model *m)
{
	return m->config.version == VIRTIO_MMIO_VERSION_LEGACY;
}
static inline bool model_between(unsigned value, unsigned low, unsigned high)
{
	return value >= low && value <= high;
}
static inline uint64_t model_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Little-endian, at any alignment, on any host. A legacy guest's own order is little-endian too on everything we run
 * on. */
static inline uint64_t model_le(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;
	while (width--)
		value = value << 8 | bytes[width];
	return value;
}
static inline void model_to_le(uint8_t *bytes, unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++, value >>= 8)
		bytes[i] = (uint8_t)value;
}

/* features.c */
bool model_offers(const struct model *m, unsigned feature);
uint32_t model_offered_word(struct model *m, uint32_t word);
bool model_negotiated(const struct model *m, unsigned feature);
void model_sanitize_features(struct model_config *config);
bool model_accepts_features(struct model *m);
/* The features that decide what exists: the negotiated ones, or before that the offered ones. */
const uint32_t *model_deciding_features(const struct model *m);

/* status.c */
void model_queue_notify(struct model *m, uint32_t index); /* registers.c */
void model_write_status(struct model *m, uint32_t value);
uint32_t model_read_status(struct model *m);
void model_reset_now(struct model *m);
/* An error that only a reset can cure (2.1.2): the device stops here. TEXT is static. */
void model_fail(struct model *m, const char *text);
bool model_live(const struct model *m);

/* interrupt.c: an event of a source, by the line or by a message */
#define MODEL_SOURCE_CONFIG	  0u
#define MODEL_SOURCE_QUEUE(INDEX) ((INDEX) + 1u)
void model_raise(struct model *m, uint32_t source);
void model_raise_line(struct model *m, uint32_t cause);
void model_set_line(struct model *m, bool asserted);
void model_acknowledge(struct model *m, uint32_t causes);
void model_clear_interrupts(struct model *m);
uint32_t model_read_interrupt_status(struct model *m);

/* msi.c. False: not a register of the device's layout, or not one now: the rest of the device answers. */
bool model_msi_read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value);
bool model_msi_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value);
/* An event. False: the line is in use. */
bool model_msi_event(struct model *m, uint32_t source);
void model_msi_reset(struct model *m);
void model_msi_features(struct model_config *config);

/* late.c: what a reset should have stopped */
void model_late_remember(struct model *m);
void model_late_tick(struct model *m);
bool model_late_due(const struct model *m);
void model_late_act(struct model *m);

/* space.c: the configuration space */
uint32_t model_config_read(struct model *m, uint32_t offset, uint8_t width);
void model_config_put(struct model *m, uint32_t offset, unsigned width, uint64_t value);
void model_config_notify(struct model *m);
bool model_config_notify_due(const struct model *m);

/* queue.c */
uint16_t model_queue_count(const struct model *m);
uint16_t model_queue_avail_index(struct model *m, uint16_t index);
bool model_queue_live(const struct model *m, uint16_t index);
void model_queue_start(struct model *m, uint16_t index);
void model_queue_forget(struct model *m, uint16_t index);
void model_queue_reset_step(struct model *m, uint16_t index);
bool model_queue_available(struct model *m, uint16_t index, uint16_t *count);
bool model_queue_take(struct model *m, uint16_t index, uint16_t *head);
/* Gives back the last COUNT heads taken; the driver is asked to notify when it adds more. */
void model_queue_untake(struct model *m, uint16_t index, uint16_t count);
void model_queue_stage(struct model *m, uint16_t index, uint16_t head, uint32_t length, bool in_full);
void model_queue_publish(struct model *m, uint16_t index);
void model_queue_publish_one(struct model *m, uint16_t index);
void model_queue_signal(struct model *m, uint16_t index);
void model_queue_work(struct model *m, uint16_t index);

/* chain.c: m->chain, and access to the bytes of its buffers. False: the device has failed. */
bool model_chain_walk(struct model *m, uint16_t index, uint16_t head);
bool model_chain_read(struct model *m, uint64_t offset, void *to, uint32_t length);
bool model_chain_write(struct model *m, uint64_t offset, const void *from, uint32_t length);

/* net_control.c */
uint32_t model_net_command(struct model *m);
bool model_net_wanted(const struct model *m, const uint8_t *frame, uint32_t length);

#endif
