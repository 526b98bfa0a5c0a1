/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device does with the rings of a live queue. split.c knows the layout of the rings. */
#ifndef MODEL_RING_H
#define MODEL_RING_H

#include "model/model.h"

/* COUNT: buffers that the driver has made available and the device has not taken. False: none, or the device has
 * failed. */
bool model_queue_available(struct model *m, uint16_t index, uint16_t *count);
uint16_t model_queue_avail_index(struct model *m, uint16_t index);

/* Only for a defect: a buffer waits, and the device looks for it by itself before DRIVER_OK. */
bool model_queue_polled_early(struct model *m, uint16_t index);

/* Takes the next available buffer. False: there is none, or the device has failed. */
bool model_queue_take(struct model *m, uint16_t index, uint16_t *head);
/* Gives back the last COUNT heads taken, and asks the driver to notify when it adds more. */
void model_queue_untake(struct model *m, uint16_t index, uint16_t count);

/* Writes one used element that the driver does not see yet. IN_FULL: every writable byte was written. */
void model_queue_stage(struct model *m, uint16_t index, uint16_t head, uint32_t length, bool in_full);
/* Shows the driver all staged elements, or the first. */
void model_queue_publish(struct model *m, uint16_t index);
void model_queue_publish_one(struct model *m, uint16_t index);
/* For defects: writes the flags of the used ring. */
void model_queue_tell_flags(struct model *m, uint16_t index);
/* For defects: writes zeros behind the used ring. */
void model_queue_scribble(struct model *m, uint16_t index);
/* Decides whether to notify the driver of what was published since the last decision, and does it. */
void model_queue_signal(struct model *m, uint16_t index);

#endif
