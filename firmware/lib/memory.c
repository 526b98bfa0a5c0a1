// SPDX-License-Identifier: BSD-2-Clause
/* Memory functions that the C library lacks, for every port. */
#include "firmware/lib/string.h"

size_t memory_unlike(const void *memory, int byte, size_t size)
{
	const uint64_t word = 0x0101010101010101u * (unsigned char)byte;
	const unsigned char *bytes = memory;
	size_t i = 0;

	/* Speed matters: each check ends with a comparison of all guard bytes. So compare eight bytes at a time as
	 * long as they match. */
	for (; i < size && (uintptr_t)(bytes + i) % sizeof(word); i++)
		if (bytes[i] != (unsigned char)byte)
			return i;
	while (size - i >= sizeof(word) && *(const uint64_t *)(const void *)(bytes + i) == word)
		i += sizeof(word);
	while (i < size && bytes[i] == (unsigned char)byte)
		i++;
	return i;
}
