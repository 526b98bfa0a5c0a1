// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, hashes of received packets: receive-side scaling (5.1.9.5.7) uses them to choose a virtqueue, and
 * with HASH_REPORT they stand in the header (5.1.9.4.3, 5.1.9.4.5). The checks calculate the same hash (flow.h) for
 * many packets and compare.
 *
 * How devices break: a fixed key, ports in the wrong order, the mask left out, hash types that were not enabled; a
 * configuration that outlives a reset. In the field all connections end on one CPU, or a driver that trusts the hash
 * puts packets into the wrong flow.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/control.h"
#include "tests/checks/support/pairs.h"

#define RSS    .type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_RSS)
#define REPORT .type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_HASH_REPORT)

enum {
	ALL_TYPES = (1 << VIRTIO_NET_HASH_TYPES) - 1,
	V4_TYPES = 1 << VIRTIO_NET_HASH_IPV4 | 1 << VIRTIO_NET_HASH_TCPV4 | 1 << VIRTIO_NET_HASH_UDPV4,
	TABLE_MAX = 128, /* entries that every device has room for (5.1.4.1) */
	NUMBERS = 3,	 /* flows of each kind */
};

/* The key of Microsoft's verification suite for RSS, and another one. */
static const uint8_t usual_key[FLOW_KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};
static const uint8_t other_key[FLOW_KEY_BYTES] = {
	0x11, 0xa2, 0x03, 0x94, 0xf5, 0x86, 0x67, 0xd8, 0x49, 0xba, 0x2b, 0x1c, 0xed, 0x5e,
	0xcf, 0x30, 0x81, 0x72, 0xe3, 0x54, 0xc5, 0x36, 0xa7, 0x18, 0x89, 0xfa, 0x6b, 0xdc,
	0x4d, 0xbe, 0x2f, 0x90, 0xd1, 0x42, 0xb3, 0x24, 0x95, 0x06, 0x77, 0xe8,
};

/* Kinds of packets; each has NUMBERS flows. */
static const struct flow kinds[] = {
	{ .protocol = FLOW_TCP },
	{ .protocol = FLOW_UDP },
	{ .protocol = FLOW_OTHER },
	{ .v6 = true, .protocol = FLOW_TCP },
	{ .v6 = true, .protocol = FLOW_UDP },
	{ .v6 = true, .protocol = FLOW_OTHER },
	{ .v6 = true, .protocol = FLOW_TCP, .extensions = FLOW_HOME },
	{ .v6 = true, .protocol = FLOW_UDP, .extensions = FLOW_ROUTING },
	{ .v6 = true, .protocol = FLOW_OTHER, .extensions = FLOW_HOME | FLOW_ROUTING },
	{ .v6 = true, .protocol = FLOW_TCP, .extensions = FLOW_OPTIONS },
	{ .protocol = FLOW_UDP, .fragment = true },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), FLOWS = KINDS * NUMBERS };

static struct flow flow_number(unsigned i)
{
	struct flow flow = kinds[i % KINDS];

	flow.machines = (uint8_t)(7 + i * 11);
	flow.number = (uint8_t)(i * 3);
	return flow;
}

static const char *flow_name(const struct flow *flow)
{
	static const char *const names[][3] = {
		{ "TCP over IPv4", "UDP over IPv4", "another protocol over IPv4" },
		{ "TCP over IPv6", "UDP over IPv6", "another protocol over IPv6" },
		{ "TCP over IPv6 with extension headers", "UDP over IPv6 with extension headers",
		  "another protocol over IPv6 with extension headers" },
	};

	if (flow->fragment)
		return "a fragment over IPv4";
	return names[flow->v6 + (flow->extensions != 0)][flow->protocol == FLOW_TCP   ? 0
							 : flow->protocol == FLOW_UDP ? 1
										      : 2];
}

/* The hash types that we know and the device supports. */
static uint32_t supported_types(struct device *d)
{
	return config_read(&d->transport, VIRTIO_NET_CONFIG_SUPPORTED_HASH_TYPES, 4) & ALL_TYPES;
}

/* ---- receive-side scaling (5.1.9.5.7) ---- */

struct rss {
	uint32_t types;
	uint16_t mask, unclassified;
	uint16_t table[TABLE_MAX]; /* receive virtqueues, counted from 0 */
	const uint8_t *key;
};

