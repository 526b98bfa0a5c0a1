// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/boot/packed/adler32.h"

#define ADLER_MODULUS 65521u
#define ADLER_RUN     5552u /* so many bytes fit into 32-bit sums; a division is slow under an emulator */

uint32_t adler32(const uint8_t *bytes, uint32_t size)
{
	uint32_t a = 1, b = 0;

	while (size) {
		const uint32_t run = size < ADLER_RUN ? size : ADLER_RUN;

		for (uint32_t i = 0; i < run; i++) {
			a += bytes[i];
			b += a;
		}
		a %= ADLER_MODULUS;
		b %= ADLER_MODULUS;
		bytes += run;
		size -= run;
	}
	return b << 16 | a;
}
