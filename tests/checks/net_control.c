// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, control virtqueue (5.1.9.5): how commands are taken, carried out and acknowledged. What the filters
 * do is judged in net_filters.c, pairs of virtqueues in net_queues.c.
 *
 * How devices break: a command in other descriptors than the usual ones is refused; only the first of several commands
 * is looked at; no notification follows, or EVENT_IDX is not kept, because this virtqueue has a handler of its own. In
 * the field the driver waits for the acknowledgement with a lock held, and the guest hangs.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/control.h"
#include "tests/checks/support/pairs.h"
#include "tests/checks/support/wire.h"

/* ---- answers ---- */

/* Breaks: the used length is 0, or counts the command. (A byte too many shows in the guard bytes.) */
CHECK(ack_length, "net.ack-length", REQ("net-desc-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_CTRL_VQ)),
      "A control command is answered with one byte, 0 or 1")
{
	volatile uint8_t *ack;
	struct completion done;

	control_start(t, d, NO_FEATURES);
	ack = control_add(t, control_queue(d), 0xff, 0, NULL, 0);
	virtqueue_kick(control_queue(d));
	done = control_take(t, control_queue(d), CONTROL_ANSWERED);
	expect(t, *ack <= VIRTIO_NET_ERR, "ack is 0 or 1: it is 0x%02x%s", *ack,
	       *ack == CONTROL_UNWRITTEN ? ", which we put there" : "");
	expect_eq(t, done.said, 1, "used length of a control command");
}

/*
 * Breaks: OK for a command that does not exist. Symptom: a driver believes that the command has effect. (No sentence
 * says that ERR is for this.)
 */
CHECK(unknown_class, "net.unknown-class", REQ("net-ctl-03"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_VQ)),
      "A control command of an unknown class, or unknown in its class, gets ERR")
{
	static const uint8_t bytes[8] = { 1 };
	static const struct {
		uint8_t class, number, size, feature;
	} commands[] = {
		{ 0xff, 0, 0, VIRTIO_NET_F_CTRL_VQ },
		{ 0xfe, 1, 1, VIRTIO_NET_F_CTRL_VQ },
		{ VIRTIO_NET_CTRL_RX, 0xff, 1, VIRTIO_NET_F_CTRL_RX },
		{ VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_NOBCAST + 1, 1, VIRTIO_NET_F_CTRL_RX_EXTRA },
		{ VIRTIO_NET_CTRL_MAC, 0xff, 1, VIRTIO_NET_F_CTRL_RX },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET + 1, 6, VIRTIO_NET_F_CTRL_MAC_ADDR },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET + 1, 8, VIRTIO_NET_F_CTRL_RX },
		{ VIRTIO_NET_CTRL_VLAN, 0xff, 1, VIRTIO_NET_F_CTRL_VLAN },
		{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_DEL + 1, 2, VIRTIO_NET_F_CTRL_VLAN },
		{ VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK + 1, 0, VIRTIO_NET_F_GUEST_ANNOUNCE },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS, VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET + 1, 8,
		  VIRTIO_NET_F_CTRL_GUEST_OFFLOADS },
	};
	struct features features = FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN);
	uint8_t mac[CONTROL_MAC], after[CONTROL_MAC];

	features = features_with(features_with(features, VIRTIO_NET_F_CTRL_RX_EXTRA), VIRTIO_NET_F_CTRL_MAC_ADDR);
	features = features_with(features_with(features, VIRTIO_NET_F_GUEST_ANNOUNCE), VIRTIO_NET_F_STATUS);
	features = features_with(features_with(features, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS), VIRTIO_NET_F_GUEST_CSUM);
	control_start(t, d, features_with(features, VIRTIO_NET_F_MAC));
	net_mac(d, mac);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (device_accepted(d, commands[i].feature))
			expect_eq(t,
				  control_command(t, control_queue(d), commands[i].class, commands[i].number, bytes,
						  commands[i].size),
				  VIRTIO_NET_ERR, "ack of command %u of class %u", commands[i].number,
				  commands[i].class);
	net_mac(d, after);
	if (device_accepted(d, VIRTIO_NET_F_MAC))
		expect(t, !memcmp(mac, after, sizeof(mac)), "mac after unknown commands is what it was before");
	if (!device_offers(d, VIRTIO_NET_F_MQ))
		return;
	pairs_start(t, d, FEATURE(VIRTIO_NET_F_MQ), 1);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t number = i ? 0xff : VIRTIO_NET_CTRL_MQ_HASH_CONFIG + 1;

		expect_eq(t, control_command(t, &pairs.control, VIRTIO_NET_CTRL_MQ, number, bytes, 2), VIRTIO_NET_ERR,
			  "ack of command %u of class %u", number, VIRTIO_NET_CTRL_MQ);
	}
}

