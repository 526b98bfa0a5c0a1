// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/disk.h"

#include "tests/checks/support/restless.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"

enum { HEADER_BYTES = sizeof(struct virtio_blk_header), PART_MAX = 2 * DISK_BLOCKS /* a power of two */ };

struct disk disk;

/* Requests of disk.part blocks: one for put_back(), which must not run out of memory, and one for move(). */
static struct blk_request restorer, mover;

void disk_start(struct run *t, struct device *d, struct features features)
{
	t->excuse = excuse_changes; /* a disk may grow meanwhile */
	need_ok(t, device_start(d, features));
}

struct virtqueue *disk_start_sized(struct run *t, struct device *d, struct features features, uint16_t size)
{
	need_ok(t, device_reset(d));
	device_greet(d);
	need_ok(t, device_negotiate(d, features));
	need_ok(t, device_setup_queues(d, size));
	device_go(d);
	return device_request_queue(d);
}

struct blk_request disk_make(struct run *t, uint32_t type, uint64_t sector, uint32_t size, bool device_writes)
{
	struct blk_request blk = { 0 };

	need_ok(t, blk_make(&blk, type, sector, size, device_writes));
	need_ok(t, blk_keep_limits(t->device, &blk));
	return blk;
}

uint8_t disk_send(struct run *t, struct device *d, struct blk_request *blk, uint32_t *length)
{
	uint32_t ignored;

	require_ok(t, blk_send(d, blk, length ? length : &ignored), "a request of type %u comes back once",
		   blk->header->type);
	return *blk->status;
}

uint8_t disk_send_wrong(struct run *t, struct device *d, struct blk_request *blk)
{
	uint32_t length;
	const enum driver_error error = blk_send(d, blk, &length);

	if (error && transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET)
		skip(t, "the device asks for a reset, as it may after a request that no driver must send (2.1.2)");
	require_ok(t, error, "a request of type %u comes back once", blk->header->type);
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
	return disk.first + (uint64_t)block * disk.sectors;
}

/* ---- the medium ---- */

static bool readable(struct run *t, struct device *d, uint64_t sector)
{
	return disk_status_of(t, d, VIRTIO_BLK_T_IN, sector, blk_block(d), true) == VIRTIO_BLK_S_OK;
}

static bool writable(struct run *t, struct device *d, uint64_t sector, const uint8_t *bytes)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_OUT, sector, blk_block(d), false);

	memcpy(blk.data, bytes, blk_block(d));
	return disk_send(t, d, &blk, NULL) == VIRTIO_BLK_S_OK;
}

void disk_medium(struct run *t, struct device *d, uint64_t sector, uint32_t size, const uint8_t *bytes)
{
	const uint32_t block = blk_block(d);

	for (uint32_t at = 0; at + block <= size; at += block, sector += block / VIRTIO_BLK_SECTOR)
		if (!readable(t, d, sector) || (bytes && !writable(t, d, sector, bytes + at)))
			skip(t, "the medium has an error at sector 0x%lx (blk-desc-12)", sector);
}

static enum driver_error error_of(uint8_t status)
{
	switch (status) {
	case VIRTIO_BLK_S_OK:
		return DRIVER_NO_ERROR;
	case BLK_STATUS_UNWRITTEN:
		return DRIVER_BLK_STATUS_UNWRITTEN;
	default:
		return DRIVER_BLK_STATUS_NOT_OK;
	}
}

void disk_require_served(struct run *t, struct device *d, uint8_t status, uint64_t sector, uint32_t size,
			 const uint8_t *bytes, const char *what)
{
	if (status == VIRTIO_BLK_S_IOERR && !check_names(t->check, "blk-desc-12"))
		disk_medium(t, d, sector, size, bytes);
	require_ok(t, error_of(status), "status of %s: %u bytes at sector 0x%lx", what, size, sector);
}

/* ---- the blocks that checks may use ---- */

/* The most blocks, a power of two, that a request may have by size_max, seg_max and the usual size of the virtqueue. */
static unsigned part_of(struct device *d, uint32_t block, unsigned most)
{
	enum { OTHERS = 2 }; /* header and status */
	uint32_t segments = device_queue_size(d, DEVICE_QUEUE_SIZE, d->queue_max[0]) - OTHERS;
	unsigned part = most;

	segments = segments < blk_seg_max(d) ? segments : blk_seg_max(d);
	while (part > 1 && (uint64_t)part * block > (uint64_t)segments * blk_size_max(d))
		part /= 2;
	return part;
}

/* Makes a request read or write other blocks. */
static void aim(struct blk_request *blk, uint32_t type, unsigned block)
{
	blk->header->type = type;
	blk->header->sector = disk_sector(block);
	*blk->status = BLK_STATUS_UNWRITTEN;
	for (unsigned i = 1; i + 1 < blk->request.count; i++)
		blk->request.segments[i].writable = type == VIRTIO_BLK_T_IN;
}

