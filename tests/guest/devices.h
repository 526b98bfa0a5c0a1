/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the devices of a run, names them, and describes each in the report. */
#ifndef TESTS_GUEST_DEVICES_H
#define TESTS_GUEST_DEVICES_H

#include "drivers/device.h"
#include "firmware/machine.h"
#include "tests/guest/reference/reference.h"

struct devices {
	/* The machine's own devices in the order in which they were announced, then the reference's. */
	struct device device[PLATFORM_WINDOWS + REFERENCE_DEVICES];
	unsigned count;
	unsigned own;	/* devices of the machine */
	unsigned empty; /* transports without a device */
};

/* Adds the device, if any, of each virtio-mmio window of the machine. To call before devices_open_reference(). */
void devices_open_windows(struct devices *devices, const struct platform *platform);

/* Adds the devices of a reference machine that has been started. */
void devices_open_reference(struct devices *devices, struct reference_machine *machine);

/* Says why the machine has no device, for a report that would otherwise be empty. */
const char *devices_why_none(const struct devices *devices, const struct platform *platform);

#endif
