/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration space and its generation: 2.5, 3.2.1, 4.2.2. */
#include "model/space.h"

#include "drivers/spec/device.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/oddities/odd.h"
#include "model/oddities/widths.h"

static uint8_t defective_byte(struct model *m, uint32_t offset, uint8_t value)
{
	for (unsigned i = 0; i < m->backend->overlays.count; i++) {
		const struct model_overlay *o = &m->backend->overlays.at[i];
		if (model_has(m, (enum model_defect)o->defect) && offset - o->offset < o->width)
			value = (uint8_t)(o->value >> (8 * (offset - o->offset)));
	}
	return m->backend->config_byte ? m->backend->config_byte(m, offset, value) : value;
}

static bool hidden(const struct model *m, uint32_t offset)
{
	if (m->status & (model_is_legacy(m) ? VIRTIO_STATUS_DRIVER_OK : VIRTIO_STATUS_FEATURES_OK))
		return false;
	return broken(m, config_hidden_early) ||
	       (broken(m, config_conditional_hidden_early) && offset >= m->backend->config_conditional);
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

	if (!model_odd_takes_width(m, offset, width))
		return 0xffffffff >> (32 - 8 * width);
	if (hidden(m, offset) || (broken(m, config_wide_only) && width < 4))
		return 0;
	if (broken(m, config_offset_ignored))
		offset &= ~3u;
	for (unsigned i = 0; i < width; i++)
		if (offset + i < m->backend->config_bytes) {
			uint32_t byte = defective_byte(m, offset + i, m->config_space[offset + i]);
			value |= byte << (broken(m, config_big_endian) ? 8 * (width - 1u - i) : 8 * i);
		}
	for (unsigned i = 0; odd(m, config_longer) && i < width; i++)
		if (offset + i >= m->backend->config_bytes)
			value |= ((offset + i) * 7u & 0xff) << 8 * i;
	finish_torn_change(m);
	return value;
}

/* The driver sees a change as one step: no access sees half of it, and the generation separates the accesses before it
 * from those after it. */
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
	m->generation += odd(m, generation_jumps) ? 0x01000193 : 1;
}

/* A notification is due only once the driver has finished negotiation: 2.4.1 forbids one after a reset until then. */
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
