// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, what the receive filters let through (5.1.9.5.1 to 5.1.9.5.3): receive modes, the tables of MAC
 * addresses and of VLANs, the device's own address.
 *
 * Filtering is best effort: a device may deliver what nobody asked for, so a frame that arrives although it should not
 * is at most a WARN. What a driver asked for must arrive. Each question is put with frames and not with
 * acknowledgements: the other end (wire.h) is asked for a frame, and then for one that surely passes, which bounds the
 * wait. No network promises delivery, so a frame that does not arrive is asked for again.
 *
 * How devices break: a command is acknowledged before it has its effect, or acknowledged and forgotten; only the first
 * address of a table counts; one tag stands for another; a filter outlives a reset. In the field a guest receives
 * nothing after a change of its address, or no IPv6, or what the guest before it asked for.
 */
#include "tests/framework/check.h"

#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/control.h"
#include "tests/checks/support/wire.h"

#define EXTRA CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)
#define VLAN \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN)

enum {
	UNTAGGED = -1,
	BATCH = 4,     /* frames that are asked for before we look: the other end need not keep more */
	LOOKS = 12,    /* how often a frame that should arrive is asked for */
	DOWN_MAX = 20, /* how often the link may be down */
	ENTRIES = 8,   /* addresses of each kind in a table of usual size */
};

static const struct control_macs none;

/* ---- asking for frames ---- */

static struct wire_receiver *filtered; /* where frames arrive */
static uint16_t serial;		       /* number of the next frame, so that a late one is not taken for another */

struct probe {
	const uint8_t *to;
	int vlan;
	bool arrived;
};

/*
 * Makes the other end send the frames that have not arrived yet, and then one to `sentinel`. Returns whether that one
 * arrived.
 */
static bool look(struct run *t, struct device *d, struct probe *probes, unsigned count, const uint8_t *sentinel,
		 unsigned tried)
{
	uint16_t first = serial, last = (uint16_t)(serial + count);
	struct patience patience;
	uint64_t began;

	serial = (uint16_t)(last + 1);
	for (unsigned i = 0; i < count; i++)
		if (!probes[i].arrived)
			wire_reflect_numbered(t, d, probes[i].to, probes[i].vlan, (uint16_t)(first + i), WIRE_PAYLOAD);
	wire_reflect_numbered(t, d, sentinel, UNTAGGED, last, WIRE_PAYLOAD);
	began = clock_ns();
	patience = wire_patience(tried);
	while (wire_next(t, filtered, &patience)) {
		for (unsigned i = 0; i < count; i++)
			probes[i].arrived |= wire_is_numbered((uint16_t)(first + i), WIRE_PAYLOAD) &&
					     !memcmp(wire_packet.frame, probes[i].to, CONTROL_MAC);
		if (wire_is_numbered(last, WIRE_PAYLOAD)) {
			wire_took(clock_ns() - began);
			return true;
		}
	}
	return false;
}

static bool all_arrived(const struct probe *probes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!probes[i].arrived)
			return false;
	return true;
}

/*
 * Finds out which of the frames arrive. Frames that should are asked for `looks` times before they count as dropped. If
 * the frame to `sentinel` (NULL: our own address) never comes, the check ends: net.own-address and net.broadcast report
 * that.
 */
static void ask_for(struct run *t, struct device *d, struct probe *probes, unsigned count, unsigned looks,
		    const uint8_t *sentinel)
{
	uint8_t mac[CONTROL_MAC];

	net_mac(d, mac);
	for (unsigned from = 0; from < count; from += BATCH) {
		unsigned some = count - from < BATCH ? count - from : BATCH, seen = 0, lost = 0, down = 0;

		while (seen < looks && lost < WIRE_ASKS && down < DOWN_MAX) {
			if (look(t, d, probes + from, some, sentinel ? sentinel : mac, lost))
				seen++;
			else if (wire_link_up(d))
				lost++;
			else
				down++; /* a frame that comes while the link is down is lost */
			if (seen && all_arrived(probes + from, some))
				break;
			if (seen + lost + down > 1)
				wire_shake(t, d);
		}
		need_row(t, seen, sentinel ? "net-filter-16" : "net-mac-05", "a frame to %s arrives",
			 sentinel ? "the broadcast address" : "our own address");
	}
}

/* Without a reflector: untagged unicast frames alone are possible, as answers to ARP requests from another address. */
static bool answered(struct run *t, struct device *d, const uint8_t *to)
{
	uint8_t frame[ETHERNET_FRAME_MIN], mac[CONTROL_MAC];
	bool arrived = false;

	net_mac(d, mac);
	for (unsigned i = 0; i < WIRE_ASKS; i++) {
		struct patience patience = wire_patience(i);

		net_fill_arp_from(frame, to, WIRE_OTHER_ADDRESS, WIRE_GATEWAY);
		wire_transmit(t, d, frame, sizeof(frame));
		net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
		wire_transmit(t, d, frame, sizeof(frame));
		while (wire_next(t, filtered, &patience)) {
			arrived |= wire_is_answer(to);
			if (wire_is_answer(mac))
				return arrived;
		}
	}
	need_row(t, false, "net-mac-05", "a frame to our own address arrives");
	return false;
}

/* Does a frame that should arrive do so? */
static bool arrives(struct run *t, struct device *d, const uint8_t *to, int vlan, const uint8_t *sentinel)
{
	struct probe probe = { .to = to, .vlan = vlan };

	if (!wire_has_reflector(t, d))
		return answered(t, d, to);
	ask_for(t, d, &probe, 1, LOOKS, sentinel);
	return probe.arrived;
}

/* Does a frame that should be dropped arrive? It is asked for once. */
static bool passes(struct run *t, struct device *d, const uint8_t *to, int vlan, const uint8_t *sentinel)
{
	struct probe probe = { .to = to, .vlan = vlan };

	if (!wire_has_reflector(t, d))
		return answered(t, d, to);
	ask_for(t, d, &probe, 1, 1, sentinel);
	return probe.arrived;
}

/* ---- starting with filters ---- */

static void set_mode(struct run *t, struct device *d, uint8_t mode, uint8_t on)
{
	need_row(t, control_mode(t, d, mode, on) == VIRTIO_NET_OK,
		 mode <= VIRTIO_NET_CTRL_RX_ALLMULTI ? "net-filter-01" : "net-filter-05",
		 "command %u of class CTRL_RX gets OK", mode);
}

static void set_table(struct run *t, struct device *d, struct control_macs unicast, struct control_macs multicast)
{
	need_row(t, control_table(t, d, unicast, multicast) == VIRTIO_NET_OK, "net-desc-06", "MAC_TABLE_SET gets OK");
}

static struct control_macs one(const uint8_t mac[CONTROL_MAC])
{
	return (struct control_macs){ (const uint8_t(*)[CONTROL_MAC])mac, 1 };
}

static void set_vlan(struct run *t, struct device *d, uint8_t number, uint16_t tag)
{
	need_row(t, control_vlan(t, d, number, tag) == VIRTIO_NET_OK, "net-desc-06", "%s of tag %u gets OK",
		 number == VIRTIO_NET_CTRL_VLAN_ADD ? "VLAN_ADD" : "VLAN_DEL", tag);
}

/* Few receive buffers, since some checks use many lives. */
static struct wire_receiver *open_few(struct run *t, struct device *d)
{
	return wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], WIRE_BUFFER_BYTES, 2 * BATCH);
}

/* Starts the device with CTRL_RX and receive buffers. */
static void start_receiving(struct run *t, struct device *d, struct features features)
{
	if (!wire_has_reflector(t, d))
		wire_need_answers(t, d);
	control_start(t, d, features_with(features_with(features, VIRTIO_NET_F_CTRL_RX), VIRTIO_NET_F_STATUS));
	filtered = open_few(t, d);
}

