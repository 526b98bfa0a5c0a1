/* SPDX-License-Identifier: BSD-2-Clause */
/* Which layout of message signalled interrupts a device has, if any. */
#ifndef DRIVERS_MSI_DISCOVER_H
#define DRIVERS_MSI_DISCOVER_H

struct device;

/* "auto", "off", or the name of a layout that every device is taken to have. */
extern const char *msi_choice;

/*
 * Finds the device's layout. For a device that was reset, and leaves it reset. A device of today's specification is
 * told apart by what it is, not by a guess: see the layouts.
 */
void msi_discover(struct device *device);

#endif
