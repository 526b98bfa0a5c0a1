// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/device.h"

#include "drivers/dma.h"
#include "firmware/arch/clock.h"
#include "firmware/lib/string.h"

enum { PAGE_SIZE = 4096, LEGACY_ALIGN = 4096 };

enum driver_error device_reset(struct device *device)
{
	uint64_t start;
	bool done;

	device->accepted = device->unasked = NO_FEATURES;
	if (device->msi.layout)
		msi_negotiated(device);
	start = clock_ns();
	done = transport_reset(&device->transport);
	if (done && clock_ns() - start > device->reset_ns)
		device->reset_ns = clock_ns() - start;
	/* Only now: until the reset is complete, interrupts may arrive, and their handlers look at the queues. */
	memset(device->queues, 0, sizeof(device->queues));
	return done ? DRIVER_NO_ERROR : DRIVER_NO_RESET;
}

void device_clear_interrupts(struct device *device)
{
	if (transport_status(&device->transport) & VIRTIO_STATUS_DRIVER_OK)
		transport_take_interrupts(&device->transport);
}

void device_greet(struct device *device)
{
	transport_add_status(&device->transport, VIRTIO_STATUS_ACKNOWLEDGE);
	transport_add_status(&device->transport, VIRTIO_STATUS_DRIVER);
}

void device_scan_queues(struct device *device)
{
	struct transport *transport = &device->transport;

	for (uint16_t i = 0; i < DEVICE_QUEUES_SCANNED; i++) {
		uint32_t max;

		transport_select_queue(transport, i);
		max = transport_queue_size_max(transport);
		if (!max)
			break;
		device->queue_max[i] = max > UINT16_MAX ? UINT16_MAX : (uint16_t)max;
		if (device->queue_count <= i)
			device->queue_count = (uint16_t)(i + 1);
	}
}

enum driver_error device_negotiate_exactly(struct device *device, struct features wanted)
{
	struct transport *transport = &device->transport;
	bool legacy = transport_is_legacy(transport);

	if (!legacy) {
		wanted = features_with(wanted, VIRTIO_F_VERSION_1);
		/* 6.2: a device may refuse to work without these. Both are true of us: we pass physical addresses, and
		 * the barriers of each port order accesses against devices. */
		wanted = features_with(wanted, VIRTIO_F_ACCESS_PLATFORM);
		wanted = features_with(wanted, VIRTIO_F_ORDER_PLATFORM);
	}
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		wanted.word[i] &= device->offered.word[i] | device->msi.features.word[i];
	device->accepted = wanted;
	device->ever_accepted = features_or(device->ever_accepted, wanted);
	for (unsigned i = 0; i < (legacy ? 1 : FEATURE_WORDS); i++)
		/* A driver that knows no bit of words 2 and 3 does not write them: a device older than 1.4 may take
		 * such a write for word 0 or 1. */
		if (i < 2 || wanted.word[i])
			transport_accept(transport, i, wanted.word[i]);
	if (legacy)
		return DRIVER_NO_ERROR;
	transport_add_status(transport, VIRTIO_STATUS_FEATURES_OK);
	if (!(transport_status(transport) & VIRTIO_STATUS_FEATURES_OK))
		return device->refusal ? device->refusal : DRIVER_FEATURES_REFUSED;
	/* 3.1.1: virtqueues are discovered in step 7, after FEATURES_OK. Many devices show them earlier. */
	if (!device->negotiated)
		device_scan_queues(device);
	device->negotiated = true;
	if (device->msi.layout)
		msi_negotiated(device);
	return DRIVER_NO_ERROR;
}

/* All features that are offered and known, without the legacy ones: the largest set that a driver may accept. */
static struct features known_features(const struct device *device)
{
	struct features set = NO_FEATURES;

	for (unsigned bit = 0; bit < FEATURE_BITS; bit++)
		if (device_offers(device, bit) && feature_name(device->type, bit) && !feature_forbidden(bit, false) &&
		    !feature_is_legacy(device->type, bit))
			set = features_with(set, bit);
	return features_or(features_close(device->type, set, set), device->msi.features);
}

static bool accepts(struct device *device, struct features set)
{
	if (device_reset(device))
		return false;
	device_greet(device);
	return !device_negotiate_exactly(device, set);
}

