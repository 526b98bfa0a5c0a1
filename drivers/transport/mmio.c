// SPDX-License-Identifier: BSD-2-Clause
/* virtio-mmio (4.2): where each field is, and the one pair of accessors that makes every access. */
#include "drivers/transport/mmio.h"

#include <arch/mmio.h>

#include "drivers/transport/ops.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/lib/journal.h"

static uint32_t memory_read(void *context, uint32_t offset, uint8_t width)
{
	uintptr_t address = (uintptr_t)context + offset;

	switch (width) {
	case 1:
		return mmio_read8(address);
	case 2:
		return mmio_read16(address);
	default:
		return mmio_read32(address);
	}
}

static void memory_write(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	uintptr_t address = (uintptr_t)context + offset;

	switch (width) {
	case 1:
		mmio_write8(address, (uint8_t)value);
		break;
	case 2:
		mmio_write16(address, (uint16_t)value);
		break;
	default:
		mmio_write32(address, value);
	}
}

const struct transport_bus transport_memory_bus = { .read = memory_read, .write = memory_write };

uint32_t reg_read_width(struct transport *transport, uint32_t offset, uint8_t width)
{
	uint32_t value = transport->bus->read(transport->bus_context, offset, width);

	journal_access(clock_ns(), cpus_self(), JOURNAL_READ, transport->name, offset, width, value);
	return value;
}

void reg_write_width(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value)
{
	/* The journal comes first, so that its order is right even if the write kills the VMM or raises an interrupt at
	 * once. */
	journal_access(clock_ns(), cpus_self(), JOURNAL_WRITE, transport->name, offset, width, value);
	transport->bus->write(transport->bus_context, offset, width, value);
}

uint32_t reg_read(struct transport *transport, uint32_t offset)
{
	return reg_read_width(transport, offset, 4);
}

void reg_write(struct transport *transport, uint32_t offset, uint32_t value)
{
	reg_write_width(transport, offset, 4, value);
}

static const uint16_t offsets[FIELDS] = {
	[FIELD_DEVICE_FEATURES_SELECT] = VIRTIO_MMIO_DEVICE_FEATURES_SEL,
	[FIELD_DEVICE_FEATURES] = VIRTIO_MMIO_DEVICE_FEATURES,
	[FIELD_DRIVER_FEATURES_SELECT] = VIRTIO_MMIO_DRIVER_FEATURES_SEL,
	[FIELD_DRIVER_FEATURES] = VIRTIO_MMIO_DRIVER_FEATURES,
	[FIELD_STATUS] = VIRTIO_MMIO_STATUS,
	[FIELD_CONFIG_GENERATION] = VIRTIO_MMIO_CONFIG_GENERATION,
	[FIELD_INTERRUPT_STATUS] = VIRTIO_MMIO_INTERRUPT_STATUS,
	[FIELD_INTERRUPT_ACKNOWLEDGE] = VIRTIO_MMIO_INTERRUPT_ACK,
	[FIELD_QUEUE_SELECT] = VIRTIO_MMIO_QUEUE_SEL,
	[FIELD_QUEUE_SIZE_MAX] = VIRTIO_MMIO_QUEUE_SIZE_MAX,
	[FIELD_QUEUE_SIZE] = VIRTIO_MMIO_QUEUE_SIZE,
	[FIELD_QUEUE_READY] = VIRTIO_MMIO_QUEUE_READY,
	[FIELD_QUEUE_RESET] = VIRTIO_MMIO_QUEUE_RESET,
	[FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_DESCRIPTORS] = VIRTIO_MMIO_QUEUE_DESC_LOW,
	[FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_DESCRIPTORS + 1] = VIRTIO_MMIO_QUEUE_DESC_HIGH,
	[FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_AVAILABLE] = VIRTIO_MMIO_QUEUE_DRIVER_LOW,
	[FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_AVAILABLE + 1] = VIRTIO_MMIO_QUEUE_DRIVER_HIGH,
	[FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_USED] = VIRTIO_MMIO_QUEUE_DEVICE_LOW,
	[FIELD_QUEUE_ADDRESSES + 2 * TRANSPORT_USED + 1] = VIRTIO_MMIO_QUEUE_DEVICE_HIGH,
	[FIELD_PAGE_SIZE] = VIRTIO_MMIO_GUEST_PAGE_SIZE,
	[FIELD_QUEUE_ALIGN] = VIRTIO_MMIO_QUEUE_ALIGN,
	[FIELD_QUEUE_PAGE] = VIRTIO_MMIO_QUEUE_PFN,
	[FIELD_SHARED_MEMORY_SELECT] = VIRTIO_MMIO_SHM_SEL,
	[FIELD_SHARED_MEMORY_LENGTH_LOW] = VIRTIO_MMIO_SHM_LEN_LOW,
	[FIELD_SHARED_MEMORY_LENGTH_HIGH] = VIRTIO_MMIO_SHM_LEN_HIGH,
	[FIELD_SHARED_MEMORY_BASE_LOW] = VIRTIO_MMIO_SHM_BASE_LOW,
	[FIELD_SHARED_MEMORY_BASE_HIGH] = VIRTIO_MMIO_SHM_BASE_HIGH,
};

static uint32_t get(struct transport *transport, enum transport_field field)
{
	return reg_read(transport, offsets[field]);
}

static void set(struct transport *transport, enum transport_field field, uint32_t value)
{
	reg_write(transport, offsets[field], value);
}

