// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/wire.h"

#include "tests/checks/support/lossy.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/packet.h"
#include "tests/checks/support/received.h"

const uint8_t wire_other_mac[6] = { 0x02, 0x54, 0x53, 0x00, 0x00, 0x77 };
const uint8_t wire_group_mac[6] = { 0x03, 0x54, 0x53, 0x00, 0x00, 0x77 };
const uint8_t wire_broadcast_mac[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

struct wire_packet wire_packet;

static struct wire_receiver receivers[WIRE_RECEIVERS];

/*
 * What is known about the other end of the device that was asked last. It is forgotten when that device is discovered
 * again.
 */
static struct other_end {
	const struct device *device;
	uint32_t discovery;
	enum wire_peer arp, reflector, protocol;
	bool link_stays_down;
} other_end;

static struct other_end *other_end_of(const struct device *d)
{
	if (other_end.device != d || other_end.discovery != d->discovery)
		other_end = (struct other_end){ .device = d, .discovery = d->discovery };
	return &other_end;
}

enum wire_peer *wire_known_protocol(const struct device *d)
{
	return &other_end_of(d)->protocol;
}

/* ---- packets out ---- */

/* A link may come up some time after DRIVER_OK. One that did not come up in time is not waited for again. */
static void wait_for_link(struct device *d)
{
	struct other_end *end = other_end_of(d);

	if (device_offers(d, VIRTIO_NET_F_STATUS) && !end->link_stays_down)
		end->link_stays_down =
			!WAIT_UNTIL(net_status(d) & VIRTIO_NET_S_LINK_UP, device_patience_ns / WIRE_TRIES);
}

/* A device that insists on MQ or RSS has its control virtqueue behind those of all its pairs (5.1.2). */
static void set_up_control_behind(struct run *t, struct device *d, uint16_t size)
{
	uint32_t pairs;

	if (!device_accepted(d, VIRTIO_NET_F_MQ) && !device_accepted(d, VIRTIO_NET_F_RSS))
		return;
	pairs = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);
	if (pairs > UINT16_MAX / 2)
		skip(t, "the control virtqueue has index %u", 2 * pairs);
	require_ok(t,
		   device_setup_queue_in(d, &d->queues[VIRTIO_NET_CTRL_WITHOUT_MQ], (uint16_t)(2 * pairs),
					 size ? size : DEVICE_QUEUE_SIZE),
		   "the control virtqueue is set up");
}

void wire_start_sized(struct run *t, struct device *d, struct features features, uint16_t size)
{
	t->excuse = lossy_network;
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features_with(features, VIRTIO_NET_F_MAC)), "the features are accepted");
	require_ok(t, device_setup_queues(d, size), "the virtqueues are set up");
	if (features_has(&features, VIRTIO_NET_F_CTRL_VQ))
		set_up_control_behind(t, d, size);
	device_go(d);
	wait_for_link(d);
}

void wire_start(struct run *t, struct device *d, struct features features)
{
	wire_start_sized(t, d, features, 0);
}

uint32_t wire_transmit_pieces(struct run *t, struct device *d, const struct segment *pieces, unsigned count)
{
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];

	if (virtqueue_add(queue, pieces, count, NULL, d) < 0)
		abort_check(t, "no room in the transmit virtqueue for %u pieces", count);
	virtqueue_kick(queue);
	return take_used(t, queue, "a packet to send").said;
}

uint32_t wire_transmit_behind(struct run *t, struct device *d, const struct virtio_net_header *header,
			      uint32_t header_bytes, const uint8_t *frame, uint32_t size)
{
	uint8_t *packet = need_memory(t, dma_alloc(header_bytes + size, 4));
	struct segment pieces[2] = { { .data = packet, .size = header_bytes },
				     { .data = packet + header_bytes, .size = size } };

	memset(packet, 0, header_bytes);
	if (header)
		memcpy(packet, header, header_bytes < sizeof(*header) ? header_bytes : sizeof(*header));
	memcpy(packet + header_bytes, frame, size);
	if (transport_is_legacy(&d->transport))
		return wire_transmit_pieces(t, d, pieces, 2);
	pieces[0].size += size;
	return wire_transmit_pieces(t, d, pieces, 1);
}

