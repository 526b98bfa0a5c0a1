// SPDX-License-Identifier: BSD-2-Clause
/*
 * What goes through the ports of a console device (5.3.6), and what the device tells about them (5.3.6.2). The checks
 * of data need a loop at the other end; each byte tells its port and position.
 *
 * How consoles break: long or many lines are cut, input is lost because the guest was not quick enough, one port gets
 * what another one should, the port that an agent waits for is announced before the reboot of the guest and not after.
 */
#include "tests/framework/check.h"

#include "drivers/spec/features.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/ports.h"
#include "tests/checks/support/restless.h"

enum { BUFFER = 64, BUFFERS = 12 };

/* ---- the bytes of port 0 ---- */

#define DATA .type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 8

/* Breaks: output is cut at the size of some buffer of the VMM, or at the first descriptor. Symptom: a log ends in the
 * middle of a line. */
CHECK(long_output, "console.long-output", REQ("con-desc-01"), DESCRIBED, NEEDS(DATA),
      "Buffers of 1 to 60000 bytes are output whole and in order, in one descriptor or several")
{
	static const uint32_t sizes[] = { 1, 2, 63, 64, 65, 127, 200, 511, 1025, 4096, 8000, 4097, 60000 };
	struct ports_stream port;

	ports_need_loop(t, d, 0);
	for (unsigned pieces = 1; pieces <= 5; pieces += 2) {
		ports_start_plain(t, d, NO_FEATURES, &port);
		ports_offer(&port, BUFFERS, 1024, 1);
		for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			if (sizes[i] < pieces)
				continue;
			if (sizes[i] > 8192 && (d->transport.stimuli || pieces > 1))
				break; /* the reference device's loop holds 8 KiB */
			step(t, "%u bytes in %u descriptors", sizes[i], pieces);
			ports_write(&port, sizes[i], pieces);
			virtqueue_kick(port.out);
			ports_expect_whole(&port, "long output");
		}
	}
}

/* Breaks: only some of the buffers that one notification tells of are output, or one over another. */
CHECK(burst, "console.burst", REQ("con-desc-01"), DESCRIBED, NEEDS(DATA),
      "Many buffers that are available together are output whole and in order")
{
	enum { LINES = 10, LINE = 20, ROUNDS = 3 };
	struct ports_stream port;

	ports_need_loop(t, d, 0);
	ports_start_plain(t, d, NO_FEATURES, &port);
	ports_offer(&port, BUFFERS, BUFFER, 1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		const unsigned lines = round ? port.out->size : LINES < port.out->size ? LINES : port.out->size;

		for (unsigned i = 0; i < lines; i++)
			ports_write(&port, round ? 1 + random_below(&t->random, 100) : LINE, 1);
		virtqueue_kick(port.out);
		ports_expect_whole(&port, "a burst");
	}
}

/* Breaks: input is cut to the first buffer or descriptor, or a buffer is overrun. */
CHECK(small_buffers, "console.small-buffers", REQ("con-desc-02"), DESCRIBED, NEEDS(DATA),
      "Input arrives whole and in order in receive buffers of 1 to 8 bytes, in one descriptor or several")
{
	static const struct {
		uint8_t size, pieces;
	} buffers[] = { { 1, 1 }, { 2, 1 }, { 7, 1 }, { 3, 2 }, { 8, 3 } };
	struct ports_stream port;

	ports_need_loop(t, d, 0);
	for (unsigned i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		step(t, "buffers of %u bytes in %u descriptors", buffers[i].size, buffers[i].pieces);
		ports_start_plain(t, d, NO_FEATURES, &port);
		ports_offer(&port, BUFFERS, buffers[i].size, buffers[i].pieces);
		ports_write(&port, 100, 1);
		virtqueue_kick(port.out);
		ports_expect_whole(&port, "input into small buffers");
	}
}

/* Breaks: input is dropped unless a buffer waits for it. Symptom: what was typed while the guest booted is lost, or a
 * paste loses lines. (No sentence asks a device to keep input, so this is a warning.) */
CHECK(input_first, "console.input-before-buffers", REQ("con-desc-05", "con-desc-02"), SHOULD, NEEDS(DATA),
      "Input that comes while there is no receive buffer arrives once there is one")
{
	struct ports_stream port;

	ports_need_loop(t, d, 0);
	ports_start_plain(t, d, NO_FEATURES, &port);
	ports_write(&port, 100, 1);
	virtqueue_kick(port.out);
	quiet_moment(t);
	ports_offer(&port, 1, 10, 1);
	ports_expect_whole(&port, "input before the first buffer");
	while (port.in->outstanding > 1) /* as before, in the middle of the port's life */
		ports_pump(&port);
	ports_write(&port, 100, 1);
	virtqueue_kick(port.out);
	ports_expect_whole(&port, "input with one small buffer");
}

