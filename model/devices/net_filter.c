/* SPDX-License-Identifier: BSD-2-Clause */
/* Which incoming frames the driver of a network device receives: receive modes (5.1.9.5.1), the tables of MAC addresses
 * (5.1.9.5.2) and of VLANs (5.1.9.5.3), and the commands that set them. */
#include "model/devices/net_filter.h"

#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/net_frame.h"
#include "model/features.h"
#include "model/oddities/odd.h"
#include "model/space.h"

enum { TAG_AT = 14, VLAN_MASK = 4095, VLAN_PRIORITY = 0xe000, VLAN_BIT_11 = 0x800 };

enum destination { UNICAST, MULTICAST, BROADCAST };

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
	for (unsigned i = 0; i < MODEL_MAC_BYTES; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* For a defect. */
static bool near_mac(const uint8_t *a, const uint8_t *b)
{
	for (unsigned i = 0; i < MODEL_MAC_BYTES - 1; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* ---- the commands ---- */

/* A defect: the command has a side effect on another mode. */
static void disturb_modes(struct model *m, unsigned code, bool on)
{
	bool *mode = m->net.mode;

	if (broken(m, net_promisc_off_clears) && code == VIRTIO_NET_CTRL_RX_PROMISC && !on)
		mode[VIRTIO_NET_CTRL_RX_ALLMULTI] = false;
	if (broken(m, net_allmulti_clears_groups) && code == VIRTIO_NET_CTRL_RX_ALLMULTI && !on)
		m->net.table[MULTICAST].count = 0;
	if (broken(m, net_alluni_clears) && code == VIRTIO_NET_CTRL_RX_ALLUNI)
		mode[VIRTIO_NET_CTRL_RX_NOMULTI] = mode[VIRTIO_NET_CTRL_RX_NOBCAST] = false;
}

/* 5.1.9.5.1 */
bool model_net_set_mode(struct model *m, struct model_net_command *c)
{
	bool extra = c->code > VIRTIO_NET_CTRL_RX_ALLMULTI;
	uint32_t on = model_net_get(m, c, 1);

	if (extra ? broken(m, net_rx_extra_refused) : broken(m, net_promisc_refused))
		return false;
	if (!model_negotiated(m, extra ? VIRTIO_NET_F_CTRL_RX_EXTRA : VIRTIO_NET_F_CTRL_RX))
		return false;
	if (!c->valid || on > 1 || c->code >= MODEL_NET_MODES)
		return false;
	if (on || !broken(m, net_mode_stays_on))
		m->net.mode[c->code] = on && !(broken(m, net_mode_toggles) && m->net.mode[c->code]);
	disturb_modes(m, c->code, on);
	return true;
}

/* A defect: the table does not hold all that it was given. */
static bool forgotten(const struct model *m, uint32_t index, uint32_t entries)
{
	return (broken(m, net_mac_table_first_only) && index > 0) ||
	       (broken(m, net_mac_table_last_lost) && entries > 1 && index == entries - 1) ||
	       (broken(m, net_mac_table_pairs) && entries > 2 && index % 2 == 1);
}

/* If more addresses come than fit, that kind is not filtered, which the specification allows. */
static void fill_table(struct model *m, struct model_net_command *c, struct model_net_macs *table, uint32_t entries)
{
	uint8_t mac[MODEL_MAC_BYTES];

	if (!broken(m, net_mac_table_adds))
		table->count = 0;
	if (!broken(m, net_overflow_stays))
		table->overflow = false;
	for (uint32_t i = 0; i < entries && model_net_get_bytes(m, c, mac, MODEL_MAC_BYTES); i++) {
		if (forgotten(m, i, entries))
			continue;
		if (table->count == (odd(m, net_macs_2) ? 2 : MODEL_NET_MACS_MAX)) {
			table->overflow = !broken(m, net_mac_overflow_drops);
			continue;
		}
		for (unsigned k = 0; k < MODEL_MAC_BYTES; k++)
			table->mac[table->count][k] = mac[k];
		table->count++;
	}
}

/* 5.1.9.5.2: unicast addresses, then multicast ones. */
bool model_net_set_mac_table(struct model *m, struct model_net_command *c)
{
	for (int kind = 0; kind < MODEL_NET_KINDS; kind++) {
		uint32_t entries = model_net_get(m, c, 4);

		if (odd(m, net_macs_refused) && entries > 16)
			return false;
		if (broken(m, net_mac_table_kept) && m->net.table[kind].count && entries)
			c->offset += (uint64_t)entries * MODEL_MAC_BYTES;
		else
			fill_table(m, c, &m->net.table[kind], entries);
	}
	if (broken(m, net_table_clears_modes))
		m->net.mode[VIRTIO_NET_CTRL_RX_ALLMULTI] = false;
	m->net.table_late = broken(m, net_mac_table_late);
	return c->valid;
}

static unsigned count_vlans(const struct model *m)
{
	unsigned count = 0;

	for (unsigned i = 0; i <= VLAN_MASK; i++)
		count += model_bit(m->net.vlans, i);
	return count;
}

static void clear_vlans(struct model *m)
{
	for (unsigned i = 0; i < sizeof m->net.vlans / sizeof m->net.vlans[0]; i++)
		m->net.vlans[i] = 0;
}

static void copy_mac(uint8_t *to, const uint8_t *from)
{
	for (unsigned i = 0; i < MODEL_MAC_BYTES; i++)
		to[i] = from[i];
}

bool model_net_set_mac(struct model *m, struct model_net_command *c)
{
	uint8_t mac[MODEL_MAC_BYTES];

	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_MAC_ADDR) || !model_net_get_bytes(m, c, mac, MODEL_MAC_BYTES))
		return false;
	if (broken(m, net_mac_same_refused) && same_mac(mac, m->net.mac))
		return false;
	if (broken(m, net_mac_addr_clears_vlans))
		clear_vlans(m);
	if (broken(m, net_mac_addr_clears_modes))
		m->net.mode[VIRTIO_NET_CTRL_RX_ALLMULTI] = false;
	if (broken(m, net_mac_addr_keeps_old))
		copy_mac(m->net.old_mac, m->net.mac);
	if (!broken(m, net_mac_addr_not_in_filter))
		copy_mac(m->net.mac, mac);
	if (broken(m, net_mac_addr_clears_table))
		m->net.table[UNICAST].count = m->net.table[MULTICAST].count = 0;
	if (model_negotiated(m, VIRTIO_NET_F_MAC) && !broken(m, net_mac_addr_not_in_config))
		model_config_put(m, VIRTIO_NET_CONFIG_MAC, MODEL_MAC_BYTES, model_le(mac, MODEL_MAC_BYTES));
	if (odd(m, net_mac_notifies))
		m->config_changed = true;
	if (broken(m, net_mac_addr_spills) && model_offers(m, VIRTIO_NET_F_STATUS))
		model_config_put(m, VIRTIO_NET_CONFIG_STATUS, 2, 0);
	return true;
}

/* 5.1.9.5.3 */
bool model_net_set_vlan(struct model *m, struct model_net_command *c)
{
	uint32_t *vlans = m->net.vlans, id = model_net_get(m, c, 2);
	bool add = c->code == VIRTIO_NET_CTRL_VLAN_ADD;

	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_VLAN) || !c->valid || id > VLAN_MASK ||
	    c->code > VIRTIO_NET_CTRL_VLAN_DEL)
		return false;
	if (add ? broken(m, net_vlan_neighbours_lost) : broken(m, net_vlan_del_neighbours))
		vlans[id / 32] = 0;
	if (!add && broken(m, net_vlan_del_inert))
		return true;
	if (add && ((broken(m, net_vlan_zero_inert) && !id) || (broken(m, net_vlan_last_inert) && id >= VLAN_MASK - 1)))
		return true;
	if (broken(m, net_vlan_clears_macs) && add)
		m->net.table[UNICAST].count = m->net.table[MULTICAST].count = 0;
	if (broken(m, net_vlan_16_at_most) && add && count_vlans(m) >= 16)
		return true;
	if ((broken(m, net_vlan_add_toggles) && add) || (broken(m, net_vlan_del_toggles) && !add)) {
		model_set_bit(vlans, id, !model_bit(vlans, id));
		return true;
	}
	if (broken(m, net_vlan_bit_11_ignored))
		model_set_bit(vlans, id ^ VLAN_BIT_11, add);
	model_set_bit(vlans, id, add);
	return true;
}

