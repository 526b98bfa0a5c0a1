// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/discovery/bios_area.h"

#include "firmware/lib/string.h"
#include "firmware/discovery/platform.h"

enum { PARAGRAPH = 16 }; /* structures are aligned to a paragraph */

/*
 * The extended BIOS data area is the last KiB below 640 KiB in every VMM's firmware. The word that gives its address is
 * in page 0, which is not mapped, so that a null pointer traps.
 */
static const struct area {
	uint64_t start, size;
} areas[] = { { 0x9fc00, 0x400 }, { 0xe0000, 0x20000 } };

uint64_t bios_area_find(const char *signature, uint64_t after)
{
	size_t length = strlen(signature);

	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		const uint8_t *bytes = platform_physical(areas[i].start, areas[i].size);

		if (!bytes)
			continue;
		for (uint64_t at = 0; at < areas[i].size; at += PARAGRAPH)
			if (areas[i].start + at > after && !memcmp(bytes + at, signature, length))
				return areas[i].start + at;
	}
	return 0;
}
