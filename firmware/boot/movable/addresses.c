// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/boot/movable/addresses.h"

void addresses_begin(struct addresses *list, const uint8_t *image, uint32_t image_size, const uint32_t *words,
		     uint32_t count)
{
	list->image = image;
	list->image_size = image_size;
	list->next = words;
	list->end = words + count;
	list->count = 0;
	for (uint32_t i = 0; i < ADDRESSES_REMEMBERED; i++)
		list->last[i] = image_size;
}

uint32_t addresses_next(struct addresses *list)
{
	uint32_t address;

	if (list->next == list->end)
		return 0;
	address = *list->next++;
	if (address < ADDRESSES_REMEMBERED) {
		address = list->last[(list->count - 1 - address) % ADDRESSES_REMEMBERED];
		while (address < list->image_size && list->image[address++])
			;
	} else {
		address -= ADDRESSES_REMEMBERED;
	}
	list->last[list->count++ % ADDRESSES_REMEMBERED] = address;
	return address;
}

/* Never writes what it has yet to read: the room that is left between the two is that of the addresses to come. */
void addresses_make_room(uint64_t *image, uint32_t words, uint32_t addresses, const uint8_t *places, uint32_t count)
{
	const uint64_t *from = image + addresses, *const end = image + words;

	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t n = places[i]; n && from < end; n--)
			*image++ = *from++;
		if (places[i] != ADDRESSES_FAR && image < from)
			*image++ = 0;
	}
}

/* The index of the first address from `at` on; UINT32_MAX: there is none. */
static uint32_t skip(uint32_t at, const uint8_t **places, const uint8_t *end)
{
	uint8_t words = ADDRESSES_FAR;

	while (*places < end && words == ADDRESSES_FAR) {
		words = *(*places)++;
		at += words;
	}
	return words == ADDRESSES_FAR ? UINT32_MAX : at;
}

void addresses_restore(uint64_t *image, uint32_t words, const uint8_t *places, uint32_t count, struct addresses *list)
{
	const uint8_t *const end = places + count;

	for (uint32_t at = 0; (at = skip(at, &places, end)) < words; at++)
		image[at] = addresses_next(list);
}

void addresses_relocate(uint64_t *image, uint32_t words, const uint8_t *places, uint32_t count)
{
	const uint8_t *const end = places + count;

	for (uint32_t at = 0; (at = skip(at, &places, end)) < words; at++)
		image[at] += (uintptr_t)image;
}
