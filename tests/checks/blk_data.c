// SPDX-License-Identifier: BSD-2-Clause
/*
 * Block device (5.2.6): the data. Reads and writes of every shape and at the end of the disk, many at once, on all
 * virtqueues; read-only disks; discard, write zeroes and secure erase. disk.h says how disks are kept safe from these
 * checks.
 *
 * How block devices break: header, data and status are expected in exactly three descriptors; sector arithmetic
 * overflows; a range is taken for its neighbour. In the field: damaged file systems.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "firmware/lib/swap.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/disk.h"

/* ---- beyond the end (robustness: a driver must not, 5.2.6.1) ---- */

/* Fills in sectors at which a request of one block cannot start. Returns how many. */
static unsigned wrong_sectors(struct device *d, uint64_t sectors[], uint64_t inside)
{
	uint32_t block = blk_block(d) / VIRTIO_BLK_SECTOR;
	uint64_t end = (blk_capacity(d) + block - 1) / block * block;
	unsigned count = 0;

	sectors[count++] = end;
	sectors[count++] = end + 1000 * (uint64_t)block;
	sectors[count++] = inside + (1ull << 32); /* loses its upper half */
	sectors[count++] = inside + (1ull << 55); /* 512 * sector loses its upper bits */
	sectors[count++] = inside + (1ull << 63);
	sectors[count++] = 0 - (uint64_t)block; /* the sum with the length wraps around */
	for (unsigned i = 0; i < count;)
		if (sectors[i] < end)
			sectors[i] = sectors[--count]; /* the disk is so large that it is inside */
		else
			i++;
	return count;
}

static uint8_t status_beyond(struct run *t, struct device *d, uint64_t sector, uint32_t size)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_IN, sector, size, true);

	return disk_send_wrong(t, d, &blk);
}

/*
 * Breaks: the comparison with the end overflows. Symptom: the host reads elsewhere in the image, or its process dies.
 */
CHECK(read_beyond_end, "blk.read-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS), "A read beyond the capacity ends with IOERR")
{
	uint32_t block;
	uint64_t sectors[8], blocks;
	unsigned count;

	disk_start(t, d, blk_plain_features());
	block = blk_block(d);
	blocks = blk_capacity(d) / (block / VIRTIO_BLK_SECTOR);
	count = wrong_sectors(d, sectors, 0);
	for (unsigned i = 0; i < count; i++)
		expect_eq(t, status_beyond(t, d, sectors[i], block), VIRTIO_BLK_S_IOERR,
			  "status of a read at sector 0x%lx of 0x%lx", sectors[i], blk_capacity(d));
	if (blocks)
		expect_eq(t, status_beyond(t, d, (blocks - 1) * (block / VIRTIO_BLK_SECTOR), 2 * block),
			  VIRTIO_BLK_S_IOERR, "status of a read that starts in the last block and ends behind it");
	if (blocks) {
		const uint64_t last = (blocks - 1) * (block / VIRTIO_BLK_SECTOR);

		disk_require_served(t, d, disk_status_of(t, d, VIRTIO_BLK_T_IN, last, block, true), last, block, NULL,
				    "a read of the last block");
	}
}

/*
 * Reads what stands at the sector modulo the capacity. If the device wraps sector numbers around, it does no harm to
 * write that.
 */
static void harmless_data(struct run *t, struct device *d, uint64_t sector, uint8_t *bytes)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_IN, sector % disk.end, disk.block, true);

	disk_require_served(t, d, disk_send(t, d, &blk, NULL), blk.header->sector, disk.block, NULL, "a read");
	memcpy(bytes, blk.data, disk.block);
}

/*
 * Breaks: the sector number wraps, or is not compared with the capacity. Symptom: a guest overwrites what is not its
 * own. (Sector numbers that lose high bits land in the blocks that the check compares.)
 */
