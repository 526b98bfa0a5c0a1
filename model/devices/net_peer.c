/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_peer.h"

#include "drivers/spec/peer.h"
#include "model/bits.h"
#include "model/devices/net_frame.h"
#include "model/devices/net_wire.h"

static const uint8_t own_mac[MODEL_MAC_BYTES] = { 0x52, 0x55, 0x0a, 0x00, 0x02, 0x02 };

static void copy(uint8_t *to, const uint8_t *from, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		to[i] = from[i];
}

static void swap(uint8_t *a, uint8_t *b, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		uint8_t byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

static void answer_arp(struct model *m, const uint8_t *frame, uint32_t length)
{
	enum {
		ARP = ETHERNET_HEADER_BYTES,
		OPERATION = ARP + 7,
		SENDER = ARP + 8,
		TARGET = ARP + 18,
		IP = 6,
		ARP_END = ARP + 28
	};
	uint8_t reply[ETHERNET_FRAME_MIN] = { 0 };

	if (length < ARP_END || frame[OPERATION] != 1 ||
	    model_be32(frame + SENDER + IP) == model_be32(frame + TARGET + IP))
		return;
	copy(reply, frame, ARP_END);
	swap(reply + SENDER, reply + TARGET, MODEL_MAC_BYTES + 4);
	copy(reply + SENDER, own_mac, MODEL_MAC_BYTES);
	copy(reply, frame + SENDER, MODEL_MAC_BYTES);
	copy(reply + MODEL_MAC_BYTES, own_mac, MODEL_MAC_BYTES);
	reply[OPERATION] = 2;
	model_net_arrive(m, reply, sizeof reply, NULL);
}

/* Adler-32 (RFC 1950). */
static uint32_t adler32(const uint8_t *bytes, uint32_t length)
{
	enum { BASE = 65521 };
	uint32_t a = 1, b = 0;

	for (uint32_t i = 0; i < length; i++) {
		a = (a + bytes[i]) % BASE;
		b = (b + a) % BASE;
	}
	return b << 16 | a;
}

static void report(struct model *m, const uint8_t *frame, uint32_t length, uint16_t number)
{
	uint8_t answer[ETHERNET_HEADER_BYTES + PEER_REPORTS_BYTES + PEER_REPORTS_MAX] = { 0 };
	uint8_t *body = answer + ETHERNET_HEADER_BYTES;
	uint32_t head = length < PEER_REPORTS_MAX ? length : PEER_REPORTS_MAX;

	copy(answer, frame + MODEL_MAC_BYTES, MODEL_MAC_BYTES);
	copy(answer + MODEL_MAC_BYTES, own_mac, MODEL_MAC_BYTES);
	model_to_be(answer + 12, 2, ETHERTYPE_REFLECT);
	model_to_be(body, 4, PEER_MAGIC);
	body[PEER_COMMAND] = PEER_REPORTS;
	model_to_be(body + PEER_NUMBER, 2, number);
	model_to_be(body + PEER_REPORTS_SIZE, 4, length);
	model_to_be(body + PEER_REPORTS_ADLER32, 4, adler32(frame, length));
	model_to_be(body + PEER_REPORTS_HEAD, 2, head);
	copy(body + PEER_REPORTS_BYTES, frame, head);
	model_net_arrive(m, answer, sizeof answer, NULL);
}

/* Sends a frame that is made in m->net.made. */
static void send_made(struct model *m, uint32_t length, uint8_t flags, uint16_t mss)
{
	struct virtio_net_header left = { 0 };
	struct model_layers l;
	uint8_t *frame = m->net.made;

	if (!(flags & PEER_COMPLETE) || length < ETHERNET_HEADER_BYTES) {
		model_net_arrive(m, frame, length, NULL);
		return;
	}
	/* The lengths in the given head mean nothing: set them before anything looks at them. */
	l.network = ETHERNET_HEADER_BYTES + (model_be16(frame + 12) == ETHERTYPE_VLAN ? 4u : 0);
	if (length < l.network + MODEL_IPV4_BYTES)
		return;
	if (frame[l.network] >> 4 == 6)
		model_to_be(frame + l.network + 4, 2, length - l.network - MODEL_IPV6_BYTES);
	else
		model_to_be(frame + l.network + 2, 2, length - l.network);
	if (!model_net_layers(frame, length, &l))
		return;
	model_net_set_lengths(frame, length, &l);
	if (mss) {
		left.gso_type = l.protocol == MODEL_UDP ? VIRTIO_NET_HDR_GSO_UDP_L4
				: l.v6			? VIRTIO_NET_HDR_GSO_TCPV6
							: VIRTIO_NET_HDR_GSO_TCPV4;
		if (l.protocol == MODEL_TCP && (frame[l.transport + 13] & 0x80))
			left.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
		left.gso_size = mss;
		left.hdr_len = (uint16_t)l.payload;
	}
	if (mss || (flags & PEER_OFFLOAD)) {
		left.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		left.csum_start = (uint16_t)l.transport;
		left.csum_offset = (uint16_t)model_net_checksum_at(&l);
	}
	model_net_set_checksum(frame, &l, left.flags);
	if (!mss || (flags & PEER_OFFLOAD)) {
		model_net_arrive(m, frame, length, &left);
		return;
	}
	for (uint32_t i = 0, size; (size = model_net_segment(m, frame, length, &left, i, m->net.packet)) != 0; i++)
		model_net_arrive(m, m->net.packet, size, NULL);
}

static void send(struct model *m, const uint8_t *body, uint32_t length)
{
	uint32_t size, head, count, number;

	if (length < PEER_SEND_BYTES)
		return;
	count = model_be16(body + PEER_SEND_COUNT);
	size = model_be32(body + PEER_SEND_SIZE);
	head = model_be16(body + PEER_SEND_HEAD);
	number = model_be16(body + PEER_NUMBER);
	if (size > MODEL_NET_FRAME_BYTES || head > size || head > length - PEER_SEND_BYTES)
		return;
	for (uint32_t n = 0; n < count && n < MODEL_NET_FRAMES_MAX; n++) {
		copy(m->net.made, body + PEER_SEND_BYTES, head);
		for (uint32_t i = 0; i < size - head; i++)
			m->net.made[head + i] = PEER_BYTE((uint16_t)(number + n), i);
		send_made(m, size, body[PEER_FLAGS], model_be16(body + PEER_SEND_MSS));
	}
}

/* ICMP echo, and UDP to port 7: the answer is the question with the addresses exchanged. */
static void answer_ip(struct model *m, const uint8_t *frame, uint32_t length, struct model_layers *l)
{
	enum { ECHO_REQUEST = 8, ECHO_REPLY = 0, ECHO6_REQUEST = 128, ECHO6_REPLY = 129 };
	bool icmp = l->protocol == (l->v6 ? MODEL_ICMPV6 : MODEL_ICMP);
	uint8_t *answer = m->net.made, *ip = answer + l->network, *transport = answer + l->transport;

	copy(answer, frame, length);
	if (icmp && *transport == (l->v6 ? ECHO6_REQUEST : ECHO_REQUEST))
		*transport = l->v6 ? ECHO6_REPLY : ECHO_REPLY;
	else if (l->protocol == MODEL_UDP && model_be16(transport + 2) == PEER_ECHO_PORT)
		swap(transport, transport + 2, 2);
	else
		return;
	copy(answer, frame + MODEL_MAC_BYTES, MODEL_MAC_BYTES);
	copy(answer + MODEL_MAC_BYTES, own_mac, MODEL_MAC_BYTES);
	if (l->v6)
		swap(ip + 8, ip + 24, 16);
	else
		swap(ip + 12, ip + 16, 4);
	if (icmp)
		model_net_set_checksum(answer, l, false);
	model_net_arrive(m, answer, length, NULL);
}

static void take_ip(struct model *m, const uint8_t *frame, uint32_t length)
{
	struct model_layers l;
	const uint8_t *last;

	if (!model_net_layers(frame, length, &l))
		return;
	last = frame + l.network + (l.v6 ? 39 : 19); /* the last byte of the destination */
	if (*last == (PEER_REPORTED & 0xff))
		report(m, frame, length, 0);
	else if (*last == (PEER_GATEWAY & 0xff) && !l.fragment)
		answer_ip(m, frame, length, &l);
}

static void take_command(struct model *m, const uint8_t *frame, uint32_t length, uint32_t at)
{
	const uint8_t *body = frame + at;

	if (length - at >= PEER_NUMBER + 2 && model_be32(body) == PEER_MAGIC) {
		if (body[PEER_COMMAND] == PEER_SEND)
			send(m, body, length - at);
		else if (body[PEER_COMMAND] == PEER_REPORT)
			report(m, frame, length, model_be16(body + PEER_NUMBER));
		return;
	}
	model_net_arrive(m, body, length - at, NULL);
}

void model_net_peer(struct model *m, const uint8_t *frame, uint32_t length)
{
	uint32_t at = 12;

	if (length < ETHERNET_HEADER_BYTES + 4)
		return;
	if (model_be16(frame + at) == ETHERTYPE_VLAN)
		at += 4;
	switch (model_be16(frame + at)) {
	case ETHERTYPE_REFLECT:
		take_command(m, frame, length, at + 2);
		break;
	case ETHERTYPE_ARP:
		answer_arp(m, frame, length);
		break;
	case ETHERTYPE_IPV4:
	case ETHERTYPE_IPV6:
		take_ip(m, frame, length);
		break;
	}
}
