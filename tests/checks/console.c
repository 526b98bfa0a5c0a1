// SPDX-License-Identifier: BSD-2-Clause
/*
 * Console device (5.3). What these checks write goes to somebody's terminal or log: it is short, and starts with
 * "touchstone".
 *
 * How consoles break: output stops at the end of the first descriptor; an input buffer is returned with nothing in it,
 * over and over; a port is announced twice, or one that does not exist; the emergency write works only after the
 * initialisation that it is meant to do without. In the field: a boot log that ends in the middle of a line, or an
 * agent in the guest that never gets its port.
 */
#include "tests/framework/check.h"

#include "drivers/spec/console.h"
#include "drivers/spec/features.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/ports.h"

static void start(struct run *t, struct device *d, struct features features)
{
	require_ok(t, device_start(d, features), "the device starts");
	ports_open_unasked(t, d);
}

/* Returns a device-readable segment with a copy of the bytes. */
static struct segment readable(struct run *t, const void *bytes, uint32_t size)
{
	struct segment segment = { .data = need_memory(t, dma_alloc(size, 1)), .size = size };

	memcpy(segment.data, bytes, size);
	return segment;
}

/* Writes text to a transmit virtqueue, cut into pieces of `piece` bytes. Returns the used length. */
static uint32_t write_text(struct run *t, struct virtqueue *queue, const char *text, uint32_t piece)
{
	struct segment segments[REQUEST_SEGMENTS];
	uint32_t size = (uint32_t)strlen(text);
	unsigned count = 0;

	for (uint32_t from = 0; from < size && count < REQUEST_SEGMENTS; from += piece)
		segments[count++] = readable(t, text + from, size - from < piece ? size - from : piece);
	if (virtqueue_add(queue, segments, count, NULL, queue) < 0)
		abort_check(t, "no room for text in %u pieces", count);
	virtqueue_kick(queue);
	return take_used(t, queue, "text").said;
}

/* ---- configuration space and virtqueues (5.3.2, 5.3.4) ---- */

/* Breaks: 0 ports. Symptom: a driver sets up nothing, not even port 0. */
CHECK(max_ports, "console.max-ports", REQ("con-desc-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)),
      "With MULTIPORT offered, max_nr_ports is at least 1")
{
	expect(t, config_read(&d->transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4) >= 1, "max_nr_ports is at least 1");
}

/* Breaks: virtqueues of ports that cannot exist, or none for ports that can. */
CHECK(queue_count, "console.queue-count", REQ("con-desc-03"), DESCRIBED, NEEDS(.type = VIRTIO_ID_CONSOLE),
      "There are two virtqueues for each port, and with MULTIPORT two more for control")
{
	bool multiport = device_offers(d, VIRTIO_CONSOLE_F_MULTIPORT);
	uint64_t want = 2;

	device_greet(d);
	require_ok(t, device_negotiate(d, FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)), "the features are accepted");
	if (multiport)
		want = 2 * ((uint64_t)config_read(&d->transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4) + 1);
	for (uint32_t i = 0; i < DEVICE_QUEUES_SCANNED; i++) {
		uint32_t max;

		transport_select_queue(&d->transport, i);
		max = transport_queue_size_max(&d->transport);
		if (!expect(t, (max != 0) == (i < want), "virtqueue %u %s: QueueSizeMax is %u (%s, %lu virtqueues)", i,
			    i < want ? "exists" : "does not exist", max,
			    multiport ? "with MULTIPORT" : "without MULTIPORT", want))
			break;
	}
}

/* ---- emergency write (5.3.5) ---- */

static void emergency_write(struct device *d, const char *text)
{
	for (; *text; text++)
		config_write(&d->transport, VIRTIO_CONSOLE_CONFIG_EMERG_WR, 4, (uint8_t)*text);
}

