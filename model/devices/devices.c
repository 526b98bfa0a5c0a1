/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/devices.h"

#include "model/devices/backend.h"

#define X(NAME) extern const struct model_backend model_##NAME;
MODEL_DEVICES(X)
#undef X

static const struct model_backend *const backends[MODEL_TYPES] = {
#define X(NAME) &model_##NAME,
	MODEL_DEVICES(X)
#undef X
};

uint32_t model_device_id(unsigned index)
{
	return backends[index]->device_id;
}

const struct model_backend *model_backend_of(uint32_t device_id)
{
	for (unsigned i = 0; i < MODEL_TYPES; i++)
		if (backends[i]->device_id == device_id)
			return backends[i];
	return NULL;
}
