// SPDX-License-Identifier: BSD-2-Clause
/*
 * Block device (5.2.4 to 5.2.6): the limits that it announces, discard, write zeroes and secure erase up to these
 * limits, what a read-only disk refuses, the name. disk.h says how disks are kept safe from these checks.
 *
 * How block devices break: a limit is announced that the code behind it does not keep; only the first range of a
 * command is looked at; a command is acknowledged and does nothing. In the field: deleted secrets that can still be
 * read, or a file system that finds old data where it zeroed a table.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/disk.h"

/* ---- what is announced ---- */

static void expect_above_zero(struct run *t, struct device *d, unsigned feature, uint32_t field, const char *name)
{
	if (device_offers(d, feature))
		expect(t, config_read(&d->transport, field, 4), "%s is not 0", name);
}

/*
 * Breaks: a limit that was never filled in. Symptom: the guest never sends the command that was offered, or divides by
 * the limit.
 */
CHECK(limits_above_zero, "blk.limits-are-not-zero", REQ("blk-desc-14"), SHOULD, NEEDS(.type = VIRTIO_ID_BLOCK),
      "No limit of a feature that is offered is 0")
{
	static const struct {
		uint8_t feature, field;
		const char *name;
	} limits[] = {
		{ VIRTIO_BLK_F_SIZE_MAX, VIRTIO_BLK_CONFIG_SIZE_MAX, "size_max" },
		{ VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_CONFIG_SEG_MAX, "seg_max" },
		{ VIRTIO_BLK_F_BLK_SIZE, VIRTIO_BLK_CONFIG_BLK_SIZE, "blk_size" },
		{ VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, "max_discard_sectors" },
		{ VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_CONFIG_MAX_DISCARD_SEG, "max_discard_seg" },
		{ VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, "max_write_zeroes_sectors" },
		{ VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG, "max_write_zeroes_seg" },
		{ VIRTIO_BLK_F_SECURE_ERASE, VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SECTORS, "max_secure_erase_sectors" },
		{ VIRTIO_BLK_F_SECURE_ERASE, VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SEG, "max_secure_erase_seg" },
	};
	unsigned offered = 0;

	device_greet(d); /* a driver reads the configuration once it has set DRIVER (3.1.1) */
	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		offered += device_offers(d, limits[i].feature);
		expect_above_zero(t, d, limits[i].feature, limits[i].field, limits[i].name);
	}
	if (!offered)
		skip(t, "the device announces no limits");
}

/* Breaks: seg_max is taken from the host's storage, or from another queue size. Symptom: the guest's driver stops. */
CHECK(seg_max_fits, "blk.seg-max-fits-the-queue", REQ("blk-desc-14"), SHOULD,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_SEG_MAX)),
      "A header, seg_max segments and a status fit the virtqueue")
{
	uint32_t seg_max;

	device_greet(d);
	seg_max = config_read(&d->transport, VIRTIO_BLK_CONFIG_SEG_MAX, 4);
	expect(t, seg_max + 2ull <= d->queue_max[0], "seg_max %u and 2 are at most QueueSizeMax, %u", seg_max,
	       d->queue_max[0]);
}

/*
 * Breaks: fields in the wrong unit or order. Symptom: the guest aligns its partitions wrongly, and every write of the
 * file system costs two of the storage.
 */
