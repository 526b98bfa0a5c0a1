// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/flow.h"

#include "drivers/types/net.h"
#include "firmware/lib/string.h"

enum { V4_HEADER = 20, V6_HEADER = 40, V4_ADDRESS = 4, V6_ADDRESS = 16, TCP_HEADER = 20, UDP_HEADER = 8, PAYLOAD = 26 };
enum {
	NEXT_HOPS = 0,
	NEXT_ROUTING = 43,
	NEXT_DESTINATION = 60,
	HOME_ADDRESS_OPTION = 201,
	PAD_1 = 0,
	PAD_N = 1,
	TUNNEL_LIMIT = 4,
	SKIPPED_OPTION = 0x1e
};
enum { MOBILE = 2, SEGMENTS = 4 };		     /* types of routing headers: RFC 6275, RFC 8754 */
enum { LAST_AT_8 = 1, MORE_AT_1480 = 0x2000 | 185 }; /* where a fragment is in its datagram */

/* Addresses and ports as they stand in the packet. */
struct ends {
	uint8_t source[V6_ADDRESS], destination[V6_ADDRESS];
	uint8_t home[V6_ADDRESS], routed[V6_ADDRESS]; /* of the extension headers */
	uint16_t source_port, destination_port;
};

static void make_address(uint8_t at[V6_ADDRESS], bool v6, uint8_t host, uint8_t machines)
{
	static const uint8_t v6_prefix[] = { 0xfd, 0x54, 0, 0x53, 0x12, 0x34, 0x56, 0x78 };

	memset(at, 0, V6_ADDRESS);
	if (v6) {
		memcpy(at, v6_prefix, sizeof(v6_prefix));
		at[9] = (uint8_t)(machines * 29);
		at[14] = machines;
		at[15] = host;
	} else {
		at[0] = 10;
		at[1] = 83;
		at[2] = machines;
		at[3] = host;
	}
}

static struct ends ends_of(const struct flow *flow)
{
	enum { OURS = 15, THEIRS = 77, HOME = 99, ROUTED = 111 };
	struct ends ends;
	uint16_t ours = (uint16_t)(40000 + flow->number * 37), theirs = (uint16_t)(1024 + flow->number * 5);

	make_address(ends.source, flow->v6, flow->reversed ? OURS : THEIRS, flow->machines);
	make_address(ends.destination, flow->v6, flow->reversed ? THEIRS : OURS, flow->machines);
	make_address(ends.home, true, HOME, flow->machines);
	make_address(ends.routed, true, ROUTED, flow->machines);
	ends.source_port = flow->reversed ? ours : theirs;
	ends.destination_port = flow->reversed ? theirs : ours;
	return ends;
}

static uint32_t transport_bytes(const struct flow *flow)
{
	return (flow->protocol == FLOW_TCP ? TCP_HEADER : flow->protocol == FLOW_UDP ? UDP_HEADER : 0) + PAYLOAD;
}

static uint8_t routing_type(const struct flow *flow)
{
	return flow->number & 2 ? SEGMENTS : MOBILE;
}

/* Extension headers, each a multiple of 8 bytes. `next` names the first of them. */
static uint8_t *put_extensions(const struct flow *flow, const struct ends *ends, uint8_t *at, uint8_t *next)
{
	if (flow->extensions & FLOW_OPTIONS) {
		*next = NEXT_HOPS;
		next = at;
		memset(at, 0, 8);
		at[2] = PAD_N;
		at[3] = 4;
		at += 8;
	}
	if (flow->extensions & FLOW_HOME) {
		unsigned size = flow->number & 2 ? 32 : 24; /* with another option before the address, or without */

		*next = NEXT_DESTINATION;
		next = at;
		memset(at, 0, size);
		at[1] = (uint8_t)(size / 8 - 1);
		if (flow->number & 2) {
			at[2] = PAD_1;
			at[3] = SKIPPED_OPTION; /* its 9 bytes look like the option that is meant */
			at[4] = 9;
			at[5] = HOME_ADDRESS_OPTION;
			at[6] = V6_ADDRESS;
		} else {
			at[2] = TUNNEL_LIMIT;
			at[3] = 1;
			at[4] = 4;
			at[5] = PAD_1;
		}
		at[size - 18] = HOME_ADDRESS_OPTION;
		at[size - 17] = V6_ADDRESS;
		memcpy(at + size - V6_ADDRESS, ends->home, V6_ADDRESS);
		at += size;
	}
	if (flow->extensions & FLOW_ROUTING) {
		*next = NEXT_ROUTING;
		next = at;
		memset(at, 0, 24);
		at[1] = 2;
		at[2] = routing_type(flow);
		at[3] = 1; /* segments left */
		memcpy(at + 8, ends->routed, V6_ADDRESS);
		at += 24;
	}
	*next = flow->protocol;
	return at;
}