/* The same, with filters that let only our own address and broadcast pass. */
static void start_filtering(struct run *t, struct device *d, struct features features)
{
	start_receiving(t, d, features);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

static void start_extra(struct run *t, struct device *d)
{
	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA));
}

/*
 * SKIPs if no frame to another address arrives whatever the filters, because the network in between does not pass it
 * on.
 */
static void need_other_address(struct run *t, struct device *d, bool by_table)
{
	if (by_table)
		set_table(t, d, one(wire_other_mac), none);
	else
		set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	if (!arrives(t, d, wire_other_mac, UNTAGGED, NULL))
		skip(t, "no frame for another address arrives, whatever the filters");
	if (by_table)
		set_table(t, d, none, none);
	else
		set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

/* A device that does not offer MAC leaves its address to the driver, so it cannot tell what is for others. */
static void need_mac(struct run *t, struct device *d)
{
	if (!device_offers(d, VIRTIO_NET_F_MAC))
		skip(t, "the device does not offer MAC, so it does not know our address");
}

/* ---- our own address, and broadcast ---- */

/* Breaks: the filter holds another address than the configuration space. Symptom: no network once a driver sets it. */
CHECK(own_address, "net.own-address", REQ("net-mac-05"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With PROMISC off, a frame to our own address arrives")
{
	uint8_t mac[CONTROL_MAC];

	need_mac(t, d);
	start_filtering(t, d, NO_FEATURES);
	net_mac(d, mac);
	if (!wire_link_up(d))
		skip(t, "the link is down");
	expect(t, arrives(t, d, mac, UNTAGGED, NULL), "a frame to our own address arrives");
}

/* Breaks: broadcast needs an entry in the table. Symptom: nobody finds the guest, for ARP requests are broadcast. */
CHECK(broadcast, "net.broadcast", REQ("net-filter-16"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With PROMISC off, a broadcast frame arrives")
{
	wire_need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	expect(t, arrives(t, d, wire_broadcast_mac, UNTAGGED, NULL), "a broadcast frame arrives");
}

/* ---- receive modes (5.1.9.5.1) ---- */

/* Breaks: the command is acknowledged and has no effect. Symptom: tcpdump in the guest sees only its own traffic. */
CHECK(promiscuous, "net.promiscuous", REQ("net-filter-02"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "In promiscuous mode a frame to any address arrives")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, true);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, NULL),
	       "a frame to an address that is not ours arrives in promiscuous mode");
	if (wire_has_reflector(t, d))
		expect(t, arrives(t, d, wire_group_mac, UNTAGGED, NULL),
		       "a multicast frame arrives in promiscuous mode");
}

/* Breaks: multicast stays filtered. Symptom: no IPv6, no mDNS. */
CHECK(all_multicast, "net.all-multicast", REQ("net-filter-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With ALLMULTI on, a multicast frame arrives")
{
	wire_need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, arrives(t, d, wire_group_mac, UNTAGGED, NULL), "a multicast frame arrives");
	set_table(t, d, none, one(wire_group_mac));
	expect(t, arrives(t, d, wire_group_mac, UNTAGGED, NULL),
	       "a multicast frame to an address in the table arrives");
}

/* Breaks: the command is acknowledged and has no effect. */
CHECK(all_unicast, "net.all-unicast", REQ("net-filter-06"), SHOULD, NEEDS(EXTRA),
      "With ALLUNI on, a unicast frame to any address arrives")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, NULL), "a frame to an address that is not ours arrives");
	set_table(t, d, one(wire_other_mac), none);
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, NULL), "a frame to an address in the table arrives");
}

/* Breaks: ALLMULTI wins, or broadcast is taken for multicast. */
CHECK(no_multicast, "net.no-multicast", REQ("net-filter-07", "net-filter-08", "net-filter-09"), SHOULD, NEEDS(EXTRA),
      "With NOMULTI on, multicast frames are dropped, even with ALLMULTI on, and broadcast frames are not")
{
	start_extra(t, d);
	set_table(t, d, none, one(wire_group_mac));
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	expect(t, !passes(t, d, wire_group_mac, UNTAGGED, NULL),
	       "a multicast frame to an address in the table is dropped");
	expect(t, arrives(t, d, wire_broadcast_mac, UNTAGGED, NULL), "a broadcast frame arrives");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !passes(t, d, wire_group_mac, UNTAGGED, NULL), "a multicast frame is dropped with ALLMULTI on");
}

/* Breaks: our own address is still let through, or ALLUNI wins. */
CHECK(no_unicast, "net.no-unicast", REQ("net-filter-10", "net-filter-11"), SHOULD, NEEDS(EXTRA),
      "With NOUNI on, unicast frames are dropped, even with ALLUNI on")
{
	uint8_t mac[CONTROL_MAC];

	start_extra(t, d);
	net_mac(d, mac);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	expect(t, !passes(t, d, mac, UNTAGGED, wire_broadcast_mac), "a frame to our own address is dropped");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, !passes(t, d, mac, UNTAGGED, wire_broadcast_mac),
	       "a frame to our own address is dropped with ALLUNI on");
}

/* Breaks: broadcast is let through with ALLMULTI. */
CHECK(no_broadcast, "net.no-broadcast", REQ("net-filter-12", "net-filter-13"), SHOULD, NEEDS(EXTRA),
      "With NOBCAST on, broadcast frames are dropped, even with ALLMULTI on")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	expect(t, !passes(t, d, wire_broadcast_mac, UNTAGGED, NULL), "a broadcast frame is dropped");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !passes(t, d, wire_broadcast_mac, UNTAGGED, NULL), "a broadcast frame is dropped with ALLMULTI on");
}

/* Breaks: another mode wins over promiscuous mode. */
CHECK(promiscuous_wins, "net.promiscuous-wins", REQ("net-filter-03"), SHOULD, NEEDS(EXTRA),
      "Promiscuous mode has effect whatever the other modes")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, wire_broadcast_mac), "a unicast frame arrives with NOUNI on");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 0);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	expect(t, arrives(t, d, wire_group_mac, UNTAGGED, NULL), "a multicast frame arrives with NOMULTI on");
	expect(t, arrives(t, d, wire_broadcast_mac, UNTAGGED, NULL), "a broadcast frame arrives with NOBCAST on");
}

/* A mode and the frames that it decides about, which otherwise are dropped (`lets_in`) or arrive. */
static const struct mode_case {
	uint8_t mode;
	const uint8_t *to; /* NULL: our own address */
	bool lets_in;
	const char *name, *frame;
} modes[] = {
	{ VIRTIO_NET_CTRL_RX_PROMISC, wire_other_mac, true, "PROMISC", "unicast frame for another address" },
	{ VIRTIO_NET_CTRL_RX_ALLMULTI, wire_group_mac, true, "ALLMULTI", "multicast frame" },
	{ VIRTIO_NET_CTRL_RX_ALLUNI, wire_other_mac, true, "ALLUNI", "unicast frame for another address" },
	{ VIRTIO_NET_CTRL_RX_NOMULTI, wire_group_mac, false, "NOMULTI", "multicast frame for an address in the table" },
	{ VIRTIO_NET_CTRL_RX_NOUNI, NULL, false, "NOUNI", "frame for our own address" },
	{ VIRTIO_NET_CTRL_RX_NOBCAST, wire_broadcast_mac, false, "NOBCAST", "broadcast frame" },
};
enum { MODES = sizeof(modes) / sizeof(modes[0]) };

/* Has the check taken so long already that it should leave the rest out? Few devices need milliseconds for a command.
 */
static bool slow(uint64_t began)
{
	return clock_ns() - began > 3 * device_patience_ns;
}

/* Without CTRL_RX_EXTRA there are the first two modes only. */
static unsigned modes_of(const struct device *d)
{
	return device_offers(d, VIRTIO_NET_F_CTRL_RX_EXTRA) ? MODES : VIRTIO_NET_CTRL_RX_ALLMULTI + 1;
}