CHECK(topology, "blk.topology-agrees", REQ("blk-desc-16"), SHOULD, NEEDS(.type = VIRTIO_ID_BLOCK),
      "Block size, topology and capacity agree with one another")
{
	struct transport *transport = &d->transport;
	const bool offered = device_offers(d, VIRTIO_BLK_F_TOPOLOGY);
	uint32_t block, exponent, offset, least, best;

	device_greet(d);
	block = device_offers(d, VIRTIO_BLK_F_BLK_SIZE) ? config_read(transport, VIRTIO_BLK_CONFIG_BLK_SIZE, 4)
							: VIRTIO_BLK_SECTOR;
	exponent = offered ? config_read(transport, VIRTIO_BLK_CONFIG_PHYSICAL_BLOCK_EXP, 1) : 0;
	offset = offered ? config_read(transport, VIRTIO_BLK_CONFIG_ALIGNMENT_OFFSET, 1) : 0;
	least = offered ? config_read(transport, VIRTIO_BLK_CONFIG_MIN_IO_SIZE, 2) : 0;
	best = offered ? config_read(transport, VIRTIO_BLK_CONFIG_OPT_IO_SIZE, 4) : 0;
	expect(t, block >= VIRTIO_BLK_SECTOR && !(block & (block - 1)), "blk_size %u is a power of 2 of at least 512",
	       block);
	expect(t, exponent < 24, "a physical block of 2^%u logical blocks is not absurd", exponent);
	expect(t, offset < 1u << (exponent < 24 ? exponent : 0) || !offset,
	       "alignment_offset %u is less than the 2^%u blocks of a physical block", offset, exponent);
	expect(t, !best || best >= least, "opt_io_size %u is at least min_io_size %u", best, least);
	if (device_offers(d, VIRTIO_BLK_F_GEOMETRY)) {
		const uint32_t cylinders = config_read(transport, VIRTIO_BLK_CONFIG_CYLINDERS, 2),
			       heads = config_read(transport, VIRTIO_BLK_CONFIG_HEADS, 1),
			       track = config_read(transport, VIRTIO_BLK_CONFIG_SECTORS, 1);

		expect(t, heads && track, "a geometry of %u heads and %u sectors has room", heads, track);
		expect(t, cylinders || blk_capacity(d) < (uint64_t)heads * track,
		       "there are cylinders on a disk of %lu sectors", blk_capacity(d));
	}
	if (block >= VIRTIO_BLK_SECTOR && blk_capacity(d) % (block / VIRTIO_BLK_SECTOR))
		info(t, "the capacity of %lu sectors is no whole number of blocks of %u bytes", blk_capacity(d), block);
}

/* ---- any request at all ---- */

/*
 * Breaks: every request ends with IOERR. (One sector that cannot be read is the medium's fault, and nothing says that a
 * medium works at all. So the check reads many places, and a failure is a warning.)
 */
CHECK(requests_succeed, "blk.reads-and-writes-succeed", REQ("blk-desc-12"), SHOULD,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "Reads all over the disk, and writes to its last blocks, end with OK")
{
	enum { PLACES = 16 };
	const uint32_t sectors = blk_block(d) / VIRTIO_BLK_SECTOR;
	const uint64_t blocks = blk_capacity(d) / sectors;
	unsigned read = 0, written = 0;

	if (!blocks)
		skip(t, "the disk has no whole block");
	disk_start(t, d, blk_plain_features());
	for (unsigned i = 0; i < PLACES; i++) {
		const uint64_t block = i + 1 < PLACES ? blocks / PLACES * i : blocks - 1;

		read += disk_status_of(t, d, VIRTIO_BLK_T_IN, block * sectors, blk_block(d), true) == VIRTIO_BLK_S_OK;
	}
	if (!expect(t, read > PLACES / 2, "of %u reads %u end with OK", PLACES, read) ||
	    device_offers(d, VIRTIO_BLK_F_RO) || blocks < DISK_BLOCKS)
		return;
	disk_open_writable(t, d, blk_plain_features());
	for (unsigned i = 0; i < DISK_BLOCKS; i++) {
		struct blk_request blk = disk_make(t, VIRTIO_BLK_T_OUT, disk_sector(i), disk.block, false);

		random_fill(&t->random, blk.data, disk.block);
		written += disk_send(t, d, &blk, NULL) == VIRTIO_BLK_S_OK;
	}
	expect(t, written > DISK_BLOCKS / 2, "of %u writes %u end with OK", DISK_BLOCKS, written);
}

/* ---- ranges ---- */

/* A command that takes ranges, and its limits. */
struct command {
	uint32_t type;
	uint8_t feature, sectors_field, ranges_field, alignment_field; /* 0: it has no alignment */
	const char *name;
};
static const struct command discard = { VIRTIO_BLK_T_DISCARD,
					VIRTIO_BLK_F_DISCARD,
					VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS,
					VIRTIO_BLK_CONFIG_MAX_DISCARD_SEG,
					VIRTIO_BLK_CONFIG_DISCARD_ALIGNMENT,
					"discard" },
			    write_zeroes = { VIRTIO_BLK_T_WRITE_ZEROES,
					     VIRTIO_BLK_F_WRITE_ZEROES,
					     VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS,
					     VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG,
					     0,
					     "write zeroes" },
			    secure_erase = { VIRTIO_BLK_T_SECURE_ERASE,
					     VIRTIO_BLK_F_SECURE_ERASE,
					     VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SECTORS,
					     VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SEG,
					     VIRTIO_BLK_CONFIG_SECURE_ERASE_ALIGNMENT,
					     "a secure erase" };

