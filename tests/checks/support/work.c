// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/work.h"

#include "drivers/spec/net.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/ports.h"
#include "tests/checks/support/traffic.h"
#include "tests/checks/support/wire.h"

enum {
	PAIRS = 2,		   /* pairs of a network device that are set up with MQ */
	EXTRA = 2 * PORTS_MAX + 2, /* virtqueues beyond those of struct device */
	RECEIVE_BYTES = 16,	   /* of a console's receive buffer */
};

struct work_kind {
	const char *name;
	struct needs needs;	/* .type (0: any) and .features alone */
	struct features accept; /* accepted if offered, besides those of `needs` */
	bool multiqueue;	/* accepts the features of the type's `multiqueue` */
	bool receives, exact;
	bool talks;
	bool middle; /* console: the port is neither the first nor the last */
	/* The row that judges whether something arrives at all, if that is not a matter of rings: the first arrival of
	 * a life is a precondition then. */
	const char *arrival;
	/* Is there such a queue, and somebody at its other end? It may start the device. NULL: always. */
	bool (*possible)(struct run *t, struct device *d);
	/* Sets up the virtqueues of a negotiated device; names `queue` and `helper`. False: there is no such queue. */
	bool (*set_up)(struct work *work);
	/* What comes after DRIVER_OK, until buffers can be used. */
	void (*prepare)(struct work *work);
	/* Makes a buffer. NULL: a request of the device's type. */
	void (*make)(struct work *work, struct request *request);
	bool (*cause)(struct work *work);
	/* Judges the answer, and learns from it. */
	void (*judge)(struct work *work, const struct request *request, const struct completion *done);
};

static struct work work;
static struct virtqueue extra[EXTRA];
static unsigned extras;
static uint64_t enough; /* no further queue after that */
#define ENOUGH_NS MILLISECONDS(6000)

/* ---- parts ---- */

static struct virtqueue *set_up_extra(struct work *w, uint16_t index)
{
	if (extras == EXTRA)
		abort_check(w->t, "no more than %u further virtqueues", EXTRA);
	require_ok(w->t, device_setup_queue_in(w->d, &extra[extras], index, w->size), "virtqueue %u can be set up",
		   index);
	return &extra[extras++];
}

static void set_up_usual(struct work *w)
{
	require_ok(w->t, device_setup_queues(w->d, w->size), "the virtqueues can be set up");
}

static void make_bytes(struct work *w, struct request *request, const void *bytes, uint32_t size)
{
	struct segment segment = { .data = need_memory(w->t, dma_alloc(size, 4)), .size = size };

	memcpy(segment.data, bytes, size);
	request->segments[request->count++] = segment;
}

static void make_writable(struct work *w, struct request *request, uint32_t size)
{
	request->segments[request->count++] =
		(struct segment){ .data = need_memory(w->t, dma_alloc(size, 4)), .size = size, .writable = true };
}

/* What arrived stands in the buffer: `length` bytes, of which the first is not what the driver left there. */
static void judge_arrived(struct work *w, const struct request *request, const struct completion *done)
{
	const volatile uint8_t *bytes = request->segments[0].data;
	uint32_t fresh = 0;

	while (fresh < request->segments[0].size && fresh < done->length && bytes[fresh] == DMA_FRESH_BYTE)
		fresh++;
	need_row(w->t, !done->length || fresh < done->length, "sused-02",
		 "the %u bytes of a buffer of the %s that came back were written", done->length, w->name);
}

/* ---- request queues ---- */

static bool set_up_request(struct work *w)
{
	set_up_usual(w);
	w->queue = device_request_queue(w->d);
	return w->queue->size != 0;
}

static bool has_second(struct run *t, struct device *d)
{
	const struct features many = features_and(d->type->multiqueue, d->offered);

	(void)t;
	return !features_equal(&many, &NO_FEATURES) && d->type->request_queue + 1 < d->queue_count;
}

static bool has_third(struct run *t, struct device *d)
{
	return has_second(t, d) && d->type->request_queue + 2 < d->queue_count;
}

static bool set_up_second(struct work *w)
{
	set_up_usual(w);
	w->queue = set_up_extra(w, w->d->type->request_queue + 1);
	return true;
}