/* Sends a command that breaks the rules. False: the device did not answer, or needs a reset now. */
static bool send_malformed(struct run *t, struct device *d, const struct segment *segments, unsigned count)
{
	struct virtqueue *queue = control_queue(d);

	if (virtqueue_add(queue, segments, count, NULL, queue) < 0)
		skip(t, "the control virtqueue has no room for a command in %u descriptors", count);
	virtqueue_kick(queue);
	if (!WAIT_UNTIL(virtqueue_used_waiting(queue) ||
				(transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET),
			patience_for(d->recent_wait_ns)) ||
	    !virtqueue_used_waiting(queue))
		return false;
	control_take(t, queue, CONTROL_ANSWERED);
	return true;
}

/* Breaks: the device dies, or reads past the data, when a command is too short or too long. (All else is open.) */
CHECK(malformed_commands, "net.malformed-commands", REQ("net-ctl-04"), ROBUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "After malformed control commands the device works, at the latest after a reset")
{
	static const uint8_t bytes[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const struct {
		uint8_t head, class, number, size, ack;
		const char *name;
	} commands[] = {
		{ 2, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 0, 1, "PROMISC without data" },
		{ 2, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 8, 1, "PROMISC with 8 bytes of data" },
		{ 2, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 0, 1, "MAC_TABLE_SET without data" },
		{ 2, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 3, 1, "MAC_TABLE_SET with 3 bytes of data" },
		{ 2, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 8, 1,
		  "MAC_TABLE_SET with 0xffffffff entries and 4 bytes of data" },
		{ 2, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 5, 1, "MAC_ADDR_SET with 5 bytes of data" },
		{ 2, VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, 1, 1, "VLAN_ADD with 1 byte of data" },
		{ 2, VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, 2, 1, "VLAN_ADD of tag 0xffff" },
		{ 2, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 1, 1, "VQ_PAIRS_SET with 1 byte of data" },
		{ 1, VIRTIO_NET_CTRL_RX, 0, 0, 1, "a command of one byte" },
		{ 0, 0, 0, 0, 1, "a command of no byte" },
		{ 2, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1, 0, "a command without room for the ack" },
	};

	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN));
	t->controlled = true; /* it starts: that it does not any more would be the fault of these commands */
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct segment segments[3];
		unsigned count = 0;
		uint8_t *head = need_memory(t, dma_alloc(2, 1));

		head[0] = commands[i].class;
		head[1] = commands[i].number;
		if (commands[i].head)
			segments[count++] = (struct segment){ .data = head, .size = commands[i].head };
		if (commands[i].size) {
			segments[count] = (struct segment){ .data = need_memory(t, dma_alloc(commands[i].size, 1)),
							    .size = commands[i].size };
			memcpy(segments[count++].data, bytes, commands[i].size);
		}
		if (commands[i].ack)
			segments[count++] = (struct segment){ .data = need_memory(t, dma_alloc(1, 1)),
							      .size = 1,
							      .writable = true };
		step(t, "%s", commands[i].name);
		if (!send_malformed(t, d, segments, count))
			control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN));
	}
	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_eq(t, control_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1), VIRTIO_NET_OK,
		  "ack of PROMISC after malformed commands and a reset");
}

static void expect_modes(struct run *t, struct device *d, uint8_t first, uint8_t last)
{
	for (uint8_t mode = first; mode <= last; mode++)
		for (uint8_t on = 2; on-- > 0;)
			expect_eq(t, control_mode(t, d, mode, on), VIRTIO_NET_OK, "ack of CTRL_RX command %u with %u",
				  mode, on);
}