uint32_t wire_transmit(struct run *t, struct device *d, const uint8_t *frame, uint32_t size)
{
	return wire_transmit_behind(t, d, NULL, net_header_bytes(d), frame, size);
}

/* ---- packets in ---- */

/* A receive buffer, the token of its chain. */
struct buffer {
	struct segment pieces[WIRE_PIECES_MAX];
	unsigned count;
};

static struct segment piece(struct run *t, uint32_t size)
{
	return (struct segment){ .data = need_memory(t, dma_alloc(size, size % 4 ? 1 : 4)),
				 .size = size,
				 .writable = true };
}

static struct buffer *make_buffer(struct run *t, const struct wire_receiver *rx)
{
	struct buffer *buffer = need_memory(t, dma_private(sizeof(*buffer)));
	uint32_t left = rx->size;

	if (rx->shape.pieces < 2) {
		buffer->pieces[buffer->count++] = piece(t, rx->size);
		if (transport_is_legacy(&rx->device->transport) && rx->size > rx->header) {
			buffer->pieces[1] = buffer->pieces[0];
			buffer->pieces[1].data = (uint8_t *)buffer->pieces[0].data + rx->header;
			buffer->pieces[1].size -= rx->header;
			buffer->pieces[0].size = rx->header;
			buffer->count = 2;
		}
		return buffer;
	}
	while (left) {
		uint32_t more = rx->shape.pieces - buffer->count - 1, size = left;

		if (more && left > more) /* most cuts are near the header */
			size = 1 + random_below(&t->random, buffer->count < 2 ? 20 : 2 * left / (more + 1));
		if (size > left - more)
			size = left - more;
		buffer->pieces[buffer->count++] = piece(t, size);
		left -= size;
	}
	return buffer;
}

/* Adds a receive buffer, filled with DMA_FRESH_BYTE, without publishing it. */
static void offer(struct run *t, struct wire_receiver *rx, struct buffer *buffer)
{
	struct chain_shape shape = { .indirect = rx->shape.indirect };

	for (unsigned i = 0; i < buffer->count; i++)
		memset(buffer->pieces[i].data, DMA_FRESH_BYTE, buffer->pieces[i].size);
	if (virtqueue_add(rx->queue, buffer->pieces, buffer->count, &shape, buffer) < 0)
		abort_check(t, "no room for a receive buffer");
}

/* Publishes buffers, and notifies the device. */
static void publish(struct wire_receiver *rx)
{
	uint16_t old = rx->queue->published;

	virtqueue_publish(rx->queue);
	if (!rx->obey || virtqueue_should_notify(rx->queue, old))
		virtqueue_notify(rx->queue);
}

struct wire_receiver *wire_open(struct run *t, struct device *d, unsigned index, struct virtqueue *queue, uint32_t size)
{
	return wire_open_some(t, d, index, queue, size, WIRE_BUFFERS);
}

struct wire_receiver *wire_open_some(struct run *t, struct device *d, unsigned index, struct virtqueue *queue,
				     uint32_t size, unsigned count)
{
	return wire_open_shaped(t, d, index, queue, size, count, (struct wire_shape){ 0 });
}

/* Descriptors of the virtqueue that a buffer of this shape takes at most. */
static unsigned descriptors(const struct device *d, struct wire_shape shape)
{
	if (shape.indirect)
		return 1;
	if (shape.pieces > 1)
		return shape.pieces;
	return transport_is_legacy(&d->transport) ? 2 : 1;
}

struct wire_receiver *wire_open_shaped(struct run *t, struct device *d, unsigned index, struct virtqueue *queue,
				       uint32_t size, unsigned count, struct wire_shape shape)
{
	t->excuse = lossy_network;
	unsigned fit = queue->size / descriptors(d, shape);
	struct wire_receiver *rx = &receivers[index];

	*rx = (struct wire_receiver){
		.device = d, .queue = queue, .header = net_header_bytes(d), .size = size, .shape = shape
	};
	if (count > WIRE_BUFFERS)
		count = WIRE_BUFFERS;
	rx->count = fit < count ? fit : count;
	if (!rx->count)
		skip(t, "the receive virtqueue has no room for a buffer");
	for (unsigned i = 0; i < rx->count; i++)
		offer(t, rx, make_buffer(t, rx));
	virtqueue_kick(queue);
	return rx;
}