static bool set_up_last(struct work *w)
{
	set_up_usual(w);
	for (uint16_t i = w->d->type->request_queue + 1; i + 1 < w->d->queue_count && extras + 1 < EXTRA; i++)
		set_up_extra(w, i);
	w->queue = set_up_extra(w, w->d->queue_count - 1);
	return true;
}

/* ---- network: receive ---- */

static bool frames_arrive(struct run *t, struct device *d)
{
	return d->transport.stimuli || wire_peer(t, d) == WIRE_ANSWERS;
}

static bool set_up_receive(struct work *w)
{
	set_up_usual(w);
	w->queue = &w->d->queues[VIRTIO_NET_RX];
	w->helper = w->d->transport.stimuli ? NULL : &w->d->queues[VIRTIO_NET_TX];
	return true;
}

static void make_receive(struct work *w, struct request *request)
{
	const uint32_t header = net_header_bytes(w->d);

	if (transport_is_legacy(&w->d->transport)) {
		make_writable(w, request, header);
		make_writable(w, request, WIRE_BUFFER_BYTES - header);
	} else {
		make_writable(w, request, WIRE_BUFFER_BYTES);
	}
}

static bool cause_frame(struct work *w)
{
	uint8_t frame[ETHERNET_FRAME_MIN];

	if (!w->helper)
		return wire_send_us(w->d, (uint16_t)w->number, WIRE_PAYLOAD);
	net_fill_arp(w->d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	wire_transmit(w->t, w->d, frame, sizeof(frame));
	return true;
}

/* ---- network: commands, and the second pair ---- */

static bool set_up_control(struct work *w)
{
	set_up_usual(w);
	w->queue = &w->d->queues[VIRTIO_NET_CTRL_WITHOUT_MQ];
	return w->queue->size != 0;
}

static bool has_pairs(struct run *t, struct device *d)
{
	uint32_t pairs = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);

	(void)t;
	/* RSS has the field, too, but work_kind.accept asks for MQ alone. */
	return device_offers(d, VIRTIO_NET_F_MQ) && pairs >= PAIRS && 2 * pairs < UINT16_MAX;
}

/* Returns the control queue. */
static struct virtqueue *set_up_pairs(struct work *w)
{
	uint32_t pairs = config_read(&w->d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);

	set_up_usual(w); /* the first pair */
	for (uint16_t i = 2; i < 2 * PAIRS; i++)
		set_up_extra(w, i);
	return set_up_extra(w, (uint16_t)(2 * pairs));
}

static bool set_up_control_behind(struct work *w)
{
	w->queue = set_up_pairs(w);
	return true;
}

static bool set_up_second_transmit(struct work *w)
{
	w->helper = set_up_pairs(w);
	w->queue = &extra[1];
	return true;
}

enum { ACK_UNWRITTEN = 0xee };

static void make_some_command(struct work *w, struct request *request, const uint8_t *bytes, uint32_t data)
{
	make_bytes(w, request, bytes, 2);
	make_bytes(w, request, bytes + 2, data);
	make_writable(w, request, 1);
	request->answer = request->segments[2].data;
	*request->answer = ACK_UNWRITTEN;
}

/* Switches promiscuous mode on and off. */
static void make_command(struct work *w, struct request *request)
{
	uint8_t bytes[3] = { VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, w->number % 2 };

	make_some_command(w, request, bytes, 1);
}

static void judge_command(struct work *w, const struct request *request, const struct completion *done)
{
	(void)done;
	need_row(w->t, *(volatile uint8_t *)request->answer == VIRTIO_NET_OK, "net-desc-03",
		 "a command that the device knows is answered with OK");
}

static void enable_second_pair(struct work *w)
{
	uint8_t bytes[4] = { VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, PAIRS, 0 };
	struct request request = { 0 };

	make_some_command(w, &request, bytes, 2);
	virtqueue_add(w->helper, request.segments, request.count, NULL, w);
	virtqueue_kick(w->helper);
	take_used(w->t, w->helper, "VQ_PAIRS_SET");
	need_row(w->t, *(volatile uint8_t *)request.answer == VIRTIO_NET_OK, "net-desc-06",
		 "VQ_PAIRS_SET is answered with OK");
}

/* ---- console: ports ---- */

static bool input_comes(struct run *t, struct device *d)
{
	return d->transport.stimuli || ports_loop(t, d, 0);
}

