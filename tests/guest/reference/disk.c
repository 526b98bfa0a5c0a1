// SPDX-License-Identifier: BSD-2-Clause
/*
 * The disk of the reference's block device. Its content tells position: of a new disk, no two runs of 8 bytes at a
 * multiple of 8 are equal, nothing is periodic, and a run that is moved by any number of bytes differs in nearly all of
 * them.
 */
#include "tests/guest/reference/internal.h"

#include "firmware/lib/string.h"

void reference_disk_renew(struct reference_disk *disk)
{
	disk->count = 0;
	memset(disk->place, 0, sizeof(disk->place));
}

/* Where the sector is, or the free place where it would be. The table is never full. */
static unsigned place_of(const struct reference_disk *disk, uint64_t sector)
{
	unsigned at = (unsigned)(sector % REFERENCE_DISK_WRITTEN_MAX);

	while (disk->place[at] && disk->place[at] != sector + 1)
		at = (at + 1) % REFERENCE_DISK_WRITTEN_MAX;
	return at;
}

/* Each step can be undone, so different numbers give different words (the finalizer of splitmix64). */
static uint64_t word_at(uint64_t number)
{
	uint64_t word = (number + 1) * 0x9e3779b97f4a7c15;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	word = (word ^ word >> 27) * 0x94d049bb133111eb;
	return word ^ word >> 31;
}

void reference_disk_read(const struct reference_disk *disk, uint64_t sector, uint8_t *bytes)
{
	enum { WORDS = VIRTIO_BLK_SECTOR / sizeof(uint64_t) };
	const unsigned at = place_of(disk, sector);

	if (disk->place[at]) {
		memcpy(bytes, disk->bytes[at], VIRTIO_BLK_SECTOR);
		return;
	}
	for (unsigned i = 0; i < WORDS; i++) {
		const uint64_t word = word_at(sector * WORDS + i);

		memcpy(bytes + i * sizeof(word), &word, sizeof(word));
	}
}

bool reference_disk_write(struct reference_disk *disk, uint64_t sector, const uint8_t *bytes)
{
	const unsigned at = place_of(disk, sector);

	if (!disk->place[at]) {
		if (disk->count == REFERENCE_DISK_WRITTEN_MAX - 1)
			return false;
		disk->count++;
		disk->place[at] = sector + 1;
	}
	memcpy(disk->bytes[at], bytes, VIRTIO_BLK_SECTOR);
	return true;
}