struct wire_receiver *wire_open_plain(struct run *t, struct device *d)
{
	return wire_open(t, d, 0, &d->queues[VIRTIO_NET_RX], WIRE_BUFFER_BYTES);
}

/* Takes one used receive buffer, appends it to the packet and adds it again. */
static void take_buffer(struct run *t, struct wire_receiver *rx)
{
	struct completion done = take_used(t, rx->queue, "a receive buffer");
	uint32_t have = wire_packet.buffers ? rx->header + wire_packet.size : 0, size = done.length;
	const struct buffer *buffer = done.token;

	need_row(t, have || size >= rx->header, "net-desc-01",
		 "a used receive buffer holds at least the header of %u bytes: it holds %u", rx->header, size);
	wire_packet.used[wire_packet.buffers++] = size;
	if (size > sizeof(wire_packet.raw) - have)
		size = sizeof(wire_packet.raw) - have;
	for (uint32_t i = 0, at = have, left = size; left && i < buffer->count; i++) {
		uint32_t part = buffer->pieces[i].size < left ? buffer->pieces[i].size : left;

		memcpy(wire_packet.raw + at, buffer->pieces[i].data, part);
		at += part;
		left -= part;
	}
	wire_packet.size = have + size - rx->header;
	offer(t, rx, done.token);
}

bool wire_take(struct run *t, struct wire_receiver *rx)
{
	enum { CLEARED = 256 }; /* bytes of what came before; a frame has its size */
	uint16_t visible = virtqueue_used_waiting(rx->queue);

	if (!visible)
		return false;
	memset(&wire_packet, 0, offsetof(struct wire_packet, raw) + CLEARED);
	wire_packet.visible = visible;
	wire_packet.frame = wire_packet.raw + rx->header;
	take_buffer(t, rx);
	memcpy(&wire_packet.header, wire_packet.raw,
	       rx->header < sizeof(wire_packet.header) ? rx->header : sizeof(wire_packet.header));
	if (device_accepted(rx->device, VIRTIO_NET_F_MRG_RXBUF))
		for (unsigned i = 1; i < wire_packet.header.num_buffers && i < rx->count; i++) {
			need_row(t, WAIT_UNTIL(virtqueue_used_waiting(rx->queue), device_patience_ns), "net-rx-02",
				 "all %u buffers of a packet are used", wire_packet.header.num_buffers);
			take_buffer(t, rx);
		}
	publish(rx);
	received_judge(t, rx, &wire_packet);
	return true;
}

bool wire_next(struct run *t, struct wire_receiver *rx, struct patience *patience)
{
	return WAIT_WITHIN(patience, virtqueue_used_waiting(rx->queue)) && wire_take(t, rx);
}

/* ---- the other end: ARP ---- */

bool wire_is_answer_behind(uint32_t header_bytes, const uint8_t mac[6])
{
	uint32_t whole = (uint32_t)(wire_packet.frame - wire_packet.raw) + wire_packet.size;

	return whole >= header_bytes && net_is_arp_answer(wire_packet.raw + header_bytes, whole - header_bytes, mac,
							  WIRE_OUR_ADDRESS, WIRE_GATEWAY);
}

bool wire_is_answer(const uint8_t mac[6])
{
	return wire_is_answer_behind((uint32_t)(wire_packet.frame - wire_packet.raw), mac);
}

/* What the packet tells about the other end. */
static enum wire_peer judge(struct device *d, const uint8_t mac[6])
{
	if (wire_is_answer(mac))
		return WIRE_ANSWERS;
	if (wire_is_answer_behind(VIRTIO_NET_HDR_BYTES + VIRTIO_NET_HDR_LEGACY_BYTES - net_header_bytes(d), mac))
		return WIRE_ARRIVES_SHIFTED;
	return wire_packet.size < ETHERNET_HEADER_BYTES ? WIRE_ARRIVES_APART : WIRE_SILENT;
}