/* Breaks: ERR for a command that CTRL_RX promises. */
CHECK(receive_modes, "net.receive-modes", REQ("net-filter-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With CTRL_RX, PROMISC and ALLMULTI are supported")
{
	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_modes(t, d, VIRTIO_NET_CTRL_RX_PROMISC, VIRTIO_NET_CTRL_RX_ALLMULTI);
}

/* Breaks: ERR for a command that CTRL_RX_EXTRA promises. */
CHECK(receive_modes_extra, "net.receive-modes-extra", REQ("net-filter-05"), MUST,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With CTRL_RX_EXTRA, ALLUNI, NOMULTI, NOUNI and NOBCAST are supported")
{
	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_RX_EXTRA));
	expect_modes(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, VIRTIO_NET_CTRL_RX_NOBCAST);
}

static const struct control_macs none;
static const struct control_macs other = { &wire_other_mac, 1 }, group = { &wire_group_mac, 1 };

/* Breaks: ERR for empty tables, or when the two tables are in separate descriptors. */
CHECK(table_set, "net.mac-table-set", REQ("net-desc-06"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "MAC_TABLE_SET is accepted with empty and filled tables")
{
	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_eq(t, control_table(t, d, none, none), VIRTIO_NET_OK, "ack of MAC_TABLE_SET with two empty tables");
	expect_eq(t, control_table(t, d, other, none), VIRTIO_NET_OK, "ack with one unicast address");
	expect_eq(t, control_table(t, d, none, group), VIRTIO_NET_OK, "ack with one multicast address");
	expect_eq(t, control_table(t, d, other, group), VIRTIO_NET_OK, "ack with one of each");
	expect_eq(t, control_table(t, d, none, none), VIRTIO_NET_OK,
		  "ack of MAC_TABLE_SET with two empty tables again");
}

/* Breaks: ERR for a tag that IEEE 802.1Q allows. */
CHECK(vlan_table, "net.vlan-table", REQ("net-desc-06"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_VLAN)),
      "VLAN_ADD and VLAN_DEL are accepted for every tag")
{
	static const uint16_t tags[] = { 0, 1, 2, 31, 32, 1000, 2048, 4094 };

	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_VLAN));
	for (unsigned i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		expect_eq(t, control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, tags[i]), VIRTIO_NET_OK,
			  "ack of VLAN_ADD of tag %u", tags[i]);
		expect_eq(t, control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_DEL, tags[i]), VIRTIO_NET_OK,
			  "ack of VLAN_DEL of tag %u", tags[i]);
	}
}

/* Breaks: the bit stays set, or the link goes down with it. Symptom: the driver announces itself again and again. */
CHECK(announce_ack, "net.announce-ack", REQ("net-ann-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_GUEST_ANNOUNCE)),
      "ANNOUNCE is clear in status once ANNOUNCE_ACK is used")
{
	uint32_t link, after;
	uint8_t ack;

	if (!device_offers(d, VIRTIO_NET_F_STATUS))
		skip(t, "the device does not offer STATUS beside GUEST_ANNOUNCE");
	control_start(t, d, FEATURES(VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_STATUS));
	if (d->transport.stimuli && d->transport.stimuli->ask(d->transport.bus_context)) {
		expect(t, WAIT_UNTIL(net_status(d) & VIRTIO_NET_S_ANNOUNCE, device_patience_ns),
		       "ANNOUNCE is set in status when the driver is to announce itself");
		(void)WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG, patience_for(d->recent_wait_ns));
	}
	if (!(net_status(d) & VIRTIO_NET_S_ANNOUNCE))
		info(t, "nothing was announced before the acknowledgement");
	acknowledge(d, interrupt_status(d));
	link = net_status(d) & VIRTIO_NET_S_LINK_UP;
	ack = control_command(t, control_queue(d), VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, NULL, 0);
	expect(t, ack <= VIRTIO_NET_ERR, "ack is 0 or 1: it is 0x%02x", ack);
	expect_eq(t, net_status(d) & VIRTIO_NET_S_ANNOUNCE, 0, "ANNOUNCE in status after ANNOUNCE_ACK");
	after = net_status(d) & VIRTIO_NET_S_LINK_UP;
	/* a link that really changed is notified of, perhaps later */
	if (after == link || STAYS(t, !(interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG)))
		expect_eq(t, after, link, "LINK_UP in status after ANNOUNCE_ACK");
}

static const uint8_t guest_offload_bits[] = {
	VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN,
	VIRTIO_NET_F_GUEST_UFO,	 VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6,
};
enum { OFFLOADS = sizeof(guest_offload_bits) };