/* Does a frame arrive that the mode decides about? `hope`: it should. */
static bool mode_lets_in(struct run *t, struct device *d, const struct mode_case *c, bool hope)
{
	const uint8_t *sentinel = c->to ? NULL : wire_broadcast_mac;
	uint8_t mac[CONTROL_MAC];

	net_mac(d, mac);
	return hope ? arrives(t, d, c->to ? c->to : mac, UNTAGGED, sentinel)
		    : passes(t, d, c->to ? c->to : mac, UNTAGGED, sentinel);
}

/*
 * Starts a life in which all other modes are off, so that the mode alone decides about its frames. Says so to the
 * device, which may have kept a mode of an earlier check.
 */
static void start_fresh(struct run *t, struct device *d, const struct mode_case *c)
{
	wire_need_reflector(t, d);
	start_receiving(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA));
	for (unsigned i = 0; i < modes_of(d); i++)
		if (&modes[i] != c)
			set_mode(t, d, modes[i].mode, 0);
	if (c->mode == VIRTIO_NET_CTRL_RX_NOMULTI)
		set_table(t, d, none, one(wire_group_mac));
}

/* The same, with this mode off, too. */
static void start_mode(struct run *t, struct device *d, const struct mode_case *c)
{
	start_fresh(t, d, c);
	set_mode(t, d, c->mode, 0);
}

/* Breaks: a mode can be switched on but not off, because the byte of data is not looked at. */
CHECK(modes_off, "net.modes-off-again", REQ("net-filter-15"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A receive mode that was switched off again has no effect")
{
	uint64_t began = clock_ns();
	unsigned judged = 0;

	for (unsigned i = 0; i < modes_of(d) && !(judged && slow(began)); i++) {
		const struct mode_case *c = &modes[i];

		start_mode(t, d, c);
		if (mode_lets_in(t, d, c, !c->lets_in) == c->lets_in)
			continue; /* the mode makes no difference */
		set_mode(t, d, c->mode, 1);
		if (mode_lets_in(t, d, c, c->lets_in) != c->lets_in)
			continue;
		set_mode(t, d, c->mode, 0);
		judged++;
		expect(t, mode_lets_in(t, d, c, !c->lets_in) != c->lets_in, "a %s %s with %s off again", c->frame,
		       c->lets_in ? "is dropped" : "arrives", c->name);
	}
	if (!judged)
		skip(t, "no mode makes a difference: the device does not filter");
}

/* Breaks: a command toggles the mode. Symptom: a driver that says again what it said before gets the opposite. */
CHECK(modes_twice, "net.modes-set-twice", REQ("net-filter-15"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A receive mode that is switched on again stays on, and one that is switched off again stays off")
{
	uint64_t began = clock_ns();
	unsigned judged = 0;

	for (unsigned i = 0; i < modes_of(d) && !(judged && slow(began)); i++) {
		const struct mode_case *c = &modes[i];

		for (uint8_t on = 2; on-- > 0;) {
			bool want = on ? c->lets_in : !c->lets_in;

			start_mode(t, d, c);
			set_mode(t, d, c->mode, on);
			if (mode_lets_in(t, d, c, want) != want)
				continue; /* the mode makes no difference */
			set_mode(t, d, c->mode, on);
			judged++;
			expect(t, mode_lets_in(t, d, c, want) == want, "a %s %s with %s set to %u twice", c->frame,
			       want ? "arrives" : "is dropped", c->name, on);
		}
	}
	if (!judged)
		skip(t, "no mode makes a difference: the device does not filter");
}

/*
 * Breaks: modes share a variable, or a command for one resets another. Symptom: multicast stops when tcpdump in the
 * guest ends.
 */
CHECK(modes_apart, "net.modes-are-separate", REQ("net-filter-14"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A receive mode stays as it is while the others are switched on and off")
{
	uint64_t began = clock_ns();
	unsigned judged = 0;

	for (unsigned i = VIRTIO_NET_CTRL_RX_ALLMULTI; i < modes_of(d) && !(judged && slow(began)); i++) {
		const struct mode_case *c = &modes[i];

		start_mode(t, d, c);
		if (mode_lets_in(t, d, c, !c->lets_in) == c->lets_in)
			continue; /* the mode makes no difference */
		set_mode(t, d, c->mode, 1);
		if (mode_lets_in(t, d, c, c->lets_in) != c->lets_in)
			continue;
		for (unsigned other = 0; other < modes_of(d); other++)
			for (uint8_t on = 2; on-- > 0 && other != i;)
				set_mode(t, d, modes[other].mode, on);
		judged++;
		expect(t, mode_lets_in(t, d, c, c->lets_in) == c->lets_in,
		       "a %s %s with %s on, after the other modes were switched on and off", c->frame,
		       c->lets_in ? "arrives" : "is dropped", c->name);
	}
	if (!judged)
		skip(t, "no mode makes a difference: the device does not filter");
}

/* Breaks: NOMULTI, NOUNI or NOBCAST drops frames of another kind. Symptom: a guest that wants no broadcast is deaf. */
CHECK(modes_kinds, "net.modes-drop-their-own-kind", REQ("net-filter-14"), DESCRIBED, NEEDS(EXTRA),
      "NOMULTI, NOUNI and NOBCAST drop no frames of another kind")
{
	uint8_t mac[CONTROL_MAC];

	start_extra(t, d);
	net_mac(d, mac);
	set_table(t, d, one(wire_other_mac), one(wire_group_mac));
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	expect(t, arrives(t, d, mac, UNTAGGED, NULL), "a frame to our own address arrives with NOMULTI on");
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, NULL),
	       "a frame to an address in the table arrives with NOMULTI on");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 0);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	expect(t, arrives(t, d, wire_group_mac, UNTAGGED, wire_broadcast_mac),
	       "a multicast frame to an address in the table arrives with NOUNI on");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 0);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	expect(t, arrives(t, d, wire_group_mac, UNTAGGED, NULL),
	       "a multicast frame to an address in the table arrives with NOBCAST on");
	expect(t, arrives(t, d, mac, UNTAGGED, NULL), "a frame to our own address arrives with NOBCAST on");
}

/* Does a frame arrive that the mode decides about, when we do not know whether it should? */
static bool seen_to_arrive(struct run *t, struct device *d, const struct mode_case *c)
{
	enum { FEW = 3 };
	uint8_t mac[CONTROL_MAC];
	struct probe probe = { .to = c->to ? c->to : mac, .vlan = UNTAGGED };

	net_mac(d, mac);
	ask_for(t, d, &probe, 1, FEW, c->to ? NULL : wire_broadcast_mac);
	return probe.arrived;
}

/*
 * Sets a mode and resets the device (in_flight: before the command is used). Returns whether a frame arrives then that
 * the mode decides about. *differs becomes false if the mode has no effect before the reset.
 */
static bool arrives_after(struct run *t, struct device *d, const struct mode_case *c, uint8_t on, bool in_flight,
			  bool *differs)
{
	bool want = on ? c->lets_in : !c->lets_in;

	start_fresh(t, d, c);
	set_mode(t, d, c->mode, on);
	*differs &= mode_lets_in(t, d, c, want) == want;
	if (in_flight && *differs) {
		struct segment part = { .data = &on, .size = 1 };

		set_mode(t, d, c->mode, !on);
		control_add(t, control_queue(d), VIRTIO_NET_CTRL_RX, c->mode, &part, 1);
		virtqueue_kick(control_queue(d));
	}
	if (!*differs)
		return false;
	start_fresh(t, d, c);
	return seen_to_arrive(t, d, c);
}

/*
 * Whatever a mode is after a reset (a device may start in promiscuous mode): what it was before makes no difference. A
 * difference must show again and again, since frames may be lost.
 */
static bool judge_reset(struct run *t, struct device *d, const struct mode_case *c, bool in_flight)
{
	enum { TIMES = 3 };
	bool differs = true, after_off = false, after_on = true;

	for (unsigned i = 0; i < TIMES && differs && after_on != after_off; i++) {
		after_off = arrives_after(t, d, c, 0, in_flight, &differs);
		after_on = differs && arrives_after(t, d, c, 1, in_flight, &differs);
	}
	if (differs)
		require(t, after_on == after_off,
			"a %s %s after a reset%s in which %s was on, as after one in which it was off", c->frame,
			after_off ? "arrives" : "is dropped", in_flight ? " with the command in flight" : "", c->name);
	return differs;
}

static void expect_modes_forgotten(struct run *t, struct device *d, bool in_flight)
{
	uint64_t began = clock_ns();
	unsigned judged = 0;

	wire_need_reflector(t, d);
	for (unsigned i = 0; i < modes_of(d) && !(judged && slow(began)); i++)
		judged += judge_reset(t, d, &modes[i], in_flight);
	if (!judged)
		skip(t, "no mode makes a difference: the device does not filter");
}

/*
 * Breaks: only the table is cleared. Symptom: after a reboot the guest receives no broadcast, and so nothing at all; or
 * the next guest sees frames for others.
 */
CHECK(modes_after_reset, "net.modes-after-reset", REQ("net-filter-17"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "No receive mode outlives a reset")
{
	expect_modes_forgotten(t, d, false);
}

/* Breaks: a command that was taken before the reset is carried out after it. */
CHECK(modes_in_flight, "net.modes-in-flight-at-reset", REQ("net-filter-17"), DESCRIBED,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A command for a receive mode that is in flight has no effect after a reset")
{
	expect_modes_forgotten(t, d, true);
}

/* ---- the MAC address table (5.1.9.5.2) ---- */

/* Breaks: the table takes effect later than the acknowledgement, or never. */
CHECK(table_effective, "net.mac-table-effective", REQ("net-mac-02"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address in the table arrives as soon as MAC_TABLE_SET is used")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, false);
	set_table(t, d, one(wire_other_mac), none);
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, NULL), "a frame to an address in the table arrives");
}

/*
 * Breaks: no filter at all, or a new table is added to the old one. Symptom: the guest has to sort out what is not for
 * it.
 */
CHECK(mac_filter, "net.mac-filter", REQ("net-mac-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address that is neither ours nor in the table is dropped")
{
	need_mac(t, d);
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, false);
	expect(t, !passes(t, d, wire_other_mac, UNTAGGED, NULL), "a frame to another address is dropped");
	set_table(t, d, one(wire_other_mac), none);
	set_table(t, d, none, none);
	expect(t, !passes(t, d, wire_other_mac, UNTAGGED, NULL), "a frame to an address of a former table is dropped");
}

/* Breaks: ALLMULTI or ALLUNI opens the filter for everything. */
CHECK(filter_by_kind, "net.mac-filter-by-kind", REQ("net-mac-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "ALLMULTI lets no unicast frames pass, ALLUNI no multicast frames, and a table of one kind none of the other")
{
	need_mac(t, d);
	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA));
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !passes(t, d, wire_other_mac, UNTAGGED, NULL),
	       "a unicast frame to another address is dropped with ALLMULTI on");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 0);
	expect(t, !passes(t, d, wire_group_mac, UNTAGGED, NULL), "a multicast frame is dropped");
	set_table(t, d, one(wire_other_mac), none);
	expect(t, !passes(t, d, wire_group_mac, UNTAGGED, NULL),
	       "a multicast frame is dropped with a unicast address in the table");
	if (!device_accepted(d, VIRTIO_NET_F_CTRL_RX_EXTRA))
		return;
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, !passes(t, d, wire_group_mac, UNTAGGED, NULL), "a multicast frame is dropped with ALLUNI on");
}

