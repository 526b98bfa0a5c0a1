/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_hash.h"

#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/net_frame.h"

enum { V4_BYTES = 4, V6_BYTES = 16, PORTS_BYTES = 4 };
enum { NEXT_HOPS = 0, NEXT_ROUTING = 43, NEXT_FRAGMENT = 44, NEXT_DESTINATION = 60, HOME_ADDRESS_OPTION = 201 };

/* The fields of an IP packet that hashes are made of. */
struct fields {
	bool v6, extended;
	uint8_t protocol; /* 0: no transport header that we know */
	const uint8_t *source, *destination, *ports;
	const uint8_t *home, *routed; /* addresses in extension headers; null: none */
};

static void find_ports(struct fields *f, const uint8_t *frame, uint32_t length, uint32_t at, uint8_t protocol)
{
	if ((protocol != MODEL_TCP && protocol != MODEL_UDP) || at + PORTS_BYTES > length)
		return;
	f->protocol = protocol;
	f->ports = frame + at;
}

static void find_v4(const struct model *m, struct fields *f, const uint8_t *frame, uint32_t length, uint32_t at)
{
	f->source = frame + at + 12;
	f->destination = frame + at + 16;
	if (!(model_be16(frame + at + 6) & 0x3fff) || broken(m, net_hash_fragments_whole)) /* not a fragment */
		find_ports(f, frame, length, at + (frame[at] & 15u) * 4u, frame[at + 9]);
}

/* Looks for the home address option (RFC 6275) in destination options of SIZE bytes. */
static const uint8_t *find_home(const uint8_t *options, uint32_t size)
{
	for (uint32_t i = 2; i + 1 < size;) {
		uint32_t option = options[i] ? options[i + 1] + 2u : 1;

		if (options[i] == HOME_ADDRESS_OPTION && options[i + 1] == V6_BYTES && i + option <= size)
			return options + i + 2;
		i += option;
	}
	return NULL;
}

static bool find_v6(const struct model *m, struct fields *f, const uint8_t *frame, uint32_t length, uint32_t at)
{
	uint8_t next;

	if (at + MODEL_IPV6_BYTES > length)
		return false;
	f->v6 = true;
	f->source = frame + at + 8;
	f->destination = frame + at + 24;
	next = frame[at + 6];
	at += MODEL_IPV6_BYTES;
	while (next == NEXT_HOPS || next == NEXT_ROUTING || next == NEXT_DESTINATION) {
		uint32_t size;

		if (at + 8 > length || (size = 8 + 8u * frame[at + 1]) > length - at)
			return true;
		f->extended = true;
		if (next == NEXT_DESTINATION && !f->home)
			f->home = find_home(frame + at, size);
		if (next == NEXT_ROUTING && (frame[at + 2] == 2 || broken(m, net_hash_any_routing)) &&
		    size >= 8 + V6_BYTES)
			f->routed = frame + at + 8;
		next = frame[at];
		at += size;
	}
	f->extended |= next == NEXT_FRAGMENT;
	find_ports(f, frame, length, at, next);
	return true;
}

static bool find_fields(const struct model *m, struct fields *f, const uint8_t *frame, uint32_t length)
{
	uint32_t at = ETHERNET_HEADER_BYTES;
	uint16_t type;

	*f = (struct fields){ 0 };
	if (length < ETHERNET_HEADER_BYTES + MODEL_IPV4_BYTES + 4)
		return false;
	type = model_be16(frame + 12);
	if (type == ETHERTYPE_VLAN) {
		type = model_be16(frame + 16);
		at += 4;
	}
	if (type == ETHERTYPE_IPV6)
		return find_v6(m, f, frame, length, at);
	find_v4(m, f, frame, length, at);
	return type == ETHERTYPE_IPV4;
}

/* ---- the hash ---- */

struct toeplitz {
	const struct model_net_rss *rss;
	uint32_t bit, value;
};

static uint32_t key_bit(const struct model_net_rss *rss, uint32_t bit)
{
	return bit / 8 < rss->key_length ? rss->key[bit / 8] >> (7 - bit % 8) & 1u : 0;
}

static void toeplitz(struct toeplitz *t, const uint8_t *bytes, uint32_t count)
{
	for (uint32_t i = 0; i < 8 * count; i++, t->bit++) {
		uint32_t window = 0;

		for (uint32_t k = 0; k < 32; k++)
			window = window << 1 | key_bit(t->rss, t->bit + k);
		if (bytes[i / 8] >> (7 - i % 8) & 1)
			t->value ^= window;
	}
}