static void expect_offloads_set(struct run *t, struct device *d, uint64_t offloads, const char *which)
{
	expect_eq(t,
		  control_command(t, control_queue(d), VIRTIO_NET_CTRL_GUEST_OFFLOADS,
				  VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, &offloads, sizeof(offloads)),
		  VIRTIO_NET_OK, "ack of GUEST_OFFLOADS_SET with %s", which);
}

/*
 * Breaks: ERR for switching off what was never on, or for exactly what was negotiated; an offload is not known to the
 * command, or its bit is that of another layout.
 */
CHECK(guest_offloads, "net.guest-offloads", REQ("net-desc-06"), DESCRIBED,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)),
      "GUEST_OFFLOADS_SET accepts the empty set, the offloads that were negotiated, and any of them")
{
	struct features features = FEATURE(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
	uint64_t all = 0;

	for (unsigned i = 0; i < OFFLOADS; i++)
		features = features_with(features, guest_offload_bits[i]);
	control_start(t, d, features);
	for (unsigned i = 0; i < OFFLOADS; i++)
		all |= (uint64_t)device_accepted(d, guest_offload_bits[i]) << guest_offload_bits[i];
	expect_offloads_set(t, d, 0, "none");
	expect_offloads_set(t, d, all, "all that were negotiated");
	/* all but one; GUEST_CSUM stays, for the others build on it, and ECN goes, for it builds on two of them */
	for (unsigned i = 1; i < OFFLOADS; i++)
		if (device_accepted(d, guest_offload_bits[i]))
			expect_offloads_set(t, d,
					    all & ~(1ull << guest_offload_bits[i] | 1ull << VIRTIO_NET_F_GUEST_ECN),
					    "some of them");
	if (device_accepted(d, VIRTIO_NET_F_GUEST_CSUM))
		expect_offloads_set(t, d, 1ull << VIRTIO_NET_F_GUEST_CSUM, "GUEST_CSUM");
}

/* ---- descriptors ---- */

#define FREE_FRAMING                                          \
	.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, \
	.features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_RX)

/* PROMISC on, cut into pieces of these sizes; 0 ends the list. The ack follows. Returns the number of segments. */
static unsigned cut_promisc(struct run *t, struct segment segments[4], const uint8_t sizes[3], uint8_t *ack)
{
	static const uint8_t bytes[3] = { VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_PROMISC, 1 };
	unsigned count = 0;

	for (unsigned from = 0; count < 3 && sizes[count]; from += sizes[count++]) {
		segments[count] =
			(struct segment){ .data = need_memory(t, dma_alloc(sizes[count], 1)), .size = sizes[count] };
		memcpy(segments[count].data, bytes + from, sizes[count]);
	}
	*ack = CONTROL_UNWRITTEN;
	segments[count++] = (struct segment){ .data = ack, .size = 1, .writable = true };
	return count;
}

/* Breaks: the command is expected in three descriptors, or not in an indirect table. */
CHECK(command_pieces, "net.command-pieces", REQ("frame-01"), MUST, NEEDS(FREE_FRAMING),
      "A control command may be cut anywhere")
{
	static const uint8_t sizes[][3] = { { 3 }, { 1, 2 }, { 2, 1 }, { 1, 1, 1 } };
	static const struct chain_shape table = { .indirect = true };
	bool indirect;

	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_F_INDIRECT_DESC));
	indirect = device_accepted(d, VIRTIO_F_INDIRECT_DESC);
	if (control_queue(d)->size < 4)
		skip(t, "the control virtqueue has only %u entries", control_queue(d)->size);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]) * (indirect ? 2 : 1); i++) {
		const struct chain_shape *shape = i % 2 && indirect ? &table : NULL;
		uint8_t *ack = need_memory(t, dma_alloc(1, 1));
		struct segment segments[4];
		unsigned count = cut_promisc(t, segments, sizes[i / (indirect ? 2 : 1)], ack);

		virtqueue_add(control_queue(d), segments, count, shape, d);
		virtqueue_kick(control_queue(d));
		control_take(t, control_queue(d), CONTROL_ANSWERED);
		expect_eq(t, *(volatile uint8_t *)ack, VIRTIO_NET_OK, "ack of PROMISC in %u descriptors%s", count,
			  shape ? " of an indirect table" : "");
	}
}

/*
 * Breaks: the ack is written to every byte, or to the last one. (A driver may have more room there, as commands with
 * results need it.)
 */