static uint8_t *put_le(uint8_t *at, uint64_t value, unsigned bytes)
{
	memcpy(at, &value, bytes);
	return at + bytes;
}

/* Sends RSS_CONFIG and returns the ack. (rss_rq_id holds bits 1 to 16 of the index of a virtqueue: that of receiveqN is
 * N - 1.) */
static uint8_t configure(struct run *t, const struct rss *rss)
{
	uint8_t data[4 + 2 + 2 + 2 * TABLE_MAX + 2 + 1 + FLOW_KEY_BYTES], *at = data;

	at = put_le(put_le(put_le(at, rss->types, 4), rss->mask, 2), rss->unclassified, 2);
	for (unsigned i = 0; i <= rss->mask && i < TABLE_MAX; i++)
		at = put_le(at, rss->table[i], 2);
	at = put_le(put_le(at, pairs.count, 2), FLOW_KEY_BYTES, 1);
	memcpy(at, rss->key, FLOW_KEY_BYTES);
	return control_command(t, &pairs.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG, data,
			       (uint32_t)(at - data) + FLOW_KEY_BYTES);
}

static void start_rss(struct run *t, struct device *d, struct features more)
{
	pairs_need_flows(t, d);
	if (!device_offers(d, VIRTIO_NET_F_CTRL_VQ))
		skip(t, "the device offers RSS without CTRL_VQ, see features.dependencies");
	pairs_start(t, d, features_with(more, VIRTIO_NET_F_RSS), 2);
}

/* A table of so many entries with virtqueues at random, but the first and the last entry differ. */
static struct rss make_rss(struct run *t, struct device *d, uint16_t entries, const uint8_t *key)
{
	struct rss rss = { .types = supported_types(d), .mask = (uint16_t)(entries - 1), .key = key };

	for (unsigned i = 0; i < entries; i++)
		rss.table[i] = (uint16_t)random_below(&t->random, pairs.count);
	rss.table[0] = 0;
	rss.table[entries - 1] = (uint16_t)(pairs.count - 1);
	rss.unclassified = (uint16_t)(pairs.count - 1);
	return rss;
}

static void need_configured(struct run *t, const struct rss *rss)
{
	need_row(t, configure(t, rss) == VIRTIO_NET_OK, "net-rss-03", "RSS_CONFIG gets OK");
}

static unsigned destination(const struct rss *rss, const struct flow *flow)
{
	struct flow_hash hash = flow_hash(flow, rss->types, rss->key);

	return hash.report == VIRTIO_NET_HASH_REPORT_NONE ? rss->unclassified : rss->table[hash.value & rss->mask];
}

/* A packet that arrives nowhere ends the check, because each costs a long wait. */
static void expect_destination(struct run *t, struct device *d, const struct rss *rss, const struct flow *flow)
{
	unsigned want = destination(rss, flow), arrived = pairs_arrival(t, d, flow);

	require(t, arrived != PAIRS_NOWHERE,
		"a packet (%s, types 0x%x, %u entries) arrives in receiveq%u: it arrives in none", flow_name(flow),
		rss->types, rss->mask + 1, want + 1);
	expect(t, arrived == want,
	       "a packet (%s, types 0x%x, %u entries) arrives in receiveq%u: it arrives in receiveq%u", flow_name(flow),
	       rss->types, rss->mask + 1, want + 1, arrived + 1);
}

static void expect_destinations(struct run *t, struct device *d, const struct rss *rss)
{
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);

		expect_destination(t, d, rss, &flow);
	}
}

/* The same as a precondition: net.rss-table reports it. */
static void need_destinations(struct run *t, struct device *d, const struct rss *rss)
{
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);

		need_row(t, pairs_arrival(t, d, &flow) == destination(rss, &flow), "net-rss-01",
			 "a packet (%s) arrives where the indirection table says", flow_name(&flow));
	}
}

/* Breaks: ERR for a valid configuration. */
CHECK(rss_accepted, "net.rss-config", REQ("net-rss-03"), DESCRIBED, NEEDS(RSS),
      "RSS_CONFIG accepts tables of every power of two up to 128 entries, and every supported hash type")
{
	start_rss(t, d, NO_FEATURES);
	for (uint16_t entries = 1; entries <= TABLE_MAX; entries *= 2) {
		struct rss rss = make_rss(t, d, entries, usual_key);

		expect_eq(t, configure(t, &rss), VIRTIO_NET_OK, "ack of RSS_CONFIG with a table of %u", entries);
	}
	for (unsigned type = 0; type < VIRTIO_NET_HASH_TYPES; type++) {
		struct rss rss = make_rss(t, d, 2, usual_key);

		rss.types &= 1u << type;
		if (rss.types)
			expect_eq(t, configure(t, &rss), VIRTIO_NET_OK, "ack of RSS_CONFIG with hash type %u", type);
	}
}