CHECK(write_beyond_end, "blk.write-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "A write beyond the capacity ends with IOERR and changes nothing")
{
	uint64_t sectors[8];
	const uint8_t *before;
	struct blk_request blk;
	unsigned count;

	disk_open_writable(t, d, blk_plain_features());
	count = wrong_sectors(d, sectors, disk.first);
	before = disk_write_pattern(t, d, 0, DISK_BLOCKS);
	for (unsigned i = 0; i < count; i++) {
		blk = disk_make(t, VIRTIO_BLK_T_OUT, sectors[i], disk.block, false);
		harmless_data(t, d, sectors[i], blk.data);
		expect_eq(t, disk_send_wrong(t, d, &blk), VIRTIO_BLK_S_IOERR,
			  "status of a write at sector 0x%lx of 0x%lx", sectors[i], blk_capacity(d));
	}
	disk_expect_same(t, disk_read(t, d, 0, DISK_BLOCKS), before, DISK_BLOCKS * disk.block,
			 "the last blocks are as before the refused writes");

	blk = disk_make(t, VIRTIO_BLK_T_OUT, disk_sector(DISK_BLOCKS - 1), 2 * disk.block, false);
	random_fill(&t->random, blk.data, disk.block);
	harmless_data(t, d, 0, blk.data + disk.block);
	expect_eq(t, disk_send_wrong(t, d, &blk), VIRTIO_BLK_S_IOERR,
		  "status of a write that starts in the last block and ends behind it");
	if (!memcmp(disk_read(t, d, DISK_BLOCKS - 1, 1), blk.data, disk.block))
		info(t, "of a write that was refused for its end, the part before the end was written");
}

/* ---- data (5.2.6) ---- */

/* Breaks: an offset that is off by one block, or blocks that are swapped. (Each block holds another pattern.) */
CHECK(round_trip, "blk.round-trip", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS), "What was written is read back")
{
	const uint8_t *wrote, *read;

	disk_open_writable(t, d, blk_plain_features());
	wrote = disk_write_pattern(t, d, 0, DISK_BLOCKS);
	read = disk_read(t, d, 0, DISK_BLOCKS);
	disk_expect_same(t, read, wrote, DISK_BLOCKS * disk.block, "one read of what one write has written");
	for (unsigned i = 0; i < DISK_BLOCKS; i++)
		disk_expect_same(t, disk_read(t, d, i, 1), wrote + i * disk.block, disk.block,
				 "a block read by itself");
	wrote = disk_write_pattern(t, d, 5, 1);
	disk_expect_same(t, disk_read(t, d, 5, 1), wrote, disk.block, "a block written by itself");
	disk_expect_same(t, disk_read(t, d, 4, 1), read + 4 * disk.block, disk.block, "the block before it");
	disk_expect_same(t, disk_read(t, d, 6, 1), read + 6 * disk.block, disk.block, "the block behind it");
}

static uint64_t sum_of(struct run *t, struct device *d, uint64_t sector)
{
	struct blk_request blk = disk_make(t, VIRTIO_BLK_T_IN, sector, disk.block, true);
	uint64_t sum = 0;

	disk_require_served(t, d, disk_send(t, d, &blk, NULL), sector, disk.block, NULL, "a read");
	for (uint32_t i = 0; i < disk.block; i++)
		sum = (sum << 7 | sum >> 57) + blk.data[i];
	return sum;
}

/* Word `number` of a disk with the content that touchstone.disk promises (docs/environment.md). */
static uint64_t promised_word(uint64_t number)
{
	uint64_t word = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

/*
 * Reads of what nobody has written, at places where a bit of the sector number changes.
 *
 * Breaks: a sector is kept elsewhere than its number says. What is written is read back all the same. Symptom: a disk
 * that another VMM wrote is damaged.
 */
CHECK(content_in_place, "blk.content-in-place", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .requests = true, .entries = DISK_DESCRIPTORS),
      "Each sector holds what the disk is known to hold there")
{
	enum { BITS = 40, UNIT_MAX = 128, LARGE = DISK_LARGE_BYTES / VIRTIO_BLK_SECTOR };
	uint32_t unit = 1, spared;

	if (!t->disk)
		skip(t, "what the disk holds is not known");
	disk_start(t, d, blk_plain_features());
	if (device_offers(d, VIRTIO_BLK_F_BLK_SIZE))
		unit = config_read(&d->transport, VIRTIO_BLK_CONFIG_BLK_SIZE, 4) / VIRTIO_BLK_SECTOR;
	if (!unit || unit > UNIT_MAX)
		skip(t, "a logical block of %u sectors", unit);
	spared = DISK_BLOCKS * unit > LARGE ? DISK_BLOCKS * unit : LARGE;
	if (blk_capacity(d) < unit + spared)
		skip(t, "the disk is too small: %lu sectors", blk_capacity(d));
	for (unsigned bit = 0; bit < 2 * BITS; bit++) {
		/* 0, 1, 1, 2, 3, 4, 7, 8 ... blocks from the start; the last blocks of the disk are for checks that
		 * write. */
		uint64_t first = ((UINT64_C(1) << bit / 2) - !(bit & 1)) * unit;
		struct blk_request blk;

		if (first + unit + spared > blk_capacity(d))
			break;
		blk = disk_make(t, VIRTIO_BLK_T_IN, first, unit * VIRTIO_BLK_SECTOR, true);
		disk_require_served(t, d, disk_send(t, d, &blk, NULL), first, unit * VIRTIO_BLK_SECTOR, NULL,
				    "a read of what nobody wrote");
		for (uint32_t at = 0; at < unit * VIRTIO_BLK_SECTOR; at += sizeof(uint64_t)) {
			uint64_t word, want = promised_word((first * VIRTIO_BLK_SECTOR + at) / sizeof(word));

			memcpy(&word, blk.data + at, sizeof(word));
			if (!expect(t, word == want, "byte %u of sector %lu begins the word 0x%lx: it is 0x%lx",
				    at % VIRTIO_BLK_SECTOR, first + at / VIRTIO_BLK_SECTOR, want, word))
				return;
		}
	}
}

