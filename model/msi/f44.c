/* SPDX-License-Identifier: BSD-2-Clause */
/* f44: our own layout. Each source has one vector, with its own message registers. */
#include "drivers/spec/device.h"
#include "drivers/spec/msi.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/msi/msi.h"

static void adjust_features(struct model_config *config)
{
	model_set_bit(config->features, VIRTIO_F44_MMIO_MSI, true);
}

static struct model_msi_vector *selected(struct model *m)
{
	uint32_t source = m->msi.select;

	return model_msi_vector(m, source == VIRTIO_F44_CONFIG	? MODEL_SOURCE_CONFIG
				   : source >= MODEL_QUEUES_MAX ? source
								: MODEL_SOURCE_QUEUE(source));
}

static bool is_register(uint32_t offset)
{
	return offset >= VIRTIO_F44_SELECT && offset <= VIRTIO_F44_ENABLE;
}

static bool read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	const struct model_msi_vector *v;

	if (width != 4)
		return false;
	v = selected(m);
	if (offset == VIRTIO_F44_SELECT)
		*value = m->msi.select;
	else if (offset == VIRTIO_F44_MAX)
		*value = broken(m, msi_too_few) ? 0 : model_msi_vectors(m);
	else if (offset == VIRTIO_F44_ENABLE)
		*value = model_msi_enabled_bit(m, 1);
	else if (v && offset == VIRTIO_F44_MASK)
		*value = v->masked;
	else if (v && offset == VIRTIO_F44_PENDING)
		*value = v->pending && !broken(m, msi_pending_hidden);
	else if (v && offset >= VIRTIO_F44_ADDRESS_LOW && offset <= VIRTIO_F44_DATA)
		*value = v->word[(offset - VIRTIO_F44_ADDRESS_LOW) / 4];
	return is_register(offset);
}

static bool write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	struct model_msi_vector *v;

	if (width != 4)
		return false;
	v = selected(m);
	if (offset == VIRTIO_F44_SELECT)
		m->msi.select = value;
	else if (offset == VIRTIO_F44_ENABLE &&
		 (!(m->status & VIRTIO_STATUS_DRIVER_OK) || broken(m, msi_enable_when_running)))
		model_msi_enable(m, value & 1);
	else if (v && offset == VIRTIO_F44_MASK)
		model_msi_set_mask(m, v, value & 1);
	else if (v && offset >= VIRTIO_F44_ADDRESS_LOW && offset <= VIRTIO_F44_DATA &&
		 (v->masked || broken(m, msi_unstaged)))
		model_msi_set_word(m, v, (offset - VIRTIO_F44_ADDRESS_LOW) / 4, value);
	return is_register(offset);
}

const struct model_msi_registers model_msi_f44 = {
	.adjust_features = adjust_features,
	.feature = VIRTIO_F44_MMIO_MSI,
	.masked_at_reset = true,
	.read = read,
	.write = write,
};
