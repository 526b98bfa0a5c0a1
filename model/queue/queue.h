/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_QUEUE_H
#define MODEL_QUEUE_H

#include "model/model.h"

/* The device may access the queue's rings. */
bool model_queue_live(const struct model *m, uint16_t index);

/* The driver notifies the device. INDEX is the driver's: there may be no such queue. */
void model_queue_notify(struct model *m, uint32_t index);

/* The driver enables the queue, and stops it. */
void model_queue_start(struct model *m, uint16_t index);
void model_queue_forget(struct model *m, uint16_t index);

/* One step of a reset of this queue; and the device's reset. */
void model_queue_reset_step(struct model *m, uint16_t index);
void model_queue_clear(struct model *m, uint16_t index);

#endif
