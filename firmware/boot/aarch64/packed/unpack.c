// SPDX-License-Identifier: BSD-2-Clause
/* On a stack and in memory of its own, it writes the image alone. */
#include "firmware/boot/aarch64/packed/payload.h"

#include <stdbool.h>

#include "firmware/boot/packed/adler32.h"
#include "firmware/boot/packed/lzma.h"

/* bl, with a distance in words. */
#define BL	      0x94000000u
#define OPCODE_MASK   0xfc000000u
#define DISTANCE_MASK 0x03ffffffu

/* In the list of places: so far on there is none yet. */
#define FAR	 0u
#define FAR_STEP 255u

/* The inverse of replace_distances_arm() in linker/pack.py. */
static void restore_distances(uint32_t *image, uint32_t words)
{
	for (uint32_t i = 0; i < words; i++)
		if ((image[i] & OPCODE_MASK) == BL)
			image[i] = BL | ((image[i] - i) & DISTANCE_MASK);
}

/* Addresses count from the image's start; each place that has one is told by its distance from the last, in words. */
static void relocate(uint8_t *image, const uint8_t *places, uint32_t count)
{
	uint64_t *at = (uint64_t *)image;

	for (uint32_t i = 0; i < count; i++) {
		if (places[i] == FAR) {
			at += FAR_STEP;
		} else {
			at += places[i];
			*at += (uintptr_t)image;
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
	const uint32_t size = payload.image_size + payload.places_size;

	if (!lzma_unpack(image, size, payload.bytes, payload.size))
		return 0;
	restore_distances((uint32_t *)image, payload.image_size / sizeof(uint32_t));
	if (adler32(image, size) != payload.adler32)
		return 0;
	relocate(image, image + payload.image_size, payload.places_size);
	synchronize(image, payload.image_size);
	return (uintptr_t)image + payload.entry;
}
