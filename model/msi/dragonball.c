/* SPDX-License-Identifier: BSD-2-Clause */
/* dragonball: the registers of draft3 with other commands, on a Version 2 device of one vendor. */
#include "drivers/spec/device.h"
#include "drivers/spec/msi.h"
#include "model/defects/broken.h"
#include "model/msi/msi.h"

static void adjust_features(struct model_config *config)
{
	config->vendor_id = DRAGONBALL_VENDOR | DRAGONBALL_MSI | DRAGONBALL_QUEUE_NOTIFY;
}

static uint32_t notify_area(const struct model *m)
{
	(void)m;
	return 0x00041000;
}

static void write_csr(struct model *m, uint32_t value)
{
	if ((m->status & VIRTIO_STATUS_DRIVER_OK) && !broken(m, msi_enable_when_running)) {
		m->status |= VIRTIO_STATUS_FAILED;
		return;
	}
	model_msi_enable(m, value & VIRTIO_MSI3_CSR_ENABLED);
	m->msi.staged[MODEL_MSI_LOW] = m->msi.staged[MODEL_MSI_HIGH] = m->msi.staged[MODEL_MSI_DATA] = 0;
}

static void command(struct model *m, uint32_t value)
{
	uint32_t operation = value & VIRTIO_MSI3_OPERATION;
	struct model_msi_vector *v = model_msi_vector(m, value & VIRTIO_MSI3_ARGUMENT);
	bool running = m->status & VIRTIO_STATUS_DRIVER_OK;

	if (operation == VIRTIO_MSI3_UPDATE && m->msi.enabled)
		model_msi_commit(m, v);
	else if ((operation == VIRTIO_MSI3_MASK || operation == VIRTIO_MSI3_UNMASK) && v && running)
		model_msi_set_mask(m, v, operation == VIRTIO_MSI3_MASK);
	else if (operation != VIRTIO_MSI3_UPDATE && operation != VIRTIO_MSI3_MASK && operation != VIRTIO_MSI3_UNMASK)
		m->status |= VIRTIO_STATUS_FAILED;
}

static bool read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	(void)m;
	if (offset != VIRTIO_MSI3_CSR || width != 2)
		return false;
	*value = VIRTIO_MSI3_CSR_SUPPORTED;
	return true;
}

static bool write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (offset == VIRTIO_MSI3_CSR && width == 2) {
		write_csr(m, value);
		return true;
	}
	if (offset == VIRTIO_MSI3_COMMAND && width == 2) {
		command(m, value);
		return true;
	}
	if (offset < VIRTIO_MSI3_ADDRESS_LOW || offset > VIRTIO_MSI3_DATA || width != 4)
		return false;
	if (m->msi.enabled)
		model_msi_stage(m, (offset - VIRTIO_MSI3_ADDRESS_LOW) / 4, value);
	return true;
}

const struct model_msi_registers model_msi_dragonball = {
	.adjust_features = adjust_features,
	.queue_notify_too = true,
	.notify_area = notify_area,
	.read = read,
	.write = write,
};