/*
 * Breaks: part of the table is used, the wrong bits of the hash, or another key. Symptom: connections arrive at a CPU
 * that does not wait for them.
 */
CHECK(rss_table, "net.rss-table", REQ("net-rss-01"), MUST, NEEDS(RSS),
      "A packet arrives in the virtqueue that the indirection table has for its hash")
{
	static const uint16_t sizes[] = { TABLE_MAX, 2, 16, 1 };

	start_rss(t, d, NO_FEATURES);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !(i && pairs_late()); i++) {
		struct rss rss = make_rss(t, d, sizes[i], i % 2 ? other_key : usual_key);

		need_configured(t, &rss);
		expect_destinations(t, d, &rss);
	}
}

/* Breaks: the last entry, or the first, is never used. */
CHECK(rss_entries, "net.rss-table-entries", REQ("net-rss-01"), MUST, NEEDS(RSS),
      "Every entry of an indirection table is used, the last one too")
{
	enum { ENTRIES = 8, TRIED = 200 };
	struct rss rss;

	start_rss(t, d, NO_FEATURES);
	for (unsigned entry = 0; entry < ENTRIES && !(entry && pairs_late()); entry++) {
		rss = make_rss(t, d, ENTRIES, other_key);
		for (unsigned i = 0; i < ENTRIES; i++)
			rss.table[i] = i == entry ? (uint16_t)(pairs.count - 1) : 0;
		rss.unclassified = 0;
		need_configured(t, &rss);
		for (unsigned i = 0; i < TRIED; i++) {
			struct flow flow = { .protocol = i % 2 ? FLOW_TCP : FLOW_UDP,
					     .machines = (uint8_t)i,
					     .number = (uint8_t)(i / 2) };
			struct flow_hash hash = flow_hash(&flow, rss.types, rss.key);

			if (hash.report == VIRTIO_NET_HASH_REPORT_NONE || (hash.value & rss.mask) != entry)
				continue;
			expect_destination(t, d, &rss, &flow);
			break;
		}
	}
}

/* Breaks: hash types that were not enabled count, or those that fit best do not win. */
CHECK(rss_types, "net.rss-hash-types", REQ("net-rss-01", "net-hash-04", "net-hash-05", "net-hash-06"), MUST, NEEDS(RSS),
      "The enabled hash types decide over which fields the hash goes")
{
	static const uint32_t sets[] = {
		1 << VIRTIO_NET_HASH_IPV4 | 1 << VIRTIO_NET_HASH_IPV6,
		1 << VIRTIO_NET_HASH_TCPV4 | 1 << VIRTIO_NET_HASH_TCPV6,
		1 << VIRTIO_NET_HASH_UDPV4 | 1 << VIRTIO_NET_HASH_UDPV6,
		V4_TYPES,
		1 << VIRTIO_NET_HASH_IP_EX,
		1 << VIRTIO_NET_HASH_TCP_EX | 1 << VIRTIO_NET_HASH_IPV6,
	};
	unsigned judged = 0;

	start_rss(t, d, NO_FEATURES);
	for (unsigned i = 0; i < sizeof(sets) / sizeof(sets[0]) && !(judged && pairs_late()); i++) {
		struct rss rss = make_rss(t, d, 32, usual_key);

		if ((supported_types(d) & sets[i]) != sets[i])
			continue;
		rss.types = sets[i];
		need_configured(t, &rss);
		expect_destinations(t, d, &rss);
		judged++;
	}
	if (!judged)
		skip(t, "the device supports hash types 0x%x only", supported_types(d));
}

