/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_command.h"

#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"

/* For defects: do these bytes lie in more than one descriptor? */
static bool in_two_pieces(const struct model *m, uint64_t from, unsigned width)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < m->chain.readable_count; i++) {
		end += m->chain.segment[i].length;
		if (end > from && end < from + width)
			return true;
	}
	return false;
}

uint32_t model_net_get(struct model *m, struct model_net_command *c, unsigned width)
{
	uint8_t bytes[4] = { 0 };

	const uint64_t from = c->offset;

	model_net_get_bytes(m, c, bytes, width);
	if (broken(m, net_control_field_in_one_piece))
		c->valid &= !in_two_pieces(m, from, width);
	if (broken(m, net_control_field_cut))
		for (unsigned i = 1; i < width && in_two_pieces(m, from, width); i++)
			bytes[i] = 0;
	if (broken(m, net_legacy_control_big_endian))
		return ((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3]) >>
		       (8 * (4 - width));
	return (uint32_t)model_le(bytes, width);
}

bool model_net_get_bytes(struct model *m, struct model_net_command *c, uint8_t *bytes, uint32_t count)
{
	if (c->offset + count > m->chain.readable || !model_chain_read(m, c->offset, bytes, count))
		c->valid = false;
	c->offset += count;
	return c->valid;
}