/* Breaks: the device's own handling of notifications in one direction. */
CHECK(event_data, "console.data-with-event-idx", REQ("con-desc-01", "con-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 8, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX data goes out and comes back whole, for a driver that notifies only when avail_event asks")
{
	enum { ROUNDS = 12 };
	struct ports_stream port;

	ports_need_loop(t, d, 0);
	ports_start_plain(t, d, FEATURE(VIRTIO_F_EVENT_IDX), &port);
	ports_offer(&port, 4, 16, 1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint16_t old = port.out->published;

		for (unsigned i = 0; i < 1 + round % 4; i++)
			ports_write(&port, 1 + random_below(&t->random, 40), 1);
		virtqueue_publish(port.out);
		if (virtqueue_should_notify(port.out, old))
			virtqueue_notify(port.out);
		ports_expect_whole(&port, "data with EVENT_IDX");
	}
}

/* Nobody knows whether a NUL is a character or none, so there is none. */
static void write_emergency(struct ports_stream *port)
{
	enum { CHARACTERS = 10 };
	bool nul;

	do {
		struct ports_stream trial = *port;

		nul = false;
		for (unsigned i = 0; i < CHARACTERS; i++)
			nul |= !ports_next_byte(&trial);
		port->key += nul;
	} while (nul);
	for (unsigned i = 0; i < CHARACTERS; i++)
		config_write(&port->d->transport, VIRTIO_CONSOLE_CONFIG_EMERG_WR, 4, ports_next_byte(port));
}

/* Breaks: emerg_wr goes nowhere, or to another port than the console's. */
CHECK(emergency_comes_back, "console.emergency-comes-back", REQ("con-init-02"), SHOULD,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 4, .features = OFFERS(VIRTIO_CONSOLE_F_EMERG_WRITE)),
      "What is written to emerg_wr, before any initialisation and later, comes out of port 0")
{
	struct ports_stream port;

	ports_need_loop(t, d, 0);
	ports_start_plain(t, d, NO_FEATURES, &port);
	ports_offer(&port, 4, 16, 1);
	write_emergency(&port);
	ports_expect_whole(&port, "emergency output of a running device");
	if (d->transport.stimuli)
		return; /* the reference device's loop forgets what comes before DRIVER_OK */
	require_ok(t, device_reset(d), "the device completes the reset");
	write_emergency(&port);
	ports_go_on(&port);
	ports_offer(&port, 4, 16, 1);
	ports_expect_whole(&port, "emergency output before any initialisation");
}

/* Breaks: any write to the configuration space is taken for emerg_wr, or what was written there once is output again
 * with the next write. (No driver should write these fields.) */
CHECK(other_fields, "console.other-fields-take-no-writes", REQ("con-desc-06"), ROBUST,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .entries = 4),
      "What is written to other fields than emerg_wr is no output, and changes nothing")
{
	struct transport *transport = &d->transport;
	const bool emergency = device_offers(d, VIRTIO_CONSOLE_F_EMERG_WRITE);
	const bool multiport = device_offers(d, VIRTIO_CONSOLE_F_MULTIPORT);
	struct ports_stream port;
	uint32_t ports = 0;

	ports_need_loop(t, d, 0);
	ports_start_plain(t, d, NO_FEATURES, &port);
	ports_offer(&port, 4, 16, 1);
	if (multiport)
		ports = config_read(transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4);
	for (unsigned i = 0; i < 2; i++) {
		if (emergency)
			write_emergency(&port);
		config_write(transport, VIRTIO_CONSOLE_CONFIG_COLS, 2, '!');
		config_write(transport, VIRTIO_CONSOLE_CONFIG_ROWS, 2, '!');
		if (multiport)
			config_write(transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4, '!');
		ports_write(&port, 20, 1);
		virtqueue_kick(port.out);
		ports_expect_whole(&port, "output after writes to other fields");
	}
	if (multiport)
		expect_eq(t, config_read(transport, VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS, 4), ports,
			  "max_nr_ports after a write to it");
}

/* ---- several ports ---- */

#define MULTIPORT .type = VIRTIO_ID_CONSOLE, .queues = 2, .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)

/* SKIPs unless a port has a loop; where touchstone.loop promises one behind each port, each needs it. */
static unsigned need_loops(struct run *t, struct device *d, bool loop[PORTS_MAX])
{
	unsigned loops = 0;

	if (t->loop)
		ports_need_loop(t, d, 0);
	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		loop[i] = ports_exists(t, d, i) && (t->loop || ports_loop(t, d, i));
		if (loop[i] && t->loop && !ports_loop(t, d, i))
			need_row(t, false, "con-mp-04", "what port %u, which was announced, outputs comes back", i);
		loops += loop[i];
	}
	if (!loops)
		skip(t, "no port has a loop at its other end");
	return loops;
}

/* The stream of a port among those that were started. */
static struct ports_stream *stream_of_port(struct ports_stream streams[], unsigned count, uint32_t port)
{
	unsigned at = 0;

	while (at + 1 < count && streams[at].port != port)
		at++;
	return &streams[at];
}

/* Starts the device with one port made ready, opened or not, and offers buffers for its input. */
static struct ports_stream *start_alone(struct run *t, struct device *d, struct ports_stream streams[PORTS_MAX],
					uint32_t port, bool open)
{
	struct ports_stream *stream;
	unsigned count;

	step(t, "port %u alone", port);
	count = open ? ports_start(t, d, NO_FEATURES, streams, (int)port)
		     : ports_start_closed(t, d, NO_FEATURES, streams, (int)port);
	stream = stream_of_port(streams, count, port);
	ports_offer(stream, 4, 16, 1);
	return stream;
}

/*
 * Breaks: the first or the last port is the only one that works; a port works only after another one. Symptom: one
 * agent of several never gets its channel.
 */