enum { RANGES_MAX = 256 };

/* Ranges of one request, in blocks of the area. */
struct ranges {
	unsigned count;
	struct {
		unsigned block, blocks;
		uint32_t flags;
	} at[RANGES_MAX];
};
static struct ranges ranges;

static void add_range(unsigned block, unsigned blocks, uint32_t flags)
{
	ranges.at[ranges.count].block = block;
	ranges.at[ranges.count].blocks = blocks;
	ranges.at[ranges.count++].flags = flags;
}

/* The most blocks of a range, and the most ranges, of what the device announces and the area allows. */
static unsigned most_blocks(struct device *d, const struct command *command)
{
	const uint32_t sectors = config_read(&d->transport, command->sectors_field, 4);

	return sectors / disk.sectors < disk.blocks ? sectors / disk.sectors : disk.blocks;
}

static unsigned most_ranges(struct device *d, const struct command *command)
{
	const uint32_t count = config_read(&d->transport, command->ranges_field, 4);

	return count < RANGES_MAX ? count : RANGES_MAX;
}

/*
 * The alignment of ranges in blocks. A device may refuse others, or leave out their ends, so the ranges of a check keep
 * it. SKIPs if the area is too small for that. The area starts at a multiple of it after this.
 */
static unsigned alignment(struct run *t, struct device *d, const struct command *command)
{
	const uint32_t sectors = command->alignment_field ? config_read(&d->transport, command->alignment_field, 4) : 0;
	const uint32_t unit = sectors > disk.sectors ? sectors / disk.sectors : 1;

	if (unit > disk.blocks / 16 || (sectors && sectors % disk.sectors && disk.sectors % sectors) ||
	    (sectors && disk.first % sectors))
		skip(t, "%s wants an alignment of %u sectors, for which the last blocks of the disk are too few",
		     command->name, sectors);
	return unit;
}

static uint8_t send(struct run *t, struct device *d, const struct command *command)
{
	struct blk_request blk =
		disk_make(t, command->type, 0, ranges.count * (uint32_t)sizeof(struct virtio_blk_range), false);
	struct virtio_blk_range *out = (void *)blk.data;

	for (unsigned i = 0; i < ranges.count; i++)
		out[i] = (struct virtio_blk_range){ .sector = disk_sector(ranges.at[i].block),
						    .sectors = ranges.at[i].blocks * disk.sectors,
						    .flags = ranges.at[i].flags };
	step(t, "%s of %u ranges, the first of %u blocks", command->name, ranges.count, ranges.at[0].blocks);
	return disk_send(t, d, &blk, NULL);
}

/* Does each block of a range hold what it should: anything for a discard, zeroes, or not what it held? */
static void expect_cleared(struct run *t, const struct command *command, unsigned block, const uint8_t *got)
{
	const uint8_t *held = disk.known + (size_t)block * disk.block;

	if (command == &write_zeroes)
		expect(t, memory_unlike(got, 0, disk.block) == disk.block, "block %u reads as zeroes", block);
	else if (command == &secure_erase)
		for (uint32_t at = 0; at < disk.block; at += VIRTIO_BLK_SECTOR)
			if (!expect(t, memcmp(got + at, held + at, VIRTIO_BLK_SECTOR),
				    "block %u does not hold any more what was erased", block))
				break;
}

