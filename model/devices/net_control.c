/* SPDX-License-Identifier: BSD-2-Clause */
/* The control virtqueue of the network device (5.1.9.5): a command is read, carried out and acknowledged. */
#include "model/devices/net_control.h"

#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/chain.h"
#include "model/defects/broken.h"
#include "model/devices/net_command.h"
#include "model/devices/net_filter.h"
#include "model/devices/net_steer.h"
#include "model/features.h"
#include "model/space.h"

/* 5.1.9.5.4 */
static bool acknowledge_announcement(struct model *m, const struct model_net_command *c)
{
	uint32_t status = model_config_read(m, VIRTIO_NET_CONFIG_STATUS, 2);

	if (!model_negotiated(m, VIRTIO_NET_F_GUEST_ANNOUNCE) || c->code != VIRTIO_NET_CTRL_ANNOUNCE_ACK)
		return false;
	if (!broken(m, net_announce_ack_inert))
		model_config_put(m, VIRTIO_NET_CONFIG_STATUS, 2,
				 broken(m, net_announce_ack_clears_link) ? 0
									 : status & ~(uint32_t)VIRTIO_NET_S_ANNOUNCE);
	return true;
}

/* 5.1.9.5.9: the driver may set a subset of what was negotiated. */
static bool set_offloads(struct model *m, struct model_net_command *c)
{
	static const uint8_t known[] = { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6,
					 VIRTIO_NET_F_GUEST_ECN,  VIRTIO_NET_F_GUEST_UFO,  VIRTIO_NET_F_GUEST_USO4,
					 VIRTIO_NET_F_GUEST_USO6 };
	uint64_t set = model_net_get(m, c, 4), off = 0;

	set |= (uint64_t)model_net_get(m, c, 4) << 32;
	if (broken(m, net_offloads_high_half_refused) && set >> 32)
		return false;
	if (broken(m, net_offloads_low_half))
		set &= 0xffffffff;
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

/* For a defect: is there no command with this number in the class? */
static bool is_beyond(const struct model_net_command *c)
{
	static const uint8_t last[] = {
		[VIRTIO_NET_CTRL_RX] = VIRTIO_NET_CTRL_RX_NOBCAST,
		[VIRTIO_NET_CTRL_MAC] = VIRTIO_NET_CTRL_MAC_ADDR_SET,
		[VIRTIO_NET_CTRL_VLAN] = VIRTIO_NET_CTRL_VLAN_DEL,
		[VIRTIO_NET_CTRL_ANNOUNCE] = VIRTIO_NET_CTRL_ANNOUNCE_ACK,
		[VIRTIO_NET_CTRL_MQ] = VIRTIO_NET_CTRL_MQ_HASH_CONFIG,
		[VIRTIO_NET_CTRL_GUEST_OFFLOADS] = VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET,
	};

	return c->class < sizeof last && c->code > last[c->class];
}

static bool execute(struct model *m, struct model_net_command *c)
{
	bool filter = c->class == VIRTIO_NET_CTRL_RX ||
		      (c->class == VIRTIO_NET_CTRL_MAC && c->code != VIRTIO_NET_CTRL_MAC_TABLE_SET);

	if (broken(m, net_good_command_fails) && !filter)
		return false;
	if (broken(m, net_unknown_command_ok) && is_beyond(c))
		return true;
	switch (c->class) {
	case VIRTIO_NET_CTRL_RX:
		return model_net_set_mode(m, c);
	case VIRTIO_NET_CTRL_MAC:
		if (c->code == VIRTIO_NET_CTRL_MAC_TABLE_SET)
			return model_negotiated(m, VIRTIO_NET_F_CTRL_RX) && model_net_set_mac_table(m, c);
		return c->code == VIRTIO_NET_CTRL_MAC_ADDR_SET && model_net_set_mac(m, c);
	case VIRTIO_NET_CTRL_VLAN:
		return model_net_set_vlan(m, c);
	case VIRTIO_NET_CTRL_ANNOUNCE:
		return acknowledge_announcement(m, c);
	case VIRTIO_NET_CTRL_MQ:
		return model_net_set_steering(m, c);
	case VIRTIO_NET_CTRL_GUEST_OFFLOADS:
		return set_offloads(m, c);
	}
	return broken(m, net_unknown_class_ok);
}

/* A defect: all of the buffer becomes the ack. */
static uint32_t fill_with_ack(struct model *m, uint8_t ack)
{
	for (uint64_t i = 1; i < m->chain.writable; i++)
		model_chain_write(m, i, &ack, 1);
	return (uint32_t)m->chain.writable;
}

/* The ack is the first writable byte. */
uint32_t model_net_execute(struct model *m)
{
	struct model_net_command c = { .valid = true };
	uint8_t ack;

	if (!m->chain.writable)
		return 0;
	m->net.table_late = false;
	c.class = (uint8_t)model_net_get(m, &c, 1);
	c.code = (uint8_t)model_net_get(m, &c, 1);
	ack = c.valid && execute(m, &c) ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
	m->defective.fatal |= !c.valid && m->chain.readable == 2 && broken(m, net_malformed_command_fatal);
	if (!model_chain_write(m, 0, &ack, 1))
		return 0;
	if (broken(m, net_ack_fills_buffer))
		return fill_with_ack(m, ack);
	if (broken(m, net_ack_counts_command))
		return (uint32_t)m->chain.readable + 1;
	if (broken(m, net_ack_four_bytes)) {
		const uint8_t more[3] = { 0 };
		m->host.write(m->host.context, m->chain.segment[m->chain.readable_count].address + 1, more,
			      sizeof more);
		return 4;
	}
	return 1;
}
