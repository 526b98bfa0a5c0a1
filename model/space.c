/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration space and its generation: 2.5, 3.2.1, 4.2.2. */
#include "model/internal.h"

#include "drivers/spec/blk.h"
#include "drivers/spec/console.h"
#include "drivers/spec/net.h"

/* Defects that change what a field reads as. */
static const struct overlay {
	uint16_t defect;
	uint8_t device_id, offset, width;
	uint32_t value;
} overlays[] = {
#define OVERLAY(id, type, offset, width, value)                           \
	{                                                                 \
		MODEL_DEFECT_##id, VIRTIO_ID_##type, offset, width, value \
	}
	OVERLAY(blk_padding_junk, BLOCK, VIRTIO_BLK_CONFIG_UNUSED0, 1, 0xa5),
	OVERLAY(blk_padding_junk, BLOCK, VIRTIO_BLK_CONFIG_UNUSED1, 3, 0xa5a5a5),
	OVERLAY(blk_num_queues_zero, BLOCK, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2, 0),
	OVERLAY(blk_zoned_model_reserved, BLOCK, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1, 3),
	OVERLAY(blk_host_managed_goes_on, BLOCK, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1, 1),
	OVERLAY(blk_zones_shown, BLOCK, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1, 2),
	OVERLAY(blk_zones_shown, BLOCK, VIRTIO_BLK_CONFIG_ZONE_SECTORS, 4, 64),
	OVERLAY(blk_less_than_a_block_fails, BLOCK, VIRTIO_BLK_CONFIG_BLK_SIZE, 4, 4096),
	OVERLAY(net_rss_table_short, NETWORK, VIRTIO_NET_CONFIG_RSS_MAX_KEY_SIZE, 1, 40),
	OVERLAY(net_rss_table_short, NETWORK, VIRTIO_NET_CONFIG_RSS_MAX_INDIRECTION_TABLE_LENGTH, 2, 64),
	OVERLAY(net_pairs_zero, NETWORK, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2, 0),
	OVERLAY(net_mtu_too_small, NETWORK, VIRTIO_NET_CONFIG_MTU, 2, 60),
	OVERLAY(net_mtu_below_1280, NETWORK, VIRTIO_NET_CONFIG_MTU, 2, 600),
	OVERLAY(net_speed_junk, NETWORK, VIRTIO_NET_CONFIG_SPEED, 4, 0x80000000),
	OVERLAY(net_duplex_junk, NETWORK, VIRTIO_NET_CONFIG_DUPLEX, 1, 2),
	OVERLAY(con_size_zero, CONSOLE, VIRTIO_CONSOLE_CONFIG_COLS, 4, 0),
};

static uint8_t defective_byte(struct model *m, uint32_t offset, uint8_t value)
{
	bool running = m->status & VIRTIO_STATUS_DRIVER_OK;

	for (unsigned i = 0; i < sizeof overlays / sizeof overlays[0]; i++) {
		const struct overlay *o = &overlays[i];
		if (model_has(m, (enum model_defect)o->defect) && o->device_id == m->config.device_id &&
		    offset - o->offset < o->width)
			value = (uint8_t)(o->value >> (8 * (offset - o->offset)));
	}
	if (m->config.device_id != VIRTIO_ID_NETWORK)
		return value;
	if ((offset == VIRTIO_NET_CONFIG_MTU && broken(m, net_mtu_changes) && running) ||
	    (offset == VIRTIO_NET_CONFIG_MAC + 5 && broken(m, net_mac_unstable) && running))
		value ^= 1;
	if (offset == VIRTIO_NET_CONFIG_SPEED && broken(m, net_speed_changes))
		value = (uint8_t)m->defective.reads++;
	return value;
}

/* Fields before this offset do not depend on a feature. */
static uint32_t unconditional(const struct model *m)
{
	switch (m->config.device_id) {
	case VIRTIO_ID_BLOCK:
		return VIRTIO_BLK_CONFIG_SIZE_MAX;
	case VIRTIO_ID_NETWORK:
		return VIRTIO_NET_CONFIG_STATUS;
	}
	return 0;
}

static bool hidden(const struct model *m, uint32_t offset)
{
	if (m->status & (model_is_legacy(m) ? VIRTIO_STATUS_DRIVER_OK : VIRTIO_STATUS_FEATURES_OK))
		return false;
	return broken(m, config_hidden_early) ||
	       (broken(m, config_conditional_hidden_early) && offset >= unconditional(m));
}

static void finish_torn_change(struct model *m)
{
	if (m->defective.torn_reads && --m->defective.torn_reads == 0)
		model_to_le(&m->config_space[m->defective.torn_offset], m->defective.torn_width,
			    m->defective.torn_value);
}

/* 2.5.2: readable at any time. */
uint32_t model_config_read(struct model *m, uint32_t offset, uint8_t width)
{
	uint32_t value = 0;

	if (hidden(m, offset) || (broken(m, config_wide_only) && width < 4))
		return 0;
	if (broken(m, config_offset_ignored))
		offset &= ~3u;
	for (unsigned i = 0; i < width; i++)
		if (offset + i < MODEL_CONFIG_BYTES) {
			uint32_t byte = defective_byte(m, offset + i, m->config_space[offset + i]);
			value |= byte << (broken(m, config_big_endian) ? 8 * (width - 1u - i) : 8 * i);
		}
	finish_torn_change(m);
	return value;
}

/* A change is one step for the driver: no access sees half of it, and the generation tells accesses before it from
 * those after it. */
void model_config_put(struct model *m, uint32_t offset, unsigned width, uint64_t value)
{
	unsigned half = width;

	if (model_le(&m->config_space[offset], width) == value)
		return;
	if (broken(m, config_torn) && width >= 4 && m->status) {
		half = width / 2;
		m->defective.torn_reads = 2;
		m->defective.torn_offset = (uint8_t)(offset + half);
		m->defective.torn_width = (uint8_t)(width - half);
		m->defective.torn_value = value >> (8 * half);
	}
	model_to_le(&m->config_space[offset], half, value);
	m->generation++;
}

/* A driver that has not finished negotiation has nothing to be told yet, and after a reset nothing may be sent until it
 * has (2.4.1). */
bool model_config_notify_due(const struct model *m)
{
	uint32_t reached = model_is_legacy(m) ? VIRTIO_STATUS_DRIVER : VIRTIO_STATUS_FEATURES_OK;

	return m->config_changed && (m->status & reached) && !m->reset_units;
}

void model_config_notify(struct model *m)
{
	m->config_changed = false;
	if (!broken(m, config_change_silent))
		model_raise(m, MODEL_SOURCE_CONFIG);
}