/* ---- the frames ---- */

static uint8_t hash_of_mac(const uint8_t *mac)
{
	uint8_t hash = 0;

	for (unsigned i = 0; i < MODEL_MAC_BYTES; i++)
		hash ^= mac[i];
	return (hash ^ hash >> 4) & 15;
}

static bool in_table(const struct model *m, enum destination kind, const uint8_t *mac)
{
	const struct model_net_macs *table = &m->net.table[kind];
	bool inert = kind == UNICAST ? broken(m, net_unicast_table_inert) : broken(m, net_multicast_table_inert);

	if (table->overflow)
		return true;
	for (unsigned i = 0; i < table->count && !m->net.table_late && !inert; i++)
		if (same_mac(table->mac[i], mac) ||
		    (broken(m, net_mac_last_byte_ignored) && near_mac(table->mac[i], mac)) ||
		    (odd(m, net_filters_by_hash) && hash_of_mac(table->mac[i]) == hash_of_mac(mac)))
			return true;
	return false;
}

static bool has_tag(const uint8_t *frame)
{
	return model_be16(frame + 12) == ETHERTYPE_VLAN;
}

/* For defects. */
static bool any_queue_reset(const struct model *m)
{
	for (unsigned i = 0; i < MODEL_QUEUES_MAX; i++)
		if (m->queue[i].reset_once)
			return true;
	return false;
}