static bool set_up_input(struct work *w)
{
	set_up_usual(w);
	w->queue = &w->d->queues[VIRTIO_CONSOLE_RX];
	w->helper = w->d->transport.stimuli ? NULL : &w->d->queues[VIRTIO_CONSOLE_TX];
	return true;
}

static void open_input(struct work *w)
{
	ports_open_unasked(w->t, w->d);
}

static void make_input(struct work *w, struct request *request)
{
	make_writable(w, request, RECEIVE_BYTES);
}

static void write_out(struct work *w, struct virtqueue *queue, const void *bytes, uint32_t size)
{
	struct request request = { 0 };

	make_bytes(w, &request, bytes, size);
	if (virtqueue_add(queue, request.segments, request.count, NULL, w) < 0)
		abort_check(w->t, "no room in virtqueue %u", queue->index);
	virtqueue_kick(queue);
	take_used(w->t, queue, "output");
}

static bool cause_input(struct work *w)
{
	if (!w->helper)
		return w->d->transport.stimuli->input(w->d->transport.bus_context, "t", 1);
	write_out(w, w->helper, "t", 1);
	return true;
}

/* A port beside port 0. */
static bool has_last_port(struct run *t, struct device *d)
{
	return ports_last(t, d) > 0;
}

static bool has_last_port_with_loop(struct run *t, struct device *d)
{
	return has_last_port(t, d) && ports_loop(t, d, (uint32_t)ports_last(t, d));
}

/* A port between port 0 and the last one. */
static uint32_t middle_port(struct run *t, struct device *d)
{
	for (uint32_t i = 1; i < (uint32_t)ports_last(t, d); i++)
		if (ports_exists(t, d, i))
			return i;
	return 0;
}

static bool has_middle_port(struct run *t, struct device *d)
{
	return has_last_port(t, d) && middle_port(t, d);
}

static bool has_middle_port_with_loop(struct run *t, struct device *d)
{
	return has_middle_port(t, d) && ports_loop(t, d, middle_port(t, d));
}

static uint32_t further_port(struct work *w)
{
	return w->kind->middle ? middle_port(w->t, w->d) : (uint32_t)ports_last(w->t, w->d);
}

/* All ports up to the last that exists. Returns the receive queue of the one that is examined. */
static struct virtqueue *set_up_ports(struct work *w)
{
	enum { FIRST = VIRTIO_CONSOLE_CONTROL_TX + 1 };

	set_up_usual(w);
	for (uint16_t i = FIRST; i <= ports_output((uint32_t)ports_last(w->t, w->d)); i++)
		set_up_extra(w, i);
	return &extra[ports_input(further_port(w)) - FIRST];
}

static bool set_up_port_output(struct work *w)
{
	w->queue = set_up_ports(w) + 1;
	return true;
}

static bool set_up_port_input(struct work *w)
{
	w->queue = set_up_ports(w);
	w->helper = w->queue + 1;
	return true;
}

static void open_further_port(struct work *w)
{
	ports_begin(w->t, w->d);
	ports_open(w->t, w->d, further_port(w));
}

/* ---- console: control messages ---- */

static bool has_ports(struct run *t, struct device *d)
{
	return ports_last(t, d) >= 0;
}

static bool set_up_messages_in(struct work *w)
{
	set_up_usual(w);
	w->queue = &w->d->queues[VIRTIO_CONSOLE_CONTROL_RX];
	w->helper = &w->d->queues[VIRTIO_CONSOLE_CONTROL_TX];
	return w->queue->size != 0;
}

static void make_message_buffer(struct work *w, struct request *request)
{
	make_writable(w, request, PORTS_MESSAGE_BYTES);
}

static struct {
	bool added[PORTS_MAX], ready[PORTS_MAX];
} seen;

static void forget_ports(struct work *w)
{
	(void)w;
	memset(&seen, 0, sizeof(seen));
}

static void say(struct work *w, uint32_t id, uint16_t event)
{
	const struct virtio_console_control message = { .id = id, .event = event, .value = 1 };

	write_out(w, w->helper, &message, sizeof(message));
}