CHECK(ack_alone, "net.ack-is-the-first-byte", REQ("net-desc-03"), DESCRIBED, NEEDS(FREE_FRAMING),
      "The ack is the first writable byte, and the rest stays as it was")
{
	enum { ROOM = 8 };
	uint8_t *bytes = need_memory(t, dma_alloc(3, 1)), *ack = need_memory(t, dma_alloc(ROOM, 1));
	struct segment segments[] = { { .data = bytes, .size = 3 }, { .data = ack, .size = ROOM, .writable = true } };

	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	bytes[0] = VIRTIO_NET_CTRL_RX;
	bytes[1] = VIRTIO_NET_CTRL_RX_PROMISC;
	bytes[2] = 1;
	memset(ack, CONTROL_UNWRITTEN, ROOM);
	if (virtqueue_add(control_queue(d), segments, 2, NULL, d) < 0)
		skip(t, "the control virtqueue has no room for a command in 2 descriptors");
	virtqueue_kick(control_queue(d));
	control_take(t, control_queue(d), CONTROL_ANSWERED);
	expect_eq(t, *(volatile uint8_t *)ack, VIRTIO_NET_OK, "the first byte, which is the ack of PROMISC");
	expect_eq(t, memory_unlike(ack + 1, CONTROL_UNWRITTEN, ROOM - 1), ROOM - 1,
		  "bytes behind the ack that are as they were");
}

/* ---- many commands ---- */

enum { MANY = 64 };

/* Adds as many ALLMULTI commands as there is room for. Returns how many; their acks are in `acks`. */
static unsigned add_many(struct run *t, struct device *d, volatile uint8_t *acks[MANY])
{
	enum { DESCRIPTORS = 3 };
	struct virtqueue *queue = control_queue(d);
	uint8_t on = 1;
	struct segment part = { .data = &on, .size = 1 };
	unsigned count = 0;

	for (; count < MANY && queue->free_count >= DESCRIPTORS; count++)
		acks[count] = control_add(t, queue, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, &part, 1);
	return count;
}

/*
 * Breaks: one command is looked at for each notification, or all acks go to the same place. Symptom: a driver that
 * sends several commands hangs.
 */
CHECK(commands_together, "net.commands-in-flight", REQ("net-ctl-01"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "Control commands that fill the virtqueue, with one notification, are all acknowledged")
{
	volatile uint8_t *acks[MANY];

	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	for (unsigned round = 0; round < 3; round++) {
		unsigned count = add_many(t, d, acks);

		virtqueue_kick(control_queue(d));
		for (unsigned i = 0; i < count; i++)
			control_take(t, control_queue(d), "net-ctl-01");
		for (unsigned i = 0; i < count; i++)
			expect_eq(t, *acks[i], VIRTIO_NET_OK, "ack of command %u of %u in flight", i + 1, count);
	}
}

/* Sends commands one by one, and notifies only when the device asks for it. */
static void expect_no_stall(struct run *t, struct device *d, const char *when)
{
	enum { COMMANDS = 40 };
	struct virtqueue *queue = control_queue(d);
	uint8_t on = 1;
	struct segment part = { .data = &on, .size = 1 };

	for (unsigned i = 0; i < COMMANDS; i++) {
		uint16_t old = queue->published;
		volatile uint8_t *ack =
			control_add(t, queue, VIRTIO_NET_CTRL_RX, VIRTIO_NET_CTRL_RX_ALLMULTI, &part, 1);

		virtqueue_publish(queue);
		if (virtqueue_should_notify(queue, old))
			virtqueue_notify(queue);
		control_take(t, queue, "savail-04");
		expect_eq(t, *ack, VIRTIO_NET_OK, "ack of command %u %s", i + 1, when);
	}
}

/*
 * Breaks: avail_event of the control virtqueue is never moved, because this virtqueue has a handler of its own.
 * Symptom: the guest hangs at its second or third command.
 */
CHECK(commands_obeying, "net.commands-obeying-suppression", REQ("savail-04"), DESCRIBED,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A driver that notifies the control virtqueue only when asked never stalls, with EVENT_IDX and without")
{
	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_no_stall(t, d, "without EVENT_IDX");
	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_F_EVENT_IDX));
	if (device_accepted(d, VIRTIO_F_EVENT_IDX))
		expect_no_stall(t, d, "with EVENT_IDX");
}