/* Chooses among the types for one kind of packet, of which IP is the first. -1: none is enabled. */
static int choose(const struct fields *f, uint32_t types, int ip)
{
	enum { TCP = 1, UDP = 2 };

	if (f->protocol == MODEL_TCP && (types >> (ip + TCP) & 1))
		return ip + TCP;
	if (f->protocol == MODEL_UDP && (types >> (ip + UDP) & 1))
		return ip + UDP;
	return types >> ip & 1 ? ip : -1;
}

static const uint8_t *or_else(const uint8_t *address, const uint8_t *other)
{
	return address ? address : other;
}

/* What the device says of a packet that it calculates no hash for: for defects, it may be another thing than nothing.
 */
static uint16_t no_hash(const struct model *m)
{
	bool configured = m->net.rss.configured;

	return broken(m, net_hash_of_any_packet) && configured	  ? VIRTIO_NET_HASH_IPV4 + 1
	       : broken(m, net_hash_before_config) && !configured ? VIRTIO_NET_HASH_IPV4 + 1
								  : VIRTIO_NET_HASH_REPORT_NONE;
}

/* For defects: fields that are not seen. */
static void spoil_fields(const struct model *m, struct fields *f)
{
	if (broken(m, net_hash_udp_as_ip) && f->protocol == MODEL_UDP)
		f->protocol = 0;
	if (broken(m, net_hash_extensions_ignored))
		f->extended = false;
	if (broken(m, net_hash_home_ignored) || (broken(m, net_hash_home_first_only) && f->home && f->home[-6] != 4))
		f->home = NULL;
	if (broken(m, net_hash_routing_ignored))
		f->routed = NULL;
}

struct model_net_hash model_net_hash(const struct model *m, const uint8_t *frame, uint32_t length)
{
	const struct model_net_rss *rss = &m->net.rss;
	struct toeplitz t = { .rss = rss };
	struct fields f;
	uint32_t address;
	int type = -1;

	if (!rss->configured || !find_fields(m, &f, frame, length))
		return (struct model_net_hash){ .report = no_hash(m) };
	spoil_fields(m, &f);
	if (f.extended && (type = choose(&f, rss->types, VIRTIO_NET_HASH_IP_EX)) >= 0) {
		f.source = or_else(f.home, f.source);
		f.destination = or_else(f.routed, f.destination);
	}
	if (type < 0)
		type = choose(&f, rss->types, f.v6 ? VIRTIO_NET_HASH_IPV6 : VIRTIO_NET_HASH_IPV4);
	if (type < 0 || (broken(m, net_hash_tcp_needs_all) && type == VIRTIO_NET_HASH_IPV4 && f.protocol == MODEL_TCP))
		return (struct model_net_hash){ .report = VIRTIO_NET_HASH_REPORT_NONE };
	address = f.v6 ? broken(m, net_hash_v6_short) ? 8 : V6_BYTES : V4_BYTES;
	toeplitz(&t, f.source, address);
	toeplitz(&t, f.destination, address);
	if (type % 3 && broken(m, net_hash_ports_swapped)) {
		toeplitz(&t, f.ports + 2, 2);
		toeplitz(&t, f.ports, 2);
	} else if (type % 3) {
		toeplitz(&t, f.ports, PORTS_BYTES);
	}
	return (struct model_net_hash){ .report = (uint16_t)(type + 1), .value = t.value };
}

/* ---- flows ---- */

/* FNV-1a */
static uint32_t mix(uint32_t hash, const uint8_t *bytes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

static uint32_t between(uint32_t one, uint32_t other)
{
	return (one ^ other) * 31u + one + other;
}

uint32_t model_net_flow(const struct model *m, const uint8_t *frame, uint32_t length)
{
	enum { START = 0x811c9dc5, ARP_SENDER = ETHERNET_HEADER_BYTES + 14, ARP_TARGET = ARP_SENDER + 10 };
	struct fields f;
	uint32_t address, one, other;

	if (length >= ARP_TARGET + V4_BYTES && model_be16(frame + 12) == ETHERTYPE_ARP)
		return between(mix(START, frame + ARP_SENDER, V4_BYTES), mix(START, frame + ARP_TARGET, V4_BYTES));
	if (!find_fields(m, &f, frame, length))
		return between(mix(START, frame, MODEL_MAC_BYTES),
			       mix(START, frame + MODEL_MAC_BYTES, MODEL_MAC_BYTES));
	address = f.v6 ? V6_BYTES : V4_BYTES;
	one = other = START;
	if (!f.ports || !broken(m, net_steer_by_ports)) {
		one = mix(one, f.source, address);
		other = mix(other, f.destination, address);
	}
	if (f.ports && !broken(m, net_steer_by_address)) {
		one = mix(one, f.ports, 2);
		other = mix(other, f.ports + 2, 2);
	}
	return between(one, other);
}