/*
 * Breaks: sector numbers lose high bits, for instance because byte offsets have 32 bits. Symptom: on a disk over 4 GiB,
 * a write near the end overwrites the beginning. (The check looks at places that differ from the written one in one bit
 * of the sector number, or by eighths of the disk.)
 */
CHECK(writes_stay, "blk.writes-stay", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS), "A write changes no other place of the disk")
{
	enum { EIGHTHS = 8, MOST = 64 + EIGHTHS };
	uint64_t sectors[MOST], sums[MOST], step;
	unsigned count = 0;

	disk_open_writable(t, d, blk_plain_features());
	for (step = disk.sectors; step <= disk.first; step *= 2)
		sectors[count++] = disk.first - step;
	for (unsigned i = 1; i < EIGHTHS; i++) {
		sectors[count] = (disk.first + i * (disk.end / EIGHTHS)) % disk.end / disk.sectors * disk.sectors;
		count += sectors[count] < disk.first;
	}
	for (unsigned i = 0; i < count; i++)
		sums[i] = sum_of(t, d, sectors[i]);
	disk_write_pattern(t, d, 0, DISK_BLOCKS);
	for (unsigned i = 0; i < count; i++)
		if (!expect(t, sum_of(t, d, sectors[i]) == sums[i], "sector 0x%lx is as before a write at sector 0x%lx",
			    sectors[i], disk.first))
			break;
	expect(t, count, "there is another place on the disk");
}

/* Breaks: data lasts only until the next reset. Symptom: a guest that reboots loses it. */
CHECK(data_outlives_reset, "blk.data-outlives-reset", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS), "What was written is read back after a reset")
{
	const uint8_t *wrote;

	disk_open_writable(t, d, blk_plain_features());
	wrote = disk_write_pattern(t, d, 3, 2);
	if (device_accepted(d, VIRTIO_BLK_F_FLUSH))
		expect_eq(t, disk_status_of(t, d, VIRTIO_BLK_T_FLUSH, 0, 0, false), VIRTIO_BLK_S_OK,
			  "status of a flush");
	disk_start(t, d, blk_plain_features());
	disk_expect_same(t, disk_read(t, d, 3, 2), wrote, 2 * disk.block, "two blocks after a reset");
}

/*
 * Breaks: a sector inside a larger logical block is refused, or it is taken for the block of that number. (5.2.5:
 * blk_size "does not affect the units used in the protocol (always 512 bytes)".)
 */
CHECK(sector_units, "blk.sector-units", REQ("blk-desc-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_BLK_SIZE)),
      "A single sector can be read whatever the size of a logical block")
{
	struct blk_request whole, blk;

	if (blk_block(d) == VIRTIO_BLK_SECTOR)
		skip(t, "a logical block is one sector");
	if (blk_capacity(d) < blk_block(d) / VIRTIO_BLK_SECTOR)
		skip(t, "the disk has no whole block");
	disk_start(t, d, blk_plain_features());
	whole = disk_make(t, VIRTIO_BLK_T_IN, 0, blk_block(d), true);
	disk_require_served(t, d, disk_send(t, d, &whole, NULL), 0, blk_block(d), NULL, "a read of the first block");
	blk = disk_make(t, VIRTIO_BLK_T_IN, 1, VIRTIO_BLK_SECTOR, true);
	require_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_OK,
		   "status of a read of sector 1, with logical blocks of %u bytes", blk_block(d));
	disk_expect_same(t, blk.data, whole.data + VIRTIO_BLK_SECTOR, VIRTIO_BLK_SECTOR, "sector 1");
}

/* ---- framing (2.7.4): a request is a run of bytes, wherever the descriptors cut it ---- */

/*
 * Cuts `total` bytes at the offsets `cuts`, which are in rising order; offsets at the ends and repeated ones make no
 * piece.
 */
static void add_pieces(struct run *t, struct pieces *pieces, const uint8_t *bytes, uint32_t total, const uint32_t *cuts,
		       unsigned count, bool writable)
{
	uint32_t from = 0;

	for (unsigned i = 0; i <= count; i++) {
		uint32_t to = i < count ? cuts[i] : total;

		if (to > from && to <= total) {
			disk_add_piece(t, pieces, bytes ? bytes + from : NULL, to - from, writable, 1, 0);
			from = to;
		}
	}
}

static void send_pieces(struct run *t, struct device *d, struct pieces *pieces)
{
	struct virtqueue *queue = device_request_queue(d);

	for (unsigned i = 0; i < pieces->count; i++)
		step(t, "%s piece of %u bytes", pieces->segments[i].writable ? "writable" : "readable",
		     pieces->segments[i].size);
	disk_add(t, queue, pieces);
	virtqueue_kick(queue);
	take_used(t, queue, "a request in pieces");
}

/* How many pieces the data may have, besides the header and the status. */
static unsigned most_pieces(struct run *t, struct device *d)
{
	unsigned most = 12;

	if (blk_size_max(d) < sizeof(struct virtio_blk_header) + blk_block(d))
		skip(t, "size_max is smaller than a logical block and its header");
	if (blk_seg_max(d) < most)
		most = blk_seg_max(d);
	if (most > device_request_queue(d)->size - 2u)
		most = device_request_queue(d)->size - 2u;
	return most;
}

