// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device with several pairs of virtqueues (5.1.9.5.5 to 5.1.9.5.7): how many are in use, and in which one a
 * packet arrives.
 *
 * How devices break: packets are spread over virtqueues that the driver does not look at; the number of pairs outlives
 * a reset; everything arrives in the first virtqueue, so that one CPU does all the work. In the field a guest with
 * several CPUs stalls, or does not get faster.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/control.h"
#include "tests/checks/support/pairs.h"
#include "tests/checks/support/wire.h"

static void start_many_with(struct run *t, struct device *d, struct features more)
{
	pairs_start(t, d, features_with(more, VIRTIO_NET_F_MQ), 2);
}

static void start_many(struct run *t, struct device *d)
{
	start_many_with(t, d, NO_FEATURES);
}

#define MULTIQUEUE \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ)

/*
 * Breaks: the number of virtqueues depends on MQ alone. Symptom: with RSS a driver finds no virtqueue where the control
 * virtqueue should be.
 */
CHECK(pairs_exist, "net.pairs-exist", REQ("net-desc-11"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_CTRL_VQ)),
      "With MQ or RSS accepted all pairs of virtqueues exist, and the control virtqueue behind them")
{
	struct features choices[] = { FEATURE(VIRTIO_NET_F_MQ), FEATURE(VIRTIO_NET_F_RSS),
				      FEATURES(VIRTIO_NET_F_MQ, VIRTIO_NET_F_RSS) };
	unsigned judged = 0;

	for (unsigned i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		uint32_t most;

		require_ok(t, device_reset(d), "the device resets");
		device_greet(d);
		require_ok(t, device_negotiate(d, features_with(choices[i], VIRTIO_NET_F_CTRL_VQ)),
			   "the features are accepted");
		if (!device_accepted(d, VIRTIO_NET_F_MQ) && !device_accepted(d, VIRTIO_NET_F_RSS))
			continue;
		most = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);
		for (uint32_t queue = 0; queue <= 2 * most && queue < DEVICE_QUEUES_SCANNED; queue++) {
			transport_select_queue(&d->transport, (uint16_t)queue);
			expect(t, transport_queue_size_max(&d->transport),
			       "virtqueue %u of %u exists with%s%s accepted", queue, 2 * most + 1,
			       device_accepted(d, VIRTIO_NET_F_MQ) ? " MQ" : "",
			       device_accepted(d, VIRTIO_NET_F_RSS) ? " RSS" : "");
			judged++;
		}
	}
	if (!judged)
		skip(t, "the device offers neither MQ nor RSS");
}

