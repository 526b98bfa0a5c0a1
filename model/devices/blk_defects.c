/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/blk_defects.h"

#include "drivers/spec/blk.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"

enum { SECTOR = VIRTIO_BLK_SECTOR, PAGE = 4096, KIB = 1024, UNIT = 8 /* sectors */, TWO_GIB = 1 << 22 /* sectors */ };

static const uint8_t zeroes[SECTOR];

static bool load(struct model *m, uint64_t sector, uint8_t *bytes)
{
	return sector < m->config.blk.sectors && m->host.disk_read(m->host.context, sector, bytes);
}

static void store(struct model *m, uint64_t sector, const uint8_t *bytes)
{
	if (sector < m->config.blk.sectors)
		m->host.disk_write(m->host.context, sector, bytes);
}

/* ---- segments ---- */

/* A part of the data of a request, as the driver cut it. */
struct part {
	uint64_t at; /* offset in the data */
	uint64_t address;
	uint32_t length;
};

/* Part I of the data: in the writable segments, without the status, or in the readable ones, without the header.
 * False: there are not so many. */
static bool get_part(const struct model *m, bool writable, unsigned i, struct part *part)
{
	const struct model_chain *chain = &m->chain;
	uint64_t at = 0, skip = writable ? 0 : MODEL_BLK_HEADER,
		 size = writable ? chain->writable - 1 : chain->readable - MODEL_BLK_HEADER;
	unsigned from = writable ? chain->readable_count : 0, to = writable ? chain->count : chain->readable_count;

	for (unsigned j = from; j < to; j++) {
		uint64_t address = chain->segment[j].address, length = chain->segment[j].length;

		if (skip >= length) {
			skip -= length;
			continue;
		}
		address += skip;
		length -= skip;
		skip = 0;
		if (at + length > size)
			length = size - at;
		if (!length)
			return false;
		if (!i--) {
			*part = (struct part){ at, address, (uint32_t)length };
			return true;
		}
		at += length;
	}
	return false;
}

static void set_zero(struct model *m, uint64_t at, uint64_t length)
{
	for (uint64_t done = 0; done < length; done += SECTOR)
		model_chain_write(m, at + done, zeroes, (uint32_t)model_min(SECTOR, length - done));
}

void model_blk_misread_chain(struct model *m)
{
	struct model_chain *chain = &m->chain;

	for (unsigned i = 0; broken(m, blk_segment_length_16_bits) && i < chain->count; i++) {
		uint32_t lost = chain->segment[i].length & 0xffff0000;

		chain->segment[i].length -= lost;
		if (i < chain->readable_count)
			chain->readable -= lost;
		else
			chain->writable -= lost;
	}
}

bool model_blk_refuses(const struct model *m)
{
	const struct model_chain *chain = &m->chain;
	struct part part;

	if (broken(m, blk_segments_64) && chain->count > 64 + 2 && !chain->indirect)
		return true;
	if (broken(m, blk_table_128) && chain->count > 128 && chain->indirect)
		return true;
	if (broken(m, blk_header_across_pages) &&
	    chain->segment[0].address / PAGE !=
		    (chain->segment[0].address + model_min(chain->segment[0].length, MODEL_BLK_HEADER) - 1) / PAGE)
		return true;
	for (unsigned i = 0; broken(m, blk_odd_write_refused) && get_part(m, false, i, &part); i++)
		if (part.address % 4)
			return true;
	return false;
}

bool model_blk_refuses_range(const struct model *m, const struct model_blk_request *r, uint32_t sectors)
{
	enum { LESS = 256 };

	return sectors > LESS && ((r->type == VIRTIO_BLK_T_DISCARD && broken(m, blk_discard_sectors_less)) ||
				  (r->type == VIRTIO_BLK_T_WRITE_ZEROES && broken(m, blk_write_zeroes_sectors_less)) ||
				  (r->type == VIRTIO_BLK_T_SECURE_ERASE && broken(m, blk_erase_sectors_less)));
}

