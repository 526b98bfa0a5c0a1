// SPDX-License-Identifier: BSD-2-Clause
/*
 * Block device (5.2.6): reads and writes of every size, cut into descriptors and placed in memory in every way. The
 * blocks that they concern hold random bytes, so that data in the wrong place shows. disk.h says how disks are kept
 * safe from these checks.
 *
 * How block devices break: the largest request of one guest is larger than what the device was tried with; a list of
 * pieces is walked with a wrong step; a buffer that is not aligned as the host wants it goes through another path, with
 * faults of its own. In the field: a file system that is damaged by one kernel and not by another.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/disk.h"

/* ---- sizes ---- */

/* Sizes in blocks, around the powers of two, where buffers and lists of pages end. */
static const uint16_t sizes[] = { 1,  2,  3,  4,  5,  6,  7,  8,   9,	10,  11,  12,  13,  14,	 15,  16,
				  17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 1024 };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* Makes a transfer in as few segments as size_max allows; with more than seg_max allows, it is not possible. */
static struct transfer plain_transfer(struct run *t, struct device *d, uint32_t type, unsigned block, unsigned blocks)
{
	struct transfer transfer = { .type = type, .sector = disk_sector(block), .size = blocks * disk.block };
	const uint32_t most = blk_size_max(d);
	uint32_t *pieces;

	if (transfer.size <= most)
		return transfer;
	transfer.count = (transfer.size - 1) / most;
	pieces = need_memory(t, dma_private(transfer.count * sizeof(*pieces)));
	for (unsigned i = 0; i < transfer.count; i++)
		pieces[i] = most;
	transfer.sizes = pieces;
	return transfer;
}

/* Where a transfer of so many blocks starts: anywhere, also across what is aligned. */
static unsigned somewhere(struct run *t, unsigned blocks)
{
	return random_below(&t->random, disk.blocks - blocks + 1);
}

/* Reads what is known, and compares. */
static bool read_known(struct run *t, struct device *d, const struct transfer *transfer, const char *what)
{
	const unsigned block = (unsigned)((transfer->sector - disk.first) / disk.sectors);
	uint8_t *bytes = need_memory(t, dma_private(transfer->size));
	const uint8_t status = disk_transfer(t, d, transfer, bytes);

	disk_require_served(t, d, status, transfer->sector, transfer->size, NULL, what);
	return disk_expect_same(t, bytes, disk.known + (size_t)block * disk.block, transfer->size, what);
}

/* Writes fresh random data, and makes it known. */
static void write_fresh(struct run *t, struct device *d, const struct transfer *transfer, const char *what)
{
	const unsigned block = (unsigned)((transfer->sector - disk.first) / disk.sectors);
	uint8_t *bytes = disk.known + (size_t)block * disk.block;
	uint8_t status;

	random_fill(&t->random, bytes, transfer->size);
	status = disk_transfer(t, d, transfer, bytes);
	disk_require_served(t, d, status, transfer->sector, transfer->size, bytes, what);
}

/* Compares the blocks of a transfer and their neighbours with what is known. */
static void look_around(struct run *t, struct device *d, unsigned block, unsigned blocks, const char *what)
{
	const unsigned from = block ? block - 1 : 0, behind = block + blocks;

	disk_expect_known(t, d, from, (behind < disk.blocks ? behind + 1 : behind) - from, what);
}

/* Reads a megabyte at once, or as much as the disk has, and compares with smaller reads. */
static void read_very_large(struct run *t, struct device *d)
{
	enum { BYTES = 1 << 20, PARTS = 16 };
	const uint64_t end = disk.end * VIRTIO_BLK_SECTOR;
	const uint32_t size = BYTES, part = BYTES / PARTS;
	struct blk_request whole, piece;

	if (disk.block > part || end < size || blk_size_max(d) < size)
		return;
	whole = disk_make(t, VIRTIO_BLK_T_IN, (end - size) / VIRTIO_BLK_SECTOR, size, true);
	disk_require_served(t, d, disk_send(t, d, &whole, NULL), whole.header->sector, size, NULL, "a large read");
	piece = disk_make(t, VIRTIO_BLK_T_IN, 0, part, true);
	for (uint32_t at = 0; at < size; at += part) {
		piece.header->sector = whole.header->sector + at / VIRTIO_BLK_SECTOR;
		*piece.status = BLK_STATUS_UNWRITTEN;
		disk_require_served(t, d, disk_send(t, d, &piece, NULL), piece.header->sector, part, NULL, "a read");
		if (!disk_expect_same(t, whole.data + at, piece.data, part, "a part of a read of a megabyte"))
			return;
	}
}

