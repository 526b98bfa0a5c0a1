/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_STATUS_H
#define MODEL_STATUS_H

#include "model/model.h"

void model_write_status(struct model *m, uint32_t value);
uint32_t model_read_status(struct model *m);

/* Completes a reset at once. */
void model_reset_now(struct model *m);

#endif