/* Reads all blocks: those in the ranges are cleared, all others hold what they held. Then takes what is there. */
static bool look(struct run *t, struct device *d, const struct command *command)
{
	static bool inside[DISK_LARGE_BYTES / VIRTIO_BLK_SECTOR];
	uint8_t *read = need_memory(t, dma_private(disk.part * disk.block));
	const unsigned failures = t->failures;

	memset(inside, 0, sizeof(inside));
	for (unsigned i = 0; i < ranges.count; i++)
		for (unsigned j = 0; j < ranges.at[i].blocks; j++)
			inside[ranges.at[i].block + j] = true;
	for (unsigned from = 0; from < disk.blocks; from += disk.part) {
		disk_read_to(t, d, from, disk.part, read);
		for (unsigned i = 0; i < disk.part && t->failures == failures; i++) {
			uint8_t *known = disk.known + (size_t)(from + i) * disk.block;
			const uint8_t *got = read + (size_t)i * disk.block;

			if (inside[from + i])
				expect_cleared(t, command, from + i, got);
			else
				disk_expect_same(t, got, known, disk.block, "a block outside of the ranges");
			memcpy(known, got, disk.block);
		}
	}
	return t->failures == failures;
}

/* Sends the ranges, which must succeed, and looks at the disk. */
static bool clear(struct run *t, struct device *d, const struct command *command)
{
	const uint8_t status = send(t, d, command);

	if (!expect_eq(t, status, VIRTIO_BLK_S_OK, "status of %s of %u ranges, the first of %u blocks", command->name,
		       ranges.count, ranges.at[0].blocks))
		return false;
	return look(t, d, command);
}

static void open_for(struct run *t, struct device *d, const struct command *command, bool large)
{
	const struct features features = disk_plain_and(command->feature);

	if (large)
		disk_open_large_writable(t, d, features);
	else
		disk_open_writable(t, d, features);
	disk_know(t, d);
}

/* Ranges of several sizes at several places, alone and together, at the ends of the area and side by side. */
static void try_places(struct run *t, struct device *d, const struct command *command, uint32_t flags)
{
	static const struct {
		uint8_t count, at[4][2];
	} places[] = {
		{ 1, { { 0, 1 } } },
		{ 1, { { 15, 1 } } },
		{ 1, { { 3, 5 } } },
		{ 2, { { 9, 2 }, { 2, 1 } } },
		{ 2, { { 4, 2 }, { 6, 2 } } },
		{ 3, { { 1, 1 }, { 7, 1 }, { 13, 2 } } },
		{ 4, { { 12, 1 }, { 0, 2 }, { 8, 1 }, { 5, 1 } } },
	};
	const unsigned unit = alignment(t, d, command), most = most_blocks(d, command);
	unsigned tried = 0;

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bool fits = places[i].count <= most_ranges(d, command);

		ranges.count = 0;
		for (unsigned j = 0; j < places[i].count; j++) {
			add_range(places[i].at[j][0] * unit, places[i].at[j][1] * unit, j % 2 ? 0 : flags);
			fits = fits && places[i].at[j][1] * unit <= most &&
			       (places[i].at[j][0] + places[i].at[j][1]) * unit <= disk.blocks;
		}
		if (!fits)
			continue;
		tried++;
		disk_know(t, d);
		if (!clear(t, d, command))
			return;
	}
	if (!tried)
		skip(t, "the device takes at most %u blocks at a time", most);
}

/* As many sectors in one range, then as many ranges, as the device announces and the area holds. */
static void try_limits(struct run *t, struct device *d, const struct command *command, uint32_t flags)
{
	static const uint8_t less[] = { 0, 15, 9, 5 }; /* sixteenths; 0: all of it */
	const unsigned unit = alignment(t, d, command);
	unsigned most = most_blocks(d, command), count = most_ranges(d, command);

	if (!most || !count)
		skip(t, "a limit is 0 (blk-desc-14)");
	if (most > disk.blocks - 2 * unit)
		most = disk.blocks - 2 * unit; /* with a neighbour on each side */
	most = most / unit * unit;
	for (unsigned i = 0; most && i < sizeof(less) / sizeof(less[0]); i++) {
		/* the limit, then sizes below it that are no power of two */
		const unsigned blocks = less[i] ? most * less[i] / 16 / unit * unit : most;

		ranges.count = 0;
		add_range(unit, blocks ? blocks : unit, flags);
		if (!clear(t, d, command))
			return;
		disk_know(t, d);
	}
	if (count > disk.blocks / (2 * unit))
		count = disk.blocks / (2 * unit);
	ranges.count = 0;
	for (unsigned i = 0; i < count; i++)
		add_range(2 * unit * (count - 1 - i), unit, i % 3 ? flags : 0);
	if (clear(t, d, command))
		info(t, "%s: a range of %u blocks, %u ranges; the device announces %u and %u", command->name, most,
		     count, config_read(&d->transport, command->sectors_field, 4) / disk.sectors,
		     config_read(&d->transport, command->ranges_field, 4));
}

