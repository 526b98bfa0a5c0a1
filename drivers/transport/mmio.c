// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/transport/transport.h"

#include <arch/mmio.h>

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

uint32_t transport_read(struct transport *transport, uint32_t offset, uint8_t width)
{
	uint32_t value = transport->bus->read(transport->bus_context, offset, width);

	journal_access(clock_ns(), cpus_self(), JOURNAL_READ, transport->name, offset, width, value);
	return value;
}

void transport_write(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value)
{
	/* Journal first: if the write kills the VMM or raises an interrupt at once, the order is right. */
	journal_access(clock_ns(), cpus_self(), JOURNAL_WRITE, transport->name, offset, width, value);
	transport->bus->write(transport->bus_context, offset, width, value);
}

uint32_t reg_read(struct transport *transport, uint32_t offset)
{
	return transport_read(transport, offset, 4);
}

void reg_write(struct transport *transport, uint32_t offset, uint32_t value)
{
	transport_write(transport, offset, 4, value);
}

/* What a device tells of an address is not trusted: behind the window is somebody else's. */
void transport_notify(struct transport *transport, uint16_t queue, uint32_t value)
{
	const uint32_t end = transport->size && transport->size < UINT32_MAX ? (uint32_t)transport->size : UINT32_MAX;
	uint32_t at = transport->notify_base + transport->notify_step * queue;

	if (!transport->notify_base || at % sizeof(value) || at > end - sizeof(value))
		at = VIRTIO_MMIO_QUEUE_NOTIFY;
	reg_write(transport, at, value);
}

uint32_t config_read(struct transport *transport, uint32_t offset, uint8_t width)
{
	return transport_read(transport, VIRTIO_MMIO_CONFIG + offset, width);
}

void config_write(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value)
{
	transport_write(transport, VIRTIO_MMIO_CONFIG + offset, width, value);
}

static uint32_t generation(struct transport *transport)
{
	return transport_is_legacy(transport) ? 0 : reg_read(transport, VIRTIO_MMIO_CONFIG_GENERATION);
}

/* 2.5.1: a field that changed between its halves is read again. A generation that never rests is not waited for. */
uint64_t config_read64(struct transport *transport, uint32_t offset)
{
	enum { ATTEMPTS = 8 };
	uint32_t low, high, before, after = generation(transport);
	unsigned attempts = ATTEMPTS;

	do {
		before = after;
		low = config_read(transport, offset, 4);
		high = config_read(transport, offset + 4, 4);
		after = generation(transport);
	} while (after != before && --attempts);
	return low | (uint64_t)high << 32;
}

enum transport_identity transport_identify(struct transport *transport)
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

uint32_t transport_offered(struct transport *transport, uint32_t word)
{
	reg_write(transport, VIRTIO_MMIO_DEVICE_FEATURES_SEL, word);
	return reg_read(transport, VIRTIO_MMIO_DEVICE_FEATURES);
}

void transport_accept(struct transport *transport, uint32_t word, uint32_t bits)
{
	reg_write(transport, VIRTIO_MMIO_DRIVER_FEATURES_SEL, word);
	reg_write(transport, VIRTIO_MMIO_DRIVER_FEATURES, bits);
}

uint64_t transport_reset_patience_ns = MILLISECONDS(1000);

bool transport_reset(struct transport *transport)
{
	const uint32_t before = reg_read(transport, VIRTIO_MMIO_STATUS);
	uint32_t status;

	reg_write(transport, VIRTIO_MMIO_STATUS, 0);
	/* FAILED is the driver's bit. A device that sets it has answered, and there is nothing to wait for. */
	(void)WAIT_UNTIL(!(status = reg_read(transport, VIRTIO_MMIO_STATUS)) ||
				 (status & ~before & VIRTIO_STATUS_FAILED),
			 transport_reset_patience_ns);
	return !status;
}

void transport_add_status(struct transport *transport, uint32_t bit)
{
	const uint32_t drivers_bits = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK |
				      VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED;

	/* Never write back what is the device's to say (DEVICE_NEEDS_RESET). */
	reg_write(transport, VIRTIO_MMIO_STATUS, (reg_read(transport, VIRTIO_MMIO_STATUS) & drivers_bits) | bit);
}

uint32_t transport_acknowledge(struct transport *transport)
{
	uint32_t status = reg_read(transport, VIRTIO_MMIO_INTERRUPT_STATUS);

	/* 4.2.2.2: never set an undefined bit in the acknowledgement. */
	if (status & (VIRTIO_MMIO_INT_USED_BUFFER | VIRTIO_MMIO_INT_CONFIG))
		reg_write(transport, VIRTIO_MMIO_INTERRUPT_ACK,
			  status & (VIRTIO_MMIO_INT_USED_BUFFER | VIRTIO_MMIO_INT_CONFIG));
	return status;
}

const char *transport_register_name(uint32_t offset, bool legacy)
{
	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return "MagicValue";
	case VIRTIO_MMIO_VERSION:
		return "Version";
	case VIRTIO_MMIO_DEVICE_ID:
		return "DeviceID";
	case VIRTIO_MMIO_VENDOR_ID:
		return "VendorID";
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return legacy ? "HostFeatures" : "DeviceFeatures";
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		return legacy ? "HostFeaturesSel" : "DeviceFeaturesSel";
	case VIRTIO_MMIO_DRIVER_FEATURES:
		return legacy ? "GuestFeatures" : "DriverFeatures";
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		return legacy ? "GuestFeaturesSel" : "DriverFeaturesSel";
	case VIRTIO_MMIO_GUEST_PAGE_SIZE:
		return "GuestPageSize";
	case VIRTIO_MMIO_QUEUE_SEL:
		return "QueueSel";
	case VIRTIO_MMIO_QUEUE_SIZE_MAX:
		return "QueueSizeMax";
	case VIRTIO_MMIO_QUEUE_SIZE:
		return "QueueSize";
	case VIRTIO_MMIO_QUEUE_ALIGN:
		return "QueueAlign";
	case VIRTIO_MMIO_QUEUE_PFN:
		return "QueuePFN";
	case VIRTIO_MMIO_QUEUE_READY:
		return "QueueReady";
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		return "QueueNotify";
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		return "InterruptStatus";
	case VIRTIO_MMIO_INTERRUPT_ACK:
		return "InterruptACK";
	case VIRTIO_MMIO_STATUS:
		return "Status";
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
		return "QueueDescLow";
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		return "QueueDescHigh";
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
		return "QueueDriverLow";
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
		return "QueueDriverHigh";
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
		return "QueueDeviceLow";
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		return "QueueDeviceHigh";
	case VIRTIO_MMIO_SHM_SEL:
		return "SHMSel";
	case VIRTIO_MMIO_SHM_LEN_LOW:
		return "SHMLenLow";
	case VIRTIO_MMIO_SHM_LEN_HIGH:
		return "SHMLenHigh";
	case VIRTIO_MMIO_SHM_BASE_LOW:
		return "SHMBaseLow";
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return "SHMBaseHigh";
	case VIRTIO_MMIO_QUEUE_RESET:
		return "QueueReset";
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return "ConfigGeneration";
	default:
		return offset >= VIRTIO_MMIO_CONFIG ? "Config" : 0;
	}
}