static bool drops_wrongly(const struct model *m, enum destination to, bool tagged)
{
	if (tagged && ((broken(m, net_vlan_broadcast_lost) && to == BROADCAST) ||
		       (broken(m, net_vlan_multicast_lost) && to == MULTICAST)))
		return true;
	return ((broken(m, net_queue_reset_clears_modes) && to == MULTICAST) ||
		(broken(m, net_queue_reset_clears_vlans) && tagged)) &&
	       any_queue_reset(m);
}

/* With a defect, filters are in force although the driver did not ask for them. */
static bool drops_tags_unasked(const struct model *m)
{
	return broken(m, net_vlan_dropped) ||
	       (broken(m, net_vlan_dropped_with_rx) && model_negotiated(m, VIRTIO_NET_F_CTRL_RX));
}

static bool wanted_vlan(const struct model *m, const uint8_t *frame)
{
	uint32_t tag;

	if (!has_tag(frame))
		return true;
	if (!model_negotiated(m, VIRTIO_NET_F_CTRL_VLAN))
		return !drops_tags_unasked(m);
	tag = model_be16(frame + TAG_AT);
	if (broken(m, net_vlan_priority_is_0) && (tag & VLAN_PRIORITY))
		tag = 0;
	if (broken(m, net_vlan_needs_rx) && !model_negotiated(m, VIRTIO_NET_F_CTRL_RX))
		return false;
	if (broken(m, net_vlan_add_inert) || (broken(m, net_vlan_priority_dropped) && (tag & VLAN_PRIORITY)))
		return false;
	for (uint32_t other = tag & 15; other <= VLAN_MASK && odd(m, net_filters_by_hash); other += 16)
		if (model_bit(m->net.vlans, other))
			return true;
	return broken(m, net_vlan_filter_inert) || model_bit(m->net.vlans, tag & VLAN_MASK);
}

static enum destination destination(const uint8_t *frame)
{
	static const uint8_t broadcast[MODEL_MAC_BYTES] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return same_mac(frame, broadcast) ? BROADCAST : frame[0] & 1 ? MULTICAST : UNICAST;
}

/* NOMULTI, NOUNI, NOBCAST: each concerns its own kind of address only, and overrides ALLMULTI and ALLUNI. */
static bool suppressed(const struct model *m, enum destination to)
{
	const bool *mode = m->net.mode;

	switch (to) {
	case UNICAST:
		return mode[VIRTIO_NET_CTRL_RX_NOUNI] && !broken(m, net_nouni_inert) &&
		       !(broken(m, net_nouni_loses) && mode[VIRTIO_NET_CTRL_RX_ALLUNI]);
	case MULTICAST:
		if (broken(m, net_nobcast_blocks_multicast) && mode[VIRTIO_NET_CTRL_RX_NOBCAST])
			return true;
		return mode[VIRTIO_NET_CTRL_RX_NOMULTI] && !broken(m, net_nomulti_inert) &&
		       !(broken(m, net_nomulti_loses) && mode[VIRTIO_NET_CTRL_RX_ALLMULTI]);
	case BROADCAST:
		if (broken(m, net_nomulti_blocks_broadcast) && mode[VIRTIO_NET_CTRL_RX_NOMULTI])
			return true;
		return mode[VIRTIO_NET_CTRL_RX_NOBCAST] && !broken(m, net_nobcast_inert) &&
		       !(broken(m, net_nobcast_loses) && mode[VIRTIO_NET_CTRL_RX_ALLMULTI]);
	}
	return false;
}

static bool wanted_multicast(const struct model *m, const uint8_t *mac)
{
	const bool *mode = m->net.mode;

	return (mode[VIRTIO_NET_CTRL_RX_ALLMULTI] && !broken(m, net_allmulti_inert)) ||
	       (mode[VIRTIO_NET_CTRL_RX_ALLUNI] && broken(m, net_alluni_is_promisc)) ||
	       !model_negotiated(m, VIRTIO_NET_F_CTRL_RX) || in_table(m, MULTICAST, mac);
}

