/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_PACKED_LZMA_H
#define FIRMWARE_BOOT_PACKED_LZMA_H

#include <stdbool.h>
#include <stdint.h>

/* What linker/pack.py packs with, for an image: lc, lp, pb. */
#ifndef LZMA_LITERAL_CONTEXT_BITS
#define LZMA_LITERAL_CONTEXT_BITS  3
#define LZMA_LITERAL_POSITION_BITS 0
#define LZMA_POSITION_BITS	   1
#endif

/*
 * Unpacks a raw LZMA stream to exactly `size` bytes. A damaged stream gives false or other bytes,
 * and reaches nothing beyond the two areas. Not reentrant.
 */
bool lzma_unpack(uint8_t *to, uint32_t size, const uint8_t *from, uint32_t from_size);

#endif