/*
 * Breaks: a buffer of the device's own that is too small for the request, so that the rest is missing, wrong, or never
 * answered; a size in bytes that does not fit its type.
 */
CHECK(read_sizes, "blk.read-of-any-size", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Reads of one block to a megabyte give all that the blocks hold")
{
	disk_open_large(t, d, blk_plain_features());
	disk_know(t, d);
	for (unsigned i = 0; i < SIZES && sizes[i] <= disk.blocks; i++) {
		const unsigned block = somewhere(t, sizes[i]);
		const struct transfer transfer = plain_transfer(t, d, VIRTIO_BLK_T_IN, block, sizes[i]);

		if (!disk_can_transfer(d, &transfer)) {
			info(t, "reads of %u blocks or more do not fit seg_max, size_max and the virtqueue", sizes[i]);
			break;
		}
		if (!read_known(t, d, &transfer, "a read of several blocks"))
			break;
	}
	expect(t, disk.blocks, "there are blocks to read");
	read_very_large(t, d);
}

/*
 * Breaks: the end of a large write is lost, or is written to the wrong place; a write takes a neighbour along, since
 * the device writes in units larger than a sector.
 */
CHECK(write_sizes, "blk.write-of-any-size", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Writes of one block to 256 KiB write all of them, and nothing beside them")
{
	disk_open_large_writable(t, d, blk_plain_features());
	disk_know(t, d);
	for (unsigned i = 0; i < SIZES && sizes[i] <= disk.blocks; i++) {
		const unsigned block = somewhere(t, sizes[i]);
		const struct transfer transfer = plain_transfer(t, d, VIRTIO_BLK_T_OUT, block, sizes[i]);

		if (!disk_can_transfer(d, &transfer)) {
			info(t, "writes of %u blocks or more do not fit seg_max, size_max and the virtqueue", sizes[i]);
			break;
		}
		write_fresh(t, d, &transfer, "a write of several blocks");
		if (sizes[i] <= 2 * DISK_BLOCKS)
			look_around(t, d, block, sizes[i], "blocks that were written, and their neighbours");
	}
	disk_expect_known(t, d, 0, disk.blocks, "all blocks after the writes");
}

/* ---- pieces ---- */

/* Cuts `size` bytes into `count` pieces: whole sectors, or bytes. */
static void random_pieces(struct run *t, uint32_t pieces[], unsigned count, uint32_t size, uint32_t unit)
{
	uint32_t units = size / unit - count;

	for (unsigned i = 0; i < count; i++) {
		const uint32_t more = random_below(&t->random, (i + 1 == count ? units : 2 * units / (count - i)) + 1);

		pieces[i] = (1 + (more < units ? more : units)) * unit;
		units -= pieces[i] / unit - 1;
	}
}

/* One read and, if the disk takes writes, one write in these pieces. The rest of `blocks` is one more piece. */
static void move_in_pieces(struct run *t, struct device *d, struct transfer transfer, unsigned blocks)
{
	const unsigned block = somewhere(t, blocks);

	transfer.sector = disk_sector(block);
	transfer.size = blocks * disk.block;
	transfer.type = VIRTIO_BLK_T_IN;
	if (!disk_can_transfer(d, &transfer))
		return;
	read_known(t, d, &transfer, "a read in pieces");
	if (device_offers(d, VIRTIO_BLK_F_RO))
		return;
	transfer.type = VIRTIO_BLK_T_OUT;
	write_fresh(t, d, &transfer, "a write in pieces");
	look_around(t, d, block, blocks, "blocks that were written in pieces, and their neighbours");
}

static void need_segments(struct run *t, struct device *d, unsigned count)
{
	if (blk_seg_max(d) < count)
		skip(t, "the device takes at most %u segments of data", blk_seg_max(d));
	if (device_request_queue(d)->size < count + 2)
		skip(t, "the virtqueue is too small for %u segments of data", count);
}

/*
 * Breaks: the first piece is taken for all of it, if it is a whole number of sectors; or each piece starts again at the
 * first sector. Symptom: a read into the pages of a file gives the same page several times.
 */
CHECK(whole_sectors, "blk.whole-sectors-in-pieces", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4), "Data in pieces of whole sectors goes where it belongs")
{
	static const uint32_t one[] = { 512, 512, 512, 512, 512, 512, 512, 512 }, two[] = { 1024, 512, 2048, 512 },
			      three[] = { 512, 4096, 512 }, four[] = { 4096, 4096, 4096 }, five[] = { 3584, 1024 };
	static const struct transfer cuts[] = {
		{ .sizes = one, .count = 1 },  { .sizes = one, .count = 3 },   { .sizes = one, .count = 7 },
		{ .sizes = two, .count = 4 },  { .sizes = three, .count = 3 }, { .sizes = four, .count = 3 },
		{ .sizes = five, .count = 2 },
	};
	enum { ROUNDS = 8, PIECES_MAX = 16 };
	uint32_t pieces[PIECES_MAX];

	disk_open(t, d, blk_plain_features());
	need_segments(t, d, 2);
	disk_know(t, d);
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		uint32_t bytes = 0;

		for (unsigned j = 0; j < cuts[i].count; j++)
			bytes += cuts[i].sizes[j];
		if (bytes / disk.block + 1 <= DISK_BLOCKS)
			move_in_pieces(t, d, cuts[i], bytes / disk.block + 1);
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		const unsigned blocks = 4 + random_below(&t->random, DISK_BLOCKS - 3), most = blocks * disk.sectors;
		const unsigned count = 2 + random_below(&t->random, (most < PIECES_MAX ? most : PIECES_MAX) - 1);

		random_pieces(t, pieces, count, blocks * disk.block, VIRTIO_BLK_SECTOR);
		move_in_pieces(t, d,
			       (struct transfer){ .sizes = pieces,
						  .count = count,
						  .joined = i % 2 && !transport_is_legacy(&d->transport) },
			       blocks);
	}
	expect(t, disk.blocks, "there are blocks to move");
}