/* Reads the first scratch block with header and data cut at these offsets, and compares. */
static void read_in_pieces(struct run *t, struct device *d, const uint32_t *header_cuts, unsigned header_count,
			   const uint32_t *data_cuts, unsigned data_count)
{
	uint8_t *answer = need_memory(t, dma_private(disk.block + 1));
	struct virtio_blk_header header = { .type = VIRTIO_BLK_T_IN, .sector = disk.first };
	struct pieces pieces = disk_pieces(t, REQUEST_SEGMENTS);

	add_pieces(t, &pieces, (const uint8_t *)&header, sizeof(header), header_cuts, header_count, false);
	add_pieces(t, &pieces, NULL, disk.block + 1, data_cuts, data_count, true);
	((uint8_t *)pieces.segments[pieces.count - 1].data)[pieces.segments[pieces.count - 1].size - 1] =
		BLK_STATUS_UNWRITTEN;
	send_pieces(t, d, &pieces);
	disk_gather(&pieces, answer);
	if (answer[disk.block] == VIRTIO_BLK_S_IOERR)
		disk_medium(t, d, disk.first, disk.block, NULL);
	if (expect_eq(t, answer[disk.block], VIRTIO_BLK_S_OK,
		      "status of a read in %u pieces, the last byte of the last", pieces.count))
		disk_expect_same(t, answer, disk.saved, disk.block, "a read in pieces");
}

/* Breaks: the header is expected in one descriptor of 16 bytes, the first. */
CHECK(header_in_pieces, "blk.header-in-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 8), "The header of a request may be cut anywhere")
{
	static const uint32_t cuts[][5] = { { 8 }, { 4, 8 }, { 1 }, { 15 }, { 3, 6, 9, 11, 14 } };
	static const unsigned counts[] = { 1, 2, 1, 1, 5 };
	uint32_t status_cut;

	disk_open(t, d, blk_plain_features());
	status_cut = disk.block;
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		read_in_pieces(t, d, cuts[i], counts[i], &status_cut, 1);
}

/*
 * Breaks: the status is expected in a descriptor of one byte, the last. Symptom: it is written somewhere else, or the
 * read is a byte too long.
 */
CHECK(status_with_data, "blk.status-with-data", REQ("frame-01", "blk-desc-01"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 4), "Data and status of a read may share a descriptor")
{
	uint32_t cuts[2];
	unsigned most;

	disk_open(t, d, blk_plain_features());
	most = most_pieces(t, d);
	read_in_pieces(t, d, NULL, 0, NULL, 0);
	if (most < 2)
		return;
	cuts[0] = 1;
	read_in_pieces(t, d, NULL, 0, cuts, 1);
	cuts[0] = disk.block - 1;
	read_in_pieces(t, d, NULL, 0, cuts, 1);
	cuts[0] = disk.block / 2 + 1;
	cuts[1] = disk.block;
	read_in_pieces(t, d, NULL, 0, cuts, 2);
}

/* Breaks: what follows the header in its descriptor is lost, or taken from the second descriptor on. */
CHECK(header_with_data, "blk.header-with-data", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = DISK_DESCRIPTORS),
      "Header and data of a write may share a descriptor")
{
	static const uint32_t cuts[] = { 0, 8, 15, 17 }; /* 0: none; the last makes two segments with data */
	uint8_t *bytes;
	unsigned count = sizeof(cuts) / sizeof(cuts[0]);

	disk_open_writable(t, d, blk_plain_features());
	if (most_pieces(t, d) < 2)
		count--;
	bytes = need_memory(t, dma_private(sizeof(struct virtio_blk_header) + disk.block));
	*(struct virtio_blk_header *)bytes =
		(struct virtio_blk_header){ .type = VIRTIO_BLK_T_OUT, .sector = disk.first };
	for (unsigned i = 0; i < count; i++) {
		struct pieces pieces = disk_pieces(t, REQUEST_SEGMENTS);
		uint8_t status;

		random_fill(&t->random, bytes + sizeof(struct virtio_blk_header), disk.block);
		add_pieces(t, &pieces, bytes, sizeof(struct virtio_blk_header) + disk.block, &cuts[i], cuts[i] ? 1 : 0,
			   false);
		disk_add_piece(t, &pieces, NULL, 1, true, 1, 0);
		send_pieces(t, d, &pieces);
		disk_gather(&pieces, &status);
		if (status == VIRTIO_BLK_S_IOERR)
			disk_medium(t, d, disk.first, disk.block, bytes + sizeof(struct virtio_blk_header));
		if (expect_eq(t, status, VIRTIO_BLK_S_OK, "status of a write with the first cut at byte %u", cuts[i]))
			disk_expect_same(t, disk_read(t, d, 0, 1), bytes + sizeof(struct virtio_blk_header), disk.block,
					 "what was written in pieces");
	}
}

