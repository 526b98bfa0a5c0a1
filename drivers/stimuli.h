/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events on a device's other side: a disk is resized, a cable is pulled, somebody types. No driver can cause them, only
 * the device's host; for a device inside this program we are the host and cause them on demand. How the device reacts
 * is its own business, and it reacts when it next works.
 *
 * Each function returns whether this device can do it; if not, nothing happened. The context is the transport's
 * bus_context.
 */
#ifndef DRIVERS_STIMULI_H
#define DRIVERS_STIMULI_H

#include <stdbool.h>
#include <stdint.h>

/* The same functions for every type; the type's back end (model/devices) says what they mean there. */
struct stimuli {
	/* Changes the configuration: the capacity of a disk, the link of a network device, the size of a console. The
	 * next call changes it back. */
	bool (*change_config)(void *context);
	/* Makes the device ask its driver for something: a network device asks for an announcement (5.1.9.5.4). */
	bool (*ask)(void *context);
	/* Gives the device input: a frame from the wire, or text for port 0 of a console. */
	bool (*input)(void *context, const void *bytes, uint32_t size);
	/* Copies the device's output since the last call, such as a console's text, cut to `room`. Returns its size. */
	uint32_t (*output)(void *context, void *bytes, uint32_t room);
};

#endif
