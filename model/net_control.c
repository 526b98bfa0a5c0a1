/* SPDX-License-Identifier: BSD-2-Clause */
/* The control virtqueue of the network device (5.1.9.5), and what its commands are about: which incoming frames the driver wants. */
#include "model/internal.h"

#include "drivers/spec/net.h"

enum { MAC_BYTES = 6, COMMAND = 2, VLAN_MASK = 4095 };

/* A command and its data; reading beyond the data's end makes it invalid. */
struct command {
	uint8_t class, code;
	uint64_t offset; /* of the data not read yet */
	bool valid;
};

static uint32_t get(struct model *m, struct command *c, unsigned width)
{
	uint8_t bytes[4] = { 0 };

	if (c->offset + width > m->chain.readable || !model_chain_read(m, c->offset, bytes, width))
		c->valid = false;
	c->offset += width;
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
	bool *mode[] = { &n->promiscuous, &n->all_multicast, &n->all_unicast, &n->no_multicast, &n->no_unicast, &n->no_broadcast };
	uint32_t on = get(m, c, 1);

	if (!model_negotiated(m, c->code <= VIRTIO_NET_CTRL_RX_ALLMULTI ? VIRTIO_NET_F_CTRL_RX : VIRTIO_NET_F_CTRL_RX_EXTRA))
		return false;
	if (!c->valid || on > 1 || c->code >= sizeof mode / sizeof mode[0])
		return false;
	*mode[c->code] = on;
	return true;
}

/* 5.1.9.5.2: unicast addresses, then multicast ones. More than fit: that kind is not filtered, which the specification allows. */
static bool set_mac_table(struct model *m, struct command *c)
{
	struct model_net *n = &m->net;
	uint64_t first = c->offset;
	uint8_t mac[MAC_BYTES];

	/* once to see that it is whole, once to keep it */
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
			if (table == 0)
				n->mac_count = 0;
			*overflow = entries > (uint32_t)(MODEL_NET_MACS_MAX - n->mac_count);
			for (uint32_t i = 0; i < entries && get_mac(m, c, mac); i++) {
				for (unsigned k = 0; k < MAC_BYTES && !*overflow; k++)
					n->macs[n->mac_count][k] = mac[k];
				n->mac_count = (uint8_t)(n->mac_count + !*overflow);
			}
		}
	}
	return c->valid;
}

static bool set_mac(struct model *m, struct command *c)
{
	uint8_t mac[MAC_BYTES];

	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_MAC_ADDR) || !get_mac(m, c, mac))
		return false;
	for (unsigned i = 0; i < MAC_BYTES; i++)
		m->net.mac[i] = mac[i];
	if (model_negotiated(m, VIRTIO_NET_F_MAC))
		model_config_put(m, VIRTIO_NET_CONFIG_MAC, MAC_BYTES, model_le(mac, MAC_BYTES));
	return true;
}

/* 5.1.9.5.3 */
static bool filter_vlan(struct model *m, struct command *c)
{
	uint32_t id = get(m, c, 2);

	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_VLAN) || !c->valid || id > VLAN_MASK || c->code > VIRTIO_NET_CTRL_VLAN_DEL)
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
	return true;
}

static bool execute(struct model *m, struct command *c)
{
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
	}
	return false;
}

/* The ack is the first writable byte. */
uint32_t model_net_command(struct model *m)
{
	struct command c = { .valid = true };
	uint8_t ack;

	if (!m->chain.writable)
		return 0;
	c.class = (uint8_t)get(m, &c, 1);
	c.code = (uint8_t)get(m, &c, 1);
	ack = c.valid && execute(m, &c) ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	return !m->error && model_chain_write(m, 0, &ack, 1) ? 1 : 0;
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
	for (unsigned i = 0; i < m->net.mac_count; i++)
		if (same_mac(m->net.macs[i], mac))
			return true;
	return false;
}

static bool wanted_vlan(const struct model *m, const uint8_t *frame, uint32_t length)
{
	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_VLAN) || length < 16 || (frame[12] << 8 | frame[13]) != ETHERTYPE_VLAN)
		return true;
	return model_bit(m->net.vlans, (frame[14] << 8 | frame[15]) & VLAN_MASK);
}

/*
 * 5.1.9.5.1 to 5.1.9.5.3. A driver that did not accept CTRL_RX cannot name the groups it is in, one that did not accept MAC has an address of its own
 * choice: neither is filtered.
 */
bool model_net_wanted(const struct model *m, const uint8_t *frame, uint32_t length)
{
	static const uint8_t broadcast[MAC_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct model_net *n = &m->net;

	if (n->promiscuous)
		return true;
	if (!wanted_vlan(m, frame, length))
		return false;
	if (same_mac(frame, broadcast))
		return !n->no_broadcast;
	if (frame[0] & 1)
		return !n->no_multicast &&
		       (n->all_multicast || n->multicast_overflow || !model_negotiated(m, VIRTIO_NET_F_CTRL_RX) || in_table(m, frame));
	return !n->no_unicast && (n->all_unicast || n->unicast_overflow || !model_negotiated(m, VIRTIO_NET_F_MAC) || same_mac(frame, n->mac) ||
				  in_table(m, frame));
}
