/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_NET_CONTROL_H
#define MODEL_NET_CONTROL_H

#include "model/model.h"

/* Executes the command in m->chain. Returns the used length. */
uint32_t model_net_execute(struct model *m);

#endif
