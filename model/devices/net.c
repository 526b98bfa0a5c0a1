/* SPDX-License-Identifier: BSD-2-Clause */
/* The network device: 5.1. Transmission and reception. The control queue is in net_control.c, the frames that wait in
 * net_wire.c, the machine at the other end in net_peer.c. */
#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/devices/net_control.h"
#include "model/devices/net_filter.h"
#include "model/devices/net_frame.h"
#include "model/devices/net_hash.h"
#include "model/devices/net_peer.h"
#include "model/devices/net_steer.h"
#include "model/devices/net_wire.h"
#include "model/features.h"
#include "model/live.h"
#include "model/oddities/act.h"
#include "model/oddities/odd.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"
#include "model/space.h"

enum {
	CONFIG_BYTES = 24,
	SPEED_MBIT = 10000,
	DUPLEX_FULL = 1,
	MAC_BYTES = MODEL_MAC_BYTES,
};

static uint16_t queues(const struct model *m, const uint32_t *features)
{
	bool control = model_bit(features, VIRTIO_NET_F_CTRL_VQ) && model_offers(m, VIRTIO_NET_F_CTRL_VQ);

	return (uint16_t)(2 * model_net_pairs(m, features) + control);
}

static bool is_control(const struct model *m, uint16_t index)
{
	return index == 2 * model_net_pairs(m, model_deciding_features(m));
}

static bool receives(const struct model *m, uint16_t index)
{
	return !is_control(m, index) && index % 2 == 0;
}

/* 5.1.9.1: legacy without MRG_RXBUF has no num_buffers. */
static uint32_t header_bytes(const struct model *m)
{
	bool legacy = model_is_legacy(m) ||
		      (broken(m, falls_back_without_version_1) && !model_bit(m->driver_features, VIRTIO_F_VERSION_1));

	if (!legacy && model_negotiated(m, VIRTIO_NET_F_HASH_REPORT) && !broken(m, net_hash_header_short) &&
	    !(broken(m, net_hash_header_short_merging) && model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF)))
		return VIRTIO_NET_HDR_HASH_BYTES;
	if ((legacy && broken(m, net_legacy_header_long)) || model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF))
		return VIRTIO_NET_HDR_BYTES;
	if (broken(m, net_header_short_in_order) && model_negotiated(m, VIRTIO_F_IN_ORDER))
		return VIRTIO_NET_HDR_LEGACY_BYTES;
	return legacy || broken(m, net_header_short) ? VIRTIO_NET_HDR_LEGACY_BYTES : VIRTIO_NET_HDR_BYTES;
}

static void put_status(struct model *m, bool announce)
{
	model_config_put(m, VIRTIO_NET_CONFIG_STATUS, 2,
			 (m->link_up && !broken(m, net_link_shown_down) ? VIRTIO_NET_S_LINK_UP : 0) |
				 (announce ? VIRTIO_NET_S_ANNOUNCE : 0));
}

static void init(struct model *m)
{
	m->link_up = true;
	if (model_offers(m, VIRTIO_NET_F_MQ) || model_offers(m, VIRTIO_NET_F_RSS))
		model_config_put(m, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2, m->config.net.pairs);
	if (model_offers(m, VIRTIO_NET_F_RSS) || model_offers(m, VIRTIO_NET_F_HASH_REPORT)) {
		model_config_put(m, VIRTIO_NET_CONFIG_RSS_MAX_KEY_SIZE, 1, MODEL_NET_RSS_KEY);
		model_config_put(m, VIRTIO_NET_CONFIG_SUPPORTED_HASH_TYPES, 4,
				 odd(m, net_hash_none)	      ? 0
				 : odd(m, net_hash_ipv6_only) ? MODEL_NET_HASH_TYPES & 0x038
				 : odd(m, net_hash_tcp_only)  ? MODEL_NET_HASH_TYPES & 0x012
				 : odd(m, net_hash_ipv4_only) ? MODEL_NET_HASH_TYPES & 0x007
				 : odd(m, net_hash_no_ports)  ? MODEL_NET_HASH_TYPES & 0x049
							      : MODEL_NET_HASH_TYPES);
	}
	if (model_offers(m, VIRTIO_NET_F_RSS))
		model_config_put(m, VIRTIO_NET_CONFIG_RSS_MAX_INDIRECTION_TABLE_LENGTH, 2, MODEL_NET_RSS_TABLE);
	if (model_offers(m, VIRTIO_NET_F_MTU))
		model_config_put(m, VIRTIO_NET_CONFIG_MTU, 2, m->config.net.mtu);
	if (model_offers(m, VIRTIO_NET_F_SPEED_DUPLEX)) {
		const bool known = !odd(m, net_speed_unknown);

		const bool none = odd(m, net_speed_0);

		model_config_put(m, VIRTIO_NET_CONFIG_SPEED, 4, none ? 0 : known ? SPEED_MBIT : UINT32_MAX);
		model_config_put(m, VIRTIO_NET_CONFIG_DUPLEX, 1, none ? 0 : known ? DUPLEX_FULL : UINT8_MAX);
	}
}

