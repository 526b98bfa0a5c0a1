/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to discovery/: the areas in which a PC's firmware leaves structures that no loader passes on. */
#ifndef FIRMWARE_DISCOVERY_BIOS_AREA_H
#define FIRMWARE_DISCOVERY_BIOS_AREA_H

#include <stdint.h>

/*
 * Returns the first address behind `after` that begins with `signature`; 0: there is none. Firmware that searches for a
 * structure contains its signature as well. So callers must check what they found, and continue the search if it is
 * wrong.
 */
uint64_t bios_area_find(const char *signature, uint64_t after);

#endif