#define EMERGENCY .type = VIRTIO_ID_CONSOLE, .queues = 2, .features = OFFERS(VIRTIO_CONSOLE_F_EMERG_WRITE)

/* Breaks: the write needs a virtqueue or a feature, or it stops the device or the VMM. */
CHECK(emergency_early, "console.emergency-early", REQ("con-init-01"), MUST, NEEDS(EMERGENCY),
      "emerg_wr can be written before any initialisation")
{
	need_ordinary_life(t, d, false);
	emergency_write(d, "touchstone\n");
	expect_eq(t, transport_status(&d->transport), 0,
		  "Status after emergency writes to a device that was just reset");
	start(t, d, NO_FEATURES);
	expect_ok(t, device_do_request(d, 0), "text through the virtqueue afterwards");
}

/* Breaks: once the device is live or given up, the write needs a virtqueue, or stops the device or the VMM. Symptom:
 * the last words of a guest that crashes are lost. */
CHECK(emergency_late, "console.emergency-late", REQ("con-init-01"), MUST, NEEDS(EMERGENCY),
      "emerg_wr can be written at any time")
{
	uint32_t status;

	start(t, d, FEATURE(VIRTIO_CONSOLE_F_EMERG_WRITE));
	emergency_write(d, "touch");
	expect_ok(t, device_do_request(d, 0), "text through the virtqueue after emergency writes");
	transport_add_status(&d->transport, VIRTIO_STATUS_FAILED);
	status = transport_status(&d->transport);
	emergency_write(d, "stone\n");
	expect_eq(t, transport_status(&d->transport), status,
		  "Status after emergency writes to a device that was given up");
}

/* Returns what came out at the other end since the last call. */
enum { OUTPUT = 64 };
static uint32_t take_output(struct device *d, char got[OUTPUT])
{
	return d->transport.stimuli->output(d->transport.bus_context, got, OUTPUT);
}

static void expect_output(struct run *t, struct device *d, const char *text, const char *what)
{
	char got[OUTPUT];
	uint32_t size = take_output(d, got);

	expect(t, size == strlen(text) && !memcmp(got, text, size), "%s arrives: %lu bytes, %u came out", what,
	       strlen(text), size);
}

/* Breaks: the register takes the characters and they go nowhere. */
CHECK(emergency_output, "console.emergency-output", REQ("con-init-02"), SHOULD,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .stimulus = true, .features = OFFERS(VIRTIO_CONSOLE_F_EMERG_WRITE)),
      "What is written to emerg_wr comes out, before any initialisation")
{
	char before[OUTPUT];

	take_output(d, before);
	emergency_write(d, "touchstone\n");
	expect_output(t, d, "touchstone\n", "an emergency write");
}

/* ---- output and input (5.3.6) ---- */

/* Breaks: buffers come back, and what was in them is gone; or only the first descriptor of each is output. */
CHECK(output_arrives, "console.output-arrives", REQ("con-desc-01"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 5, .stimulus = true),
      "Text comes out whole, however it is cut")
{
	static const char text[] = "touchstone: out\n";
	enum { ROUNDS = 4 };
	char before[OUTPUT];

	start(t, d, NO_FEATURES);
	take_output(d, before);
	for (unsigned round = 0; round < ROUNDS; round++) {
		write_text(t, &d->queues[VIRTIO_CONSOLE_TX], text, 4 + 4 * round);
		expect_output(t, d, text, "text");
	}
}

/*
 * Breaks: the size of the text is put into the used entry, although nothing was written. (Legacy devices may do so:
 * 5.3.6.3.)
 */
CHECK(output_length, "console.output-length", REQ("con-desc-01"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .version = 2, .queues = 2), "Text comes back with a used length of 0")
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_TX];

	start(t, d, NO_FEATURES);
	expect_eq(t, write_text(t, queue, "touchstone: one piece\n", 64), 0, "used length of text in one descriptor");
	expect_eq(t, write_text(t, queue, "\n", 64), 0, "used length of a single character");
}