/* Reads or writes disk.part blocks through the restorer. */
static enum driver_error move_blocks(struct device *d, uint32_t type, unsigned block)
{
	uint32_t length;
	enum driver_error error;

	aim(&restorer, type, block);
	error = blk_send(d, &restorer, &length);
	if (!error && *restorer.status != VIRTIO_BLK_S_OK)
		error = DRIVER_BLK_STATUS_NOT_OK;
	return error;
}

static void put_back(struct run *t, struct device *d)
{
	const uint32_t part = disk.part * disk.block;
	enum driver_error error = device_start(d, blk_plain_features());

	for (unsigned block = 0; !error && block < disk.blocks; block += disk.part) {
		const uint8_t *saved = disk.saved + (size_t)block * disk.block;

		error = move_blocks(d, VIRTIO_BLK_T_IN, block);
		if (!error && memcmp(restorer.data, saved, part)) {
			memcpy(restorer.data, saved, part);
			error = move_blocks(d, VIRTIO_BLK_T_OUT, block);
		}
	}
	/* A disk may shrink (5.2.4: the driver reads capacity again), and its end is gone then. */
	if (error == DRIVER_BLK_STATUS_NOT_OK && blk_capacity(d) < disk.end) {
		info(t, "the disk has become smaller: what was at its end cannot be written back");
		return;
	}
	expect_ok(t, error, "the saved blocks are written back (if not, sectors %lu to %lu hold a test pattern)",
		  disk.first, disk.end - 1);
}

/* Opens at most `most` blocks, a multiple of DISK_BLOCKS. */
static void open_blocks(struct run *t, struct device *d, struct features features, unsigned most)
{
	uint64_t blocks;

	if (t->afterwards) { /* another life in the same check: the blocks were saved in the first */
		disk_start(t, d, features);
		return;
	}
	disk = (struct disk){ .block = blk_block(d) };
	disk.sectors = disk.block / VIRTIO_BLK_SECTOR;
	blocks = blk_capacity(d) / disk.sectors;
	if (blocks < DISK_BLOCKS)
		skip(t, "the disk has only %lu logical blocks", blocks);
	disk.blocks = blocks < most ? (unsigned)blocks / DISK_BLOCKS * DISK_BLOCKS : most;
	disk.end = blocks * disk.sectors;
	disk.first = disk.end - (uint64_t)disk.blocks * disk.sectors;
	disk.saved = need_memory(t, dma_private((size_t)disk.blocks * disk.block));
	disk.part = part_of(d, disk.block, disk.blocks % PART_MAX ? DISK_BLOCKS : PART_MAX);
	restorer = disk_make(t, VIRTIO_BLK_T_IN, disk.first, disk.part * disk.block, true);
	mover = disk_make(t, VIRTIO_BLK_T_IN, disk.first, disk.part * disk.block, true);
	disk_start(t, d, features);
	for (unsigned block = 0; block < disk.blocks; block += disk.part) {
		enum driver_error error = move_blocks(d, VIRTIO_BLK_T_IN, block);

		if (error == DRIVER_BLK_STATUS_NOT_OK)
			disk_require_served(t, d, *restorer.status, disk_sector(block), disk.part * disk.block, NULL,
					    "a read of the last blocks of the disk");
		need_ok(t, error);
		memcpy(disk.saved + (size_t)block * disk.block, restorer.data, disk.part * disk.block);
	}
	t->afterwards = put_back;
}

void disk_open(struct run *t, struct device *d, struct features features)
{
	open_blocks(t, d, features, DISK_BLOCKS);
}

static void need_writable(struct run *t, struct device *d)
{
	if (device_offers(d, VIRTIO_BLK_F_RO))
		skip(t, "the disk is read-only");
}

void disk_open_writable(struct run *t, struct device *d, struct features features)
{
	need_writable(t, d);
	disk_open(t, d, features);
}

void disk_open_large(struct run *t, struct device *d, struct features features)
{
	const unsigned most = DISK_LARGE_BYTES / blk_block(d) / DISK_BLOCKS * DISK_BLOCKS;

	open_blocks(t, d, features, most ? most : DISK_BLOCKS);
}

void disk_open_large_writable(struct run *t, struct device *d, struct features features)
{
	need_writable(t, d);
	disk_open_large(t, d, features);
}

struct features disk_plain_and(unsigned bit)
{
	return features_with(blk_plain_features(), bit);
}

