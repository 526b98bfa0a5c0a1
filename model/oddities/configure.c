/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/oddities/configure.h"

#include "drivers/spec/blk.h"
#include "drivers/spec/console.h"
#include "drivers/spec/features.h"
#include "drivers/spec/net.h"
#include "model/devices/backend.h"
#include "model/oddities/odd.h"

/* An oddity that offers a feature, or does not offer it. */
struct choice {
	uint16_t oddity;
	uint8_t feature;
	bool on;
};
#define OFFERS(ID, FEATURE)                      \
	{                                        \
		MODEL_ODDITY_##ID, FEATURE, true \
	}
#define LACKS(ID, FEATURE)                        \
	{                                         \
		MODEL_ODDITY_##ID, FEATURE, false \
	}

static const struct choice any_type[] = {
	OFFERS(future_bit_18, 18),
	OFFERS(future_bits_45_to_47, 45),
	OFFERS(future_bits_45_to_47, 46),
	OFFERS(future_bits_45_to_47, 47),
	OFFERS(future_bit_44, 44),
	OFFERS(future_bit_71, 71),
	OFFERS(future_bit_127, 127),
	LACKS(no_indirect, VIRTIO_F_INDIRECT_DESC),
	LACKS(no_event_idx, VIRTIO_F_EVENT_IDX),
	LACKS(no_ring_features, VIRTIO_F_INDIRECT_DESC),
	LACKS(no_ring_features, VIRTIO_F_EVENT_IDX),
	LACKS(no_ring_features, VIRTIO_F_IN_ORDER),
	LACKS(no_ring_features, VIRTIO_F_NOTIFICATION_DATA),
	LACKS(no_ring_features, VIRTIO_F_RING_RESET),
	LACKS(no_in_order, VIRTIO_F_IN_ORDER),
	LACKS(no_ring_reset, VIRTIO_F_RING_RESET),
	LACKS(no_notification_data, VIRTIO_F_NOTIFICATION_DATA),
	LACKS(no_notify_on_empty, VIRTIO_F_NOTIFY_ON_EMPTY),
	OFFERS(access_platform_required, VIRTIO_F_ACCESS_PLATFORM),
	OFFERS(order_platform_required, VIRTIO_F_ORDER_PLATFORM),
	OFFERS(platform_features, VIRTIO_F_ACCESS_PLATFORM),
	OFFERS(platform_features, VIRTIO_F_ORDER_PLATFORM),
	OFFERS(packed_only, VIRTIO_F_RING_PACKED),
};

static const struct choice block[] = {
	LACKS(blk_writethrough, VIRTIO_BLK_F_FLUSH),	       LACKS(blk_writethrough, VIRTIO_BLK_F_CONFIG_WCE),
	OFFERS(blk_host_managed, VIRTIO_BLK_F_ZONED),	       OFFERS(blk_host_aware, VIRTIO_BLK_F_ZONED),
	OFFERS(blk_drive_managed, VIRTIO_BLK_F_ZONED),	       LACKS(blk_no_size_max, VIRTIO_BLK_F_SIZE_MAX),
	LACKS(blk_no_seg_max, VIRTIO_BLK_F_SEG_MAX),	       LACKS(blk_no_geometry, VIRTIO_BLK_F_GEOMETRY),
	LACKS(blk_no_blk_size, VIRTIO_BLK_F_BLK_SIZE),	       LACKS(blk_no_topology, VIRTIO_BLK_F_TOPOLOGY),
	LACKS(blk_no_config_wce, VIRTIO_BLK_F_CONFIG_WCE),     LACKS(blk_no_mq, VIRTIO_BLK_F_MQ),
	LACKS(blk_no_discard, VIRTIO_BLK_F_DISCARD),	       LACKS(blk_no_write_zeroes, VIRTIO_BLK_F_WRITE_ZEROES),
	LACKS(blk_no_secure_erase, VIRTIO_BLK_F_SECURE_ERASE), LACKS(blk_no_lifetime, VIRTIO_BLK_F_LIFETIME),
	LACKS(blk_host_managed, VIRTIO_BLK_F_DISCARD), /* 5.2.5.2 */
};

