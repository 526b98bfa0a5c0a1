/* SPDX-License-Identifier: BSD-2-Clause */
/* The device types that we can make requests of, one file each. */
#ifndef DRIVERS_TYPES_H
#define DRIVERS_TYPES_H

#include "drivers/device.h"

extern const struct device_type blk_type;
extern const struct device_type console_type;
extern const struct device_type net_type;
extern const struct device_type rng_type;

#endif