/* `count` random places in 1 .. total - 1, in rising order. */
static void random_cuts(struct run *t, uint32_t *cuts, unsigned count, uint32_t total)
{
	for (unsigned i = 0; i < count; i++) {
		uint32_t cut = 1 + random_below(&t->random, total - 1);
		unsigned at = i;

		for (; at > 0 && cuts[at - 1] > cut; at--)
			cuts[at] = cuts[at - 1];
		cuts[at] = cut;
	}
}

/*
 * Breaks: pieces of odd sizes. Their sum is right, but some are rounded to sectors, or a bounce buffer mixes them up;
 * or there are more than the device has room for. (On the legacy layout only the data may be cut: 5.2.6.4.)
 */
CHECK(random_pieces, "blk.random-pieces", REQ("frame-01", "blk-desc-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4), "A read gives the same bytes however its buffer is cut")
{
	enum { ROUNDS = 16 };
	bool legacy = transport_is_legacy(&d->transport);
	uint32_t header_cut, cuts[16];
	unsigned most;

	disk_open(t, d, blk_plain_features());
	most = most_pieces(t, d);
	if (most < 2)
		skip(t, "the device takes one segment of data");
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned count = i == 0 && most > 3 ? most - 2 : 1 + random_below(&t->random, most < 4 ? 1 : most - 3);
		bool cut_header = !legacy && most > 3 && i % 2;

		random_cuts(t, cuts, count, disk.block);
		if (legacy)
			cuts[count++] = disk.block;
		random_cuts(t, &header_cut, 1, sizeof(struct virtio_blk_header));
		read_in_pieces(t, d, &header_cut, cut_header ? 1 : 0, cuts, count);
	}
}

/* ---- many at once ---- */

struct load {
	struct blk_request blk;
	unsigned block;	     /* of the blocks that checks may use */
	const uint8_t *data; /* what a read must give */
	bool done;
};

static struct load make_load(struct run *t, unsigned number, unsigned block)
{
	struct load load = { .block = block };

	switch (number % 5) {
	case 0:
	case 3:
		load.blk = disk_make(t, VIRTIO_BLK_T_IN, disk_sector(block), disk.block, true);
		load.data = disk.saved + block * disk.block;
		break;
	case 1:
		load.blk = disk_make(t, VIRTIO_BLK_T_OUT, disk_sector(block), disk.block, false);
		memcpy(load.blk.data, disk.saved + block * disk.block, disk.block);
		break;
	case 2:
		load.blk = disk_make(t, VIRTIO_BLK_T_FLUSH, 0, 0, false);
		break;
	default:
		load.blk = disk_make(t, DISK_UNDEFINED_TYPE, 0, disk.block, true);
		break;
	}
	return load;
}

/*
 * Breaks: requests of different speed overtake one another, and one is returned twice, another never; or answers are
 * mixed up.
 */
CHECK(mixed_load, "blk.mixed-load", REQ("blk-desc-09", "sring-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 16),
      "Of a virtqueue full of different requests each comes back exactly once, with its own answer")
{
	enum { MOST = 40, QUEUE = 128 };
	static struct load loads[MOST];
	struct virtqueue *queue = device_request_queue(d);
	unsigned count;

	disk_open_writable(t, d, blk_plain_features());
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, blk_plain_features()), "the features are accepted");
	require_ok(t, device_setup_queues(d, QUEUE), "the virtqueue is set up");
	device_go(d);
	virtqueue_shuffle(queue, &t->random);
	count = queue->size / DISK_DESCRIPTORS < MOST ? queue->size / DISK_DESCRIPTORS : MOST;
	for (unsigned i = 0; i < count; i++) {
		loads[i] = make_load(t, i, i % DISK_BLOCKS);
		if (virtqueue_add(queue, loads[i].blk.request.segments, loads[i].blk.request.count, NULL, &loads[i]) <
		    0)
			abort_check(t, "no room for request %u of %u", i, count);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < count; i++) {
		struct load *load;
		uint8_t want;

		load = take_used(t, queue, "one of many requests").token;
		load->done = true;
		want = load->blk.header->type == DISK_UNDEFINED_TYPE ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_OK;
		if (load->blk.header->type == VIRTIO_BLK_T_FLUSH && !device_accepted(d, VIRTIO_BLK_F_FLUSH))
			continue;
		expect_eq(t, *load->blk.status, want, "status of a request of type %u among %u others",
			  load->blk.header->type, count - 1);
		if (load->data)
			disk_expect_same(t, load->blk.data, load->data, disk.block, "a read among others");
	}
}