/* Breaks: a range is taken for its neighbour, or one of several is. Symptom: the guest loses files. */
CHECK(discard_places, "blk.discard-of-several-ranges", REQ("blk-desc-11"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "Discards of one and of several ranges end with OK and change nothing outside of them")
{
	open_for(t, d, &discard, false);
	try_places(t, d, &discard, 0);
}

/* Breaks: the limits that are announced are those of the host's storage, not of the code between. */
CHECK(discard_limits, "blk.discard-to-the-limits", REQ("blk-desc-13", "blk-desc-11"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_DISCARD)),
      "A discard may have max_discard_sectors in a range, and max_discard_seg ranges")
{
	open_for(t, d, &discard, true);
	try_limits(t, d, &discard, 0);
}

/* Breaks: only some ranges are zeroed, or more than they say. */
CHECK(write_zeroes_places, "blk.write-zeroes-of-several-ranges", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes of one and of several ranges zeroes these, and nothing else")
{
	open_for(t, d, &write_zeroes, false);
	try_places(t, d, &write_zeroes, 0);
}

/* Breaks: unmap of the first range counts for all, or ranges with unmap are only discarded. */
CHECK(write_zeroes_mixed, "blk.write-zeroes-with-and-without-unmap", REQ("blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes of several ranges, some with unmap, zeroes these, and nothing else")
{
	open_for(t, d, &write_zeroes, false);
	try_places(t, d, &write_zeroes, VIRTIO_BLK_RANGE_UNMAP);
}

/* Breaks: the limits that are announced are those of the host's storage, not of the code between. */
CHECK(write_zeroes_limits, "blk.write-zeroes-to-the-limits", REQ("blk-desc-13", "blk-op-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "Write zeroes may have max_write_zeroes_sectors in a range, and max_write_zeroes_seg ranges")
{
	open_for(t, d, &write_zeroes, true);
	try_limits(t, d, &write_zeroes, VIRTIO_BLK_RANGE_UNMAP);
}

/* Breaks: an erase is acknowledged and does nothing, or takes neighbours along. Symptom: deleted secrets stay. */
CHECK(secure_erase_places, "blk.secure-erase", REQ("blk-desc-15"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_SECURE_ERASE)),
      "A secure erase ends with OK, what its ranges held is gone, and nothing else is changed")
{
	open_for(t, d, &secure_erase, false);
	try_places(t, d, &secure_erase, 0);
}

/* Breaks: the limits that are announced are those of the host's storage, not of the code between. */
CHECK(secure_erase_limits, "blk.secure-erase-to-the-limits", REQ("blk-desc-13", "blk-desc-15"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_SECURE_ERASE)),
      "A secure erase may have max_secure_erase_sectors in a range, and max_secure_erase_seg ranges")
{
	open_for(t, d, &secure_erase, true);
	try_limits(t, d, &secure_erase, 0);
}

/*
 * Breaks: the ranges are expected in one descriptor, or each in a whole one. Symptom: a driver that builds them in
 * pieces discards the wrong sectors.
 */
CHECK(ranges_in_pieces, "blk.ranges-in-pieces", REQ("frame-01", "blk-op-06"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = 8, .features = OFFERS(VIRTIO_BLK_F_WRITE_ZEROES)),
      "The ranges of write zeroes may be cut anywhere, and may share a descriptor with the header")
{
	enum {
		HEADER = sizeof(struct virtio_blk_header),
		RANGE = sizeof(struct virtio_blk_range),
		BYTES = HEADER + 2 * RANGE
	};
	static const uint8_t cuts[][2] = { { 16, 32 }, { 16, 24 }, { 17, 40 }, { 16, 31 },
					   { 20, 33 }, { 48, 48 }, { 8, 36 } };
	struct virtqueue *queue;

	open_for(t, d, &write_zeroes, false);
	if (most_ranges(d, &write_zeroes) < 2 || most_blocks(d, &write_zeroes) < 2)
		skip(t, "the device takes one range at a time");
	if (blk_seg_max(d) < 3 || blk_size_max(d) < BYTES)
		skip(t, "seg_max or size_max is too small");
	queue = device_request_queue(d);
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		const uint32_t ends[] = { cuts[i][0], cuts[i][1], BYTES };
		struct pieces pieces = disk_pieces(t, 4);
		uint8_t bytes[BYTES];
		struct virtio_blk_range range[2];
		volatile uint8_t *status;

		ranges.count = 0;
		add_range(3, 1, 0);
		add_range(9, 2, 0);
		for (unsigned j = 0; j < 2; j++)
			range[j] = (struct virtio_blk_range){ .sector = disk_sector(ranges.at[j].block),
							      .sectors = ranges.at[j].blocks * disk.sectors };
		memcpy(bytes, &(struct virtio_blk_header){ .type = VIRTIO_BLK_T_WRITE_ZEROES }, HEADER);
		memcpy(bytes + HEADER, range, sizeof(range));
		for (uint32_t at = 0, j = 0; j < 3; at = ends[j++])
			if (ends[j] > at)
				disk_add_piece(t, &pieces, bytes + at, ends[j] - at, false, 1, 0);
		status = disk_add_piece(t, &pieces, NULL, 1, true, 1, 0);
		*status = BLK_STATUS_UNWRITTEN;
		step(t, "cut at bytes %u and %u", ends[0], ends[1]);
		disk_add(t, queue, &pieces);
		virtqueue_kick(queue);
		take_used(t, queue, "write zeroes in pieces");
		if (!expect_eq(t, *status, VIRTIO_BLK_S_OK, "status of write zeroes cut at bytes %u and %u", ends[0],
			       ends[1]) ||
		    !look(t, d, &write_zeroes))
			return;
		disk_know(t, d);
	}
}

/* ---- the cache ---- */

/* Breaks: what is in the cache is dropped when the driver switches it off. Symptom: data is lost without a crash. */
CHECK(writeback_keeps_data, "blk.data-outlives-a-switch-of-the-cache", REQ("blk-desc-06", "blk-desc-10"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .version = 2, .entries = DISK_DESCRIPTORS,
	    .features = OFFERS_BOTH(VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH)),
      "Blocks that were written are read back after writeback was changed")
{
	disk_open_writable(t, d, disk_plain_and(VIRTIO_BLK_F_CONFIG_WCE));
	for (unsigned i = 0; i < 4; i++) {
		disk_know(t, d);
		config_write(&d->transport, VIRTIO_BLK_CONFIG_WRITEBACK, 1, i & 1);
		disk_expect_known(t, d, 0, DISK_BLOCKS, "blocks after writeback was changed");
	}
}

/* ---- read-only disks ---- */

/*
 * Breaks: only writes are refused, and a discard or an erase goes through. Symptom: a guest destroys the image that it
 * shares with others.
 */
CHECK(read_only_commands, "blk.read-only-refuses-every-change", REQ("blk-op-03", "blk-op-02"), MUST,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS, .features = OFFERS(VIRTIO_BLK_F_RO)),
      "A disk that offers RO refuses writes of any size, write zeroes and secure erase, and changes nothing")
{
	static const struct command *const commands[] = { &discard, &write_zeroes, &secure_erase };
	static const uint8_t writes[][2] = { { 0, 1 }, { 7, 1 }, { 15, 1 }, { 0, 16 }, { 3, 8 } }; /* block, blocks */
	bool refused;

	disk_open(t, d, blk_plain_features());
	disk.known = disk.saved;
	for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		struct blk_request blk =
			disk_make(t, VIRTIO_BLK_T_OUT, disk_sector(writes[i][0]), writes[i][1] * disk.block, false);

		for (uint32_t j = 0; j < writes[i][1] * disk.block; j++)
			blk.data[j] = (uint8_t)~disk.saved[writes[i][0] * disk.block + j];
		expect_eq(t, disk_send(t, d, &blk, NULL), VIRTIO_BLK_S_IOERR, "status of a write of %u blocks",
			  writes[i][1]);
	}
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!device_offers(d, commands[i]->feature))
			continue;
		disk_open(t, d, disk_plain_and(commands[i]->feature));
		ranges.count = 0;
		add_range(2, 3, 0);
		refused = send(t, d, commands[i]) != VIRTIO_BLK_S_OK;
		/* A discard is a hint: a disk may accept it and keep what it has. */
		expect(t, refused || commands[i] == &discard, "%s is refused", commands[i]->name);
	}
	disk_expect_known(t, d, 0, DISK_BLOCKS, "a read-only disk after everything that it refused");
}

