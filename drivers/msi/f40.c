// SPDX-License-Identifier: BSD-2-Clause
/* f40: the second proposal, January and February 2020: feature bit 40, and bit 39 for notification addresses. */
#include "drivers/device.h"
#include "drivers/spec/msi.h"
#include "drivers/transport/mmio.h"

static const struct msi_write set[] = {
	{ VIRTIO_F40_SELECT, 4, MSI_PLUS_NUMBER, 0 },
	{ VIRTIO_F40_ADDRESS_LOW, 4, MSI_LOW, 0 },
	{ VIRTIO_F40_ADDRESS_HIGH, 4, MSI_HIGH, 0 },
	{ VIRTIO_F40_DATA, 4, MSI_DATA, 0 },
	{ VIRTIO_F40_COMMAND, 4, MSI_VALUE, VIRTIO_F40_CONFIGURE },
	{ 0 },
};
#define ON_SELECTED(COMMAND)                                                                                   \
	{                                                                                                      \
		{ VIRTIO_F40_SELECT, 4, MSI_PLUS_NUMBER, 0 }, { VIRTIO_F40_COMMAND, 4, MSI_VALUE, (COMMAND) }, \
		{                                                                                              \
			0                                                                                      \
		}                                                                                              \
	}
static const struct msi_write mask[] = ON_SELECTED(VIRTIO_F40_MASK);
static const struct msi_write unmask[] = ON_SELECTED(VIRTIO_F40_UNMASK);
static const struct msi_write map_config[] = ON_SELECTED(VIRTIO_F40_MAP_CONFIG);
static const struct msi_write map_queue[] = {
	{ VIRTIO_MMIO_QUEUE_SEL, 4, MSI_QUEUE, 0 },
	{ VIRTIO_F40_SELECT, 4, MSI_PLUS_NUMBER, 0 },
	{ VIRTIO_F40_COMMAND, 4, MSI_VALUE, VIRTIO_F40_MAP_QUEUE },
	{ 0 },
};
static const struct msi_write enable[] = { { VIRTIO_F40_COMMAND, 4, MSI_VALUE, VIRTIO_F40_ENABLE }, { 0 } };
static const struct msi_write disable[] = { { VIRTIO_F40_COMMAND, 4, MSI_VALUE, VIRTIO_F40_DISABLE }, { 0 } };

/* Only a candidate: most devices that offer bit 40 mean RING_RESET by it. */
static bool candidate(const struct device *device)
{
	return device_offers(device, VIRTIO_F40_MMIO_MSI);
}

/*
 * With the bit accepted, the register at 0x0c0 is either QueueReset, which reads 0 after a device reset (4.2.2.1; 1
 * during a queue reset), or MsiVecNum, which is at least 2 with and without sharing. Both allow the read.
 */
static bool confirm(struct device *device, uint32_t value)
{
	uint32_t state;

	if (value < 2)
		return false;
	state = reg_read(&device->transport, VIRTIO_F40_STATE);
	device->msi.sharing = state & (VIRTIO_F40_STATE_SHARING | VIRTIO_F40_STATE_SHARING_PATCH);
	return true;
}

static const struct msi_register registers[] = {
	{ VIRTIO_F40_VECTORS, "MsiVecNum" },	  { VIRTIO_F40_STATE, "MsiState" },
	{ VIRTIO_F40_COMMAND, "MsiCmd" },	  { VIRTIO_F40_SELECT, "MsiVecSel" },
	{ VIRTIO_F40_ADDRESS_LOW, "MsiAddrLow" }, { VIRTIO_F40_ADDRESS_HIGH, "MsiAddrHigh" },
	{ VIRTIO_F40_DATA, "MsiData" },		  { 0 },
};

const struct msi_layout msi_f40 = {
	.name = "f40",
	.flags = MSI_COUNTS_SOURCES,
	.features = { VIRTIO_F40_MMIO_MSI, VIRTIO_F40_MMIO_NOTIFICATION },
	.notify_feature = VIRTIO_F40_MMIO_NOTIFICATION,
	.writes = { [MSI_SET] = set,
		    [MSI_MASK] = mask,
		    [MSI_UNMASK] = unmask,
		    [MSI_ENABLE] = enable,
		    [MSI_DISABLE] = disable,
		    [MSI_MAP_QUEUE] = map_queue,
		    [MSI_MAP_CONFIG] = map_config },
	.count_offset = VIRTIO_F40_VECTORS,
	.count_width = 4,
	.count_mask = 0xffff,
	.state_offset = VIRTIO_F40_STATE,
	.state_width = 4,
	.state_mask = VIRTIO_F40_STATE_ENABLED | VIRTIO_F40_STATE_ENABLED_PATCH,
	.candidate = candidate,
	.confirm = confirm,
	.registers = registers,
};
