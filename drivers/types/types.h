/* SPDX-License-Identifier: BSD-2-Clause */
/* The device types that we can send requests to, one file each. A new type is one more line. */
#ifndef DRIVERS_TYPES_H
#define DRIVERS_TYPES_H

#include "drivers/device.h"

#define DRIVEN_TYPES(X) \
	X(blk)          \
	X(console)      \
	X(net)          \
	X(rng)

#define X(NAME) extern const struct device_type NAME##_type;
DRIVEN_TYPES(X)
#undef X

/* The types that we know by name only. */
extern const struct device_type named_types[];
extern const size_t named_type_count;

#endif