/* Breaks: some bytes of an address are not compared. Symptom: the guest gets the traffic of its neighbours. */
CHECK(neighbours, "net.mac-filter-neighbours", REQ("net-mac-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address that differs in one byte from ours, or from one in the table, is dropped")
{
	enum { NEAR = 3 * CONTROL_MAC };
	uint8_t macs[NEAR][CONTROL_MAC], own[CONTROL_MAC];
	struct probe probes[NEAR];
	const uint8_t *const middle[] = { own, wire_other_mac, wire_group_mac };

	need_mac(t, d);
	wire_need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	net_mac(d, own);
	set_table(t, d, one(wire_other_mac), one(wire_group_mac));
	for (unsigned i = 0; i < NEAR; i++) {
		memcpy(macs[i], middle[i / CONTROL_MAC], CONTROL_MAC);
		macs[i][i % CONTROL_MAC] ^= 0x10;
		probes[i] = (struct probe){ .to = macs[i], .vlan = UNTAGGED };
	}
	ask_for(t, d, probes, NEAR, 1, NULL);
	for (unsigned i = 0; i < NEAR; i++)
		expect(t, !probes[i].arrived, "a frame to an address that differs in byte %u from %s is dropped",
		       i % CONTROL_MAC,
		       i < CONTROL_MAC	     ? "our own"
		       : i < 2 * CONTROL_MAC ? "the unicast one in the table"
					     : "the multicast one in the table");
}

/* Address number `number` of a kind; its first and its last byte tell it from the others. */
static void make_address(uint8_t mac[CONTROL_MAC], bool multicast, unsigned number)
{
	memcpy(mac, wire_other_mac, CONTROL_MAC);
	mac[0] = (uint8_t)(mac[0] | multicast);
	mac[4] = (uint8_t)(0x10 + number / 256);
	mac[5] = (uint8_t)number;
}

/* Sets a table with so many addresses of each kind, from number `first` on. Returns the ack. */
static uint8_t set_numbered(struct run *t, struct device *d, unsigned first, unsigned unicast, unsigned multicast)
{
	enum { MOST = 256 };
	static uint8_t macs[2][MOST][CONTROL_MAC];
	unsigned counts[2] = { unicast, multicast };

	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned i = 0; i < counts[kind] && i < MOST; i++)
			make_address(macs[kind][i], kind, first + i);
	return control_table(t, d, (struct control_macs){ (const uint8_t(*)[CONTROL_MAC])macs[0], unicast },
			     (struct control_macs){ (const uint8_t(*)[CONTROL_MAC])macs[1], multicast });
}

/* Asks for frames to these addresses of a table, by number, and expects them. */
static void expect_numbered(struct run *t, struct device *d, bool multicast, const unsigned *numbers, unsigned count,
			    const char *when)
{
	struct probe probes[2 * ENTRIES];
	uint8_t macs[2 * ENTRIES][CONTROL_MAC];

	for (unsigned i = 0; i < count; i++) {
		make_address(macs[i], multicast, numbers[i]);
		probes[i] = (struct probe){ .to = macs[i], .vlan = UNTAGGED };
	}
	ask_for(t, d, probes, count, LOOKS, NULL);
	for (unsigned i = 0; i < count; i++)
		expect(t, probes[i].arrived, "a frame to %s address %u of the table arrives, %s",
		       multicast ? "multicast" : "unicast", numbers[i], when);
}

/*
 * Breaks: one entry is kept, or all but the last; the multicast addresses are read but not used. Symptom: some of the
 * guest's groups are silent.
 */
