// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/wire.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"

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
	enum wire_peer arp, reflector;
} other_end;

static struct other_end *other_end_of(const struct device *d)
{
	if (other_end.device != d || other_end.discovery != d->discovery)
		other_end = (struct other_end){ .device = d, .discovery = d->discovery };
	return &other_end;
}

/* ---- packets out ---- */

void wire_start_sized(struct run *t, struct device *d, struct features features, uint16_t size)
{
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features_with(features, VIRTIO_NET_F_MAC)), "the features are accepted");
	require_ok(t, device_setup_queues(d, size), "the virtqueues are set up");
	device_go(d);
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

/* Adds a receive buffer, filled with DMA_FRESH_BYTE, without publishing it. */
static void offer(struct run *t, struct wire_receiver *rx, uint8_t *buffer)
{
	bool legacy = transport_is_legacy(&rx->device->transport);
	struct segment pieces[2] = {
		{ .data = buffer, .size = legacy ? rx->header : rx->size, .writable = true },
		{ .data = buffer + rx->header, .size = rx->size - rx->header, .writable = true },
	};

	memset(buffer, DMA_FRESH_BYTE, rx->size);
	if (virtqueue_add(rx->queue, pieces, legacy ? 2 : 1, NULL, buffer) < 0)
		abort_check(t, "no room for a receive buffer");
}

struct wire_receiver *wire_open(struct run *t, struct device *d, unsigned index, struct virtqueue *queue, uint32_t size)
{
	unsigned fit = transport_is_legacy(&d->transport) ? queue->size / 2u : queue->size;
	struct wire_receiver *rx = &receivers[index];

	*rx = (struct wire_receiver){ .device = d, .queue = queue, .header = net_header_bytes(d), .size = size };
	rx->count = fit < WIRE_BUFFERS ? fit : WIRE_BUFFERS;
	if (!rx->count)
		skip(t, "the receive virtqueue has no room for a buffer");
	for (unsigned i = 0; i < rx->count; i++)
		offer(t, rx, need_memory(t, dma_alloc(size, 4)));
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

	require(t, have || size >= rx->header,
		"a used receive buffer holds at least the header of %u bytes: it holds %u", rx->header, size);
	wire_packet.used[wire_packet.buffers++] = size;
	if (size > sizeof(wire_packet.raw) - have)
		size = sizeof(wire_packet.raw) - have;
	memcpy(wire_packet.raw + have, done.token, size);
	wire_packet.size = have + size - rx->header;
	offer(t, rx, done.token);
}

bool wire_take(struct run *t, struct wire_receiver *rx)
{
	uint16_t visible = virtqueue_used_waiting(rx->queue);

	if (!visible)
		return false;
	memset(&wire_packet, 0, sizeof(wire_packet));
	wire_packet.visible = visible;
	wire_packet.frame = wire_packet.raw + rx->header;
	take_buffer(t, rx);
	memcpy(&wire_packet.header, wire_packet.raw, rx->header);
	if (device_accepted(rx->device, VIRTIO_NET_F_MRG_RXBUF))
		for (unsigned i = 1; i < wire_packet.header.num_buffers && i < rx->count; i++)
			take_buffer(t, rx);
	virtqueue_kick(rx->queue);
	return true;
}

bool wire_next(struct run *t, struct wire_receiver *rx, struct patience *patience)
{
	return WAIT_WITHIN(patience, virtqueue_used_waiting(rx->queue)) && wire_take(t, rx);
}

/* ---- the other end: ARP ---- */

bool wire_is_answer_behind(uint32_t header_bytes, const uint8_t mac[6])
{
	enum { ARP_BYTES = 28, ARP_REPLY = 2 };
	const uint8_t *frame = wire_packet.raw + header_bytes, *arp = frame + ETHERNET_HEADER_BYTES;
	uint32_t whole = (uint32_t)(wire_packet.frame - wire_packet.raw) + wire_packet.size;

	return whole >= header_bytes + ETHERNET_HEADER_BYTES + ARP_BYTES && !memcmp(frame, mac, 6) &&
	       net_get16(frame + 12) == ETHERTYPE_ARP && net_get16(arp + 6) == ARP_REPLY &&
	       net_get32(arp + 14) == WIRE_GATEWAY;
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

static uint8_t payload_byte(uint16_t number, uint32_t at)
{
	return (uint8_t)(at * 7 + number);
}

uint32_t wire_fill_numbered(uint8_t *frame, const uint8_t to[6], int vlan, uint16_t number, uint32_t payload)
{
	uint8_t *at = frame + 12;

	memcpy(frame, to, 6);
	memcpy(frame + 6, wire_other_mac, 6);
	if (vlan >= 0)
		at = net_put16(net_put16(at, ETHERTYPE_VLAN), (uint16_t)vlan);
	at = net_put16(net_put16(at, ETHERTYPE_LOCAL_EXPERIMENTAL), number);
	for (uint32_t i = 2; i < payload; i++)
		*at++ = payload_byte(number, i);
	return (uint32_t)(at - frame);
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

	for (uint32_t i = 2; i < payload; i++)
		if (bytes[i] != payload_byte(number, i))
			return i;
	return payload;
}

static bool find_reflector(struct run *t, struct device *d)
{
	enum { NUMBER = 0x7e57 };
	bool answers = wire_peer(t, d) == WIRE_ANSWERS;
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	struct wire_receiver *rx;
	struct patience patience;

	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	wire_reflect_numbered(t, d, mac, -1, NUMBER, WIRE_PAYLOAD);
	if (answers) { /* the answer bounds the wait, since it was asked for later */
		net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
		wire_transmit(t, d, frame, sizeof(frame));
	}
	patience = patience_begin(device_patience_ns / WIRE_TRIES);
	while (wire_next(t, rx, &patience)) {
		if (wire_is_numbered(NUMBER, WIRE_PAYLOAD))
			return true;
		if (answers && wire_is_answer(mac))
			return false;
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
