// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, control virtqueue (5.1.9.5): commands, what the receive filters let through, multiqueue. What arrives
 * depends on the other end: see wire.h.
 *
 * How devices break: a command is acknowledged before it has its effect, or acknowledged and forgotten; a filter
 * outlives a reset; packets are spread over virtqueues that the driver does not look at. In the field a guest receives
 * nothing after a change of its address, or stalls with several CPUs.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/wire.h"

/* ---- the control virtqueue (5.1.9.5) ---- */

enum { ACK_UNWRITTEN = 0xee };

static struct virtqueue *control_queue(struct device *d)
{
	return &d->queues[VIRTIO_NET_CTRL_WITHOUT_MQ];
}

/*
 * Sends a command with its data in these parts, and returns the ack. Class and command, each part, and the ack have
 * separate descriptors (5.1.9.8).
 */
static uint8_t command_parts(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number,
			     const struct segment *parts, unsigned count, uint32_t *length)
{
	uint8_t *head = need_memory(t, dma_alloc(2, 1)), *ack = need_memory(t, dma_alloc(1, 1));
	struct segment segments[4] = { { .data = head, .size = 2 } };
	unsigned used = 1;
	struct completion done;

	head[0] = class;
	head[1] = number;
	*ack = ACK_UNWRITTEN;
	for (unsigned i = 0; i < count; i++) {
		segments[used] = parts[i];
		segments[used].data = need_memory(t, dma_alloc(parts[i].size, 1));
		memcpy(segments[used++].data, parts[i].data, parts[i].size);
	}
	segments[used++] = (struct segment){ .data = ack, .size = 1, .writable = true };
	if (virtqueue_add(queue, segments, used, NULL, queue) < 0)
		skip(t, "the control virtqueue has no room for a command in %u descriptors", used);
	virtqueue_kick(queue);
	done = take_used(t, queue, "a control command");
	if (length)
		*length = done.length;
	return *(volatile uint8_t *)ack;
}

static uint8_t command(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number, const void *data,
		       uint32_t size)
{
	struct segment part = { .data = (void *)(uintptr_t)data, .size = size };

	return command_parts(t, queue, class, number, &part, size ? 1 : 0, NULL);
}

static void start_control(struct run *t, struct device *d, struct features features)
{
	wire_start(t, d, features_with(features, VIRTIO_NET_F_CTRL_VQ));
}

#define CONTROL(BIT) .type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, BIT)

/*
 * Breaks: OK for a command that does not exist, or no answer at all. Symptom: a driver believes that the command has
 * effect, or hangs.
 */
CHECK(unknown_class, "net.unknown-class", REQ("net-desc-03"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_VQ)),
      "A control command of an unknown class, or unknown in its class, gets ERR")
{
	static const uint8_t byte = 1;

	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_eq(t, command(t, control_queue(d), 0xff, 0, NULL, 0), VIRTIO_NET_ERR, "ack of class 0xff without data");
	expect_eq(t, command(t, control_queue(d), 0xfe, 1, &byte, 1), VIRTIO_NET_ERR,
		  "ack of class 0xfe with a byte of data");
	if (device_accepted(d, VIRTIO_NET_F_CTRL_RX))
		expect_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_RX, 0xff, &byte, 1), VIRTIO_NET_ERR,
			  "ack of command 0xff of class CTRL_RX");
}

/* Breaks: the used length is 0, or counts the command. (A byte too many shows in the guard bytes.) */
CHECK(ack_length, "net.ack-length", REQ("net-desc-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_CTRL_VQ)),
      "A control command is answered with one byte, 0 or 1")
{
	uint32_t length;
	uint8_t ack;

	start_control(t, d, NO_FEATURES);
	ack = command_parts(t, control_queue(d), 0xff, 0, NULL, 0, &length);
	expect(t, ack <= VIRTIO_NET_ERR, "ack is 0 or 1: it is 0x%02x%s", ack,
	       ack == ACK_UNWRITTEN ? ", which we put there" : "");
	expect_eq(t, length, 1, "used length of a control command");
}

/*
 * Breaks: the device dies, never answers, or reads past the data, when a command is too short or too long. (Whether
 * such a command gets OK is open.)
 */
CHECK(malformed_commands, "net.malformed-commands", REQ("net-desc-03"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "Malformed control commands are answered, and the next one works")
{
	static const uint8_t bytes[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const struct {
		uint8_t class, number, size;
		const char *name;
	} commands[] = {
		{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 0, "PROMISC without data" },
		{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 8, "PROMISC with 8 bytes of data" },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 0, "MAC_TABLE_SET without data" },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 3, "MAC_TABLE_SET with 3 bytes of data" },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 8,
		  "MAC_TABLE_SET with 0xffffffff entries and 4 bytes of data" },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 5, "MAC_ADDR_SET with 5 bytes of data" },
	};
	static const uint8_t on = 1;

	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		uint8_t ack =
			command(t, control_queue(d), commands[i].class, commands[i].number, bytes, commands[i].size);

		expect(t, ack <= VIRTIO_NET_ERR, "ack of %s is 0 or 1: it is 0x%02x", commands[i].name, ack);
		if (ack == VIRTIO_NET_OK)
			info(t, "%s gets OK", commands[i].name);
		expect_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, &on, 1),
			  VIRTIO_NET_OK, "ack of PROMISC after %s", commands[i].name);
	}
}

