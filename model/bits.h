/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits, bytes and bounds. */
#ifndef MODEL_BITS_H
#define MODEL_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool model_bit(const uint32_t *words, unsigned bit)
{
	return words[bit / 32] >> (bit % 32) & 1;
}

static inline void model_set_bit(uint32_t *words, unsigned bit, bool on)
{
	words[bit / 32] = (words[bit / 32] & ~(1u << (bit % 32))) | (uint32_t)on << (bit % 32);
}

static inline bool model_between(unsigned value, unsigned low, unsigned high)
{
	return value >= low && value <= high;
}

static inline uint64_t model_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Little-endian bytes, at any alignment and on any host. Legacy devices use the guest's own byte order, which is
 * little-endian, too, on every architecture that we run on. */
static inline uint64_t model_le(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;
	while (width--)
		value = value << 8 | bytes[width];
	return value;
}

static inline void model_to_le(uint8_t *bytes, unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++, value >>= 8)
		bytes[i] = (uint8_t)value;
}

#endif
