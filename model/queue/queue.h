/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_QUEUE_H
#define MODEL_QUEUE_H

#include "model/model.h"

/* May the device access the queue's rings? */
bool model_queue_live(const struct model *m, uint16_t index);

/* Handles the driver's notification. INDEX comes from the driver: there may be no such queue. */
void model_queue_notify(struct model *m, uint32_t index);

/* To call when the driver enables the queue, and when it stops it. */
void model_queue_start(struct model *m, uint16_t index);
void model_queue_forget(struct model *m, uint16_t index);

/* One step of this queue's reset; and the queue's part in a device reset. */
void model_queue_reset_step(struct model *m, uint16_t index);
void model_queue_clear(struct model *m, uint16_t index);

#endif
