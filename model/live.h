/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_LIVE_H
#define MODEL_LIVE_H

#include "model/model.h"

/* May the device take buffers? */
bool model_live(const struct model *m);

/* Stops the device because of an error that only a reset can cure (2.1.2). TEXT is static. */
void model_fail(struct model *m, const char *text);

#endif
