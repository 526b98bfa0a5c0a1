/* SPDX-License-Identifier: BSD-2-Clause */
/* The network device: 5.1. Transmission, reception, and the machine at the other end of the wire; the control queue is
 * in net_control.c. */
#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/devices/net_control.h"
#include "model/features.h"
#include "model/live.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"
#include "model/space.h"

enum {
	CONFIG_BYTES = 24,
	SPEED_MBIT = 10000,
	DUPLEX_FULL = 1,
	VLAN_TAG_BYTES = 4,
	MAC_BYTES = 6,
	MERGED_MAX = MODEL_NET_FRAME_BYTES / VIRTIO_NET_HDR_BYTES +
		     1, /* the most buffers of one frame: each holds at least a header (5.1.9.3.1) */
};

static uint16_t pairs(const struct model *m, const uint32_t *features)
{
	return model_bit(features, VIRTIO_NET_F_MQ) && model_offers(m, VIRTIO_NET_F_MQ) ? m->config.net.pairs : 1;
}

static uint16_t queues(const struct model *m, const uint32_t *features)
{
	bool control = model_bit(features, VIRTIO_NET_F_CTRL_VQ) && model_offers(m, VIRTIO_NET_F_CTRL_VQ);

	return (uint16_t)(2 * pairs(m, features) + control);
}

static bool is_control(const struct model *m, uint16_t index)
{
	return index == 2 * pairs(m, model_deciding_features(m));
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

	if ((legacy && broken(m, net_legacy_header_long)) || model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF))
		return VIRTIO_NET_HDR_BYTES;
	return legacy || broken(m, net_header_short) ? VIRTIO_NET_HDR_LEGACY_BYTES : VIRTIO_NET_HDR_BYTES;
}

static void put_status(struct model *m, bool announce)
{
	if (model_offers(m, VIRTIO_NET_F_STATUS))
		model_config_put(m, VIRTIO_NET_CONFIG_STATUS, 2,
				 (m->link_up ? VIRTIO_NET_S_LINK_UP : 0) | (announce ? VIRTIO_NET_S_ANNOUNCE : 0));
}

static void init(struct model *m)
{
	m->link_up = true;
	if (model_offers(m, VIRTIO_NET_F_MQ))
		model_config_put(m, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2, m->config.net.pairs);
	if (model_offers(m, VIRTIO_NET_F_MTU))
		model_config_put(m, VIRTIO_NET_CONFIG_MTU, 2, m->config.net.mtu);
	if (model_offers(m, VIRTIO_NET_F_SPEED_DUPLEX)) {
		model_config_put(m, VIRTIO_NET_CONFIG_SPEED, 4, SPEED_MBIT);
		model_config_put(m, VIRTIO_NET_CONFIG_DUPLEX, 1, DUPLEX_FULL);
	}
}

/* Empties the filter tables, goes back to one pair of queues, and drops waiting frames: 5.1.9.5.2.1, 5.1.9.5.6.2. */
static void reset(struct model *m)
{
	struct model_net *n = &m->net;

	n->promiscuous = n->all_multicast = n->all_unicast = n->no_multicast = n->no_unicast = n->no_broadcast = false;
	n->unicast_overflow = n->multicast_overflow = false;
	if (!broken(m, net_reset_keeps_macs))
		n->mac_count = 0;
	for (unsigned i = 0; i < sizeof n->vlans / sizeof n->vlans[0]; i++)
		n->vlans[i] = 0;
	for (unsigned i = 0; i < sizeof n->flow; i++)
		n->flow[i] = 0;
	n->active_pairs = 1;
	n->pairs_set = false;
	n->first = n->waiting = 0;
	for (unsigned i = 0; i < MAC_BYTES; i++)
		n->mac[i] = m->config.net.mac[i];
	if (model_offers(m, VIRTIO_NET_F_MAC))
		model_config_put(m, VIRTIO_NET_CONFIG_MAC, MAC_BYTES, model_le(n->mac, MAC_BYTES));
	put_status(m, false);
}

static uint16_t ethertype(const uint8_t *frame)
{
	return (uint16_t)(frame[12] << 8 | frame[13]);
}

