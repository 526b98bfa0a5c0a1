/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What unpackers of images that run anywhere have in common: the image comes without the addresses in it, which are in
 * a list of their own. linker/addresses.py made the list. Addresses count from the image's start.
 */
#ifndef FIRMWARE_BOOT_MOVABLE_ADDRESSES_H
#define FIRMWARE_BOOT_MOVABLE_ADDRESSES_H

#include <stdint.h>

#define ADDRESSES_REMEMBERED 8

struct addresses {
	const uint8_t *image;
	uint32_t image_size;
	const uint32_t *next, *end; /* in the list */
	uint32_t last[ADDRESSES_REMEMBERED], count;
};

/* The list of `count` words at `words`, from the first one on. */
void addresses_begin(struct addresses *list, const uint8_t *image, uint32_t image_size, const uint32_t *words,
		     uint32_t count);

/*
 * The next address. An entry of the list below ADDRESSES_REMEMBERED stands for the end of the string that one of the
 * last addresses points to, 0 for the last one. Others are ADDRESSES_REMEMBERED more than the address. 0 behind the
 * list's end.
 */
uint32_t addresses_next(struct addresses *list);

/*
 * Between two addresses of 8 bytes in the image's data are so many words of 8 bytes; ADDRESSES_FAR is so many words and
 * no address behind them.
 */
#define ADDRESSES_FAR 255u

/* From an image without them, which ends where it is to end, to one with zeros in their places. */
void addresses_make_room(uint64_t *image, uint32_t words, uint32_t addresses, const uint8_t *places, uint32_t count);

/* Puts the list's addresses into their places. */
void addresses_restore(uint64_t *image, uint32_t words, const uint8_t *places, uint32_t count, struct addresses *list);

/* Makes them addresses in memory. */
void addresses_relocate(uint64_t *image, uint32_t words, const uint8_t *places, uint32_t count);

#endif