/* Breaks: ERR for a number of pairs that exist. */
CHECK(pairs_accepted, "net.pairs-set", REQ("net-desc-06"), DESCRIBED, NEEDS(MULTIQUEUE),
      "VQ_PAIRS_SET accepts every number of pairs that exist and are set up")
{
	start_many(t, d);
	for (uint16_t i = 1; i <= pairs.count; i++)
		expect_eq(t, pairs_set(t, i), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u", i);
	expect_eq(t, pairs_set(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1 again");
}

/*
 * Breaks: the number is taken as it comes, and used as an index. (A driver must not ask for such a number, so nothing
 * but survival is asked for; a device that says it has done it deserves a warning.)
 */
CHECK(pairs_invalid, "net.pairs-out-of-range", REQ("net-mq-07"), ROBUST, NEEDS(MULTIQUEUE),
      "VQ_PAIRS_SET with no pairs, or more than there are, is refused and does no harm")
{
	start_many(t, d);
	expect_eq(t, pairs_set(t, 0), VIRTIO_NET_ERR, "ack of VQ_PAIRS_SET with 0");
	expect_eq(t, pairs_set(t, (uint16_t)(pairs.most + 1)), VIRTIO_NET_ERR,
		  "ack of VQ_PAIRS_SET with %u of %u pairs", pairs.most + 1, pairs.most);
	expect_eq(t, pairs_set(t, 0xffff), VIRTIO_NET_ERR, "ack of VQ_PAIRS_SET with 0xffff pairs");
	expect_eq(t, pairs_set(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1 after that");
	start_many(t, d);
	expect_eq(t, pairs_set(t, (uint16_t)pairs.count), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u after a reset",
		  pairs.count);
}

/* Breaks: fields in the byte order of the device's own machine. (The values are invalid when they are read so.) */
CHECK(legacy_order, "net.legacy-control-native-endian", REQ("net-leg-03", "net-leg-04", "net-leg-05", "net-leg-06"),
      MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .version = 1, .queues = 2, .features = OFFERS(VIRTIO_NET_F_CTRL_VQ)),
      "The fields of legacy control commands are taken in the byte order of the guest")
{
	struct features features = FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN);
	enum { TAG = 77 };
	uint64_t offloads = 1u << VIRTIO_NET_F_GUEST_CSUM;
	unsigned judged = 0;

	features = features_with(features, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
	control_start(t, d, features_with(features, VIRTIO_NET_F_GUEST_CSUM));
	if (device_accepted(d, VIRTIO_NET_F_CTRL_RX) && ++judged)
		expect_eq(t,
			  control_table(t, d, (struct control_macs){ &wire_other_mac, 1 },
					(struct control_macs){ &wire_group_mac, 1 }),
			  VIRTIO_NET_OK, "ack of MAC_TABLE_SET with tables of 1 entry");
	if (device_accepted(d, VIRTIO_NET_F_CTRL_VLAN) && ++judged)
		expect_eq(t, control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG), VIRTIO_NET_OK,
			  "ack of VLAN_ADD of tag %u", TAG);
	if (device_accepted(d, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) && device_accepted(d, VIRTIO_NET_F_GUEST_CSUM) &&
	    ++judged)
		expect_eq(t,
			  control_command(t, control_queue(d), VIRTIO_NET_CTRL_GUEST_OFFLOADS,
					  VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, &offloads, 8),
			  VIRTIO_NET_OK, "ack of GUEST_OFFLOADS_SET with GUEST_CSUM");
	if (device_offers(d, VIRTIO_NET_F_MQ) &&
	    config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2) > 1 && ++judged) {
		start_many(t, d);
		expect_eq(t, pairs_set(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1");
	}
	if (!judged)
		skip(t, "the device offers no command with such a field");
}

/* Takes what arrived before the number of pairs changed. */
static void take_all(struct run *t)
{
	for (unsigned i = 0; i < pairs.count; i++)
		while (wire_take(t, pairs.receivers[i]))
			;
}

/* Receives some packets and expects none in the virtqueues from `first` on. */
static void expect_quiet_from(struct run *t, struct device *d, unsigned first, const char *when)
{
	enum { ROUNDS = 4 };

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
		struct patience patience = patience_begin(device_patience_ns);
		bool answered = false;

		net_mac(d, mac);
		net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
		wire_transmit(t, d, frame, sizeof(frame));
		while (!answered && WAIT_WITHIN(&patience, pairs_any_packet()))
			for (unsigned i = 0; i < pairs.count; i++) {
				if (!wire_take(t, pairs.receivers[i]))
					continue;
				require(t, i < first, "no packet in receive virtqueue %u %s", i + 1, when);
				answered |= wire_is_answer(mac);
			}
		need_row(t, answered, "net-desc-05", "an answer arrives %s", when);
	}
}

/*
 * Breaks: packets are spread over all virtqueues before the driver looks at more than the first. Symptom: some are
 * never seen.
 */
CHECK(pairs_default, "net.pairs-default", REQ("net-mq-01"), MUST, NEEDS(MULTIQUEUE),
      "After initialisation packets arrive in the first receive virtqueue only")
{
	wire_need_answers(t, d);
	start_many(t, d);
	expect_quiet_from(t, d, 1, "before VQ_PAIRS_SET");
}

/* Breaks: steering still uses the former number of virtqueues. */
CHECK(pairs_fewer, "net.pairs-fewer", REQ("net-mq-02"), MUST, NEEDS(MULTIQUEUE),
      "No packet arrives in virtqueues beyond the number that was set")
{
	wire_need_answers(t, d);
	start_many(t, d);
	for (uint16_t i = (uint16_t)pairs.count; i >= 1; i--) {
		pairs_enable(t, i);
		take_all(t);
		expect_quiet_from(t, d, i, "after VQ_PAIRS_SET with fewer pairs");
	}
}

/* ---- flows (5.1.9.5.6) ---- */

enum { FLOWS = 24, PORTS = 12 };

/*
 * Flow number `number`: IPv4 and IPv6, TCP and UDP in turn, twelve between the same two machines, and the same ports
 * between the next two.
 */
static struct flow flow_number(unsigned number)
{
	return (struct flow){ .v6 = number / 2 % 2,
			      .protocol = number % 2 ? FLOW_TCP : FLOW_UDP,
			      .machines = (uint8_t)(number / PORTS),
			      .number = (uint8_t)(number % PORTS) };
}

/* The pair on which the flow is transmitted: another one for the flows that have the same ports. */
static unsigned pair_of(unsigned number)
{
	return (number + number / PORTS) % pairs.count;
}

/*
 * Brings in a packet of each of many flows, and expects them in virtqueues before `end`. SKIPs if one does not arrive
 * where we look: it may be in no virtqueue at all.
 */
static void expect_flows_before(struct run *t, struct device *d, unsigned end, const char *when)
{
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);
		unsigned arrived = pairs_arrival(t, d, &flow);

		need_row(t, arrived != PAIRS_NOWHERE, "net-desc-05", "a packet of each flow arrives %s", when);
		if (!expect(t, arrived < end,
			    "a packet of flow %u arrives in one of the first %u receive virtqueues %s: "
			    "it arrives in receiveq%u",
			    i, end, when, arrived + 1))
			return;
	}
}

/* Starts the device with all of its pairs, and transmits each flow on its pair. */
static void start_with_flows(struct run *t, struct device *d)
{
	pairs_need_flows(t, d);
	start_many(t, d);
	pairs_enable(t, pairs.count);
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);

		pairs_transmit(t, d, pair_of(i), &flow);
	}
}

