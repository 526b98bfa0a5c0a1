/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor chains: 2.7.5. The device walks a chain once, checks every step, and keeps the result in m->chain. The
 * walk ends whatever a driver writes into the table. */
#include "model/chain.h"

#include "drivers/spec/features.h"
#include "drivers/spec/virtqueue.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/live.h"
#include "model/oddities/odd.h"

enum { DESCRIPTOR = 16, TABLE_MAX = 65536 };

/* Where the walk is: in the queue's own table, or in an indirect one. */
struct walk {
	uint64_t table;
	uint32_t entries, index, steps;
	bool indirect;
	bool all_writable; /* set only by a defect */
};

static bool failed(struct model *m, const char *text)
{
	model_fail(m, text);
	return false;
}

static bool next_descriptor(struct model *m, struct walk *w, struct virtq_desc *d)
{
	uint8_t bytes[DESCRIPTOR];

	if (w->index >= w->entries) {
		hang_if_broken(m, next_beyond_hangs);
		return failed(m, "descriptor index out of range");
	}
	if (w->steps++ >= w->entries) {
		hang_if_broken(m, descriptor_loop_hangs);
		return failed(m, "loop in a descriptor chain");
	}
	if (!m->host.read(m->host.context, w->table + (uint64_t)DESCRIPTOR * w->index, bytes, sizeof bytes))
		return failed(m, "descriptor table not reachable");
	d->address = model_le(bytes, 8);
	d->length = (uint32_t)model_le(bytes + 8, 4);
	d->flags = (uint16_t)model_le(bytes + 12, 2);
	d->next = (uint16_t)model_le(bytes + 14, 2);
	return true;
}

/* 2.7.5.3: a chain has at most one indirect table, at its end; the WRITE flag of the descriptor that refers to it means
 * nothing. */
static bool enter_indirect(struct model *m, struct walk *w, const struct virtq_desc *d)
{
	if (!model_negotiated(m, VIRTIO_F_INDIRECT_DESC))
		return failed(m, "indirect descriptor without INDIRECT_DESC");
	if ((d->flags & VIRTQ_DESC_F_WRITE) && broken(m, indirect_write_flag_refused))
		return failed(m, "indirect descriptor with WRITE");
	if (w->steps > 1 && broken(m, indirect_after_direct_refused))
		return failed(m, "indirect descriptor after direct ones");
	if (broken(m, indirect_after_direct_forgets)) {
		m->chain.count = m->chain.readable_count = 0;
		m->chain.readable = m->chain.writable = 0;
	}
	if (w->indirect) {
		hang_if_broken(m, indirect_nested_hangs);
		return failed(m, "indirect descriptor in an indirect table");
	}
	if (d->flags & VIRTQ_DESC_F_NEXT)
		return failed(m, "indirect descriptor with NEXT");
	if (!d->length || d->length % DESCRIPTOR || d->length / DESCRIPTOR > TABLE_MAX) {
		leave_if_broken(m, indirect_length_kills);
		return failed(m, "indirect table of impossible length");
	}
	m->chain.indirect = d->address;
	w->all_writable = (d->flags & VIRTQ_DESC_F_WRITE) && broken(m, indirect_write_flag_inherited);
	*w = (struct walk){ .all_writable = w->all_writable,
			    .table = d->address,
			    .entries = d->length / DESCRIPTOR,
			    .indirect = true };
	return true;
}

static bool add_segment(struct model *m, const struct virtq_desc *d)
{
	struct model_chain *chain = &m->chain;
	bool writable = d->flags & VIRTQ_DESC_F_WRITE;

	if (!d->length)
		hang_if_broken(m, empty_buffer_hangs);
	if (d->length >> 31)
		leave_if_broken(m, huge_buffer_kills);
	if (d->flags & ~(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE | VIRTQ_DESC_F_INDIRECT))
		hang_if_broken(m, undefined_flag_hangs);
	if (!writable && chain->writable) {
		hang_if_broken(m, writable_first_hangs);
		return failed(m, "device-readable descriptor after a device-writable one");
	}
	if (!d->length || (broken(m, chain_cut) && chain->count == 8))
		return true;
	if ((odd(m, chains_of_16) && chain->count == 16) || (odd(m, chains_of_30) && chain->count == 30))
		return failed(m, "more descriptors than this device takes");
	if (chain->count == MODEL_CHAIN_MAX)
		return failed(m, "descriptor chain too long");
	chain->segment[chain->count++] = (struct model_segment){ d->address, d->length };
	if (writable) {
		chain->writable += d->length;
	} else {
		chain->readable += d->length;
		chain->readable_count = chain->count;
	}
	return true;
}

bool model_chain_walk(struct model *m, uint16_t index, uint16_t head)
{
	const struct model_queue *q = &m->queue[index];
	struct walk w = { .table = q->desc, .entries = q->size, .index = head };
	struct virtq_desc d;

	m->chain.head = head;
	m->chain.count = m->chain.readable_count = 0;
	m->chain.readable = m->chain.writable = m->chain.indirect = 0;
	for (;;) {
		if (!next_descriptor(m, &w, &d))
			return false;
		if ((d.flags & VIRTQ_DESC_F_INDIRECT) && broken(m, receive_queue_direct_only) &&
		    model_receives(m, index))
			d.flags = VIRTQ_DESC_F_WRITE; /* with a defect, the table is taken for the buffer */
		if ((d.flags & VIRTQ_DESC_F_INDIRECT) && broken_at(m, index, direct_only))
			return failed(m, "indirect descriptor");
		if (d.flags & VIRTQ_DESC_F_INDIRECT) {
			if (!enter_indirect(m, &w, &d))
				return false;
			continue;
		}
		if (broken_at(m, index, framing_fixed) && m->chain.count == (model_receives(m, index) ? 1 : 3))
			return true;
		if (w.all_writable)
			d.flags |= VIRTQ_DESC_F_WRITE;
		if (!add_segment(m, &d))
			return false;
		if (!(d.flags & VIRTQ_DESC_F_NEXT))
			return true;
		w.index = d.next;
	}
}

/* The device must not depend on message framing (2.7.4), so `offset` counts through all readable, or all writable,
 * bytes of the chain. */
static bool transfer(struct model *m, bool write, uint64_t offset, uint8_t *bytes, uint32_t length)
{
	unsigned i = write ? m->chain.readable_count : 0;

	for (; length && i < m->chain.count; i++) {
		const struct model_segment *s = &m->chain.segment[i];
		uint32_t piece;
		bool ok;

		if (offset >= s->length) {
			offset -= s->length;
			continue;
		}
		piece = (uint32_t)model_min(s->length - offset, length);
		ok = write ? m->host.write(m->host.context, s->address + offset, bytes, piece)
			   : m->host.read(m->host.context, s->address + offset, bytes, piece);
		if (!ok) {
			hang_if_broken(m, buffer_unreachable_hangs);
			return failed(m, "buffer not reachable");
		}
		bytes += piece;
		length -= piece;
		offset = 0;
	}
	return true;
}

bool model_chain_read(struct model *m, uint64_t offset, void *to, uint32_t length)
{
	return offset + length <= m->chain.readable && transfer(m, false, offset, to, length);
}

bool model_chain_write(struct model *m, uint64_t offset, const void *from, uint32_t length)
{
	/* transfer() only reads from BYTES when it writes to the guest */
	return offset + length <= m->chain.writable && transfer(m, true, offset, (uint8_t *)(uintptr_t)from, length);
}
