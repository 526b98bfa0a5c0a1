/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers in the other byte order. (The compiler's builtins call a library on some architectures.) */
#ifndef FIRMWARE_LIB_SWAP_H
#define FIRMWARE_LIB_SWAP_H

#include <stdint.h>

static inline uint16_t swap16(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

static inline uint32_t swap32(uint32_t value)
{
	return (uint32_t)swap16((uint16_t)value) << 16 | swap16((uint16_t)(value >> 16));
}

static inline uint64_t swap64(uint64_t value)
{
	return (uint64_t)swap32((uint32_t)value) << 32 | swap32((uint32_t)(value >> 32));
}

#endif
