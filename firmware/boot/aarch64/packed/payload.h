/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_AARCH64_PACKED_PAYLOAD_H
#define FIRMWARE_BOOT_AARCH64_PACKED_PAYLOAD_H

#include <stdint.h>

/* What linker/pack.py makes of the image. */
extern const struct payload {
	uint32_t image_size;
	uint32_t places_size; /* behind the image: where in it addresses are */
	uint32_t adler32;     /* of both */
	uint32_t entry;	      /* from the image's start */
	uint32_t memory;      /* that the image will have */
	uint32_t size;
	uint8_t bytes[];
} payload;

#define IMAGE_ALIGNMENT 0x10000u /* as in linker/aarch64.ld */

/*
 * Puts the image at a multiple of IMAGE_ALIGNMENT, and its addresses right. Returns where it begins to run, 0: what is
 * packed is damaged.
 */
uintptr_t unpack(uint8_t *image);

#endif