/* Breaks: the first packet of a new flow goes anywhere. Symptom: a driver with one virtqueue loses some connections. */
CHECK(flows_default, "net.pairs-default-for-all-flows", REQ("net-mq-01"), MUST, NEEDS(MULTIQUEUE),
      "After initialisation packets of all flows arrive in receiveq1")
{
	pairs_need_flows(t, d);
	start_many(t, d);
	expect_flows_before(t, d, 1, "before VQ_PAIRS_SET");
}

/* Breaks: the number of pairs outlives a reset. Symptom: after a reboot some connections of the guest hang. */
CHECK(pairs_after_reset, "net.pairs-after-reset", REQ("net-mq-01"), MUST, NEEDS(MULTIQUEUE),
      "After a reset packets of all flows arrive in receiveq1, whatever VQ_PAIRS_SET said before")
{
	start_with_flows(t, d);
	start_many(t, d);
	expect_flows_before(t, d, 1, "after a reset of a device that used more pairs");
}

/* Breaks: the command is carried out after the reset. */
CHECK(pairs_in_flight, "net.pairs-in-flight-at-reset", REQ("net-mq-01"), MUST, NEEDS(MULTIQUEUE),
      "A VQ_PAIRS_SET that is in flight has no effect after a reset")
{
	uint16_t count;
	struct segment part = { .data = &count, .size = sizeof(count) };

	pairs_need_flows(t, d);
	start_many(t, d);
	count = (uint16_t)pairs.count;
	control_add(t, &pairs.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &part, 1);
	virtqueue_kick(&pairs.control);
	start_many(t, d);
	expect_flows_before(t, d, 1, "after a reset with VQ_PAIRS_SET in flight");
}

/* Breaks: flows stay where they were. Symptom: a driver that gives up virtqueues loses connections. */
CHECK(flows_fewer, "net.pairs-fewer-for-all-flows", REQ("net-mq-02"), MUST, NEEDS(MULTIQUEUE),
      "With fewer pairs, packets of flows of the former ones arrive in those that are left")
{
	start_with_flows(t, d);
	for (unsigned i = pairs.count - 1; i >= 1 && !pairs_late(); i--) {
		pairs_enable(t, i);
		expect_flows_before(t, d, i, "after VQ_PAIRS_SET with fewer pairs");
	}
}

/*
 * Breaks: everything arrives in receiveq1. Symptom: one CPU does all the work.
 */
CHECK(flows_spread, "net.steering-uses-all-pairs", REQ("net-mq-05"), MUST, NEEDS(MULTIQUEUE),
      "With several pairs, packets of flows that were transmitted on others than the first do not all arrive in "
      "receiveq1")
{
	unsigned elsewhere = 0, others = 0;

	pairs_need_flows(t, d);
	start_many(t, d);
	pairs_enable(t, pairs.count);
	for (unsigned i = 0; i < FLOWS && !pairs_hurry(i); i++) {
		struct flow flow = flow_number(i);
		unsigned arrived;

		pairs_transmit(t, d, pair_of(i), &flow);
		arrived = pairs_arrival(t, d, &flow);
		need_row(t, arrived != PAIRS_NOWHERE, "net-desc-05", "a packet of each flow arrives");
		others += pair_of(i) != 0;
		elsewhere += arrived != 0;
	}
	expect(t, elsewhere > 0,
	       "of %u flows transmitted on other virtqueues than transmitq1, some arrive elsewhere than "
	       "in receiveq1",
	       others);
}

