/* SPDX-License-Identifier: BSD-2-Clause */
/* The block device: 5.2. A request is a 16-byte header, data, and one status byte, the last writable one. */
#include "drivers/spec/blk.h"
#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/devices/blk_defects.h"
#include "model/features.h"
#include "model/live.h"
#include "model/oddities/odd.h"
#include "model/oddities/sizes.h"
#include "model/space.h"

enum {
	CONFIG_BYTES = 96,
	HEADER = MODEL_BLK_HEADER,
	RANGE = 16,
	RANGES_MAX = 16,	 /* max_discard_seg and the like */
	RANGE_SECTORS_MAX = 448, /* max_discard_sectors and the like */
	SEGMENTS_MAX = 254,
	SEGMENT_BYTES_MAX = 1 << 20,
	HEADS = 16,
	SECTORS_PER_TRACK = 63,
	CHUNK = 128, /* sectors; for a defect */
	PHYSICAL_BLOCK_EXP = 3,
	OPTIMAL_BLOCKS = 64,
	LIFETIME_BYTES = 6,
	GROWTH = 8,    /* sectors that a growing disk gets at once */
	GROWTHS = 512, /* until it has all */
	HOST_MANAGED = 1,
	HOST_AWARE = 2,
	LEGACY_FLUSH_OUT = 5, /* 5.2.6.3 */
};

static void put(struct model *m, unsigned feature, uint32_t offset, unsigned width, uint64_t value)
{
	if (model_offers(m, feature))
		model_config_put(m, offset, width, value);
}

static void put_capacity(struct model *m)
{
	uint64_t cylinders = m->sectors / (HEADS * SECTORS_PER_TRACK);

	model_config_put(m, VIRTIO_BLK_CONFIG_CAPACITY, 8, m->sectors);
	put(m, VIRTIO_BLK_F_GEOMETRY, VIRTIO_BLK_CONFIG_CYLINDERS, 2, model_min(cylinders, 65535));
}

/* With an oddity that changes the capacity the disk grows, now and then, up to its end. */
static bool grows(const struct model *m)
{
	return odd(m, config_changes_often) || odd(m, config_changes) || odd(m, config_changes_at_driver_ok) ||
	       odd(m, config_changes_with_answers);
}

static uint64_t capacity(const struct model *m)
{
	if (odd(m, blk_capacity_0) || odd(m, blk_capacity_1))
		return odd(m, blk_capacity_1);
	return m->config.blk.sectors - (grows(m) ? GROWTHS * GROWTH : 0);
}

static uint32_t seg_max(const struct model *m)
{
	/* The least that QueueSizeMax may become. */
	const uint16_t size = odd(m, queue_size_settles)       ? 64
			      : odd(m, queue_size_by_life)     ? 64
			      : odd(m, queue_size_by_features) ? 32
							       : model_queue_size_max(m, 0);
	const uint32_t room = size > 3 ? size - 2u : 1;

	if (odd(m, blk_seg_max_1) || odd(m, blk_seg_max_2) || odd(m, blk_seg_max_3))
		return odd(m, blk_seg_max_1) ? 1 : odd(m, blk_seg_max_2) ? 2 : 3;
	/* Two descriptors of such a chain hold header and status. */
	if (odd(m, chains_of_8) || odd(m, chains_of_16) || odd(m, chains_of_30))
		return (uint32_t)model_min(room, odd(m, chains_of_8) ? 6 : odd(m, chains_of_16) ? 14 : 28);
	return (uint32_t)model_min(room, SEGMENTS_MAX);
}

static uint32_t size_max(const struct model *m)
{
	if (odd(m, blk_size_max_largest))
		return UINT32_MAX;
	return odd(m, blk_size_max_512) ? 512 : odd(m, blk_size_max_4096) ? 4096 : SEGMENT_BYTES_MAX;
}

static uint32_t block_size(const struct model *m)
{
	return odd(m, blk_blocks_of_4096) ? 4096 : odd(m, blk_blocks_of_64k) ? 65536 : VIRTIO_BLK_SECTOR;
}

static void put_zones(struct model *m, bool shown)
{
	shown = shown && !odd(m, blk_drive_managed);
	put(m, VIRTIO_BLK_F_ZONED, VIRTIO_BLK_CONFIG_ZONE_SECTORS, 4, shown ? 64 : 0);
	put(m, VIRTIO_BLK_F_ZONED, VIRTIO_BLK_CONFIG_MAX_OPEN_ZONES, 4, shown ? 2 : 0);
	put(m, VIRTIO_BLK_F_ZONED, VIRTIO_BLK_CONFIG_MAX_ACTIVE_ZONES, 4, shown ? 2 : 0);
	put(m, VIRTIO_BLK_F_ZONED, VIRTIO_BLK_CONFIG_MAX_APPEND_SECTORS, 4, shown ? 16 : 0);
	put(m, VIRTIO_BLK_F_ZONED, VIRTIO_BLK_CONFIG_WRITE_GRANULARITY, 4, shown ? VIRTIO_BLK_SECTOR : 0);
	put(m, VIRTIO_BLK_F_ZONED, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1,
	    shown ? odd(m, blk_host_managed) ? HOST_MANAGED : HOST_AWARE : 0);
}

