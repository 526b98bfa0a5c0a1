// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/pairs.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/control.h"

enum { LEGACY_PAGE = 4096, MAC_BYTES = 6, DOWN_MAX = 20 };

struct pairs pairs;

static uint64_t began;		    /* the check */
static uint16_t serial;		    /* of the next packet, so that a late one is not taken for another */
static unsigned transmits_on;	    /* the pair whose transmit virtqueue wire_transmit() uses */
static const struct device *proven; /* packets of flows arrive at it */
static uint32_t proven_at;	    /* in this discovery */

static struct {
	uint8_t frame[FLOW_FRAME_MAX];
	uint32_t size; /* 0: none */
	bool came;
} watched;

static uint32_t pairs_of(struct device *d)
{
	if (!device_accepted(d, VIRTIO_NET_F_MQ) && !device_accepted(d, VIRTIO_NET_F_RSS))
		return 1;
	return config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);
}

void pairs_start(struct run *t, struct device *d, struct features features, unsigned least)
{
	features = features_with(features_with(features, VIRTIO_NET_F_CTRL_VQ), VIRTIO_NET_F_MAC);
	features = features_with(features, VIRTIO_NET_F_STATUS);
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features), "the features are accepted");
	pairs.most = pairs_of(d);
	if (pairs.most < least)
		skip(t, "the device has %u pairs of virtqueues", pairs.most);
	if (pairs.most > UINT16_MAX / 2)
		skip(t, "the control virtqueue has index %u", 2 * pairs.most);
	pairs.count = pairs.most < PAIRS_MAX ? pairs.most : PAIRS_MAX;
	if (transport_is_legacy(&d->transport))
		transport_set_page_size(&d->transport, LEGACY_PAGE);
	for (uint16_t i = 0; i < pairs.count; i++) {
		require_ok(t, device_setup_queue_in(d, &pairs.receive[i], 2 * i, DEVICE_QUEUE_SIZE),
			   "receive virtqueue %u is set up", i);
		require_ok(t, device_setup_queue_in(d, &pairs.transmit[i], 2 * i + 1, DEVICE_QUEUE_SIZE),
			   "transmit virtqueue %u is set up", i);
	}
	require_ok(t, device_setup_queue_in(d, &pairs.control, (uint16_t)(2 * pairs.most), DEVICE_QUEUE_SIZE),
		   "the control virtqueue is set up");
	watched.size = 0;
	watched.came = false;
	transmits_on = 0;
	d->queues[VIRTIO_NET_TX] = pairs.transmit[0]; /* where wire_transmit() sends */
	device_go(d);
	for (unsigned i = 0; i < pairs.count; i++)
		pairs.receivers[i] = wire_open(t, d, i, &pairs.receive[i], WIRE_BUFFER_BYTES);
}

uint8_t pairs_set(struct run *t, uint16_t count)
{
	return control_command(t, &pairs.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &count,
			       sizeof(count));
}

void pairs_enable(struct run *t, unsigned count)
{
	need_row(t, pairs_set(t, (uint16_t)count) == VIRTIO_NET_OK, "net-desc-06", "VQ_PAIRS_SET with %u gets OK",
		 count);
}

bool pairs_any_packet(void)
{
	for (unsigned i = 0; i < pairs.count; i++)
		if (virtqueue_used_waiting(pairs.receivers[i]->queue))
			return true;
	return false;
}

bool pairs_hurry(unsigned done)
{
	enum { LEAST = 4 };

	return done >= LEAST && clock_ns() - began > 2 * device_patience_ns;
}

bool pairs_late(void)
{
	return clock_ns() - began > 3 * device_patience_ns;
}

/* Is the packet that came last this frame? */
static bool is_frame(const uint8_t *frame, uint32_t size)
{
	return wire_packet.size >= size && !memcmp(wire_packet.frame, frame, size);
}

unsigned pairs_arrival_of(struct run *t, struct device *d, const uint8_t *frame, uint32_t size)
{
	for (unsigned tried = 0, down = 0; tried < WIRE_ASKS && down < DOWN_MAX;) {
		struct patience patience;
		uint64_t asked;

		wire_await_link(t, d);
		if (tried + down > 1)
			wire_shake(t, d);
		wire_reflect(t, d, frame, size);
		asked = clock_ns();
		patience = wire_patience(tried);
		while (WAIT_WITHIN(&patience, pairs_any_packet()))
			for (unsigned i = 0; i < pairs.count; i++) {
				if (!wire_take(t, pairs.receivers[i]))
					continue;
				watched.came |= watched.size && is_frame(watched.frame, watched.size);
				if (!is_frame(frame, size))
					continue;
				wire_took(clock_ns() - asked);
				return i;
			}
		if (wire_link_up(d)) /* a frame that comes while the link is down is lost */
			tried++;
		else
			down++;
	}
	return PAIRS_NOWHERE;
}

