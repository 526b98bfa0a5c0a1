/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_AARCH64_PACKED_PAYLOAD_H
#define FIRMWARE_BOOT_AARCH64_PACKED_PAYLOAD_H

#include <stdint.h>

/* What linker/pack.py makes of the image. */
extern const struct payload {
	uint32_t image_size; /* a multiple of 8 */
	uint32_t text_size;  /* of which come first, and have instructions */
	uint32_t holes;	     /* in its data, of 8 bytes: what is packed is the image without them, */
	uint32_t addresses;  /* then so many words: what goes there, and into pairs of instructions, */
	uint32_t places;     /* then so many bytes: where the holes are (firmware/boot/movable/addresses.h) */
	uint32_t adler32;    /* of the image, with addresses that count from its start */
	uint32_t entry;	     /* from the image's start */
	uint32_t memory;     /* that the image takes, with what is not in the file */
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