/*
 * Transmits each flow on a virtqueue, shifted by `shift`, and expects it back on the receive virtqueue of the same
 * pair. A packet may be lost before the device learns from it, so a flow is wrong only if it is so each time.
 */
static void expect_flows_follow(struct run *t, struct device *d, unsigned shift, const char *when)
{
	enum { ROUNDS = 4 };
	unsigned arrived[FLOWS], flows = FLOWS, wrong = FLOWS;

	for (unsigned i = 0; i < FLOWS; i++)
		arrived[i] = PAIRS_NOWHERE;
	for (unsigned round = 0; round < ROUNDS && wrong; round++) {
		for (unsigned i = 0; i < flows; i++) {
			struct flow flow = flow_number(i);

			if (pairs_hurry(i))
				flows = i;
			pairs_transmit(t, d, (pair_of(i) + shift) % pairs.count, &flow);
		}
		wrong = 0;
		for (unsigned i = 0; i < flows; i++) {
			struct flow flow = flow_number(i);

			if (arrived[i] == (pair_of(i) + shift) % pairs.count)
				continue;
			arrived[i] = pairs_arrival(t, d, &flow);
			need_row(t, arrived[i] != PAIRS_NOWHERE, "net-desc-05", "a packet of each flow arrives");
			wrong += arrived[i] != (pair_of(i) + shift) % pairs.count;
		}
	}
	for (unsigned i = 0; i < flows; i++)
		expect(t, arrived[i] == (pair_of(i) + shift) % pairs.count,
		       "a packet of a flow that was %s transmitted on transmitq%u arrives in receiveq%u: "
		       "it arrives in receiveq%u",
		       when, (pair_of(i) + shift) % pairs.count + 1, (pair_of(i) + shift) % pairs.count + 1,
		       arrived[i] + 1);
}

/*
 * Breaks: steering by addresses alone, by a hash that the driver does not know, or by what was transmitted last
 * whatever its flow. Symptom: a connection is handled by two CPUs in turn.
 */
CHECK(flows_follow, "net.steering-follows-transmission", REQ("net-mq-06"), SHOULD, NEEDS(MULTIQUEUE),
      "A flow arrives in the brother of the transmit virtqueue on which it was last transmitted")
{
	pairs_need_flows(t, d);
	start_many(t, d);
	pairs_enable(t, pairs.count);
	expect_flows_follow(t, d, 0, "first");
	expect_flows_follow(t, d, 1, "last");
	if (pairs.count < 3 || pairs_late())
		return;
	pairs_enable(t, 2);
	pairs_enable(t, pairs.count);
	expect_flows_follow(t, d, 2, "last");
}

/* Breaks: only the first transmit virtqueue is connected to the network. Symptom: some connections never come up. */
CHECK(transmits_everywhere, "net.transmits-on-every-pair", REQ("net-mq-08"), DESCRIBED, NEEDS(MULTIQUEUE),
      "What is queued on any transmit virtqueue that was enabled is sent")
{
	wire_need_answers(t, d);
	start_many(t, d);
	pairs_enable(t, pairs.count);
	for (unsigned i = 0; i < pairs.count; i++)
		expect(t, pairs_answered(t, d, i), "an ARP request on transmitq%u is answered", i + 1);
}

/*
 * Breaks: the filters are those of the first pair, or start anew with VQ_PAIRS_SET. Symptom: no IPv6 in a guest with
 * several CPUs.
 */