/* Empties the filter tables, goes back to one pair of queues, and drops waiting frames: 5.1.9.5.2.1, 5.1.9.5.6.2. */
static void reset(struct model *m)
{
	struct model_net *n = &m->net;

	if (broken(m, net_tx_stops_after_burst))
		m->defective.requests = 0; /* it stops in each life anew */
	model_net_filter_reset(m);
	model_net_steer_reset(m);
	n->first = n->waiting = 0;
	n->segment = 0;
	if (!broken(m, net_offloads_kept))
		n->offloads_off = 0;
	m->link_up = m->link_up && !odd(m, net_link_up_after_3) && !odd(m, net_link_up_after_20) &&
		     !odd(m, net_link_up_after_5ms);
	put_status(m, false);
}

static bool receive(struct model *m, const uint8_t *frame, uint32_t length)
{
	return model_net_arrive(m, frame, length, NULL);
}

/* A packet that the driver transmits, in m->net.scratch. */
struct outgoing {
	struct virtio_net_header header;
	uint8_t *frame;
	uint32_t length;
};

static struct virtio_net_header read_header(const uint8_t bytes[VIRTIO_NET_HDR_BYTES])
{
	return (struct virtio_net_header){
		.flags = bytes[0],
		.gso_type = bytes[1],
		.hdr_len = (uint16_t)model_le(bytes + 2, 2),
		.gso_size = (uint16_t)model_le(bytes + 4, 2),
		.csum_start = (uint16_t)model_le(bytes + 6, 2),
		.csum_offset = (uint16_t)model_le(bytes + 8, 2),
	};
}