CHECK(each_port, "console.each-port-alone", REQ("con-mp-04"), DESCRIBED, NEEDS(MULTIPORT),
      "Each port that is announced works, even if it is the only one that is made ready and opened")
{
	struct ports_stream streams[PORTS_MAX];
	bool loop[PORTS_MAX];

	need_loops(t, d, loop);
	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		struct ports_stream *stream;

		if (!loop[i])
			continue;
		stream = start_alone(t, d, streams, i, true);
		ports_write(stream, 600, 2);
		virtqueue_kick(stream->out);
		ports_expect_whole(stream, "one port");
	}
}

static void expect_back(struct ports_stream *stream, uint32_t size, const char *what)
{
	ports_write(stream, size, 1);
	virtqueue_kick(stream->out);
	ports_expect_whole(stream, what);
}

/* Breaks: PORT_OPEN is understood once, or its value is not looked at. Symptom: an agent in the guest that is started
 * again gets no answer any more. */
CHECK(opens_again, "console.port-opens-again", REQ("con-mp-04"), DESCRIBED, NEEDS(MULTIPORT),
      "A port that the driver has closed works when it is opened again")
{
	struct ports_stream streams[PORTS_MAX];
	bool loop[PORTS_MAX];

	if (!t->loop && !d->transport.stimuli)
		skip(t, "nothing says that the other end stays when the driver closes a port");
	need_loops(t, d, loop);
	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		struct ports_stream *stream;

		if (!loop[i])
			continue;
		stream = start_alone(t, d, streams, i, true);
		ports_write(stream, 50, 1);
		virtqueue_kick(stream->out);
		need_row(t, ports_gather(stream) && !stream->wrong, "con-desc-01",
			 "what port %u outputs comes back when it is opened for the first time", i);
		for (unsigned round = 0; round < 2; round++) {
			ports_say(t, d, i, VIRTIO_CONSOLE_PORT_OPEN, 0);
			ports_say(t, d, i, VIRTIO_CONSOLE_PORT_OPEN, 1);
			expect_back(stream, 50, "a port that was closed and opened again");
		}
		ports_say(t, d, i, VIRTIO_CONSOLE_PORT_OPEN, 1);
		expect_back(stream, 50, "a port that was opened twice");
	}
}

/* Breaks: input is read from the other end, and dropped, until the driver opens the port. Symptom: an agent in the
 * guest misses what it was sent before it started. (No sentence asks a device to keep input, so this is a warning.) */
CHECK(input_before_open, "console.input-before-the-port-is-open", REQ("con-desc-05"), SHOULD, NEEDS(MULTIPORT),
      "Input that comes before the driver has opened a port arrives once it is open")
{
	struct ports_stream streams[PORTS_MAX];
	bool loop[PORTS_MAX];

	need_loops(t, d, loop);
	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		struct ports_stream *stream;

		if (!loop[i])
			continue;
		stream = start_alone(t, d, streams, i, false);
		ports_write(stream, 100, 1);
		virtqueue_kick(stream->out);
		quiet_moment(t);
		ports_say(t, d, i, VIRTIO_CONSOLE_PORT_OPEN, 1);
		ports_expect_whole(stream, "input from before the port was open");
	}
}

/* Input waits on one port that has no receive buffers; the others work. Takes the input afterwards, so that no other
 * check gets it. */
static void starve_one(struct run *t, struct device *d, const bool loop[PORTS_MAX])
{
	struct ports_stream streams[PORTS_MAX];
	const unsigned count = ports_start(t, d, NO_FEATURES, streams, PORTS_ALL);
	unsigned starved = 0;

	while (starved + 1 < count && !loop[streams[starved].port])
		starved++;
	ports_write(&streams[starved], 20, 1);
	virtqueue_kick(streams[starved].out);
	quiet_moment(t);
	for (unsigned i = starved + 1; i < count; i++) {
		if (!loop[streams[i].port])
			continue;
		ports_offer(&streams[i], 4, 16, 1);
		expect_back(&streams[i], 50, "a port beside one that has no receive buffers");
	}
	ports_loop(t, d, streams[starved].port);
}

/* Breaks: ports share a buffer, or the number of one is taken for another. Symptom: an agent reads what was meant for
 * another one. */
CHECK(ports_apart, "console.ports-do-not-mix", REQ("con-mp-04", "con-desc-01"), DESCRIBED, NEEDS(MULTIPORT),
      "What several ports output at the same time comes back whole, each port's from that port")
{
	enum { ROUNDS = 6 };
	struct ports_stream streams[PORTS_MAX];
	bool loop[PORTS_MAX];
	unsigned count;

	if (need_loops(t, d, loop) < 2)
		skip(t, "fewer than two ports have a loop at their other ends");
	starve_one(t, d, loop);
	count = ports_start(t, d, NO_FEATURES, streams, PORTS_ALL);
	for (unsigned i = 0; i < count; i++)
		ports_offer(&streams[i], 4, 8 + 8 * i, 1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < count; i++)
			for (unsigned j = 0; j < 1 + (round + i) % 3 && loop[streams[i].port]; j++)
				ports_write(&streams[i], 1 + random_below(&t->random, 60), 1);
		for (unsigned i = 0; i < count; i++)
			virtqueue_publish(streams[i].out);
		for (unsigned i = 0; i < count; i++)
			virtqueue_notify(streams[round % 2 ? i : count - 1 - i].out);
		for (unsigned i = 0; i < count; i++)
			ports_gather(&streams[i]);
	}
	for (unsigned i = 0; i < count; i++)
		if (loop[streams[i].port])
			ports_expect_whole(&streams[i], "several ports");
}

