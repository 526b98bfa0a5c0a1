/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration space. */
#ifndef MODEL_SPACE_H
#define MODEL_SPACE_H

#include "model/model.h"

uint32_t model_config_read(struct model *m, uint32_t offset, uint8_t width);
/* Changes a field on behalf of the device. */
void model_config_put(struct model *m, uint32_t offset, unsigned width, uint64_t value);

/* Is a change still to be notified? And: notifies the driver. */
bool model_config_notify_due(const struct model *m);
void model_config_notify(struct model *m);

#endif
