/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the driver does differently for the devices of one VMM. A quirk works around a defect that would make every
 * check fail, so that only the checks of its own clause report it. No other code asks which VMM a device belongs to.
 */
#ifndef DRIVERS_QUIRKS_H
#define DRIVERS_QUIRKS_H

#include <stdbool.h>

#include "drivers/device.h"

struct quirk {
	const char *vmm;
	uint32_t vendor_id; /* VendorID, which identifies the VMM */
	bool whole_queues;  /* every virtqueue gets QueueSizeMax entries, whatever size the caller asks for */
	/* Rows of requirements.csv whose checks judge just this defect. The quirk is off while they run. NULL ends the
	 * list. */
	const char *const *judged_by;
};

/* The quirk that the device's VMM needs, NULL if it needs none. */
const struct quirk *quirk_of(const struct device *device);

#endif