/* DEVICE_READY makes the device announce its ports, PORT_READY makes it describe one, a new size makes it tell that. */
static bool cause_message(struct work *w)
{
	if (!w->number) {
		say(w, 0, VIRTIO_CONSOLE_DEVICE_READY);
		return true;
	}
	for (uint32_t i = 0; i < PORTS_MAX; i++)
		if (seen.added[i] && !seen.ready[i] && ports_described(w->t, w->d, i)) {
			seen.ready[i] = true;
			say(w, i, VIRTIO_CONSOLE_PORT_READY);
			return true;
		}
	return device_accepted(w->d, VIRTIO_CONSOLE_F_SIZE) && seen.ready[0] && ports_resized(w->t, w->d) &&
	       w->d->transport.stimuli->change_config(w->d->transport.bus_context);
}

static void judge_message(struct work *w, const struct request *request, const struct completion *done)
{
	struct virtio_console_control message = { .id = PORTS_MAX };

	judge_arrived(w, request, done);
	need_row(w->t, done->length >= sizeof(message), "con-mp-03", "a control message has at least %lu bytes: %u",
		 sizeof(message), done->length);
	traffic_gather(request, (uint8_t *)&message, sizeof(message));
	if (message.event == VIRTIO_CONSOLE_DEVICE_ADD && message.id < PORTS_MAX)
		seen.added[message.id] = true;
}

static bool set_up_messages_out(struct work *w)
{
	set_up_usual(w);
	w->queue = &w->d->queues[VIRTIO_CONSOLE_CONTROL_TX];
	return w->queue->size != 0;
}

static void open_first_port(struct work *w)
{
	ports_begin(w->t, w->d);
	ports_open(w->t, w->d, (uint32_t)ports_first(w->t, w->d));
}

/* Closes and opens a port. */
static void make_message(struct work *w, struct request *request)
{
	const struct virtio_console_control message = { .id = (uint32_t)ports_first(w->t, w->d),
							.event = VIRTIO_CONSOLE_PORT_OPEN,
							.value = w->number % 2 };

	make_bytes(w, request, &message, sizeof(message));
}

/* ---- the table ---- */

#define NET(...) .needs = { .type = VIRTIO_ID_NETWORK, __VA_ARGS__ }
#define CON(...) .needs = { .type = VIRTIO_ID_CONSOLE, __VA_ARGS__ }
#define PORT_INPUT                                                                                           \
	.receives = true, .arrival = "con-mp-04", .set_up = set_up_port_input, .prepare = open_further_port, \
	.make = make_input, .cause = cause_input, .judge = judge_arrived
#define PORT_OUTPUT .exact = true, .set_up = set_up_port_output, .prepare = open_further_port
#define MULTIPORT   CON(.features = OFFERS(VIRTIO_CONSOLE_F_MULTIPORT))

static const struct work_kind kinds[] = {
	{ .name = "request queue", .exact = true, .set_up = set_up_request },
	{ .name = "second request queue",
	  .exact = true,
	  .multiqueue = true,
	  .possible = has_second,
	  .set_up = set_up_second },
	{ .name = "last request queue",
	  .exact = true,
	  .multiqueue = true,
	  .possible = has_third,
	  .set_up = set_up_last },
	{ .name = "receive queue",
	  NET(0),
	  .receives = true,
	  .possible = frames_arrive,
	  .set_up = set_up_receive,
	  .make = make_receive,
	  .cause = cause_frame,
	  .judge = judge_arrived },
	{ .name = "control queue",
	  NET(.features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)),
	  .exact = true,
	  .set_up = set_up_control,
	  .make = make_command,
	  .judge = judge_command },
	{ .name = "control queue behind all pairs",
	  NET(.features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)),
	  .accept = { { 1u << VIRTIO_NET_F_MQ } },
	  .exact = true,
	  .possible = has_pairs,
	  .set_up = set_up_control_behind,
	  .make = make_command,
	  .judge = judge_command },
	{ .name = "transmit queue of the second pair",
	  NET(.features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ)),
	  .exact = true,
	  .possible = has_pairs,
	  .set_up = set_up_second_transmit,
	  .prepare = enable_second_pair },
	{ .name = "receive queue of port 0",
	  CON(0),
	  .receives = true,
	  .arrival = "con-desc-02",
	  .possible = input_comes,
	  .set_up = set_up_input,
	  .prepare = open_input,
	  .make = make_input,
	  .cause = cause_input,
	  .judge = judge_arrived },
	{ .name = "control receive queue",
	  MULTIPORT,
	  .accept = { { 1u << VIRTIO_CONSOLE_F_SIZE } },
	  .receives = true,
	  .arrival = "con-mp-03",
	  .possible = has_ports,
	  .set_up = set_up_messages_in,
	  .prepare = forget_ports,
	  .make = make_message_buffer,
	  .cause = cause_message,
	  .judge = judge_message },
	{ .name = "control transmit queue",
	  MULTIPORT,
	  .exact = true,
	  .possible = has_ports,
	  .set_up = set_up_messages_out,
	  .talks = true,
	  .prepare = open_first_port,
	  .make = make_message },
	{ .name = "receive queue of the last port", MULTIPORT, PORT_INPUT, .possible = has_last_port_with_loop },
	{ .name = "transmit queue of the last port", MULTIPORT, PORT_OUTPUT, .possible = has_last_port },
	{ .name = "receive queue of a middle port",
	  MULTIPORT,
	  PORT_INPUT,
	  .middle = true,
	  .possible = has_middle_port_with_loop },
	{ .name = "transmit queue of a middle port",
	  MULTIPORT,
	  PORT_OUTPUT,
	  .middle = true,
	  .possible = has_middle_port },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool is_possible(struct run *t, struct device *d, const struct work_kind *kind)
{
	const struct features have = features_and(kind->needs.features, d->offered);

	if (kind->needs.type ? kind->needs.type != d->type->id : !d->type->make_request)
		return false;
	return features_equal(&have, &kind->needs.features) && (!kind->possible || kind->possible(t, d));
}