/* Breaks: only the first descriptor is taken, or the device stops at a chain. */
CHECK(output_chain, "console.output-chain", REQ("con-desc-01"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 5), "Text in several descriptors comes back once")
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_TX];
	uint32_t length;

	start(t, d, NO_FEATURES);
	length = write_text(t, queue, "touchstone: five pieces\n", 5);
	if (transport_is_legacy(&d->transport))
		expect(t, length <= 24, "used length %u of a chain", length);
	else
		expect_eq(t, length, 0, "used length of a chain");
	expect_ok(t, device_do_request(d, 0), "text after it");
}

/*
 * Breaks: the device loses a buffer when the virtqueue is full. Symptom: a driver that waits for it, as most do, hangs
 * with its console lock held.
 */
CHECK(output_many, "console.output-many", REQ("con-desc-01"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 2),
      "Every piece of text of a full transmit virtqueue comes back once")
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_TX];

	start(t, d, NO_FEATURES);
	for (unsigned i = 0; i < queue->size; i++) {
		struct segment segment = readable(t, i + 1 < queue->size ? "." : "\n", 1);

		virtqueue_add(queue, &segment, 1, NULL, queue);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < queue->size; i++)
		take_used(t, queue, "one of many pieces of text");
	expect_eq(t, virtqueue_used_waiting(queue), 0, "used entries beyond the text that was written");
}

/*
 * Breaks: a buffer comes back at once and empty. Symptom: the driver offers it again, and both sides are busy for ever.
 * (If somebody types meanwhile, the buffer holds at least a byte.)
 */
CHECK(input_waits, "console.input-waits", REQ("con-desc-02"), DESCRIBED, NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2),
      "A receive buffer comes back only with input in it")
{
	enum { BUFFERS = 4, SIZE = 16 };
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_RX];
	struct completion done;
	enum driver_error error = DRIVER_NO_ERROR;
	enum virtqueue_pop popped;

	start(t, d, NO_FEATURES);
	for (unsigned i = 0; i < BUFFERS && queue->free_count; i++) {
		struct segment segment = { .data = need_memory(t, dma_alloc(SIZE, 1)), .size = SIZE, .writable = true };

		virtqueue_add(queue, &segment, 1, NULL, queue);
	}
	virtqueue_kick(queue);
	for (uint64_t i = 0; i < 2; i++) /* the device looks at its virtqueues in the meantime */
		require_ok(t, device_do_request(d, i), "text, while receive buffers wait");
	while ((popped = virtqueue_pop(queue, &done, &error)) != VIRTQUEUE_EMPTY) {
		require(t, popped == VIRTQUEUE_POPPED, "the used entry of a receive buffer is valid: %s",
			driver_error_text(error));
		info(t, "input of %u bytes arrived", done.length);
		expect(t, done.length > 0, "a receive buffer that comes back holds input");
	}
	expect(t, queue->outstanding <= BUFFERS, "receive buffers wait for input");
}

/* The receive buffers are small, so that input needs several. */
enum { BUFFER = 7, BUFFERS = 8 };

static void offer_buffers(struct run *t, struct device *d)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_RX];

	for (unsigned i = 0; i < BUFFERS && queue->free_count; i++) {
		struct segment segment = { .data = need_memory(t, dma_alloc(BUFFER, 1)),
					   .size = BUFFER,
					   .writable = true };

		virtqueue_add(queue, &segment, 1, NULL, segment.data);
	}
	virtqueue_kick(queue);
}

/*
 * Collects input until there are `want` bytes or no more come. The first buffer gets `patience`, the others as long as
 * any answer.
 */