/* Breaks: packets without a hash are dropped, or arrive in receiveq1. Symptom: no ARP, and so nothing at all. */
CHECK(rss_unclassified, "net.rss-unclassified", REQ("net-rss-01"), MUST, NEEDS(RSS),
      "A packet without a hash arrives in the virtqueue for unclassified packets")
{
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];

	start_rss(t, d, NO_FEATURES);
	net_mac(d, mac);
	for (unsigned queue = 0; queue < pairs.count; queue++) {
		struct rss rss = make_rss(t, d, 4, usual_key);
		unsigned arrived;

		for (unsigned i = 0; i <= rss.mask; i++)
			rss.table[i] = (uint16_t)((queue + 1) % pairs.count);
		rss.unclassified = (uint16_t)queue;
		need_configured(t, &rss);
		memset(frame, (int)(0x30 + queue), sizeof(frame));
		memcpy(frame, mac, sizeof(mac));
		memcpy(frame + 6, wire_other_mac, sizeof(mac));
		net_put16(frame + 12, ETHERTYPE_LOCAL_EXPERIMENTAL);
		arrived = pairs_arrival_of(t, d, frame, sizeof(frame));
		expect(t, arrived == queue, "a packet that is not IP arrives in receiveq%u", queue + 1);
	}
}

/* Breaks: a second configuration is ignored, or mixed with the first. */
CHECK(rss_again, "net.rss-config-again", REQ("net-rss-01"), MUST, NEEDS(RSS),
      "A new RSS_CONFIG takes the place of the former one")
{
	struct rss rss;

	start_rss(t, d, NO_FEATURES);
	rss = make_rss(t, d, 8, usual_key);
	need_configured(t, &rss);
	for (unsigned i = 0; i <= rss.mask; i++)
		rss.table[i] = (uint16_t)((rss.table[i] + 1) % pairs.count);
	rss.unclassified = 0;
	need_configured(t, &rss);
	expect_destinations(t, d, &rss);
}

/* Breaks: a packet waits, or arrives where it does not belong, while its virtqueue is reset. */
CHECK(rss_in_reset, "net.rss-drops-while-reset", REQ("net-rss-02"), MUST, NEEDS(RSS),
      "A packet for a receive virtqueue that is reset is dropped, and others arrive")
{
	struct rss rss;
	unsigned last;

	if (!device_offers(d, VIRTIO_F_RING_RESET))
		skip(t, "the device does not offer RING_RESET");
	start_rss(t, d, FEATURE(VIRTIO_F_RING_RESET));
	last = pairs.count - 1;
	rss = make_rss(t, d, 2, usual_key);
	need_configured(t, &rss);
	need_destinations(t, d, &rss);
	pairs_reset_receiver(t, d, last);
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);
		unsigned want = destination(&rss, &flow);

		if (want == last)
			pairs_send_watched(t, d, &flow);
		else
			require(t, pairs_arrival(t, d, &flow) == want,
				"a packet for another virtqueue than the one in reset arrives there");
		expect(t, !pairs_watched_came(), "a packet for the virtqueue in reset does not arrive in another one");
	}
	pairs_enable_receiver(t, d, last);
	expect_destinations(t, d, &rss);
	expect(t, !pairs_watched_came(), "a packet from the time of the reset does not arrive later");
}

/* Breaks: VQ_PAIRS_SET leaves the table in force, or RSS_CONFIG the steering by flow. */
CHECK(rss_last_command, "net.rss-or-flows", REQ("net-rss-04"), DESCRIBED, NEEDS(RSS),
      "The last command decides between the indirection table and automatic steering")
{
	struct rss rss;

	if (!device_offers(d, VIRTIO_NET_F_MQ))
		skip(t, "the device does not offer MQ beside RSS");
	start_rss(t, d, FEATURE(VIRTIO_NET_F_MQ));
	rss = make_rss(t, d, 4, usual_key);
	for (unsigned i = 0; i <= rss.mask; i++)
		rss.table[i] = (uint16_t)(pairs.count - 1);
	need_configured(t, &rss);
	need_destinations(t, d, &rss);
	pairs_enable(t, 1);
	for (unsigned i = 0; i < KINDS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);

		require_eq(t, pairs_arrival(t, d, &flow), 0,
			   "receive virtqueue, from 0, of a packet (%s) after VQ_PAIRS_SET with 1 undid RSS_CONFIG",
			   flow_name(&flow));
	}
	need_configured(t, &rss);
	expect_destinations(t, d, &rss);
}