static uint8_t set_mode(struct run *t, struct device *d, uint8_t mode, uint8_t on)
{
	return command(t, control_queue(d), VIRTIO_NET_CTRL_RX, mode, &on, 1);
}

static void expect_modes(struct run *t, struct device *d, uint8_t first, uint8_t last)
{
	for (uint8_t mode = first; mode <= last; mode++)
		for (uint8_t on = 2; on-- > 0;)
			expect_eq(t, set_mode(t, d, mode, on), VIRTIO_NET_OK, "ack of CTRL_RX command %u with %u", mode,
				  on);
}

/* Breaks: ERR for a command that CTRL_RX promises. */
CHECK(receive_modes, "net.receive-modes", REQ("net-filter-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With CTRL_RX, PROMISC and ALLMULTI are supported")
{
	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_modes(t, d, VIRTIO_NET_CTRL_RX_PROMISC, VIRTIO_NET_CTRL_RX_ALLMULTI);
}

/* Breaks: ERR for a command that CTRL_RX_EXTRA promises. */
CHECK(receive_modes_extra, "net.receive-modes-extra", REQ("net-filter-05"), MUST,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With CTRL_RX_EXTRA, ALLUNI, NOMULTI, NOUNI and NOBCAST are supported")
{
	start_control(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_RX_EXTRA));
	expect_modes(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, VIRTIO_NET_CTRL_RX_NOBCAST);
}

/* Breaks: the command is expected in three descriptors. */
CHECK(command_pieces, "net.command-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2,
	    .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)),
      "A control command may be cut anywhere")
{
	static const uint8_t bytes[3] = { VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1 };
	static const uint8_t sizes[][3] = { { 3 }, { 1, 2 }, { 1, 1, 1 } };

	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	if (control_queue(d)->size < 4)
		skip(t, "the control virtqueue has only %u entries", control_queue(d)->size);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct segment segments[4];
		unsigned count = 0, from = 0;
		uint8_t *ack = need_memory(t, dma_alloc(1, 1));

		for (; count < 3 && sizes[i][count]; from += sizes[i][count++]) {
			segments[count] = (struct segment){
				.data = need_memory(t, dma_alloc(sizes[i][count], 1)),
				.size = sizes[i][count],
			};
			memcpy(segments[count].data, bytes + from, sizes[i][count]);
		}
		*ack = ACK_UNWRITTEN;
		segments[count++] = (struct segment){ .data = ack, .size = 1, .writable = true };
		virtqueue_add(control_queue(d), segments, count, NULL, d);
		virtqueue_kick(control_queue(d));
		take_used(t, control_queue(d), "a control command");
		expect_eq(t, *(volatile uint8_t *)ack, VIRTIO_NET_OK, "ack of PROMISC in %u descriptors", count);
	}
}

/* Sets the filter table: one address, or none, of each kind. */
static uint8_t set_table(struct run *t, struct device *d, const uint8_t *unicast, const uint8_t *multicast)
{
	uint8_t tables[2][10] = { { 0 } };
	struct segment parts[2] = { { .data = tables[0], .size = 4 }, { .data = tables[1], .size = 4 } };
	const uint8_t *addresses[2] = { unicast, multicast };

	for (unsigned i = 0; i < 2; i++) {
		if (!addresses[i])
			continue;
		tables[i][0] = 1;
		memcpy(tables[i] + 4, addresses[i], 6);
		parts[i].size = 10;
	}
	return command_parts(t, control_queue(d), VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, parts, 2, NULL);
}