static const struct choice network[] = {
	LACKS(net_no_mac, VIRTIO_NET_F_MAC),
	LACKS(net_no_status, VIRTIO_NET_F_STATUS),
	LACKS(net_no_status, VIRTIO_NET_F_GUEST_ANNOUNCE),
	LACKS(net_no_mtu, VIRTIO_NET_F_MTU),
	LACKS(net_no_control, VIRTIO_NET_F_CTRL_VQ),
	LACKS(net_no_merging, VIRTIO_NET_F_MRG_RXBUF),
	LACKS(net_no_rss, VIRTIO_NET_F_RSS),
	LACKS(net_no_mq, VIRTIO_NET_F_MQ),
	LACKS(net_no_hash_report, VIRTIO_NET_F_HASH_REPORT),
	LACKS(net_no_ctrl_rx, VIRTIO_NET_F_CTRL_RX),
	LACKS(net_no_ctrl_rx_extra, VIRTIO_NET_F_CTRL_RX_EXTRA),
	LACKS(net_no_ctrl_vlan, VIRTIO_NET_F_CTRL_VLAN),
	LACKS(net_no_ctrl_mac_addr, VIRTIO_NET_F_CTRL_MAC_ADDR),
	LACKS(net_no_guest_announce, VIRTIO_NET_F_GUEST_ANNOUNCE),
	LACKS(net_no_ctrl_guest_offloads, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS),
	LACKS(net_no_speed_duplex, VIRTIO_NET_F_SPEED_DUPLEX),
	LACKS(net_no_csum, VIRTIO_NET_F_CSUM),
	LACKS(net_no_guest_csum, VIRTIO_NET_F_GUEST_CSUM),
	LACKS(net_only_tso4, VIRTIO_NET_F_HOST_TSO6),
	LACKS(net_only_tso4, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_only_tso4, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_only_tso4, VIRTIO_NET_F_HOST_USO),
	LACKS(net_only_tso4, VIRTIO_NET_F_GUEST_TSO4),
	LACKS(net_only_tso4, VIRTIO_NET_F_GUEST_TSO6),
	LACKS(net_only_tso4, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_only_tso4, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_only_tso4, VIRTIO_NET_F_GUEST_USO4),
	LACKS(net_only_tso4, VIRTIO_NET_F_GUEST_USO6),
	LACKS(net_only_tso6, VIRTIO_NET_F_HOST_TSO4),
	LACKS(net_only_tso6, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_only_tso6, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_only_tso6, VIRTIO_NET_F_HOST_USO),
	LACKS(net_only_tso6, VIRTIO_NET_F_GUEST_TSO4),
	LACKS(net_only_tso6, VIRTIO_NET_F_GUEST_TSO6),
	LACKS(net_only_tso6, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_only_tso6, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_only_tso6, VIRTIO_NET_F_GUEST_USO4),
	LACKS(net_only_tso6, VIRTIO_NET_F_GUEST_USO6),
	LACKS(net_only_uso, VIRTIO_NET_F_HOST_TSO4),
	LACKS(net_only_uso, VIRTIO_NET_F_HOST_TSO6),
	LACKS(net_only_uso, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_only_uso, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_only_uso, VIRTIO_NET_F_GUEST_TSO4),
	LACKS(net_only_uso, VIRTIO_NET_F_GUEST_TSO6),
	LACKS(net_only_uso, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_only_uso, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_only_uso, VIRTIO_NET_F_GUEST_USO4),
	LACKS(net_only_uso, VIRTIO_NET_F_GUEST_USO6),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_HOST_TSO4),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_HOST_TSO6),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_HOST_USO),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_GUEST_TSO6),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_GUEST_USO4),
	LACKS(net_only_guest_tso4, VIRTIO_NET_F_GUEST_USO6),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_HOST_TSO4),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_HOST_TSO6),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_HOST_USO),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_GUEST_TSO4),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_GUEST_USO4),
	LACKS(net_only_guest_tso6, VIRTIO_NET_F_GUEST_USO6),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_HOST_TSO4),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_HOST_TSO6),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_HOST_USO),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_GUEST_TSO4),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_GUEST_TSO6),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_only_guest_uso, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_no_segmentation, VIRTIO_NET_F_HOST_TSO4),
	LACKS(net_no_segmentation, VIRTIO_NET_F_HOST_TSO6),
	LACKS(net_no_segmentation, VIRTIO_NET_F_HOST_ECN),
	LACKS(net_no_segmentation, VIRTIO_NET_F_HOST_UFO),
	LACKS(net_no_segmentation, VIRTIO_NET_F_HOST_USO),
	LACKS(net_no_segmentation, VIRTIO_NET_F_GUEST_TSO4),
	LACKS(net_no_segmentation, VIRTIO_NET_F_GUEST_TSO6),
	LACKS(net_no_segmentation, VIRTIO_NET_F_GUEST_ECN),
	LACKS(net_no_segmentation, VIRTIO_NET_F_GUEST_UFO),
	LACKS(net_no_segmentation, VIRTIO_NET_F_GUEST_USO4),
	LACKS(net_no_segmentation, VIRTIO_NET_F_GUEST_USO6),
};