/* ---- requests that no driver must send (robustness) ---- */

/* A request: sizes of header, readable data, writable data and status; 0: none. */
struct odd {
	uint32_t type;
	uint16_t header, readable, writable, status;
	const char *what;
};

/* Sends it, gives the device time to act, and looks at what it may not write. */
static void send_odd(struct run *t, struct device *d, const struct odd *odd)
{
	const struct virtio_blk_header header = { .type = odd->type,
						  .sector = odd->type <= VIRTIO_BLK_T_OUT ? disk.first : 0 };
	struct virtqueue *queue;
	struct pieces pieces = disk_pieces(t, 4);
	const uint8_t *readable = NULL;

	disk_start(t, d, blk_plain_features());
	queue = device_request_queue(d);
	step(t, "%s", odd->what);
	if (odd->header)
		disk_add_piece(t, &pieces, (const uint8_t *)&header, odd->header, false, 8, 0);
	if (odd->readable)
		readable = disk_add_piece(t, &pieces, NULL, odd->readable, false, 8, 0);
	if (odd->writable)
		disk_add_piece(t, &pieces, NULL, odd->writable, true, 8, 0);
	if (odd->status)
		disk_add_piece(t, &pieces, NULL, odd->status, true, 8, 0);
	disk_add(t, queue, &pieces);
	virtqueue_kick(queue);
	(void)WAIT_UNTIL(virtqueue_used_waiting(queue) ||
				 transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET,
			 MICROSECONDS(500));
	if (readable)
		expect(t, memory_unlike(readable, DMA_FRESH_BYTE, odd->readable) == odd->readable,
		       "%s: the device-readable data is as it was", odd->what);
}