/* Breaks: ERR for empty tables, or when the two tables are in separate descriptors. */
CHECK(table_set, "net.mac-table-set", REQ("net-desc-06"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "MAC_TABLE_SET is accepted with empty and filled tables")
{
	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_eq(t, set_table(t, d, NULL, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET with two empty tables");
	expect_eq(t, set_table(t, d, wire_other_mac, NULL), VIRTIO_NET_OK, "ack with one unicast address");
	expect_eq(t, set_table(t, d, NULL, wire_group_mac), VIRTIO_NET_OK, "ack with one multicast address");
	expect_eq(t, set_table(t, d, wire_other_mac, wire_group_mac), VIRTIO_NET_OK, "ack with one of each");
	expect_eq(t, set_table(t, d, NULL, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET with two empty tables again");
}

static uint8_t saved_mac[6];

static void put_mac_back(struct run *t, struct device *d)
{
	uint8_t mac[6];

	start_control(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR));
	net_mac(d, mac);
	if (memcmp(mac, saved_mac, 6))
		expect_eq(t,
			  command(t, control_queue(d), VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, saved_mac, 6),
			  VIRTIO_NET_OK, "ack of MAC_ADDR_SET with the address that was there before");
}

/* Breaks: the command is acknowledged first and carried out later. Symptom: the driver reads the old address. */
CHECK(address_set, "net.mac-address-set", REQ("net-mac-03"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_MAC_ADDR)),
      "mac has the new value as soon as MAC_ADDR_SET is used")
{
	uint8_t mac[6];

	if (!device_offers(d, VIRTIO_NET_F_CTRL_RX) || !device_offers(d, VIRTIO_NET_F_MAC))
		skip(t, "the device does not offer CTRL_RX and MAC beside CTRL_MAC_ADDR");
	net_mac(d, saved_mac);
	t->afterwards = put_mac_back;
	start_control(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR));
	for (unsigned i = 0; i < 8; i++) {
		uint8_t want[6];

		memcpy(want, wire_other_mac, 6);
		want[5] = (uint8_t)(0x80 + i);
		require_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, want, 6),
			   VIRTIO_NET_OK, "ack of MAC_ADDR_SET");
		net_mac(d, mac);
		if (!expect(t, !memcmp(mac, want, 6), "mac ends in %02x, as set: it ends in %02x", want[5], mac[5]))
			break;
	}
}

/* Breaks: ERR for a tag that IEEE 802.1Q allows. */
CHECK(vlan_table, "net.vlan-table", REQ("net-desc-06"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_VLAN)),
      "VLAN_ADD and VLAN_DEL are accepted for every tag")
{
	static const uint16_t tags[] = { 1, 2, 31, 32, 1000, 4094 };

	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_VLAN));
	for (unsigned i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		expect_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, &tags[i], 2),
			  VIRTIO_NET_OK, "ack of VLAN_ADD of tag %u", tags[i]);
		expect_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_DEL, &tags[i], 2),
			  VIRTIO_NET_OK, "ack of VLAN_DEL of tag %u", tags[i]);
	}
}

/* Breaks: the bit stays set. Symptom: the driver announces itself again and again. */
CHECK(announce_ack, "net.announce-ack", REQ("net-ann-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_GUEST_ANNOUNCE)),
      "ANNOUNCE is clear in status once ANNOUNCE_ACK is used")
{
	uint8_t ack;

	if (!device_offers(d, VIRTIO_NET_F_STATUS))
		skip(t, "the device does not offer STATUS beside GUEST_ANNOUNCE");
	start_control(t, d, FEATURES(VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_STATUS));
	if (d->transport.stimuli && d->transport.stimuli->ask(d->transport.bus_context))
		expect(t, WAIT_UNTIL(net_status(d) & VIRTIO_NET_S_ANNOUNCE, device_patience_ns),
		       "ANNOUNCE is set in status when the driver is to announce itself");
	if (!(net_status(d) & VIRTIO_NET_S_ANNOUNCE))
		info(t, "nothing was announced before the acknowledgement");
	ack = command(t, control_queue(d), VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, NULL, 0);
	expect(t, ack <= VIRTIO_NET_ERR, "ack is 0 or 1: it is 0x%02x", ack);
	expect_eq(t, net_status(d) & VIRTIO_NET_S_ANNOUNCE, 0, "ANNOUNCE in status after ANNOUNCE_ACK");
}

/* Breaks: ERR for switching off what was never on, or for exactly what was negotiated. */
CHECK(guest_offloads, "net.guest-offloads", REQ("net-desc-06"), DESCRIBED,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)),
      "GUEST_OFFLOADS_SET accepts the empty set, and the offloads that were negotiated")
{
	uint64_t offloads = 0;

	start_control(t, d, FEATURES(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_GUEST_CSUM));
	expect_eq(t,
		  command(t, control_queue(d), VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET,
			  &offloads, 8),
		  VIRTIO_NET_OK, "ack of GUEST_OFFLOADS_SET with none");
	if (!device_accepted(d, VIRTIO_NET_F_GUEST_CSUM))
		return;
	offloads = 1u << VIRTIO_NET_F_GUEST_CSUM;
	expect_eq(t,
		  command(t, control_queue(d), VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET,
			  &offloads, 8),
		  VIRTIO_NET_OK, "ack of GUEST_OFFLOADS_SET with GUEST_CSUM");
}