/* The fields that are the same for every disk. write_zeroes_may_unmap is 0, because this device never deallocates a
 * sector (5.2.6.2). */
static const struct {
	uint8_t feature, offset, width;
	uint32_t value;
} fields[] = {
	{ VIRTIO_BLK_F_GEOMETRY, VIRTIO_BLK_CONFIG_HEADS, 1, HEADS },
	{ VIRTIO_BLK_F_GEOMETRY, VIRTIO_BLK_CONFIG_SECTORS, 1, SECTORS_PER_TRACK },
	{ VIRTIO_BLK_F_TOPOLOGY, VIRTIO_BLK_CONFIG_PHYSICAL_BLOCK_EXP, 1, PHYSICAL_BLOCK_EXP },
	{ VIRTIO_BLK_F_TOPOLOGY, VIRTIO_BLK_CONFIG_MIN_IO_SIZE, 2, 1u << PHYSICAL_BLOCK_EXP },
	{ VIRTIO_BLK_F_TOPOLOGY, VIRTIO_BLK_CONFIG_OPT_IO_SIZE, 4, OPTIMAL_BLOCKS },
	{ VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, 4, RANGE_SECTORS_MAX },
	{ VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_CONFIG_MAX_DISCARD_SEG, 4, RANGES_MAX },
	{ VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_CONFIG_DISCARD_ALIGNMENT, 4, 1 },
	{ VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS, 4, RANGE_SECTORS_MAX },
	{ VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG, 4, RANGES_MAX },
	{ VIRTIO_BLK_F_SECURE_ERASE, VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SECTORS, 4, RANGE_SECTORS_MAX },
	{ VIRTIO_BLK_F_SECURE_ERASE, VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SEG, 4, RANGES_MAX },
	{ VIRTIO_BLK_F_SECURE_ERASE, VIRTIO_BLK_CONFIG_SECURE_ERASE_ALIGNMENT, 4, 1 },
};

/* Limits of DISCARD, WRITE_ZEROES and SECURE_ERASE: of a range, and of the number of ranges. */
static uint32_t range_sectors(const struct model *m)
{
	return odd(m, blk_ranges_of_8) ? 8 : odd(m, blk_ranges_without_limit) ? UINT32_MAX : RANGE_SECTORS_MAX;
}

static uint32_t ranges(const struct model *m)
{
	return odd(m, blk_one_range) ? 1 : odd(m, blk_ranges_without_limit) ? UINT32_MAX : RANGES_MAX;
}

/* With an oddity these fields are not the same. */
static void put_odd_fields(struct model *m)
{
	for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const unsigned feature = fields[i].feature;

		if (odd(m, blk_topology_of_0) && feature == VIRTIO_BLK_F_TOPOLOGY)
			put(m, feature, fields[i].offset, fields[i].width, 0);
		if (fields[i].value == RANGE_SECTORS_MAX)
			put(m, feature, fields[i].offset, fields[i].width, range_sectors(m));
		if (fields[i].value == RANGES_MAX && fields[i].width == 4)
			put(m, feature, fields[i].offset, fields[i].width, ranges(m));
		if (odd(m, blk_ranges_aligned) && fields[i].value == 1)
			put(m, feature, fields[i].offset, fields[i].width, 8);
	}
	if (odd(m, blk_may_unmap))
		put(m, VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_CONFIG_WRITE_ZEROES_MAY_UNMAP, 1, 1);
}

static void init(struct model *m)
{
	m->sectors = capacity(m);
	put_capacity(m);
	put(m, VIRTIO_BLK_F_SIZE_MAX, VIRTIO_BLK_CONFIG_SIZE_MAX, 4, size_max(m));
	put(m, VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_CONFIG_SEG_MAX, 4, seg_max(m));
	put(m, VIRTIO_BLK_F_BLK_SIZE, VIRTIO_BLK_CONFIG_BLK_SIZE, 4, block_size(m));
	put(m, VIRTIO_BLK_F_MQ, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2, m->config.blk.queues);
	for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++)
		put(m, fields[i].feature, fields[i].offset, fields[i].width, fields[i].value);
	if (m->oddly.any)
		put_odd_fields(m);
}

