/* SPDX-License-Identifier: BSD-2-Clause */
/* The control virtqueue of the network device (5.1.9.5), and the filter of incoming frames that its commands set. */
#include "model/devices/net_control.h"

#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/features.h"
#include "model/space.h"

enum { MAC_BYTES = 6, COMMAND = 2, VLAN_MASK = 4095 };

/* A command and its data. A read beyond the end of the data makes the command invalid. */
struct command {
	uint8_t class, code;
	uint64_t offset; /* of the next byte to read */
	bool valid;
};

static uint32_t get(struct model *m, struct command *c, unsigned width)
{
	uint8_t bytes[4] = { 0 };

	if (c->offset + width > m->chain.readable || !model_chain_read(m, c->offset, bytes, width))
		c->valid = false;
	c->offset += width;
	if (broken(m, net_legacy_control_big_endian))
		return ((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3]) >>
		       (8 * (4 - width));
	return (uint32_t)model_le(bytes, width);
}

static bool get_mac(struct model *m, struct command *c, uint8_t mac[MAC_BYTES])
{
	if (c->offset + MAC_BYTES > m->chain.readable || !model_chain_read(m, c->offset, mac, MAC_BYTES))
		c->valid = false;
	c->offset += MAC_BYTES;
	return c->valid;
}

/* 5.1.9.5.1 */
static bool receive_mode(struct model *m, struct command *c)
{
	struct model_net *n = &m->net;
	bool *mode[] = { &n->promiscuous,  &n->all_multicast, &n->all_unicast,
			 &n->no_multicast, &n->no_unicast,    &n->no_broadcast };
	uint32_t on = get(m, c, 1);

	if (c->code <= VIRTIO_NET_CTRL_RX_ALLMULTI ? broken(m, net_promisc_refused) : broken(m, net_rx_extra_refused))
		return false;
	if (!model_negotiated(m, c->code <= VIRTIO_NET_CTRL_RX_ALLMULTI ? VIRTIO_NET_F_CTRL_RX
									: VIRTIO_NET_F_CTRL_RX_EXTRA))
		return false;
	if (!c->valid || on > 1 || c->code >= sizeof mode / sizeof mode[0])
		return false;
	*mode[c->code] = on;
	return true;
}

/* 5.1.9.5.2: unicast addresses, then multicast ones. If more come than fit, that kind is not filtered, which the
 * specification allows. */
static bool set_mac_table(struct model *m, struct command *c)
{
	struct model_net *n = &m->net;
	uint64_t first = c->offset;
	uint8_t mac[MAC_BYTES];

	/* the first pass checks that the data is complete, the second keeps it */
	for (int pass = 0; pass < 2; pass++) {
		c->offset = first;
		for (int table = 0; table < 2; table++) {
			uint32_t entries = get(m, c, 4);
			bool *overflow = table ? &n->multicast_overflow : &n->unicast_overflow;

			if (!c->valid || entries > (m->chain.readable - c->offset) / MAC_BYTES)
				return false;
			if (pass == 0) {
				c->offset += (uint64_t)entries * MAC_BYTES;
				continue;
			}
			if (table == 0 && !broken(m, net_mac_table_adds))
				n->mac_count = 0;
			*overflow = entries > (uint32_t)(MODEL_NET_MACS_MAX - n->mac_count);
			for (uint32_t i = 0; i < entries && get_mac(m, c, mac); i++) {
				for (unsigned k = 0; k < MAC_BYTES && !*overflow; k++)
					n->macs[n->mac_count][k] = mac[k];
				n->mac_count = (uint8_t)(n->mac_count + !*overflow);
			}
		}
	}
	n->table_late = broken(m, net_mac_table_late);
	return c->valid;
}