/* Breaks: the table outlives a reset. Symptom: after a reboot some connections of the guest hang. */
CHECK(rss_after_reset, "net.rss-after-reset", REQ("net-rss-05"), DESCRIBED, NEEDS(RSS),
      "After a reset packets arrive in receiveq1 until the driver configures RSS again")
{
	struct rss rss;

	start_rss(t, d, NO_FEATURES);
	rss = make_rss(t, d, TABLE_MAX, usual_key);
	for (unsigned i = 0; i < TABLE_MAX; i++)
		rss.table[i] = (uint16_t)(1 + i % (pairs.count - 1));
	need_configured(t, &rss);
	need_destinations(t, d, &rss);
	start_rss(t, d, NO_FEATURES);
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);

		require_eq(t, pairs_arrival(t, d, &flow), 0,
			   "receive virtqueue, from 0, of a packet (%s) before RSS_CONFIG in a new life",
			   flow_name(&flow));
	}
}

/* Breaks: the table, or the steering, is lost in a queue reset. */
CHECK(rss_queue_reset, "net.rss-survives-queue-reset", REQ("net-mq-09"), SHOULD, NEEDS(RSS),
      "The RSS configuration survives the reset of a receive virtqueue")
{
	struct rss rss;

	if (!device_offers(d, VIRTIO_F_RING_RESET))
		skip(t, "the device does not offer RING_RESET");
	start_rss(t, d, FEATURE(VIRTIO_F_RING_RESET));
	rss = make_rss(t, d, 8, usual_key);
	need_configured(t, &rss);
	need_destinations(t, d, &rss);
	pairs_reset_receiver(t, d, 0);
	pairs_enable_receiver(t, d, 0);
	expect_destinations(t, d, &rss);
}

/* Breaks: RSS_CONFIG enables receive virtqueues only. Symptom: some connections never come up. */
CHECK(rss_transmits, "net.rss-transmits-on-every-pair", REQ("net-rss-07"), DESCRIBED, NEEDS(RSS),
      "After RSS_CONFIG, what is queued on any transmit virtqueue up to max_tx_vq is sent")
{
	struct rss rss;

	wire_need_answers(t, d);
	start_rss(t, d, NO_FEATURES);
	rss = make_rss(t, d, 4, usual_key);
	need_configured(t, &rss);
	for (unsigned i = 0; i < pairs.count; i++)
		expect(t, pairs_answered(t, d, i), "an ARP request on transmitq%u is answered", i + 1);
}

/* Breaks: an index is taken as it comes. (A driver must not send such a configuration: what it gets is open.) */
CHECK(rss_invalid, "net.rss-config-invalid", REQ("net-rss-06"), ROBUST, NEEDS(RSS),
      "After invalid configurations of RSS the device works, at the latest after a reset")
{
	struct rss rss;

	start_rss(t, d, NO_FEATURES);
	t->controlled = true; /* it starts: that it does not any more would be the fault of these commands */
	rss = make_rss(t, d, 8, usual_key);
	need_configured(t, &rss);
	need_destinations(t, d, &rss);
	rss.mask = 6;
	expect(t, configure(t, &rss) <= VIRTIO_NET_ERR, "RSS_CONFIG with a mask of 6 is answered");
	rss.mask = 0xffff;
	expect(t, configure(t, &rss) <= VIRTIO_NET_ERR, "RSS_CONFIG with a mask of 0xffff is answered");
	rss.mask = 7;
	rss.types = 0xffffffff;
	expect(t, configure(t, &rss) <= VIRTIO_NET_ERR, "RSS_CONFIG with all hash types is answered");
	rss.types = supported_types(d);
	rss.unclassified = 0x7fff;
	expect(t, configure(t, &rss) <= VIRTIO_NET_ERR, "RSS_CONFIG with an unclassified virtqueue 0x7fff is answered");
	rss.unclassified = 0;
	rss.table[7] = (uint16_t)pairs.most;
	expect(t, configure(t, &rss) <= VIRTIO_NET_ERR, "RSS_CONFIG with a virtqueue beyond the last is answered");
	start_rss(t, d, NO_FEATURES);
	rss = make_rss(t, d, 8, usual_key);
	expect_eq(t, configure(t, &rss), VIRTIO_NET_OK, "ack of a valid RSS_CONFIG after a reset");
	expect_destinations(t, d, &rss);
}

/* ---- hashes in the header (5.1.9.4.5) ---- */