void pairs_send_watched(struct run *t, struct device *d, const struct flow *flow)
{
	uint8_t mac[MAC_BYTES];

	net_mac(d, mac);
	watched.size = flow_fill(flow, watched.frame, mac, wire_other_mac, serial++);
	wire_reflect(t, d, watched.frame, watched.size);
}

bool pairs_watched_came(void)
{
	return watched.came;
}

unsigned pairs_arrival(struct run *t, struct device *d, const struct flow *flow)
{
	uint8_t frame[FLOW_FRAME_MAX], mac[MAC_BYTES];

	net_mac(d, mac);
	return pairs_arrival_of(t, d, frame, flow_fill(flow, frame, mac, wire_other_mac, serial++));
}

void pairs_need_flows(struct run *t, struct device *d)
{
	static const struct flow flows[] = { { .protocol = FLOW_UDP }, { .v6 = true, .protocol = FLOW_TCP } };

	wire_need_reflector(t, d);
	began = clock_ns();
	if (proven == d && proven_at == d->discovery)
		return;
	pairs_start(t, d, NO_FEATURES, 1);
	for (unsigned i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
		if (pairs_arrival(t, d, &flows[i]) == PAIRS_NOWHERE)
			skip(t, "packets of %s do not arrive even with one pair", flows[i].v6 ? "IPv6" : "IPv4");
	proven = d;
	proven_at = d->discovery;
}

/* wire_transmit() uses a copy of the virtqueue. */
static void transmit_on(struct device *d, unsigned pair)
{
	pairs.transmit[transmits_on] = d->queues[VIRTIO_NET_TX];
	d->queues[VIRTIO_NET_TX] = pairs.transmit[pair];
	transmits_on = pair;
}

void pairs_transmit_frame(struct run *t, struct device *d, unsigned pair, const uint8_t *frame, uint32_t size)
{
	transmit_on(d, pair);
	wire_transmit(t, d, frame, size);
	transmit_on(d, 0);
}

void pairs_transmit(struct run *t, struct device *d, unsigned pair, const struct flow *flow)
{
	uint8_t frame[FLOW_FRAME_MAX], mac[MAC_BYTES];
	struct flow out = *flow;
	uint32_t size;

	net_mac(d, mac);
	out.reversed = !out.reversed;
	size = flow_fill(&out, frame, wire_other_mac, mac, serial++);
	wire_await_link(t, d);
	pairs_transmit_frame(t, d, pair, frame, size);
}

void pairs_reset_receiver(struct run *t, struct device *d, unsigned pair)
{
	transport_select_queue(&d->transport, pairs.receive[pair].index);
	transport_set_queue_reset(&d->transport, 1);
	if (!WAIT_UNTIL(!transport_queue_reset(&d->transport), device_patience_ns) ||
	    transport_queue_ready(&d->transport))
		skip(t, "QueueReset resets nothing here, see ring.reset.queue-is-not-ready-when-complete");
}

void pairs_enable_receiver(struct run *t, struct device *d, unsigned pair)
{
	require_ok(t, device_setup_queue_in(d, &pairs.receive[pair], (uint16_t)(2 * pair), DEVICE_QUEUE_SIZE),
		   "a receive virtqueue is set up again");
	pairs.receivers[pair] = wire_open(t, d, pair, &pairs.receive[pair], WIRE_BUFFER_BYTES);
}

bool pairs_answered(struct run *t, struct device *d, unsigned pair)
{
	uint8_t frame[ETHERNET_FRAME_MIN], mac[MAC_BYTES];

	net_mac(d, mac);
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned tried = 0; tried < WIRE_ASKS; tried++) {
		struct patience patience;

		wire_await_link(t, d);
		if (tried > 1)
			wire_shake(t, d);
		pairs_transmit_frame(t, d, pair, frame, sizeof(frame));
		patience = wire_patience(tried);
		while (WAIT_WITHIN(&patience, pairs_any_packet()))
			for (unsigned i = 0; i < pairs.count; i++)
				if (wire_take(t, pairs.receivers[i]) && wire_is_answer(mac))
					return true;
	}
	return false;
}