static uint32_t frame_max(const struct model *m, const uint8_t *frame)
{
	return m->config.net.mtu + ETHERNET_HEADER_BYTES + (ethertype(frame) == ETHERTYPE_VLAN ? VLAN_TAG_BYTES : 0);
}

/* All frames between the same two machines are one flow. */
static uint8_t *flow_of(struct model *m, const uint8_t *frame)
{
	uint8_t hash = 0;

	for (unsigned i = 0; i < 2 * MAC_BYTES; i++)
		hash ^= frame[i];
	return &m->net.flow[(hash ^ hash >> 4) % sizeof m->net.flow];
}

static bool receive(struct model *m, const uint8_t *frame, uint32_t length)
{
	struct model_net *n = &m->net;
	uint8_t slot;

	if (!model_live(m) || !m->link_up)
		return false;
	if (length < ETHERNET_HEADER_BYTES ||
	    length > (broken(m, net_mtu_not_enforced) ? MODEL_NET_FRAME_BYTES : frame_max(m, frame)))
		return false;
	if (n->waiting == MODEL_NET_FRAMES_MAX || broken(m, net_rx_lost))
		return false;
	slot = (uint8_t)((n->first + n->waiting++) % MODEL_NET_FRAMES_MAX);
	n->length[slot] = (uint16_t)length;
	for (uint32_t i = 0; i < length; i++)
		n->frame[slot][i] = frame[i];
	return true;
}

/* The machine at the other end of the wire, which model_input() describes. */
static void respond(struct model *m, const uint8_t *frame, uint32_t length)
{
	static const uint8_t own[MAC_BYTES] = { 0x52, 0x55, 0x0a, 0x00, 0x02, 0x02 };
	enum {
		ARP = ETHERNET_HEADER_BYTES,
		OPERATION = ARP + 7,
		SENDER = ARP + 8,
		TARGET = ARP + 18,
		IP = 6,
		ARP_END = ARP + 28
	};
	uint8_t reply[ETHERNET_FRAME_MIN] = { 0 };
	bool same = true;

	if (ethertype(frame) == ETHERTYPE_REFLECT) {
		receive(m, frame + ETHERNET_HEADER_BYTES, length - ETHERNET_HEADER_BYTES);
		return;
	}
	if (ethertype(frame) != ETHERTYPE_ARP || length < ARP_END || frame[OPERATION] != 1)
		return;
	for (unsigned i = 0; i < 4; i++)
		same &= frame[SENDER + IP + i] == frame[TARGET + IP + i];
	if (same)
		return;
	for (unsigned i = 0; i < ARP_END; i++)
		reply[i] = frame[i];
	for (unsigned i = 0; i < MAC_BYTES; i++) {
		reply[i] = reply[TARGET + i] = frame[SENDER + i];
		reply[MAC_BYTES + i] = reply[SENDER + i] = own[i];
	}
	for (unsigned i = 0; i < 4; i++) {
		reply[SENDER + IP + i] = frame[TARGET + IP + i];
		reply[TARGET + IP + i] = frame[SENDER + IP + i];
	}
	reply[OPERATION] = 2;
	receive(m, reply, sizeof reply);
}

