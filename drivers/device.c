// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/device.h"

#include "drivers/dma.h"
#include "firmware/arch/clock.h"
#include "firmware/lib/string.h"

uint64_t device_patience_ns = MILLISECONDS(2000);

enum {
	PAGE_SIZE = 4096,
	LEGACY_ALIGN = 4096,
	EDGE_ROUNDS = 16, /* of causes that one call of the handler looks for */
	PACE_MEMORY = 32, /* answers after which a slow one is mostly forgotten */
};
#define PACE_MAX_NS MILLISECONDS(10)

/*
 * Words 0 and 1 are read as they are. Words 2 and 3 exist since 1.4: a device that ignores all but the low bits of
 * DeviceFeaturesSel shows word 0 or 1 again, which a driver must not take for features. So they count only if the
 * device does not alias them; the check of word 2 judges that.
 */
static void read_offered(struct device *device)
{
	struct transport *transport = &device->transport;
	uint32_t again;

	device->offered = NO_FEATURES;
	device->offered.word[0] = transport_offered(transport, 0);
	if (transport_is_legacy(transport))
		return;
	device->offered.word[1] = transport_offered(transport, 1);
	for (unsigned i = 2; i < FEATURE_WORDS; i++) {
		again = transport_offered(transport, i);
		if (again != device->offered.word[0] && again != device->offered.word[1])
			device->offered.word[i] = again;
	}
}

static void scan_queues(struct device *device)
{
	struct transport *transport = &device->transport;

	device->queue_count = 0;
	for (uint16_t i = 0; i < DEVICE_QUEUES_SCANNED; i++) {
		uint32_t max;

		transport_select_queue(transport, i);
		max = transport_queue_size_max(transport);
		if (!max)
			break;
		device->queue_max[i] = max > UINT16_MAX ? UINT16_MAX : (uint16_t)max;
		device->queue_count = (uint16_t)(i + 1);
	}
}

enum transport_identity device_discover(struct device *device)
{
	enum transport_identity identity = transport_identify(&device->transport);

	if (identity != TRANSPORT_DEVICE)
		return identity;
	device->type = device_type_of(device->transport.device_id);
	device->discovery++;
	/* A look, not an initialisation: Status stays 0. Dragonball takes no reset in the midst of one, Firecracker
	 * none after it. */
	device->unusable = device_reset(device);
	read_offered(device);
	scan_queues(device);
	msi_discover(device);
	return identity;
}

enum driver_error device_reset(struct device *device)
{
	bool done;

	device->accepted = NO_FEATURES;
	if (device->msi.layout)
		msi_negotiated(device);
	done = transport_reset(&device->transport);
	/* Not before: until then there are interrupts, and handlers that look at the queues. */
	memset(device->queues, 0, sizeof(device->queues));
	return done ? DRIVER_NO_ERROR : DRIVER_NO_RESET;
}

void device_settle(struct device *device)
{
	if (transport_status(&device->transport) & VIRTIO_STATUS_DRIVER_OK)
		transport_acknowledge(&device->transport);
}

void device_greet(struct device *device)
{
	transport_add_status(&device->transport, VIRTIO_STATUS_ACKNOWLEDGE);
	transport_add_status(&device->transport, VIRTIO_STATUS_DRIVER);
}

enum driver_error device_negotiate(struct device *device, struct features wanted)
{
	struct transport *transport = &device->transport;
	bool legacy = transport_is_legacy(transport);

	if (!legacy) {
		wanted = features_with(wanted, VIRTIO_F_VERSION_1);
		/* 6.2: a device may insist on these. We pass physical addresses; the barriers of a port order against
		 * devices. */
		wanted = features_with(wanted, VIRTIO_F_ACCESS_PLATFORM);
		wanted = features_with(wanted, VIRTIO_F_ORDER_PLATFORM);
	}
	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		wanted.word[i] &= device->offered.word[i] | device->msi.features.word[i];
	device->accepted = wanted;
	for (unsigned i = 0; i < (legacy ? 1 : FEATURE_WORDS); i++)
		/* A driver that knows no bit of words 2 and 3 does not write them: devices of before 1.4 may take that
		 * for word 0 or 1. */
		if (i < 2 || wanted.word[i])
			transport_accept(transport, i, wanted.word[i]);
	if (legacy)
		return DRIVER_NO_ERROR;
	transport_add_status(transport, VIRTIO_STATUS_FEATURES_OK);
	if (!(transport_status(transport) & VIRTIO_STATUS_FEATURES_OK))
		return DRIVER_FEATURES_REFUSED;
	if (device->msi.layout)
		msi_negotiated(device);
	return DRIVER_NO_ERROR;
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