/* 5.2.5: the cache mode after reset is the device's choice. Ours is writeback if FLUSH is offered. */
static void reset(struct model *m)
{
	put(m, VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_CONFIG_WRITEBACK, 1, !odd(m, blk_starts_writethrough));
	put_zones(m, true);
}

/* 5.2.5.2, 5.2.5.3: a driver that cannot flush gets a writethrough cache. */
static void negotiated(struct model *m)
{
	bool wce = model_negotiated(m, VIRTIO_BLK_F_CONFIG_WCE), flush = model_negotiated(m, VIRTIO_BLK_F_FLUSH);

	/* 5.2.5.2: without ZONED the zoned characteristics are 0 */
	put_zones(m, model_negotiated(m, VIRTIO_BLK_F_ZONED));
	if (broken(m, blk_writeback_without_flush))
		return;
	if (broken(m, blk_legacy_features_change_cache))
		wce = false;
	if (!flush && wce != model_is_legacy(m))
		put(m, VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_CONFIG_WRITEBACK, 1, 0);
}

static uint16_t queues(const struct model *m, const uint32_t *features)
{
	if (!model_bit(features, VIRTIO_BLK_F_MQ) || !model_offers(m, VIRTIO_BLK_F_MQ))
		return 1;
	return (uint16_t)(m->config.blk.queues - broken(m, blk_last_queue_missing));
}

/* Do the sectors lie inside the capacity that the driver sees and inside the backing store? */
static bool in_range(const struct model *m, uint64_t sector, uint64_t sectors)
{
	uint64_t end = model_min(m->sectors, m->config.blk.sectors);

	if (broken(m, blk_beyond_end_ok))
		return true; /* and clip() transfers nothing */
	if (broken(m, blk_last_sector_wrong))
		end++;
	return sector <= end && sectors <= end - sector;
}

/* Where the device finds a sector. A defect may move it, but it stays inside the disk. */
static uint64_t place_of(const struct model *m, uint64_t sector)
{
	if (broken(m, blk_sector_in_blocks))
		sector *= 8;
	if (broken(m, blk_sectors_shifted))
		sector++;
	return sector % m->config.blk.sectors;
}

static bool load(struct model *m, uint64_t sector, uint8_t *bytes)
{
	return m->host.disk_read(m->host.context, place_of(m, sector), bytes);
}

static bool store(struct model *m, uint64_t sector, const uint8_t *bytes)
{
	return m->host.disk_write(m->host.context, place_of(m, sector), bytes);
}