/* Breaks: the port is that of the first life only, or MULTIPORT of a former driver decides. Symptom: after the
 * firmware, which uses one port, the kernel has no console; or the other way round. */
CHECK(modes_alternate, "console.single-and-multiport-lives", REQ("con-desc-03", "con-desc-01"), DESCRIBED,
      NEEDS(MULTIPORT), "Port 0 works without MULTIPORT after a life with it, and with it after one without")
{
	struct ports_stream streams[PORTS_MAX];

	ports_need_loop(t, d, 0);
	if (!ports_exists(t, d, 0))
		skip(t, "there is no port 0 with MULTIPORT");
	for (unsigned life = 0; life < 4; life++) {
		if (life % 2)
			ports_start_plain(t, d, NO_FEATURES, streams);
		else
			ports_start(t, d, NO_FEATURES, streams, 0);
		ports_offer(streams, 4, 16, 1);
		ports_write(streams, 60, 1);
		virtqueue_kick(streams[0].out);
		ports_expect_whole(streams, life % 2 ? "port 0 without MULTIPORT" : "port 0 with MULTIPORT");
	}
}

/* ---- what the device tells ---- */

/* What the device said about each port. */
static struct told {
	bool added[PORTS_MAX], console[PORTS_MAX], named[PORTS_MAX], described[PORTS_MAX]; /* by any message */
	bool open[PORTS_MAX];
	char name[PORTS_MAX][PORTS_MESSAGE_BYTES];
	uint32_t name_size[PORTS_MAX];
	unsigned messages, resized, early; /* early: told about a port that is not ready */
	unsigned undefined_opens;	   /* PORT_OPEN with a value other than 0 and 1 */
	unsigned wrong_lengths;		   /* DEVICE_ADD has 8 bytes */
	struct ports_message size;
} told;

static void note(const struct ports_message *message, const bool *ready)
{
	const uint32_t id = message->head.id;

	told.messages++;
	told.wrong_lengths +=
		message->head.event == VIRTIO_CONSOLE_DEVICE_ADD && message->size != sizeof(message->head);
	if (id >= PORTS_MAX)
		return;
	told.added[id] |= message->head.event == VIRTIO_CONSOLE_DEVICE_ADD;
	told.described[id] |= message->head.event > VIRTIO_CONSOLE_DEVICE_REMOVE;
	if (message->head.event == VIRTIO_CONSOLE_DEVICE_REMOVE)
		told.added[id] = false;
	if (message->head.event == VIRTIO_CONSOLE_RESIZE && id == 0) {
		told.resized++;
		told.size = *message;
	}
	if (message->head.event == VIRTIO_CONSOLE_PORT_OPEN) {
		told.open[id] = message->head.value == 1;
		told.undefined_opens += message->head.value > 1;
	}
	if (message->head.event != VIRTIO_CONSOLE_PORT_NAME && message->head.event != VIRTIO_CONSOLE_CONSOLE_PORT)
		return;
	told.early += ready && !ready[id];
	told.console[id] |= message->head.event == VIRTIO_CONSOLE_CONSOLE_PORT;
	if (message->head.event == VIRTIO_CONSOLE_PORT_NAME) {
		uint32_t size = message->size < PORTS_MESSAGE_BYTES ? message->size : PORTS_MESSAGE_BYTES;

		told.named[id] = true;
		memset(told.name[id], 0, sizeof(told.name[id]));
		told.name_size[id] = size > sizeof(message->head) ? size - (uint32_t)sizeof(message->head) : 0;
		memcpy(told.name[id], message->bytes + sizeof(message->head), told.name_size[id]);
	}
}

/* Hears messages until none comes for a while; the first gets `patience`. */
static void hear(struct run *t, struct device *d, uint64_t patience, const bool *ready)
{
	struct ports_message message;

	for (; ports_hear(t, d, patience, &message); patience = SHORT_WAIT_NS)
		note(&message, ready);
	quiet_moment(t);
	while (ports_hear(t, d, 0, &message))
		note(&message, ready);
}

/* Hears of the ports that were there before, but may come late. */
static void hear_of_known_ports(struct run *t, struct device *d)
{
	struct ports_message message;

	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		if (!ports_exists(t, d, i) || told.added[i])
			continue;
		ports_give_occasion(d);
		while (!told.added[i] && ports_hear(t, d, device_patience_ns, &message))
			note(&message, NULL);
	}
}

static void start_multiport(struct run *t, struct device *d)
{
	need_ok(t, device_start(d, FEATURES(VIRTIO_CONSOLE_F_MULTIPORT, VIRTIO_CONSOLE_F_SIZE)));
	memset(&told, 0, sizeof(told));
}

/* Starts the device and hears which ports there are. */
static void start_and_hear(struct run *t, struct device *d)
{
	if (ports_last(t, d) < 0)
		skip(t, "the device announced no port");
	start_multiport(t, d);
	ports_begin(t, d);
	hear(t, d, device_patience_ns, NULL);
}