/*
 * Starts the device with HASH_REPORT, and with RSS if the check wants that. Otherwise it uses automatic receive
 * steering, for which HASH_CONFIG must be there (5.1.9.5.6.4), if it can.
 */
static void start_report(struct run *t, struct device *d, bool rss)
{
	rss |= device_offers(d, VIRTIO_NET_F_RSS) && !device_offers(d, VIRTIO_NET_F_MQ);
	pairs_need_flows(t, d);
	if (!device_offers(d, VIRTIO_NET_F_CTRL_VQ))
		skip(t, "the device offers HASH_REPORT without CTRL_VQ, see net.hash-report-needs-control");
	pairs_start(t, d, FEATURES(VIRTIO_NET_F_HASH_REPORT, rss ? VIRTIO_NET_F_RSS : VIRTIO_NET_F_MQ), 1);
}

/* HASH_CONFIG, or RSS_CONFIG if RSS was accepted. Returns the ack. */
static uint8_t configure_hash(struct run *t, struct device *d, uint32_t types, const uint8_t *key)
{
	uint8_t data[4 + 8 + 1 + FLOW_KEY_BYTES];
	struct rss rss = { .types = types, .key = key };

	if (device_accepted(d, VIRTIO_NET_F_RSS))
		return configure(t, &rss);
	put_le(put_le(put_le(data, types, 4), 0, 8), FLOW_KEY_BYTES, 1);
	memcpy(data + 13, key, FLOW_KEY_BYTES);
	return control_command(t, &pairs.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_HASH_CONFIG, data,
			       sizeof(data));
}

static void need_hash(struct run *t, struct device *d, uint32_t types, const uint8_t *key)
{
	need_row(t, configure_hash(t, d, types, key) == VIRTIO_NET_OK, "net-hash-09",
		 "the command that configures hashes gets OK");
}

/* Receives a packet of the flow. */
static void receive(struct run *t, struct device *d, const struct flow *flow)
{
	need_row(t, pairs_arrival(t, d, flow) != PAIRS_NOWHERE, "net-hash-10",
		 "a packet (%s) arrives behind a header of 20 bytes", flow_name(flow));
}

static void expect_hashes(struct run *t, struct device *d, uint32_t types, const uint8_t *key)
{
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);
		struct flow_hash want = flow_hash(&flow, types, key);

		receive(t, d, &flow);
		expect_eq(t, wire_packet.header.hash_report, want.report,
			  "hash_report of a packet (%s) with hash types 0x%x", flow_name(&flow), types);
		if (want.report != VIRTIO_NET_HASH_REPORT_NONE && wire_packet.header.hash_report == want.report)
			expect_eq(t, wire_packet.header.hash_value, want.value,
				  "hash_value of a packet (%s) with hash types 0x%x", flow_name(&flow), types);
	}
}

static void expect_no_hashes(struct run *t, struct device *d, const char *when)
{
	for (unsigned i = 0; i < KINDS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);

		receive(t, d, &flow);
		expect_eq(t, wire_packet.header.hash_report, VIRTIO_NET_HASH_REPORT_NONE,
			  "hash_report of a packet (%s) %s", flow_name(&flow), when);
	}
}

/* Breaks: the header has 12 bytes still. Symptom: all frames are shifted. */
CHECK(hash_header, "net.hash-header-size", REQ("net-hash-10"), DESCRIBED, NEEDS(REPORT),
      "With HASH_REPORT, the header of packets is 20 bytes in both directions")
{
	struct flow flow = flow_number(0);

	for (unsigned merge = 0; merge < 2; merge++) {
		pairs_need_flows(t, d);
		pairs_start(t, d,
			    merge ? FEATURES(VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_MRG_RXBUF)
				  : FEATURE(VIRTIO_NET_F_HASH_REPORT),
			    1);
		receive(t, d, &flow);
		expect_eq(t, wire_packet.header.num_buffers, 1, "num_buffers %s MRG_RXBUF", merge ? "with" : "without");
		expect_eq(t, wire_packet.header.hash_report, VIRTIO_NET_HASH_REPORT_NONE,
			  "hash_report before the driver enables hash types");
	}
}

