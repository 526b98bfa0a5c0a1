// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/boot/x86_64/packed/distances.h"

/* call and jmp with a distance of less than 16 MiB: its last byte is a sign. */
#define CALL	  0xe8
#define JMP	  0xe9
#define CALL_SIZE 5u

void restore_distances(uint8_t *image, uint32_t size)
{
	for (uint32_t i = 0; i + CALL_SIZE <= size; i++) {
		uint8_t *const p = &image[i];
		uint32_t distance;

		if ((*p != CALL && *p != JMP) || (p[4] != 0 && p[4] != 0xff))
			continue;
		distance = ((uint32_t)p[1] | (uint32_t)p[2] << 8 | (uint32_t)p[3] << 16 | (uint32_t)p[4] << 24) - i;
		p[1] = (uint8_t)distance;
		p[2] = (uint8_t)(distance >> 8);
		p[3] = (uint8_t)(distance >> 16);
		p[4] = distance >> 24 & 1 ? 0xff : 0;
	}
}
