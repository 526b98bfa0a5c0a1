/* SPDX-License-Identifier: BSD-2-Clause */
/* A device comes into being. */
#include "model/internal.h"

static const struct model_backend *backend_of(uint32_t device_id)
{
	switch (device_id) {
	case VIRTIO_ID_ENTROPY:
		return &model_entropy;
	case VIRTIO_ID_BLOCK:
		return &model_block;
	case VIRTIO_ID_NETWORK:
		return &model_network;
	case VIRTIO_ID_CONSOLE:
		return &model_console_device;
	}
	return NULL;
}

static bool between(unsigned value, unsigned low, unsigned high)
{
	return value >= low && value <= high;
}

static bool sensible(const struct model_config *c)
{
	if (!backend_of(c->device_id) ||
	    !between(c->version, VIRTIO_MMIO_VERSION_LEGACY, VIRTIO_MMIO_VERSION_POLLED_RESET))
		return false;
	if (!between(c->queue_size_max, 1, MODEL_QUEUE_SIZE_MAX) || (c->queue_size_max & (c->queue_size_max - 1)))
		return false;
	if (!between(c->in_flight, 1, MODEL_IN_FLIGHT_MAX) || !between(c->batch, 1, MODEL_IN_FLIGHT_MAX) ||
	    !c->reset_units)
		return false;
	if (c->msi && (c->version == VIRTIO_MMIO_VERSION_LEGACY ||
		       (c->msi == MODEL_MSI_DRAFT3) != (c->version == VIRTIO_MMIO_VERSION_POLLED_RESET)))
		return false;
	if (c->device_id == VIRTIO_ID_BLOCK)
		return c->blk.disk && c->blk.sectors && between(c->blk.queues, 1, MODEL_QUEUES_MAX);
	if (c->device_id == VIRTIO_ID_NETWORK)
		return between(c->net.pairs, 1, MODEL_NET_PAIRS_MAX) && between(c->net.mtu, 68, 1500);
	if (c->device_id == VIRTIO_ID_CONSOLE)
		return between(c->console.max_ports, 1, MODEL_CONSOLE_PORTS_MAX) &&
		       between(c->console.ports, 1, c->console.max_ports);
	return true;
}

/* By hand: a compound literal could pass over a stack that is smaller than a device. */
static void clear(struct model *m)
{
	for (size_t i = 0; i < sizeof *m; i++)
		((uint8_t *)m)[i] = 0;
}

bool model_init(struct model *m, const struct model_config *config, const struct model_host *host)
{
	if (!sensible(config) || !host->read || !host->write || !host->set_line || !host->random ||
	    (config->msi && !host->send_message))
		return false;
	clear(m);
	m->config = *config;
	m->host = *host;
	m->backend = backend_of(config->device_id);
	model_sanitize_features(&m->config);
	for (unsigned i = 0; i < MODEL_DEFECT_WORDS; i++)
		m->defects[i] = config->defects[i];
	m->backend->init(m);
	model_reset_now(m);
	m->generation = 0;
	return true;
}

void model_set_defect(struct model *m, enum model_defect defect, bool on)
{
	if (model_defect_name(defect))
		model_set_bit(m->defects, defect, on);
}

/* What a type of device can change by itself; see model.h. */
bool model_config_change(struct model *m)
{
	switch (m->config.device_id) {
	case VIRTIO_ID_BLOCK:
		return model_blk_resize(m, m->sectors == m->config.blk.sectors ? m->sectors + 0x100000001
									       : m->config.blk.sectors);
	case VIRTIO_ID_NETWORK:
		return model_net_link(m, !m->link_up);
	case VIRTIO_ID_CONSOLE:
		return m->cols == m->config.console.cols
			       ? model_console_resize(m, (uint16_t)(m->cols + 52), (uint16_t)(m->rows + 18))
			       : model_console_resize(m, m->config.console.cols, m->config.console.rows);
	}
	return false;
}