/* 5.1.9.2, point 1: completes the checksum that the driver left to the device. */
static bool complete_checksum(const struct model *m, const uint8_t *header, uint8_t *frame, uint32_t length)
{
	uint32_t start = (uint32_t)model_le(header + 6, 2), at = start + (uint32_t)model_le(header + 8, 2), sum = 0;
	bool asked = (header[0] & VIRTIO_NET_HDR_F_NEEDS_CSUM) && model_negotiated(m, VIRTIO_NET_F_CSUM);

	if (!asked && !broken(m, net_tx_checksums_always))
		return true;
	if (start >= length || at + 2 > length)
		return !asked;
	for (uint32_t i = start; i < length; i++)
		sum += (i - start) % 2 ? frame[i] : (uint32_t)frame[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum;
	frame[at] = (uint8_t)(sum >> 8);
	frame[at + 1] = (uint8_t)sum;
	return true;
}

/* May this frame go out? The device offers no segmentation offload, so the header may ask for none (5.1.9.2.2). */
static bool acceptable(const struct model *m, const uint8_t *header, const uint8_t *frame, uint32_t length)
{
	uint8_t gso_type = header[1];

	if (gso_type != VIRTIO_NET_HDR_GSO_NONE && !broken(m, net_tx_gso_accepted))
		return false;
	if ((header[0] & VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM) && gso_type == VIRTIO_NET_HDR_GSO_NONE &&
	    !broken(m, net_tx_tunnel_csum_accepted))
		return false;
	if (broken(m, net_tx_unknown_flags_dropped) && (header[0] & VIRTIO_NET_HDR_F_UNDEFINED))
		return false;
	if (broken(m, net_tx_trusts_hdr_len) && model_le(header + 2, 2) > length)
		return false;
	if (broken(m, net_mtu_frames_lost) && length > m->config.net.mtu / 4u * 3u)
		return false;
	return length <= frame_max(m, frame) && m->link_up && !broken(m, net_tx_lost);
}

static uint32_t transmit(struct model *m, uint16_t pair)
{
	uint32_t skip = header_bytes(m), length;
	bool fixed = broken(m, net_tx_framing_fixed) && m->chain.readable_count > 1;
	uint8_t header[VIRTIO_NET_HDR_BYTES] = { 0 }, *frame = m->net.scratch;

	if (m->chain.readable < skip + ETHERNET_HEADER_BYTES || m->chain.readable - skip > MODEL_NET_FRAME_BYTES)
		return 0;
	if (fixed && m->chain.readable - skip > m->chain.segment[0].length)
		skip = m->chain.segment[0].length;
	length = (uint32_t)(m->chain.readable - skip);
	if (length > MODEL_NET_FRAME_BYTES || length < ETHERNET_HEADER_BYTES)
		return 0;
	if (!model_chain_read(m, 0, header, (uint32_t)model_min(skip, sizeof header)) ||
	    !model_chain_read(m, skip, frame, length))
		return 0;
	if (!acceptable(m, header, frame, length) || !complete_checksum(m, header, frame, length))
		return 0;
	if (broken(m, net_tx_corrupted))
		frame[length - 1] ^= 0xff;
	*flow_of(m, frame) = (uint8_t)pair;
	if (m->config.net.responder)
		respond(m, frame, length);
	return 0;
}

static uint32_t serve(struct model *m, uint16_t index)
{
	return is_control(m, index) ? model_net_command(m) : transmit(m, index / 2);
}

/* A defect: uses more pairs than the driver has set, and the last one first. */
static uint16_t steer_wrongly(const struct model *m, uint16_t active, uint16_t *preferred)
{
	uint16_t all = pairs(m, m->driver_features);
	bool above = broken(m, net_mq_above_pairs) && m->net.pairs_set;

	if (all == active || (!above && !(broken(m, net_mq_before_set) && !m->net.pairs_set)) ||
	    !model_queue_live(m, (uint16_t)(2 * (all - 1))))
		return active;
	*preferred = (uint16_t)(all - 1);
	return all;
}

/*
 * Finds the receive queue for the frame that has waited longest. 5.1.9.5.6: it belongs to the pair on which the flow
 * was last transmitted, if that is active; if its queue is in a queue reset, another active pair serves. False: all are
 * in a reset.
 */
static bool steer(struct model *m, const uint8_t *frame, uint16_t *index)
{
	uint16_t preferred = *flow_of(m, frame), active = m->net.active_pairs;

	if (broken(m, net_mq_before_set) || broken(m, net_mq_above_pairs))
		active = steer_wrongly(m, active, &preferred);
	for (uint16_t i = 0; i < active; i++) {
		*index = (uint16_t)(2 * ((preferred + i) % active));
		if (model_queue_live(m, *index))
			return true;
		if (broken(m, net_mq_reset_queue_chosen) && m->queue[*index].reset_once)
			return false;
	}
	return false;
}

static void drop(struct model *m)
{
	m->net.first = (uint8_t)((m->net.first + 1) % MODEL_NET_FRAMES_MAX);
	m->net.waiting--;
	for (unsigned i = 0; i < MODEL_QUEUES_MAX; i++)
		m->queue[i].starved = false; /* the next frame may need less */
}

/* Only with a defect: the queue has staged buffers of a frame that are not published yet. */
static bool some_left_to_publish(const struct model *m, uint16_t *index)
{
	for (*index = 0; *index < 2 * MODEL_NET_PAIRS_MAX && broken(m, net_merge_one_by_one);
	     *index = (uint16_t)(*index + 2))
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
		const uint8_t *frame = m->net.frame[m->net.first];
		struct model_queue *q;

		if (model_net_wanted(m, frame, m->net.length[m->net.first]) && steer(m, frame, &index)) {
			if (some_left_to_publish(m, &unfinished))
				return true;
			q = &m->queue[index];
			return model_queue_available(m, index, &count) && !(q->starved && q->starved_at == count);
		}
		if (broken(m, net_mq_keeps_frames) && m->queue[0].reset_once)
			return false;
		drop(m);
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

/* Makes the header of a received frame (5.1.9.4.1). It has no flags and no gso_type, because it leaves the driver
 * nothing to do. */
static void make_header(const struct model *m, uint8_t *header, uint32_t header_length, uint16_t buffers)
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

	for (uint32_t i = 0; i < header_length; i++)
		header[i] = 0;
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (model_has(m, (enum model_defect)wrong[i].defect)) {
			header[0] |= wrong[i].flags;
			header[1] |= wrong[i].gso_type;
		}
	if (model_negotiated(m, VIRTIO_NET_F_GUEST_CSUM) ? broken(m, net_rx_data_valid_always)
							 : broken(m, net_rx_flags_set))
		header[0] |= VIRTIO_NET_HDR_F_DATA_VALID;
	if (model_negotiated(m, VIRTIO_NET_F_GUEST_CSUM) && broken(m, net_rx_needs_csum_junk)) {
		header[0] |= VIRTIO_NET_HDR_F_NEEDS_CSUM;
		model_to_le(header + 6, 2, 0xfff0); /* csum_start */
	}
	if (broken(m, net_num_buffers_one))
		buffers = 1;
	if (broken(m, net_num_buffers_zero) && !model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF))
		buffers = 0;
	if (header_length == VIRTIO_NET_HDR_BYTES)
		model_to_le(header + VIRTIO_NET_HDR_LEGACY_BYTES, 2, buffers);
}

