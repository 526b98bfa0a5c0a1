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
	bool asked, exists[PORTS_MAX], prompt[PORTS_MAX], described[PORTS_MAX], resized;
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

/* The virtqueues of the ports beside port 0. */
static struct virtqueue queues[2 * PORTS_MAX + 2];

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

void ports_give_occasion(struct device *d)
{
	enum { LOOKS = 100 };

	for (unsigned i = 0; i < LOOKS; i++)
		(void)transport_status(&d->transport);
}

#define EAGER_NS MILLISECONDS(1)

bool ports_hear(struct run *t, struct device *d, uint64_t nanoseconds, struct ports_message *message)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	struct completion done;

	/* A device of which nobody wants anything may be slow to act. Looking at it helps some. */
	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), nanoseconds < EAGER_NS ? nanoseconds : EAGER_NS) &&
	    (nanoseconds <= EAGER_NS ||
	     !WAIT_UNTIL((transport_status(&d->transport), virtqueue_used_waiting(queue)), nanoseconds - EAGER_NS)))
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

/* Hears messages until none comes for a while; the first gets `patience`. Returns how many came. */
static unsigned listen(struct run *t, struct device *d, uint64_t patience)
{
	struct ports_message message;
	unsigned count = 0;

	for (; ports_hear(t, d, patience, &message); patience = MILLISECONDS(1), count++)
		if (message.head.id < PORTS_MAX && message.head.event == VIRTIO_CONSOLE_DEVICE_ADD)
			known.exists[message.head.id] = true;
	return count;
}

static void ask(struct run *t, struct device *d)
{
	struct ports_message first;

	know(d);
	if (known.asked)
		return;
	known.asked = true;
	if (!device_offers(d, VIRTIO_CONSOLE_F_MULTIPORT))
		return;
	need_ok(t, device_start(d, FEATURES(VIRTIO_CONSOLE_F_MULTIPORT, VIRTIO_CONSOLE_F_SIZE)));
	ports_begin(t, d);
	if (ports_hear(t, d, device_patience_ns, &first) && first.head.id < PORTS_MAX &&
	    first.head.event == VIRTIO_CONSOLE_DEVICE_ADD)
		known.exists[first.head.id] = known.prompt[first.head.id] = true;
	listen(t, d, MILLISECONDS(1));
	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		if (!known.exists[i])
			continue;
		ports_say(t, d, i, VIRTIO_CONSOLE_PORT_READY, 1);
		known.described[i] = listen(t, d, MILLISECONDS(1)) != 0;
	}
	if (d->transport.stimuli && device_accepted(d, VIRTIO_CONSOLE_F_SIZE) &&
	    d->transport.stimuli->change_config(d->transport.bus_context))
		known.resized = listen(t, d, MILLISECONDS(1)) != 0;
}

bool ports_prompt(struct run *t, struct device *d, uint32_t port)
{
	ask(t, d);
	return port < PORTS_MAX && known.prompt[port];
}

bool ports_described(struct run *t, struct device *d, uint32_t port)
{
	ask(t, d);
	return port < PORTS_MAX && known.described[port];
}