static bool set_mac(struct model *m, struct command *c)
{
	uint8_t mac[MAC_BYTES];

	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_MAC_ADDR) || !get_mac(m, c, mac))
		return false;
	for (unsigned i = 0; i < MAC_BYTES; i++)
		m->net.mac[i] = mac[i];
	if (model_negotiated(m, VIRTIO_NET_F_MAC) && !broken(m, net_mac_addr_not_in_config))
		model_config_put(m, VIRTIO_NET_CONFIG_MAC, MAC_BYTES, model_le(mac, MAC_BYTES));
	return true;
}

/* 5.1.9.5.3 */
static bool filter_vlan(struct model *m, struct command *c)
{
	uint32_t id = get(m, c, 2);

	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_VLAN) || !c->valid || id > VLAN_MASK ||
	    c->code > VIRTIO_NET_CTRL_VLAN_DEL)
		return false;
	model_set_bit(m->net.vlans, id, c->code == VIRTIO_NET_CTRL_VLAN_ADD);
	return true;
}

/* 5.1.9.5.4 */
static bool acknowledge_announcement(struct model *m, const struct command *c)
{
	uint32_t status = model_config_read(m, VIRTIO_NET_CONFIG_STATUS, 2);

	if (!model_negotiated(m, VIRTIO_NET_F_GUEST_ANNOUNCE) || c->code != VIRTIO_NET_CTRL_ANNOUNCE_ACK)
		return false;
	if (!broken(m, net_announce_ack_inert))
		model_config_put(m, VIRTIO_NET_CONFIG_STATUS, 2, status & ~(uint32_t)VIRTIO_NET_S_ANNOUNCE);
	return true;
}

/* 5.1.9.5.6 */
static bool set_pairs(struct model *m, struct command *c)
{
	uint32_t count = get(m, c, 2);

	if (!model_negotiated(m, VIRTIO_NET_F_MQ) || c->code != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET)
		return false;
	if (!c->valid || count < 1 || count > m->config.net.pairs)
		return false;
	m->net.active_pairs = (uint16_t)count;
	m->net.pairs_set = true;
	return true;
}

/* 5.1.9.5.9: the driver may set a subset of what was negotiated. */
static bool set_offloads(struct model *m, struct command *c)
{
	static const uint8_t known[] = { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6,
					 VIRTIO_NET_F_GUEST_ECN,  VIRTIO_NET_F_GUEST_UFO,  VIRTIO_NET_F_GUEST_USO4,
					 VIRTIO_NET_F_GUEST_USO6 };
	uint64_t set = get(m, c, 4), off = 0;

	set |= (uint64_t)get(m, c, 4) << 32;
	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) || c->code != VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET ||
	    !c->valid)
		return false;
	for (unsigned i = 0; i < sizeof known; i++)
		if (model_negotiated(m, known[i])) {
			off |= ~set & 1ull << known[i];
			set &= ~(1ull << known[i]);
		}
	if (set)
		return false;
	m->net.offloads_off = off;
	return true;
}

static bool execute(struct model *m, struct command *c)
{
	bool filter = c->class == VIRTIO_NET_CTRL_RX ||
		      (c->class == VIRTIO_NET_CTRL_MAC && c->code != VIRTIO_NET_CTRL_MAC_TABLE_SET);

	if (broken(m, net_good_command_fails) && !filter)
		return false;
	switch (c->class) {
	case VIRTIO_NET_CTRL_RX:
		return receive_mode(m, c);
	case VIRTIO_NET_CTRL_MAC:
		if (c->code == VIRTIO_NET_CTRL_MAC_TABLE_SET)
			return model_negotiated(m, VIRTIO_NET_F_CTRL_RX) && set_mac_table(m, c);
		return c->code == VIRTIO_NET_CTRL_MAC_ADDR_SET && set_mac(m, c);
	case VIRTIO_NET_CTRL_VLAN:
		return filter_vlan(m, c);
	case VIRTIO_NET_CTRL_ANNOUNCE:
		return acknowledge_announcement(m, c);
	case VIRTIO_NET_CTRL_MQ:
		return set_pairs(m, c);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return set_offloads(m, c);
	}
	return broken(m, net_unknown_class_ok);
}