/* Breaks: a virtqueue that the driver may rely on does not exist. Symptom: the guest finds no disk. */
CHECK(queues_exist, "blk.virtqueues-exist", REQ("blk-desc-08"), DESCRIBED, NEEDS(.type = VIRTIO_ID_BLOCK),
      "There is one virtqueue without MQ, and with it there are num_queues")
{
	const bool many = device_offers(d, VIRTIO_BLK_F_MQ);

	for (unsigned mq = 0; mq <= many; mq++) {
		uint32_t count = 1;

		device_greet(d);
		need_ok(t, device_negotiate(d, mq ? disk_plain_and(VIRTIO_BLK_F_MQ) : blk_plain_features()));
		if (mq)
			count = config_read(&d->transport, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2);
		for (uint32_t i = 0; i < count && i < DEVICE_QUEUES_SCANNED; i++) {
			transport_select_queue(&d->transport, i);
			require(t, transport_queue_size_max(&d->transport), "virtqueue %u exists %s MQ", i,
				mq ? "with" : "without");
		}
		require_ok(t, device_reset(d), "the device resets");
	}
}

/* Breaks: only the first virtqueue is served, or they share their indices. */
CHECK(multiqueue, "blk.multiqueue", REQ("blk-desc-08"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_MQ)),
      "num_queues is at least 1, and all queues work")
{
	enum { MOST = 32, SIZE = 4 };
	static struct virtqueue queues[MOST];
	struct blk_request requests[MOST];
	uint32_t count, block = blk_block(d);

	device_greet(d);
	require_ok(t, device_negotiate(d, disk_plain_and(VIRTIO_BLK_F_MQ)), "MQ is accepted");
	count = config_read(&d->transport, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2);
	require(t, count >= 1, "num_queues is at least 1");
	if (count > MOST) {
		info(t, "of %u virtqueues the first %u are used", count, MOST);
		count = MOST;
	}
	if (blk_capacity(d) < block / VIRTIO_BLK_SECTOR)
		skip(t, "the disk has no whole block");
	if (transport_is_legacy(&d->transport))
		transport_set_page_size(&d->transport, 4096);
	for (uint16_t i = 0; i < count; i++)
		require_ok(t, device_setup_queue_in(d, &queues[i], i, SIZE), "virtqueue %u can be set up", i);
	device_go(d);
	if (queues[0].size < DISK_DESCRIPTORS)
		skip(t, "the virtqueue is too small for a request");
	for (unsigned i = 0; i < count; i++) {
		requests[i] = disk_make(t, VIRTIO_BLK_T_IN, 0, block, true);
		if (virtqueue_add(&queues[i], requests[i].request.segments, requests[i].request.count, NULL,
				  &requests[i]) < 0)
			abort_check(t, "no room for a request in virtqueue %u", i);
		virtqueue_publish(&queues[i]);
	}
	for (unsigned i = 0; i < count; i++)
		virtqueue_notify(&queues[i]);
	for (unsigned i = 0; i < count; i++) {
		take_used(t, &queues[i], "a request in one of several virtqueues");
		need_row(t, i || *requests[0].status == VIRTIO_BLK_S_OK, "blk-desc-12", "the first block can be read");
		expect_eq(t, *requests[i].status, VIRTIO_BLK_S_OK, "status of a read through virtqueue %u", i);
		disk_expect_same(t, requests[i].data, requests[0].data, block,
				 "the first block through another virtqueue");
	}
}

/* ---- read-only disks (5.2.6.2) ---- */

/*
 * Breaks: another status, or the data is written. (The offer of RO binds the device, so the check runs with and without
 * RO accepted.)
 */
CHECK(read_only, "blk.read-only", REQ("blk-op-02", "blk-op-03"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_RO)),
      "A write to a disk that offers RO ends with IOERR and changes nothing")
{
	for (unsigned accepted = 0; accepted < 2; accepted++) {
		struct features features = blk_plain_features();
		struct blk_request blk;

		disk_open(t, d, accepted ? features : features_without(features, VIRTIO_BLK_F_RO));
		blk = disk_make(t, VIRTIO_BLK_T_OUT, disk.first, disk.block, false);
		for (uint32_t i = 0; i < disk.block; i++)
			blk.data[i] = (uint8_t)~disk.saved[i];
		expect_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_IOERR, "status of a write, RO %s",
			  accepted ? "accepted" : "not accepted");
		disk_expect_same(t, disk_read(t, d, 0, 1), disk.saved, disk.block, "the block after the refused write");
	}
}

/* ---- discard, write zeroes, secure erase (5.2.6) ---- */

static uint8_t send_ranges(struct run *t, struct device *d, uint32_t type, const struct virtio_blk_range *ranges,
			   unsigned count)
{
	struct blk_request blk = disk_make(t, type, 0, count * sizeof(*ranges), false);

	memcpy(blk.data, ranges, count * sizeof(*ranges));
	return disk_send_wrong(t, d, &blk);
}

static struct virtio_blk_range range_of(unsigned block, unsigned blocks, uint32_t flags)
{
	return (struct virtio_blk_range){
		.sector = disk_sector(block),
		.sectors = blocks * disk.sectors,
		.flags = flags,
	};
}

/* SKIPs if the limit in the configuration space is below `blocks` blocks. */
static void need_range(struct run *t, struct device *d, uint32_t limit_field, unsigned blocks)
{
	uint32_t limit = config_read(&d->transport, limit_field, 4);

	if (limit < blocks * disk.sectors)
		skip(t, "the device takes at most %u sectors at a time", limit);
}