bool model_blk_refuses_ranges(const struct model *m, const struct model_blk_request *r, uint32_t count)
{
	enum { LESS = 8 };

	if (broken(m, blk_ranges_in_one_segment) && m->chain.readable_count > 2)
		return true;
	return (r->type == VIRTIO_BLK_T_SECURE_ERASE && broken(m, blk_erase_fails)) ||
	       (count > LESS && ((r->type == VIRTIO_BLK_T_DISCARD && broken(m, blk_discard_ranges_less)) ||
				 (r->type == VIRTIO_BLK_T_WRITE_ZEROES && broken(m, blk_write_zeroes_ranges_less)) ||
				 (r->type == VIRTIO_BLK_T_SECURE_ERASE && broken(m, blk_erase_ranges_less))));
}

/* ---- reads ---- */

/* Fills part of a read as a device does that takes another place of the disk for it. */
static void refill(struct model *m, const struct part *part, uint64_t sector)
{
	uint8_t bytes[SECTOR];

	for (uint32_t done = 0; done < part->length && load(m, sector + done / SECTOR, bytes); done += SECTOR)
		model_chain_write(m, part->at + done, bytes, (uint32_t)model_min(SECTOR, part->length - done));
}

void model_blk_spoil_read(struct model *m, struct model_blk_request *r, uint16_t index)
{
	uint8_t bytes[SECTOR];
	struct part part, first;

	if (r->written != r->data_in || !r->data_in || !get_part(m, true, 0, &first))
		return;
	if (broken(m, blk_read_stops_at_64k) && r->data_in > 64 * KIB)
		set_zero(m, 64 * KIB, r->data_in - 64 * KIB);
	if (broken(m, blk_large_lost) && r->data_in > 32 * KIB)
		r->lost = true;
	if (broken(m, blk_first_part_only) && first.length % SECTOR == 0 && first.length < r->data_in)
		set_zero(m, first.length, r->data_in - first.length);
	for (unsigned i = 1; broken(m, blk_parts_start_again) && get_part(m, true, i, &part); i++)
		if (part.at % SECTOR == 0)
			refill(m, &part, r->sector);
	for (unsigned i = 1; broken(m, blk_parts_in_sectors) && get_part(m, true, i, &part); i++)
		if (part.at % SECTOR)
			refill(m, &part, r->sector + part.at / SECTOR);
	for (unsigned i = 0; broken(m, blk_part_rest_lost) && get_part(m, true, i, &part); i++)
		if (part.length > SECTOR && part.length % SECTOR)
			set_zero(m, part.at + part.length / SECTOR * SECTOR, part.length % SECTOR);
	for (unsigned i = 0; broken(m, blk_border_of_64k) && get_part(m, true, i, &part); i++) {
		uint64_t border = (part.address / (64 * KIB) + 1) * (64 * KIB);

		if (border < part.address + part.length)
			set_zero(m, part.at + (border - part.address), part.address + part.length - border);
	}
	if (broken(m, blk_bounce_stale) && first.address % SECTOR && r->data_in > SECTOR)
		model_chain_write(m, r->data_in - SECTOR, m->blk.stale, SECTOR);
	for (unsigned i = 1; broken(m, blk_touching_merged) && get_part(m, true, i, &part); i++) {
		if (part.address == first.address + first.length)
			set_zero(m, part.at, part.length);
		first = part;
	}
	if (broken(m, blk_split_at_2_gib) && r->sector < TWO_GIB && r->sector + r->data_in / SECTOR > TWO_GIB) {
		part = (struct part){ .at = (TWO_GIB - r->sector) * SECTOR };
		part.length = (uint32_t)(r->data_in - part.at);
		refill(m, &part, 0);
	}
	if (broken(m, blk_same_read_answered_once) && m->queue[index].in_flight && m->blk.position == r->sector)
		set_zero(m, 0, r->data_in);
	m->blk.position = r->sector;
	if (load(m, r->sector, bytes))
		for (unsigned i = 0; i < SECTOR; i++)
			m->blk.stale[i] = bytes[i];
}