static uint32_t gather_input(struct run *t, struct device *d, char *got, uint32_t want, uint64_t patience)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_RX];
	uint32_t have = 0;

	while (have < want && queue->outstanding && WAIT_UNTIL(virtqueue_used_waiting(queue), patience)) {
		struct completion done = take_used(t, queue, "a receive buffer");

		struct segment again = { .data = done.token, .size = BUFFER, .writable = true };

		memcpy(got + have, done.token, done.length);
		have += done.length;
		virtqueue_add(queue, &again, 1, NULL, done.token);
		virtqueue_kick(queue);
		patience = device_patience_ns;
	}
	return have;
}

/* Breaks: a buffer is overrun, its whole size is taken for input, or what does not fit in one buffer is lost. */
CHECK(input_arrives, "console.input-arrives", REQ("con-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 5, .stimulus = true),
      "What is typed arrives whole, in as many buffers as it needs")
{
	static const char text[] = "touchstone: somebody types\n";
	enum { SIZE = sizeof(text) - 1 };
	char got[SIZE + BUFFERS * BUFFER];

	start(t, d, NO_FEATURES);
	offer_buffers(t, d);
	require(t, d->transport.stimuli->input(d->transport.bus_context, text, SIZE),
		"the device takes what is typed after DRIVER_OK");
	expect_eq(t, gather_input(t, d, got, SIZE, device_patience_ns), SIZE, "bytes that arrive");
	expect(t, !memcmp(got, text, SIZE), "the text arrives as it was typed");
}

/* Takes the next buffer with input, if one comes in time, and offers it again. `last` has the last `size` bytes of all
 * input. */
static bool next_input(struct run *t, struct device *d, char *last, uint32_t size, uint64_t patience)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_RX];
	struct completion done;
	struct segment again;

	if (!queue->outstanding || !WAIT_UNTIL(virtqueue_used_waiting(queue), patience))
		return false;
	done = take_used(t, queue, "a receive buffer");
	memmove(last, last + done.length, size - done.length);
	memcpy(last + size - done.length, done.token, done.length);
	again = (struct segment){ .data = done.token, .size = BUFFER, .writable = true };
	virtqueue_add(queue, &again, 1, NULL, done.token);
	virtqueue_kick(queue);
	return true;
}

static bool contains(const char *bytes, uint32_t size, const char *text, uint32_t length)
{
	for (uint32_t i = 0; i + length <= size; i++)
		if (!memcmp(bytes + i, text, length))
			return true;
	return false;
}

/*
 * Breaks: the rest of a chain is dropped; a receive buffer is overrun, or its used length is the size of the buffer.
 *
 * With a loop at the host's end, what a port outputs comes back as its input. That shows whether all descriptors are
 * output in order, and whether input is cut to the available buffers.
 */
