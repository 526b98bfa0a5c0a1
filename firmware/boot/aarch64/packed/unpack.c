// SPDX-License-Identifier: BSD-2-Clause
/* On a stack and in memory of its own, it writes the image alone. */
#include "firmware/boot/aarch64/packed/payload.h"

#include <stdbool.h>

#include "firmware/boot/movable/addresses.h"
#include "firmware/boot/packed/adler32.h"
#include "firmware/boot/packed/lzma.h"

/* bl, with a distance in words. */
#define BL	      0x94000000u
#define BL_MASK	      0xfc000000u
#define DISTANCE_MASK 0x03ffffffu

/* adrp: a distance in pages, its lowest two bits apart from the others; and an add to the same register. */
#define ADRP	       0x90000000u
#define ADRP_MASK      0x9f000000u
#define ADRP_REGISTER  0x0000001fu
#define PAGES_MASK     0x001fffffu
#define PAGE_SHIFT     12
#define WORDS_PER_PAGE 1024u
#define ADD	       0x91000000u
#define ADD_MASK       0xffc00000u
#define ADD_SOURCE     5
#define ADD_IMMEDIATE  10
#define ADD_BITS       0xfffu

static uint32_t with_pages(uint32_t adrp, uint32_t pages)
{
	return (adrp & (ADRP_MASK | ADRP_REGISTER)) | (pages & 3) << 29 | (pages & PAGES_MASK) >> 2 << 5;
}

static uint32_t pages_of(uint32_t adrp)
{
	return (adrp >> 5 & PAGES_MASK >> 2) << 2 | (adrp >> 29 & 3);
}

static bool is_pair(uint32_t adrp, uint32_t after)
{
	return (after & ADD_MASK) == ADD && (after >> ADD_SOURCE & ADRP_REGISTER) == (adrp & ADRP_REGISTER);
}

/* The inverse of replace_distances_arm() in linker/pack.py. */
static void restore_distances(uint32_t *text, uint32_t words, struct addresses *addresses)
{
	for (uint32_t i = 0; i + 1 < words; i++) {
		const uint32_t word = text[i], page = i / WORDS_PER_PAGE;

		if ((word & BL_MASK) == BL) {
			text[i] = BL | ((word - i) & DISTANCE_MASK);
		} else if ((word & ADRP_MASK) == ADRP && is_pair(word, text[i + 1])) {
			const uint32_t address = addresses_next(addresses);

			text[i] = with_pages(word, (address >> PAGE_SHIFT) - page);
			text[++i] |= (address & ADD_BITS) << ADD_IMMEDIATE;
		} else if ((word & ADRP_MASK) == ADRP) {
			text[i] = with_pages(word, pages_of(word) - page);
		}
	}
}

/* To memory, where a CPU looks whose caches are off, and away from instructions that were there before. */
static void synchronize(const uint8_t *start, uint32_t size)
{
	uint64_t type, line;

	__asm__("mrs %0, ctr_el0" : "=r"(type));
	line = 4u << (type >> 16 & 0xf);
	for (uint64_t at = (uintptr_t)start & ~(line - 1); at < (uintptr_t)start + size; at += line)
		__asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
	__asm__ volatile("dsb sy\n\tic iallu\n\tdsb sy\n\tisb" ::: "memory");
}

uintptr_t unpack(uint8_t *image)
{
	const uint32_t words = payload.image_size / sizeof(uint64_t);
	const uint32_t bare = payload.image_size - payload.holes * sizeof(uint64_t);
	const uint32_t *const list = (const uint32_t *)(image + payload.image_size);
	const uint8_t *const places = (const uint8_t *)(list + payload.addresses);
	struct addresses addresses;

	if (!lzma_unpack(image + payload.image_size - bare, bare + payload.addresses * sizeof(*list) + payload.places,
			 payload.bytes, payload.size))
		return 0;
	addresses_begin(&addresses, image, payload.image_size, list, payload.addresses);
	addresses_make_room((uint64_t *)image, words, payload.holes, places, payload.places);
	restore_distances((uint32_t *)image, payload.text_size / sizeof(uint32_t), &addresses);
	addresses_restore((uint64_t *)image, words, places, payload.places, &addresses);
	if (adler32(image, payload.image_size) != payload.adler32)
		return 0;
	addresses_relocate((uint64_t *)image, words, places, payload.places);
	synchronize(image, payload.image_size);
	return (uintptr_t)image + payload.entry;
}