/*
 * Breaks: a piece that ends inside a sector is rounded; the bytes that do not fill a sector are lost, or repeated in
 * the next piece. Symptom: direct I/O from buffers of odd addresses damages data.
 */
CHECK(odd_pieces, "blk.odd-pieces-of-many-blocks", REQ("frame-01", "blk-desc-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4),
      "Data of several blocks in pieces of any number of bytes goes where it belongs")
{
	enum { ROUNDS = 12, PIECES_MAX = 24 };
	uint32_t pieces[PIECES_MAX];

	disk_open(t, d, blk_plain_features());
	need_segments(t, d, 2);
	disk_know(t, d);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const unsigned blocks = 1 + random_below(&t->random, DISK_BLOCKS),
			       room = device_request_queue(d)->size - 2u;
		unsigned count = 2 + random_below(&t->random, PIECES_MAX - 1);

		count = count < room ? count : room;
		count = count < blk_seg_max(d) ? count : blk_seg_max(d);
		random_pieces(t, pieces, count, blocks * disk.block, 1);
		if (i % 3 == 0)
			pieces[0] = 1 + i % 2;
		move_in_pieces(t, d,
			       (struct transfer){ .sizes = pieces,
						  .count = i % 3 ? count : count - 1,
						  .align = 1 << i % 4,
						  .joined = i % 2 && !transport_is_legacy(&d->transport) },
			       blocks);
	}
	expect(t, disk.blocks, "there are blocks to move");
}

/* Adds a piece that is part of memory which the caller owns. */
static void add_part(struct pieces *pieces, uint8_t *memory, uint32_t size, bool writable)
{
	pieces->segments[pieces->count++] = (struct segment){ .data = memory, .size = size, .writable = writable };
}

/*
 * Breaks: segments that touch in memory are merged into one, with the length of the last, or across the border between
 * what the device reads and what it writes. Symptom: only buffers of a few pages in a row fail.
 */