/* Finds the least set that the device accepts, by leaving out one feature after the other, or why there is none. */
static void search_least(struct device *device)
{
	struct features least = features_without(known_features(device), VIRTIO_F_RING_PACKED);

	device->searched = true;
	if (!accepts(device, least)) {
		device->refusal = DRIVER_FEATURES_REFUSED;
		if (device->type->not_driven)
			device->refusal = device->type->not_driven(device);
		if (device_offers(device, VIRTIO_F_RING_PACKED) &&
		    accepts(device, features_with(least, VIRTIO_F_RING_PACKED)))
			device->refusal = DRIVER_PACKED_ONLY;
		device->negotiated = false;
		return;
	}
	for (unsigned bit = 0; bit < FEATURE_BITS; bit++) {
		struct features without = features_without(least, bit);

		without = features_close(device->type, without, without);
		if (features_has(&least, bit) && accepts(device, without))
			least = without;
	}
	/* 6.2 allows a device to insist on these, and device_negotiate_exactly() accepts them anyway. */
	least = features_without(features_without(least, VIRTIO_F_VERSION_1), VIRTIO_F_ACCESS_PLATFORM);
	device->least = features_without(least, VIRTIO_F_ORDER_PLATFORM);
}

static enum driver_error negotiate_with_least(struct device *device, struct features wanted)
{
	const enum driver_error error = device_negotiate_exactly(device, features_or(wanted, device->least));

	device->unasked = device->least;
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		device->unasked.word[i] &= ~wanted.word[i];
	return error;
}

enum driver_error device_negotiate(struct device *device, struct features wanted)
{
	enum driver_error error = negotiate_with_least(device, wanted);

	if (error != DRIVER_FEATURES_REFUSED || device->negotiated || device->searched)
		return error;
	search_least(device);
	error = device_reset(device);
	if (error)
		return error;
	device_greet(device);
	return negotiate_with_least(device, wanted);
}

enum driver_error device_setup_queue(struct device *device, uint16_t index, uint16_t size)
{
	if (index >= DEVICE_QUEUES)
		return DRIVER_QUEUE_NOT_KEPT;
	return device_setup_queue_in(device, &device->queues[index], index, size);
}

bool device_queue_used(struct device *device, uint16_t index)
{
	if (transport_is_legacy(&device->transport))
		return false;
	transport_select_queue(&device->transport, index);
	return transport_queue_ready(&device->transport);
}

uint16_t device_queue_size(const struct device *device, uint16_t wanted, uint32_t max)
{
	return virtqueue_size(device->whole_queues ? UINT16_MAX : wanted, max);
}

enum driver_error device_setup_queue_in(struct device *device, struct virtqueue *queue, uint16_t index, uint16_t size)
{
	bool event_idx = device_accepted(device, VIRTIO_F_EVENT_IDX);
	uint32_t max;

	/* Read again instead of taken from discovery: which virtqueues exist may depend on the features negotiated. */
	transport_select_queue(&device->transport, index);
	max = transport_queue_size_max(&device->transport);
	if (!max)
		return DRIVER_QUEUE_MISSING;
	if (device_queue_used(device, index))
		return DRIVER_QUEUE_IN_USE;
	size = device_queue_size(device, size, max);
	if (transport_is_legacy(&device->transport)) {
		if (!virtqueue_alloc_legacy(queue, &device->transport, index, size, event_idx, PAGE_SIZE, LEGACY_ALIGN))
			return DRIVER_DMA_EXHAUSTED;
	} else if (!virtqueue_alloc(queue, &device->transport, index, size, event_idx)) {
		return DRIVER_DMA_EXHAUSTED;
	}
	queue->unasked_events = queue->asks = event_idx && features_has(&device->unasked, VIRTIO_F_EVENT_IDX);
	device->queues_set_up++;
	queue->data = device_accepted(device, VIRTIO_F_NOTIFICATION_DATA);
	queue->in_order = device_accepted(device, VIRTIO_F_IN_ORDER);
	virtqueue_register(queue, PAGE_SIZE);
	return DRIVER_NO_ERROR;
}

enum driver_error device_setup_queues(struct device *device, uint16_t size)
{
	unsigned count = device_queues_used(device);
	enum driver_error error = DRIVER_NO_ERROR;

	if (transport_is_legacy(&device->transport))
		transport_set_page_size(&device->transport, PAGE_SIZE);
	for (uint16_t i = 0; !error && i < count; i++)
		error = device_setup_queue(device, i, size ? size : DEVICE_QUEUE_SIZE);
	return error;
}

void device_go(struct device *device)
{
	transport_add_status(&device->transport, VIRTIO_STATUS_DRIVER_OK);
}

enum driver_error device_start(struct device *device, struct features wanted)
{
	enum driver_error error;

	device_clear_interrupts(device);
	error = device_reset(device);
	if (error)
		return error;
	device_greet(device);
	error = device_negotiate(device, wanted);
	if (!error)
		error = device_setup_queues(device, 0);
	if (!error)
		device_go(device);
	return error;
}