static void expect_unknown_flags(struct run *t, struct device *d, uint32_t type, unsigned first_bit,
				 uint32_t ranges_field)
{
	for (unsigned bit = first_bit; bit < 32; bit++) {
		struct virtio_blk_range range = range_of(0, 1, 1u << bit);

		expect_eq(t, send_ranges(t, d, type, &range, 1), VIRTIO_BLK_S_UNSUPP,
			  "status of a range with flag bit %u", bit);
	}
	if (config_read(&d->transport, ranges_field, 4) < 2)
		return;
	for (unsigned bit = first_bit; bit < 32; bit += 15) {
		const struct virtio_blk_range ranges[] = { range_of(0, 1, 0), range_of(0, 1, 1u << bit) };

		expect_eq(t, send_ranges(t, d, type, ranges, 2), VIRTIO_BLK_S_UNSUPP,
			  "status of two ranges, the second with flag bit %u", bit);
	}
}

/* Breaks: an unknown flag is ignored. Symptom: a later meaning ("do not deallocate") is silently not honoured. */
CHECK(discard_flags, "blk.discard-flags", REQ("blk-op-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard with an unknown flag gives UNSUPP")
{
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_DISCARD));
	expect_unknown_flags(t, d, VIRTIO_BLK_T_DISCARD, 1, VIRTIO_BLK_CONFIG_MAX_DISCARD_SEG);
}

/* Breaks: unmap is accepted, because a discard unmaps anyway. */
CHECK(discard_unmap, "blk.discard-unmap", REQ("blk-op-05"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard with the unmap flag gives UNSUPP")
{
	struct virtio_blk_range range;

	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_DISCARD));
	range = range_of(0, 1, VIRTIO_BLK_RANGE_UNMAP);
	expect_eq(t, send_ranges(t, d, VIRTIO_BLK_T_DISCARD, &range, 1), VIRTIO_BLK_S_UNSUPP,
		  "status of a discard with unmap");
}

/* Breaks: a discard is refused, or takes more than its range. Symptom: the guest loses a neighbouring file. */
CHECK(discard_range, "blk.discard-range", REQ("blk-desc-11"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard ends with OK and changes nothing outside its range")
{
	const uint8_t *wrote, *read;
	struct virtio_blk_range range;

	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_DISCARD));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, 4);
	wrote = disk_write_pattern(t, d, 0, DISK_BLOCKS);
	range = range_of(6, 4, 0);
	expect_eq(t, send_ranges(t, d, VIRTIO_BLK_T_DISCARD, &range, 1), VIRTIO_BLK_S_OK,
		  "status of a discard of 4 blocks");
	read = disk_read(t, d, 0, DISK_BLOCKS);
	disk_expect_same(t, read, wrote, 6 * disk.block, "the blocks before the discarded ones");
	disk_expect_same(t, read + 10 * disk.block, wrote + 10 * disk.block, (DISK_BLOCKS - 10) * disk.block,
			 "the blocks behind the discarded ones");
}

/* Breaks: an unknown flag is ignored, as for a discard. */
CHECK(write_zeroes_flags, "blk.write-zeroes-flags", REQ("blk-op-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes with an unknown flag gives UNSUPP")
{
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	expect_unknown_flags(t, d, VIRTIO_BLK_T_WRITE_ZEROES, 1, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG);
}

/* Zeroes blocks 4 to 7 with these flags and compares all blocks. */
static void expect_zeroed(struct run *t, struct device *d, uint32_t flags)
{
	const uint8_t *wrote, *read, *zeroes;
	struct virtio_blk_range range;

	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 4);
	zeroes = need_memory(t, dma_private(4 * disk.block));
	wrote = disk_write_pattern(t, d, 0, DISK_BLOCKS);
	range = range_of(4, 4, flags);
	require_eq(t, send_ranges(t, d, VIRTIO_BLK_T_WRITE_ZEROES, &range, 1), VIRTIO_BLK_S_OK,
		   "status of write zeroes");
	read = disk_read(t, d, 0, DISK_BLOCKS);
	disk_expect_same(t, read + 4 * disk.block, zeroes, 4 * disk.block, "the zeroed blocks");
	disk_expect_same(t, read, wrote, 4 * disk.block, "the blocks before the zeroed ones");
	disk_expect_same(t, read + 8 * disk.block, wrote + 8 * disk.block, (DISK_BLOCKS - 8) * disk.block,
			 "the blocks behind the zeroed ones");
}

/* Breaks: old data shows through, or more is zeroed than was asked for. */
CHECK(write_zeroes, "blk.write-zeroes", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "After write zeroes the range, and nothing else, reads as zeroes")
{
	expect_zeroed(t, d, 0);
}

/* Breaks: unmap only discards the range, on storage that does not read as zeroes afterwards. */
CHECK(write_zeroes_unmap, "blk.write-zeroes-unmap", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "After write zeroes with unmap the range, and nothing else, reads as zeroes")
{
	expect_zeroed(t, d, VIRTIO_BLK_RANGE_UNMAP);
}