CHECK(touching_pieces, "blk.pieces-that-touch", REQ("frame-01", "blk-desc-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 8),
      "Header, data and status may lie in a row in memory, in descriptors that touch")
{
	enum { HEADER = sizeof(struct virtio_blk_header), BLOCKS = 4, PIECES = 3, ROUNDS = 8 };
	const uint32_t size = BLOCKS * blk_block(d);
	struct virtqueue *queue;

	disk_open(t, d, blk_plain_features());
	need_segments(t, d, PIECES);
	if (blk_size_max(d) < size)
		skip(t, "size_max is less than four logical blocks");
	disk_know(t, d);
	queue = device_request_queue(d);
	for (unsigned i = 0; i < ROUNDS; i++) {
		const bool reads = i % 2 || device_offers(d, VIRTIO_BLK_F_RO);
		const unsigned block = somewhere(t, BLOCKS);
		uint8_t *known = disk.known + (size_t)block * disk.block;
		uint8_t *memory = need_memory(t, dma_alloc(HEADER + size + 1, 8)), *data = memory + HEADER;
		uint32_t cut = disk.block, other = 2 * disk.block;
		struct pieces pieces = disk_pieces(t, PIECES + 2);

		if (i > 3) { /* anywhere */
			cut = 1 + random_below(&t->random, size / 2);
			other = cut + 1 + random_below(&t->random, size / 2 - 1);
		}
		*(struct virtio_blk_header *)(void *)memory =
			(struct virtio_blk_header){ .type = reads ? VIRTIO_BLK_T_IN : VIRTIO_BLK_T_OUT,
						    .sector = disk_sector(block) };
		if (!reads) {
			random_fill(&t->random, known, size);
			memcpy(data, known, size);
		}
		data[size] = BLK_STATUS_UNWRITTEN;
		add_part(&pieces, memory, HEADER, false);
		add_part(&pieces, data, cut, reads);
		add_part(&pieces, data + cut, other - cut, reads);
		add_part(&pieces, data + other, size - other, reads);
		add_part(&pieces, data + size, 1, true);
		step(t, "%s 4 blocks in a row, cut at %u and %u", reads ? "reads" : "writes", cut, other);
		disk_add(t, queue, &pieces);
		virtqueue_kick(queue);
		take_used(t, queue, "a request in pieces that touch");
		disk_require_served(t, d, *(volatile uint8_t *)(data + size), disk_sector(block), size,
				    reads ? NULL : known, "a request in pieces that touch");
		if (reads)
			disk_expect_same(t, data, known, size, "a read into pieces that touch");
		else
			look_around(t, d, block, BLOCKS, "blocks that were written from pieces that touch");
	}
}

/*
 * Breaks: a device that finds the segment of a byte by its address takes the first one twice. Symptom: a guest that
 * writes its page of zeroes several times in one request fails.
 */
CHECK(same_memory, "blk.one-buffer-several-times", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 8), "A write may have the same memory in several descriptors")
{
	enum { PIECES = 4, ORDER = 3 };
	static const uint8_t order[ORDER][PIECES] = { { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 1, 1, 0, 1 } };
	struct virtqueue *queue;

	disk_open_writable(t, d, blk_plain_features());
	need_segments(t, d, PIECES);
	if (blk_size_max(d) < disk.block)
		skip(t, "size_max is less than a logical block");
	disk_know(t, d);
	queue = device_request_queue(d);
	for (unsigned i = 0; i < ORDER; i++) {
		const unsigned block = somewhere(t, PIECES);
		const struct virtio_blk_header header = { .type = VIRTIO_BLK_T_OUT, .sector = disk_sector(block) };
		uint8_t *known = disk.known + (size_t)block * disk.block, *memory[2];
		struct pieces pieces = disk_pieces(t, PIECES + 2);
		volatile uint8_t *status;

		disk_add_piece(t, &pieces, (const uint8_t *)&header, sizeof(header), false, 8, 0);
		for (unsigned j = 0; j < 2; j++) {
			memory[j] = need_memory(t, dma_alloc(disk.block, 1));
			random_fill(&t->random, memory[j], disk.block);
		}
		for (unsigned j = 0; j < PIECES; j++) {
			add_part(&pieces, memory[order[i][j]], disk.block, false);
			memcpy(known + j * disk.block, memory[order[i][j]], disk.block);
		}
		status = disk_add_piece(t, &pieces, NULL, 1, true, 1, 0);
		*status = BLK_STATUS_UNWRITTEN;
		disk_add(t, queue, &pieces);
		virtqueue_kick(queue);
		take_used(t, queue, "a write from the same memory");
		disk_require_served(t, d, *status, disk_sector(block), PIECES * disk.block, known,
				    "a write from the same memory");
		look_around(t, d, block, PIECES, "blocks that were written from the same memory");
	}
}