/* 5.1.9.2, point 3: completes the checksum that the driver left to the device. */
static bool complete_checksum(const struct model *m, struct outgoing *out)
{
	uint32_t start = out->header.csum_start, at = start + out->header.csum_offset;
	bool asked = (out->header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && model_negotiated(m, VIRTIO_NET_F_CSUM);

	if (broken(m, net_tx_any_flag_is_csum))
		asked = out->header.flags && model_negotiated(m, VIRTIO_NET_F_CSUM);
	if (!asked && !broken(m, net_tx_checksums_always))
		return true;
	if (start >= out->length || at + 2 > out->length)
		return !asked;
	if (broken(m, net_tx_checksum_skipped) ||
	    (broken(m, net_tx_checksum_in_one_piece) && m->chain.readable_count > 2))
		return true;
	if (broken(m, net_tx_checksum_of_tcp4)) {
		start = ETHERNET_HEADER_BYTES + MODEL_IPV4_BYTES;
		at = start + 16;
	}
	if (at + 2 > out->length)
		return true;
	model_net_complete(out->frame, out->length - (broken(m, net_tx_checksum_even) && (out->length - start) % 2),
			   start, at);
	if (broken(m, net_tx_checksum_in_memory) && m->chain.readable_count) {
		const struct model_segment *last = &m->chain.segment[m->chain.readable_count - 1];
		uint32_t from_end = out->length - at;

		if (last->length >= from_end)
			m->host.write(m->host.context, last->address + last->length - from_end, out->frame + at, 2);
	}
	return true;
}

/* 5.1.9.2, point 4: was the feature for this gso_type negotiated? */
static bool can_segment(const struct model *m, uint8_t gso_type)
{
	switch (gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		return gso_type == VIRTIO_NET_HDR_GSO_NONE;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return model_negotiated(m, VIRTIO_NET_F_HOST_TSO4);
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return model_negotiated(m, VIRTIO_NET_F_HOST_TSO6);
	case VIRTIO_NET_HDR_GSO_UDP:
		return model_negotiated(m, VIRTIO_NET_F_HOST_UFO);
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		return model_negotiated(m, VIRTIO_NET_F_HOST_USO);
	}
	return false;
}

/* May this frame go out? */
static bool acceptable(const struct model *m, const struct outgoing *out)
{
	uint8_t gso_type = out->header.gso_type;

	if (!can_segment(m, gso_type) && !broken(m, net_tx_gso_accepted))
		return false;
	if ((out->header.flags & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM) && gso_type == VIRTIO_NET_HDR_GSO_NONE &&
	    !broken(m, net_tx_tunnel_csum_accepted))
		return false;
	if (broken(m, net_tx_unknown_flags_dropped) && (out->header.flags & VIRTIO_NET_HDR_F_UNDEFINED))
		return false;
	if (broken(m, net_tx_trusts_hdr_len) && out->header.hdr_len > out->length)
		return false;
	if (broken(m, net_mtu_frames_lost) && out->length > m->config.net.mtu / 4u * 3u)
		return false;
	if (broken(m, net_tx_groups_lost) && (out->frame[0] & 1) && out->frame[0] != 0xff)
		return false;
	if (broken(m, net_tx_large_in_few_pieces) && gso_type && m->chain.readable_count > 17)
		return false;
	if (broken(m, net_tx_large_tagged_lost) && gso_type && model_be16(out->frame + 12) == ETHERTYPE_VLAN)
		return false;
	return (gso_type || out->length <= model_net_frame_max(m, out->frame)) && model_odd_carries(m) &&
	       !broken(m, net_tx_lost);
}

/* A frame, or a segment, leaves the device. */
static void put_on_wire(struct model *m, const uint8_t *frame, uint32_t length)
{
	if (broken(m, net_tx_odd_byte_lost))
		length &= ~1u;
	if (broken(m, net_tx_cut_at_1500) && length > 1500)
		length = 1500;
	if (m->config.net.responder && length <= model_net_frame_max(m, frame))
		model_net_peer(m, frame, length);
}

static void send_out(struct model *m, struct outgoing *out)
{
	if (!out->header.gso_type || (broken(m, net_tx_gso_accepted) && !can_segment(m, out->header.gso_type))) {
		if (complete_checksum(m, out))
			put_on_wire(m, out->frame, out->length);
		return;
	}
	for (uint32_t i = 0, size;
	     (size = model_net_segment(m, out->frame, out->length, &out->header, i, m->net.packet)) != 0; i++)
		for (unsigned times = broken(m, net_segment_twice) && i % 2 ? 2 : 1; times; times--)
			put_on_wire(m, m->net.packet, size);
}

/* Reads the frame from the chain, where it follows SKIP bytes. */
static bool read_frame(struct model *m, uint32_t skip, struct outgoing *out)
{
	const struct model_chain *chain = &m->chain;

	if (!model_chain_read(m, skip, out->frame, out->length))
		return false;
	if (broken(m, net_tx_pieces_forgotten) && chain->readable_count > 16)
		for (uint32_t i = 0, left = chain->segment[chain->readable_count - 1].length; i < left; i++)
			out->frame[out->length - 1 - i] = 0;
	if (broken(m, net_tx_short_pieces_lost) && chain->readable_count > 2 && chain->segment[1].length < 4 &&
	    chain->segment[0].length >= skip)
		out->frame[chain->segment[0].length - skip] = 0;
	if (broken(m, net_tx_large_cut) && out->length > 32768)
		out->length = 32768;
	return true;
}

static uint32_t transmit(struct model *m, uint16_t pair)
{
	uint32_t skip = header_bytes(m);
	bool fixed = broken(m, net_tx_framing_fixed) && m->chain.readable_count > 1;
	struct outgoing out = { .frame = m->net.scratch };
	uint8_t header[VIRTIO_NET_HDR_HASH_BYTES] = { 0 };

	if (fixed && m->chain.readable - m->chain.segment[0].length > skip)
		skip = m->chain.segment[0].length;
	if (m->chain.readable < skip + ETHERNET_HEADER_BYTES || m->chain.readable - skip > MODEL_NET_FRAME_BYTES)
		return 0;
	out.length = (uint32_t)(m->chain.readable - skip);
	if (broken(m, net_tx_stops_after_burst) && ++m->defective.requests > 1000)
		return 0;
	if (!model_chain_read(m, 0, header, (uint32_t)model_min(skip, sizeof header)) || !read_frame(m, skip, &out))
		return 0;
	out.header = read_header(header);
	if (broken(m, net_tx_gso_size_capped) && out.header.gso_size > 1400)
		out.header.gso_size = 1400;
	if (!acceptable(m, &out))
		return 0;
	if (broken(m, net_tx_corrupted))
		out.frame[out.length - 1] ^= 0xff;
	if (broken(m, net_tx_bytes_of_former) && out.length < m->defective.last_word)
		out.length = m->defective.last_word;
	m->defective.last_word = out.length;
	model_net_transmitted(m, out.frame, out.length, pair);
	if (pair && (broken(m, net_tx_first_pair_only) || (broken(m, net_rss_transmits_on_first) && m->net.rss.steers)))
		return 0;
	send_out(m, &out);
	return 0;
}

static uint32_t serve(struct model *m, uint16_t index)
{
	if (!is_control(m, index))
		return transmit(m, index / 2);
	if (broken(m, net_control_one_at_a_time))
		m->queue[index].notified = false;
	return model_net_execute(m);
}

/* Only with a defect: the queue has staged buffers of a frame that are not published yet. */
static bool some_left_to_publish(const struct model *m, uint16_t *index)
{
	if (!broken(m, net_merge_one_by_one))
		return false;
	for (*index = 0; *index < 2 * MODEL_NET_PAIRS_MAX; *index = (uint16_t)(*index + 2))
		if (m->queue[*index].staged && model_queue_live(m, *index))
			return true;
	return false;
}

/* Drops the frames that the driver does not want or that no queue can take. So a frame that is left is work as soon as
 * buffers are available. */
static bool inbound(struct model *m)
{
	uint16_t index, count, unfinished;

	while (m->net.waiting) {
		uint32_t length;
		const uint8_t *frame = model_net_oldest(m, &length);
		struct model_queue *q;

		if (model_net_wanted(m, frame) && model_net_steer(m, frame, length, &index)) {
			if (some_left_to_publish(m, &unfinished))
				return true;
			q = &m->queue[index];
			return model_queue_available(m, index, &count) && !(q->starved && q->starved_at == count);
		}
		if (broken(m, net_mq_keeps_frames) && m->queue[0].reset_once)
			return false;
		model_net_drop_oldest(m);
	}
	return some_left_to_publish(m, &unfinished);
}

/* The room in the buffer of m->chain. */
static uint64_t usable(const struct model *m)
{
	return broken(m, net_merge_not_filled) && m->chain.writable > 16 && model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF)
		       ? m->chain.writable - 4
		       : m->chain.writable;
}

