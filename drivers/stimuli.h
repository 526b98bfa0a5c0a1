/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens to a device from its other side: somebody resizes a disk, pulls a cable, types. No driver can bring that
 * about, only the device's host; the host of a device inside this program does it on demand. What follows is up to the
 * device, and comes when it does its work.
 *
 * Each function says whether this device could do it; if not, nothing happened. The context is the transport's
 * bus_context.
 */
#ifndef DRIVERS_STIMULI_H
#define DRIVERS_STIMULI_H

#include <stdbool.h>
#include <stdint.h>

/* The same verbs for every type; what they mean for a type stands with its back end (model/devices). */
struct stimuli {
	/* Changes the configuration: the capacity of a disk, the link of a network device, the size of a console. The
	 * next call changes it back. */
	bool (*change_config)(void *context);
	/* Makes the device ask its driver for something: a network device, to be announced (5.1.9.5.4). */
	bool (*ask)(void *context);
	/* What comes in: a frame from the wire, or text for port 0 of a console. */
	bool (*input)(void *context, const void *bytes, uint32_t size);
	/* What went out since the last call, cut to `room`: a console's text. Returns its size. */
	uint32_t (*output)(void *context, void *bytes, uint32_t room);
};

#endif
