// SPDX-License-Identifier: BSD-2-Clause
/*
 * The decoder of the packed image. Input: the stream, as pack.py makes it, and behind it the size of what comes out
 * (u16), so that a seed is a stream that unpacks.
 */
#include "tests/self/fuzz/fuzz.h"

#include <string.h>

#include "firmware/boot/packed/lzma.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *from, *first, *second;
	uint32_t out, packed;
	bool done;

	if (size < 3)
		return 0;
	packed = (uint32_t)size - 2;
	out = (uint32_t)(data[packed] | data[packed + 1] << 8);
	/* In memory of exactly their sizes. */
	from = malloc(packed);
	first = malloc(out);
	second = malloc(out);
	memcpy(from, data, packed);
	memset(first, 0x55, out);
	memset(second, 0xaa, out);
	done = lzma_unpack(first, out, from, packed);
	holds(lzma_unpack(second, out, from, packed) == done);
	/* What comes out depends on the stream alone, not on what was there before. */
	holds(!done || !memcmp(first, second, out));
	free(second);
	free(first);
	free(from);
	return 0;
}