bool ports_resized(struct run *t, struct device *d)
{
	ask(t, d);
	return known.resized;
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

void ports_open_unasked(struct run *t, struct device *d)
{
	if (!features_has(&d->unasked, VIRTIO_CONSOLE_F_MULTIPORT))
		return;
	ports_begin(t, d);
	ports_open(t, d, 0);
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

	while (WAIT_UNTIL(virtqueue_used_waiting(queue), t->loop ? device_patience_ns : MILLISECONDS(5))) {
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
	device_clear_interrupts(d);
	need_ok(t, device_reset(d));
	device_greet(d);
	need_ok(t, device_negotiate(d, FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)));
	need_ok(t, device_setup_queues(d, 0));
	for (uint16_t i = VIRTIO_CONSOLE_CONTROL_TX + 1; i <= ports_output(port); i++)
		need_ok(t, device_setup_queue_in(d, &queues[i], i, DEVICE_QUEUE_SIZE));
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
	need_ok(t, device_start(d, NO_FEATURES));
	ports_open_unasked(t, d);
	if (find_loop(t, d, &d->queues[VIRTIO_CONSOLE_RX], &d->queues[VIRTIO_CONSOLE_TX]))
		known.loop[0] = YES;
	else if (known.loop[0] == UNKNOWN)
		known.loop[0] = NO;
	return known.loop[0] == YES;
}

void ports_need_loop(struct run *t, struct device *d, uint32_t port)
{
	if (ports_loop(t, d, port))
		return;
	if (!t->loop)
		skip(t, "the other end of port %u does not send back what it gets", port);
	need_row(t, false, "con-desc-01", "what port %u outputs comes back from its loop", port);
}

/* ---- streams ---- */

/* A receive buffer. */
struct buffer {
	struct segment pieces[4];
	unsigned count;
};

static void begin(struct run *t, struct device *d, struct features features)
{
	device_clear_interrupts(d);
	need_ok(t, device_reset(d));
	device_greet(d);
	need_ok(t, device_negotiate(d, features));
	need_ok(t, device_setup_queues(d, 0));
}

static struct ports_stream stream_of(struct run *t, struct device *d, uint32_t port)
{
	struct virtqueue *first = port ? queues : d->queues;

	return (struct ports_stream){ .t = t,
				      .d = d,
				      .port = port,
				      .key = random_below(&t->random, UINT32_MAX),
				      .in = &first[ports_input(port)],
				      .out = &first[ports_output(port)] };
}

void ports_start_plain(struct run *t, struct device *d, struct features features, struct ports_stream *stream)
{
	begin(t, d, features);
	device_go(d);
	ports_open_unasked(t, d);
	*stream = stream_of(t, d, 0);
}

static unsigned start_ports(struct run *t, struct device *d, struct features features,
			    struct ports_stream streams[PORTS_MAX], int only, bool open)
{
	bool ready[PORTS_MAX] = { false };
	struct ports_message message;
	unsigned count = 0, opened = 0;
	const int last = ports_last(t, d);

	if (last < 0)
		skip(t, "the device announced no port");
	begin(t, d, features_with(features, VIRTIO_CONSOLE_F_MULTIPORT));
	for (uint16_t i = VIRTIO_CONSOLE_CONTROL_TX + 1; i <= ports_output((uint32_t)last); i++)
		need_ok(t, device_setup_queue_in(d, &queues[i], i, DEVICE_QUEUE_SIZE));
	device_go(d);
	ports_begin(t, d);
	for (uint32_t i = 0; i <= (uint32_t)last; i++)
		if (known.exists[i])
			streams[count++] = stream_of(t, d, i);
	while (opened < (only >= 0 ? 1 : count)) {
		if (!ports_hear(t, d, device_patience_ns, &message))
			skip(t, "%u of the ports that were announced before are announced now", opened);
		if (message.head.event != VIRTIO_CONSOLE_DEVICE_ADD || message.head.id >= PORTS_MAX ||
		    ready[message.head.id] || (only >= 0 && message.head.id != (uint32_t)only))
			continue;
		ready[message.head.id] = true;
		ports_say(t, d, message.head.id, VIRTIO_CONSOLE_PORT_READY, 1);
		if (open)
			ports_say(t, d, message.head.id, VIRTIO_CONSOLE_PORT_OPEN, 1);
		opened++;
	}
	return count;
}

unsigned ports_start(struct run *t, struct device *d, struct features features, struct ports_stream streams[PORTS_MAX],
		     int only)
{
	return start_ports(t, d, features, streams, only, true);
}

unsigned ports_start_closed(struct run *t, struct device *d, struct features features,
			    struct ports_stream streams[PORTS_MAX], int only)
{
	return start_ports(t, d, features, streams, only, false);
}

/* Any value where the loop is known to change none; a terminal's may. */
static uint8_t byte_at(const struct ports_stream *stream, uint32_t position)
{
	enum { PRINTABLE = '!', PRINTABLES = '~' - '!' + 1 };
	const uint32_t key = stream->key;
	uint64_t hash = ((uint64_t)key << 32 | position) * UINT64_C(0x9e3779b97f4a7c15);

	hash = (hash ^ hash >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	if (stream->t->loop || stream->d->transport.stimuli)
		return (uint8_t)(hash >> 32);
	return (uint8_t)(PRINTABLE + (hash >> 32) % PRINTABLES);
}

uint8_t ports_next_byte(struct ports_stream *stream)
{
	return byte_at(stream, stream->sent++);
}

void ports_go_on(struct ports_stream *stream)
{
	begin(stream->t, stream->d, NO_FEATURES);
	device_go(stream->d);
	ports_open_unasked(stream->t, stream->d);
}

static void offer_again(struct ports_stream *stream, struct buffer *buffer)
{
	if (virtqueue_add(stream->in, buffer->pieces, buffer->count, NULL, buffer) < 0)
		abort_check(stream->t, "no room for a receive buffer");
}

void ports_offer(struct ports_stream *stream, unsigned count, uint32_t size, unsigned pieces)
{
	for (unsigned i = 0; i < count && stream->in->free_count >= pieces; i++) {
		struct buffer *buffer = need_memory(stream->t, dma_private(sizeof(*buffer)));
		uint32_t rest = size;

		for (buffer->count = 0; buffer->count < pieces; buffer->count++) {
			uint32_t piece = buffer->count + 1 == pieces ? rest : rest / 3 + 1;

			buffer->pieces[buffer->count] = (struct segment){
				.data = need_memory(stream->t, dma_alloc(piece, 1)), .size = piece, .writable = true
			};
			rest -= piece;
		}
		offer_again(stream, buffer);
	}
	virtqueue_kick(stream->in);
}

static void judge_bytes(struct ports_stream *stream, const uint8_t *bytes, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++, stream->came++) {
		if (stream->wrong || bytes[i] == byte_at(stream, stream->came))
			continue;
		stream->wrong = true;
		stream->wrong_at = stream->came;
		stream->wrong_byte = bytes[i];
	}
}

void ports_pump(struct ports_stream *stream)
{
	bool any = false;

	while (virtqueue_used_waiting(stream->out))
		take_used(stream->t, stream->out, "output");
	while (virtqueue_used_waiting(stream->in)) {
		struct completion done = take_used(stream->t, stream->in, "a receive buffer");
		struct buffer *buffer = done.token;
		uint32_t rest = done.length;

		for (unsigned i = 0; i < buffer->count && rest; i++) {
			uint32_t piece = rest < buffer->pieces[i].size ? rest : buffer->pieces[i].size;

			judge_bytes(stream, buffer->pieces[i].data, piece);
			rest -= piece;
		}
		offer_again(stream, buffer);
		any = true;
	}
	if (any)
		virtqueue_kick(stream->in);
}

static bool has_news(const struct ports_stream *stream)
{
	return virtqueue_used_waiting(stream->in) || virtqueue_used_waiting(stream->out);
}

void ports_write(struct ports_stream *stream, uint32_t size, unsigned pieces)
{
	struct segment segments[REQUEST_SEGMENTS];
	uint32_t rest = size;

	if (pieces > stream->out->size)
		pieces = stream->out->size;
	while (stream->out->free_count < pieces) {
		need_row(stream->t, WAIT_UNTIL(has_news(stream), device_patience_ns), "sring-02",
			 "output of port %u comes back", stream->port);
		ports_pump(stream);
	}
	for (unsigned i = 0; i < pieces; i++) {
		uint32_t piece = i + 1 == pieces ? rest : random_below(&stream->t->random, rest - (pieces - i) + 2);
		uint8_t *bytes;

		piece = piece ? piece : 1;
		bytes = need_memory(stream->t, dma_alloc(piece, 1));
		for (uint32_t j = 0; j < piece; j++)
			bytes[j] = ports_next_byte(stream);
		segments[i] = (struct segment){ .data = bytes, .size = piece };
		rest -= piece;
	}
	if (virtqueue_add(stream->out, segments, pieces, NULL, stream) < 0)
		abort_check(stream->t, "no room for output");
}

bool ports_gather(struct ports_stream *stream)
{
	do
		ports_pump(stream);
	while (stream->came < stream->sent && WAIT_UNTIL(has_news(stream), device_patience_ns));
	return stream->came == stream->sent;
}

void ports_expect_whole(struct ports_stream *stream, const char *what)
{
	const bool whole = ports_gather(stream);

	expect(stream->t, whole, "%s: of %u bytes of port %u, %u came back", what, stream->sent, stream->port,
	       stream->came);
	expect(stream->t, !stream->wrong, "%s: the bytes of port %u come back in order (number %u is 0x%02x)", what,
	       stream->port, stream->wrong_at, stream->wrong_byte);
}
