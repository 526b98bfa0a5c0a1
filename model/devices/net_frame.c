/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/devices/net_frame.h"

#include "model/defects/broken.h"

enum { TCP_FIN = 1, TCP_PUSH = 8, TCP_CWR = 0x80, IP_MORE_FRAGMENTS = 0x2000, IP_OFFSET = 0x1fff };

bool model_net_layers(const uint8_t *frame, uint32_t length, struct model_layers *l)
{
	uint32_t at = 12, header;

	if (length < 18)
		return false;
	if (model_be16(frame + at) == ETHERTYPE_VLAN)
		at += 4;
	*l = (struct model_layers){ .network = at + 2, .v6 = model_be16(frame + at) == ETHERTYPE_IPV6 };
	if (model_be16(frame + at) != ETHERTYPE_IPV4 && !l->v6)
		return false;
	at += 2;
	if (at + (l->v6 ? MODEL_IPV6_BYTES : MODEL_IPV4_BYTES) > length)
		return false;
	header = l->v6 ? MODEL_IPV6_BYTES : (frame[at] & 15u) * 4;
	l->protocol = frame[at + (l->v6 ? 6 : 9)];
	l->fragment = !l->v6 && (model_be16(frame + at + 6) & (IP_MORE_FRAGMENTS | IP_OFFSET));
	l->transport = at + header;
	l->end = at + (l->v6 ? MODEL_IPV6_BYTES + model_be16(frame + at + 4) : model_be16(frame + at + 2));
	if (header < MODEL_IPV4_BYTES || l->end > length || l->transport + 8 > l->end)
		return false;
	l->payload = l->transport + 8;
	if (l->protocol == MODEL_TCP && !l->fragment) {
		if (l->transport + 20 > l->end)
			return false;
		l->payload = l->transport + (frame[l->transport + 12] >> 4) * 4u;
	}
	return l->payload <= l->end;
}

uint32_t model_net_checksum_at(const struct model_layers *l)
{
	return l->protocol == MODEL_TCP	     ? 16
	       : l->protocol == MODEL_UDP    ? 6
	       : l->protocol == MODEL_ICMPV6 ? 2
	       : l->protocol == MODEL_ICMP   ? 2
					     : 0;
}

