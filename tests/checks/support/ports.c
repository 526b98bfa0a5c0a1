// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/ports.h"

#include "drivers/spec/features.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"

enum { UNKNOWN, YES, NO };

/* What is known about the device that was asked last. It is forgotten when that device is discovered again. */
static struct {
	const struct device *device;
	uint32_t discovery;
	bool asked, exists[PORTS_MAX];
	uint8_t loop[PORTS_MAX];
} known;

static void know(const struct device *d)
{
	if (known.device == d && known.discovery == d->discovery)
		return;
	memset(&known, 0, sizeof(known));
	known.device = d;
	known.discovery = d->discovery;
}

/* ---- control messages ---- */

static void offer_message_buffer(struct run *t, struct device *d, uint8_t *buffer)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	struct segment segment = { .data = buffer, .size = PORTS_MESSAGE_BYTES, .writable = true };

	memset(buffer, DMA_FRESH_BYTE, PORTS_MESSAGE_BYTES);
	if (virtqueue_add(queue, &segment, 1, NULL, buffer) < 0)
		abort_check(t, "no room for a control buffer");
}

void ports_listen(struct run *t, struct device *d)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];

	for (unsigned i = 0; i < PORTS_MESSAGE_BUFFERS && queue->free_count; i++)
		offer_message_buffer(t, d, need_memory(t, dma_alloc(PORTS_MESSAGE_BYTES, 8)));
	virtqueue_kick(queue);
}

uint32_t ports_say(struct run *t, struct device *d, uint32_t id, uint16_t event, uint16_t value)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_TX];
	struct virtio_console_control *message = need_memory(t, dma_alloc(sizeof(*message), 4));
	struct segment segment = { .data = message, .size = sizeof(*message) };

	*message = (struct virtio_console_control){ .id = id, .event = event, .value = value };
	if (virtqueue_add(queue, &segment, 1, NULL, message) < 0)
		abort_check(t, "no room for a control message");
	virtqueue_kick(queue);
	return take_used(t, queue, "a control message").length;
}

bool ports_hear(struct run *t, struct device *d, uint64_t nanoseconds, struct ports_message *message)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	struct completion done;

	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), nanoseconds))
		return false;
	done = take_used(t, queue, "a control buffer");
	message->size = done.length;
	memcpy(message->bytes, done.token, PORTS_MESSAGE_BYTES);
	memcpy(&message->head, message->bytes, sizeof(message->head));
	step(t, "message of %u bytes: id %u event %u value %u", message->size, message->head.id, message->head.event,
	     message->head.value);
	offer_message_buffer(t, d, done.token);
	virtqueue_kick(queue);
	return true;
}

void ports_begin(struct run *t, struct device *d)
{
	ports_listen(t, d);
	ports_say(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
}

/* ---- which ports there are ---- */

static void ask(struct run *t, struct device *d)
{
	struct ports_message message;

	know(d);
	if (known.asked)
		return;
	known.asked = true;
	if (!device_offers(d, VIRTIO_CONSOLE_F_MULTIPORT))
		return;
	require_ok(t, device_start(d, FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)), "the device starts");
	ports_begin(t, d);
	for (uint64_t patience = device_patience_ns; ports_hear(t, d, patience, &message); patience = MILLISECONDS(1))
		if (message.head.id < PORTS_MAX && message.head.event == VIRTIO_CONSOLE_DEVICE_ADD)
			known.exists[message.head.id] = true;
}

bool ports_exists(struct run *t, struct device *d, uint32_t port)
{
	ask(t, d);
	return port < PORTS_MAX && known.exists[port];
}

int ports_first(struct run *t, struct device *d)
{
	ask(t, d);
	for (int i = 0; i < PORTS_MAX; i++)
		if (known.exists[i])
			return i;
	return PORTS_NONE;
}

int ports_last(struct run *t, struct device *d)
{
	ask(t, d);
	for (int i = PORTS_MAX; i-- > 0;)
		if (known.exists[i])
			return i;
	return PORTS_NONE;
}