/* A packet that the driver is to receive. */
struct incoming {
	const uint8_t *frame;
	uint32_t length;
	struct virtio_net_header left;
};

static void copy_to_packet(struct model *m, struct incoming *in)
{
	for (uint32_t i = 0; in->frame != m->net.packet && i < in->length; i++)
		m->net.packet[i] = in->frame[i];
	in->frame = m->net.packet;
}

/* Is the driver's offload in force? It was negotiated, and GUEST_OFFLOADS_SET has not switched it off. */
static bool in_force(const struct model *m, unsigned feature)
{
	if (broken(m, net_offloads_inert) || (broken(m, net_offloads_csum_inert) && feature == VIRTIO_NET_F_GUEST_CSUM))
		return model_negotiated(m, feature);
	return model_negotiated(m, feature) && !(m->net.offloads_off >> feature & 1);
}

/* Can the driver take a packet with this gso_type? */
static bool driver_segments(const struct model *m, uint8_t gso_type)
{
	if ((gso_type & VIRTIO_NET_HDR_GSO_ECN) && !in_force(m, VIRTIO_NET_F_GUEST_ECN) &&
	    !broken(m, net_rx_ecn_always))
		return false;
	if (broken(m, net_rx_gso_one_for_all) &&
	    (in_force(m, VIRTIO_NET_F_GUEST_TSO4) || in_force(m, VIRTIO_NET_F_GUEST_TSO6)))
		return true;
	if (broken(m, net_rx_gso_with_csum) && in_force(m, VIRTIO_NET_F_GUEST_CSUM))
		return true;
	switch (gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
		return in_force(m, VIRTIO_NET_F_GUEST_TSO4);
	case VIRTIO_NET_HDR_GSO_TCPV6:
		return in_force(m, VIRTIO_NET_F_GUEST_TSO6);
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		return in_force(m, VIRTIO_NET_F_GUEST_USO4) && in_force(m, VIRTIO_NET_F_GUEST_USO6);
	}
	return false;
}

/* With GUEST_CSUM a device may say that it has checked the checksum. This one says so if there is one and it is right.
 */
static bool validated(const struct model *m, const struct incoming *in)
{
	struct model_layers l;

	if (!model_net_layers(in->frame, in->length, &l) || l.fragment ||
	    (l.protocol != MODEL_TCP && l.protocol != MODEL_UDP))
		return false;
	return (l.protocol == MODEL_TCP && broken(m, net_rx_data_valid_tcp)) || model_net_checksum_right(in->frame, &l);
}

/*
 * Finds the next packet: the frame that has waited longest, or a segment of it if it is one that the driver cannot cut
 * itself. False: there is none, the frame cannot be cut.
 */
static bool next_packet(struct model *m, struct incoming *in)
{
	const struct virtio_net_header *left = &m->net.frame[m->net.first].left;

	*in = (struct incoming){ .left = *left };
	in->frame = model_net_oldest(m, &in->length);
	if (broken(m, net_rx_large_cut) && in->length > 32768)
		in->length = 32768;
	if (left->gso_type && !driver_segments(m, left->gso_type)) {
		in->length = model_net_segment(m, in->frame, in->length, left, m->net.segment, m->net.packet);
		in->frame = m->net.packet;
		in->left = (struct virtio_net_header){ 0 };
	} else if (left->flags && !in_force(m, VIRTIO_NET_F_GUEST_CSUM)) {
		if (in->length > MODEL_NET_PACKET_BYTES)
			return false;
		copy_to_packet(m, in);
		if (!broken(m, net_rx_checksum_left))
			model_net_complete(m->net.packet, in->length, left->csum_start,
					   (uint32_t)left->csum_start + left->csum_offset);
		if (broken(m, net_rx_completed_damaged))
			m->net.packet[0] ^= 0x80;
		in->left = (struct virtio_net_header){ 0 };
	}
	if (!in->left.flags && in_force(m, VIRTIO_NET_F_GUEST_CSUM) && !odd(m, net_data_never_valid) &&
	    validated(m, in))
		in->left.flags = VIRTIO_NET_HDR_F_DATA_VALID;
	return in->length;
}

static void packet_delivered(struct model *m)
{
	struct incoming next;
	const struct virtio_net_header *left = &m->net.frame[m->net.first].left;

	m->net.segment++;
	if (!left->gso_type || driver_segments(m, left->gso_type) || !next_packet(m, &next))
		model_net_drop_oldest(m);
}

