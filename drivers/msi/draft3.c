// SPDX-License-Identifier: BSD-2-Clause
/* draft3: "virtio-mmio version 3", December 2019. */
#include "drivers/device.h"
#include "drivers/spec/msi.h"
#include "drivers/transport/mmio.h"

static const struct msi_write set[] = {
	{ VIRTIO_MSI3_ADDRESS_LOW, 4, MSI_LOW, 0 },
	{ VIRTIO_MSI3_ADDRESS_HIGH, 4, MSI_HIGH, 0 },
	{ VIRTIO_MSI3_DATA, 4, MSI_DATA, 0 },
	{ VIRTIO_MSI3_COMMAND, 2, MSI_PLUS_NUMBER, VIRTIO_MSI3_UPDATE },
	{ 0 },
};
static const struct msi_write enable[] = { { VIRTIO_MSI3_COMMAND, 2, MSI_VALUE, VIRTIO_MSI3_ENABLE | 1 }, { 0 } };
static const struct msi_write disable[] = { { VIRTIO_MSI3_COMMAND, 2, MSI_VALUE, VIRTIO_MSI3_ENABLE }, { 0 } };

/*
 * Today's specification has a Version 3, too, and QueueReset where draft3 has MsiStatus. A device that offers
 * RING_RESET has QueueReset there. One that does not offer it has no register there, so that a read does no harm.
 */
static bool candidate(const struct device *device)
{
	return device->transport.version == VIRTIO_MMIO_VERSION_POLLED_RESET &&
	       !device_offers(device, VIRTIO_F_RING_RESET);
}

static bool confirm(struct device *device, uint32_t value)
{
	(void)device;
	return value && !(value & VIRTIO_MSI3_STATUS_RESERVED);
}

static const struct msi_register registers[] = {
	{ VIRTIO_MSI3_STATUS, "MsiStatus" },	   { VIRTIO_MSI3_COMMAND, "MsiCmd" },
	{ VIRTIO_MSI3_ADDRESS_LOW, "MsiAddrLow" }, { VIRTIO_MSI3_ADDRESS_HIGH, "MsiAddrHigh" },
	{ VIRTIO_MSI3_DATA, "MsiData" },	   { 0 },
};

const struct msi_layout msi_draft3 = {
	.name = "draft3",
	.flags = MSI_COUNTS_SOURCES,
	.writes = { [MSI_SET] = set, [MSI_ENABLE] = enable, [MSI_DISABLE] = disable },
	.count_offset = VIRTIO_MSI3_STATUS,
	.count_width = 2,
	.count_mask = VIRTIO_MSI3_STATUS_QUEUES | VIRTIO_MSI3_STATUS_RESERVED,
	.state_offset = VIRTIO_MSI3_STATUS,
	.state_width = 2,
	.state_mask = VIRTIO_MSI3_STATUS_ENABLED,
	.candidate = candidate,
	.confirm = confirm,
	.registers = registers,
};
