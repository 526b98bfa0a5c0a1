/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory that devices may access (drivers/dma.h). */
#ifndef TESTS_GUEST_MEMORY_H
#define TESTS_GUEST_MEMORY_H

#include "firmware/machine.h"

/* Gives the drivers an arena in the image and, for checks of 64-bit addresses, one above 4 GiB if the machine has RAM
 * there. */
void memory_for_devices(const struct platform *platform);

#endif