CHECK(table_entries, "net.mac-table-entries", REQ("net-mac-02"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to every address of a table arrives, unicast and multicast")
{
	static const struct {
		uint8_t unicast, multicast;
	} sizes[] = { { 1, 1 }, { 0, 2 }, { 3, 0 }, { ENTRIES, ENTRIES } };
	static const unsigned numbers[ENTRIES] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	wire_need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char when[48];

		format_string(when, sizeof(when), "of %u unicast and %u multicast ones", sizes[i].unicast,
			      sizes[i].multicast);
		need_row(t, set_numbered(t, d, 0, sizes[i].unicast, sizes[i].multicast) == VIRTIO_NET_OK, "net-desc-06",
			 "MAC_TABLE_SET gets OK");
		expect_numbered(t, d, false, numbers, sizes[i].unicast, when);
		expect_numbered(t, d, true, numbers, sizes[i].multicast, when);
	}
}

/* Breaks: the first table stays. */
CHECK(table_replaced, "net.mac-table-replaced", REQ("net-mac-02"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A new table takes the place of the former one")
{
	static const unsigned old[] = { 0, 1, 2 }, new[] = { 3, 4, 5 };

	wire_need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	set_numbered(t, d, 0, 3, 3);
	need_row(t, set_numbered(t, d, 3, 3, 3) == VIRTIO_NET_OK, "net-desc-06", "a second MAC_TABLE_SET gets OK");
	expect_numbered(t, d, false, new, 3, "which replaced another");
	expect_numbered(t, d, true, new, 3, "which replaced another");
	set_numbered(t, d, 0, 1, 1);
	expect_numbered(t, d, false, old, 1, "which replaced a longer one");
	expect_numbered(t, d, true, old, 1, "which replaced a longer one");
}

/*
 * Breaks: what does not fit is forgotten, although the command was acknowledged. (The device may refuse the table. It
 * may also give up filtering: footnote of 5.1.9.5.2.)
 */
CHECK(table_overflow, "net.mac-table-overflow", REQ("net-mac-02"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A large table that the device accepts has effect in all of its entries")
{
	static const unsigned few[] = { 0, 31, 32, 33, 63, 64, 65, 99 };
	enum { LARGE = 100, FEW = sizeof(few) / sizeof(few[0]) };
	uint8_t mac[CONTROL_MAC];

	wire_need_reflector(t, d);
	net_mac(d, mac);
	for (unsigned kinds = 1; kinds <= 3; kinds++) {
		start_filtering(t, d, NO_FEATURES);
		need_row(t, arrives(t, d, mac, UNTAGGED, wire_broadcast_mac), "net-mac-05",
			 "a frame to our own address arrives");
		if (set_numbered(t, d, 0, kinds & 1 ? LARGE : 0, kinds & 2 ? LARGE : 0) != VIRTIO_NET_OK) {
			info(t, "a MAC table of %u entries of a kind is refused", LARGE);
			skip(t, "the device does not take tables of %u entries", LARGE);
		}
		expect(t, arrives(t, d, mac, UNTAGGED, wire_broadcast_mac),
		       "a frame to our own address arrives, as it did before a table of %u entries of a kind", LARGE);
		if (kinds & 1)
			expect_numbered(t, d, false, few, FEW, "which has 100 of the kind");
		if (kinds & 2)
			expect_numbered(t, d, true, few, FEW, "which has 100 of the kind");
	}
}

/* Breaks: the filter stays open once a table was too large. */
CHECK(table_after_overflow, "net.mac-table-after-overflow", REQ("net-mac-04"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "After a table that was too large, a smaller one filters again, and so does the device after a reset")
{
	enum { LARGE = 100, NOT_THERE = 200 };
	uint8_t unicast[CONTROL_MAC], multicast[CONTROL_MAC];
	struct probe probes[] = { { .to = unicast, .vlan = UNTAGGED }, { .to = multicast, .vlan = UNTAGGED } };

	need_mac(t, d);
	wire_need_reflector(t, d);
	make_address(unicast, false, NOT_THERE);
	make_address(multicast, true, NOT_THERE);
	for (unsigned reset = 0; reset < 2; reset++) {
		start_filtering(t, d, NO_FEATURES);
		if (set_numbered(t, d, 0, LARGE, LARGE) != VIRTIO_NET_OK)
			skip(t, "the device does not take tables of %u entries", LARGE);
		if (reset)
			start_filtering(t, d, NO_FEATURES);
		else
			set_numbered(t, d, 0, 1, 1);
		ask_for(t, d, probes, 2, 1, NULL);
		for (unsigned i = 0; i < 2; i++)
			expect(t, !probes[i].arrived, "a %s frame to an address that is not in the table is dropped %s",
			       i ? "multicast" : "unicast", reset ? "after a reset" : "when the table is small again");
	}
}

/* Breaks: the next guest, or the next driver, receives what the former one asked for. */
CHECK(table_after_reset, "net.mac-table-after-reset", REQ("net-mac-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "The table is empty after a reset")
{
	const uint8_t *const macs[] = { wire_other_mac, wire_group_mac };
	unsigned judged = 0;

	for (unsigned i = 0; i < (wire_has_reflector(t, d) ? 2 : 1); i++) {
		start_filtering(t, d, NO_FEATURES);
		if (passes(t, d, macs[i], UNTAGGED, NULL))
			continue; /* no filter */
		set_table(t, d, i ? none : one(macs[i]), i ? one(macs[i]) : none);
		if (!arrives(t, d, macs[i], UNTAGGED, NULL))
			continue;
		start_filtering(t, d, NO_FEATURES);
		judged++;
		expect(t, !passes(t, d, macs[i], UNTAGGED, NULL),
		       "a frame to a %s address that was in the table before the reset is dropped",
		       i ? "multicast" : "unicast");
	}
	if (!judged)
		skip(t, "the device does not filter, or the network passes no frames for others on");
}

/* ---- the device's own address (5.1.9.5.2) ---- */

#define ADDRESS CONTROL(VIRTIO_NET_F_CTRL_MAC_ADDR)

static uint8_t device_mac[CONTROL_MAC];

static void put_mac_back(struct run *t, struct device *d)
{
	uint8_t mac[CONTROL_MAC];

	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR));
	net_mac(d, mac);
	if (memcmp(mac, device_mac, CONTROL_MAC))
		expect_eq(t, control_address(t, d, device_mac), VIRTIO_NET_OK,
			  "ack of MAC_ADDR_SET with the address that was there before");
}

/* Prepares for a check that changes the address. */
static void need_address_set(struct run *t, struct device *d)
{
	if (!device_offers(d, VIRTIO_NET_F_CTRL_RX) || !device_offers(d, VIRTIO_NET_F_MAC))
		skip(t, "the device does not offer CTRL_RX and MAC beside CTRL_MAC_ADDR");
	net_mac(d, device_mac);
	t->afterwards = put_mac_back;
}

/* Breaks: the command is acknowledged first and carried out later. Symptom: the driver reads the old address. */
CHECK(address_set, "net.mac-address-set", REQ("net-mac-03"), MUST, NEEDS(ADDRESS),
      "mac has the new value as soon as MAC_ADDR_SET is used")
{
	uint8_t mac[CONTROL_MAC];

	need_address_set(t, d);
	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR));
	for (unsigned i = 0; i < 8; i++) {
		uint8_t want[CONTROL_MAC];

		memcpy(want, wire_other_mac, CONTROL_MAC);
		want[5] = (uint8_t)(0x80 + i);
		require_eq(t, control_address(t, d, want), VIRTIO_NET_OK, "ack of MAC_ADDR_SET");
		net_mac(d, mac);
		if (!expect(t, !memcmp(mac, want, CONTROL_MAC), "mac ends in %02x, as set: it ends in %02x", want[5],
			    mac[5]))
			break;
	}
}

static void start_with_address(struct run *t, struct device *d)
{
	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_MAC_ADDR));
}

static void set_address(struct run *t, struct device *d, const uint8_t *mac)
{
	need_row(t, control_address(t, d, mac) == VIRTIO_NET_OK, "net-mac-03", "MAC_ADDR_SET gets OK");
}

/* Breaks: the configuration space changes and the filter does not. Symptom: no network after a change of the address.
 */
CHECK(address_filters, "net.mac-address-received", REQ("net-mac-05"), DESCRIBED, NEEDS(ADDRESS),
      "After MAC_ADDR_SET, frames to the new address arrive")
{
	need_address_set(t, d);
	start_with_address(t, d);
	set_address(t, d, wire_other_mac);
	expect(t, arrives(t, d, wire_other_mac, UNTAGGED, wire_broadcast_mac), "a frame to the new address arrives");
}

/* Breaks: an address that is no change is refused, or taken for none. */
CHECK(address_same, "net.mac-address-set-again", REQ("net-mac-05"), DESCRIBED, NEEDS(ADDRESS),
      "MAC_ADDR_SET with the present address is accepted and changes nothing")
{
	uint8_t mac[CONTROL_MAC];

	need_address_set(t, d);
	start_with_address(t, d);
	for (unsigned i = 0; i < 2; i++) {
		expect_eq(t, control_address(t, d, device_mac), VIRTIO_NET_OK, "ack of MAC_ADDR_SET");
		net_mac(d, mac);
		expect(t, !memcmp(mac, device_mac, CONTROL_MAC), "mac is what it was");
		expect(t, arrives(t, d, device_mac, UNTAGGED, wire_broadcast_mac), "a frame to our address arrives");
	}
}

/* Breaks: the old address is kept beside the new one. */
CHECK(address_moves, "net.mac-address-moves", REQ("net-mac-04"), SHOULD, NEEDS(ADDRESS),
      "After MAC_ADDR_SET, frames to the former address are dropped")
{
	need_address_set(t, d);
	start_with_address(t, d);
	if (passes(t, d, wire_other_mac, UNTAGGED, NULL))
		skip(t, "the device does not filter");
	set_address(t, d, wire_other_mac);
	expect(t, !passes(t, d, device_mac, UNTAGGED, wire_broadcast_mac),
	       "a frame to the address from before MAC_ADDR_SET is dropped");
}

/* Breaks: the address is entry 0 of the table. Symptom: groups fall silent when the address changes. */
CHECK(address_and_table, "net.mac-address-keeps-table", REQ("net-mac-02"), MUST, NEEDS(ADDRESS),
      "MAC_ADDR_SET leaves the MAC table as it is")
{
	static const unsigned all[] = { 0, 1, 2 };
	uint8_t mac[CONTROL_MAC];

	need_address_set(t, d);
	start_with_address(t, d);
	need_row(t, set_numbered(t, d, 0, 3, 3) == VIRTIO_NET_OK, "net-desc-06", "MAC_TABLE_SET gets OK");
	make_address(mac, false, 9);
	set_address(t, d, mac);
	expect_numbered(t, d, false, all, 3, "after MAC_ADDR_SET");
	expect_numbered(t, d, true, all, 3, "after MAC_ADDR_SET");
}

/* Breaks: the next driver finds the address of the former one, and another guest has it by now. */
CHECK(address_after_reset, "net.mac-address-after-reset", REQ("net-mac-06"), DESCRIBED, NEEDS(ADDRESS),
      "A reset brings the device's own address back")
{
	uint8_t mac[CONTROL_MAC];

	need_address_set(t, d);
	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR));
	set_address(t, d, wire_other_mac);
	net_mac(d, mac);
	need_row(t, !memcmp(mac, wire_other_mac, CONTROL_MAC), "net-mac-03", "MAC_ADDR_SET changes mac");
	require_ok(t, device_reset(d), "the device resets");
	net_mac(d, mac);
	expect(t, !memcmp(mac, device_mac, CONTROL_MAC), "mac after a reset is what it was before MAC_ADDR_SET");
	if (!wire_has_reflector(t, d))
		return;
	start_with_address(t, d);
	expect(t, arrives(t, d, device_mac, UNTAGGED, wire_broadcast_mac),
	       "a frame to the device's own address arrives after a reset");
}

