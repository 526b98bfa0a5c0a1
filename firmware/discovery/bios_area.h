/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside discovery/ only: where a PC's firmware leaves the structures that nobody hands over. */
#ifndef FIRMWARE_DISCOVERY_BIOS_AREA_H
#define FIRMWARE_DISCOVERY_BIOS_AREA_H

#include <stdint.h>

/*
 * The first place behind `after` that begins with `signature`, 0 if there is none. Firmware that looks for a structure
 * has its signature in its code too, so what is found must be checked, and the search go on if it was not one.
 */
uint64_t bios_area_find(const char *signature, uint64_t after);

#endif
