/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration before it becomes a device. */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "model/model.h"

/* False: no device can be like that. */
bool model_config_sensible(const struct model_config *config);
/* Leaves out features that the device cannot offer, and adds those that it must. */
void model_config_settle_features(struct model_config *config);

#endif
