/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a configuration before it becomes a device. */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "model/model.h"

/* False: no device can have this configuration. */
bool model_config_valid(const struct model_config *config);
/* Removes the features that the device cannot offer, and adds those that it must. */
void model_config_adjust_features(struct model_config *config);

#endif
