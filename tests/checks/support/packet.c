// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/packet.h"

#include "drivers/spec/peer.h"
#include "drivers/types/net.h"
#include "firmware/lib/string.h"

enum { MORE_FRAGMENTS = 0x2000, FRAGMENT_OFFSET = 0x1fff, TTL = 64, IPV4_NO_OPERATION = 1 };

static const uint8_t prefix[12] = { 0xfd, 0x54, 0x00, 0x53 };

uint32_t packet_transport(const struct packet *packet)
{
	return ETHERNET_HEADER_BYTES + (packet->tagged ? PACKET_TAG_BYTES : 0) +
	       (packet->v6 ? PACKET_IPV6_BYTES : PACKET_IPV4_BYTES + (packet->options ? PACKET_OPTION_BYTES : 0));
}

uint32_t packet_headers(const struct packet *packet)
{
	return packet_transport(packet) + (packet->protocol == PACKET_TCP ? PACKET_TCP_BYTES : PACKET_UDP_BYTES);
}

uint32_t packet_checksum_offset(const struct packet *packet)
{
	return packet->protocol == PACKET_TCP ? 16 : 6;
}

const char *packet_kind(const struct packet *packet)
{
	return packet->v6			? packet->protocol == PACKET_TCP ? "TCP over IPv6" : "UDP over IPv6"
	       : packet->protocol == PACKET_TCP ? "TCP over IPv4"
						: "UDP over IPv4";
}

void packet_pattern(uint8_t *bytes, uint16_t number, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++)
		*bytes++ = PEER_BYTE(number, i);
}

uint32_t packet_pattern_damage(const uint8_t *bytes, uint16_t number, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (bytes[i] != PEER_BYTE(number, from + i))
			return i;
	return count;
}

static uint32_t sum(uint32_t before, const uint8_t *bytes, uint32_t size)
{
	return before + (uint16_t)~net_checksum(bytes, size);
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return (uint16_t)value;
}

static uint8_t *put_address(const struct packet *packet, uint8_t *at, uint32_t address)
{
	if (packet->v6) {
		memcpy(at, prefix, sizeof(prefix));
		at += sizeof(prefix);
	}
	return net_put32(at, address);
}

static uint8_t *put_network(const struct packet *packet, uint8_t *ip, uint32_t size)
{
	uint32_t header = PACKET_IPV4_BYTES + (packet->options ? PACKET_OPTION_BYTES : 0);

	if (packet->v6) {
		net_put32(ip, 0x60000000);
		net_put16(ip + 4, (uint16_t)(size - PACKET_IPV6_BYTES));
		ip[6] = packet->protocol;
		ip[7] = TTL;
		return put_address(packet, put_address(packet, ip + 8, packet->source), packet->destination);
	}
	memset(ip, 0, header);
	ip[0] = (uint8_t)(0x40 | header / 4); /* version 4, words of header */
	net_put16(ip + 2, (uint16_t)size);
	net_put16(ip + 4, packet->identification);
	ip[8] = TTL;
	ip[9] = packet->protocol;
	put_address(packet, put_address(packet, ip + 12, packet->source), packet->destination);
	memset(ip + PACKET_IPV4_BYTES, IPV4_NO_OPERATION, header - PACKET_IPV4_BYTES);
	net_put16(ip + 10, net_checksum(ip, header));
	return ip + header;
}

static uint8_t *put_transport(const struct packet *packet, uint8_t *at)
{
	net_put16(at, packet->source_port);
	net_put16(at + 2, packet->destination_port);
	if (packet->protocol == PACKET_UDP) {
		net_put16(at + 4, (uint16_t)(PACKET_UDP_BYTES + packet->payload));
		return net_put16(at + 6, 0);
	}
	memset(at + 4, 0, PACKET_TCP_BYTES - 4);
	net_put32(at + 4, packet->sequence);
	at[12] = PACKET_TCP_BYTES / 4 << 4;
	at[13] = packet->tcp_flags;
	net_put16(at + 14, 0xffff); /* window */
	return at + PACKET_TCP_BYTES;
}

