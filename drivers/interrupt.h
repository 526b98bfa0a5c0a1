/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt handler of a device. */
#ifndef DRIVERS_INTERRUPT_H
#define DRIVERS_INTERRUPT_H

#include "drivers/device.h"

/* A handler for irq_line_attach(), with the device as its context. It reads InterruptStatus, acknowledges the causes
 * that are set, and counts them in the device. On an edge line it repeats this until no cause remains. */
void device_service(void *device);

#endif