/* Writes LENGTH bytes of DATA to the beginning of the chain's buffer, as far as they fit. */
static uint32_t fill(struct model *m, const uint8_t *data, uint32_t length)
{
	uint32_t piece = (uint32_t)model_min(usable(m), length);

	return model_chain_write(m, 0, data, piece) ? piece : 0;
}

/* 5.1.9.4.1: without GUEST_CSUM the driver gets frames with complete checksums. */
static void spoil_checksum(const struct model *m, uint8_t *frame, uint32_t length)
{
	enum { PROTOCOL = 23, TRANSPORT = 34, TCP = 6, UDP = 17 };
	uint32_t at = 0;

	if (!broken(m, net_rx_checksum_broken) || ethertype(frame) != ETHERTYPE_IPV4 || length <= TRANSPORT)
		return;
	if (frame[PROTOCOL] == TCP)
		at = TRANSPORT + 16;
	if (frame[PROTOCOL] == UDP)
		at = TRANSPORT + 6;
	if (at && at + 2 <= length)
		frame[at] ^= 0xff;
}

/*
 * Puts one frame into as many buffers as it needs, and publishes them together (5.1.9.4.1). The header, in the first
 * buffer, contains their number, so the sizes are added up before the first is written.
 */
static void deliver(struct model *m)
{
	const uint8_t *frame = m->net.frame[m->net.first];
	uint32_t header_length = header_bytes(m), total = header_length + m->net.length[m->net.first], room = 0,
		 done = 0;
	uint16_t head[MERGED_MAX], count = 0, index;
	bool merge = model_negotiated(m, VIRTIO_NET_F_MRG_RXBUF), apart;
	uint8_t *packet = m->net.packet;

	if (some_left_to_publish(m, &index)) {
		model_queue_publish_one(m, index);
		return;
	}
	if (!steer(m, frame, &index))
		return;
	apart = broken(m, net_rx_header_apart) && !merge;
	while (room < total && count < (merge ? MERGED_MAX : apart ? 2 : 1)) {
		if (!model_queue_take(m, index, &head[count]) || !model_chain_walk(m, index, head[count]))
			break;
		room += (uint32_t)model_min(apart && !count ? header_length : usable(m), total);
		count++;
	}
	if (m->error)
		return;
	m->queue[index].starved = false;
	if (room < total) {
		model_queue_untake(m, index, count);
		if (!merge || count == MERGED_MAX)
			drop(m); /* it will never fit */
		return;
	}
	make_header(m, packet, header_length, count);
	for (uint32_t i = header_length; i < total; i++)
		packet[i] = frame[i - header_length];
	spoil_checksum(m, packet + header_length, total - header_length);
	for (uint16_t i = 0; i < count; i++) {
		uint32_t piece;

		if (!model_chain_walk(m, index, head[i]))
			return;
		piece = fill(m, packet + done, apart && !i ? header_length : total - done);
		if (m->error)
			return;
		done += piece;
		model_queue_stage(m, index, head[i], piece, false);
	}
	drop(m);
	if (!m->error && broken(m, net_merge_one_by_one))
		model_queue_publish_one(m, index);
	else if (!m->error)
		model_queue_publish(m, index);
}