static const struct choice console[] = {
	LACKS(con_no_multiport, VIRTIO_CONSOLE_F_MULTIPORT),
	LACKS(con_no_size, VIRTIO_CONSOLE_F_SIZE),
	LACKS(con_no_emergency_write, VIRTIO_CONSOLE_F_EMERG_WRITE),
};

static void choose(struct model_config *c, const struct choice *choices, size_t count, bool on)
{
	for (size_t i = 0; i < count; i++)
		if (choices[i].on == on && model_bit(c->oddities, choices[i].oddity))
			model_set_bit(c->features, choices[i].feature, on);
}

static void choose_all(struct model_config *c, bool on)
{
	choose(c, any_type, sizeof any_type / sizeof any_type[0], on);
	choose(c, block, sizeof block / sizeof block[0], on);
	choose(c, network, sizeof network / sizeof network[0], on);
	choose(c, console, sizeof console / sizeof console[0], on);
}

static void choose_order(struct model_config *c)
{
	if (odd_config(c, completes_backwards) || odd_config(c, completes_in_batches) ||
	    odd_config(c, completes_at_random)) {
		c->in_flight = MODEL_IN_FLIGHT_MAX;
		c->batch = odd_config(c, completes_at_random) ? 2 : 1;
		c->out_of_order = odd_config(c, completes_at_random);
	}
	if (odd_config(c, completes_in_batches))
		c->batch = MODEL_IN_FLIGHT_MAX;
}

static void configure_block(struct model_config *c)
{
	static const char full[20] = { "twenty bytes, no nul" };

	for (unsigned i = 0; i < sizeof c->blk.id; i++) {
		if (odd_config(c, blk_id_short))
			c->blk.id[i] = i ? 0 : 'x';
		if (odd_config(c, blk_id_empty))
			c->blk.id[i] = 0;
		if (odd_config(c, blk_id_of_20))
			c->blk.id[i] = full[i];
	}
	if (odd_config(c, blk_capacity_huge))
		c->blk.sectors = UINT64_C(1) << 40;
	if (odd_config(c, blk_capacity_odd))
		c->blk.sectors -= 5;
	if (odd_config(c, blk_read_only))
		c->blk.read_only = true;
	if (odd_config(c, blk_queues_8))
		c->blk.queues = 8;
	if (odd_config(c, blk_queues_1))
		c->blk.queues = 1;
}

static void configure_network(struct model_config *c)
{
	if (odd_config(c, net_mtu_1280))
		c->net.mtu = 1280;
	if (odd_config(c, net_mtu_68))
		c->net.mtu = 68;
	if (odd_config(c, net_mtu_9000))
		c->net.mtu = 9000;
	if (odd_config(c, net_pairs_1))
		c->net.pairs = 1;
	if (odd_config(c, net_pairs_4))
		c->net.pairs = MODEL_NET_PAIRS_MAX;
}

static void configure_console(struct model_config *c)
{
	if (odd_config(c, con_size_132_by_50)) {
		c->console.cols = 132;
		c->console.rows = 50;
	}
	if (odd_config(c, con_size_1_by_1))
		c->console.cols = c->console.rows = 1;
	if (odd_config(c, con_max_ports_1))
		c->console.max_ports = c->console.ports = 1;
	if (odd_config(c, con_ports_1))
		c->console.ports = 1;
	if (odd_config(c, con_ports_with_gaps))
		c->console.ports = 3; /* and the second is not there */
}

static void lack_type_features(struct model_config *c)
{
	const struct model_backend *backend = model_backend_of(c->device_id);

	for (size_t i = 0; backend && i < backend->features.count && odd_config(c, no_type_features); i++)
		model_set_bit(c->features, backend->features.at[i], false);
}

void model_oddities_configure(struct model_config *c)
{
	if (odd_config(c, vendor_id_0))
		c->vendor_id = 0;
	choose_order(c);
	configure_block(c);
	configure_network(c);
	configure_console(c);
	lack_type_features(c);
	choose_all(c, false);
}

void model_oddities_offer(struct model_config *c)
{
	choose_all(c, true);
}