static void write_mac(struct device *d, const uint8_t mac[CONTROL_MAC])
{
	for (unsigned i = 0; i < CONTROL_MAC; i++)
		config_write(&d->transport, VIRTIO_NET_CONFIG_MAC + i, 1, mac[i]);
}

static void write_mac_back(struct run *t, struct device *d)
{
	(void)t;
	write_mac(d, device_mac);
}

/*
 * Breaks: what a legacy driver writes is stored, and the filter is not told. Symptom: no network after a change of the
 * address. (A device may wait for the last byte: 5.1.9.5.2.3.)
 */
CHECK(legacy_address, "net.legacy-mac-received", REQ("net-leg-07"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 1, .queues = 2,
	    .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)),
      "After a legacy driver has written mac, frames to the new address arrive")
{
	uint8_t mac[CONTROL_MAC];

	need_mac(t, d);
	wire_need_reflector(t, d);
	net_mac(d, device_mac);
	t->afterwards = write_mac_back;
	start_filtering(t, d, NO_FEATURES);
	make_address(mac, false, 5);
	write_mac(d, mac);
	expect(t, arrives(t, d, mac, UNTAGGED, wire_broadcast_mac), "a frame to the address that was written arrives");
}

/* ---- VLANs (5.1.9.5.3) ---- */

enum { TAG = 77, OTHER_TAG = 78, TAG_PRIORITY = 0xe000 };

/* Tags at the borders of words and bits, and the smallest and largest. */
static const uint16_t tags[] = { 0, 1, 5, 6, 31, 32, 63, 64, 1000, 2047, 2048, 4093, 4094 };
enum { TAGS = sizeof(tags) / sizeof(tags[0]) };

/* Asks for frames to our own address with these tags. */
static void ask_for_tags(struct run *t, struct device *d, struct probe *probes, const uint16_t *values, unsigned count,
			 unsigned looks)
{
	static uint8_t mac[CONTROL_MAC];

	net_mac(d, mac);
	for (unsigned i = 0; i < count; i++)
		probes[i] = (struct probe){ .to = mac, .vlan = values[i] };
	ask_for(t, d, probes, count, looks, NULL);
}

static void expect_tags(struct run *t, struct device *d, const uint16_t *values, unsigned count, const char *when)
{
	struct probe probes[TAGS];

	ask_for_tags(t, d, probes, values, count, LOOKS);
	for (unsigned i = 0; i < count; i++)
		expect(t, probes[i].arrived, "a frame with tag %u (0x%04x) arrives %s", values[i] & 0xfff, values[i],
		       when);
}

static void expect_no_tags(struct run *t, struct device *d, const uint16_t *values, unsigned count, const char *when)
{
	struct probe probes[TAGS];

	ask_for_tags(t, d, probes, values, count, 1);
	for (unsigned i = 0; i < count; i++)
		expect(t, !probes[i].arrived, "a frame with tag %u is dropped %s", values[i], when);
}

/* Breaks: tagged frames are dropped for a driver that cannot ask for them. */
CHECK(tags_unfiltered, "net.tags-unfiltered", REQ("net-vlan-01"), MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without CTRL_VLAN, tagged frames arrive")
{
	static const uint16_t some[] = { 0, 1, TAG, 4094, TAG | TAG_PRIORITY };

	wire_need_reflector(t, d);
	wire_start(t, d, NO_FEATURES);
	need_without(t, d, VIRTIO_NET_F_CTRL_VLAN);
	filtered = open_few(t, d);
	expect_tags(t, d, some, sizeof(some) / sizeof(some[0]), "without CTRL_RX");
	if (!device_offers(d, VIRTIO_NET_F_CTRL_VQ) || !device_offers(d, VIRTIO_NET_F_CTRL_RX))
		return;
	start_filtering(t, d, NO_FEATURES);
	expect_tags(t, d, some, sizeof(some) / sizeof(some[0]), "with CTRL_RX and PROMISC off");
}

static void start_vlan(struct run *t, struct device *d)
{
	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_VLAN));
}

