// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/types/types.h"

static const struct device_type unknown_type = {
	.id = 0,
	.prefix = "dev",
	.title = "device of a type unknown to us",
};

static const struct device_type *const driven_types[] = {
#define X(NAME) &NAME##_type,
	DRIVEN_TYPES(X)
#undef X
};

const struct device_type *device_type_of(uint32_t device_id)
{
	for (size_t i = 0; i < sizeof(driven_types) / sizeof(driven_types[0]); i++)
		if (driven_types[i]->id == device_id)
			return driven_types[i];
	for (size_t i = 0; i < named_type_count; i++)
		if (named_types[i].id == device_id)
			return &named_types[i];
	return &unknown_type;
}