/* Reads or writes blocks, in requests that keep the device's limits. */
static void move(struct run *t, struct device *d, uint32_t type, unsigned block, unsigned blocks, uint8_t *bytes)
{
	const bool reads = type == VIRTIO_BLK_T_IN;

	for (unsigned part; blocks; block += part, blocks -= part) {
		struct blk_request blk = mover;
		uint32_t size;

		part = blocks < disk.part ? blocks : disk.part;
		size = part * disk.block;
		if (part < disk.part)
			blk = disk_make(t, type, 0, size, reads);
		aim(&blk, type, block);
		if (reads)
			memset(blk.data, DMA_FRESH_BYTE, size);
		else
			memcpy(blk.data, bytes, size);
		disk_require_served(
			t, d, disk_send(t, d, &blk, NULL), disk_sector(block), size, reads ? NULL : blk.data,
			reads ? "a read of the last blocks of the disk" : "a write to the last blocks of the disk");
		if (reads)
			memcpy(bytes, blk.data, size);
		bytes += size;
	}
}

const uint8_t *disk_write_pattern(struct run *t, struct device *d, unsigned block, unsigned blocks)
{
	uint8_t *bytes = need_memory(t, dma_private(blocks * disk.block));

	random_fill(&t->random, bytes, blocks * disk.block);
	move(t, d, VIRTIO_BLK_T_OUT, block, blocks, bytes);
	need_row(t, !memcmp(disk_read(t, d, block, blocks), bytes, blocks * disk.block), "blk-desc-06",
		 "what was written is read back");
	return bytes;
}

void disk_read_to(struct run *t, struct device *d, unsigned block, unsigned blocks, uint8_t *bytes)
{
	move(t, d, VIRTIO_BLK_T_IN, block, blocks, bytes);
}

const uint8_t *disk_read(struct run *t, struct device *d, unsigned block, unsigned blocks)
{
	uint8_t *bytes = need_memory(t, dma_private(blocks * disk.block));

	move(t, d, VIRTIO_BLK_T_IN, block, blocks, bytes);
	return bytes;
}

static uint64_t word_of(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Is the block made of unlike words, and unlike the one before it? */
static bool tells_position(const uint8_t *bytes, uint32_t size)
{
	unsigned unlike = 0;

	for (uint32_t at = sizeof(uint64_t); at < size; at += sizeof(uint64_t))
		unlike += word_of(bytes + at) != word_of(bytes + at - sizeof(uint64_t));
	return unlike > size / sizeof(uint64_t) / 2;
}

static void read_one_by_one(struct run *t, struct device *d)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_IN, 0, disk.block, true);
	unsigned telling = 0;

	for (unsigned i = 0; i < disk.blocks; i++) {
		uint8_t *bytes = disk.known + (size_t)i * disk.block;

		blk.header->sector = disk_sector(i);
		*blk.status = BLK_STATUS_UNWRITTEN;
		disk_require_served(t, d, disk_send(t, d, &blk, NULL), disk_sector(i), disk.block, NULL,
				    "a read of one block");
		memcpy(bytes, blk.data, disk.block);
		telling += tells_position(bytes, disk.block) && (!i || memcmp(bytes, bytes - disk.block, disk.block));
	}
	if (telling < disk.blocks / 2)
		skip(t, "the disk is read-only, and what it holds does not tell position");
}

void disk_know(struct run *t, struct device *d)
{
	if (!disk.known)
		disk.known = need_memory(t, dma_private((size_t)disk.blocks * disk.block));
	if (device_offers(d, VIRTIO_BLK_F_RO)) {
		read_one_by_one(t, d);
		return;
	}
	random_fill(&t->random, disk.known, (size_t)disk.blocks * disk.block);
	move(t, d, VIRTIO_BLK_T_OUT, 0, disk.blocks, disk.known);
}

void disk_expect_known(struct run *t, struct device *d, unsigned block, unsigned blocks, const char *what)
{
	uint8_t *got = need_memory(t, dma_private((blocks < disk.part ? blocks : disk.part) * disk.block));

	while (blocks) {
		const unsigned part = blocks < disk.part ? blocks : disk.part;

		move(t, d, VIRTIO_BLK_T_IN, block, part, got);
		if (!disk_expect_same(t, got, disk.known + (size_t)block * disk.block, part * disk.block, what))
			return;
		block += part;
		blocks -= part;
	}
}

/* The offset where two buffers first differ, or `size`. */
static uint32_t first_difference(const uint8_t *left, const uint8_t *right, uint32_t size)
{
	enum { STEP = 64 };
	uint32_t at = 0;

	while (at + STEP <= size && !memcmp(left + at, right + at, STEP))
		at += STEP;
	while (at < size && left[at] == right[at])
		at++;
	return at;
}

bool disk_expect_same(struct run *t, const uint8_t *got, const uint8_t *want, uint32_t size, const char *what)
{
	uint32_t at = first_difference(got, want, size);

	return expect(t, at == size, "%s: byte %u of %u is 0x%02x: it is 0x%02x", what, at, size,
		      at < size ? want[at] : 0, at < size ? got[at] : 0);
}