/* ---- what the filters let through (5.1.9.5.1 to 5.1.9.5.3) ---- */

static struct wire_receiver *filtered; /* where frames arrive */

/*
 * Makes the other end send a frame to `to`, and then one that surely passes: to our own address, or to `sentinel` if
 * that is not NULL. Returns whether the first arrived. Without a reflector only untagged unicast frames are possible,
 * as answers to ARP requests from another address.
 */
static bool arrives(struct run *t, struct device *d, const uint8_t *to, int vlan, const uint8_t *sentinel)
{
	enum { PROBE = 0x1111, SENTINEL = 0x2222 };
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	bool reflector = wire_has_reflector(t, d), arrived = false;
	struct patience patience;

	net_mac(d, mac);
	if (reflector) {
		wire_reflect_numbered(t, d, to, vlan, PROBE, WIRE_PAYLOAD);
		wire_reflect_numbered(t, d, sentinel ? sentinel : mac, -1, SENTINEL, WIRE_PAYLOAD);
	} else {
		net_fill_arp_from(frame, to, WIRE_OTHER_ADDRESS, WIRE_GATEWAY);
		wire_transmit(t, d, frame, sizeof(frame));
		net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
		wire_transmit(t, d, frame, sizeof(frame));
	}
	patience = patience_begin(device_patience_ns);
	for (;;) {
		require(t, wire_next(t, filtered, &patience), "a frame that the filters let through arrives");
		if (reflector ? wire_is_numbered(PROBE, WIRE_PAYLOAD) : wire_is_answer(to))
			arrived = true;
		if (reflector ? wire_is_numbered(SENTINEL, WIRE_PAYLOAD) : wire_is_answer(mac))
			return arrived;
	}
}

/* Starts the device with receive buffers, and with filters that let only our own address pass. */
static void start_filtering(struct run *t, struct device *d, struct features features)
{
	if (!wire_has_reflector(t, d))
		wire_need_answers(t, d);
	start_control(t, d, features_with(features, VIRTIO_NET_F_CTRL_RX));
	filtered = wire_open_plain(t, d);
	require_eq(t, set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0), VIRTIO_NET_OK, "ack of PROMISC off");
}

/*
 * SKIPs if no frame to another address arrives whatever the filters, because the network in between does not pass it
 * on.
 */
static void need_other_address(struct run *t, struct device *d, bool by_table)
{
	if (by_table)
		set_table(t, d, wire_other_mac, NULL);
	else
		set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	if (!arrives(t, d, wire_other_mac, -1, NULL))
		skip(t, "no frame for another address arrives, whatever the filters");
	if (by_table)
		set_table(t, d, NULL, NULL);
	else
		set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

/* Breaks: the command is acknowledged and has no effect. Symptom: tcpdump in the guest sees only its own traffic. */
CHECK(promiscuous, "net.promiscuous", REQ("net-filter-02"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "In promiscuous mode a frame to any address arrives")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, true);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect(t, arrives(t, d, wire_other_mac, -1, NULL),
	       "a frame to an address that is not ours arrives in promiscuous mode");
}

