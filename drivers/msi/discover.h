/* SPDX-License-Identifier: BSD-2-Clause */
/* Which layout of message signalled interrupts a device has, if any. */
#ifndef DRIVERS_MSI_DISCOVER_H
#define DRIVERS_MSI_DISCOVER_H

struct device;

/* "auto", "off", or the name of a layout that we suppose every device has. */
extern const char *msi_choice;

/*
 * Finds the layout of a device that was reset, and leaves the device reset. Each layout's candidate() and confirm()
 * tell it apart from a device that follows today's specification, without a guess.
 */
void msi_discover(struct device *device);

#endif