/* Breaks: DEVICE_READY is not understood. Symptom: a guest whose driver knows MULTIPORT has no console at all. */
CHECK(announces, "console.announces-its-ports", REQ("con-mp-10"), DESCRIBED, NEEDS(MULTIPORT),
      "After DEVICE_READY port 0 is announced if it is active: what is output without MULTIPORT comes back")
{
	static const uint32_t ids[] = { 0, 0xffffffff, 0 }; /* "the port number is unused" */

	if (!ports_loop(t, d, 0))
		skip(t, "no loop proves that port 0 is active");
	for (unsigned life = 0; life < sizeof(ids) / sizeof(ids[0]); life++) {
		struct ports_message message;

		start_multiport(t, d);
		ports_listen(t, d);
		ports_say(t, d, ids[life], VIRTIO_CONSOLE_DEVICE_READY, 1);
		while (!told.added[0] && ports_hear(t, d, device_patience_ns, &message))
			note(&message, NULL);
		require(t, told.added[0], "DEVICE_ADD announces port 0 after DEVICE_READY with port number 0x%x",
			ids[life]);
	}
}

/* Breaks: each PORT_READY is answered with what is known of one port, or of all. (It need not be answered.) */
CHECK(tells_of_ready, "console.tells-of-ports-that-are-ready", REQ("con-mp-05"), SHOULD, NEEDS(MULTIPORT),
      "The device tells only of ports that are ready that they have a name or are consoles")
{
	bool ready[PORTS_MAX] = { false };

	start_and_hear(t, d);
	for (int i = PORTS_MAX; i-- > 0;) {
		if (!told.added[i])
			continue;
		ready[i] = true;
		ports_say(t, d, (uint32_t)i, VIRTIO_CONSOLE_PORT_READY, 1);
		hear(t, d, SHORT_WAIT_NS, ready);
		expect_eq(t, told.early, 0,
			  "PORT_NAME and CONSOLE_PORT of ports that are not ready, after PORT_READY of %u", i);
	}
}

/* Makes all ports ready, one by one or with messages that are available together. */
static void make_all_ready(struct run *t, struct device *d, bool together)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_TX];
	unsigned sent = 0;

	for (uint32_t i = 0; i < PORTS_MAX; i++) {
		struct virtio_console_control *message = need_memory(t, dma_alloc(sizeof(*message), 4));
		struct segment segment = { .data = message, .size = sizeof(*message) };

		if (!told.added[i])
			continue;
		if (!together || !queue->free_count) {
			for (virtqueue_kick(queue); sent; sent--)
				take_used(t, queue, "a control message");
			ports_say(t, d, i, VIRTIO_CONSOLE_PORT_READY, 1);
			continue;
		}
		*message = (struct virtio_console_control){ .id = i, .event = VIRTIO_CONSOLE_PORT_READY, .value = 1 };
		virtqueue_add(queue, &segment, 1, NULL, message);
		sent++;
	}
	virtqueue_kick(queue);
	while (sent--)
		take_used(t, queue, "a control message");
	hear(t, d, MILLISECONDS(2), NULL);
}

enum { NAME = 32 }; /* bytes of a name that are compared */

/* Waits for what was told about the port before. */
static void hear_again(struct run *t, struct device *d, unsigned port, const struct told *before)
{
	struct ports_message message;

	while (told.added[port] &&
	       (before->named[port] > told.named[port] || before->console[port] > told.console[port] ||
		(ports_described(t, d, port) && !told.described[port])) &&
	       ports_hear(t, d, device_patience_ns, &message))
		note(&message, NULL);
}

/*
 * Breaks: what a reset should have ended goes on: ports stay announced or ready. Or the second of two control messages
 * that are available together is not looked at. Symptom: after a reboot of the guest, or with a quick driver, a port
 * has no name.
 */
CHECK(told_again, "console.ports-are-described-again", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "In each life, and however PORT_READY messages come, the same is told about the same ports")
{
	struct told before = { 0 };
	bool ready[PORTS_MAX];

	for (unsigned life = 0; life < 4; life++) {
		start_and_hear(t, d);
		hear_of_known_ports(t, d);
		/* A port that is announced later is not told that we are ready for it. */
		for (unsigned i = 0; i < PORTS_MAX; i++)
			ready[i] = told.added[i];
		make_all_ready(t, d, life % 2);
		for (unsigned i = 0; i < PORTS_MAX; i++) {
			if (ready[i])
				hear_again(t, d, i, &before);
			expect(t, told.added[i] || !ports_exists(t, d, i), "port %u is announced in life %u", i, life);
			if (!ready[i])
				continue;
			expect(t, told.described[i] || !ports_described(t, d, i), "port %u is described in life %u", i,
			       life);
			expect(t, told.console[i] || !before.console[i], "port %u is a console in life %u, too", i,
			       life);
			expect(t, told.named[i] || !before.named[i], "port %u has a name in life %u, too", i, life);
			expect(t, !told.named[i] || !before.named[i] || !memcmp(told.name[i], before.name[i], NAME),
			       "port %u has the same name in life %u", i, life);
			before.console[i] |= told.console[i];
			if (told.named[i] && !before.named[i])
				memcpy(before.name[i], told.name[i], NAME);
			before.named[i] |= told.named[i];
		}
	}
}

/* Makes all ports ready and hears what there is to tell about each. */
static void hear_of_all(struct run *t, struct device *d)
{
	const struct told nothing = { 0 };

	start_and_hear(t, d);
	make_all_ready(t, d, false);
	for (unsigned i = 0; i < PORTS_MAX; i++)
		hear_again(t, d, i, &nothing);
	hear(t, d, MILLISECONDS(1), NULL);
	need_row(t, !told.wrong_lengths, "sused-02", "DEVICE_ADD has a used length of 8");
}