void ports_open(struct run *t, struct device *d, uint32_t port)
{
	struct ports_message message;

	do {
		if (!ports_hear(t, d, device_patience_ns, &message))
			skip(t, "port %u is not announced", port);
	} while (message.head.id != port || message.head.event != VIRTIO_CONSOLE_DEVICE_ADD);
	ports_say(t, d, port, VIRTIO_CONSOLE_PORT_READY, 1);
	ports_say(t, d, port, VIRTIO_CONSOLE_PORT_OPEN, 1);
}

/* ---- which of them have a loop ---- */

enum { BUFFERS = 8, BUFFER_BYTES = 256 };
static const char marker[] = "touchstone: a loop?\n";
enum { MARKER_BYTES = sizeof(marker) - 1 };

static void offer_buffer(struct run *t, struct virtqueue *queue, uint8_t *buffer)
{
	struct segment segment = { .data = buffer, .size = BUFFER_BYTES, .writable = true };

	if (virtqueue_add(queue, &segment, 1, NULL, buffer) < 0)
		abort_check(t, "no room for a receive buffer");
}

/* Takes input until none comes for a while. Did it end with the marker? */
static bool ends_with_marker(struct run *t, struct virtqueue *queue)
{
	uint32_t matched = 0;

	while (WAIT_UNTIL(virtqueue_used_waiting(queue), MILLISECONDS(5))) {
		struct completion done = take_used(t, queue, "a receive buffer");
		const uint8_t *bytes = done.token;

		for (uint32_t i = 0; i < done.length; i++) {
			matched = bytes[i] == (uint8_t)marker[matched % MARKER_BYTES] ? matched % MARKER_BYTES + 1 : 0;
			if (!matched && bytes[i] == (uint8_t)marker[0])
				matched = 1;
		}
		offer_buffer(t, queue, done.token);
		virtqueue_kick(queue);
		if (matched == MARKER_BYTES && !virtqueue_used_waiting(queue))
			return true;
	}
	return false;
}

static bool find_loop(struct run *t, struct device *d, struct virtqueue *in, struct virtqueue *out)
{
	struct segment text = { .data = need_memory(t, dma_alloc(MARKER_BYTES, 1)), .size = MARKER_BYTES };

	(void)d;
	for (unsigned i = 0; i < BUFFERS && in->free_count; i++)
		offer_buffer(t, in, need_memory(t, dma_alloc(BUFFER_BYTES, 1)));
	virtqueue_kick(in);
	memcpy(text.data, marker, MARKER_BYTES);
	virtqueue_add(out, &text, 1, NULL, out);
	virtqueue_kick(out);
	take_used(t, out, "text");
	return ends_with_marker(t, in);
}

static bool find_loop_of_port(struct run *t, struct device *d, uint32_t port)
{
	static struct virtqueue queues[2 * PORTS_MAX + 2];

	device_clear_interrupts(d);
	require_ok(t, device_reset(d), "the device completes the reset");
	device_greet(d);
	require_ok(t, device_negotiate(d, FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)), "MULTIPORT is accepted");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	for (uint16_t i = VIRTIO_CONSOLE_CONTROL_TX + 1; i <= ports_output(port); i++)
		require_ok(t, device_setup_queue_in(d, &queues[i], i, DEVICE_QUEUE_SIZE), "virtqueue %u can be set up",
			   i);
	device_go(d);
	ports_begin(t, d);
	ports_open(t, d, port);
	return find_loop(t, d, &queues[ports_input(port)], &queues[ports_output(port)]);
}

bool ports_loop(struct run *t, struct device *d, uint32_t port)
{
	know(d);
	if (known.loop[port] == NO)
		return false;
	if (port) {
		known.loop[port] = find_loop_of_port(t, d, port) ? YES : NO;
		return known.loop[port] == YES;
	}
	require_ok(t, device_start(d, NO_FEATURES), "the device starts");
	if (find_loop(t, d, &d->queues[VIRTIO_CONSOLE_RX], &d->queues[VIRTIO_CONSOLE_TX]))
		known.loop[0] = YES;
	else if (known.loop[0] == UNKNOWN)
		known.loop[0] = NO;
	return known.loop[0] == YES;
}