/*
 * Breaks: a length is computed without a look at what is there, and wraps around; a pointer into a header that is too
 * short; data of a read in memory that the device may only read. Symptom: a guest takes its VMM down, or gets out.
 */
CHECK(odd_requests, "blk.odd-requests", REQ("robust-blk-01"), ROBUST, NEEDS(.type = VIRTIO_ID_BLOCK, .entries = 4),
      "Requests of wrong lengths and directions do no harm")
{
	static const struct odd odds[] = {
		{ VIRTIO_BLK_T_IN, 16, 512, 0, 1, "a read with device-readable data" },
		{ VIRTIO_BLK_T_IN, 16, 512, 512, 1, "a read with data of both directions" },
		{ VIRTIO_BLK_T_IN, 16, 0, 0, 1, "a read of nothing" },
		{ VIRTIO_BLK_T_IN, 16, 0, 511, 1, "a read of 511 bytes" },
		{ VIRTIO_BLK_T_IN, 16, 0, 513, 1, "a read of 513 bytes" },
		{ VIRTIO_BLK_T_IN, 16, 0, 512, 4, "a read with a status of 4 bytes" },
		{ VIRTIO_BLK_T_IN, 16, 0, 0, 0, "a read without a status" },
		{ VIRTIO_BLK_T_IN, 8, 0, 512, 1, "half a header" },
		{ VIRTIO_BLK_T_IN, 15, 0, 512, 1, "a header of 15 bytes" },
		{ VIRTIO_BLK_T_IN, 1, 0, 0, 1, "a header of one byte" },
		{ VIRTIO_BLK_T_IN, 0, 0, 0, 1, "a status alone" },
		{ VIRTIO_BLK_T_IN, 0, 0, 512, 1, "no header" },
		{ VIRTIO_BLK_T_FLUSH, 16, 512, 0, 1, "a flush with data" },
		{ VIRTIO_BLK_T_FLUSH, 16, 0, 512, 1, "a flush with device-writable data" },
		{ VIRTIO_BLK_T_GET_ID, 16, 0, 0, 1, "GET_ID without room" },
		{ VIRTIO_BLK_T_GET_ID, 16, 0, 4, 1, "GET_ID with room for 4 bytes" },
		{ VIRTIO_BLK_T_GET_ID, 16, 0, 64, 1, "GET_ID with room for 64 bytes" },
		{ VIRTIO_BLK_T_GET_ID, 16, 20, 0, 1, "GET_ID with device-readable data" },
		{ VIRTIO_BLK_T_OUT, 16, 0, 0, 1, "a write of nothing" },
		{ VIRTIO_BLK_T_OUT, 16, 0, 512, 1, "a write with device-writable data" },
		{ VIRTIO_BLK_T_OUT, 16, 511, 0, 1, "a write of 511 bytes" },
		{ VIRTIO_BLK_T_OUT, 16, 513, 0, 1, "a write of 513 bytes" },
		{ VIRTIO_BLK_T_OUT, 16, 512, 0, 0, "a write without a status" },
	};

	disk_open(t, d, blk_plain_features());
	need_row(t, !device_do_request(d, 0), "blk-desc-12", "an ordinary request is served before");
	for (unsigned i = 0; i < sizeof(odds) / sizeof(odds[0]); i++) {
		enum driver_error error;

		if (odds[i].type == VIRTIO_BLK_T_OUT && device_offers(d, VIRTIO_BLK_F_RO))
			continue;
		send_odd(t, d, &odds[i]);
		error = device_start(d, NO_FEATURES);
		if (!error)
			error = device_do_request(d, 0);
		if (!expect(t, !error, "the device works again after %s and a reset: %s", odds[i].what,
			    driver_error_text(error)))
			return;
	}
}

