/* SPDX-License-Identifier: BSD-2-Clause */
/* f40: the second proposal. Either each source has a fixed vector, or vectors can be shared and the driver maps sources
 * to them. */
#include "drivers/spec/mmio.h"
#include "drivers/spec/msi.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/features.h"
#include "model/msi/msi.h"

static void adjust_features(struct model_config *config)
{
	model_set_bit(config->features, VIRTIO_F40_MMIO_NOTIFICATION, true);
	model_set_bit(config->features, VIRTIO_F40_MMIO_MSI, true);
}

static uint32_t notify_area(const struct model *m)
{
	if (!model_negotiated(m, VIRTIO_F40_MMIO_NOTIFICATION))
		return 0;
	/* the addresses of more than seven queues would reach ConfigGeneration */
	return model_queue_count(m) <= 7 ? 0x000400e0 : VIRTIO_MMIO_QUEUE_NOTIFY;
}

static bool is_register(uint32_t offset, uint8_t width)
{
	return width == 4 && offset >= VIRTIO_F40_VECTORS && offset <= VIRTIO_F40_DATA;
}

static bool read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	bool patch = m->config.msi_patch_state;

	if (!is_register(offset, width))
		return false;
	if (offset == VIRTIO_F40_VECTORS)
		*value = model_msi_stated_count(m, model_msi_vectors(m));
	else if (offset == VIRTIO_F40_STATE)
		*value = model_msi_enabled_bit(m, patch ? VIRTIO_F40_STATE_ENABLED_PATCH : VIRTIO_F40_STATE_ENABLED) |
			 (!m->config.msi_sharing ? 0
			  : patch		 ? VIRTIO_F40_STATE_SHARING_PATCH
						 : VIRTIO_F40_STATE_SHARING);
	return true;
}

static void map(struct model *m, uint32_t source)
{
	uint32_t number = m->msi.select;

	if (!m->config.msi_sharing || source > model_queue_count(m) ||
	    (number == VIRTIO_F40_NO_VECTOR && broken(m, msi_unmap_ignored)))
		return;
	if (number == VIRTIO_F40_NO_VECTOR || model_msi_vector(m, number))
		m->msi.map[source] = number == VIRTIO_F40_NO_VECTOR ? number : m->msi.last;
}

static void command(struct model *m, uint32_t code)
{
	struct model_msi_vector *v = model_msi_vector(m, m->msi.select);

	if (code == VIRTIO_F40_ENABLE || code == VIRTIO_F40_DISABLE)
		model_msi_enable(m, code == VIRTIO_F40_ENABLE);
	else if (code == VIRTIO_F40_CONFIGURE)
		model_msi_commit(m, v);
	else if ((code == VIRTIO_F40_MASK || code == VIRTIO_F40_UNMASK) && v)
		model_msi_set_mask(m, v, code == VIRTIO_F40_MASK);
	else if (code == VIRTIO_F40_MAP_CONFIG || code == VIRTIO_F40_MAP_QUEUE)
		map(m, code == VIRTIO_F40_MAP_CONFIG	 ? MODEL_SOURCE_CONFIG
		       : m->queue_sel < MODEL_QUEUES_MAX ? MODEL_SOURCE_QUEUE(m->queue_sel)
							 : MODEL_MSI_VECTORS);
}

static bool write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (!is_register(offset, width))
		return false;
	if (offset == VIRTIO_F40_COMMAND)
		command(m, value);
	else if (offset == VIRTIO_F40_SELECT) {
		m->msi.select = value;
		model_msi_vector(m, value);
	} else if (offset >= VIRTIO_F40_ADDRESS_LOW && offset <= VIRTIO_F40_DATA)
		model_msi_stage(m, (offset - VIRTIO_F40_ADDRESS_LOW) / 4, value);
	return true;
}

const struct model_msi_registers model_msi_f40 = {
	.adjust_features = adjust_features,
	.feature = VIRTIO_F40_MMIO_MSI,
	.notify_area = notify_area,
	.read = read,
	.write = write,
};
