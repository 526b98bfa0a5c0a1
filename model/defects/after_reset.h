/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device does although a reset should have stopped it. */
#ifndef MODEL_DEFECTS_AFTER_RESET_H
#define MODEL_DEFECTS_AFTER_RESET_H

#include "model/model.h"

/* To call before a reset. */
void model_after_reset_remember(struct model *m);
/* Counts a unit of work. */
void model_after_reset_tick(struct model *m);
bool model_after_reset_due(const struct model *m);
void model_after_reset_act(struct model *m);

#ifdef MODEL_WITHOUT_DEFECTS /* what all of them come to then (tests/self/mutants.py) */
#define model_after_reset_remember(m) ((void)(m))
#define model_after_reset_tick(m)     ((void)(m))
#define model_after_reset_due(m)      ((void)(m), false)
#define model_after_reset_act(m)      ((void)(m))
#endif

#endif