/* For defects: wrong fields of the header of a packet that leaves work to the driver. */
static void spoil_offloads(const struct model *m, const struct incoming *in, uint8_t *header, uint32_t header_length)
{
	bool partial = in->left.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;

	if (broken(m, net_rx_flags_in_large) && in->length > 1000)
		header[0] |= VIRTIO_NET_HDR_F_DATA_VALID;
	if (broken(m, net_rx_csum_start_behind_header) && partial)
		model_to_le(header + 6, 2, in->left.csum_start + header_length);
	if (broken(m, net_rx_csum_offset_of_tcp) && partial)
		model_to_le(header + 8, 2, 16);
	if (broken(m, net_rx_csum_start_of_ipv4) && partial)
		model_to_le(header + 6, 2, ETHERNET_HEADER_BYTES + MODEL_IPV4_BYTES);
	if (!in->left.gso_type)
		return;
	if (broken(m, net_rx_gso_size_0))
		model_to_le(header + 4, 2, 0);
	if (broken(m, net_rx_gso_size_low_byte))
		header[5] = 0;
	if (broken(m, net_rx_gso_size_of_packet))
		model_to_le(header + 4, 2, in->length);
	if (broken(m, net_rx_hdr_len_0))
		model_to_le(header + 2, 2, 0);
	if (broken(m, net_rx_ecn_forgotten))
		header[1] &= (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
	if (broken(m, net_rx_gso_without_needs_csum))
		header[0] = 0;
	if (broken(m, net_rx_gso_type_lost))
		header[1] = VIRTIO_NET_HDR_GSO_NONE;
}

/* 5.1.9.4.5 */
static void put_hash(const struct model *m, const struct incoming *in, uint8_t *header)
{
	struct model_net_hash hash = model_net_hash(m, in->frame, in->length);

	if (broken(m, net_hash_big_endian))
		hash.value =
			hash.value << 24 | (hash.value & 0xff00) << 8 | (hash.value >> 8 & 0xff00) | hash.value >> 24;
	if (broken(m, net_hash_never_reported))
		hash.report = VIRTIO_NET_HASH_REPORT_NONE;
	if (broken(m, net_hash_type_bit) && hash.report)
		hash.report--;
	model_to_le(header + VIRTIO_NET_HDR_BYTES, 4, hash.value);
	model_to_le(header + VIRTIO_NET_HDR_BYTES + 4, 2, hash.report);
	model_to_le(header + VIRTIO_NET_HDR_BYTES + 6, 2, 0);
}

/* Makes the header of a received packet (5.1.9.4.1), with all fields: the driver gets those that it has negotiated. */
static void make_header(const struct model *m, const struct incoming *in, uint8_t *header, uint32_t header_length,
			uint16_t buffers)
{
	static const struct {
		uint16_t defect;
		uint8_t flags, gso_type;
	} wrong[] = {
		{ MODEL_DEFECT_net_rx_gso_tcpv4, 0, VIRTIO_NET_HDR_GSO_TCPV4 },
		{ MODEL_DEFECT_net_rx_gso_udp, VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_UDP },
		{ MODEL_DEFECT_net_rx_gso_tcpv6, VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV6 },
		{ MODEL_DEFECT_net_rx_gso_udp_l4, VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_UDP_L4 },
		{ MODEL_DEFECT_net_rx_gso_tunnel, VIRTIO_NET_HDR_F_NEEDS_CSUM,
		  VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_UDP_TUNNEL_IPV4 },
		{ MODEL_DEFECT_net_rx_gso_ecn, VIRTIO_NET_HDR_F_NEEDS_CSUM,
		  VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN },
		{ MODEL_DEFECT_net_rx_tunnel_csum, VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM, 0 },
		{ MODEL_DEFECT_net_rx_rsc_info, VIRTIO_NET_HDR_F_RSC_INFO, 0 },
		{ MODEL_DEFECT_net_rx_security, VIRTIO_NET_HDR_F_SECURITY, 0 },
		{ MODEL_DEFECT_net_rx_security_error, VIRTIO_NET_HDR_F_SECURITY_ERR, 0 },
	};

	header[0] = in->left.flags;
	header[1] = in->left.gso_type;
	model_to_le(header + 2, 2, in->left.hdr_len);
	model_to_le(header + 4, 2, in->left.gso_size);
	model_to_le(header + 6, 2, in->left.csum_start);
	model_to_le(header + 8, 2, in->left.csum_offset);
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (model_has(m, (enum model_defect)wrong[i].defect)) {
			header[0] |= wrong[i].flags;
			header[1] |= wrong[i].gso_type;
		}
	if (model_negotiated(m, VIRTIO_NET_F_GUEST_CSUM) ? broken(m, net_rx_data_valid_always)
							 : broken(m, net_rx_flags_set))
		header[0] |= VIRTIO_NET_HDR_F_DATA_VALID;
	spoil_offloads(m, in, header, header_length);
	if (model_negotiated(m, VIRTIO_NET_F_GUEST_CSUM) && broken(m, net_rx_needs_csum_junk)) {
		header[0] |= VIRTIO_NET_HDR_F_NEEDS_CSUM;
		model_to_le(header + 6, 2, 0xfff0); /* csum_start */
	}
	if (broken(m, net_num_buffers_one))
		buffers = 1;
	if (broken(m, net_num_buffers_eight_at_most) && buffers > 8)
		buffers = 8;
	if (broken(m, net_num_buffers_zero) && !model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF))
		buffers = 0;
	model_to_le(header + VIRTIO_NET_HDR_LEGACY_BYTES, 2, buffers);
	put_hash(m, in, header);
}