/* Breaks: only the first range is looked at. */
CHECK(write_zeroes_ranges, "blk.write-zeroes-ranges", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes of several ranges zeroes all of them")
{
	const uint8_t *read, *zeroes;
	struct virtio_blk_range ranges[2];

	if (config_read(&d->transport, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG, 4) < 2)
		skip(t, "the device takes one range at a time");
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 2);
	zeroes = need_memory(t, dma_private(2 * disk.block));
	disk_write_pattern(t, d, 0, DISK_BLOCKS);
	ranges[0] = range_of(9, 2, 0);
	ranges[1] = range_of(2, 1, 0);
	require_eq(t, send_ranges(t, d, VIRTIO_BLK_T_WRITE_ZEROES, ranges, 2), VIRTIO_BLK_S_OK,
		   "status of write zeroes of two ranges");
	read = disk_read(t, d, 0, DISK_BLOCKS);
	disk_expect_same(t, read + 9 * disk.block, zeroes, 2 * disk.block, "the blocks of the first range");
	disk_expect_same(t, read + 2 * disk.block, zeroes, disk.block, "the block of the second range");
}

/* Breaks: an unknown flag is ignored, as for a discard. */
CHECK(secure_erase_flags, "blk.secure-erase-flags", REQ("blk-op-04"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_SECURE_ERASE)),
      "A secure erase with an unknown flag gives UNSUPP")
{
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_SECURE_ERASE));
	expect_unknown_flags(t, d, VIRTIO_BLK_T_SECURE_ERASE, 1, VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SEG);
}

static void expect_range_refused(struct run *t, struct device *d, uint32_t type)
{
	struct virtio_blk_range wrong[] = {
		{ .sector = disk.end, .sectors = disk.sectors },
		{ .sector = disk.end - disk.sectors, .sectors = 2 * disk.sectors },
		{ .sector = disk.first + (1ull << 55), .sectors = disk.sectors },
		{ .sector = 0 - (uint64_t)disk.sectors, .sectors = disk.sectors },
	};

	for (unsigned i = blk_capacity(d) % disk.sectors ? 1 : 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_eq(t, send_ranges(t, d, type, &wrong[i], 1), VIRTIO_BLK_S_IOERR,
			  "status of %u sectors from 0x%lx on, of 0x%lx", wrong[i].sectors, wrong[i].sector,
			  blk_capacity(d));
	/* The second range includes the last block, which the device may have changed. */
	disk_expect_same(t, disk_read(t, d, 0, DISK_BLOCKS - 1), disk.saved, (DISK_BLOCKS - 1) * disk.block,
			 "all saved blocks but the last, after the refused ranges");
}

/* Breaks: sector + num_sectors overflows, and the start of the disk is discarded. (No driver should ask for this.) */
CHECK(discard_beyond_end, "blk.discard-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard beyond the capacity ends with IOERR")
{
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_DISCARD));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, 2);
	expect_range_refused(t, d, VIRTIO_BLK_T_DISCARD);
}

/* Breaks: sector + num_sectors overflows, and the start of the disk is zeroed. (No driver should ask for this.) */
CHECK(write_zeroes_beyond_end, "blk.write-zeroes-beyond-end", REQ("blk-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes beyond the capacity ends with IOERR")
{
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_WRITE_ZEROES));
	need_range(t, d, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 2);
	expect_range_refused(t, d, VIRTIO_BLK_T_WRITE_ZEROES);
}

/* A device that fails to read a block, and does not if the sector is in the other byte order, is at fault. */
static void expect_native_header(struct run *t, struct device *d)
{
	const uint64_t sector = blk_block(d) / VIRTIO_BLK_SECTOR;
	uint8_t status;

	disk_start(t, d, blk_plain_features());
	if (blk_capacity(d) < 2 * sector)
		skip(t, "the disk has a single block");
	status = disk_status_of(t, d, VIRTIO_BLK_T_IN, sector, blk_block(d), true);
	if (status == VIRTIO_BLK_S_OK)
		return;
	disk_start(t, d, blk_plain_features());
	expect(t, disk_status_of(t, d, VIRTIO_BLK_T_IN, swap64(sector), blk_block(d), true) != VIRTIO_BLK_S_OK,
	       "a sector is taken in the byte order of the guest");
}

/* Breaks: the header is read in the byte order of the device's own machine, so that only reads of sector 0 work. */
CHECK(legacy_header, "blk.legacy-header-native-endian", REQ("blk-leg-05"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 1, .entries = DISK_DESCRIPTORS),
      "Type and sector of a legacy request are taken in the byte order of the guest")
{
	const uint8_t *wrote;

	expect_native_header(t, d);
	disk_open_writable(t, d, blk_plain_features());
	wrote = disk_write_pattern(t, d, 0, 1);
	disk_expect_same(t, disk_read(t, d, 0, 1), wrote, disk.block, "a block after it was written");
}