/* ---- lives ---- */

static struct features features_of(const struct work_kind *kind)
{
	return features_or(kind->needs.features, kind->accept);
}

static void quiet_others(struct work *w)
{
	for (unsigned i = 0; i < DEVICE_QUEUES; i++)
		if (w->d->queues[i].size && &w->d->queues[i] != w->queue)
			work_disarm(&w->d->queues[i]);
	for (unsigned i = 0; i < extras; i++)
		if (&extra[i] != w->queue)
			work_disarm(&extra[i]);
}

static struct work *begin(struct run *t, struct device *d, const struct work_kind *kind, struct features wanted,
			  uint16_t size)
{
	for (; kind < kinds + KINDS; kind++) {
		if (!is_possible(t, d, kind))
			continue;
		work = (struct work){ .t = t,
				      .d = d,
				      .kind = kind,
				      .name = kind->name,
				      .receives = kind->receives,
				      .exact = kind->exact,
				      .talks = kind->talks,
				      .wanted = wanted,
				      .size = size ? size : DEVICE_QUEUE_SIZE };
		extras = 0;
		device_clear_interrupts(d);
		require_ok(t, device_reset(d), "the device completes the reset");
		device_greet(d);
		wanted = features_or(wanted, kind->multiqueue ? d->type->multiqueue : features_of(kind));
		require_ok(t, device_negotiate(d, wanted), "the device accepts features that it offers");
		if (!kind->set_up(&work))
			continue;
		step(t, "the %s, virtqueue %u", kind->name, work.queue->index);
		quiet_others(&work);
		return &work;
	}
	return NULL;
}

struct work *work_set_up(struct run *t, struct device *d, struct features wanted, uint16_t size)
{
	enough = deadline_in(ENOUGH_NS);
	return begin(t, d, kinds, wanted, size);
}

struct work *work_set_up_next(struct work *w)
{
	if (deadline_passed(enough)) {
		info(w->t, "the device is slow: no virtqueue after the %s was tried", w->name);
		return NULL;
	}
	return begin(w->t, w->d, w->kind + 1, w->wanted, w->size);
}

void work_go(struct work *w)
{
	device_go(w->d);
	if (w->kind->prepare)
		w->kind->prepare(w);
}

struct work *work_first(struct run *t, struct device *d, struct features wanted, uint16_t size)
{
	struct work *w = work_set_up(t, d, wanted, size);

	if (w)
		work_go(w);
	return w;
}

struct work *work_next(struct work *w)
{
	struct work *next = work_set_up_next(w);

	if (next)
		work_go(next);
	return next;
}

/* ---- buffers ---- */