/* Moves the data sector by sector, because a device that looks in the wrong place does so for each sector. */
static uint8_t read_data(struct model *m, struct model_blk_request *r)
{
	uint8_t bytes[VIRTIO_BLK_SECTOR];

	for (; r->written < r->data_in; r->written += VIRTIO_BLK_SECTOR)
		if (!load(m, r->sector + r->written / VIRTIO_BLK_SECTOR, bytes) ||
		    !model_chain_write(m, r->written, bytes, VIRTIO_BLK_SECTOR))
			return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

static uint8_t write_data(struct model *m, const struct model_blk_request *r, uint64_t size)
{
	uint8_t bytes[VIRTIO_BLK_SECTOR];

	for (uint64_t done = 0; done < size; done += VIRTIO_BLK_SECTOR)
		if (!model_chain_read(m, HEADER + done, bytes, VIRTIO_BLK_SECTOR) ||
		    !store(m, r->sector + done / VIRTIO_BLK_SECTOR, bytes))
			return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

static bool lies_beyond_end(const struct model *m, const struct model_blk_request *r, uint64_t bytes)
{
	return broken(m, blk_beyond_end_ok) &&
	       (r->sector >= m->sectors || bytes / VIRTIO_BLK_SECTOR > m->sectors - r->sector);
}

static bool bad_medium(const struct model *m, const struct model_blk_request *r, uint64_t bytes)
{
	enum { FIRST = 64, SECTORS = 8 };

	return odd(m, blk_medium_dead) || (odd(m, blk_medium_errors) && r->sector < FIRST + SECTORS &&
					   r->sector + bytes / VIRTIO_BLK_SECTOR > FIRST);
}

/* A request that no driver makes. */
static void reset_beyond_end(struct model *m, const struct model_blk_request *r, uint64_t bytes)
{
	if (odd(m, blk_beyond_end_needs_reset) &&
	    (r->sector > m->sectors || bytes / VIRTIO_BLK_SECTOR > m->sectors - r->sector))
		model_fail(m, "request beyond the end");
}

static uint8_t read_sectors(struct model *m, struct model_blk_request *r, uint16_t index)
{
	uint8_t status, bytes[VIRTIO_BLK_SECTOR];

	reset_beyond_end(m, r, r->data_in);
	if (bad_medium(m, r, r->data_in))
		return VIRTIO_BLK_S_IOERR;
	if (lies_beyond_end(m, r, r->data_in))
		return VIRTIO_BLK_S_OK;
	if (r->data_in % VIRTIO_BLK_SECTOR || !in_range(m, r->sector, r->data_in / VIRTIO_BLK_SECTOR) ||
	    (broken(m, blk_less_than_a_block_fails) && r->data_in % 4096))
		return VIRTIO_BLK_S_IOERR;
	if (broken(m, blk_reads_fail))
		return VIRTIO_BLK_S_IOERR;
	status = read_data(m, r);
	model_blk_spoil_read(m, r, index);
	if (broken(m, blk_data_corrupted) && r->data_in &&
	    load(m, r->sector + r->data_in / VIRTIO_BLK_SECTOR - 1, bytes)) {
		bytes[VIRTIO_BLK_SECTOR - 1] ^= 0xff;
		model_chain_write(m, r->data_in - 1, &bytes[VIRTIO_BLK_SECTOR - 1], 1);
	}
	return status;
}

static uint8_t write_sectors(struct model *m, struct model_blk_request *r)
{
	bool read_only = model_offers(m, VIRTIO_BLK_F_RO);
	uint8_t status;

	reset_beyond_end(m, r, r->data_out);
	if (bad_medium(m, r, r->data_out))
		return VIRTIO_BLK_S_IOERR;
	if (read_only && broken(m, blk_read_only_first_block_only) && r->data_out > VIRTIO_BLK_SECTOR)
		read_only = false;
	if (read_only && !broken(m, blk_read_only_writes))
		return broken(m, blk_read_only_says_ok) ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
	if (broken(m, blk_writes_fail))
		return VIRTIO_BLK_S_IOERR;
	if (lies_beyond_end(m, r, r->data_out))
		return VIRTIO_BLK_S_OK;
	if (r->data_out % VIRTIO_BLK_SECTOR || !in_range(m, r->sector, r->data_out / VIRTIO_BLK_SECTOR)) {
		if (broken(m, blk_partial_write) && in_range(m, r->sector, 1))
			write_data(m, r,
				   model_min(r->data_out, (m->config.blk.sectors - r->sector) * VIRTIO_BLK_SECTOR));
		return VIRTIO_BLK_S_IOERR;
	}
	if (broken(m, blk_loses_writes) && ++m->defective.writes % 3 == 0)
		return VIRTIO_BLK_S_OK;
	status = write_data(m, r, model_blk_size_written(m, r));
	model_blk_spoil_write(m, r);
	return read_only ? VIRTIO_BLK_S_IOERR : status;
}

static uint8_t get_id(struct model *m, struct model_blk_request *r)
{
	uint32_t length = (uint32_t)model_min(r->data_in, VIRTIO_BLK_ID_BYTES), told = length;

	if (odd(m, blk_id_fails))
		return VIRTIO_BLK_S_UNSUPP;
	if (broken(m, blk_id_changes))
		m->config.blk.id[VIRTIO_BLK_ID_BYTES - 1] ^= 1;
	if (broken(m, blk_id_not_written))
		told = 0;
	if (broken(m, blk_id_first_segment_only))
		told = (uint32_t)model_min(told, m->chain.segment[m->chain.readable_count].length);
	while (broken(m, blk_id_not_padded) && told && !m->config.blk.id[told - 1])
		told--;
	if (model_chain_write(m, 0, m->config.blk.id, told))
		r->written = length;
	return VIRTIO_BLK_S_OK;
}

static uint8_t get_lifetime(struct model *m, struct model_blk_request *r)
{
	static const uint8_t healthy[LIFETIME_BYTES] = {
		1, 0, 1, 0, 1, 0
	}; /* pre_eol_info: normal; both estimates: 10% at most */
	static const uint8_t reserved[LIFETIME_BYTES] = { 9, 0, 99, 0, 99, 0 };
	static const uint8_t unknown[LIFETIME_BYTES];
	static const uint8_t over[LIFETIME_BYTES] = { 3, 0, 11, 0, 11, 0 };
	uint32_t length = (uint32_t)model_min(r->data_in, LIFETIME_BYTES);

	if (!model_negotiated(m, VIRTIO_BLK_F_LIFETIME))
		return VIRTIO_BLK_S_UNSUPP;
	if (model_chain_write(m, 0,
			      broken(m, blk_lifetime_reserved) ? reserved
			      : odd(m, blk_lifetime_unknown)   ? unknown
			      : odd(m, blk_lifetime_over)      ? over
							       : healthy,
			      length))
		r->written = length;
	return VIRTIO_BLK_S_OK;
}

/* Reads one range of DISCARD, WRITE_ZEROES or SECURE_ERASE and checks it. */
static uint8_t get_range(struct model *m, const struct model_blk_request *r, uint32_t i, struct virtio_blk_range *range)
{
	uint8_t bytes[RANGE];
	uint32_t known = r->type == VIRTIO_BLK_T_WRITE_ZEROES ? VIRTIO_BLK_RANGE_UNMAP : 0;

	if (!model_chain_read(m, HEADER + (uint64_t)RANGE * i, bytes, sizeof bytes))
		return VIRTIO_BLK_S_IOERR;
	range->sector = model_le(bytes, 8);
	range->sectors = (uint32_t)model_le(bytes + 8, 4);
	range->flags = (uint32_t)model_le(bytes + 12, 4);
	if (broken(m, blk_unknown_flags_accepted))
		known = ~(r->type == VIRTIO_BLK_T_DISCARD ? (uint32_t)VIRTIO_BLK_RANGE_UNMAP : 0);
	if (broken(m, blk_discard_unmap_accepted))
		known |= VIRTIO_BLK_RANGE_UNMAP;
	if ((range->flags & ~known) && !(broken(m, blk_flags_of_first_range) && i))
		return VIRTIO_BLK_S_UNSUPP;
	if (model_blk_refuses_range(m, r, range->sectors))
		return VIRTIO_BLK_S_IOERR;
	return range->sectors <= range_sectors(m) && in_range(m, range->sector, range->sectors) ? VIRTIO_BLK_S_OK
												: VIRTIO_BLK_S_IOERR;
}

/* Changes a range as a defective device misreads it. */
static void misjudge(const struct model *m, const struct model_blk_request *r, struct virtio_blk_range *range)
{
	if (((r->type == VIRTIO_BLK_T_DISCARD && broken(m, blk_discard_too_much)) ||
	     (r->type == VIRTIO_BLK_T_SECURE_ERASE && broken(m, blk_erase_too_much))) &&
	    in_range(m, range->sector, range->sectors + 1ull))
		range->sectors++;
	if (r->type == VIRTIO_BLK_T_DISCARD && broken(m, blk_discard_in_blocks) &&
	    in_range(m, range->sector, range->sectors * 8ull))
		range->sectors *= 8;
	if (r->type == VIRTIO_BLK_T_SECURE_ERASE && broken(m, blk_erase_inert))
		range->sectors = 0;
	if (r->type == VIRTIO_BLK_T_SECURE_ERASE && broken(m, blk_erase_short) && range->sectors)
		range->sectors--;
	if (r->type != VIRTIO_BLK_T_WRITE_ZEROES)
		return;
	if (broken(m, blk_write_zeroes_inert) ||
	    (broken(m, blk_write_zeroes_unmap_inert) && (range->flags & VIRTIO_BLK_RANGE_UNMAP)))
		range->sectors = 0;
	if (broken(m, blk_write_zeroes_short) && range->sectors)
		range->sectors--;
}

/* All ranges are checked before the first is cleared, so that a refused request changes nothing. Discarded and erased
 * sectors read as zeroes on this device. */
static uint8_t clear_ranges(struct model *m, const struct model_blk_request *r, unsigned feature)
{
	static const uint8_t zeroes[VIRTIO_BLK_SECTOR], own[VIRTIO_BLK_SECTOR] = { 0xde, 0xad, 0xbe, 0xef };
	const bool scrambles = odd(m, blk_discard_scrambles) && r->type != VIRTIO_BLK_T_WRITE_ZEROES;
	uint32_t count = (uint32_t)model_min(r->data_out / RANGE, ranges(m) + 1ull);
	struct virtio_blk_range range;
	uint8_t worst = VIRTIO_BLK_S_OK;
	uint64_t first = 0;

	if (!model_negotiated(m, feature))
		return VIRTIO_BLK_S_UNSUPP;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t status = get_range(m, r, i, &range);
		if (status > worst)
			worst = status;
	}
	if (worst)
		return worst;
	if (!count || count > ranges(m) || r->data_out % RANGE || model_blk_refuses_ranges(m, r, count) ||
	    (model_offers(m, VIRTIO_BLK_F_RO) && !broken(m, blk_read_only_commands_go_on)))
		return VIRTIO_BLK_S_IOERR;
	if (broken(m, blk_discard_fails) && r->type == VIRTIO_BLK_T_DISCARD)
		return VIRTIO_BLK_S_IOERR;
	if (broken(m, blk_write_zeroes_first_range) && r->type == VIRTIO_BLK_T_WRITE_ZEROES)
		count = 1;
	if (odd(m, blk_discard_inert) && r->type == VIRTIO_BLK_T_DISCARD)
		return VIRTIO_BLK_S_OK;
	if (broken(m, blk_erase_first_range) && r->type == VIRTIO_BLK_T_SECURE_ERASE)
		count = 1;
	for (uint32_t i = 0; i < count; i++) {
		if (get_range(m, r, i, &range))
			return VIRTIO_BLK_S_IOERR;
		misjudge(m, r, &range);
		if (r->type == VIRTIO_BLK_T_WRITE_ZEROES && broken(m, blk_zeroes_in_chunks) && range.sectors > CHUNK)
			range.sectors -= range.sectors % CHUNK;
		if (r->type == VIRTIO_BLK_T_WRITE_ZEROES && broken(m, blk_write_zeroes_mixed_lost) && i &&
		    (range.flags & VIRTIO_BLK_RANGE_UNMAP))
			continue;
		if (r->type == VIRTIO_BLK_T_DISCARD && broken(m, blk_discard_first_sector_for_all)) {
			if (i)
				range.sector = first;
			first = range.sector;
		}
		for (uint32_t j = 0; j < range.sectors; j++)
			if (!store(m, range.sector + j, scrambles ? own : zeroes))
				return VIRTIO_BLK_S_IOERR;
	}
	return VIRTIO_BLK_S_OK;
}

static uint8_t execute(struct model *m, struct model_blk_request *r, uint16_t index)
{
	switch (r->type) {
	case VIRTIO_BLK_T_IN:
		return read_sectors(m, r, index);
	case VIRTIO_BLK_T_OUT:
		return write_sectors(m, r);
	case LEGACY_FLUSH_OUT:
		if (!model_is_legacy(m))
			return VIRTIO_BLK_S_UNSUPP;
		/* fall through */
	case VIRTIO_BLK_T_FLUSH:
		return model_offers(m, VIRTIO_BLK_F_FLUSH) && !broken(m, blk_flush_fails) ? VIRTIO_BLK_S_OK
											  : VIRTIO_BLK_S_UNSUPP;
	case VIRTIO_BLK_T_GET_ID:
		return get_id(m, r);
	case VIRTIO_BLK_T_GET_LIFETIME:
		return get_lifetime(m, r);
	case VIRTIO_BLK_T_DISCARD:
		return clear_ranges(m, r, VIRTIO_BLK_F_DISCARD);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return clear_ranges(m, r, VIRTIO_BLK_F_WRITE_ZEROES);
	case VIRTIO_BLK_T_SECURE_ERASE:
		return clear_ranges(m, r, VIRTIO_BLK_F_SECURE_ERASE);
	}
	if (broken(m, blk_zone_commands_ok) && r->type >= VIRTIO_BLK_T_ZONE_APPEND &&
	    r->type <= VIRTIO_BLK_T_ZONE_RESET_ALL)
		return VIRTIO_BLK_S_OK;
	if (broken(m, blk_unknown_type_ok))
		return VIRTIO_BLK_S_OK;
	r->lost = broken(m, blk_unknown_type_lost);
	return VIRTIO_BLK_S_UNSUPP; /* for zone commands, too: ZONED is not offered (5.2.6.2) */
}

/* 2.7.4: a healthy device does not care how a request is cut into descriptors. */
static bool bad_framing(const struct model *m)
{
	return broken(m, blk_framing_fixed) &&
	       (m->chain.segment[0].length != HEADER || m->chain.segment[m->chain.count - 1].length != 1);
}

/* 2.7.4.1, 5.2.4: the limits that the device has. A segment is a descriptor with data. */
static bool exceeds_limits(const struct model *m, const struct model_blk_request *r)
{
	const struct model_chain *c = &m->chain;
	uint64_t readable = 0, writable = 0;
	uint32_t segments = 0, most = 0;

	for (unsigned i = 0; i < c->count; i++) {
		const uint32_t length = c->segment[i].length;
		const bool data = i < c->readable_count ? readable + length > HEADER : writable < r->data_in;

		*(i < c->readable_count ? &readable : &writable) += length;
		if (!data)
			continue;
		segments++;
		most = length > most ? length : most;
	}
	return (odd(m, chains_of_8) && c->count > 8) ||
	       (model_offers(m, VIRTIO_BLK_F_SEG_MAX) && seg_max(m) < SEGMENTS_MAX && segments > seg_max(m)) ||
	       (model_offers(m, VIRTIO_BLK_F_SIZE_MAX) && size_max(m) < SEGMENT_BYTES_MAX && most > size_max(m));
}

/* A header field. Legacy: in the guest's byte order. */
static uint64_t field(const struct model *m, const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	if (!broken(m, blk_legacy_header_big_endian))
		return model_le(bytes, width);
	for (unsigned i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The status is one byte; the other three are for defects. */
static bool write_status(struct model *m, const struct model_blk_request *r, const uint8_t status[4])
{
	const struct model_segment *last = &m->chain.segment[m->chain.count - 1];

	if (broken(m, blk_status_apart) && last->length > 1 && m->chain.count - m->chain.readable_count > 2)
		return true;
	if (broken(m, blk_status_four_bytes))
		return m->host.write(m->host.context, last->address + last->length - 1, status, 4);
	return model_chain_write(m, broken(m, blk_status_first_byte) ? 0 : r->data_in, status, 1);
}

static uint32_t serve(struct model *m, uint16_t index)
{
	struct model_blk_request r = { .written = 0 };
	uint8_t header[HEADER], status[4] = { VIRTIO_BLK_S_IOERR };

	if (!m->chain.writable) {
		leave_if_broken(m, blk_no_status_kills);
		return 0; /* no room for a status byte */
	}
	model_blk_misread_chain(m);
	r.data_in = m->chain.writable - 1;
	if (m->chain.readable < HEADER)
		hang_if_broken(m, blk_short_header_hangs);
	if (m->chain.readable >= HEADER && !bad_framing(m) && !model_blk_refuses(m)) {
		if (!model_chain_read(m, 0, header, sizeof header))
			return 0;
		r.type = (uint32_t)field(m, header, 4);
		r.sector = field(m, header + 8, 8);
		if (broken(m, blk_type_16_bits))
			r.type &= 0xffff;
		if (broken(m, blk_sector_wraps))
			r.sector &= 0xffffffff;
		r.data_out = m->chain.readable - HEADER;
		model_blk_misread(m, &r, index);
		status[0] = exceeds_limits(m, &r) ? (uint8_t)VIRTIO_BLK_S_IOERR : execute(m, &r, index);
		model_blk_after(m, &r, index);
	}
	if (m->error || !write_status(m, &r, status))
		return 0;
	if (r.lost)
		return MODEL_NO_ANSWER;
	/* 2.7.8.2: len counts the bytes written from the first writable byte on, so the status counts only without a
	 * gap before it */
	if (odd(m, used_length_1_of_errors) && status[0])
		return 1;
	return (uint32_t)(r.written == r.data_in && !odd(m, used_length_of_data) ? r.written + 1 : r.written);
}

/* 5.2.5: the driver may write only `writeback`, once CONFIG_WCE is negotiated; a legacy driver at any time. */
static void config_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	bool allowed = model_is_legacy(m) ? model_offers(m, VIRTIO_BLK_F_CONFIG_WCE)
					  : model_negotiated(m, VIRTIO_BLK_F_CONFIG_WCE);

	if (broken(m, blk_config_writable) && offset + width <= CONFIG_BYTES)
		model_config_put(m, offset, width, value);
	if (broken(m, blk_writeback_read_only))
		return;
	if (offset == VIRTIO_BLK_CONFIG_WRITEBACK)
		model_blk_cache_switched(m, value);
	if (offset == VIRTIO_BLK_CONFIG_WRITEBACK && width == 1 && allowed && value <= 1)
		model_config_put(m, offset, 1, value);
}

/* Changes both halves of the capacity. A request for sectors without backing store fails with IOERR. */
static bool config_change(struct model *m)
{
	if (grows(m))
		m->sectors = m->sectors < m->config.blk.sectors ? m->sectors + GROWTH : capacity(m);
	else
		m->sectors = m->sectors == capacity(m) ? m->sectors + 0x100000001 : capacity(m);
	put_capacity(m);
	m->config_changed |= m->status != 0;
	return true;
}

static void defaults(struct model_config *config)
{
	static const char id[20] = "touchstone";

	config->blk.queues = 4;
	for (unsigned i = 0; i < sizeof id; i++)
		config->blk.id[i] = id[i];
}

static bool valid(const struct model_config *config)
{
	return config->blk.sectors && model_between(config->blk.queues, 1, MODEL_QUEUES_MAX);
}

static void adjust_features(struct model_config *config)
{
	model_set_bit(config->features, VIRTIO_BLK_F_RO, config->blk.read_only);
}

static const uint8_t features[] = {
	VIRTIO_BLK_F_SIZE_MAX,	   VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_F_GEOMETRY,	    VIRTIO_BLK_F_RO,
	VIRTIO_BLK_F_BLK_SIZE,	   VIRTIO_BLK_F_FLUSH,	 VIRTIO_BLK_F_TOPOLOGY,	    VIRTIO_BLK_F_CONFIG_WCE,
	VIRTIO_BLK_F_MQ,	   VIRTIO_BLK_F_DISCARD, VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_F_LIFETIME,
	VIRTIO_BLK_F_SECURE_ERASE,
};

/* 5.2.5.2 */
static const struct model_dependency dependencies[] = {
	{ VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH, true, 0 },
};

static const struct model_shown shown[] = {
	MODEL_SHOWN(offers_foreign_bit, 19, true),
	MODEL_SHOWN(blk_flush_not_offered, VIRTIO_BLK_F_FLUSH, false),
	MODEL_SHOWN(blk_flush_not_offered, VIRTIO_BLK_F_CONFIG_WCE, false),
	MODEL_SHOWN(blk_wce_without_flush, VIRTIO_BLK_F_FLUSH, false),
	MODEL_SHOWN(blk_offers_zoned, VIRTIO_BLK_F_ZONED, true),
	MODEL_SHOWN(blk_legacy_offers_zoned, VIRTIO_BLK_F_ZONED, true),
	MODEL_SHOWN(blk_zoned_model_reserved, VIRTIO_BLK_F_ZONED, true),
	MODEL_SHOWN(blk_host_managed_goes_on, VIRTIO_BLK_F_ZONED, true),
	MODEL_SHOWN(blk_zones_shown, VIRTIO_BLK_F_ZONED, true),
};

static const struct model_fields widths[] = {
	{ 0x00, 0x10, 4 }, /* capacity, size_max, seg_max */
	{ 0x10, 0x12, 2 }, /* cylinders */
	{ 0x12, 0x14, 1 }, /* heads, sectors */
	{ 0x14, 0x18, 4 }, /* blk_size */
	{ 0x18, 0x1a, 1 }, /* physical_block_exp, alignment_offset */
	{ 0x1a, 0x1c, 2 }, /* min_io_size */
	{ 0x1c, 0x20, 4 }, /* opt_io_size */
	{ 0x20, 0x22, 1 }, /* writeback, unused0 */
	{ 0x22, 0x24, 2 }, /* num_queues */
	{ 0x24, 0x38, 4 }, /* limits of discard and write zeroes */
	{ 0x38, 0x3c, 1 }, /* write_zeroes_may_unmap, unused1 */
	{ 0x3c, 0x5c, 4 }, /* limits of secure erase, zones */
	{ 0x5c, 0x60, 1 }, /* their model, unused2 */
};

static const struct model_overlay overlays[] = {
	{ MODEL_DEFECT_blk_padding_junk, VIRTIO_BLK_CONFIG_UNUSED0, 1, 0xa5 },
	{ MODEL_DEFECT_blk_padding_junk, VIRTIO_BLK_CONFIG_UNUSED1, 3, 0xa5a5a5 },
	{ MODEL_DEFECT_blk_seg_max_zero, VIRTIO_BLK_CONFIG_SEG_MAX, 4, 0 },
	{ MODEL_DEFECT_blk_discard_limit_zero, VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS, 4, 0 },
	{ MODEL_DEFECT_blk_write_zeroes_limit_zero, VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG, 4, 0 },
	{ MODEL_DEFECT_blk_erase_limit_zero, VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SEG, 4, 0 },
	{ MODEL_DEFECT_blk_seg_max_too_large, VIRTIO_BLK_CONFIG_SEG_MAX, 4, 1024 },
	{ MODEL_DEFECT_blk_alignment_offset_wrong, VIRTIO_BLK_CONFIG_ALIGNMENT_OFFSET, 1, 64 },
	{ MODEL_DEFECT_blk_opt_io_size_wrong, VIRTIO_BLK_CONFIG_OPT_IO_SIZE, 4, 1 },
	{ MODEL_DEFECT_blk_num_queues_zero, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2, 0 },
	{ MODEL_DEFECT_blk_zoned_model_reserved, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1, 3 },
	{ MODEL_DEFECT_blk_host_managed_goes_on, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1, 1 },
	{ MODEL_DEFECT_blk_zones_shown, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1, 2 },
	{ MODEL_DEFECT_blk_zones_shown, VIRTIO_BLK_CONFIG_ZONE_SECTORS, 4, 64 },
	{ MODEL_DEFECT_blk_less_than_a_block_fails, VIRTIO_BLK_CONFIG_BLK_SIZE, 4, 4096 },
};

const struct model_backend model_block = {
	.device_id = VIRTIO_ID_BLOCK,
	.features = MODEL_LIST(features),
	.dependencies = MODEL_LIST(dependencies),
	.shown = MODEL_LIST(shown),
	.overlays = MODEL_LIST(overlays),
	.widths = MODEL_LIST(widths),
	.config_bytes = CONFIG_BYTES,
	.config_conditional = VIRTIO_BLK_CONFIG_SIZE_MAX,
	.concurrent = true,
	.defaults = defaults,
	.valid = valid,
	.adjust_features = adjust_features,
	.init = init,
	.reset = reset,
	.negotiated = negotiated,
	.queues = queues,
	.taken = model_blk_taken,
	.serve = serve,
	.config_write = config_write,
	.config_change = config_change,
};