/* Sends ARP requests. The first packet that tells something about the other end decides. */
static enum wire_peer ask(struct run *t, struct device *d, struct wire_receiver *rx,
			  const struct virtio_net_header *header, uint32_t header_bytes)
{
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	enum wire_peer found;

	net_mac(d, mac);
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < WIRE_TRIES; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		wire_transmit_behind(t, d, header, header_bytes, frame, sizeof(frame));
		while (wire_next(t, rx, &patience))
			if ((found = judge(d, mac)) != WIRE_SILENT)
				return found;
	}
	return WIRE_SILENT;
}

bool wire_ask_behind(struct run *t, struct device *d, struct wire_receiver *rx, const struct virtio_net_header *header,
		     uint32_t header_bytes)
{
	return ask(t, d, rx, header, header_bytes) == WIRE_ANSWERS;
}

bool wire_ask(struct run *t, struct device *d, struct wire_receiver *rx)
{
	return wire_ask_behind(t, d, rx, NULL, net_header_bytes(d));
}

enum wire_peer wire_peer(struct run *t, struct device *d)
{
	struct other_end *end = other_end_of(d);

	if (end->arp == WIRE_UNKNOWN) {
		uint32_t other_header = VIRTIO_NET_HDR_BYTES + VIRTIO_NET_HDR_LEGACY_BYTES - net_header_bytes(d);
		struct wire_receiver *rx;
		enum wire_peer found;

		wire_start(t, d, NO_FEATURES);
		rx = wire_open_plain(t, d);
		found = ask(t, d, rx, NULL, net_header_bytes(d));
		if (found == WIRE_SILENT && ask(t, d, rx, NULL, other_header) != WIRE_SILENT)
			found = WIRE_ANSWERS_SHIFTED;
		end->arp = found;
	}
	if (end->arp == WIRE_SILENT)
		t->excuse = lossy_network; /* where that is known already, too */
	return end->arp;
}

void wire_need_answers(struct run *t, struct device *d)
{
	switch (wire_peer(t, d)) {
	case WIRE_ANSWERS:
		return;
	case WIRE_ANSWERS_SHIFTED:
	case WIRE_ARRIVES_SHIFTED:
		skip(t, "packets are shifted: see net.header-size");
	case WIRE_ARRIVES_APART:
		skip(t, "packets arrive without their frame: see net.one-buffer");
	default:
		skip(t, "the other end does not answer ARP requests for 10.0.2.2");
	}
}

void wire_require_answer(struct run *t, struct device *d, struct wire_receiver *rx, const char *with)
{
	require(t, wire_ask(t, d, rx), "an answer arrives %s, as it does with the fewest features", with);
}

/* ---- frames that may be lost ---- */

static uint64_t usual_ns; /* that a frame takes */

struct patience wire_patience(unsigned tried)
{
	enum { LONGER = 4 };
	uint64_t most = device_patience_ns / WIRE_TRIES, wait = patience_for(usual_ns);

	while (tried-- && wait < most)
		wait *= LONGER;
	return patience_begin(wait < most ? wait : most);
}

void wire_took(uint64_t nanoseconds)
{
	usual_ns = nanoseconds > usual_ns ? nanoseconds : usual_ns - usual_ns / 8;
}

bool wire_link_up(struct device *d)
{
	return !device_accepted(d, VIRTIO_NET_F_STATUS) || (net_status(d) & VIRTIO_NET_S_LINK_UP);
}

void wire_shake(struct run *t, struct device *d)
{
	uint8_t frame[ETHERNET_FRAME_MIN];

	net_fill_experimental(d, frame, 0);
	for (uint64_t count = random_below(&t->random, 4); count; count--)
		wire_transmit(t, d, frame, sizeof(frame));
}

void wire_await_link(struct run *t, struct device *d)
{
	enum { TIMES = 10 };

	for (unsigned i = 0; i < TIMES && !WAIT_UNTIL(wire_link_up(d), MILLISECONDS(1)); i++)
		wire_shake(t, d);
}

/* ---- the other end: a reflector ---- */

