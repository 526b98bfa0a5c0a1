/* SPDX-License-Identifier: BSD-2-Clause */
/* draft3: the first proposal. Version 3 means this draft. */
#include "drivers/spec/features.h"
#include "drivers/spec/msi.h"
#include "model/bits.h"
#include "model/features.h"
#include "model/msi/msi.h"

static void adjust_features(struct model_config *config)
{
	model_set_bit(config->features, VIRTIO_F_RING_RESET, false); /* MsiStatus is where QueueReset would be */
}

static uint32_t notify_area(const struct model *m)
{
	(void)m;
	return 0x000400d0;
}

static void command(struct model *m, uint32_t value)
{
	uint32_t argument = value & VIRTIO_MSI3_ARGUMENT;

	if ((value & VIRTIO_MSI3_OPERATION) == VIRTIO_MSI3_UPDATE)
		model_msi_commit(m, model_msi_vector(m, argument));
	else if ((value & VIRTIO_MSI3_OPERATION) == VIRTIO_MSI3_ENABLE && argument <= 1)
		model_msi_enable(m, argument);
}

static bool read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	if (offset != VIRTIO_MSI3_STATUS || width != 2)
		return false;
	*value = model_msi_stated_count(m, model_queue_count(m)) | model_msi_enabled_bit(m, VIRTIO_MSI3_STATUS_ENABLED);
	return true;
}

static bool write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (offset == VIRTIO_MSI3_STATUS && width == 2)
		return true;
	if (offset == VIRTIO_MSI3_COMMAND && width == 2) {
		command(m, value);
		return true;
	}
	if (offset < VIRTIO_MSI3_ADDRESS_LOW || offset > VIRTIO_MSI3_DATA || width != 4)
		return false;
	model_msi_stage(m, (offset - VIRTIO_MSI3_ADDRESS_LOW) / 4, value);
	return true;
}

const struct model_msi_registers model_msi_draft3 = {
	.adjust_features = adjust_features,
	.notify_area = notify_area,
	.read = read,
	.write = write,
};