/* Breaks: the device looks up the table with the wrong bits of the tag. */
CHECK(tags_in_table, "net.tags-in-table", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag in the table arrive")
{
	static const uint16_t some[] = { TAG, TAG | TAG_PRIORITY, TAG | 0x1000 };

	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	expect_tags(t, d, some, sizeof(some) / sizeof(some[0]), "when it was added");
}

/*
 * Breaks: the table has one entry, or adding a tag forgets its neighbours; tag 0 or the last one is left out. Symptom:
 * one VLAN works, two do not.
 */
CHECK(tags_many, "net.tags-many-in-table", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "With CTRL_VLAN, frames with each of many tags in the table arrive, whatever their priority")
{
	static const uint16_t with_priority[] = { 5 | TAG_PRIORITY, 6 | 0x1000, 4094 | 0x2000, 0 | TAG_PRIORITY };

	start_vlan(t, d);
	for (unsigned i = 0; i < TAGS; i++)
		set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, tags[i]);
	expect_tags(t, d, tags, TAGS, "when it and others were added");
	expect_tags(t, d, with_priority, sizeof(with_priority) / sizeof(with_priority[0]),
		    "with a priority, when it was added");
}

/* Breaks: VLAN_DEL clears more than one bit. Symptom: taking one VLAN down takes others down. */
CHECK(tags_kept, "net.tags-kept-when-others-are-removed", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "VLAN_DEL leaves the other tags in the table")
{
	static const uint16_t rest[] = { 0, 5, 31, 63, 1000, 2048, 4094 };

	start_vlan(t, d);
	for (unsigned i = 0; i < TAGS; i++)
		set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, tags[i]);
	for (unsigned i = 0; i < TAGS; i++) {
		bool stays = false;

		for (unsigned j = 0; j < sizeof(rest) / sizeof(rest[0]); j++)
			stays |= tags[i] == rest[j];
		if (!stays)
			set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, tags[i]);
	}
	expect_tags(t, d, rest, sizeof(rest) / sizeof(rest[0]), "when others were removed");
}

/* Breaks: the device has no table, or VLAN_DEL does not remove. */
CHECK(tags_not_in_table, "net.tags-not-in-table", REQ("net-vlan-03"), SHOULD, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag that is not in the table are dropped")
{
	static const uint16_t other = OTHER_TAG, tag = TAG;

	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	expect_no_tags(t, d, &other, 1, "when it was not added");
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, TAG);
	expect_no_tags(t, d, &tag, 1, "when it was added twice and removed again");
}

/* Breaks: some bits of the tag are not looked at. */
CHECK(tags_alike, "net.tags-alike", REQ("net-vlan-03"), SHOULD, NEEDS(VLAN),
      "With CTRL_VLAN, a tag in the table lets no tag pass that differs in one bit")
{
	enum { FIVE = 5, BITS = 12 };
	uint16_t others[BITS];

	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, FIVE);
	for (unsigned bit = 0; bit < BITS; bit++)
		others[bit] = (uint16_t)(FIVE ^ 1u << bit);
	expect_no_tags(t, d, others, BITS, "when only tag 5 was added");
}

/* Breaks: VLAN_DEL toggles. */
CHECK(tags_absent, "net.tags-removed-twice", REQ("net-vlan-03"), SHOULD, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag that was removed twice, or never added, are dropped")
{
	static const uint16_t some[] = { TAG, OTHER_TAG };

	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, TAG);
	/* what a second VLAN_DEL gets is open */
	control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, TAG);
	control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, OTHER_TAG);
	expect_no_tags(t, d, some, 2, "when it was removed without being there");
}

/* Breaks: VLAN_ADD toggles, or counts. */
CHECK(tags_twice, "net.tags-added-twice", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag that was added twice arrive")
{
	static const uint16_t tag = TAG;

	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	expect_tags(t, d, &tag, 1, "when it was added twice");
}

/* Breaks: the table is a short list, and what does not fit is acknowledged and forgotten. */
CHECK(tags_full, "net.tags-as-many-as-accepted", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "With CTRL_VLAN, frames with each of 64 tags arrive, if the device accepted so many")
{
	enum { FIRST = 100, MANY = 64 };
	static const uint16_t some[] = { FIRST,	     FIRST + 7,	 FIRST + 8,  FIRST + 15,
					 FIRST + 16, FIRST + 31, FIRST + 32, FIRST + MANY - 1 };
	uint64_t began = clock_ns();

	start_vlan(t, d);
	for (uint16_t i = 0; i < MANY; i++) {
		if (control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, (uint16_t)(FIRST + i)) != VIRTIO_NET_OK)
			skip(t, "the device takes %u tags only", i);
		if (slow(began))
			skip(t, "the device takes too long for so many commands");
	}
	expect_tags(t, d, some, sizeof(some) / sizeof(some[0]), "when it was one of 64");
}

/* Breaks: the table counts only for a driver that filters addresses, too. */
CHECK(tags_without_rx, "net.tags-without-receive-modes", REQ("net-vlan-02"), MUST,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_VLAN)),
      "With CTRL_VLAN and without CTRL_RX, frames with a tag in the table arrive")
{
	static const uint16_t some[] = { TAG, 4094 };

	wire_need_reflector(t, d);
	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_STATUS));
	filtered = open_few(t, d);
	for (unsigned i = 0; i < 2; i++)
		set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, some[i]);
	expect_tags(t, d, some, 2, "without CTRL_RX");
}

/* Breaks: a tag moves the bytes that are looked at. Symptom: no ARP in a VLAN. */
CHECK(tags_and_addresses, "net.tags-and-addresses", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "A frame with a tag in the table is received by the same rules as one without: broadcast, groups, addresses")
{
	struct probe probes[] = { { .to = wire_broadcast_mac, .vlan = TAG },
				  { .to = wire_group_mac, .vlan = TAG },
				  { .to = wire_other_mac, .vlan = TAG },
				  { .to = wire_group_mac, .vlan = UNTAGGED } };
	enum { PROBES = sizeof(probes) / sizeof(probes[0]) };

	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	set_table(t, d, one(wire_other_mac), one(wire_group_mac));
	ask_for(t, d, probes, PROBES, LOOKS, NULL);
	for (unsigned i = 0; i < PROBES; i++)
		expect(t, probes[i].arrived, "a frame to %s %s arrives",
		       i == 0	? "the broadcast address"
		       : i == 2 ? "a unicast address in the table"
				: "a multicast address in the table",
		       probes[i].vlan == UNTAGGED ? "without a tag" : "with a tag in the table");
}

/* Breaks: a tag in the table lets everything in. */
CHECK(tags_no_pass, "net.tags-do-not-replace-addresses", REQ("net-mac-04"), SHOULD, NEEDS(VLAN),
      "A frame with a tag in the table to an address that is neither ours nor in the table is dropped")
{
	need_mac(t, d);
	start_vlan(t, d);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	expect(t, !passes(t, d, wire_other_mac, TAG, NULL), "a frame with tag %u to another address is dropped", TAG);
}