/* ---- as many segments as announced ---- */

/* Numbers of segments around the powers of two, where lists of pieces end. */
static const uint16_t counts[] = { 1,  2,  3,	4,   7,	  8,   9,   15,	 16,  17,  31,	32,  33,  61,  62,  63,
				   64, 65, 126, 127, 128, 129, 191, 253, 254, 255, 256, 257, 510, 511, 512, 1022 };

/*
 * A chain of more descriptors than this may be too many for a device that announces no limit (2.7.4.1: "The device MAY
 * have a reasonable limit"): header, status and data, each cut twice.
 */
enum { REASONABLE = 8 };

/* The device refused a request of `count` segments of data. SKIPs if it may. */
static void judge_refusal(struct run *t, struct device *d, unsigned count)
{
	if (!device_offers(d, VIRTIO_BLK_F_SEG_MAX) && count + 2 > REASONABLE)
		skip(t, "more than %u segments are too many for the device, which announces no seg_max (2.7.4.1)",
		     REASONABLE - 2);
	expect(t, false, "a request of %u segments of data is carried out, as seg_max says", count);
}

static bool answered(struct run *t, struct device *d)
{
	struct virtqueue *queue = device_request_queue(d);

	(void)t;
	return WAIT_UNTIL(virtqueue_used_waiting(queue) ||
				  transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET,
			  device_patience_ns) &&
	       virtqueue_used_waiting(queue);
}

/* Sends a request of `count` segments of data, of `piece` bytes each but the last. False: it was refused. */
static bool many_segments(struct run *t, struct device *d, uint32_t type, unsigned count, uint32_t piece, bool indirect)
{
	const struct virtio_blk_header header = { .type = type };
	struct virtqueue *queue = device_request_queue(d);
	struct pieces pieces = disk_pieces(t, count + 2);
	const uint32_t whole = count * piece, size = (whole + disk.block - 1) / disk.block * disk.block;
	const unsigned block = somewhere(t, size / disk.block);
	uint8_t *known = disk.known + (size_t)block * disk.block, *got = need_memory(t, dma_private(size + 1));
	struct virtio_blk_header *sent;
	uint8_t *status;

	sent = (void *)disk_add_piece(t, &pieces, (const uint8_t *)&header, sizeof(header), false, 8, 0);
	sent->sector = disk_sector(block);
	if (type == VIRTIO_BLK_T_OUT)
		random_fill(&t->random, known, size);
	for (unsigned i = 0; i < count; i++)
		disk_add_piece(t, &pieces, type == VIRTIO_BLK_T_OUT ? known + i * piece : NULL,
			       i + 1 < count ? piece : size - i * piece, type == VIRTIO_BLK_T_IN, 1, 0);
	status = disk_add_piece(t, &pieces, NULL, 1, true, 1, 0);
	*status = BLK_STATUS_UNWRITTEN;
	pieces.indirect = indirect;
	step(t, "%u segments of %u bytes%s", count, piece, indirect ? " in a table" : "");
	disk_add(t, queue, &pieces);
	virtqueue_kick(queue);
	if (!answered(t, d))
		return false;
	take_used(t, queue, "a request of many segments");
	if (*(volatile uint8_t *)status != VIRTIO_BLK_S_OK) {
		disk_medium(t, d, sent->sector, size, type == VIRTIO_BLK_T_OUT ? known : NULL);
		return false;
	}
	if (type == VIRTIO_BLK_T_OUT) {
		disk_expect_known(t, d, block, size / disk.block, "blocks that were written from many segments");
		return true;
	}
	disk_gather(&pieces, got);
	disk_expect_same(t, got, known, size, "a read into many segments");
	return true;
}

/* Tries the numbers of segments that queue, device and disk allow. */
static void try_counts(struct run *t, struct device *d, bool indirect)
{
	const uint32_t room = device_request_queue(d)->size - 2u;
	const uint32_t most = blk_seg_max(d) < room ? blk_seg_max(d) : room;
	const bool writes = !device_offers(d, VIRTIO_BLK_F_RO);
	unsigned last = 0;

	for (unsigned i = 0; last < most; i++) {
		const unsigned count = i < sizeof(counts) / sizeof(counts[0]) && counts[i] < most ? counts[i] : most;
		/* whole sectors, or a number of bytes that is odd */
		const uint32_t piece = i % 2 && blk_size_max(d) > 1023 ? 511 : VIRTIO_BLK_SECTOR;

		if (count * VIRTIO_BLK_SECTOR + disk.block > disk.blocks * disk.block || count == last)
			break;
		last = count;
		if (!many_segments(t, d, writes && i % 3 == 2 ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN, count, piece,
				   indirect)) {
			judge_refusal(t, d, count);
			return;
		}
	}
	expect(t, last, "%u segments of data were tried, of at most %u", last, most);
}