uint32_t packet_fill(const struct packet *packet, uint8_t *frame)
{
	uint32_t transport = packet_transport(packet), headers = packet_headers(packet),
		 end = headers + packet->payload;
	uint8_t *at = frame + 12, *checksum = frame + transport + packet_checksum_offset(packet);
	struct packet_parts parts;
	uint16_t value;

	memcpy(frame, packet->to, 6);
	memcpy(frame + 6, packet->from, 6);
	if (packet->tagged)
		at = net_put16(net_put16(at, ETHERTYPE_VLAN), packet->tag);
	at = net_put16(at, packet->v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	put_transport(packet, put_network(packet, at, end - (uint32_t)(at - frame)));
	packet_pattern(frame + headers, packet->number, 0, packet->payload);
	if (!packet_find(&parts, frame, end, end))
		return end;
	net_put16(checksum, packet_pseudo_sum(&parts));
	if (packet->checksum != PACKET_PARTIAL) {
		value = net_checksum(frame + transport, end - transport);
		net_put16(checksum, value ? value : 0xffff);
	}
	if (packet->checksum == PACKET_WRONG)
		checksum[1] ^= 0x5a;
	return end;
}

/* Finds the end of the IP packet and its protocol. False: it is no packet of ours. */
static bool find_network(struct packet_parts *parts, const uint8_t *ip, uint32_t room)
{
	uint32_t header = PACKET_IPV6_BYTES, fragment;

	if (room < PACKET_IPV4_BYTES || ip[0] >> 4 != (parts->v6 ? 6 : 4))
		return false;
	if (parts->v6) {
		if (room < PACKET_IPV6_BYTES)
			return false;
		parts->end = parts->network + PACKET_IPV6_BYTES + net_get16(ip + 4);
		parts->protocol = ip[6];
	} else {
		header = (ip[0] & 15u) * 4;
		parts->end = parts->network + net_get16(ip + 2);
		parts->protocol = ip[9];
		fragment = net_get16(ip + 6);
		parts->fragment = (fragment & FRAGMENT_OFFSET) * 8;
		parts->more_fragments = fragment & MORE_FRAGMENTS;
	}
	parts->transport = parts->network + header;
	return header >= PACKET_IPV4_BYTES;
}

bool packet_find(struct packet_parts *parts, const uint8_t *frame, uint32_t head, uint32_t size)
{
	uint32_t at = 12, header;

	if (head < ETHERNET_HEADER_BYTES + PACKET_TAG_BYTES)
		return false;
	if (net_get16(frame + at) == ETHERTYPE_VLAN)
		at += PACKET_TAG_BYTES;
	*parts = (struct packet_parts){ .frame = frame, .network = at + 2 };
	parts->v6 = net_get16(frame + at) == ETHERTYPE_IPV6;
	if (!parts->v6 && net_get16(frame + at) != ETHERTYPE_IPV4)
		return false;
	if (!find_network(parts, frame + at + 2, head - at - 2) || parts->end > size)
		return false;
	if (parts->protocol != PACKET_TCP && parts->protocol != PACKET_UDP)
		return false;
	if (parts->fragment) {
		parts->payload = parts->transport;
		return parts->payload <= parts->end;
	}
	header = parts->protocol == PACKET_TCP ? PACKET_TCP_BYTES : PACKET_UDP_BYTES;
	if (parts->transport + header > head)
		return false;
	if (parts->protocol == PACKET_TCP)
		header = (frame[parts->transport + 12] >> 4) * 4u;
	parts->payload = parts->transport + header;
	return header >= PACKET_UDP_BYTES && parts->payload <= parts->end;
}

bool packet_header_sum_right(const struct packet_parts *parts)
{
	return parts->v6 || !net_checksum(parts->frame + parts->network, parts->transport - parts->network);
}

uint16_t packet_pseudo_sum(const struct packet_parts *parts)
{
	uint32_t size = parts->end - parts->transport;

	return fold(
		sum(parts->protocol + size, parts->frame + parts->network + (parts->v6 ? 8 : 12), parts->v6 ? 32 : 8));
}

bool packet_sum_right(const struct packet_parts *parts)
{
	return fold(sum(packet_pseudo_sum(parts), parts->frame + parts->transport, parts->end - parts->transport)) ==
	       0xffff;
}

uint32_t packet_adler32(const uint8_t *bytes, uint32_t size)
{
	enum { BASE = 65521, UNREDUCED = 5552 }; /* sums of so many bytes fit into 32 bits */
	uint32_t a = 1, b = 0;

	while (size) {
		uint32_t part = size < UNREDUCED ? size : UNREDUCED;

		size -= part;
		while (part--) {
			a += *bytes++;
			b += a;
		}
		a %= BASE;
		b %= BASE;
	}
	return b << 16 | a;
}