CHECK(echo, "console.echo", REQ("con-desc-01", "con-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 5),
      "What is written arrives whole at the other end, and what arrives is read whole")
{
	static const char text[] = "touchstone: is there an echo?\n";
	enum { SIZE = sizeof(text) - 1, KNOWN = 5, ECHO_MILLISECONDS = 5 };
	char last[SIZE] = { 0 };

	if (t->loop)
		ports_loop(t, d, 0); /* takes what earlier checks wrote with larger buffers */
	start(t, d, NO_FEATURES);
	offer_buffers(t, d);
	write_text(t, &d->queues[VIRTIO_CONSOLE_TX], text, BUFFER);
	/* What earlier checks wrote may come back first. */
	while (memcmp(last, text, SIZE) &&
	       next_input(t, d, last, SIZE, t->loop ? device_patience_ns : MILLISECONDS(ECHO_MILLISECONDS)))
		;
	if (!t->loop && !contains(last, SIZE, text, KNOWN))
		skip(t, "the other end does not send back what it gets");
	expect(t, !memcmp(last, text, SIZE), "the text comes back as it was written");
}

/* ---- multiport (5.3.6.2) ---- */

enum {
	RESIZE_BYTES = 4,    /* columns and rows behind a RESIZE message */
	CONTROL_LONG = 5000, /* of a message that makes no sense */
	CONTROL_BYTES = 64,  /* of a buffer for a message: a port's name may follow */
	CONTROL_BUFFERS = 16,
	PORTS_REMEMBERED = 128,
};

/* The last message of the device. */
static struct {
	struct virtio_console_control head;
	uint32_t size;
	uint8_t bytes[CONTROL_BYTES];
} message;

static void offer_control(struct run *t, struct device *d, uint8_t *buffer)
{
	struct segment segment = { .data = buffer, .size = CONTROL_BYTES, .writable = true };

	memset(buffer, DMA_FRESH_BYTE, CONTROL_BYTES);
	if (virtqueue_add(&d->queues[VIRTIO_CONSOLE_CONTROL_RX], &segment, 1, NULL, buffer) < 0)
		abort_check(t, "no room for a control buffer");
	virtqueue_kick(&d->queues[VIRTIO_CONSOLE_CONTROL_RX]);
}

/* Starts the device with buffers for its messages, without DEVICE_READY. */
static void start_multiport(struct run *t, struct device *d)
{
	start(t, d, FEATURES(VIRTIO_CONSOLE_F_MULTIPORT, VIRTIO_CONSOLE_F_SIZE));
	for (unsigned i = 0; i < CONTROL_BUFFERS && d->queues[VIRTIO_CONSOLE_CONTROL_RX].free_count; i++)
		offer_control(t, d, need_memory(t, dma_alloc(CONTROL_BYTES, 8)));
}

/* Takes the next message if one comes in time. */
static bool next_message(struct run *t, struct device *d, uint64_t nanoseconds)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	struct completion done;

	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), nanoseconds))
		return false;
	done = take_used(t, queue, "a control buffer");
	message.size = done.length;
	memcpy(message.bytes, done.token, CONTROL_BYTES);
	memcpy(&message.head, message.bytes, sizeof(message.head));
	step(t, "message of %u bytes: id %u event %u value %u", message.size, message.head.id, message.head.event,
	     message.head.value);
	offer_control(t, d, done.token);
	return true;
}

/* Returns the used length. */
static uint32_t send_message(struct run *t, struct device *d, uint32_t id, uint16_t event, uint16_t value)
{
	struct virtio_console_control control = { .id = id, .event = event, .value = value };
	struct segment segment = readable(t, &control, sizeof(control));
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_TX];

	virtqueue_add(queue, &segment, 1, NULL, queue);
	virtqueue_kick(queue);
	return take_used(t, queue, "a control message").length;
}

/* Counts of what the device said from DEVICE_READY until it fell silent. */
static struct {
	unsigned messages, added, added_twice, out_of_range, removed, removed_unknown, unknown_events, short_messages,
		before_add;
	uint32_t last_id;
	uint16_t last_event;
	bool exists[PORTS_REMEMBERED], console[PORTS_REMEMBERED], named[PORTS_REMEMBERED], open[PORTS_REMEMBERED];
	bool name_with_nul, name_empty;
} heard;

