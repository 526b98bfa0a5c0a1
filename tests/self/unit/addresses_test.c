// SPDX-License-Identifier: BSD-2-Clause
/* Addresses come back as linker/addresses.py took them out, and a damaged list of them does no harm. */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/boot/movable/addresses.h"

enum { HEAD = 5, NOISE = 300 };

/* What addresses_made.py wrote: counts, and then the image as it was, without addresses, list, places. */
static struct {
	uint32_t words, code, holes, listed, places;
} head;
static uint64_t *full, *bare;
static uint32_t *list;
static uint8_t *places;

/* In memory of exactly its size, so that the sanitizer sees every byte beyond. */
static void *take(FILE *file, size_t size)
{
	void *const bytes = malloc(size ? size : 1);

	unit_equal(fread(bytes, 1, size, file), size);
	return bytes;
}

static void begin(void)
{
	FILE *file;

	if (full)
		return;
	file = fopen(UNIT_ADDRESSES, "rb");
	unit_true(file);
	unit_equal(fread(&head, sizeof(uint32_t), HEAD, file), HEAD);
	full = take(file, head.words * sizeof(*full));
	bare = take(file, (head.words - head.holes) * sizeof(*bare));
	list = take(file, head.listed * sizeof(*list));
	places = take(file, head.places);
	unit_equal(getc(file), EOF);
	fclose(file);
}

/* Unpacks what there is to `image`. The first `code` addresses are those of instructions, which others put right. */
static void unpack(uint64_t *image, uint32_t *found)
{
	struct addresses addresses;

	memcpy(image + head.holes, bare, (head.words - head.holes) * sizeof(*bare));
	addresses_begin(&addresses, (const uint8_t *)image, head.words * sizeof(*image), list, head.listed);
	addresses_make_room(image, head.words, head.holes, places, head.places);
	for (uint32_t i = 0; i < head.code; i++)
		found[i] = addresses_next(&addresses);
	addresses_restore(image, head.words, places, head.places, &addresses);
}

UNIT_TEST(what_was_taken_out_comes_back)
{
	uint64_t *image;
	uint32_t *found;

	begin();
	unit_true(head.holes > 100 && head.code > 10);
	image = malloc(head.words * sizeof(*image));
	found = malloc(head.code * sizeof(*found));
	unpack(image, found);
	unit_true(!memcmp(image, full, head.words * sizeof(*image)));
	for (uint32_t i = 0; i < head.code; i++)
		unit_equal(found[i], 8 * i);
	addresses_relocate(image, head.words, places, head.places);
	for (uint32_t i = 0; i < head.words; i++)
		unit_true(image[i] == full[i] || image[i] == full[i] + (uintptr_t)image);
	unit_true(memcmp(image, full, head.words * sizeof(*image)));
	free(found);
	free(image);
}

/* Most of them are ends of strings that others point to: or there would be no use in it. */
UNIT_TEST(the_list_is_short)
{
	uint32_t ends = 0;

	begin();
	for (uint32_t i = 0; i < head.listed; i++)
		ends += list[i] < ADDRESSES_REMEMBERED;
	unit_true(ends > head.listed / 2);
}

UNIT_TEST(damage_reaches_nothing_else)
{
	uint32_t random = 1, damaged = 0;
	uint64_t *image;
	uint32_t *found;

	begin();
	image = malloc(head.words * sizeof(*image));
	found = malloc(head.code * sizeof(*found));
	for (uint32_t i = 0; i < NOISE; i++) {
		random = random * 1664525 + 1013904223;
		places[(random >> 8) % head.places] = (uint8_t)(random >> 4);
		list[(random >> 16) % head.listed] = i % 3 ? random >> 12 : random >> 29;
		unpack(image, found);
		damaged += memcmp(image, full, head.words * sizeof(*image)) != 0;
		addresses_relocate(image, head.words, places, head.places);
	}
	unit_true(damaged > NOISE / 2);
	free(found);
	free(image);
}