/* 5.1.4: read-only for the driver; legacy: mac is writable (5.1.4.2). */
static void config_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (!model_is_legacy(m) || !model_offers(m, VIRTIO_NET_F_MAC) ||
	    offset + width > VIRTIO_NET_CONFIG_MAC + MAC_BYTES)
		return;
	model_config_put(m, offset, width, value);
	for (unsigned i = 0; i < MAC_BYTES; i++)
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

static void defaults(struct model_config *config)
{
	static const uint8_t mac[MAC_BYTES] = { 0x02, 0x54, 0x53, 0x00, 0x00, 0x01 };

	config->net.pairs = 2;
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
	VIRTIO_NET_F_CSUM,	VIRTIO_NET_F_GUEST_CSUM,    VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
	VIRTIO_NET_F_MTU,	VIRTIO_NET_F_MAC,	    VIRTIO_NET_F_MRG_RXBUF,
	VIRTIO_NET_F_STATUS,	VIRTIO_NET_F_CTRL_VQ,	    VIRTIO_NET_F_CTRL_RX,
	VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_GUEST_ANNOUNCE,
	VIRTIO_NET_F_MQ,	VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_SPEED_DUPLEX,
};

/* 5.1.3.1; the last two 5.1.4.1 */
static const struct model_dependency dependencies[] = {
	{ VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VQ, false },
	{ VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_VQ, false },
	{ VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_CTRL_VQ, false },
	{ VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_VQ, false },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_VQ, false },
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CTRL_VQ, true },
	{ VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_CTRL_VQ, true },
};

static const struct model_shown shown[] = {
	MODEL_SHOWN(feature_without_dependency, VIRTIO_NET_F_CTRL_VQ, false),
	MODEL_SHOWN(offers_foreign_bit, 4, true),
	MODEL_SHOWN(net_rss_table_short, VIRTIO_NET_F_RSS, true),
	MODEL_SHOWN(net_tx_trusts_hdr_len, VIRTIO_NET_F_HOST_TSO4, true),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_HASH_REPORT, true),
	/* a feature of the control queue, without that queue */
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_VQ, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_RX, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_VLAN, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_RX_EXTRA, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_GUEST_ANNOUNCE, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_MQ, false),
	MODEL_SHOWN(net_hash_report_alone, VIRTIO_NET_F_CTRL_MAC_ADDR, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_VQ, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_RX, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_VLAN, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_GUEST_ANNOUNCE, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_MQ, false),
	MODEL_SHOWN(net_rx_extra_alone, VIRTIO_NET_F_CTRL_MAC_ADDR, false),
};

static const struct model_overlay overlays[] = {
	{ MODEL_DEFECT_net_rss_table_short, VIRTIO_NET_CONFIG_RSS_MAX_KEY_SIZE, 1, 40 },
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
	.config_change = config_change,
	.ask = ask,
	.input = receive,
};