/* Breaks: promiscuous mode stops at tags. */
CHECK(tags_promiscuous, "net.tags-in-promiscuous-mode", REQ("net-filter-02"), SHOULD, NEEDS(VLAN),
      "In promiscuous mode frames with any tag arrive")
{
	static const uint16_t tag = TAG;

	start_vlan(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect_tags(t, d, &tag, 1, "in promiscuous mode");
}

/* Breaks: the table is cleared at power on only. */
CHECK(tags_after_reset, "net.tags-after-reset", REQ("net-vlan-04"), SHOULD, NEEDS(VLAN),
      "The table of VLANs is empty after a reset")
{
	static const uint16_t some[] = { 1, TAG, 4094 };

	start_vlan(t, d);
	for (unsigned i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, some[i]);
	start_vlan(t, d);
	expect_no_tags(t, d, some, sizeof(some) / sizeof(some[0]), "when it was added before the reset");
}

/* ---- commands do not disturb each other ---- */

/* A frame that must go on arriving. */
static void expect_undisturbed(struct run *t, struct device *d, struct probe *probes, unsigned count, const char *after)
{
	static const char *const what[] = { "a unicast address in the table", "a multicast address in the table",
					    "our address, with a tag in the table",
					    "a multicast address, with ALLMULTI on" };

	for (unsigned i = 0; i < count; i++)
		probes[i].arrived = false;
	ask_for(t, d, probes, count, LOOKS, wire_broadcast_mac);
	for (unsigned i = 0; i < count; i++)
		expect(t, probes[i].arrived, "a frame to %s arrives after %s", what[i], after);
}

/*
 * Breaks: a command clears the tables of another class, or switches a mode. Symptom: multicast stops when a VLAN is
 * added, or a VLAN when the address is changed.
 */
CHECK(undisturbed, "net.commands-are-separate", REQ("net-ctl-05"), DESCRIBED, NEEDS(VLAN),
      "Each command leaves modes, addresses and tags that it does not concern as they are")
{
	uint8_t mac[CONTROL_MAC];
	struct probe probes[] = { { .to = wire_other_mac, .vlan = UNTAGGED },
				  { .to = wire_group_mac, .vlan = UNTAGGED },
				  { .to = mac, .vlan = TAG } };
	enum { PROBES = sizeof(probes) / sizeof(probes[0]) };

	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURES(VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_RX_EXTRA));
	net_mac(d, mac);
	set_table(t, d, one(wire_other_mac), one(wire_group_mac));
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	for (unsigned i = 0; i < MODES; i++) {
		if (i >= modes_of(d) || !(device_accepted(d, VIRTIO_NET_F_CTRL_RX_EXTRA) || i < 2))
			break;
		set_mode(t, d, modes[i].mode, 1);
		set_mode(t, d, modes[i].mode, 0);
	}
	expect_undisturbed(t, d, probes, PROBES, "all receive modes were switched on and off");
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, OTHER_TAG);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, OTHER_TAG);
	expect_undisturbed(t, d, probes, PROBES, "another tag was added and removed");
	set_table(t, d, one(wire_other_mac), one(wire_group_mac));
	expect_undisturbed(t, d, probes, PROBES, "the table of addresses was set again");
}

/* Breaks: MAC_ADDR_SET and MAC_TABLE_SET start from nothing. */
CHECK(undisturbed_by_mac, "net.mac-commands-are-separate", REQ("net-ctl-05"), DESCRIBED, NEEDS(VLAN),
      "MAC_TABLE_SET and MAC_ADDR_SET leave tags and ALLMULTI as they are")
{
	static const uint8_t group[CONTROL_MAC] = { 0x03, 0x54, 0x53, 0x00, 0x01, 0x02 };
	uint8_t mac[CONTROL_MAC];
	struct probe probes[] = { { .to = wire_other_mac, .vlan = UNTAGGED },
				  { .to = wire_group_mac, .vlan = UNTAGGED },
				  { .to = mac, .vlan = TAG },
				  { .to = group, .vlan = UNTAGGED } };
	enum { PROBES = sizeof(probes) / sizeof(probes[0]) };

	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURES(VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_MAC_ADDR));
	net_mac(d, mac);
	set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	set_table(t, d, one(wire_other_mac), one(wire_group_mac));
	expect_undisturbed(t, d, probes, PROBES, "MAC_TABLE_SET");
	if (!device_accepted(d, VIRTIO_NET_F_CTRL_MAC_ADDR) || !device_accepted(d, VIRTIO_NET_F_MAC))
		return;
	memcpy(device_mac, mac, CONTROL_MAC);
	t->afterwards = put_mac_back;
	make_address(mac, false, 5);
	set_address(t, d, mac);
	expect_undisturbed(t, d, probes, PROBES, "MAC_ADDR_SET");
}

/* Breaks: the filters are part of the virtqueue's state. Symptom: after a change of ring sizes multicast stops. */
CHECK(undisturbed_by_reset, "net.filters-survive-queue-reset", REQ("net-ctl-06"), DESCRIBED, NEEDS(.version = 2, VLAN),
      "The reset of a virtqueue leaves modes, addresses and tags as they are")
{
	static const uint8_t group[CONTROL_MAC] = { 0x03, 0x54, 0x53, 0x00, 0x01, 0x02 };
	static const uint16_t queues[] = { VIRTIO_NET_RX, VIRTIO_NET_CTRL_WITHOUT_MQ };
	uint8_t mac[CONTROL_MAC];
	struct probe probes[] = { { .to = wire_other_mac, .vlan = UNTAGGED },
				  { .to = wire_group_mac, .vlan = UNTAGGED },
				  { .to = mac, .vlan = TAG },
				  { .to = group, .vlan = UNTAGGED } };
	enum { PROBES = sizeof(probes) / sizeof(probes[0]) };

	if (!device_offers(d, VIRTIO_F_RING_RESET))
		skip(t, "the device does not offer RING_RESET");
	wire_need_reflector(t, d);
	for (unsigned i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		start_filtering(t, d, FEATURES(VIRTIO_NET_F_CTRL_VLAN, VIRTIO_F_RING_RESET));
		net_mac(d, mac);
		set_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, TAG);
		set_table(t, d, one(wire_other_mac), one(wire_group_mac));
		set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
		transport_select_queue(&d->transport, queues[i]);
		transport_set_queue_reset(&d->transport, 1);
		if (!WAIT_UNTIL(!transport_queue_reset(&d->transport), device_patience_ns) ||
		    transport_queue_ready(&d->transport))
			skip(t, "QueueReset resets nothing here, see ring.reset.queue-is-not-ready-when-complete");
		require_ok(t, device_setup_queue(d, queues[i], DEVICE_QUEUE_SIZE), "the virtqueue is set up again");
		if (queues[i] == VIRTIO_NET_RX)
			filtered = open_few(t, d);
		expect_undisturbed(t, d, probes, PROBES,
				   i ? "a reset of the control virtqueue" : "a reset of the receive virtqueue");
	}
}

/* ---- commands in pieces ---- */

/* Breaks: a field or an address that lies in two descriptors is read from the first alone. */
CHECK(pieces_of_data, "net.command-data-in-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2,
	    .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN)),
      "A tag and a table of addresses may be cut anywhere")
{
	enum { CUT_TAG = 0x0203, MOST = 16 };
	uint8_t tables[2 + 4 + CONTROL_MAC + 4 + CONTROL_MAC] = { VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET,
								  1 };
	static const uint8_t vlan[] = { VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, CUT_TAG & 0xff, CUT_TAG >> 8 };
	static const uint16_t tag = CUT_TAG;

	memcpy(tables + 6, wire_other_mac, CONTROL_MAC);
	tables[6 + CONTROL_MAC] = 1;
	memcpy(tables + 6 + CONTROL_MAC + 4, wire_group_mac, CONTROL_MAC);
	for (uint32_t size = 3; size <= 5; size++) {
		start_vlan(t, d);
		if (control_queue(d)->size < MOST)
			skip(t, "the control virtqueue has only %u entries", control_queue(d)->size);
		need_row(t, control_cut(t, d, vlan, sizeof(vlan), size) == VIRTIO_NET_OK, "frame-01",
			 "VLAN_ADD in pieces of %u bytes gets OK", size);
		need_row(t, control_cut(t, d, tables, sizeof(tables), size) == VIRTIO_NET_OK, "frame-01",
			 "MAC_TABLE_SET in pieces of %u bytes gets OK", size);
		expect_tags(t, d, &tag, 1, "when it was added in pieces");
		expect(t, arrives(t, d, wire_other_mac, UNTAGGED, NULL),
		       "a frame to a unicast address arrives that was set in pieces of %u bytes", size);
		expect(t, arrives(t, d, wire_group_mac, UNTAGGED, NULL),
		       "a frame to a multicast address arrives that was set in pieces of %u bytes", size);
	}
}
