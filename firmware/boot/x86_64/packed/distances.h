/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_X86_64_PACKED_DISTANCES_H
#define FIRMWARE_BOOT_X86_64_PACKED_DISTANCES_H

#include <stdint.h>

/* The inverse of replace_distances() in linker/pack.py. */
void restore_distances(uint8_t *image, uint32_t size);

#endif