static enum transport_identity identify(struct transport *transport)
{
	if (reg_read(transport, VIRTIO_MMIO_MAGIC_VALUE) != VIRTIO_MMIO_MAGIC)
		return TRANSPORT_ALIEN;
	transport->version = reg_read(transport, VIRTIO_MMIO_VERSION);
	transport->device_id = reg_read(transport, VIRTIO_MMIO_DEVICE_ID);
	if (!transport->device_id)
		return TRANSPORT_EMPTY;
	if (transport->version < VIRTIO_MMIO_VERSION_LEGACY || transport->version > VIRTIO_MMIO_VERSION_POLLED_RESET)
		return TRANSPORT_UNKNOWN;
	transport->vendor_id = reg_read(transport, VIRTIO_MMIO_VENDOR_ID);
	return TRANSPORT_DEVICE;
}

/* The address came from the device and is not trusted: memory behind the window belongs to something else. */
static void notify(struct transport *transport, uint16_t queue, uint32_t value, bool data)
{
	const uint32_t end = transport->size && transport->size < UINT32_MAX ? (uint32_t)transport->size : UINT32_MAX;
	uint32_t at = transport->notify_base + transport->notify_step * queue;

	(void)data; /* on MMIO the write is 32 bits wide in either case */
	if (!transport->notify_base || at % sizeof(value) || at > end - sizeof(value))
		at = VIRTIO_MMIO_QUEUE_NOTIFY;
	reg_write(transport, at, value);
}

static uint32_t read_config(struct transport *transport, uint32_t offset, uint8_t width)
{
	return reg_read_width(transport, VIRTIO_MMIO_CONFIG + offset, width);
}

static void write_config(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value)
{
	reg_write_width(transport, VIRTIO_MMIO_CONFIG + offset, width, value);
}

/* The specification's names, with the legacy layout's name where it differs. */
static const struct {
	uint16_t offset;
	const char *name, *legacy;
} names[] = {
	{ VIRTIO_MMIO_MAGIC_VALUE, "MagicValue", NULL },
	{ VIRTIO_MMIO_VERSION, "Version", NULL },
	{ VIRTIO_MMIO_DEVICE_ID, "DeviceID", NULL },
	{ VIRTIO_MMIO_VENDOR_ID, "VendorID", NULL },
	{ VIRTIO_MMIO_DEVICE_FEATURES, "DeviceFeatures", "HostFeatures" },
	{ VIRTIO_MMIO_DEVICE_FEATURES_SEL, "DeviceFeaturesSel", "HostFeaturesSel" },
	{ VIRTIO_MMIO_DRIVER_FEATURES, "DriverFeatures", "GuestFeatures" },
	{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, "DriverFeaturesSel", "GuestFeaturesSel" },
	{ VIRTIO_MMIO_GUEST_PAGE_SIZE, "GuestPageSize", NULL },
	{ VIRTIO_MMIO_QUEUE_SEL, "QueueSel", NULL },
	{ VIRTIO_MMIO_QUEUE_SIZE_MAX, "QueueSizeMax", NULL },
	{ VIRTIO_MMIO_QUEUE_SIZE, "QueueSize", NULL },
	{ VIRTIO_MMIO_QUEUE_ALIGN, "QueueAlign", NULL },
	{ VIRTIO_MMIO_QUEUE_PFN, "QueuePFN", NULL },
	{ VIRTIO_MMIO_QUEUE_READY, "QueueReady", NULL },
	{ VIRTIO_MMIO_QUEUE_NOTIFY, "QueueNotify", NULL },
	{ VIRTIO_MMIO_INTERRUPT_STATUS, "InterruptStatus", NULL },
	{ VIRTIO_MMIO_INTERRUPT_ACK, "InterruptACK", NULL },
	{ VIRTIO_MMIO_STATUS, "Status", NULL },
	{ VIRTIO_MMIO_QUEUE_DESC_LOW, "QueueDescLow", NULL },
	{ VIRTIO_MMIO_QUEUE_DESC_HIGH, "QueueDescHigh", NULL },
	{ VIRTIO_MMIO_QUEUE_DRIVER_LOW, "QueueDriverLow", NULL },
	{ VIRTIO_MMIO_QUEUE_DRIVER_HIGH, "QueueDriverHigh", NULL },
	{ VIRTIO_MMIO_QUEUE_DEVICE_LOW, "QueueDeviceLow", NULL },
	{ VIRTIO_MMIO_QUEUE_DEVICE_HIGH, "QueueDeviceHigh", NULL },
	{ VIRTIO_MMIO_SHM_SEL, "SHMSel", NULL },
	{ VIRTIO_MMIO_SHM_LEN_LOW, "SHMLenLow", NULL },
	{ VIRTIO_MMIO_SHM_LEN_HIGH, "SHMLenHigh", NULL },
	{ VIRTIO_MMIO_SHM_BASE_LOW, "SHMBaseLow", NULL },
	{ VIRTIO_MMIO_SHM_BASE_HIGH, "SHMBaseHigh", NULL },
	{ VIRTIO_MMIO_QUEUE_RESET, "QueueReset", NULL },
	{ VIRTIO_MMIO_CONFIG_GENERATION, "ConfigGeneration", NULL },
};

static bool is_config(uint32_t where)
{
	return where >= VIRTIO_MMIO_CONFIG;
}

static const char *register_name(const struct transport *transport, uint32_t where)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].offset == where)
			return transport_is_legacy(transport) && names[i].legacy ? names[i].legacy : names[i].name;
	return is_config(where) ? "Config" : NULL;
}

const struct transport_ops transport_mmio = {
	.kind = TRANSPORT_MMIO,
	.identify = identify,
	.get = get,
	.set = set,
	.notify = notify,
	.config_read = read_config,
	.config_write = write_config,
	.register_name = register_name,
	.is_config = is_config,
};