/* Breaks: the table takes effect later than the acknowledgement, or never. */
CHECK(table_effective, "net.mac-table-effective", REQ("net-mac-02"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address in the table arrives as soon as MAC_TABLE_SET is used")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, false);
	require_eq(t, set_table(t, d, wire_other_mac, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET");
	expect(t, arrives(t, d, wire_other_mac, -1, NULL), "a frame to an address in the table arrives");
}

/*
 * Breaks: no filter at all, or a new table is added to the old one. Symptom: the guest has to sort out what is not for
 * it.
 */
CHECK(mac_filter, "net.mac-filter", REQ("net-mac-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address that is neither ours nor in the table is dropped")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, false);
	expect(t, !arrives(t, d, wire_other_mac, -1, NULL), "a frame to another address is dropped");
	require_eq(t, set_table(t, d, wire_other_mac, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET");
	require_eq(t, set_table(t, d, NULL, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET with empty tables");
	expect(t, !arrives(t, d, wire_other_mac, -1, NULL), "a frame to an address of a former table is dropped");
}

/* Breaks: the next guest, or the next driver, receives what the former one asked for. */
CHECK(table_after_reset, "net.mac-table-after-reset", REQ("net-mac-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "The table is empty after a reset")
{
	start_filtering(t, d, NO_FEATURES);
	if (arrives(t, d, wire_other_mac, -1, NULL))
		skip(t, "the device does not filter");
	require_eq(t, set_table(t, d, wire_other_mac, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET");
	if (!arrives(t, d, wire_other_mac, -1, NULL))
		skip(t, "no frame for another address arrives, whatever the filters");
	start_filtering(t, d, NO_FEATURES);
	expect(t, !arrives(t, d, wire_other_mac, -1, NULL),
	       "a frame to an address that was in the table before the reset is dropped");
}

/* Breaks: multicast stays filtered. Symptom: no IPv6, no mDNS. */
CHECK(all_multicast, "net.all-multicast", REQ("net-filter-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With ALLMULTI on, a multicast frame arrives")
{
	wire_need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, arrives(t, d, wire_group_mac, -1, NULL), "a multicast frame arrives");
}

static void start_extra(struct run *t, struct device *d)
{
	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA));
}

/* Breaks: the command is acknowledged and has no effect. */
CHECK(all_unicast, "net.all-unicast", REQ("net-filter-06"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With ALLUNI on, a unicast frame to any address arrives")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, arrives(t, d, wire_other_mac, -1, NULL), "a frame to an address that is not ours arrives");
}

/* Breaks: ALLMULTI wins, or broadcast is taken for multicast. */
CHECK(no_multicast, "net.no-multicast", REQ("net-filter-07", "net-filter-08", "net-filter-09"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With NOMULTI on, multicast frames are dropped, even with ALLMULTI on, and broadcast frames are not")
{
	start_extra(t, d);
	set_table(t, d, NULL, wire_group_mac);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	expect(t, !arrives(t, d, wire_group_mac, -1, NULL), "a multicast frame to an address in the table is dropped");
	expect(t, arrives(t, d, wire_broadcast_mac, -1, NULL), "a broadcast frame arrives");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !arrives(t, d, wire_group_mac, -1, NULL), "a multicast frame is dropped with ALLMULTI on");
}

/* Breaks: our own address is still let through, or ALLUNI wins. */
CHECK(no_unicast, "net.no-unicast", REQ("net-filter-10", "net-filter-11"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)), "With NOUNI on, unicast frames are dropped, even with ALLUNI on")
{
	uint8_t mac[6];

	start_extra(t, d);
	net_mac(d, mac);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	expect(t, !arrives(t, d, mac, -1, wire_broadcast_mac), "a frame to our own address is dropped");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, !arrives(t, d, mac, -1, wire_broadcast_mac), "a frame to our own address is dropped with ALLUNI on");
}

/* Breaks: broadcast is let through with ALLMULTI. */
CHECK(no_broadcast, "net.no-broadcast", REQ("net-filter-12", "net-filter-13"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With NOBCAST on, broadcast frames are dropped, even with ALLMULTI on")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	expect(t, !arrives(t, d, wire_broadcast_mac, -1, NULL), "a broadcast frame is dropped");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !arrives(t, d, wire_broadcast_mac, -1, NULL), "a broadcast frame is dropped with ALLMULTI on");
}

/* Breaks: another mode wins over promiscuous mode. */
CHECK(promiscuous_wins, "net.promiscuous-wins", REQ("net-filter-03"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)), "Promiscuous mode has effect whatever the other modes")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect(t, arrives(t, d, wire_other_mac, -1, NULL), "a unicast frame arrives with NOUNI on");
	expect(t, arrives(t, d, wire_group_mac, -1, NULL), "a multicast frame arrives with NOMULTI on");
	expect(t, arrives(t, d, wire_broadcast_mac, -1, NULL), "a broadcast frame arrives with NOBCAST on");
}

enum { TAG = 77, OTHER_TAG = 78 };

/* Breaks: tagged frames are dropped for a driver that cannot ask for them. */
CHECK(tags_unfiltered, "net.tags-unfiltered", REQ("net-vlan-01"), MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without CTRL_VLAN, tagged frames arrive")
{
	uint8_t mac[6];

	wire_need_reflector(t, d);
	wire_start(t, d, NO_FEATURES);
	filtered = wire_open_plain(t, d);
	net_mac(d, mac);
	expect(t, arrives(t, d, mac, TAG, NULL), "a frame with tag %u arrives", TAG);
}

static void start_vlan(struct run *t, struct device *d)
{
	uint16_t tag = TAG;

	wire_need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_VLAN));
	require_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, &tag, 2),
		   VIRTIO_NET_OK, "ack of VLAN_ADD");
}

#define VLAN \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN)

/* Breaks: the device looks up the table with the wrong bits of the tag. */
CHECK(tags_in_table, "net.tags-in-table", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag in the table arrive")
{
	uint8_t mac[6];

	start_vlan(t, d);
	net_mac(d, mac);
	expect(t, arrives(t, d, mac, TAG, NULL), "a frame with tag %u, which was added, arrives", TAG);
}

/* Breaks: the device has no table. */
CHECK(tags_not_in_table, "net.tags-not-in-table", REQ("net-vlan-03"), SHOULD, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag that is not in the table are dropped")
{
	uint16_t tag = TAG;
	uint8_t mac[6];

	start_vlan(t, d);
	net_mac(d, mac);
	expect(t, !arrives(t, d, mac, OTHER_TAG, NULL), "a frame with tag %u, which was not added, is dropped",
	       OTHER_TAG);
	require_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_DEL, &tag, 2),
		   VIRTIO_NET_OK, "ack of VLAN_DEL");
	expect(t, !arrives(t, d, mac, TAG, NULL), "a frame with tag %u, which was removed again, is dropped", TAG);
}

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
	return command(t, &many.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &pairs, 2);
}

#define MULTIQUEUE \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ)

/* Breaks: ERR for a number of pairs that exist. (What 0 or too many get is open: a driver must not ask for them.) */
CHECK(pairs_set, "net.pairs-set", REQ("net-desc-06"), DESCRIBED, NEEDS(MULTIQUEUE),
      "VQ_PAIRS_SET accepts every number of pairs that exist and are set up")
{
	start_many(t, d);
	for (uint16_t i = 1; i <= many.pairs; i++)
		expect_eq(t, set_pairs(t, i), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u", i);
	expect_eq(t, set_pairs(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1 again");
	if (set_pairs(t, 0) == VIRTIO_NET_OK)
		info(t, "VQ_PAIRS_SET with 0 gets OK");
	expect_eq(t, set_pairs(t, 1), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with 1 after 0");
}

/* Breaks: fields in the byte order of the device's own machine. (The values are invalid when they are read so.) */
CHECK(legacy_order, "net.legacy-control-native-endian", REQ("net-leg-03", "net-leg-04", "net-leg-05", "net-leg-06"),
      MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .version = 1, .queues = 2, .features = OFFERS(VIRTIO_NET_F_CTRL_VQ)),
      "The fields of legacy control commands are taken in the byte order of the guest")
{
	struct features features = FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN);
	uint64_t offloads = 1u << VIRTIO_NET_F_GUEST_CSUM;
	uint16_t tag = TAG;
	unsigned judged = 0;

	features = features_with(features, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
	start_control(t, d, features_with(features, VIRTIO_NET_F_GUEST_CSUM));
	if (device_accepted(d, VIRTIO_NET_F_CTRL_RX) && ++judged)
		expect_eq(t, set_table(t, d, wire_other_mac, wire_group_mac), VIRTIO_NET_OK,
			  "ack of MAC_TABLE_SET with tables of 1 entry");
	if (device_accepted(d, VIRTIO_NET_F_CTRL_VLAN) && ++judged)
		expect_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, &tag, 2),
			  VIRTIO_NET_OK, "ack of VLAN_ADD of tag %u", TAG);
	if (device_accepted(d, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) && device_accepted(d, VIRTIO_NET_F_GUEST_CSUM) &&
	    ++judged)
		expect_eq(t,
			  command(t, control_queue(d), VIRTIO_NET_CTRL_GUEST_OFFLOADS,
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
				if (!expect(t, i < first, "no packet in receive virtqueue %u %s", i + 1, when))
					return;
				answered |= wire_is_answer(mac);
			}
		expect(t, answered, "an answer arrives %s", when);
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