/* Breaks: a key and types of the device's own are in force at first. */
CHECK(hash_initial, "net.hash-none-at-first", REQ("net-hash-08"), DESCRIBED, NEEDS(REPORT),
      "hash_report is NONE until the driver enables hash types, and again when it disables them")
{
	start_report(t, d, false);
	expect_no_hashes(t, d, "before any hash type is enabled");
	need_hash(t, d, supported_types(d), usual_key);
	need_hash(t, d, 0, usual_key);
	expect_no_hashes(t, d, "after all hash types were disabled");
}

/* Breaks: another byte order, ports left out or swapped, another key, or a neighbour's number as type. */
CHECK(hash_values, "net.hash-values", REQ("net-hash-07", "net-hash-04", "net-hash-05", "net-hash-06"), DESCRIBED,
      NEEDS(REPORT), "hash_value and hash_report are those of the Toeplitz hash over the packet's fields")
{
	static const uint8_t *const keys[] = { usual_key, other_key };

	start_report(t, d, false);
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]) && !(i && pairs_late()); i++) {
		need_hash(t, d, supported_types(d), keys[i]);
		expect_hashes(t, d, supported_types(d), keys[i]);
	}
}

/* Breaks: types that were not enabled count, or the best one is missing and no other takes its place. */
CHECK(hash_types, "net.hash-types", REQ("net-hash-04", "net-hash-05", "net-hash-06"), DESCRIBED, NEEDS(REPORT),
      "Each hash type by itself is used for its own packets, and for no others")
{
	start_report(t, d, false);
	for (unsigned type = 0; type < VIRTIO_NET_HASH_TYPES && !(type && pairs_late()); type++) {
		if (!(supported_types(d) >> type & 1))
			continue;
		need_hash(t, d, 1u << type, usual_key);
		expect_hashes(t, d, 1u << type, usual_key);
	}
}

/* Breaks: what is no IP packet gets a hash. */
CHECK(hash_not_ip, "net.hash-none-for-other-packets", REQ("net-hash-08"), DESCRIBED, NEEDS(REPORT),
      "hash_report of a packet that is not IP is NONE")
{
	uint8_t frame[ETHERNET_FRAME_MIN] = { 0 }, mac[6];

	start_report(t, d, false);
	need_hash(t, d, supported_types(d), usual_key);
	net_mac(d, mac);
	memcpy(frame, mac, sizeof(mac));
	memcpy(frame + 6, wire_other_mac, sizeof(mac));
	net_put16(frame + 12, ETHERTYPE_LOCAL_EXPERIMENTAL);
	frame[14] = 0x45;
	need_row(t, pairs_arrival_of(t, d, frame, sizeof(frame)) != PAIRS_NOWHERE, "net-hash-10",
		 "a packet arrives behind a header of 20 bytes");
	expect_eq(t, wire_packet.header.hash_report, VIRTIO_NET_HASH_REPORT_NONE,
		  "hash_report of a packet that is not IP");
}

/* Breaks: with RSS, HASH_CONFIG is expected. */
CHECK(hash_with_rss, "net.hash-with-rss", REQ("net-hash-07"), DESCRIBED, NEEDS(REPORT),
      "With RSS and HASH_REPORT, the hash of RSS_CONFIG is reported")
{
	if (!device_offers(d, VIRTIO_NET_F_RSS))
		skip(t, "the device does not offer RSS beside HASH_REPORT");
	start_report(t, d, true);
	need_hash(t, d, supported_types(d), other_key);
	expect_hashes(t, d, supported_types(d), other_key);
}

/* Breaks: the configuration outlives a reset. */
CHECK(hash_after_reset, "net.hash-after-reset", REQ("net-hash-08"), DESCRIBED, NEEDS(REPORT),
      "No hash type of a former driver is in force after a reset")
{
	start_report(t, d, false);
	need_hash(t, d, supported_types(d), usual_key);
	start_report(t, d, false);
	expect_no_hashes(t, d, "after a reset");
}

/* Breaks: ERR for the one command that HASH_REPORT promises. */
CHECK(hash_config, "net.hash-config", REQ("net-hash-09"), MUST, NEEDS(REPORT),
      "With HASH_REPORT, the command that configures hashes is supported")
{
	for (unsigned rss = 0; rss < 2; rss++) {
		start_report(t, d, rss);
		expect_eq(t, configure_hash(t, d, supported_types(d), usual_key), VIRTIO_NET_OK, "ack of %s",
			  device_accepted(d, VIRTIO_NET_F_RSS) ? "RSS_CONFIG" : "HASH_CONFIG");
	}
}
