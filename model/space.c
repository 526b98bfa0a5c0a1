/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration space and its generation: 2.5, 3.2.1, 4.2.2. */
#include "model/internal.h"

uint32_t model_config_read(struct model *m, uint32_t offset, uint8_t width)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < width; i++)
		if (offset + i < MODEL_CONFIG_BYTES)
			value |= (uint32_t)m->config_space[offset + i] << (8 * i);
	return value;
}

/* A change is one step for the driver: no access sees half of it, and the generation tells accesses before it from those after it. */
void model_config_put(struct model *m, uint32_t offset, unsigned width, uint64_t value)
{
	if (model_le(&m->config_space[offset], width) == value)
		return;
	model_to_le(&m->config_space[offset], width, value);
	m->generation++;
}

/* A driver that has not finished negotiation has nothing to be told yet, and after a reset nothing may be sent until it has (2.4.1). */
bool model_config_notify_due(const struct model *m)
{
	uint32_t reached = model_is_legacy(m) ? VIRTIO_STATUS_DRIVER : VIRTIO_STATUS_FEATURES_OK;

	return m->config_changed && (m->status & reached) && !m->reset_units;
}

void model_config_notify(struct model *m)
{
	m->config_changed = false;
	model_raise(m, VIRTIO_MMIO_INT_CONFIG);
}
