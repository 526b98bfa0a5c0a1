// SPDX-License-Identifier: BSD-2-Clause
/* f44: our own layout, which docs/mmio-msi.md specifies. */
#include "drivers/device.h"
#include "drivers/spec/msi.h"
#include "drivers/transport/mmio.h"

static const struct msi_write set[] = {
	{ VIRTIO_F44_SELECT, 4, MSI_PLUS_NUMBER, 0 },
	{ VIRTIO_F44_ADDRESS_LOW, 4, MSI_LOW, 0 },
	{ VIRTIO_F44_ADDRESS_HIGH, 4, MSI_HIGH, 0 },
	{ VIRTIO_F44_DATA, 4, MSI_DATA, 0 },
	{ 0 },
};
#define SELECTED(VALUE)                                                                                   \
	{                                                                                                 \
		{ VIRTIO_F44_SELECT, 4, MSI_PLUS_NUMBER, 0 }, { VIRTIO_F44_MASK, 4, MSI_VALUE, (VALUE) }, \
		{                                                                                         \
			0                                                                                 \
		}                                                                                         \
	}
static const struct msi_write mask[] = SELECTED(1);
static const struct msi_write unmask[] = SELECTED(0);
static const struct msi_write enable[] = { { VIRTIO_F44_ENABLE, 4, MSI_VALUE, 1 }, { 0 } };
static const struct msi_write disable[] = { { VIRTIO_F44_ENABLE, 4, MSI_VALUE, 0 }, { 0 } };

static bool candidate(const struct device *device)
{
	return device_offers(device, VIRTIO_F44_MMIO_MSI);
}

/*
 * Bit 44 is reserved for future extensions (2.2): a device of a later version may mean something else by it. So two of
 * three promises of the layout must hold. (One may be broken: the checks are to say so.)
 */
static bool confirm(struct device *device, uint32_t value)
{
	enum { DATA = 0x2c44 };
	struct transport *transport = &device->transport;
	unsigned held = value && value != 0xffff;

	reg_write(transport, VIRTIO_F44_SELECT, VIRTIO_F44_CONFIG);
	held += reg_read(transport, VIRTIO_F44_MASK) == 1;
	reg_write(transport, VIRTIO_F44_DATA, DATA);
	held += reg_read(transport, VIRTIO_F44_DATA) == DATA;
	return held >= 2;
}

static const struct msi_register registers[] = {
	{ VIRTIO_F44_SELECT, "MsiSel" },
	{ VIRTIO_F44_MAX, "MsiMax" },
	{ VIRTIO_F44_ADDRESS_LOW, "MsiAddrLow" },
	{ VIRTIO_F44_ADDRESS_HIGH, "MsiAddrHigh" },
	{ VIRTIO_F44_DATA, "MsiData" },
	{ VIRTIO_F44_MASK, "MsiMask" },
	{ VIRTIO_F44_PENDING, "MsiPending" },
	{ VIRTIO_F44_ENABLE, "MsiEnable" },
	{ 0 },
};

const struct msi_layout msi_f44 = {
	.name = "f44",
	.flags = MSI_SETS_MASKED | MSI_EARLY | MSI_KEEPS_PENDING | MSI_INERT,
	.features = { VIRTIO_F44_MMIO_MSI },
	.writes = { [MSI_SET] = set,
		    [MSI_MASK] = mask,
		    [MSI_UNMASK] = unmask,
		    [MSI_ENABLE] = enable,
		    [MSI_DISABLE] = disable },
	.count_offset = VIRTIO_F44_MAX,
	.count_width = 4,
	.count_mask = 0xffff,
	.state_offset = VIRTIO_F44_ENABLE,
	.state_width = 4,
	.state_mask = 1,
	.candidate = candidate,
	.confirm = confirm,
	.registers = registers,
};