/* Makes a buffer to learn how many descriptors it has. */
static void make(struct work *w, struct request *request)
{
	memset(request, 0, sizeof(*request));
	if (w->kind->make)
		w->kind->make(w, request);
	else
		require_ok(w->t, device_make_request(w->d, request, w->number), "a request can be made");
	if (!w->receives)
		w->number++;
}

static struct request *free_buffer(struct work *w)
{
	for (unsigned i = 0; i < WORK_DEPTH; i++)
		if (!w->busy[i]) {
			w->busy[i] = true;
			return &w->pool[i];
		}
	abort_check(w->t, "more than %u buffers", WORK_DEPTH);
}

unsigned work_room(const struct work *w)
{
	const unsigned each = w->pool[0].count ? w->pool[0].count : REQUEST_ENTRIES;
	const unsigned room = w->queue->free_count / each;
	unsigned idle = 0;

	for (unsigned i = 0; i < WORK_DEPTH; i++)
		idle += !w->busy[i];
	return room < idle ? room : idle;
}

void work_add(struct work *w, const struct chain_shape *shape)
{
	struct request *request = free_buffer(w);

	make(w, request);
	if (virtqueue_add(w->queue, request->segments, request->count, shape, request) < 0)
		abort_check(w->t, "no room in virtqueue %u", w->queue->index);
}

void work_add_in_pieces(struct work *w)
{
	enum { PIECES = 6 };
	struct request *request = free_buffer(w);
	const unsigned most = traffic_pieces_max(w->d, w->queue->size);

	make(w, request);
	if (traffic_any_framing(w->d))
		traffic_cut_randomly(w->t, request, most < PIECES ? most : PIECES);
	if (virtqueue_add(w->queue, request->segments, request->count, NULL, request) < 0)
		abort_check(w->t, "no room in virtqueue %u", w->queue->index);
}

void work_set_up_again(struct work *w, uint16_t size)
{
	memset(w->busy, 0, sizeof(w->busy));
	require_ok(w->t, device_setup_queue_in(w->d, w->queue, w->queue->index, size),
		   "virtqueue %u can be set up again", w->queue->index);
}

bool work_cause(struct work *w)
{
	if (!w->receives)
		return true;
	if (!w->kind->cause(w))
		return false;
	w->number++;
	return true;
}

/* What arrives may be lost on its way, so it is sent again. */
static bool used_came(struct work *w)
{
	const unsigned tries = w->receives ? WIRE_TRIES : 1;

	for (unsigned i = 0; i < tries; i++) {
		if (WAIT_UNTIL(virtqueue_used_waiting(w->queue), device_patience_ns / tries))
			return true;
		if (i + 1 < tries && !work_cause(w))
			return WAIT_UNTIL(virtqueue_used_waiting(w->queue), device_patience_ns);
	}
	return false;
}

void work_take(struct work *w)
{
	struct completion done;
	struct request *request;
	const bool came = used_came(w);

	need_row(w->t, came, w->kind->arrival && !w->queue->used_seen ? w->kind->arrival : "sring-02",
		 "the device uses a buffer of the %s, virtqueue %u", w->name, w->queue->index);
	done = take_used(w->t, w->queue, w->name);
	request = done.token;
	w->busy[request - w->pool] = false;
	if (w->kind->judge)
		w->kind->judge(w, request, &done);
	else if (!w->kind->make && w->d->type->check_answer)
		require_ok(w->t, w->d->type->check_answer(w->d, request, done.length), "the answer is right");
}

void work_take_more(struct work *w)
{
	while (virtqueue_used_waiting(w->queue))
		work_take(w);
}

bool work_offer(struct work *w)
{
	if (w->queue->outstanding && !w->exact)
		return true;
	work_add(w, NULL);
	virtqueue_kick(w->queue);
	return true;
}

bool work_do(struct work *w)
{
	work_offer(w);
	if (!work_cause(w))
		return false;
	work_take(w);
	return true;
}

void work_arm(struct virtqueue *queue)
{
	if (queue->event_idx)
		virtqueue_set_used_event(queue, queue->used_seen);
	else
		virtqueue_set_no_interrupt(queue, false);
}

void work_disarm(struct virtqueue *queue)
{
	if (queue->event_idx)
		virtqueue_set_used_event(queue, (uint16_t)(queue->used_seen + WORK_FAR));
	else
		virtqueue_set_no_interrupt(queue, true);
}
