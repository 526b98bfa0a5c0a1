// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/disk.h"

#include "firmware/lib/string.h"

struct disk disk;

static struct blk_request restorer; /* for put_back(), which must not run out of memory */

void disk_start(struct run *t, struct device *d, struct features features)
{
	require_ok(t, device_start(d, features), "the device starts");
}

struct blk_request disk_make(struct run *t, uint32_t type, uint64_t sector, uint32_t size, bool device_writes)
{
	struct blk_request blk = { 0 };

	if (blk_make(&blk, type, sector, size, device_writes))
		need_ok(t, DRIVER_DMA_EXHAUSTED);
	return blk;
}

uint8_t disk_send(struct run *t, struct device *d, struct blk_request *blk, uint32_t *length)
{
	uint32_t ignored;

	require_ok(t, blk_send(d, blk, length ? length : &ignored), "a request of type %u comes back once",
		   blk->header->type);
	return *blk->status;
}

uint8_t disk_status_of(struct run *t, struct device *d, uint32_t type, uint64_t sector, uint32_t size,
		       bool device_writes)
{
	struct blk_request blk = disk_make(t, type, sector, size, device_writes);

	if (size && !device_writes)
		memset(blk.data, 0, size);
	return disk_send(t, d, &blk, NULL);
}
uint64_t disk_sector(unsigned block)
{
	return disk.first + block * disk.sectors;
}

/* Reads or writes all of the blocks through the restorer. */
static enum driver_error move_blocks(struct device *d, uint32_t type)
{
	uint32_t length;
	enum driver_error error;

	restorer.header->type = type;
	*restorer.status = BLK_STATUS_UNWRITTEN;
	restorer.request.segments[1].writable = type == VIRTIO_BLK_T_IN;
	error = blk_send(d, &restorer, &length);
	if (!error && *restorer.status != VIRTIO_BLK_S_OK)
		error = DRIVER_BLK_STATUS_NOT_OK;
	return error;
}

static void put_back(struct run *t, struct device *d)
{
	enum driver_error error = device_start(d, blk_plain_features());

	if (!error)
		error = move_blocks(d, VIRTIO_BLK_T_IN);
	if (!error && memcmp(restorer.data, disk.saved, DISK_BLOCKS * disk.block)) {
		memcpy(restorer.data, disk.saved, DISK_BLOCKS * disk.block);
		error = move_blocks(d, VIRTIO_BLK_T_OUT);
	}
	expect_ok(t, error, "the saved blocks are written back (if not, sectors %lu to %lu hold a test pattern)",
		  disk.first, disk.end - 1);
}

/* The largest segment that the device takes: SIZE_MAX limits it. */
static uint64_t largest_segment(struct device *d)
{
	return device_offers(d, VIRTIO_BLK_F_SIZE_MAX) ? config_read(&d->transport, VIRTIO_BLK_CONFIG_SIZE_MAX, 4)
						       : UINT64_MAX;
}

void disk_open(struct run *t, struct device *d, struct features features)
{
	uint64_t blocks;

	if (t->afterwards) { /* another life in the same check: the blocks were saved in the first */
		disk_start(t, d, features);
		return;
	}
	disk.block = blk_block(d);
	disk.sectors = disk.block / VIRTIO_BLK_SECTOR;
	blocks = blk_capacity(d) / disk.sectors;
	if (disk.block > DISK_BLOCK_MAX)
		skip(t, "a logical block of %u bytes is larger than what this check would save", disk.block);
	if (blocks < DISK_BLOCKS)
		skip(t, "the disk has only %lu logical blocks", blocks);
	if (largest_segment(d) < DISK_BLOCKS * disk.block)
		skip(t, "the device takes at most %lu bytes in a segment", largest_segment(d));
	disk.end = blocks * disk.sectors;
	disk.first = disk.end - DISK_BLOCKS * disk.sectors;
	restorer = disk_make(t, VIRTIO_BLK_T_IN, disk.first, DISK_BLOCKS * disk.block, true);
	disk_start(t, d, features);
	require_ok(t, move_blocks(d, VIRTIO_BLK_T_IN), "the last %u blocks of the disk can be read", DISK_BLOCKS);
	memcpy(disk.saved, restorer.data, DISK_BLOCKS * disk.block);
	t->afterwards = put_back;
}

void disk_open_writable(struct run *t, struct device *d, struct features features)
{
	if (device_offers(d, VIRTIO_BLK_F_RO))
		skip(t, "the disk is read-only");
	disk_open(t, d, features);
}

struct features disk_plain_and(unsigned bit)
{
	return features_with(blk_plain_features(), bit);
}

const uint8_t *disk_write_pattern(struct run *t, struct device *d, unsigned block, unsigned blocks)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_OUT, disk_sector(block), blocks * disk.block, false);

	random_fill(&t->random, blk.data, blocks * disk.block);
	require_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of a write to the last blocks of the disk");
	return blk.data;
}

const uint8_t *disk_read(struct run *t, struct device *d, unsigned block, unsigned blocks)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_IN, disk_sector(block), blocks * disk.block, true);

	require_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_OK, "status of a read of the last blocks of the disk");
	return blk.data;
}

/* The offset where two buffers first differ, or `size`. */
static uint32_t first_difference(const uint8_t *left, const uint8_t *right, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		if (left[i] != right[i])
			return i;
	return size;
}

void disk_expect_same(struct run *t, const uint8_t *got, const uint8_t *want, uint32_t size, const char *what)
{
	uint32_t at = first_difference(got, want, size);

	expect(t, at == size, "%s: byte %u of %u is 0x%02x: it is 0x%02x", what, at, size, at < size ? want[at] : 0,
	       at < size ? got[at] : 0);
}
