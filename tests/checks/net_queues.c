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
#include "tests/checks/support/wire.h"

/* ---- multiqueue (5.1.9.5.6) ---- */

enum { PAIRS = WIRE_RECEIVERS, LEGACY_PAGE = 4096 };

static struct {
	struct virtqueue receive[PAIRS], transmit[PAIRS], control;
	struct wire_receiver *receivers[PAIRS];
	unsigned pairs;
} many;

/*
 * Starts the device with MQ and `more` accepted: PAIRS pairs of virtqueues at most, and the control virtqueue behind
 * all pairs of the device.
 */
static void start_many_with(struct run *t, struct device *d, struct features more)
{
	struct features features = features_with(features_with(more, VIRTIO_NET_F_MQ), VIRTIO_NET_F_CTRL_VQ);
	uint32_t pairs;

	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features_with(features, VIRTIO_NET_F_MAC)), "the features are accepted");
	pairs = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);
	if (pairs < 2)
		skip(t, "the device has one pair of virtqueues");
	if (pairs > UINT16_MAX / 2)
		skip(t, "the control virtqueue has index %u", 2 * pairs);
	many.pairs = pairs < PAIRS ? pairs : PAIRS;
	if (transport_is_legacy(&d->transport))
		transport_set_page_size(&d->transport, LEGACY_PAGE);
	for (uint16_t i = 0; i < many.pairs; i++) {
		require_ok(t, device_setup_queue_in(d, &many.receive[i], 2 * i, DEVICE_QUEUE_SIZE),
			   "receive virtqueue %u is set up", i);
		require_ok(t, device_setup_queue_in(d, &many.transmit[i], 2 * i + 1, DEVICE_QUEUE_SIZE),
			   "transmit virtqueue %u is set up", i);
	}
	require_ok(t, device_setup_queue_in(d, &many.control, (uint16_t)(2 * pairs), DEVICE_QUEUE_SIZE),
		   "the control virtqueue is set up");
	d->queues[VIRTIO_NET_TX] = many.transmit[0]; /* where wire_transmit() sends */
	device_go(d);
	for (unsigned i = 0; i < many.pairs; i++)
		many.receivers[i] = wire_open(t, d, i, &many.receive[i], WIRE_BUFFER_BYTES);
}

static void start_many(struct run *t, struct device *d)
{
	start_many_with(t, d, NO_FEATURES);
}

static uint8_t set_pairs(struct run *t, uint16_t pairs)
{
	return control_command(t, &many.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &pairs, 2);
}

#define MULTIQUEUE \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ)

/* Breaks: ERR for a number of pairs that exist. */
CHECK(pairs_set, "net.pairs-set", REQ("net-desc-06"), DESCRIBED, NEEDS(MULTIQUEUE),
      "VQ_PAIRS_SET accepts every number of pairs that exist and are set up")
{
	start_many(t, d);
	for (uint16_t i = 1; i <= many.pairs; i++)
		expect_eq(t, set_pairs(t, i), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u", i);
	expect_eq(t, set_pairs(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1 again");
}

/*
 * Breaks: the number is taken as it comes, and used as an index. (A driver must not ask for such a number, so nothing
 * but survival is asked for; a device that says it has done it deserves a warning.)
 */
CHECK(pairs_invalid, "net.pairs-out-of-range", REQ("net-mq-07"), ROBUST, NEEDS(MULTIQUEUE),
      "VQ_PAIRS_SET with no pairs, or more than there are, is refused and does no harm")
{
	uint32_t most;

	start_many(t, d);
	most = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);
	expect_eq(t, set_pairs(t, 0), VIRTIO_NET_ERR, "ack of VQ_PAIRS_SET with 0");
	expect_eq(t, set_pairs(t, (uint16_t)(most + 1)), VIRTIO_NET_ERR, "ack of VQ_PAIRS_SET with %u of %u pairs",
		  most + 1, most);
	expect_eq(t, set_pairs(t, 0xffff), VIRTIO_NET_ERR, "ack of VQ_PAIRS_SET with 0xffff pairs");
	expect_eq(t, set_pairs(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1 after that");
	start_many(t, d);
	expect_eq(t, set_pairs(t, (uint16_t)many.pairs), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u after a reset",
		  many.pairs);
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
		expect_eq(t, set_pairs(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1");
	}
	if (!judged)
		skip(t, "the device offers no command with such a field");
}

static bool any_packet(void)
{
	for (unsigned i = 0; i < many.pairs; i++)
		if (virtqueue_used_waiting(many.receivers[i]->queue))
			return true;
	return false;
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
		while (!answered && WAIT_WITHIN(&patience, any_packet()))
			for (unsigned i = 0; i < many.pairs; i++) {
				if (!wire_take(t, many.receivers[i]))
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
	for (uint16_t i = (uint16_t)many.pairs; i >= 1; i--) {
		require_eq(t, set_pairs(t, i), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u", i);
		expect_quiet_from(t, d, i, "after VQ_PAIRS_SET with fewer pairs");
	}
}

/* Resets a receive virtqueue; SKIPs if the device does not. */
static void reset_receiver(struct run *t, struct device *d, unsigned index)
{
	transport_select_queue(&d->transport, many.receive[index].index);
	transport_set_queue_reset(&d->transport, 1);
	if (!WAIT_UNTIL(!transport_queue_reset(&d->transport), device_patience_ns) ||
	    transport_queue_ready(&d->transport))
		skip(t, "QueueReset resets nothing here, see ring.reset.queue-is-not-ready-when-complete");
}

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
	require_eq(t, set_pairs(t, (uint16_t)many.pairs), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u", many.pairs);
	reset_receiver(t, d, 0);
	net_mac(d, mac);
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < WIRE_TRIES && !answered; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		wire_transmit(t, d, frame, sizeof(frame));
		while (!answered && WAIT_WITHIN(&patience, any_packet()))
			for (unsigned j = 0; j < many.pairs; j++)
				answered |= wire_take(t, many.receivers[j]) && j && wire_is_answer(mac);
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
	struct patience patience;

	start_resettable(t, d);
	for (unsigned i = 0; i < many.pairs; i++)
		reset_receiver(t, d, i);
	wire_send_us(d, EARLY, WIRE_PAYLOAD);
	net_fill_experimental(d, frame, 0);
	wire_transmit(t, d, frame, sizeof(frame)); /* so that the device has handled the early one */
	require_ok(t, device_setup_queue_in(d, &many.receive[0], 0, DEVICE_QUEUE_SIZE),
		   "the first receive virtqueue is set up again");
	many.receivers[0] = wire_open(t, d, 0, &many.receive[0], WIRE_BUFFER_BYTES);
	wire_send_us(d, LATE, WIRE_PAYLOAD);
	patience = patience_begin(device_patience_ns);
	require(t, wire_next(t, many.receivers[0], &patience), "a packet arrives once the virtqueue is back");
	expect(t, wire_is_numbered(LATE, WIRE_PAYLOAD),
	       "the packet is the one that came then, not the one from before");
}
