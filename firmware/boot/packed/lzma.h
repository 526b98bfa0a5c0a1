/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_PACKED_LZMA_H
#define FIRMWARE_BOOT_PACKED_LZMA_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Unpacks a raw LZMA stream with lc=3 lp=0 pb=0 to exactly `size` bytes. A damaged stream gives false or other bytes,
 * and reaches nothing beyond the two areas. Not reentrant.
 */
bool lzma_unpack(uint8_t *to, uint32_t size, const uint8_t *from, uint32_t from_size);

#endif