/* ---- requests in pieces ---- */

struct pieces disk_pieces(struct run *t, unsigned room)
{
	return (struct pieces){ .segments = need_memory(t, dma_private(room * sizeof(struct segment))), .room = room };
}

uint8_t *disk_add_piece(struct run *t, struct pieces *pieces, const uint8_t *bytes, uint32_t size, bool writable,
			uint32_t align, uint32_t offset)
{
	uint8_t *piece = need_memory(t, dma_alloc_offset(size, align, offset));

	if (pieces->count == pieces->room)
		abort_check(t, "a request in more than %u pieces", pieces->room);
	if (bytes)
		memcpy(piece, bytes, size);
	pieces->segments[pieces->count++] = (struct segment){ .data = piece, .size = size, .writable = writable };
	return piece;
}

void disk_gather(const struct pieces *pieces, uint8_t *bytes)
{
	for (unsigned i = 0; i < pieces->count; i++) {
		if (!pieces->segments[i].writable)
			continue;
		memcpy(bytes, pieces->segments[i].data, pieces->segments[i].size);
		bytes += pieces->segments[i].size;
	}
}

void disk_add(struct run *t, struct virtqueue *queue, struct pieces *pieces)
{
	const struct chain_shape table = { .indirect = true };

	if (pieces->count > queue->size && !pieces->indirect)
		skip(t, "the virtqueue is too small for %u descriptors", pieces->count);
	if (virtqueue_add(queue, pieces->segments, pieces->count, pieces->indirect ? &table : NULL, pieces) < 0)
		abort_check(t, "no room in the virtqueue for %u pieces", pieces->count);
}

/* Size of piece `i` of the data, which starts `at` bytes into it. */
static uint32_t piece_size(const struct transfer *transfer, unsigned i, uint32_t at)
{
	const uint32_t rest = transfer->size - at;

	return i < transfer->count && transfer->sizes[i] < rest ? transfer->sizes[i] : rest;
}

bool disk_can_transfer(struct device *d, const struct transfer *transfer)
{
	const uint32_t most = blk_size_max(d);
	uint32_t pieces = 0, size;

	for (uint32_t at = 0; at < transfer->size; at += size, pieces++) {
		size = piece_size(transfer, pieces, at);
		if (size > most || (transfer->joined && size + HEADER_BYTES > most))
			return false;
	}
	return pieces <= blk_seg_max(d) && pieces + 2 <= device_request_queue(d)->size;
}

uint8_t disk_transfer(struct run *t, struct device *d, const struct transfer *transfer, uint8_t *bytes)
{
	const struct virtio_blk_header header = { .type = transfer->type, .sector = transfer->sector };
	const uint32_t align = transfer->align ? transfer->align : 8;
	const bool reads = transfer->type == VIRTIO_BLK_T_IN;
	struct virtqueue *queue = device_request_queue(d);
	struct pieces pieces = disk_pieces(t, transfer->count + 3);
	volatile uint8_t *status = NULL;
	uint32_t size;

	if (!disk_can_transfer(d, transfer))
		need_ok(t, DRIVER_SEGMENTS_TOO_SMALL);
	if (reads || !transfer->joined)
		disk_add_piece(t, &pieces, (const uint8_t *)&header, HEADER_BYTES, false, 8, 0);
	for (uint32_t at = 0, i = 0; at < transfer->size; at += size, i++) {
		const bool first = !at && transfer->joined && !reads;
		const uint32_t more = first ? HEADER_BYTES : 0;
		bool last;
		uint8_t *piece;

		size = piece_size(transfer, i, at);
		last = at + size == transfer->size && transfer->joined && reads;
		piece = disk_add_piece(t, &pieces, NULL, more + size + last, reads, align, transfer->offset);
		if (first)
			memcpy(piece, &header, HEADER_BYTES);
		if (!reads)
			memcpy(piece + more, bytes + at, size);
		if (last)
			status = piece + size;
	}
	if (!status)
		status = disk_add_piece(t, &pieces, NULL, 1, true, 1, 0);
	*status = BLK_STATUS_UNWRITTEN;
	pieces.indirect = transfer->indirect;
	step(t, "%s %u bytes at sector 0x%lx, %u descriptors%s", reads ? "reads" : "writes", transfer->size,
	     transfer->sector, pieces.count, transfer->indirect ? " in a table" : "");
	disk_add(t, queue, &pieces);
	virtqueue_kick(queue);
	take_used(t, queue, "a request in pieces");
	if (reads) {
		uint8_t *all = need_memory(t, dma_private(transfer->size + 1));

		disk_gather(&pieces, all);
		memcpy(bytes, all, transfer->size);
	}
	return *status;
}
