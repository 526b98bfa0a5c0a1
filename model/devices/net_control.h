/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_NET_CONTROL_H
#define MODEL_NET_CONTROL_H

#include "model/model.h"

/* Executes the command in m->chain. Returns the used length. */
uint32_t model_net_command(struct model *m);

/* Does the driver want to receive this frame? */
bool model_net_wanted(const struct model *m, const uint8_t *frame, uint32_t length);

#endif
