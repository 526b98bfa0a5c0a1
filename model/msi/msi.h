/* SPDX-License-Identifier: BSD-2-Clause */
/* What a layout of message signalled interrupts consists of, and what msi.c does for all of them. */
#ifndef MODEL_MSI_H
#define MODEL_MSI_H

#include "model/model.h"

/* One layout: a table, in its own file in this folder. */
struct model_msi_registers {
	/* Sets the feature bits and other parts of the configuration that the layout requires. May be null. */
	void (*adjust_features)(struct model_config *config);
	uint8_t feature;       /* the registers exist once this feature is negotiated; 0: always */
	bool masked_at_reset;  /* every vector is masked after a reset */
	bool queue_notify_too; /* QueueNotify works in addition to the area below */
	/* What QueueNotify reads: where the driver notifies virtqueues. 0, or a null pointer: at QueueNotify itself. */
	uint32_t (*notify_area)(const struct model *m);
	/* False: the layout has no such register, or not at this time. */
	bool (*read)(struct model *m, uint32_t offset, uint8_t width, uint32_t *value);
	bool (*write)(struct model *m, uint32_t offset, uint8_t width, uint32_t value);
};

/* Handles an event of SOURCE. False: the line is in use instead. */
bool model_msi_event(struct model *m, uint32_t source);
void model_msi_reset(struct model *m);

/* ---- for the layouts ---- */

/* The parts of a message. */
enum { MODEL_MSI_LOW, MODEL_MSI_HIGH, MODEL_MSI_DATA };

uint32_t model_msi_vectors(const struct model *m);
/* The vector with this number, which came from the driver. Null: there is none. */
struct model_msi_vector *model_msi_vector(struct model *m, uint32_t number);

void model_msi_enable(struct model *m, bool on);
void model_msi_set_mask(struct model *m, struct model_msi_vector *v, bool masked);
void model_msi_set_word(struct model *m, struct model_msi_vector *v, unsigned part, uint32_t value);

/* Some layouts have one set of message registers for all vectors. The driver stages a message there, and then commits
 * it to a vector (null: a vector that does not exist). */
void model_msi_stage(struct model *m, unsigned part, uint32_t value);
void model_msi_commit(struct model *m, struct model_msi_vector *v);

/* What the driver reads: BIT if messages are enabled, else 0; and the number of messages. */
uint32_t model_msi_enabled_bit(struct model *m, uint32_t bit);
uint32_t model_msi_stated_count(struct model *m, uint32_t count);

#endif
