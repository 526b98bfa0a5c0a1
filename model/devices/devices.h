/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device types that the model implements, one file each in this folder. A new type is one more line, at the end,
 * because the reference inside the image has one device of each type in this order.
 */
#ifndef MODEL_DEVICES_H
#define MODEL_DEVICES_H

#include <stdint.h>

#define MODEL_DEVICES(X) \
	X(block)         \
	X(network)       \
	X(entropy)       \
	X(console)

enum {
#define X(NAME) MODEL_TYPE_##NAME,
	MODEL_DEVICES(X)
#undef X
		MODEL_TYPES, /* how many there are */
};

/* The device id of each type: model_device_id(0) to model_device_id(MODEL_TYPES - 1). */
uint32_t model_device_id(unsigned index);

/* The table of a type (model/devices/backend.h). Null: no such type. */
struct model_backend;
const struct model_backend *model_backend_of(uint32_t device_id);

#endif
