// SPDX-License-Identifier: BSD-2-Clause
/* dragonball: the layout that Dragonball ships. VendorID alone identifies it; no feature is negotiated. */
#include "drivers/device.h"
#include "drivers/spec/msi.h"

static const struct msi_write set[] = {
	{ VIRTIO_MSI3_ADDRESS_LOW, 4, MSI_LOW, 0 },
	{ VIRTIO_MSI3_ADDRESS_HIGH, 4, MSI_HIGH, 0 },
	{ VIRTIO_MSI3_DATA, 4, MSI_DATA, 0 },
	{ VIRTIO_MSI3_COMMAND, 2, MSI_PLUS_NUMBER, VIRTIO_MSI3_UPDATE },
	{ 0 },
};
static const struct msi_write mask[] = { { VIRTIO_MSI3_COMMAND, 2, MSI_PLUS_NUMBER, VIRTIO_MSI3_MASK }, { 0 } };
static const struct msi_write unmask[] = { { VIRTIO_MSI3_COMMAND, 2, MSI_PLUS_NUMBER, VIRTIO_MSI3_UNMASK }, { 0 } };
static const struct msi_write enable[] = { { VIRTIO_MSI3_CSR, 2, MSI_VALUE, VIRTIO_MSI3_CSR_ENABLED }, { 0 } };
static const struct msi_write disable[] = { { VIRTIO_MSI3_CSR, 2, MSI_VALUE, 0 }, { 0 } };

static bool candidate(const struct device *device)
{
	uint32_t vendor = device->transport.vendor_id;

	return (vendor & DRAGONBALL_VENDOR_MASK) == DRAGONBALL_VENDOR && (vendor & DRAGONBALL_MSI);
}

static bool confirm(struct device *device, uint32_t value)
{
	(void)device;
	return value == VIRTIO_MSI3_CSR_SUPPORTED;
}

static const struct msi_register registers[] = {
	{ VIRTIO_MSI3_CSR, "MsiCsr" },
	{ VIRTIO_MSI3_COMMAND, "MsiCommand" },
	{ VIRTIO_MSI3_ADDRESS_LOW, "MsiAddressLow" },
	{ VIRTIO_MSI3_ADDRESS_HIGH, "MsiAddressHigh" },
	{ VIRTIO_MSI3_DATA, "MsiData" },
	{ 0 },
};

const struct msi_layout msi_dragonball = {
	.name = "dragonball",
	.flags = MSI_COUNTS_SOURCES | MSI_ENABLES_FIRST | MSI_EARLY | MSI_KEEPS_PENDING,
	.writes = { [MSI_SET] = set,
		    [MSI_MASK] = mask,
		    [MSI_UNMASK] = unmask,
		    [MSI_ENABLE] = enable,
		    [MSI_DISABLE] = disable },
	.count_offset = VIRTIO_MSI3_CSR,
	.count_width = 2,
	.count_mask = 0xffff,
	.candidate = candidate,
	.confirm = confirm,
	.registers = registers,
};