/* The ack is the first writable byte. */
uint32_t model_net_command(struct model *m)
{
	struct command c = { .valid = true };
	uint8_t ack;

	if (!m->chain.writable)
		return 0;
	m->net.table_late = false;
	c.class = (uint8_t)get(m, &c, 1);
	c.code = (uint8_t)get(m, &c, 1);
	ack = c.valid && execute(m, &c) ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	if (m->error || !model_chain_write(m, 0, &ack, 1))
		return 0;
	if (broken(m, net_ack_four_bytes)) {
		const uint8_t more[3] = { 0 };
		m->host.write(m->host.context, m->chain.segment[m->chain.readable_count].address + 1, more,
			      sizeof more);
		return 4;
	}
	return 1;
}

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
	for (unsigned i = 0; i < MAC_BYTES; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static bool in_table(const struct model *m, const uint8_t *mac)
{
	for (unsigned i = 0; i < m->net.mac_count && !m->net.table_late; i++)
		if (same_mac(m->net.macs[i], mac))
			return true;
	return false;
}

static bool wanted_vlan(const struct model *m, const uint8_t *frame, uint32_t length)
{
	if (length < 16 || (frame[12] << 8 | frame[13]) != ETHERTYPE_VLAN)
		return true;
	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_VLAN))
		return !broken(m, net_vlan_dropped);
	if (broken(m, net_vlan_add_inert))
		return false;
	return broken(m, net_vlan_filter_inert) || model_bit(m->net.vlans, (frame[14] << 8 | frame[15]) & VLAN_MASK);
}

enum destination { UNICAST, MULTICAST, BROADCAST };

static enum destination destination(const uint8_t *frame)
{
	static const uint8_t broadcast[MAC_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return same_mac(frame, broadcast) ? BROADCAST : frame[0] & 1 ? MULTICAST : UNICAST;
}

/* NOMULTI, NOUNI, NOBCAST: each concerns its own kind of address only, and overrides ALLMULTI and ALLUNI. */
static bool suppressed(const struct model *m, enum destination to)
{
	const struct model_net *n = &m->net;

	switch (to) {
	case UNICAST:
		return n->no_unicast && !broken(m, net_nouni_inert) && !(broken(m, net_nouni_loses) && n->all_unicast);
	case MULTICAST:
		return n->no_multicast && !broken(m, net_nomulti_inert) &&
		       !(broken(m, net_nomulti_loses) && n->all_multicast);
	case BROADCAST:
		if (broken(m, net_nomulti_blocks_broadcast) && n->no_multicast)
			return true;
		return n->no_broadcast && !broken(m, net_nobcast_inert) &&
		       !(broken(m, net_nobcast_loses) && n->all_multicast);
	}
	return false;
}

/*
 * 5.1.9.5.1 to 5.1.9.5.3. A driver without CTRL_RX cannot name its multicast groups, and a driver without MAC chooses
 * its own address, so their frames are not filtered.
 */
bool model_net_wanted(const struct model *m, const uint8_t *frame, uint32_t length)
{
	const struct model_net *n = &m->net;
	enum destination to = destination(frame);
	bool no = suppressed(m, to);

	if (n->promiscuous && !broken(m, net_promisc_inert) && !(broken(m, net_promisc_loses) && no))
		return true;
	if (no || !wanted_vlan(m, frame, length))
		return false;
	if (to == MULTICAST)
		return (n->all_multicast && !broken(m, net_allmulti_inert)) || n->multicast_overflow ||
		       !model_negotiated(m, VIRTIO_NET_F_CTRL_RX) || in_table(m, frame);
	if (to == UNICAST)
		return (n->all_unicast && !broken(m, net_alluni_inert)) || n->unicast_overflow ||
		       !model_negotiated(m, VIRTIO_NET_F_MAC) || same_mac(frame, n->mac) || in_table(m, frame) ||
		       broken(m, net_mac_filter_inert);
	return true;
}