/* Bytes of the first character, 0 if they are not UTF-8 or are cut off. */
static uint32_t utf8_size(const char *text, uint32_t size)
{
	const uint8_t first = (uint8_t)text[0];
	const uint32_t bytes = first < 0x80   ? 1
			       : first < 0xc2 ? 0
			       : first < 0xe0 ? 2
			       : first < 0xf0 ? 3
			       : first < 0xf5 ? 4
					      : 0;

	if (bytes > size)
		return 0;
	for (uint32_t i = 1; i < bytes; i++)
		if (((uint8_t)text[i] & 0xc0) != 0x80)
			return 0;
	return bytes;
}

/* Breaks: the message is as long as the name, and the name is not in it. Symptom: the guest finds no port of the name
 * that its agent looks for. (console.port-name judges a NUL at the end.) */
CHECK(names_are_text, "console.port-names-are-text", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "Each port's name is UTF-8, without a NUL in it")
{
	enum { WHOLE = PORTS_MESSAGE_BYTES - sizeof(struct virtio_console_control), LONGEST = 4 };
	unsigned names = 0;

	hear_of_all(t, d);
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		const uint32_t size = told.name_size[i];
		uint32_t at = 0, bytes;

		if (!told.named[i])
			continue;
		names++;
		expect(t, size, "the name of port %u is not empty", i);
		while (at < size && told.name[i][at] && (bytes = utf8_size(told.name[i] + at, size - at)) != 0)
			at += bytes;
		/* one NUL at the end; the buffer may be too small for the last character */
		expect(t, at + 1 >= size || (size == WHOLE && told.name[i][at] && at + LONGEST > size),
		       "the name of port %u is text: of %u bytes, byte %u is 0x%02x", i, size, at,
		       at < size ? (uint8_t)told.name[i][at] : 0);
	}
	if (!names)
		skip(t, "no port has a name");
}

/* Breaks: PORT_OPEN is not sent, or only to a driver that was there when the other end was opened. Symptom: Linux lets
 * nobody write to the port. */
CHECK(says_open, "console.ports-say-that-they-are-open", REQ("con-mp-11"), DESCRIBED, NEEDS(MULTIPORT),
      "PORT_OPEN tells that a port is open whose other end answers, unless it is a console")
{
	bool loop[PORTS_MAX];
	unsigned asked = 0;

	need_loops(t, d, loop);
	hear_of_all(t, d);
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		struct ports_message message;

		if (!loop[i] || !told.added[i] || told.console[i])
			continue;
		need_row(t, told.described[i] || !ports_described(t, d, i), "con-mp-03",
			 "port %u is described, as in the life before", i);
		while (!told.open[i] && ports_hear(t, d, device_patience_ns, &message))
			note(&message, NULL);
		asked++;
		expect(t, told.open[i], "the last PORT_OPEN of port %u, which answers, says so", i);
	}
	expect_eq(t, told.undefined_opens, 0, "PORT_OPEN messages with values other than 0 and 1");
	if (!asked)
		skip(t, "the only ports that answer are consoles");
}

/* Breaks: CONSOLE_PORT is not sent, or for another port. Symptom: the guest has ports and no console. */
CHECK(nominates, "console.nominates-its-console", REQ("con-mp-12"), SHOULD, NEEDS(MULTIPORT),
      "CONSOLE_PORT nominates port 0 where that is said to be a console")
{
	if (!t->loop)
		skip(t, "nothing says which port is a console (touchstone.loop)");
	if (!ports_exists(t, d, 0))
		skip(t, "there is no port 0");
	hear_of_all(t, d);
	need_row(t, told.described[0] || !ports_described(t, d, 0), "con-mp-03",
		 "port 0 is described, as in the life before");
	expect(t, told.console[0], "CONSOLE_PORT nominates port 0");
}

enum { CUTS = 4 }; /* descriptors of a control message */

/* A buffer for a control message, in pieces. */
struct cut_message {
	struct segment pieces[CUTS];
	unsigned count;
};

/* Offers buffers for messages with their first bytes cut at these sizes; the rest is one more piece. */
static void listen_in_pieces(struct run *t, struct device *d, const uint8_t sizes[CUTS - 1])
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];

	while (queue->free_count >= CUTS) {
		struct cut_message *cut = need_memory(t, dma_private(sizeof(*cut)));
		uint32_t at = 0;

		for (cut->count = 0; cut->count < CUTS; cut->count++) {
			const uint32_t size = cut->count + 1 < CUTS ? sizes[cut->count] : PORTS_MESSAGE_BYTES - at;

			cut->pieces[cut->count] = (struct segment){ .data = need_memory(t, dma_alloc(size, 1)),
								    .size = size,
								    .writable = true };
			at += size;
		}
		virtqueue_add(queue, cut->pieces, cut->count, NULL, cut);
	}
	virtqueue_kick(queue);
}

/* Takes the next message from such a buffer, if one comes in time, and notes it. */
static bool hear_in_pieces(struct run *t, struct device *d)
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	struct ports_message message;
	struct completion done;
	struct cut_message *cut;
	uint32_t at = 0;

	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns))
		return false;
	done = take_used(t, queue, "a control buffer in pieces");
	cut = done.token;
	for (unsigned i = 0; i < cut->count; at += cut->pieces[i++].size)
		memcpy(message.bytes + at, cut->pieces[i].data, cut->pieces[i].size);
	message.size = done.length;
	memcpy(&message.head, message.bytes, sizeof(message.head));
	step(t, "message of %u bytes: id %u event %u value %u", message.size, message.head.id, message.head.event,
	     message.head.value);
	note(&message, NULL);
	virtqueue_add(queue, cut->pieces, cut->count, NULL, cut);
	virtqueue_kick(queue);
	return true;
}