/* ---- the name ---- */

/* Breaks: a name that is copied from a buffer of another size, or is made anew each time; a byte behind the 20. */
CHECK(get_id_again, "blk.get-id-stays-the-same", REQ("blk-desc-04"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_BLOCK, .entries = DISK_DESCRIPTORS),
      "GET_ID gives the same 20 bytes each time, wherever its buffer is cut and whatever it held")
{
	enum { BYTES = VIRTIO_BLK_ID_BYTES, TIMES = 6 };
	static const uint32_t cuts[TIMES] = { 0, 0, 1, 10, 19, 4 };
	const bool legacy = transport_is_legacy(&d->transport);
	uint8_t first[BYTES] = { 0 };

	disk_start(t, d, blk_plain_features());
	for (unsigned i = 0; i < TIMES; i++) {
		const struct virtio_blk_header header = { .type = VIRTIO_BLK_T_GET_ID };
		const unsigned parts =
			cuts[i] && !legacy && blk_seg_max(d) > 1 && device_request_queue(d)->size > 3 ? 2 : 1;
		struct pieces pieces = disk_pieces(t, 4);
		volatile uint8_t *status;
		uint8_t *data[2] = { 0 }, name[BYTES];

		if (blk_size_max(d) < BYTES)
			skip(t, "size_max is less than the 20 bytes of a name");
		disk_add_piece(t, &pieces, (const uint8_t *)&header, sizeof(header), false, 8, 0);
		for (unsigned j = 0; j < parts; j++) {
			const uint32_t size = parts == 1 ? BYTES : j ? BYTES - cuts[i] : cuts[i];

			data[j] = disk_add_piece(t, &pieces, NULL, size, true, 1, 0);
			memset(data[j], i % 2 ? 0xff : 0xee, size);
		}
		status = disk_add_piece(t, &pieces, NULL, 1, true, 1, 0);
		*status = BLK_STATUS_UNWRITTEN;
		disk_add(t, device_request_queue(d), &pieces);
		virtqueue_kick(device_request_queue(d));
		take_used(t, device_request_queue(d), "a request for the name");
		if (*status == VIRTIO_BLK_S_UNSUPP)
			skip(t, "the device has no name: UNSUPP");
		expect_eq(t, *status, VIRTIO_BLK_S_OK, "status of GET_ID, number %u", i + 1);
		pieces.count--; /* without the status */
		disk_gather(&pieces, name);
		if (!i)
			memcpy(first, name, BYTES);
		disk_expect_same(t, name, first, BYTES, "the name, asked again");
	}
}