/* ---- writes ---- */

uint64_t model_blk_size_written(const struct model *m, const struct model_blk_request *r)
{
	struct part first;

	if (broken(m, blk_write_tail_lost) && r->data_out > 64 * SECTOR)
		return r->data_out - SECTOR;
	if (broken(m, blk_write_first_part_only) && get_part(m, false, 0, &first) && first.length % SECTOR == 0)
		return first.length;
	return r->data_out;
}

void model_blk_spoil_write(struct model *m, const struct model_blk_request *r)
{
	uint64_t end = r->sector + r->data_out / SECTOR;
	uint8_t bytes[SECTOR];
	struct part part, other;

	for (unsigned i = 1; broken(m, blk_same_memory_once) && get_part(m, false, i, &part); i++)
		for (unsigned j = 0; j < i && get_part(m, false, j, &other); j++)
			if (other.address == part.address)
				store(m, r->sector + part.at / SECTOR, zeroes);
	m->blk.last_written = r->sector;
	if (broken(m, blk_write_in_pages) && end % UNIT && model_chain_read(m, MODEL_BLK_HEADER, bytes, SECTOR))
		store(m, end, bytes);
}

void model_blk_cache_switched(struct model *m, uint32_t value)
{
	if (broken(m, blk_cache_dropped) && !value)
		store(m, m->blk.last_written, zeroes);
}

/* ---- requests in flight ---- */

static bool parse(struct model *m, uint16_t index, uint16_t head, uint32_t *type, uint64_t *sector)
{
	uint8_t header[MODEL_BLK_HEADER];

	if (!model_chain_walk(m, index, head) || !model_chain_read(m, 0, header, sizeof header))
		return false;
	*type = (uint32_t)model_le(header, 4);
	*sector = model_le(header + 8, 8);
	return true;
}

void model_blk_taken(struct model *m, uint16_t index, uint16_t head)
{
	uint64_t sector;
	uint32_t type;

	if (broken(m, blk_position_shared) && parse(m, index, head, &type, &sector))
		m->blk.position = sector;
	if (broken(m, blk_write_puts_back) && !m->blk.copied && parse(m, index, head, &type, &sector) &&
	    type == VIRTIO_BLK_T_OUT) {
		m->blk.copied = true;
		m->blk.copied_queue = index;
		m->blk.copied_head = head;
		m->blk.from = sector / UNIT * UNIT;
		for (unsigned i = 0; i < UNIT; i++)
			load(m, m->blk.from + i, m->blk.around + i * SECTOR);
	}
}

void model_blk_misread(struct model *m, struct model_blk_request *r, uint16_t index)
{
	bool moves = r->type == VIRTIO_BLK_T_IN || r->type == VIRTIO_BLK_T_OUT;

	if (broken(m, blk_position_shared) && moves)
		r->sector = m->blk.position;
	if (broken(m, blk_second_queue_at_first_sector) && index && r->type == VIRTIO_BLK_T_IN)
		r->sector = 0;
	if (broken(m, blk_offset_32_bits) && moves)
		r->sector &= 0xffffffff / SECTOR;
	if (broken(m, blk_flush_lost) && r->type == VIRTIO_BLK_T_FLUSH && m->queue[index].in_flight)
		r->lost = true;
}

void model_blk_after(struct model *m, struct model_blk_request *r, uint16_t index)
{
	uint64_t sectors = r->data_out / SECTOR;

	if (!m->blk.copied || m->blk.copied_queue != index || m->blk.copied_head != m->chain.head)
		return;
	m->blk.copied = false;
	for (unsigned i = 0; i < UNIT; i++)
		if (m->blk.from + i < r->sector || m->blk.from + i >= r->sector + sectors)
			store(m, m->blk.from + i, m->blk.around + i * SECTOR);
}