CHECK(filters_with_pairs, "net.filters-with-several-pairs", REQ("net-ctl-05"), DESCRIBED, NEEDS(MULTIQUEUE),
      "VQ_PAIRS_SET leaves receive modes as they are, and they count for all pairs")
{
	static const uint8_t off = 0, on = 1;
	uint8_t frame[ETHERNET_FRAME_MAX];

	wire_need_reflector(t, d);
	if (!device_offers(d, VIRTIO_NET_F_CTRL_RX))
		skip(t, "the device does not offer CTRL_RX beside MQ");
	start_many_with(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	need_row(t,
		 control_command(t, &pairs.control, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, &off, 1) ==
				 VIRTIO_NET_OK &&
			 control_command(t, &pairs.control, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, &on, 1) ==
				 VIRTIO_NET_OK,
		 "net-filter-01", "PROMISC and ALLMULTI get OK");
	for (unsigned count = 1; count <= pairs.count; count++) {
		uint32_t size = wire_fill_numbered(frame, wire_group_mac, -1, (uint16_t)(0x4d00 + count), WIRE_PAYLOAD);

		pairs_enable(t, count);
		expect(t, pairs_arrival_of(t, d, frame, size) < count,
		       "a multicast frame arrives with ALLMULTI on and %u pairs", count);
	}
}

/* ---- a virtqueue in reset ---- */

static void start_resettable(struct run *t, struct device *d)
{
	if (!device_offers(d, VIRTIO_F_RING_RESET))
		skip(t, "the device does not offer RING_RESET");
	start_many_with(t, d, FEATURE(VIRTIO_F_RING_RESET));
}

/*
 * Breaks: packets are steered into a virtqueue that was reset. Symptom: while a virtqueue is resized, its flows stand
 * still.
 */
CHECK(steers_around, "net.steers-around-a-reset-queue", REQ("net-mq-03"), SHOULD, NEEDS(.version = 2, MULTIQUEUE),
      "A packet for a receive virtqueue that was reset arrives in another one")
{
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	bool answered = false;

	wire_need_answers(t, d);
	start_resettable(t, d);
	pairs_enable(t, pairs.count);
	pairs_reset_receiver(t, d, 0);
	net_mac(d, mac);
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < WIRE_TRIES && !answered; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		wire_transmit(t, d, frame, sizeof(frame));
		while (!answered && WAIT_WITHIN(&patience, pairs_any_packet()))
			for (unsigned j = 0; j < pairs.count; j++)
				answered |= wire_take(t, pairs.receivers[j]) && j && wire_is_answer(mac);
	}
	expect(t, answered, "an answer arrives in another receive virtqueue than the one that was reset");
}

/* Breaks: packets wait, and arrive when the virtqueue is back. Symptom: old packets among new ones. */
CHECK(dropped_in_reset, "net.dropped-while-all-queues-are-reset", REQ("net-mq-04"), MUST,
      NEEDS(.version = 2, .stimulus = true, MULTIQUEUE),
      "A packet that comes while all receive virtqueues are reset is dropped")
{
	enum { EARLY = 1, LATE };
	uint8_t frame[ETHERNET_FRAME_MIN];
	bool arrived = false;

	start_resettable(t, d);
	for (unsigned i = 0; i < pairs.count; i++)
		pairs_reset_receiver(t, d, i);
	wire_send_us(d, EARLY, WIRE_PAYLOAD);
	net_fill_experimental(d, frame, 0);
	wire_transmit(t, d, frame, sizeof(frame)); /* so that the device has handled the early one */
	pairs_enable_receiver(t, d, 0);
	for (unsigned tried = 0; tried < WIRE_ASKS && !arrived; tried++) {
		struct patience patience = wire_patience(tried);

		wire_await_link(t, d);
		wire_send_us(d, LATE, WIRE_PAYLOAD);
		while (!arrived && wire_next(t, pairs.receivers[0], &patience)) {
			require(t, !wire_is_numbered(EARLY, WIRE_PAYLOAD), "the packet from before does not arrive");
			arrived = wire_is_numbered(LATE, WIRE_PAYLOAD);
		}
	}
	require(t, arrived, "a packet arrives once the virtqueue is back");
}

/* Breaks: a queue reset is taken for the end of multiqueue. Symptom: after a change of ring sizes one CPU does it all.
 */
CHECK(queue_reset_keeps_pairs, "net.queue-reset-keeps-pairs", REQ("net-mq-09"), SHOULD, NEEDS(.version = 2, MULTIQUEUE),
      "The number of pairs and the steering of flows survive the reset of a receive virtqueue")
{
	pairs_need_flows(t, d);
	start_resettable(t, d);
	pairs_enable(t, pairs.count);
	pairs_reset_receiver(t, d, 0);
	pairs_enable_receiver(t, d, 0);
	expect_flows_follow(t, d, 0, "then");
}