/*
 * Breaks: room for fewer pieces than seg_max says, for instance for 64 or 128. Symptom: only large files of a guest
 * with fragmented memory fail.
 */
CHECK(seg_max_used, "blk.as-many-segments-as-announced", REQ("blk-desc-13", "blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4),
      "Requests of up to seg_max segments are carried out, as far as the virtqueue has room")
{
	const uint16_t size = d->queue_max[0] < 1024 ? d->queue_max[0] : 1024;

	disk_open_large(t, d, blk_plain_features());
	disk_know(t, d);
	disk_start_sized(t, d, blk_plain_features(), virtqueue_size(size, size));
	try_counts(t, d, false);
}

/* Breaks: indirect tables have a limit of their own, or are copied into too small a place. */
CHECK(seg_max_indirect, "blk.as-many-segments-in-a-table", REQ("blk-desc-13", "sind-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4, .features = OFFERS(VIRTIO_F_INDIRECT_DESC)),
      "Requests of up to seg_max segments are carried out with all descriptors in an indirect table")
{
	const uint16_t size = d->queue_max[0] < 1024 ? d->queue_max[0] : 1024;
	const struct features features = disk_plain_and(VIRTIO_F_INDIRECT_DESC);

	disk_open_large(t, d, features);
	disk_know(t, d);
	disk_start_sized(t, d, features, virtqueue_size(size, size));
	try_counts(t, d, true);
}

/* Breaks: a length of a descriptor that is kept in 16 bits, or a buffer for less than size_max. */
CHECK(size_max_used, "blk.segments-as-long-as-announced", REQ("blk-desc-13"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_SIZE_MAX)),
      "A segment may have size_max bytes")
{
	const uint32_t most = blk_size_max(d);
	struct transfer transfer = { .type = VIRTIO_BLK_T_IN };

	disk_open_large(t, d, blk_plain_features());
	disk_know(t, d);
	transfer.sector = disk.first;
	transfer.size = disk.blocks * disk.block < most ? disk.blocks * disk.block : most / disk.block * disk.block;
	if (!transfer.size)
		skip(t, "size_max is less than a logical block");
	if (transfer.size + disk.block <= most)
		info(t, "size_max is %u, of which %u bytes were tried", most, transfer.size);
	read_known(t, d, &transfer, "a read into one long segment");
	if (device_offers(d, VIRTIO_BLK_F_RO))
		return;
	transfer.type = VIRTIO_BLK_T_OUT;
	write_fresh(t, d, &transfer, "a write from one long segment");
	disk_expect_known(t, d, 0, transfer.size / disk.block, "blocks that were written from one long segment");
}

/* ---- places ---- */

/*
 * Breaks: a request is split where a number of 31, 32 or more bits ends, or where a cluster of the image ends, and the
 * second part comes from the wrong place. (Each read is compared with a read of each half.)
 */
CHECK(boundaries, "blk.reads-across-large-numbers", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Reads across sector numbers and offsets that are powers of two give what reads of each side give")
{
	enum { BLOCKS = 6, LEAST = 7 /* 64 KiB */, MOST = 40 };
	uint32_t block, sectors, size;
	unsigned tried = 0;

	disk_start(t, d, blk_plain_features());
	block = blk_block(d);
	sectors = block / VIRTIO_BLK_SECTOR;
	size = BLOCKS * block;
	if ((uint64_t)(device_request_queue(d)->size - 2) * blk_size_max(d) < size || blk_size_max(d) < block)
		skip(t, "size_max is too small");
	for (unsigned bit = LEAST; bit < MOST; bit++) {
		const uint64_t middle = UINT64_C(1) << bit, first = middle - BLOCKS / 2 * sectors;
		struct blk_request whole, half;

		if (middle % sectors || middle + BLOCKS / 2 * sectors > blk_capacity(d))
			continue;
		tried++;
		whole = disk_make(t, VIRTIO_BLK_T_IN, first, size, true);
		disk_require_served(t, d, disk_send(t, d, &whole, NULL), first, size, NULL, "a read");
		half = disk_make(t, VIRTIO_BLK_T_IN, first, size / 2, true);
		for (unsigned i = 0; i < 2; i++) {
			half.header->sector = first + i * (BLOCKS / 2) * sectors;
			*half.status = BLK_STATUS_UNWRITTEN;
			disk_require_served(t, d, disk_send(t, d, &half, NULL), half.header->sector, size / 2, NULL,
					    "a read");
			if (!disk_expect_same(t, whole.data + i * size / 2, half.data, size / 2,
					      "a half of a read across a power of two"))
				return;
		}
	}
	if (!tried)
		skip(t, "the disk is too small");
}

/* ---- addresses ---- */

/*
 * Breaks: a buffer that is not aligned for the host's storage is copied wrongly, or is refused; a buffer over the
 * border of a page or of 64 KiB is taken for one that ends there. Symptom: reads into the middle of a page fail.
 */
CHECK(buffer_addresses, "blk.buffer-at-any-address", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Buffers work at any address, also across multiples of 4 KiB and 64 KiB")
{
	static const struct {
		uint32_t align, offset;
	} places[] = {
		{ 2, 1 },	{ 4, 2 },	{ 8, 4 },     { 16, 8 },	{ 32, 16 },	  { 64, 32 },
		{ 128, 64 },	{ 256, 128 },	{ 512, 256 }, { 512, 0 },	{ 512, 511 },	  { 1024, 512 },
		{ 2048, 1024 }, { 4096, 0 },	{ 4096, 1 },  { 4096, 2048 },	{ 4096, 3584 },	  { 4096, 3585 },
		{ 4096, 4095 }, { 8192, 4096 }, { 65536, 0 }, { 65536, 65024 }, { 65536, 65535 }, { 65536, 61441 },
	};

	disk_open(t, d, blk_plain_features());
	disk_know(t, d);
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct transfer transfer = { .align = places[i].align, .offset = places[i].offset };

		move_in_pieces(t, d, transfer, 1 + i % 3);
		if (i % 5 == 4)
			move_in_pieces(t, d, transfer, DISK_BLOCKS);
	}
	expect(t, disk.blocks, "there are blocks to move");
}

/*
 * Breaks: a header or a status byte that is read or written through a page of the guest: the second half of the header
 * comes from the page behind, or the status goes there.
 */
CHECK(header_addresses, "blk.header-and-status-at-any-address", REQ("blk-desc-01", "blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Header and status work at any address, also at the border of a page")
{
	enum { HEADER = sizeof(struct virtio_blk_header) };
	static const uint16_t offsets[] = {
		0, 1, 2, 4, 7, 8, 2048, 4096 - HEADER, 4096 - 12, 4096 - 8, 4096 - 4, 4095
	};
	struct virtqueue *queue;

	disk_open(t, d, blk_plain_features());
	disk_know(t, d);
	if (blk_size_max(d) < disk.block)
		skip(t, "size_max is less than a logical block");
	queue = device_request_queue(d);
	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		const unsigned block = somewhere(t, 1);
		const struct virtio_blk_header header = { .type = VIRTIO_BLK_T_IN, .sector = disk_sector(block) };
		struct pieces pieces = disk_pieces(t, DISK_DESCRIPTORS);
		const uint8_t *data;
		volatile uint8_t *status;

		disk_add_piece(t, &pieces, (const uint8_t *)&header, HEADER, false, 4096, offsets[i]);
		data = disk_add_piece(t, &pieces, NULL, disk.block, true, 8, 0);
		status = disk_add_piece(t, &pieces, NULL, 1, true, 4096, offsets[i]);
		*status = BLK_STATUS_UNWRITTEN;
		step(t, "header and status %u bytes behind the start of a page", offsets[i]);
		disk_add(t, queue, &pieces);
		virtqueue_kick(queue);
		take_used(t, queue, "a read");
		disk_require_served(t, d, *status, header.sector, disk.block, NULL, "a read");
		disk_expect_same(t, data, disk.known + (size_t)block * disk.block, disk.block, "a read");
	}
}