/* Writes the bytes of the packet from DONE on, LENGTH at most, to the chain's buffer, as far as they fit. */
static uint32_t fill(struct model *m, const struct incoming *in, const uint8_t *header, uint32_t header_length,
		     uint32_t done, uint32_t length)
{
	uint32_t piece = (uint32_t)model_min(usable(m), length), first = 0;

	if (done < header_length) {
		first = (uint32_t)model_min(header_length - done, piece);
		model_chain_write(m, 0, header + done, first);
	}
	if (piece > first)
		model_chain_write(m, first, in->frame + done + first - header_length, piece - first);
	return piece;
}

/* 5.1.9.4.1: without GUEST_CSUM the driver gets frames with complete checksums. */
static void spoil_checksum(struct model *m, struct incoming *in)
{
	struct model_layers l;

	if (!broken(m, net_rx_checksum_broken) || !model_net_layers(in->frame, in->length, &l) || l.v6 ||
	    l.protocol == MODEL_ICMP || !model_net_checksum_at(&l) || in->length > MODEL_NET_PACKET_BYTES)
		return;
	copy_to_packet(m, in);
	m->net.packet[l.transport + model_net_checksum_at(&l)] ^= 0xff;
}

/*
 * Takes as many buffers as the packet needs, or all that a packet may use. The number of buffers is known before the
 * first is written, since the header, in the first, contains it. Returns the room in them.
 */
static uint32_t take_buffers(struct model *m, uint16_t index, uint32_t total, uint16_t most, uint32_t header_length,
			     uint16_t *count)
{
	bool apart = broken(m, net_rx_header_apart) && !model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF);
	uint32_t room = 0;

	if (broken(m, net_rx_room_without_header) && !model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF))
		total -= header_length;
	if (broken(m, net_merge_extra_buffer) && model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF))
		total++;
	for (*count = 0; room < total && *count < (apart ? 2 : most); (*count)++) {
		if (!model_queue_take(m, index, &m->net.head[*count]) ||
		    !model_chain_walk(m, index, m->net.head[*count]))
			break;
		room += (uint32_t)model_min(apart && !*count ? header_length : usable(m), total);
	}
	return room;
}

/* Puts one packet into as many buffers as it needs, and publishes them together (5.1.9.4.1). */
static void deliver(struct model *m)
{
	struct incoming in;
	uint32_t header_length = header_bytes(m), total, room, done = 0, frame_length;
	uint16_t count, index, most;
	bool merge = model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF), apart = broken(m, net_rx_header_apart) && !merge;
	uint8_t header[VIRTIO_NET_HDR_HASH_BYTES];
	const uint8_t *oldest;

	if (some_left_to_publish(m, &index)) {
		model_queue_publish_one(m, index);
		return;
	}
	oldest = model_net_oldest(m, &frame_length);
	if (!model_net_steer(m, oldest, frame_length, &index))
		return;
	if (!next_packet(m, &in)) {
		model_net_drop_oldest(m);
		return;
	}
	total = header_length + in.length;
	most = merge ? m->queue[index].size : 1;
	room = take_buffers(m, index, total, most, header_length, &count);
	m->queue[index].starved = false;
	if (broken(m, net_rx_exact_fit_lost) && room == m->chain.writable && room == total && !merge)
		room--;
	if (broken(m, net_rx_cut_to_fit) && !merge && count)
		room = total;
	if (broken(m, net_rx_room_without_header) && !merge && room + header_length >= total)
		room = total;
	if (room < total) {
		if (broken(m, net_rx_buffer_lost) && count == 1 && !merge)
			count = 0;
		if (broken(m, net_merge_buffer_lost) && count > 1)
			count--;
		model_queue_untake(m, index, count);
		if ((count == most && !broken(m, net_rx_stuck_behind_large)) ||
		    (broken(m, net_rx_buffer_lost) && !merge))
			model_net_drop_oldest(m); /* it will never fit */
		return;
	}
	spoil_checksum(m, &in);
	if (broken(m, net_rx_broadcast_damaged) && (in.frame[0] & in.frame[5]) == 0xff &&
	    in.length <= MODEL_NET_PACKET_BYTES) {
		copy_to_packet(m, &in);
		m->net.packet[in.length - 1] ^= 0xff;
	}
	make_header(m, &in, header, header_length, count);
	for (uint16_t i = 0; i < count; i++) {
		uint32_t piece;

		if (!model_chain_walk(m, index, m->net.head[i]))
			return;
		piece = fill(m, &in, header, header_length, done, apart && !i ? header_length : total - done);
		if (m->error)
			return;
		done += piece;
		if (broken(m, net_rx_odd_byte_lost) && done == total && total % 2)
			piece--;
		if (broken(m, net_rx_room_without_header) && !merge)
			piece = total;
		model_queue_stage(m, index, m->net.head[i], piece, false);
	}
	if (broken(m, net_rx_old_buffers)) {
		uint64_t buffer = m->chain.segment[m->chain.count - 1].address;

		if (m->defective.old_buffer && m->defective.old_buffer != buffer)
			m->host.write(m->host.context, m->defective.old_buffer, in.frame, ETHERNET_HEADER_BYTES);
		else
			m->defective.old_buffer = buffer;
	}
	if (broken(m, net_rx_seventh_piece_lost) && m->chain.count > 6 && total > 32768)
		m->host.write(m->host.context, m->chain.segment[6].address, header, 1);
	if (broken(m, net_rx_burst_mixed) && m->net.waiting > 3 && m->net.frame[m->net.first].length > 200)
		m->net.store[m->net.frame[(m->net.first + 1) % MODEL_NET_FRAMES_MAX].at + 30] ^= 1;
	packet_delivered(m);
	if (broken(m, net_merge_one_by_one))
		model_queue_publish_one(m, index);
	else
		model_queue_publish(m, index);
}