static uint32_t add(uint32_t sum, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

void model_net_complete(uint8_t *frame, uint32_t length, uint32_t start, uint32_t at)
{
	uint16_t sum = (uint16_t)~add(0, frame + start, length - start);

	model_to_be(frame + at, 2, sum ? sum : 0xffff); /* the same number, and 0 means "no checksum" to UDP */
}

/* Addresses, protocol and length; nothing for ICMP over IPv4. */
static uint32_t pseudo_sum(const uint8_t *frame, const struct model_layers *l)
{
	uint32_t sum = l->protocol + (l->end - l->transport);

	if (l->protocol == MODEL_ICMP)
		return 0;
	return add(sum, frame + l->network + (l->v6 ? 8 : 12), l->v6 ? 32 : 8);
}

void model_net_set_lengths(uint8_t *frame, uint32_t length, const struct model_layers *l)
{
	uint8_t *ip = frame + l->network;

	if (l->v6) {
		model_to_be(ip + 4, 2, length - l->network - MODEL_IPV6_BYTES);
	} else {
		model_to_be(ip + 2, 2, length - l->network);
		model_to_be(ip + 10, 2, 0);
		model_to_be(ip + 10, 2, (uint16_t)~add(0, ip, l->transport - l->network));
	}
	if (l->protocol == MODEL_UDP && !l->fragment)
		model_to_be(frame + l->transport + 4, 2, length - l->transport);
}

void model_net_set_checksum(uint8_t *frame, const struct model_layers *l, bool partial)
{
	uint32_t at = l->transport + model_net_checksum_at(l);

	if (at == l->transport)
		return;
	model_to_be(frame + at, 2, pseudo_sum(frame, l));
	if (!partial)
		model_net_complete(frame, l->end, l->transport, at);
}

bool model_net_checksum_right(const uint8_t *frame, const struct model_layers *l)
{
	return add(pseudo_sum(frame, l), frame + l->transport, l->end - l->transport) == 0xffff;
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		to[i] = from[i];
}

/* UFO: a fragment of an IPv4 datagram whose checksum is complete. */
static uint32_t fragment(const struct model *m, const uint8_t *frame, const struct model_layers *l, uint32_t size,
			 uint32_t index, uint8_t *out)
{
	uint32_t from = l->transport + index * size, part = l->end - from;
	bool more = part > size;
	uint32_t length = l->transport + (more ? size : part);
	struct model_layers of = *l;

	if (from >= l->end || size % 8 || l->v6 || length > MODEL_NET_PACKET_BYTES)
		return 0;
	copy(out, frame, l->transport);
	copy(out + l->transport, frame + from, length - l->transport);
	if (!index && !broken(m, net_fragment_checksum_missing)) {
		uint16_t sum = (uint16_t)~add(0, frame + l->transport, l->end - l->transport);

		model_to_be(out + l->transport + 6, 2, sum ? sum : 0xffff);
	}
	model_to_be(out + l->network + 6, 2,
		    index * size / 8 | (more && !broken(m, net_fragment_more_missing) ? IP_MORE_FRAGMENTS : 0));
	of.fragment = true;
	if (!broken(m, net_fragment_lengths_kept))
		model_net_set_lengths(out, length, &of);
	return length;
}

uint32_t model_net_segment(const struct model *m, const uint8_t *frame, uint32_t length,
			   const struct virtio_net_header *left, uint32_t index, uint8_t *out)
{
	struct model_layers l;
	uint32_t from, part, size = left->gso_size, whole = length;
	uint8_t *tcp;

	if (!model_net_layers(frame, length, &l) || !size)
		return 0;
	if ((left->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_UDP)
		return fragment(m, frame, &l, left->gso_size, index, out);
	if (broken(m, net_segment_trusts_hdr_len) && left->hdr_len < l.end)
		l.payload = left->hdr_len;
	if (broken(m, net_segment_counts_headers) && size > l.payload)
		size -= l.payload;
	from = l.payload + index * size;
	if (from >= l.end)
		return 0;
	part = l.end - from < size ? l.end - from : size;
	if (l.payload + part > MODEL_NET_PACKET_BYTES || (broken(m, net_segment_last_lost) && index && part < size))
		return 0;
	copy(out, frame, l.payload);
	copy(out + l.payload, frame + from, part);
	tcp = out + l.transport;
	if (l.protocol == MODEL_TCP) {
		if (!broken(m, net_segment_sequence_kept))
			model_to_be(tcp + 4, 4, model_be32(tcp + 4) + index * size);
		if (from + part < l.end && !broken(m, net_segment_fin_in_all))
			tcp[13] &= (uint8_t) ~(TCP_FIN | TCP_PUSH);
		if (index && !broken(m, net_segment_cwr_in_all))
			tcp[13] &= (uint8_t)~TCP_CWR;
	}
	if (!l.v6)
		model_to_be(out + l.network + 4, 2, model_be16(out + l.network + 4) + index);
	l.end = l.payload + part;
	model_net_set_lengths(out, l.end, &l);
	model_net_set_checksum(out, &l, false);
	if (broken(m, net_segment_length_of_all) && !l.v6)
		model_to_be(out + l.network + 2, 2, whole - l.network);
	if (broken(m, net_segment_length6_of_all) && l.v6)
		model_to_be(out + l.network + 4, 2, whole - l.network - MODEL_IPV6_BYTES);
	if (broken(m, net_segment_udp_length_of_all) && l.protocol == MODEL_UDP)
		model_to_be(tcp + 4, 2, whole - l.transport);
	if (broken(m, net_segment_checksum_of_first) && index)
		out[l.transport + model_net_checksum_at(&l)] ^= 0x10;
	return l.end;
}