static void say_in_pieces(struct run *t, struct device *d, const uint8_t sizes[CUTS - 1], uint32_t id, uint16_t event)
{
	const struct virtio_console_control whole = { .id = id, .event = event, .value = 1 };
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_TX];
	struct segment pieces[CUTS];
	unsigned count = 0;

	for (uint32_t at = 0, size; at < sizeof(whole); at += size) {
		size = count + 1 < CUTS ? sizes[count] : (uint32_t)sizeof(whole) - at;
		pieces[count] = (struct segment){ .data = need_memory(t, dma_alloc(size, 1)), .size = size };
		memcpy(pieces[count++].data, (const uint8_t *)&whole + at, size);
	}
	if (virtqueue_add(queue, pieces, count, NULL, pieces) < 0)
		abort_check(t, "no room for a control message");
	virtqueue_kick(queue);
	take_used(t, queue, "a control message in pieces");
}

/* Breaks: a message is expected in one descriptor, as Linux happens to send it. */
CHECK(control_in_pieces, "console.control-messages-in-pieces", REQ("frame-01", "con-mp-03"), MUST,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .version = 2, .queues = 2, .entries = CUTS,
	    .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)),
      "Control messages may be cut anywhere, in both directions")
{
	static const uint8_t cuts[][CUTS - 1] = { { 1, 3, 2 }, { 4, 2, 1 }, { 2, 5, 1 }, { 7, 1, 4 } };
	const struct told nothing = { 0 };
	int port = PORTS_NONE;

	for (uint32_t i = 0; i < PORTS_MAX; i++)
		if (ports_prompt(t, d, i))
			port = (int)i;
	if (port < 0)
		skip(t, "the device announced no port");
	start_and_hear(t, d);
	need_row(t, told.added[port], "con-mp-10", "port %u is announced after a DEVICE_READY in one piece", port);
	ports_say(t, d, (uint32_t)port, VIRTIO_CONSOLE_PORT_READY, 1);
	hear_again(t, d, (unsigned)port, &nothing);
	need_row(t, told.described[port] || !ports_described(t, d, (uint32_t)port), "con-mp-04",
		 "port %u is described after a PORT_READY in one piece", port);
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		start_multiport(t, d);
		listen_in_pieces(t, d, cuts[i]);
		say_in_pieces(t, d, cuts[i], 0, VIRTIO_CONSOLE_DEVICE_READY);
		while (!told.added[port] && hear_in_pieces(t, d))
			;
		require(t, told.added[port], "port %u is announced after a DEVICE_READY in pieces", port);
		say_in_pieces(t, d, cuts[i], (uint32_t)port, VIRTIO_CONSOLE_PORT_READY);
		while (!told.described[port] && ports_described(t, d, (uint32_t)port) && hear_in_pieces(t, d))
			;
		expect(t, told.described[port] || !ports_described(t, d, (uint32_t)port),
		       "port %u is described after a PORT_READY in pieces", port);
	}
}

/* Breaks: DEVICE_READY, or messages that were not delivered, outlive a reset. Symptom: a driver gets messages of which
 * it knows nothing. */
CHECK(quiet_again, "console.quiet-before-ready-again", REQ("con-mp-03"), DESCRIBED, NEEDS(MULTIPORT),
      "After a reset the device sends no control message before DEVICE_READY, whatever waited")
{
	struct ports_message message = { .size = 0 };

	if (ports_last(t, d) < 0)
		skip(t, "the device announced no port");
	for (unsigned life = 0; life < 2; life++) {
		start_multiport(t, d);
		if (life) /* else the messages of the device have no buffers */
			ports_listen(t, d);
		ports_say(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 1);
		ports_say(t, d, (uint32_t)ports_first(t, d), VIRTIO_CONSOLE_PORT_READY, 1);
		quiet_moment(t);
		start_multiport(t, d);
		ports_listen(t, d);
		/* A port comes or goes, and the size changes: nobody has asked for either. */
		if (d->transport.stimuli) {
			d->transport.stimuli->ask(d->transport.bus_context);
			d->transport.stimuli->change_config(d->transport.bus_context);
		}
		quiet_moment(t);
		expect(t, !ports_hear(t, d, 0, &message), "no message before DEVICE_READY: event %u for port %u",
		       message.head.event, message.head.id);
	}
}

/* Breaks: the value of the message is not looked at. */
CHECK(failed_ready, "console.ready-with-value-0", REQ("con-mp-07"), SHOULD, NEEDS(MULTIPORT),
      "DEVICE_READY and PORT_READY that say failure announce and describe nothing")
{
	bool none[PORTS_MAX] = { false };

	start_multiport(t, d);
	ports_listen(t, d);
	hear(t, d, 0, none);
	need_row(t, !told.messages, "con-mp-03", "no control message comes before DEVICE_READY");
	ports_say(t, d, 0, VIRTIO_CONSOLE_DEVICE_READY, 0);
	hear(t, d, SHORT_WAIT_NS, none);
	expect_eq(t, told.messages, 0, "control messages after DEVICE_READY with value 0");
	start_and_hear(t, d);
	for (uint32_t i = 0; i < PORTS_MAX; i++)
		if (told.added[i])
			ports_say(t, d, i, VIRTIO_CONSOLE_PORT_READY, 0);
	hear(t, d, SHORT_WAIT_NS, none);
	expect_eq(t, told.early, 0, "PORT_NAME and CONSOLE_PORT after PORT_READY with value 0");
}