static bool wanted_unicast(const struct model *m, const uint8_t *mac)
{
	const struct model_net *n = &m->net;

	if (same_mac(mac, n->mac))
		return !(broken(m, net_own_address_filtered) && model_negotiated(m, VIRTIO_NET_F_CTRL_RX)) &&
		       !(broken(m, net_mac_overflow_drops_own) && n->table[UNICAST].overflow);
	if (n->mode[VIRTIO_NET_CTRL_RX_ALLUNI] && broken(m, net_alluni_drops_table) && in_table(m, UNICAST, mac))
		return false;
	return (n->mode[VIRTIO_NET_CTRL_RX_ALLUNI] && !broken(m, net_alluni_inert)) ||
	       (n->mode[VIRTIO_NET_CTRL_RX_ALLMULTI] && broken(m, net_allmulti_is_promisc)) ||
	       !model_negotiated(m, VIRTIO_NET_F_MAC) || in_table(m, UNICAST, mac) || broken(m, net_mac_filter_inert) ||
	       (broken(m, net_mac_addr_keeps_old) && same_mac(mac, n->old_mac));
}

/* A driver without CTRL_RX cannot name its multicast groups, and a driver without MAC chooses its own address, so their
 * frames are not filtered. */
bool model_net_wanted(const struct model *m, const uint8_t *frame)
{
	enum destination to = destination(frame);
	bool no = suppressed(m, to);

	if (odd(m, net_filters_nothing))
		return true;
	if (drops_wrongly(m, to, has_tag(frame)))
		return false;
	if (m->net.mode[VIRTIO_NET_CTRL_RX_PROMISC] && !broken(m, net_promisc_inert) &&
	    !(broken(m, net_promisc_loses) && no))
		return !(broken(m, net_promisc_keeps_vlans) && !wanted_vlan(m, frame));
	if (no || !wanted_vlan(m, frame))
		return false;
	if (broken(m, net_tags_bypass_addresses) && has_tag(frame))
		return true;
	switch (to) {
	case UNICAST:
		return wanted_unicast(m, frame);
	case MULTICAST:
		return wanted_multicast(m, frame);
	case BROADCAST:
		break;
	}
	return !(broken(m, net_broadcast_filtered) && model_negotiated(m, VIRTIO_NET_F_CTRL_RX));
}

/* ---- reset ---- */

/* 5.1.9.5.2.1 */
void model_net_filter_reset(struct model *m)
{
	static const uint16_t kept[MODEL_NET_MODES] = {
		[VIRTIO_NET_CTRL_RX_PROMISC] = MODEL_DEFECT_net_reset_keeps_promisc,
		[VIRTIO_NET_CTRL_RX_ALLMULTI] = MODEL_DEFECT_net_reset_keeps_allmulti,
		[VIRTIO_NET_CTRL_RX_ALLUNI] = MODEL_DEFECT_net_reset_keeps_alluni,
		[VIRTIO_NET_CTRL_RX_NOMULTI] = MODEL_DEFECT_net_reset_keeps_nomulti,
		[VIRTIO_NET_CTRL_RX_NOUNI] = MODEL_DEFECT_net_reset_keeps_nouni,
		[VIRTIO_NET_CTRL_RX_NOBCAST] = MODEL_DEFECT_net_reset_keeps_nobcast,
	};
	struct model_net *n = &m->net;

	for (unsigned i = 0; i < MODEL_NET_MODES; i++)
		if (!model_has(m, (enum model_defect)kept[i]) && !m->defective.served_late)
			n->mode[i] = false;
	n->mode[VIRTIO_NET_CTRL_RX_PROMISC] |= odd(m, net_starts_promiscuous);
	if (!broken(m, net_reset_keeps_macs))
		n->table[UNICAST].count = 0;
	if (!broken(m, net_reset_keeps_groups))
		n->table[MULTICAST].count = 0;
	if (!broken(m, net_reset_keeps_overflow))
		n->table[UNICAST].overflow = n->table[MULTICAST].overflow = false;
	if (!broken(m, net_reset_keeps_vlans))
		clear_vlans(m);
	copy_mac(n->old_mac, m->config.net.mac);
	if (!broken(m, net_reset_keeps_mac) || !n->named)
		copy_mac(n->mac, m->config.net.mac);
	n->named = true;
	model_config_put(m, VIRTIO_NET_CONFIG_MAC, MODEL_MAC_BYTES, model_le(n->mac, MODEL_MAC_BYTES));
}