/* 5.1.4: read-only for the driver; legacy: mac is writable (5.1.4.2). */
static void config_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (!model_is_legacy(m) || !model_offers(m, VIRTIO_NET_F_MAC) ||
	    offset + width > VIRTIO_NET_CONFIG_MAC + MAC_BYTES)
		return;
	if (odd(m, net_mac_deferred)) {
		model_to_le(&m->oddly.mac[offset - VIRTIO_NET_CONFIG_MAC], width, value);
		if (offset + width < VIRTIO_NET_CONFIG_MAC + MAC_BYTES)
			return;
		model_config_put(m, VIRTIO_NET_CONFIG_MAC, MAC_BYTES, model_le(m->oddly.mac, MAC_BYTES));
	} else {
		model_config_put(m, offset, width, value);
	}
	for (unsigned i = 0; i < MAC_BYTES; i++)
		if (!broken(m, net_legacy_mac_not_in_filter))
			m->net.mac[i] = m->config_space[VIRTIO_NET_CONFIG_MAC + i];
}

static uint8_t config_byte(struct model *m, uint32_t offset, uint8_t value)
{
	bool running = m->status & VIRTIO_STATUS_DRIVER_OK;

	if ((offset == VIRTIO_NET_CONFIG_MTU && broken(m, net_mtu_changes) && running) ||
	    (offset == VIRTIO_NET_CONFIG_MAC + 5 && broken(m, net_mac_unstable) && running))
		value ^= 1;
	if (offset == VIRTIO_NET_CONFIG_SPEED && broken(m, net_speed_changes))
		value = (uint8_t)m->defective.reads++;
	return value;
}

/* Takes the link down, or up again. */
static bool config_change(struct model *m)
{
	if (!model_offers(m, VIRTIO_NET_F_STATUS))
		return false;
	m->link_up = !m->link_up;
	put_status(m, model_config_read(m, VIRTIO_NET_CONFIG_STATUS, 2) & VIRTIO_NET_S_ANNOUNCE);
	m->config_changed |= m->status != 0;
	return true;
}

/* With GUEST_ANNOUNCE negotiated: asks the driver to send gratuitous packets. */
static bool ask(struct model *m)
{
	if (!model_negotiated(m, VIRTIO_NET_F_GUEST_ANNOUNCE) || !model_offers(m, VIRTIO_NET_F_STATUS))
		return false;
	put_status(m, true);
	m->config_changed = true;
	return true;
}

/* Another machine asks for a third one, by ARP; or the device asks for an announcement. */
static void odd_event(struct model *m)
{
	uint8_t noise[ETHERNET_FRAME_MIN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0,	   0, 0,  0x77, 0x08, 0x06, /* Ethernet */
		0,    1,    8,	  0,	6,    4,    0,	  1, 0x02, 0, 0,  0,	0,    0x77,
		10,   0,    2,	  77,	0,    0,    0,	  0, 0,	   0, 10, 0,	2,    78,
	};

	if (odd(m, net_announces)) {
		ask(m);
		return;
	}
	for (unsigned i = 0; i < MAC_BYTES && odd(m, net_noise_unicast); i++)
		noise[i] = m->net.mac[i];
	receive(m, noise, sizeof noise);
}

static void defaults(struct model_config *config)
{
	static const uint8_t mac[MAC_BYTES] = { 0x02, 0x54, 0x53, 0x00, 0x00, 0x01 };

	config->net.pairs = 3;
	config->net.mtu = 1500;
	config->net.responder = true;
	for (unsigned i = 0; i < MAC_BYTES; i++)
		config->net.mac[i] = mac[i];
}

static bool valid(const struct model_config *config)
{
	return model_between(config->net.pairs, 1, MODEL_NET_PAIRS_MAX) && model_between(config->net.mtu, 68, 1500);
}

