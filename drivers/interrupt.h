/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt handler of a device. */
#ifndef DRIVERS_INTERRUPT_H
#define DRIVERS_INTERRUPT_H

#include "drivers/device.h"

/* For irq_line_attach(), with the device as its context: reads InterruptStatus, acknowledges what is set, and counts it
 * in the device. On an edge line it goes on until nothing is left to acknowledge. */
void device_service(void *device);

#endif
