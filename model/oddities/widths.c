/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/oddities/widths.h"

#include "drivers/spec/device.h"
#include "model/oddities/odd.h"

/* Accesses of one width, one behind the other. */
struct fields {
	uint8_t device_id, from, to, width;
};

static const struct fields fields[] = {
	/* 5.1.4: mac; status, max_virtqueue_pairs and mtu; speed; duplex and rss_max_key_size;
	   rss_max_indirection_table_length; supported_hash_types */
	{ VIRTIO_ID_NETWORK, 0x00, 0x06, 1 },
	{ VIRTIO_ID_NETWORK, 0x06, 0x0c, 2 },
	{ VIRTIO_ID_NETWORK, 0x0c, 0x10, 4 },
	{ VIRTIO_ID_NETWORK, 0x10, 0x12, 1 },
	{ VIRTIO_ID_NETWORK, 0x12, 0x14, 2 },
	{ VIRTIO_ID_NETWORK, 0x14, 0x18, 4 },
	/* 5.2.4: capacity, size_max and seg_max; geometry; blk_size; topology; writeback and unused0; num_queues; the
	   limits of discards and write zeroes; write_zeroes_may_unmap and unused1; the limits of secure erase, and the
	   zoned characteristics; their model and unused2 */
	{ VIRTIO_ID_BLOCK, 0x00, 0x10, 4 },
	{ VIRTIO_ID_BLOCK, 0x10, 0x12, 2 },
	{ VIRTIO_ID_BLOCK, 0x12, 0x14, 1 },
	{ VIRTIO_ID_BLOCK, 0x14, 0x18, 4 },
	{ VIRTIO_ID_BLOCK, 0x18, 0x1a, 1 },
	{ VIRTIO_ID_BLOCK, 0x1a, 0x1c, 2 },
	{ VIRTIO_ID_BLOCK, 0x1c, 0x20, 4 },
	{ VIRTIO_ID_BLOCK, 0x20, 0x22, 1 },
	{ VIRTIO_ID_BLOCK, 0x22, 0x24, 2 },
	{ VIRTIO_ID_BLOCK, 0x24, 0x38, 4 },
	{ VIRTIO_ID_BLOCK, 0x38, 0x3c, 1 },
	{ VIRTIO_ID_BLOCK, 0x3c, 0x5c, 4 },
	{ VIRTIO_ID_BLOCK, 0x5c, 0x60, 1 },
	/* 5.3.4: cols and rows; max_nr_ports and emerg_wr */
	{ VIRTIO_ID_CONSOLE, 0x00, 0x04, 2 },
	{ VIRTIO_ID_CONSOLE, 0x04, 0x0c, 4 },
};

bool model_odd_takes_width(const struct model *m, uint32_t offset, uint8_t width)
{
	if (!odd(m, config_own_widths))
		return true;
	for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const struct fields *f = &fields[i];

		if (f->device_id == m->config.device_id && offset >= f->from && offset < f->to)
			return width == f->width && (offset - f->from) % width == 0;
	}
	return true;
}