	/* Asked again and not taken from discovery: which virtqueues there are may depend on what was negotiated. */
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

	device_settle(device);
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

/* A sum that sees a changed byte: enough to notice a device that writes where it may only read. */
static uint32_t readable_checksum(const struct request *request)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < request->count; i++) {
		const volatile uint8_t *data = request->segments[i].data;

		for (uint32_t j = 0; !request->segments[i].writable && j < request->segments[i].size; j++)
			sum = (sum << 5 | sum >> 27) + data[j];
	}
	return sum;
}

enum driver_error device_make_request(struct device *device, struct request *request, uint64_t tag)
{
	memset(request, 0, sizeof(*request));
	request->tag = tag;
	return device->type->make_request(device, request);
}

enum driver_error device_add_request(struct device *device, struct request *request, const struct chain_shape *shape)
{
	const unsigned descriptors = shape && shape->indirect ? shape->direct + 1u : request->count;

	if (descriptors > device_request_queue(device)->size)
		return DRIVER_QUEUE_TOO_SMALL;
	request->readable_checksum = readable_checksum(request);
	if (virtqueue_add(device_request_queue(device), request->segments, request->count, shape, request) < 0)
		return DRIVER_DMA_EXHAUSTED;
	return DRIVER_NO_ERROR;
}

enum driver_error device_judge(struct device *device, struct request **request, struct completion *done)
{
	struct completion completion;
	struct request *answered;
	enum driver_error error;

	switch (virtqueue_pop(device_request_queue(device), &completion, &error)) {
	case VIRTQUEUE_EMPTY:
		return DRIVER_NOTHING_USED;
	case VIRTQUEUE_WRONG:
		return error;
	case VIRTQUEUE_POPPED:
		break;
	}
	answered = completion.token;
	if (request)
		*request = answered;
	if (done)
		*done = completion;
	if (completion.length < answered->least)
		return DRIVER_LENGTH_TOO_SMALL;
	if (completion.length > answered->most)
		return DRIVER_LENGTH_TOO_LARGE;
	if (readable_checksum(answered) != answered->readable_checksum)
		return DRIVER_READABLE_CHANGED;
	return device->type->check_answer ? device->type->check_answer(device, answered, completion.length)
					  : DRIVER_NO_ERROR;
}

bool device_wait_used(struct device *device, uint64_t nanoseconds)
{
	const uint64_t start = clock_ns();
	const bool came = WAIT_UNTIL(virtqueue_used_waiting(device_request_queue(device)), nanoseconds);
	const uint64_t waited = clock_ns() - start;

	if (came && waited > device->pace_ns)
		device->pace_ns = waited < PACE_MAX_NS ? waited : PACE_MAX_NS;
	else if (came)
		device->pace_ns -= device->pace_ns / PACE_MEMORY;
	return came;
}

enum driver_error device_finish_request(struct device *device, struct completion *done)
{
	if (!device_wait_used(device, device_patience_ns))
		return DRIVER_NO_ANSWER;
	return device_judge(device, NULL, done);
}

enum driver_error device_do_request(struct device *device, uint64_t tag)
{
	struct request request;
	enum driver_error error = device_make_request(device, &request, tag);

	if (!error)
		error = device_add_request(device, &request, NULL);
	if (error)
		return error;
	virtqueue_kick(device_request_queue(device));
	return device_finish_request(device, NULL);
}

/*
 * A level line interrupts again if a cause is left. An edge line does not: it stays asserted while any cause is, and a
 * cause that comes between the read and the acknowledgement of another one makes no edge. So there the handler goes on
 * until none is left; a device that never comes to an end is left alone.
 */
void device_service(void *context)
{
	struct device *device = context;
	const struct irq_line *line = device->transport.line;
	unsigned left = line && line->source.trigger == IRQ_EDGE ? EDGE_ROUNDS : 1;
	uint32_t cause = transport_acknowledge(&device->transport);

	if (!cause)
		device->causeless_interrupts++;
	while (cause) {
		if (cause & VIRTIO_INTERRUPT_USED_BUFFER)
			device->used_interrupts++;
		if (cause & VIRTIO_INTERRUPT_CONFIG)
			device->config_interrupts++;
		cause = --left ? transport_acknowledge(&device->transport) : 0;
	}
}