static const uint8_t features[] = {
	VIRTIO_NET_F_CSUM,	    VIRTIO_NET_F_GUEST_CSUM,	 VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	VIRTIO_NET_F_GUEST_TSO4,    VIRTIO_NET_F_GUEST_TSO6,	 VIRTIO_NET_F_GUEST_ECN,
	VIRTIO_NET_F_GUEST_UFO,	    VIRTIO_NET_F_HOST_TSO4,	 VIRTIO_NET_F_HOST_TSO6,
	VIRTIO_NET_F_HOST_ECN,	    VIRTIO_NET_F_HOST_UFO,	 VIRTIO_NET_F_GUEST_USO4,
	VIRTIO_NET_F_GUEST_USO6,    VIRTIO_NET_F_HOST_USO,	 VIRTIO_NET_F_MTU,
	VIRTIO_NET_F_MAC,	    VIRTIO_NET_F_MRG_RXBUF,	 VIRTIO_NET_F_STATUS,
	VIRTIO_NET_F_CTRL_VQ,	    VIRTIO_NET_F_CTRL_RX,	 VIRTIO_NET_F_CTRL_VLAN,
	VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_MQ,
	VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_SPEED_DUPLEX,	 VIRTIO_NET_F_RSS,
	VIRTIO_NET_F_HASH_REPORT,
};

/* 5.1.3.1; the last two 5.1.4.1 */
static const struct model_dependency dependencies[] = {
	{ VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_CSUM, false, 0 },
	{ VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_CSUM, false, 0 },
	{ VIRTIO_NET_F_GUEST_UFO, VIRTIO_NET_F_GUEST_CSUM, false, 0 },
	{ VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_CSUM, false, 0 },
	{ VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_GUEST_CSUM, false, 0 },
	{ VIRTIO_NET_F_GUEST_ECN, VIRTIO_NET_F_GUEST_TSO4, false, VIRTIO_NET_F_GUEST_TSO6 },
	{ VIRTIO_NET_F_HOST_ECN, VIRTIO_NET_F_HOST_TSO4, false, VIRTIO_NET_F_HOST_TSO6 },
	{ VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_CSUM, false, 0 },
	{ VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_CSUM, false, 0 },
	{ VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_CSUM, false, 0 },
	{ VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_CSUM, false, 0 },
	{ VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VQ, false, 0 },
	{ VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_VQ, false, 0 },
	{ VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_CTRL_VQ, false, 0 },
	{ VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_VQ, false, 0 },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_VQ, false, 0 },
	{ VIRTIO_NET_F_RSS, VIRTIO_NET_F_CTRL_VQ, false, 0 },
	{ VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_CTRL_VQ, true, 0 },
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CTRL_VQ, true, 0 },
	{ VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_CTRL_VQ, true, 0 },
};

static const struct model_shown shown[] = {
	MODEL_SHOWN(feature_without_dependency, VIRTIO_NET_F_CTRL_VQ, false),
	MODEL_SHOWN(offers_foreign_bit, 4, true),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_RSS, false),
	/* a feature of the control queue, without that queue */
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_VQ, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_RX, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_VLAN, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_RX_EXTRA, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_GUEST_ANNOUNCE, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_MQ, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_MAC_ADDR, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_RSS, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_HASH_REPORT, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_VQ, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_RX, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_VLAN, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_GUEST_ANNOUNCE, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_MQ, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_MAC_ADDR, false),
};

static const struct model_fields widths[] = {
	{ 0x00, 0x06, 1 }, /* mac */
	{ 0x06, 0x0c, 2 }, /* status, max_virtqueue_pairs, mtu */
	{ 0x0c, 0x10, 4 }, /* speed */
	{ 0x10, 0x12, 1 }, /* duplex, rss_max_key_size */
	{ 0x12, 0x14, 2 }, /* rss_max_indirection_table_length */
	{ 0x14, 0x18, 4 }, /* supported_hash_types */
};

static const struct model_overlay overlays[] = {
	{ MODEL_DEFECT_net_rss_key_short, VIRTIO_NET_CONFIG_RSS_MAX_KEY_SIZE, 1, 32 },
	{ MODEL_DEFECT_net_rss_table_short, VIRTIO_NET_CONFIG_RSS_MAX_INDIRECTION_TABLE_LENGTH, 2, 64 },
	{ MODEL_DEFECT_net_pairs_zero, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2, 0 },
	{ MODEL_DEFECT_net_mtu_too_small, VIRTIO_NET_CONFIG_MTU, 2, 60 },
	{ MODEL_DEFECT_net_mtu_below_1280, VIRTIO_NET_CONFIG_MTU, 2, 600 },
	{ MODEL_DEFECT_net_speed_junk, VIRTIO_NET_CONFIG_SPEED, 4, 0x80000000 },
	{ MODEL_DEFECT_net_duplex_junk, VIRTIO_NET_CONFIG_DUPLEX, 1, 2 },
};

const struct model_backend model_network = {
	.device_id = VIRTIO_ID_NETWORK,
	.features = MODEL_LIST(features),
	.dependencies = MODEL_LIST(dependencies),
	.shown = MODEL_LIST(shown),
	.overlays = MODEL_LIST(overlays),
	.widths = MODEL_LIST(widths),
	.config_bytes = CONFIG_BYTES,
	.config_conditional = VIRTIO_NET_CONFIG_STATUS,
	.defaults = defaults,
	.valid = valid,
	.init = init,
	.reset = reset,
	.queues = queues,
	.receives = receives,
	.serve = serve,
	.inbound = inbound,
	.deliver = deliver,
	.config_write = config_write,
	.config_byte = config_byte,
	.odd_event = odd_event,
	.config_change = config_change,
	.ask = ask,
	.input = receive,
};
