/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the driver does otherwise for devices of one VMM, so that a defect that every check would meet is reported by
 * the checks of its own clause alone. Nobody else asks which VMM a device belongs to.
 */
#ifndef DRIVERS_QUIRKS_H
#define DRIVERS_QUIRKS_H

#include <stdbool.h>

#include "drivers/device.h"

struct quirk {
	const char *vmm;
	uint32_t vendor_id; /* VendorID, by which we know the VMM */
	bool whole_queues;  /* virtqueues get QueueSizeMax entries, whatever is asked for */
	/* Rows of requirements.csv whose checks judge just this defect: they do without the quirk. NULL at the end. */
	const char *const *judged_by;
};

/* The quirk that the device's VMM needs, NULL if it needs none. */
const struct quirk *quirk_of(const struct device *device);

#endif
