// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/control.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"

void control_start(struct run *t, struct device *d, struct features features)
{
	wire_start(t, d, features_with(features, VIRTIO_NET_F_CTRL_VQ));
}

struct virtqueue *control_queue(struct device *d)
{
	return &d->queues[VIRTIO_NET_CTRL_WITHOUT_MQ];
}

volatile uint8_t *control_add(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number,
			      const struct segment *parts, unsigned count)
{
	uint8_t *head = need_memory(t, dma_alloc(2, 1)), *ack = need_memory(t, dma_alloc(1, 1));
	struct segment segments[CONTROL_PARTS + 2] = { { .data = head, .size = 2 } };
	unsigned used = 1;

	head[0] = class;
	head[1] = number;
	*ack = CONTROL_UNWRITTEN;
	for (unsigned i = 0; i < count; i++) {
		segments[used] = parts[i];
		segments[used].data = need_memory(t, dma_alloc(parts[i].size, 1));
		memcpy(segments[used++].data, parts[i].data, parts[i].size);
	}
	segments[used++] = (struct segment){ .data = ack, .size = 1, .writable = true };
	if (virtqueue_add(queue, segments, used, NULL, ack) < 0)
		skip(t, "the control virtqueue has no room for a command in %u descriptors", used);
	return ack;
}

struct completion control_take(struct run *t, struct virtqueue *queue, const char *row)
{
	struct completion done = { 0 };
	enum driver_error error = DRIVER_NO_ERROR;

	need_row(t, WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns), row, "a control command comes back");
	need_row(t, virtqueue_pop(queue, &done, &error) == VIRTQUEUE_POPPED, "net-desc-03",
		 "the used entry of a control command is valid: %s", driver_error_text(error));
	return done;
}

uint8_t control_command_parts(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number,
			      const struct segment *parts, unsigned count)
{
	volatile uint8_t *ack = control_add(t, queue, class, number, parts, count);

	virtqueue_kick(queue);
	control_take(t, queue, CONTROL_ANSWERED);
	return *ack;
}

uint8_t control_command(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number, const void *data,
			uint32_t size)
{
	struct segment part = { .data = (void *)(uintptr_t)data, .size = size };

	return control_command_parts(t, queue, class, number, &part, size ? 1 : 0);
}

uint8_t control_cut(struct run *t, struct device *d, const uint8_t *bytes, uint32_t size, uint32_t piece)
{
	struct segment segments[CONTROL_PIECES + 1];
	uint8_t *ack = need_memory(t, dma_alloc(1, 1));
	unsigned count = 0;

	for (uint32_t from = 0; from < size; from += piece, count++) {
		uint32_t some = size - from < piece ? size - from : piece;

		if (count == CONTROL_PIECES)
			abort_check(t, "a command of %u bytes has too many pieces", size);
		segments[count] = (struct segment){ .data = need_memory(t, dma_alloc(some, 1)), .size = some };
		memcpy(segments[count].data, bytes + from, some);
	}
	*ack = CONTROL_UNWRITTEN;
	segments[count++] = (struct segment){ .data = ack, .size = 1, .writable = true };
	if (virtqueue_add(control_queue(d), segments, count, NULL, ack) < 0)
		skip(t, "the control virtqueue has no room for a command in %u descriptors", count);
	virtqueue_kick(control_queue(d));
	control_take(t, control_queue(d), CONTROL_ANSWERED);
	return *(volatile uint8_t *)ack;
}

uint8_t control_mode(struct run *t, struct device *d, uint8_t mode, uint8_t on)
{
	return control_command(t, control_queue(d), VIRTIO_NET_CTRL_RX, mode, &on, 1);
}

uint8_t control_vlan(struct run *t, struct device *d, uint8_t number, uint16_t tag)
{
	return control_command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, number, &tag, sizeof(tag));
}

uint8_t control_address(struct run *t, struct device *d, const uint8_t mac[CONTROL_MAC])
{
	return control_command(t, control_queue(d), VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, mac,
			       CONTROL_MAC);
}

uint8_t control_table(struct run *t, struct device *d, struct control_macs unicast, struct control_macs multicast)
{
	const struct control_macs macs[2] = { unicast, multicast };
	struct segment parts[2];

	for (unsigned i = 0; i < 2; i++) {
		uint32_t size = macs[i].count * CONTROL_MAC;
		uint8_t *table = need_memory(t, dma_alloc(sizeof(macs[i].count) + size, 1));

		memcpy(table, &macs[i].count, sizeof(macs[i].count));
		if (size)
			memcpy(table + sizeof(macs[i].count), macs[i].at, size);
		parts[i] = (struct segment){ .data = table, .size = (uint32_t)sizeof(macs[i].count) + size };
	}
	return control_command_parts(t, control_queue(d), VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, parts, 2);
}