/* Did the last RESIZE tell the size of the configuration space? */
static bool same_size(struct device *d)
{
	uint16_t size[2];

	memcpy(size, told.size.bytes + sizeof(told.size.head), sizeof(size));
	return told.resized && size[0] == config_read(&d->transport, VIRTIO_CONSOLE_CONFIG_COLS, 2) &&
	       size[1] == config_read(&d->transport, VIRTIO_CONSOLE_CONFIG_ROWS, 2);
}

/* The size may change again meanwhile, so the RESIZE that counts is the last one. */
static void expect_size(struct run *t, struct device *d, const char *when)
{
	struct ports_message message;
	bool same;

	while (!same_size(d) && ports_hear(t, d, device_patience_ns, &message))
		note(&message, NULL);
	same = same_size(d);
	if (!same)
		excuse_changes(t, d);
	require(t, same, "the last of %u RESIZE messages for port 0 tells the size of the configuration space %s",
		told.resized, when);
}

/* Breaks: the fields are swapped, or those of the start. Symptom: an editor in the guest draws over its borders. */
CHECK(resize, "console.resize-tells-the-size", REQ("con-mp-06"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2,
	    .features = OFFERS_BOTH(VIRTIO_CONSOLE_F_MULTIPORT, VIRTIO_CONSOLE_F_SIZE)),
      "RESIZE of port 0 carries the size that the configuration space has, also after it changed")
{
	start_and_hear(t, d);
	if (!told.added[0])
		skip(t, "there is no port 0");
	ports_say(t, d, 0, VIRTIO_CONSOLE_PORT_READY, 1);
	hear(t, d, MILLISECONDS(2), NULL);
	if (told.console[0])
		ports_say(t, d, 0, VIRTIO_CONSOLE_PORT_OPEN, 1);
	if (told.resized)
		expect_size(t, d, "at the start");
	for (unsigned i = 0; i < 2 && d->transport.stimuli; i++) {
		require(t, d->transport.stimuli->change_config(d->transport.bus_context), "the size changes");
		expect_size(t, d, "after a change");
	}
	if (!told.resized)
		skip(t, "the device sends no RESIZE");
}

/* Breaks: the control queues are served whatever was negotiated. */
CHECK(no_control, "console.no-messages-without-multiport", REQ("con-desc-03"), DESCRIBED, NEEDS(MULTIPORT),
      "Without MULTIPORT the device uses no buffer of a control virtqueue")
{
	struct virtqueue *queue = &d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	enum driver_error error;

	device_greet(d);
	require_ok(t, device_negotiate(d, NO_FEATURES), "the features are accepted");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues can be set up");
	error = device_setup_queue(d, VIRTIO_CONSOLE_CONTROL_RX, DEVICE_QUEUE_SIZE);
	if (error == DRIVER_QUEUE_MISSING)
		skip(t, "without MULTIPORT there is no control virtqueue");
	require_ok(t, error, "the control virtqueue can be set up");
	device_go(d);
	ports_listen(t, d);
	for (uint64_t i = 0; i < 2; i++)
		require_ok(t, device_do_request(d, i), "text on port 0");
	expect(t, STAYS(t, !virtqueue_used_waiting(queue)), "no control message comes");
}

/* Breaks: hot-plug is told once for each port, or its state stays. Symptom: an agent's channel is gone after the host
 * connected it a second time. */
CHECK(comes_and_goes, "console.port-comes-and-goes", REQ("con-mp-08", "con-mp-02", "con-mp-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_CONSOLE, .queues = 2, .stimulus = true, .features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT)),
      "A port that is plugged in later is announced, and again after it was removed")
{
	enum { TIMES = 3 };
	struct told before = { 0 };
	struct ports_message message;

	start_and_hear(t, d);
	for (unsigned i = 0; i < 2 * TIMES; i++) {
		uint32_t port;
		bool added;

		if (!d->transport.stimuli->ask(d->transport.bus_context))
			skip(t, "the device has no port that can be plugged");
		do
			require(t, ports_hear(t, d, device_patience_ns, &message),
				"a message tells of a port that came or went");
		while (message.head.event != VIRTIO_CONSOLE_DEVICE_ADD &&
		       message.head.event != VIRTIO_CONSOLE_DEVICE_REMOVE);
		/* Ports may come and go by themselves meanwhile. */
		added = message.head.event == VIRTIO_CONSOLE_DEVICE_ADD;
		port = message.head.id;
		expect(t, port < PORTS_MAX && told.added[port] != added, "port %u, which %s, is one that %s", port,
		       added ? "came" : "went", added ? "was not there" : "was there");
		note(&message, NULL);
		if (!added || port >= PORTS_MAX)
			continue;
		told.described[port] = told.named[port] = told.console[port] = false;
		ports_say(t, d, port, VIRTIO_CONSOLE_PORT_READY, 1);
		hear(t, d, MILLISECONDS(2), NULL);
		hear_again(t, d, port, &before);
		expect(t, told.named[port] || !before.named[port] || !told.added[port],
		       "port %u, which came back, has a name again", port);
		before.named[port] |= told.named[port];
	}
}