/* The transport header and the payload, with its checksum. */
static uint8_t *put_transport(const struct flow *flow, const struct ends *ends, uint8_t *at, uint16_t serial)
{
	uint8_t pseudo[2 * V6_ADDRESS + 4 + TCP_HEADER + PAYLOAD], *start = at, *checksum = NULL, *sum = pseudo;
	uint32_t size = transport_bytes(flow), address = flow->v6 ? V6_ADDRESS : V4_ADDRESS;

	memset(at, 0, size);
	if (flow->protocol != FLOW_OTHER)
		net_put16(net_put16(at, ends->source_port), ends->destination_port);
	if (flow->protocol == FLOW_TCP) {
		at[12] = TCP_HEADER / 4 << 4;
		at[13] = 0x10; /* ACK */
		checksum = at + 16;
		at += TCP_HEADER;
	} else if (flow->protocol == FLOW_UDP) {
		net_put16(at + 4, (uint16_t)size);
		checksum = at + 6;
		at += UDP_HEADER;
	}
	net_put16(at, serial);
	for (unsigned i = 2; i < PAYLOAD; i++)
		at[i] = (uint8_t)(serial + i);
	if (!checksum)
		return at + PAYLOAD;
	memcpy(sum, ends->source, address);
	memcpy(sum + address, flow->extensions & FLOW_ROUTING ? ends->routed : ends->destination, address);
	sum = net_put16(net_put16(sum + 2 * address, flow->protocol), (uint16_t)size);
	memcpy(sum, start, size);
	net_put16(checksum, net_checksum(pseudo, (uint32_t)(sum - pseudo) + size));
	return at + PAYLOAD;
}

uint32_t flow_fill(const struct flow *flow, uint8_t frame[FLOW_FRAME_MAX], const uint8_t to[6], const uint8_t from[6],
		   uint16_t serial)
{
	struct ends ends = ends_of(flow);
	uint8_t *ip = frame + ETHERNET_HEADER_BYTES, *at, *end;

	memset(frame, 0, FLOW_FRAME_MAX);
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	net_put16(frame + 12, flow->v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (flow->v6) {
		ip[0] = 0x60;
		ip[7] = 64; /* hop limit */
		memcpy(ip + 8, ends.source, V6_ADDRESS);
		memcpy(ip + 24, ends.destination, V6_ADDRESS);
		at = put_extensions(flow, &ends, ip + V6_HEADER, ip + 6);
		end = put_transport(flow, &ends, at, serial);
		net_put16(ip + 4, (uint16_t)(end - ip - V6_HEADER));
	} else {
		ip[0] = 0x45;
		ip[8] = 64; /* time to live */
		ip[9] = flow->protocol;
		memcpy(ip + 12, ends.source, V4_ADDRESS);
		memcpy(ip + 16, ends.destination, V4_ADDRESS);
		end = put_transport(flow, &ends, ip + V4_HEADER, serial);
		net_put16(ip + 2, (uint16_t)(end - ip));
		net_put16(ip + 6, flow->fragment ? flow->number & 2 ? LAST_AT_8 : MORE_AT_1480 : 0);
		net_put16(ip + 10, net_checksum(ip, V4_HEADER));
	}
	return end - frame < ETHERNET_FRAME_MIN ? ETHERNET_FRAME_MIN : (uint32_t)(end - frame);
}

/* ---- the hash ---- */

uint32_t flow_toeplitz(const uint8_t *bytes, uint32_t size, const uint8_t key[FLOW_KEY_BYTES])
{
	uint32_t hash = 0, window = net_get32(key);

	for (uint32_t bit = 0; bit < 8 * size; bit++) {
		uint32_t coming = bit + 32; /* the bit of the key that moves into the window */

		if (bytes[bit / 8] >> (7 - bit % 8) & 1)
			hash ^= window;
		window = window << 1 | (coming / 8 < FLOW_KEY_BYTES ? key[coming / 8] >> (7 - coming % 8) & 1u : 0u);
	}
	return hash;
}

/* The type of the hash, as the bit that names it, or -1. `ip`, `tcp` and `udp` are the bits of one kind of packet. */
static int choose(const struct flow *flow, uint32_t types, int ip, int tcp, int udp)
{
	if (flow->protocol == FLOW_TCP && !flow->fragment && (types >> tcp & 1))
		return tcp;
	if (flow->protocol == FLOW_UDP && !flow->fragment && (types >> udp & 1))
		return udp;
	return types >> ip & 1 ? ip : -1;
}

struct flow_hash flow_hash(const struct flow *flow, uint32_t types, const uint8_t key[FLOW_KEY_BYTES])
{
	struct ends ends = ends_of(flow);
	uint32_t address = flow->v6 ? V6_ADDRESS : V4_ADDRESS;
	const uint8_t *source = ends.source, *destination = ends.destination;
	uint8_t bytes[2 * V6_ADDRESS + 4], *at = bytes;
	int type = -1;

	if (flow->v6 && flow->extensions)
		type = choose(flow, types, VIRTIO_NET_HASH_IP_EX, VIRTIO_NET_HASH_TCP_EX, VIRTIO_NET_HASH_UDP_EX);
	if (type >= 0 && (flow->extensions & FLOW_HOME))
		source = ends.home;
	if (type >= 0 && (flow->extensions & FLOW_ROUTING) && routing_type(flow) == MOBILE)
		destination = ends.routed;
	if (type < 0 && flow->v6)
		type = choose(flow, types, VIRTIO_NET_HASH_IPV6, VIRTIO_NET_HASH_TCPV6, VIRTIO_NET_HASH_UDPV6);
	if (!flow->v6)
		type = choose(flow, types, VIRTIO_NET_HASH_IPV4, VIRTIO_NET_HASH_TCPV4, VIRTIO_NET_HASH_UDPV4);
	if (type < 0)
		return (struct flow_hash){ .report = VIRTIO_NET_HASH_REPORT_NONE };
	memcpy(at, source, address);
	memcpy(at + address, destination, address);
	at += 2 * address;
	if (type != VIRTIO_NET_HASH_IPV4 && type != VIRTIO_NET_HASH_IPV6 && type != VIRTIO_NET_HASH_IP_EX)
		at = net_put16(net_put16(at, ends.source_port), ends.destination_port);
	return (struct flow_hash){ .report = (uint16_t)(type + 1),
				   .value = flow_toeplitz(bytes, (uint32_t)(at - bytes), key) };
}