void wire_reflect(struct run *t, struct device *d, const uint8_t *frame, uint32_t size)
{
	static uint8_t outer[ETHERNET_FRAME_MAX];

	if (size > ETHERNET_FRAME_MAX - ETHERNET_HEADER_BYTES)
		abort_check(t, "a frame of %u bytes does not fit into another", size);
	net_fill_experimental(d, outer, 0);
	net_put16(outer + 12, ETHERTYPE_REFLECT);
	memcpy(outer + ETHERNET_HEADER_BYTES, frame, size);
	wire_transmit(t, d, outer, ETHERNET_HEADER_BYTES + size);
}

uint32_t wire_fill_numbered(uint8_t *frame, const uint8_t to[6], int vlan, uint16_t number, uint32_t payload)
{
	uint8_t *at = frame + 12;

	memcpy(frame, to, 6);
	memcpy(frame + 6, wire_other_mac, 6);
	if (vlan >= 0)
		at = net_put16(net_put16(at, ETHERTYPE_VLAN), (uint16_t)vlan);
	at = net_put16(at, ETHERTYPE_LOCAL_EXPERIMENTAL);
	packet_pattern(at, number, 0, payload);
	return (uint32_t)(at - frame) + payload;
}

void wire_reflect_numbered(struct run *t, struct device *d, const uint8_t to[6], int vlan, uint16_t number,
			   uint32_t payload)
{
	static uint8_t frame[ETHERNET_FRAME_MAX];

	wire_reflect(t, d, frame, wire_fill_numbered(frame, to, vlan, number, payload));
}

bool wire_send_us(struct device *d, uint16_t number, uint32_t payload)
{
	static uint8_t frame[WIRE_FRAME_BYTES];
	uint8_t mac[6];

	net_mac(d, mac);
	return d->transport.stimuli->input(d->transport.bus_context, frame,
					   wire_fill_numbered(frame, mac, -1, number, payload));
}

/* Bytes of the frame's VLAN tag, 0 without one. */
static uint32_t tag_bytes(void)
{
	return net_get16(wire_packet.frame + 12) == ETHERTYPE_VLAN ? 4 : 0;
}

bool wire_is_numbered(uint16_t number, uint32_t payload)
{
	const uint8_t *type = wire_packet.frame + 12 + tag_bytes();

	return wire_packet.size >= ETHERNET_HEADER_BYTES + tag_bytes() + payload &&
	       net_get16(type) == ETHERTYPE_LOCAL_EXPERIMENTAL && net_get16(type + 2) == number;
}

uint32_t wire_damage(uint16_t number, uint32_t payload)
{
	const uint8_t *bytes = wire_packet.frame + ETHERNET_HEADER_BYTES + tag_bytes();

	return packet_pattern_damage(bytes, number, 0, payload);
}

static bool find_reflector(struct run *t, struct device *d)
{
	enum { NUMBER = 0x7e57 };
	bool answers = wire_peer(t, d) == WIRE_ANSWERS;
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	struct wire_receiver *rx;

	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < (answers ? WIRE_TRIES : 1); i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
		unsigned arp_answers = 0;

		/* The second answer bounds the wait: both were asked for later, and only one frame is overtaken. */
		wire_reflect_numbered(t, d, mac, -1, NUMBER, WIRE_PAYLOAD);
		for (unsigned j = 0; answers && j < 2; j++)
			wire_transmit(t, d, frame, sizeof(frame));
		while (arp_answers < 2 && wire_next(t, rx, &patience)) {
			if (wire_is_numbered(NUMBER, WIRE_PAYLOAD))
				return true;
			arp_answers += wire_is_answer(mac);
		}
	}
	return false;
}

bool wire_has_reflector(struct run *t, struct device *d)
{
	struct other_end *end = other_end_of(d);

	if (end->reflector == WIRE_UNKNOWN)
		end->reflector = find_reflector(t, d) ? WIRE_ANSWERS : WIRE_SILENT;
	return end->reflector == WIRE_ANSWERS;
}

void wire_need_reflector(struct run *t, struct device *d)
{
	if (!wire_has_reflector(t, d))
		skip(t, "the other end does not reflect frames of type 0x88b6");
}