/* Sends commands, each of which asks for a used buffer notification. No other virtqueue has buffers. */
static void expect_notified(struct run *t, struct device *d, const char *when)
{
	enum { COMMANDS = 6 };
	struct virtqueue *queue = control_queue(d);

	for (unsigned i = 0; i < COMMANDS; i++) {
		acknowledge(d, interrupt_status(d));
		if (queue->event_idx)
			virtqueue_set_used_event(queue, queue->used_seen);
		control_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, i % 2);
		if (!expect(t, WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
			    "bit 0 of InterruptStatus is set after control command %u %s", i + 1, when))
			return;
	}
}

/* Breaks: commands are answered in silence. Symptom: a driver that sleeps until the answer sleeps forever. */
CHECK(commands_notify, "net.commands-notify", REQ("sintr-03", "sintr-05"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A used buffer notification follows each control command, with EVENT_IDX and without")
{
	control_start(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_notified(t, d, "with flags 0");
	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_F_EVENT_IDX));
	if (device_accepted(d, VIRTIO_F_EVENT_IDX))
		expect_notified(t, d, "with EVENT_IDX");
}

/* ---- side effects ---- */

enum { CONFIG_BYTES = 12 }; /* mac, status, max_virtqueue_pairs, mtu */

static void read_config(struct device *d, uint8_t bytes[CONFIG_BYTES])
{
	net_mac(d, bytes);
	memset(bytes + VIRTIO_NET_CONFIG_STATUS, 0, CONFIG_BYTES - VIRTIO_NET_CONFIG_STATUS);
	if (device_accepted(d, VIRTIO_NET_F_STATUS))
		bytes[VIRTIO_NET_CONFIG_STATUS] = (uint8_t)net_status(d);
	if (device_offers(d, VIRTIO_NET_F_MTU))
		net_put16(bytes + VIRTIO_NET_CONFIG_MTU,
			  (uint16_t)config_read(&d->transport, VIRTIO_NET_CONFIG_MTU, 2));
}

static uint8_t first_mac[CONTROL_MAC];

static void put_mac_back(struct run *t, struct device *d)
{
	uint8_t mac[CONTROL_MAC];

	control_start(t, d, FEATURES(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_MAC_ADDR));
	net_mac(d, mac);
	if (memcmp(mac, first_mac, CONTROL_MAC))
		control_address(t, d, first_mac);
}

/* Breaks: a command writes more of the configuration space than its own field. Symptom: the link goes down. */
CHECK(side_effects, "net.commands-leave-the-configuration", REQ("net-ctl-02"), DESCRIBED,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "Control commands leave mac, status and mtu as they are, but for what they are to change")
{
	struct features features = FEATURES(VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_MAC_ADDR);
	uint8_t before[CONFIG_BYTES], after[CONFIG_BYTES];

	control_start(t, d, features_with(features_with(features, VIRTIO_NET_F_CTRL_RX), VIRTIO_NET_F_STATUS));
	acknowledge(d, interrupt_status(d));
	read_config(d, before);
	control_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0);
	control_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	control_table(t, d, other, group);
	if (device_accepted(d, VIRTIO_NET_F_CTRL_VLAN))
		control_vlan(t, d, VIRTIO_NET_CTRL_VLAN_ADD, 1);
	read_config(d, after);
	if (interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG)
		skip(t, "the configuration changed meanwhile");
	expect(t, !memcmp(before, after, CONFIG_BYTES), "mac, status and mtu are as before the commands");
	if (!device_accepted(d, VIRTIO_NET_F_CTRL_MAC_ADDR) || !device_accepted(d, VIRTIO_NET_F_MAC))
		return;
	memcpy(first_mac, before, CONTROL_MAC);
	t->afterwards = put_mac_back;
	need_row(t, control_address(t, d, wire_other_mac) == VIRTIO_NET_OK, "net-mac-03", "MAC_ADDR_SET gets OK");
	read_config(d, after);
	if (interrupt_status(d) & VIRTIO_INTERRUPT_CONFIG)
		skip(t, "the configuration changed meanwhile");
	expect(t, !memcmp(before + CONTROL_MAC, after + CONTROL_MAC, CONFIG_BYTES - CONTROL_MAC),
	       "status and mtu are as before MAC_ADDR_SET");
}