static void note_message(struct device *d)
{
	uint32_t id = message.head.id, ports = config_read(&d->transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4);
	bool remembered = id < PORTS_REMEMBERED;

	heard.messages++;
	if (message.size < sizeof(message.head)) {
		heard.short_messages++;
		return;
	}
	switch (message.head.event) {
	case VIRTIO_CONSOLE_DEVICE_ADD:
		heard.added++;
		heard.out_of_range += id >= ports;
		if (remembered) {
			heard.added_twice += heard.exists[id];
			heard.exists[id] = true;
		}
		break;
	case VIRTIO_CONSOLE_DEVICE_REMOVE:
		heard.removed++;
		if (remembered) {
			heard.removed_unknown += !heard.exists[id];
			heard.exists[id] = false;
		}
		break;
	case VIRTIO_CONSOLE_RESIZE:
		heard.short_messages += message.size < sizeof(message.head) + RESIZE_BYTES;
		/* fall through */
	case VIRTIO_CONSOLE_CONSOLE_PORT:
	case VIRTIO_CONSOLE_PORT_OPEN:
	case VIRTIO_CONSOLE_PORT_NAME:
		if (!remembered)
			break;
		heard.before_add += !heard.exists[id];
		heard.console[id] |= message.head.event == VIRTIO_CONSOLE_CONSOLE_PORT;
		heard.open[id] |= message.head.event == VIRTIO_CONSOLE_PORT_OPEN && message.head.value == 1;
		if (message.head.event == VIRTIO_CONSOLE_PORT_NAME) {
			heard.named[id] = true;
			heard.name_empty |= message.size == sizeof(message.head);
			heard.name_with_nul |= message.size > sizeof(message.head) && message.size <= CONTROL_BYTES &&
					       !message.bytes[message.size - 1];
		}
		break;
	default:
		heard.unknown_events++;
		heard.last_event = message.head.event;
		break;
	}
	heard.last_id = id;
}

/*
 * Sends DEVICE_READY and counts the messages that come. Makes port 0 ready and, if it is a console, opens it. Nothing
 * marks the last message, so a quiet moment ends the wait; what comes later is not judged.
 */
