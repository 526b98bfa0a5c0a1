/* SPDX-License-Identifier: BSD-2-Clause */
/* What a reset should have stopped. */
#ifndef MODEL_LATE_H
#define MODEL_LATE_H

#include "model/model.h"

/* Before a reset. */
void model_late_remember(struct model *m);
/* Time passes. */
void model_late_tick(struct model *m);
bool model_late_due(const struct model *m);
void model_late_act(struct model *m);

#endif
