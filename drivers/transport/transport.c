// SPDX-License-Identifier: BSD-2-Clause
/* The operations of transport.h, over the fields that each transport has. */
#include "drivers/transport/transport.h"

#include "drivers/transport/ops.h"
#include "firmware/arch/clock.h"

uint64_t transport_reset_patience_ns = MILLISECONDS(5000);

static uint32_t get(struct transport *transport, enum transport_field field)
{
	return transport->ops->get(transport, field);
}

static void set(struct transport *transport, enum transport_field field, uint32_t value)
{
	transport->ops->set(transport, field, value);
}

enum transport_kind transport_kind(const struct transport *transport)
{
	return transport->ops->kind;
}

enum transport_identity transport_identify(struct transport *transport)
{
	return transport->ops->identify(transport);
}

uint32_t transport_offered(struct transport *transport, uint32_t word)
{
	set(transport, FIELD_DEVICE_FEATURES_SELECT, word);
	return get(transport, FIELD_DEVICE_FEATURES);
}

void transport_accept(struct transport *transport, uint32_t word, uint32_t bits)
{
	set(transport, FIELD_DRIVER_FEATURES_SELECT, word);
	set(transport, FIELD_DRIVER_FEATURES, bits);
}

uint32_t transport_status(struct transport *transport)
{
	return get(transport, FIELD_STATUS);
}

void transport_set_status(struct transport *transport, uint32_t status)
{
	set(transport, FIELD_STATUS, status);
}

void transport_add_status(struct transport *transport, uint32_t bit)
{
	const uint32_t drivers_bits = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK |
				      VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED;

	/* Never write back a bit that only the device may set (DEVICE_NEEDS_RESET). */
	transport_set_status(transport, (transport_status(transport) & drivers_bits) | bit);
}

bool transport_reset(struct transport *transport)
{
	const uint32_t before = transport_status(transport);
	uint32_t status;

	transport_set_status(transport, 0);
	/* FAILED is the driver's bit. A device that sets it has refused the reset, and waiting longer is pointless. */
	(void)WAIT_UNTIL(!(status = transport_status(transport)) || (status & ~before & VIRTIO_STATUS_FAILED),
			 transport_reset_patience_ns);
	return !status;
}

void transport_select_queue(struct transport *transport, uint32_t index)
{
	set(transport, FIELD_QUEUE_SELECT, index);
}

uint32_t transport_queue_size_max(struct transport *transport)
{
	return get(transport, FIELD_QUEUE_SIZE_MAX);
}

void transport_set_queue_size(struct transport *transport, uint32_t size)
{
	set(transport, FIELD_QUEUE_SIZE, size);
}

void transport_set_queue_address_half(struct transport *transport, enum transport_area area, bool high, uint32_t half)
{
	set(transport, (enum transport_field)(FIELD_QUEUE_ADDRESSES + 2 * area + high), half);
}

void transport_set_queue_address(struct transport *transport, enum transport_area area, uint64_t address)
{
	transport_set_queue_address_half(transport, area, false, (uint32_t)address);
	transport_set_queue_address_half(transport, area, true, (uint32_t)(address >> 32));
}

uint32_t transport_queue_ready(struct transport *transport)
{
	return get(transport, FIELD_QUEUE_READY);
}

void transport_set_queue_ready(struct transport *transport, uint32_t ready)
{
	set(transport, FIELD_QUEUE_READY, ready);
}

uint32_t transport_queue_reset(struct transport *transport)
{
	return get(transport, FIELD_QUEUE_RESET);
}

void transport_set_queue_reset(struct transport *transport, uint32_t reset)
{
	set(transport, FIELD_QUEUE_RESET, reset);
}

void transport_notify(struct transport *transport, uint16_t queue, uint32_t value)
{
	transport->ops->notify(transport, queue, value, false);
}

void transport_notify_data(struct transport *transport, uint16_t queue, uint16_t next)
{
	transport->ops->notify(transport, queue, queue | (uint32_t)next << VIRTIO_NOTIFY_NEXT_SHIFT, true);
}

void transport_set_page_size(struct transport *transport, uint32_t bytes)
{
	set(transport, FIELD_PAGE_SIZE, bytes);
}

void transport_set_queue_align(struct transport *transport, uint32_t bytes)
{
	set(transport, FIELD_QUEUE_ALIGN, bytes);
}

uint32_t transport_queue_page(struct transport *transport)
{
	return get(transport, FIELD_QUEUE_PAGE);
}

void transport_set_queue_page(struct transport *transport, uint32_t page)
{
	set(transport, FIELD_QUEUE_PAGE, page);
}

uint32_t transport_interrupt_status(struct transport *transport)
{
	return get(transport, FIELD_INTERRUPT_STATUS);
}

void transport_interrupt_acknowledge(struct transport *transport, uint32_t causes)
{
	set(transport, FIELD_INTERRUPT_ACKNOWLEDGE, causes);
}

uint32_t transport_take_interrupts(struct transport *transport)
{
	const uint32_t status = transport_interrupt_status(transport);
	const uint32_t known = status & (VIRTIO_INTERRUPT_USED_BUFFER | VIRTIO_INTERRUPT_CONFIG);

	/* 4.2.2.2: never set an undefined bit in the acknowledgement. */
	if (known)
		transport_interrupt_acknowledge(transport, known);
	return status;
}

uint32_t config_read(struct transport *transport, uint32_t offset, uint8_t width)
{
	transport->config_reads++;
	return transport->ops->config_read(transport, offset, width);
}

void config_write(struct transport *transport, uint32_t offset, uint8_t width, uint32_t value)
{
	transport->ops->config_write(transport, offset, width, value);
}

uint32_t transport_config_generation(struct transport *transport)
{
	return transport_is_legacy(transport) ? 0 : get(transport, FIELD_CONFIG_GENERATION);
}

/* 2.5.1: if the field changed between its halves, read it again. Give up on a generation that changes all the time. */
uint64_t config_read64(struct transport *transport, uint32_t offset)
{
	enum { ATTEMPTS = 8 };
	uint32_t low, high, before, after = transport_config_generation(transport);
	unsigned attempts = ATTEMPTS;

	do {
		before = after;
		low = config_read(transport, offset, 4);
		high = config_read(transport, offset + 4, 4);
		after = transport_config_generation(transport);
	} while (after != before && --attempts);
	return low | (uint64_t)high << 32;
}

static uint64_t get_pair(struct transport *transport, enum transport_field low, enum transport_field high)
{
	const uint64_t value = get(transport, low);

	return value | (uint64_t)get(transport, high) << 32;
}

uint64_t transport_shared_memory_length(struct transport *transport, uint32_t id)
{
	set(transport, FIELD_SHARED_MEMORY_SELECT, id);
	return get_pair(transport, FIELD_SHARED_MEMORY_LENGTH_LOW, FIELD_SHARED_MEMORY_LENGTH_HIGH);
}

uint64_t transport_shared_memory_base(struct transport *transport, uint32_t id)
{
	set(transport, FIELD_SHARED_MEMORY_SELECT, id);
	return get_pair(transport, FIELD_SHARED_MEMORY_BASE_LOW, FIELD_SHARED_MEMORY_BASE_HIGH);
}

const char *transport_register_name(const struct transport *transport, uint32_t where)
{
	return transport->ops->register_name(transport, where);
}

bool transport_is_config(const struct transport *transport, uint32_t where)
{
	return transport->ops->is_config(where);
}
