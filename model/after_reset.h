/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device does although a reset should have stopped it. */
#ifndef MODEL_AFTER_RESET_H
#define MODEL_AFTER_RESET_H

#include "model/model.h"

/* To call before a reset. */
void model_after_reset_remember(struct model *m);
/* Counts a unit of work. */
void model_after_reset_tick(struct model *m);
bool model_after_reset_due(const struct model *m);
void model_after_reset_act(struct model *m);

#endif