static void hear_ports(struct run *t, struct device *d)
{
	bool ready = false, opened = false;

	memset(&heard, 0, sizeof(heard));
	start_multiport(t, d);
	send_message(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	for (unsigned i = 0; i < 4 * PORTS_REMEMBERED; i++) {
		if (!next_message(t, d, heard.messages ? SHORT_WAIT_NS : device_patience_ns)) {
			quiet_moment(t);
			if (!next_message(t, d, 0))
				break;
		}
		note_message(d);
		if (heard.exists[0] && !ready) {
			ready = true;
			send_message(t, d, 0, VIRTIO_CONSOLE_PORT_READY, 1);
		}
		if (heard.console[0] && !opened) {
			opened = true;
			send_message(t, d, 0, VIRTIO_CONSOLE_PORT_OPEN, 1);
		}
	}
}

/* The same. SKIPs if no message comes. */
static void collect_ports(struct run *t, struct device *d)
{
	hear_ports(t, d);
	if (!heard.messages)
		skip(t, "the device announced no port");
}

#define MULTIPORT .type = VIRTIO_ID_CONSOLE, .queues = 2, .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)

/* Breaks: a message is sent before DEVICE_READY. Symptom: the driver is not prepared for it, and the port is lost. */
CHECK(quiet_before_ready, "console.quiet-before-ready", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "The device sends no control message before DEVICE_READY")
{
	start_multiport(t, d);
	/* No later event can bound the wait: any request to the device would count as readiness. */
	quiet_moment(t);
	expect(t, !next_message(t, d, 0), "no message before DEVICE_READY: event %u for port %u", message.head.event,
	       message.head.id);
}

/* Breaks: a port number that needs virtqueues which do not exist. */
CHECK(ports_in_range, "console.ports-in-range", REQ("con-mp-01"), MUST, NEEDS(MULTIPORT),
      "DEVICE_ADD names only ports below max_nr_ports")
{
	collect_ports(t, d);
	expect_eq(t, heard.out_of_range, 0, "DEVICE_ADD messages with a port of max_nr_ports or more");
	info(t, "%u messages, %u ports", heard.messages, heard.added);
}

/*
 * Breaks: a port is announced again, for instance once for the configuration and once for the connection. Symptom: the
 * driver adds it twice or gives up.
 */
CHECK(ports_once, "console.ports-once", REQ("con-mp-01"), MUST, NEEDS(MULTIPORT),
      "DEVICE_ADD names no port that exists already")
{
	collect_ports(t, d);
	expect_eq(t, heard.added_twice, 0, "DEVICE_ADD messages for a port that exists");
}

/* Breaks: a port that the driver has never heard of is removed. */
CHECK(ports_removed, "console.ports-removed", REQ("con-mp-02"), MUST, NEEDS(MULTIPORT),
      "DEVICE_REMOVE names only ports that were added")
{
	collect_ports(t, d);
	for (unsigned i = 0; i < 2 && d->transport.stimuli; i++)
		if (d->transport.stimuli->ask(d->transport.bus_context) && next_message(t, d, device_patience_ns))
			note_message(d);
	if (!heard.removed)
		skip(t, "the device removed no port");
	expect_eq(t, heard.removed_unknown, 0, "DEVICE_REMOVE messages for a port that was not added");
}

/*
 * Breaks: the device's state survives a reset. Symptom: after a reboot of the guest its ports are not announced again,
 * and it has no console.
 */
CHECK(ports_again, "console.ports-again", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "After a reset and DEVICE_READY the same ports are announced again")
{
	bool before[PORTS_REMEMBERED];

	hear_ports(t, d);
	memcpy(before, heard.exists, sizeof(before));
	for (uint32_t i = 0; i < PORTS_MAX; i++) /* in some life before this check */
		before[i] |= ports_prompt(t, d, i);
	hear_ports(t, d);
	for (unsigned i = 0; i < PORTS_REMEMBERED; i++) {
		if (before[i] && !heard.exists[i])
			ports_give_occasion(d);
		while (before[i] && !heard.exists[i] && next_message(t, d, device_patience_ns)) /* it may come late */
			note_message(d);
		if (!expect(t, heard.exists[i] || !before[i], "port %u is there in the second life, as in the first",
			    i))
			break;
	}
	if (!heard.messages && ports_last(t, d) < 0)
		skip(t, "the device announced no port");
}

/* Breaks: the device sends events of a driver, cuts a message short, or names a port before it adds it. */
CHECK(known_messages, "console.known-messages", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "The device sends only a device's events, in whole messages, about ports that it has added")
{
	collect_ports(t, d);
	expect_eq(t, heard.unknown_events, 0, "messages with an event that a device does not send, the last of them %u",
		  heard.last_event);
	expect_eq(t, heard.short_messages, 0, "messages shorter than what their event needs");
	expect_eq(t, heard.before_add, 0, "messages about a port before its DEVICE_ADD");
}

/*
 * Breaks: the length counts a NUL. Symptom: the driver makes it part of the name, or finds another port than the host
 * named.
 */
CHECK(port_name, "console.port-name", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "A port's name has no NUL terminator")
{
	collect_ports(t, d);
	if (!heard.named[0])
		skip(t, "port 0 has no name");
	expect(t, !heard.name_empty, "PORT_NAME is followed by a name");
	expect(t, !heard.name_with_nul, "the name does not end in NUL (5.3.6.2)");
}

/* Breaks: the size of the message is put into the used entry. (Legacy devices may do so: 5.3.6.3.) */
CHECK(message_length, "console.message-length", REQ("con-mp-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)),
      "A control message comes back with a used length of 0")
{
	start_multiport(t, d);
	expect_eq(t, send_message(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 1), 0, "used length of DEVICE_READY");
}

/*
 * Breaks: control messages in big-endian order, where the guest is little-endian. Symptom: no port is ever announced,
 * or one that does not exist.
 */
CHECK(legacy_order, "console.legacy-byte-order", REQ("con-leg-02"), MUST,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .version = 1, .queues = 2, .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)),
      "Legacy control messages have the guest's byte order")
{
	enum { ONE_SWAPPED = 0x0100 };

	start_multiport(t, d);
	send_message(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	if (!next_message(t, d, device_patience_ns)) {
		send_message(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, ONE_SWAPPED);
		if (!next_message(t, d, device_patience_ns))
			skip(t, "the device announced no port");
		expect(t, false, "DEVICE_READY is understood with 1 in the guest's byte order, and not only with 0x%x",
		       ONE_SWAPPED);
	}
	expect_eq(t, message.head.event, VIRTIO_CONSOLE_DEVICE_ADD, "event of the first message");
}

/* Breaks: the VMM dies, or the device is lost for ever, after messages that no driver should send. */
CHECK(odd_messages, "console.odd-messages", REQ("con-mp-09", "con-mp-03"), ROBUST, NEEDS(MULTIPORT),
      "After control messages for unknown ports, of unknown events and of any size the device works again")
{
	static const struct virtio_console_control odd[] = {
		{ .id = 0xffffffff, .event = VIRTIO_CONSOLE_PORT_OPEN, .value = 1 },
		{ .id = 0x80000000, .event = VIRTIO_CONSOLE_PORT_READY, .value = 1 },
		{ .id = 0, .event = 0xffff, .value = 1 },
		{ .id = 0, .event = VIRTIO_CONSOLE_DEVICE_ADD, .value = 1 },
		{ .id = 0, .event = VIRTIO_CONSOLE_DEVICE_REMOVE, .value = 1 },
		{ .id = 0, .event = VIRTIO_CONSOLE_RESIZE, .value = 1 },
		{ .id = 0, .event = VIRTIO_CONSOLE_PORT_OPEN, .value = 0xffff },
		{ .id = 0, .event = VIRTIO_CONSOLE_DEVICE_READY, .value = 0xffff },
	};
	uint32_t ports = config_read(&d->transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4), announced;

	collect_ports(t, d);
	announced = heard.added;
	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]) + 3; i++) {
		struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_TX];
		struct virtio_console_control beyond = { .id = ports, .event = VIRTIO_CONSOLE_PORT_READY, .value = 1 };
		struct segment segment;

		require(t, !device_start(d, FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)),
			"the device starts again after odd message %u", i - 1);
		send_message(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
		if (i < sizeof(odd) / sizeof(odd[0]))
			segment = readable(t, &odd[i], sizeof(odd[i]));
		else /* whole, cut in the middle, and longer than any */
			segment = readable(t, &beyond, sizeof(beyond));
		if (i == sizeof(odd) / sizeof(odd[0]) + 1)
			segment.size = 3;
		if (i == sizeof(odd) / sizeof(odd[0]) + 2)
			segment = (struct segment){ .data = need_memory(t, dma_alloc(CONTROL_LONG, 4)),
						    .size = CONTROL_LONG };
		virtqueue_add(queue, &segment, 1, NULL, queue);
		virtqueue_kick(queue);
		/* The device may answer, keep the buffer or ask for a reset. */
		(void)WAIT_UNTIL(virtqueue_used_waiting(queue) ||
					 (transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET),
				 MILLISECONDS(10));
	}
	require(t, !device_start(d, FEATURE(VIRTIO_CONSOLE_F_MULTIPORT)), "the device starts again after odd messages");
	hear_ports(t, d);
	expect(t, heard.added >= announced || heard.exists[0], "ports are announced as before: %u of %u", heard.added,
	       announced);
}

/* Breaks: with MULTIPORT accepted the console itself does not work any more. */
CHECK(multiport_output, "console.multiport-output", REQ("con-desc-01"), DESCRIBED, NEEDS(MULTIPORT),
      "With MULTIPORT, the buffers of a text come back from port 0, once it is open, with a used length of 0")
{
	enum { TEXTS = 4 };

	collect_ports(t, d);
	if (!heard.exists[0])
		skip(t, "there is no port 0");
	for (unsigned i = 0; i < TEXTS; i++) {
		uint32_t length = write_text(t, &d->queues[VIRTIO_CONSOLE_TX], "touchstone: port 0\n", 64);

		if (!transport_is_legacy(&d->transport))
			expect_eq(t, length, 0, "used length of text on port 0");
		else
			expect(t, length <= 19, "used length %u of text on port 0", length);
	}
}
