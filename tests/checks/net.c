// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device (5.1): configuration space, transmission, reception. What arrives depends on the other end: see
 * wire.h. These checks send only harmless frames: of a type for experiments, ARP and echo requests.
 *
 * How network devices break: a header of 10 bytes where 12 are meant, so that every frame is shifted by two;
 * num_buffers left unwritten; a merged packet that is announced in parts; the end of a large frame lost. In the field:
 * no network at all, or one that stalls under load.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/wire.h"

/* ---- configuration space (5.1.4) ---- */

/* Breaks: 0 pairs, or more than there can be. Symptom: a driver that believes it sets up nothing, or far too much. */
CHECK(pairs_range, "net.pairs-range", REQ("net-cfg-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MQ)),
      "With MQ offered, max_virtqueue_pairs is 1 to 0x8000")
{
	uint32_t pairs = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);

	expect(t, pairs >= 1 && pairs <= 0x8000, "max_virtqueue_pairs is 1 to 0x8000: it is 0x%x", pairs);
}

static uint32_t read_mtu(struct device *d)
{
	return config_read(&d->transport, VIRTIO_NET_CONFIG_MTU, 2);
}

/* Breaks: an mtu of 0, because the host never set it. */
CHECK(mtu_range, "net.mtu-range", REQ("net-cfg-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MTU)), "With MTU offered, mtu is at least 68")
{
	expect(t, read_mtu(d) >= 68, "mtu is 68 to 65535: it is %u", read_mtu(d));
}

/* Breaks: an mtu that is too small for IPv6. */
CHECK(mtu_for_ipv6, "net.mtu-for-ipv6", REQ("net-cfg-03"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MTU)), "With MTU offered, mtu is at least 1280")
{
	expect(t, read_mtu(d) >= 1280, "mtu is at least 1280: it is %u", read_mtu(d));
}

/* Breaks: an mtu that depends on what was negotiated, or on whether the device is live. */
CHECK(mtu_constant, "net.mtu-constant", REQ("net-cfg-04"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MTU)), "mtu never changes")
{
	uint32_t mtu = read_mtu(d);

	device_greet(d);
	require_ok(t, device_negotiate(d, FEATURE(VIRTIO_NET_F_MTU)), "the features are accepted");
	expect_eq(t, read_mtu(d), mtu, "mtu after feature negotiation");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues are set up");
	device_go(d);
	expect_eq(t, read_mtu(d), mtu, "mtu after DRIVER_OK");
	wire_start(t, d, NO_FEATURES);
	expect_eq(t, read_mtu(d), mtu, "mtu in a life without MTU accepted");
	require_ok(t, device_reset(d), "the device resets");
	expect_eq(t, read_mtu(d), mtu, "mtu after a reset");
}

/* Breaks: too short a key for the Toeplitz hash of IPv6. */
CHECK(rss_key_size, "net.rss-key-size", REQ("net-cfg-07"), MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2),
      "With RSS or HASH_REPORT offered, rss_max_key_size is at least 40")
{
	if (!device_offers(d, VIRTIO_NET_F_RSS) && !device_offers(d, VIRTIO_NET_F_HASH_REPORT))
		skip(t, "the device offers neither RSS nor HASH_REPORT");
	expect(t, config_read(&d->transport, VIRTIO_NET_CONFIG_RSS_MAX_KEY_SIZE, 1) >= 40,
	       "rss_max_key_size is at least 40");
}

/* Breaks: the table is too short for the drivers that fill it. */
CHECK(rss_table_length, "net.rss-table-length", REQ("net-cfg-08"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .features = OFFERS(VIRTIO_NET_F_RSS)),
      "With RSS offered, rss_max_indirection_table_length is at least 128")
{
	expect(t, config_read(&d->transport, VIRTIO_NET_CONFIG_RSS_MAX_INDIRECTION_TABLE_LENGTH, 2) >= 128,
	       "rss_max_indirection_table_length is at least 128");
}

/*
 * Breaks: a speed in bits per second, or a negative number. (The clause has a digit too many in both numbers; the text
 * before it has them right.)
 */
CHECK(speed_range, "net.speed-range", REQ("net-cfg-09"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .features = OFFERS(VIRTIO_NET_F_SPEED_DUPLEX)),
      "With SPEED_DUPLEX accepted, speed is 0 to 0x7fffffff or unknown")
{
	uint32_t speed;

	wire_start(t, d, FEATURE(VIRTIO_NET_F_SPEED_DUPLEX));
	speed = config_read(&d->transport, VIRTIO_NET_CONFIG_SPEED, 4);
	expect(t, speed <= 0x7fffffff || speed == 0xffffffff, "speed is 0 to 0x7fffffff or 0xffffffff: it is 0x%x",
	       speed);
}

/* Breaks: a fourth value. (The text says 1 for full duplex, the clause says 0: the check takes both.) */
CHECK(duplex_range, "net.duplex-range", REQ("net-cfg-10"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .features = OFFERS(VIRTIO_NET_F_SPEED_DUPLEX)),
      "With SPEED_DUPLEX accepted, duplex is full, half or unknown")
{
	uint32_t duplex;

	wire_start(t, d, FEATURE(VIRTIO_NET_F_SPEED_DUPLEX));
	duplex = config_read(&d->transport, VIRTIO_NET_CONFIG_DUPLEX, 1);
	expect(t, duplex <= 1 || duplex == 0xff, "duplex is 0, 1 or 0xff: it is 0x%x", duplex);
}

/* Breaks: the values are measured, and change with the load. */
CHECK(speed_constant, "net.speed-constant", REQ("net-cfg-11"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_STATUS)),
      "speed and duplex do not change while the link is up")
{
	enum { SAMPLES = 16 };
	uint8_t frame[ETHERNET_FRAME_MIN];
	uint32_t speed, duplex;

	if (!device_offers(d, VIRTIO_NET_F_SPEED_DUPLEX))
		skip(t, "the device does not offer SPEED_DUPLEX");
	wire_start(t, d, FEATURES(VIRTIO_NET_F_SPEED_DUPLEX, VIRTIO_NET_F_STATUS));
	if (!(net_status(d) & VIRTIO_NET_S_LINK_UP))
		skip(t, "the link is down");
	speed = config_read(&d->transport, VIRTIO_NET_CONFIG_SPEED, 4);
	duplex = config_read(&d->transport, VIRTIO_NET_CONFIG_DUPLEX, 1);
	for (unsigned i = 0; i < SAMPLES; i++) {
		uint32_t new_speed, new_duplex;

		net_fill_experimental(d, frame, i);
		wire_transmit(t, d, frame, sizeof(frame));
		new_speed = config_read(&d->transport, VIRTIO_NET_CONFIG_SPEED, 4);
		new_duplex = config_read(&d->transport, VIRTIO_NET_CONFIG_DUPLEX, 1);
		if (!(net_status(d) & VIRTIO_NET_S_LINK_UP))
			skip(t, "the link went down");
		expect_eq(t, new_speed, speed, "speed, while the link is up");
		expect_eq(t, new_duplex, duplex, "duplex, while the link is up");
	}
}

/* Breaks: a feature that is configured through the control virtqueue is offered without one. */
CHECK(hash_report_needs_control, "net.hash-report-needs-control", REQ("net-cfg-12"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .features = OFFERS(VIRTIO_NET_F_HASH_REPORT)),
      "HASH_REPORT is not offered without CTRL_VQ")
{
	expect(t, device_offers(d, VIRTIO_NET_F_CTRL_VQ), "CTRL_VQ is offered beside HASH_REPORT");
}

/* Breaks: a feature that is configured through the control virtqueue is offered without one, as for HASH_REPORT. */
CHECK(rx_extra_needs_control, "net.rx-extra-needs-control", REQ("net-cfg-13"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "CTRL_RX_EXTRA is not offered without CTRL_VQ")
{
	expect(t, device_offers(d, VIRTIO_NET_F_CTRL_VQ), "CTRL_VQ is offered beside CTRL_RX_EXTRA");
}

/* Breaks: the address is random at each reset, or its bytes are swapped at some stages. */
CHECK(mac_stable, "net.mac-stable", REQ("net-desc-04"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MAC)),
      "mac reads the same, byte by byte, at every stage")
{
	uint8_t first[6], again[6];

	net_mac(d, first);
	for (unsigned round = 0; round < 3; round++) {
		wire_start(t, d, NO_FEATURES);
		net_mac(d, again);
		expect(t, !memcmp(first, again, 6), "mac after DRIVER_OK is what it was before");
		require_ok(t, device_reset(d), "the device resets");
		net_mac(d, again);
		expect(t, !memcmp(first, again, 6), "mac after a reset is what it was before");
	}
	if (first[0] & 1)
		info(t, "mac is a group address: first byte 0x%02x", first[0]);
}

/* ---- transmission (5.1.9.2) ---- */

/*
 * Breaks: the length of the packet, or of the header, is put into the used entry. Symptom: a driver that looks believes
 * that its packet was written to.
 */
CHECK(transmit_length, "net.transmit-length", REQ("net-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "A transmitted packet comes back with a used length of 0")
{
	static const uint32_t sizes[] = { ETHERNET_FRAME_MIN, 61, 127, 128, 590, ETHERNET_FRAME_MAX };
	static uint8_t frame[ETHERNET_FRAME_MAX];

	wire_start(t, d, NO_FEATURES);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(frame, 0, sizeof(frame));
		net_fill_experimental(d, frame, i);
		expect_eq(t, wire_transmit(t, d, frame, sizes[i]), 0,
			  "used length of a packet with a frame of %u bytes", sizes[i]);
	}
}

/* Breaks: a packet of a full queue is lost, or returned twice. */
CHECK(transmit_many, "net.transmit-many", REQ("net-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .entries = 2),
      "Every packet of a full transmit virtqueue comes back once")
{
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];
	unsigned count;

	wire_start(t, d, NO_FEATURES);
	count = queue->size / 2u;
	for (unsigned i = 0; i < count; i++) {
		struct request request;

		require_ok(t, device_make_request(d, &request, i), "a packet is made");
		if (virtqueue_add(queue, request.segments, request.count, NULL, queue) < 0)
			abort_check(t, "no room for packet %u of %u", i, count);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < count; i++)
		take_used(t, queue, "one of many packets");
	expect_eq(t, virtqueue_used_waiting(queue), 0, "used entries beyond the packets that were sent");
}

/* Sends an ARP request behind this header: an answer shows that the frame left unchanged. */
static void expect_sent_behind(struct run *t, struct device *d, struct features features,
			       const struct virtio_net_header *header, const char *what)
{
	struct wire_receiver *rx;

	wire_need_answers(t, d);
	wire_start(t, d, features);
	rx = wire_open_plain(t, d);
	expect(t, wire_ask_behind(t, d, rx, header, net_header_bytes(d)),
	       "a frame sent with %s is answered, as one without is", what);
}

/* Breaks: the packet is dropped, or stays in the virtqueue, for a flag that only a newer device knows. */
CHECK(transmit_unknown_flag, "net.transmit-unknown-flag", REQ("net-tx-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "A header flag that the device does not know is ignored on transmission")
{
	struct virtio_net_header header = { .flags = VIRTIO_NET_HDR_F_UNDEFINED };

	/* Without CSUM a driver must set flags to zero: 5.1.9.2.1. */
	if (!device_offers(d, VIRTIO_NET_F_CSUM))
		skip(t, "the device does not offer CSUM (bit 0), without which flags are zero");
	expect_sent_behind(t, d, FEATURE(VIRTIO_NET_F_CSUM), &header, "the undefined header flag 0x80");
}

/*
 * Breaks: a checksum is stored where csum_start and csum_offset point, here into the address that is asked for; any
 * flag is taken for NEEDS_CSUM.
 */
CHECK(transmit_no_checksum, "net.transmit-no-checksum", REQ("net-tx-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2), "csum_start and csum_offset are not used without NEEDS_CSUM")
{
	struct virtio_net_header header = { .csum_start = 14, .csum_offset = 24 };
	struct wire_receiver *rx;

	expect_sent_behind(t, d, NO_FEATURES, &header, "csum_start and csum_offset but without NEEDS_CSUM");
	header = (struct virtio_net_header){ .csum_start = 0xffff, .csum_offset = 0xffff };
	expect_sent_behind(t, d, NO_FEATURES, &header, "csum_start and csum_offset of 0xffff but without NEEDS_CSUM");
	if (!device_offers(d, VIRTIO_NET_F_CSUM))
		return;
	wire_start(t, d, FEATURE(VIRTIO_NET_F_CSUM));
	rx = wire_open_plain(t, d);
	header = (struct virtio_net_header){ .flags = VIRTIO_NET_HDR_F_UNDEFINED };
	if (!wire_ask_behind(t, d, rx, &header, net_header_bytes(d)))
		return; /* net.transmit-unknown-flag judges that */
	header.csum_start = 14;
	header.csum_offset = 24;
	expect_sent_behind(t, d, FEATURE(VIRTIO_NET_F_CSUM), &header,
			   "csum_start, csum_offset and an undefined flag but without NEEDS_CSUM");
}

/*
 * Breaks: the frame is cut at hdr_len, or dropped because hdr_len is larger than the frame or smaller than its headers.
 * The clause binds devices with which segmentation was negotiated; a driver should not, but may, be wrong about this
 * field.
 */
CHECK(transmit_header_length, "net.transmit-header-length", REQ("net-tx-04"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2,
	    .features = OFFERS_BOTH(VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4)),
      "hdr_len of a packet without segmentation is not relied on")
{
	struct features features = FEATURES(VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4);
	struct virtio_net_header header = { .hdr_len = 0xffff };

	expect_sent_behind(t, d, features, &header, "hdr_len 0xffff");
	header.hdr_len = 1;
	expect_sent_behind(t, d, features, &header, "hdr_len 1");
}

/* Breaks: the header is expected in a separate descriptor, or in one piece. Symptom: the frame leaves shifted. */
CHECK(transmit_pieces_free, "net.transmit-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .entries = 8), "A packet may be cut anywhere")
{
	static const uint8_t cuts[][4] = {
		{ 12 }, { 1 }, { 11 }, { 13 }, { 26 }, { 10, 12 }, { 6, 12, 18, 26 }, { 3, 20, 21, 71 }
	};
	uint8_t bytes[VIRTIO_NET_HDR_HASH_BYTES + ETHERNET_FRAME_MIN], mac[6];
	struct wire_receiver *rx;
	uint32_t size;

	wire_need_answers(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	memset(bytes, 0, sizeof(bytes));
	size = net_header_bytes(d) + ETHERNET_FRAME_MIN;
	net_fill_arp(d, bytes + net_header_bytes(d), WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct segment pieces[5];
		unsigned count = 0;
		bool answered = false;

		for (uint32_t from = 0, to; from < size; from = to) {
			to = count < 4 && cuts[i][count] ? cuts[i][count] : size;
			pieces[count] =
				(struct segment){ .data = need_memory(t, dma_alloc(to - from, 1)), .size = to - from };
			memcpy(pieces[count].data, bytes + from, to - from);
			count++;
		}
		for (unsigned j = 0; j < WIRE_TRIES && !answered; j++) {
			struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

			wire_transmit_pieces(t, d, pieces, count);
			while (!answered && wire_next(t, rx, &patience))
				answered = wire_is_answer(mac);
		}
		require(t, answered, "a packet in %u pieces, the first of %u bytes, is sent and answered", count,
			pieces[0].size);
	}
}

/* ---- reception (5.1.9.3, 5.1.9.4) ---- */

/* Judges what wire_peer() found; SKIPs if nobody answers. */
static void expect_header_size(struct run *t, struct device *d)
{
	enum wire_peer peer = wire_peer(t, d);
	uint32_t size = net_header_bytes(d);

	if (peer == WIRE_SILENT && !t->peer)
		skip(t, "the other end does not answer ARP requests for 10.0.2.2");
	expect(t, peer != WIRE_SILENT, "an ARP request for 10.0.2.2 is answered, as touchstone.peer promises");
	expect(t, peer != WIRE_ANSWERS_SHIFTED,
	       "a frame behind a header of %u bytes is sent whole: only one behind a header of another size is "
	       "answered",
	       size);
	expect(t, peer != WIRE_ARRIVES_SHIFTED,
	       "a frame arrives behind a header of %u bytes: the answer stands behind one of another size", size);
}

/*
 * Breaks: 10 bytes instead of 12. Symptom: frames are shifted by two bytes, in one direction or both, and nothing
 * works.
 */
CHECK(header_size, "net.header-size", REQ("net-desc-01", "net-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "The header of packets is 12 bytes in both directions")
{
	expect_header_size(t, d);
}

/* Breaks: 12 bytes for a legacy driver. (num_buffers is there only with MRG_RXBUF accepted: 5.1.9.1.) */
CHECK(legacy_header_size, "net.legacy-header-size", REQ("net-leg-02", "net-desc-05"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 1, .queues = 2, .entries = 2),
      "The legacy header of packets is 10 bytes without MRG_RXBUF, and 12 with it")
{
	struct wire_receiver *rx;

	expect_header_size(t, d);
	if (!device_offers(d, VIRTIO_NET_F_MRG_RXBUF) || wire_peer(t, d) != WIRE_ANSWERS)
		return;
	wire_start(t, d, FEATURE(VIRTIO_NET_F_MRG_RXBUF));
	rx = wire_open_plain(t, d);
	expect(t, wire_ask(t, d, rx), "an answer arrives behind a header of 12 bytes with MRG_RXBUF accepted");
}

/* Starts the device with these features and receives a packet. */
static void receive_with(struct run *t, struct device *d, struct features features)
{
	struct wire_receiver *rx;

	wire_need_answers(t, d);
	wire_start(t, d, features);
	rx = wire_open_plain(t, d);
	wire_require_answer(t, d, rx, "with these features");
}

/* Breaks: the field is left as it was in the driver's memory, or 0. */
CHECK(receive_one_buffer, "net.num-buffers-is-1", REQ("net-rx-01", "net-rxbuf-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "Without MRG_RXBUF, num_buffers of a received packet is 1")
{
	receive_with(t, d, NO_FEATURES);
	expect_eq(t, wire_packet.header.num_buffers, 1,
		  "num_buffers without MRG_RXBUF accepted (before, the memory held 0x%x)",
		  DMA_FRESH_BYTE << 8 | DMA_FRESH_BYTE);
}

/* Breaks: the frame is in the buffer behind that of its header, where the driver does not look for it. */
CHECK(receive_whole, "net.one-buffer", REQ("net-rxbuf-02"), MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without MRG_RXBUF, a packet uses one buffer")
{
	enum { ARP_FRAME = 42 };

	require(t, wire_peer(t, d) != WIRE_ARRIVES_APART, "the frame is in the same buffer as its header");
	receive_with(t, d, NO_FEATURES);
	expect_eq(t, wire_packet.buffers, 1, "buffers of the packet");
	expect(t, wire_packet.size >= ARP_FRAME, "the buffer holds all of the answer: %u bytes of at least %u",
	       wire_packet.size, ARP_FRAME);
}

/* Breaks: flags of the host's network stack are passed through to a driver that does not expect them. */
CHECK(receive_flags, "net.receive-flags",
      REQ("net-rx-05", "net-rx-12", "net-rx-23", "net-rx-28", "net-rx-35", "net-rx-38"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2), "Without GUEST_CSUM, flags of a received packet are 0")
{
	receive_with(t, d, NO_FEATURES);
	expect_eq(t, wire_packet.header.flags, 0, "flags of a received packet");
}

/* Breaks: a segmentation type without the feature for it. */
CHECK(receive_unsegmented, "net.receive-unsegmented",
      REQ("net-rx-24", "net-rx-07", "net-rx-08", "net-rx-09", "net-rx-10", "net-rx-11", "net-rx-13", "net-rx-19"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without a segmentation feature, gso_type of a received packet is NONE")
{
	receive_with(t, d, NO_FEATURES);
	expect_eq(t, wire_packet.header.gso_type, VIRTIO_NET_HDR_GSO_NONE, "gso_type of a received packet");
}

/* Breaks: num_buffers is written only where a packet needs several. */
CHECK(merged_one_buffer, "net.merged-one-buffer", REQ("net-rx-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)),
      "With MRG_RXBUF, a packet that fits in one buffer has num_buffers 1")
{
	receive_with(t, d, FEATURE(VIRTIO_NET_F_MRG_RXBUF));
	expect_eq(t, wire_packet.header.num_buffers, 1, "num_buffers of a packet of %u bytes in buffers of %u",
		  wire_packet.size, WIRE_BUFFER_BYTES);
}

enum { SMALL = 24 }; /* bytes of a small buffer: WIRE_BUFFERS of them hold the largest packet */

/*
 * Starts the device with `count` receive buffers, each of which needs two descriptors on the legacy layout. SKIPs
 * without room for them.
 */
static struct wire_receiver *open_merged(struct run *t, struct device *d, uint16_t count, uint32_t size)
{
	uint16_t entries = transport_is_legacy(&d->transport) ? (uint16_t)(2 * count) : count;

	if (d->queue_max[VIRTIO_NET_RX] < entries)
		skip(t, "needs a receive virtqueue of %u entries, the device has %u", entries,
		     d->queue_max[VIRTIO_NET_RX]);
	wire_start_sized(t, d, FEATURE(VIRTIO_NET_F_MRG_RXBUF), entries);
	return wire_open(t, d, 0, &d->queues[VIRTIO_NET_RX], size);
}

/* Receives a packet in buffers that are smaller than it. */
static void receive_small(struct run *t, struct device *d)
{
	wire_need_answers(t, d);
	wire_require_answer(t, d, open_merged(t, d, WIRE_BUFFERS, SMALL), "in several buffers");
}

#define MERGED .type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)

/*
 * Breaks: what the host's stack has joined is passed on as it is. Symptom: the driver drops it for its checksum, or
 * cuts it into segments of size 0.
 */
CHECK(receive_segmented, "net.receive-segmented", REQ("net-rx-25", "net-rx-26"), MUST, NEEDS(MERGED),
      "A received packet with a gso_type has NEEDS_CSUM set and a gso_size")
{
	const struct virtio_net_header *header = &wire_packet.header;

	receive_with(t, d,
		     features_with(features_with(FEATURES(VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_GUEST_CSUM),
						 VIRTIO_NET_F_GUEST_TSO4),
				   VIRTIO_NET_F_GUEST_TSO6));
	expect(t, !header->gso_type || header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM,
	       "gso_type is NONE or NEEDS_CSUM is set: gso_type is 0x%x, flags 0x%x", header->gso_type, header->flags);
	expect(t, !header->gso_type || header->gso_size, "gso_type is NONE or gso_size is not 0: gso_type is 0x%x",
	       header->gso_type);
}

/*
 * Breaks: the number counts the frame without its header, or stays 1. Symptom: the driver takes the other buffers for
 * separate packets.
 */
CHECK(merged_count, "net.merged-count", REQ("net-rx-02", "net-rxbuf-01"), MUST, NEEDS(MERGED),
      "With MRG_RXBUF, num_buffers counts the buffers of a packet with its header")
{
	uint32_t bytes, want;
	uint8_t mac[6];

	receive_small(t, d);
	net_mac(d, mac);
	bytes = wire_packet.size + net_header_bytes(d);
	want = (bytes + SMALL - 1) / SMALL;
	expect_eq(t, wire_packet.header.num_buffers, want, "num_buffers of %u bytes with the header in buffers of %u",
		  bytes, SMALL);
	expect(t, wire_is_answer(mac), "the buffers together are the frame");
}

/*
 * Breaks: a buffer is not filled, for instance because its size is rounded down. Symptom: the driver finds a hole in
 * the packet.
 */
CHECK(merged_full, "net.merged-full", REQ("net-rx-03"), MUST, NEEDS(MERGED),
      "All buffers of a merged packet but the last are used completely")
{
	receive_small(t, d);
	require(t, wire_packet.buffers > 1, "a packet of %u bytes uses more than one buffer of %u", wire_packet.size,
		SMALL);
	for (unsigned i = 0; i + 1 < wire_packet.buffers; i++)
		expect_eq(t, wire_packet.used[i], SMALL, "used length of buffer %u of %u", i + 1, wire_packet.buffers);
}

/*
 * Breaks: used.idx moves once for each buffer. Symptom: a driver that looks in between finds a packet whose end is not
 * there.
 */
CHECK(merged_together, "net.merged-together", REQ("net-rx-04"), MUST, NEEDS(MERGED),
      "All buffers of a merged packet become used together")
{
	enum { PACKETS = 4 }; /* several, since the driver must look at the right moment */

	for (unsigned i = 0; i < PACKETS; i++) {
		if (i)
			require_ok(t, device_reset(d), "the device resets");
		receive_small(t, d);
		require(t, wire_packet.visible >= wire_packet.header.num_buffers,
			"when the first buffer is seen used, all %u are: %u are seen", wire_packet.header.num_buffers,
			wire_packet.visible);
	}
}

/* Breaks: a receive buffer is expected in one descriptor. Symptom: the end of the frame is lost. */
CHECK(receive_pieces, "net.receive-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2), "A receive buffer may be cut anywhere")
{
	static const uint32_t cuts[] = { 12, 15, 40, 41 };
	enum { PIECES = 5, TOTAL = 1526 };
	struct virtqueue *queue = &d->queues[VIRTIO_NET_RX];
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	unsigned asked = 0;

	if (d->queue_max[VIRTIO_NET_RX] < PIECES)
		skip(t, "the receive virtqueue is too small for a buffer in pieces");
	wire_need_answers(t, d);
	wire_start(t, d, NO_FEATURES);
	net_mac(d, mac);
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	/* Buffers are offered one by one, so that other traffic does not matter. */
	for (struct patience patience = patience_begin(0);;) {
		struct segment pieces[PIECES];
		struct completion done;
		uint32_t from = 0;

		for (unsigned i = 0; i < PIECES; i++) {
			uint32_t to = i < PIECES - 1 ? cuts[i] : TOTAL;

			pieces[i] = (struct segment){
				.data = need_memory(t, dma_alloc(to - from, 1)),
				.size = to - from,
				.writable = true,
			};
			from = to;
		}
		if (virtqueue_add(queue, pieces, PIECES, NULL, queue) < 0)
			abort_check(t, "no room for a receive buffer");
		virtqueue_kick(queue);
		while (!WAIT_WITHIN(&patience, virtqueue_used_waiting(queue))) {
			require(t, asked++ < WIRE_TRIES, "an answer arrives in a receive buffer of %u pieces", PIECES);
			wire_transmit(t, d, frame, sizeof(frame));
			patience = patience_begin(device_patience_ns / WIRE_TRIES);
		}
		done = take_used(t, queue, "a receive buffer");
		memset(&wire_packet, 0, sizeof(wire_packet));
		wire_packet.frame = wire_packet.raw + net_header_bytes(d);
		wire_packet.size = done.length < net_header_bytes(d) ? 0 : done.length - net_header_bytes(d);
		from = 0;
		for (unsigned i = 0; i < PIECES; i++) {
			memcpy(wire_packet.raw + from, pieces[i].data, pieces[i].size);
			from += pieces[i].size;
		}
		if (wire_is_answer(mac))
			break;
	}
	expect(t, wire_packet.size <= ETHERNET_FRAME_MAX, "the pieces hold one whole answer");
}

/* ---- large frames ---- */

/* Sends an echo request of `size` bytes to the gateway. */
static void send_echo(struct run *t, struct device *d, const uint8_t gateway_mac[6], uint32_t size, uint16_t number)
{
	static uint8_t frame[ETHERNET_FRAME_MAX];
	uint8_t mac[6];

	net_mac(d, mac);
	net_fill_echo(frame, size, mac, gateway_mac, WIRE_OUR_ADDRESS, WIRE_GATEWAY, number);
	wire_transmit(t, d, frame, size);
}

/* Is the packet the answer to such a request, as far as its header tells? */
static bool is_echo(uint32_t size, uint16_t number)
{
	enum { ECHO_REPLY = 0, PROTOCOL_ICMP = 1 };
	const uint8_t *ip = wire_packet.frame + ETHERNET_HEADER_BYTES, *icmp = ip + 20;

	return wire_packet.size >= size && net_get16(wire_packet.frame + 12) == ETHERTYPE_IPV4 &&
	       ip[9] == PROTOCOL_ICMP && icmp[0] == ECHO_REPLY && net_get16(icmp + 6) == number;
}

/* Makes the other end send us a frame of `size` bytes, reflected or as an echo. Judges its content if it comes. */
static bool bounce(struct run *t, struct device *d, struct wire_receiver *rx, const uint8_t gateway_mac[6],
		   uint32_t size, uint16_t number)
{
	struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
	uint32_t payload = size - ETHERNET_HEADER_BYTES;
	bool reflector = wire_has_reflector(t, d);
	uint8_t mac[6];

	net_mac(d, mac);
	if (reflector)
		wire_reflect_numbered(t, d, mac, -1, number, payload);
	else
		send_echo(t, d, gateway_mac, size, number);
	while (wire_next(t, rx, &patience)) {
		if (reflector && wire_is_numbered(number, payload)) {
			expect_eq(t, wire_damage(number, payload), payload,
				  "where a frame of %u bytes is damaged (%u: nowhere)", size, payload);
			return true;
		}
		if (!reflector && is_echo(size, number)) {
			expect_eq(t,
				  net_checksum(wire_packet.frame + ETHERNET_HEADER_BYTES + 20,
					       size - ETHERNET_HEADER_BYTES - 20),
				  0, "checksum over an echo of %u bytes", size);
			return true;
		}
	}
	return false;
}

/* The largest frame that the other end can be made to send us. */
static uint32_t largest_bounce(struct run *t, struct device *d)
{
	return wire_has_reflector(t, d) ? ETHERNET_FRAME_MAX - ETHERNET_HEADER_BYTES : ETHERNET_FRAME_MAX;
}

/* Starts the device with the fewest features and makes a small frame come back. SKIPs if none does. */
static struct wire_receiver *need_bounce(struct run *t, struct device *d, uint8_t gateway_mac[6])
{
	struct wire_receiver *rx;

	wire_need_answers(t, d);
	wire_has_reflector(t, d); /* which starts the device by itself */
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	wire_require_answer(t, d, rx, "before a large frame");
	memcpy(gateway_mac, wire_packet.frame + 6, 6);
	if (!bounce(t, d, rx, gateway_mac, 98, 1))
		skip(t, "the other end neither reflects frames nor answers echo requests");
	return rx;
}

/* Breaks: the end of a large frame is lost, in one direction or the other. Symptom: the first large page load hangs. */
CHECK(large_frames, "net.large-frames", REQ("net-desc-05"), DESCRIBED, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Frames of up to 1514 bytes go out and come in unchanged")
{
	static const uint32_t sizes[] = { 99, 590, 1023, 1024, 1499, 1500, 1513, 1514 };
	unsigned answered = 0;
	uint8_t gateway_mac[6];
	struct wire_receiver *rx = need_bounce(t, d, gateway_mac);

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && sizes[i] <= largest_bounce(t, d); i++)
		if (bounce(t, d, rx, gateway_mac, sizes[i], (uint16_t)(2 + i)))
			answered++;
		else
			info(t, "no frame of %u bytes comes back: the network may be for smaller ones", sizes[i]);
	if (!answered)
		skip(t, "no frame larger than 98 bytes comes back");
	expect(t, answered, "large frames come back");
}

/*
 * Breaks: counts or lengths go wrong when a packet takes many buffers. (What comes back in large buffers must come back
 * in small ones.)
 */
CHECK(merged_large, "net.merged-large", REQ("net-rx-02", "net-rx-03"), MUST, NEEDS(MERGED),
      "A large frame arrives whole in small buffers")
{
	enum { BUFFER = 128, BUFFERS = 16 };
	uint8_t gateway_mac[6];
	struct wire_receiver *rx = need_bounce(t, d, gateway_mac);
	uint32_t size = largest_bounce(t, d), bytes;

	if (!bounce(t, d, rx, gateway_mac, size, 2))
		skip(t, "no frame of %u bytes comes back", size);
	rx = open_merged(t, d, BUFFERS, BUFFER);
	require(t,
		bounce(t, d, rx, gateway_mac, size, 3) || bounce(t, d, rx, gateway_mac, size, 4) ||
			bounce(t, d, rx, gateway_mac, size, 5),
		"a frame of %u bytes arrives in buffers of %u", size, BUFFER);
	bytes = wire_packet.size + net_header_bytes(d);
	expect_eq(t, wire_packet.header.num_buffers, (bytes + BUFFER - 1) / BUFFER,
		  "num_buffers of %u bytes in buffers of %u", bytes, BUFFER);
	for (unsigned i = 0; i + 1 < wire_packet.buffers; i++)
		expect_eq(t, wire_packet.used[i], BUFFER, "used length of buffer %u of %u", i + 1, wire_packet.buffers);
}

/*
 * Does a frame with so many bytes behind its Ethernet header come back? *damage is the first of them that is wrong, or
 * `payload`.
 */
static bool is_reflected(struct run *t, struct device *d, struct wire_receiver *rx, const uint8_t *mac,
			 uint32_t payload, uint32_t *damage)
{
	for (uint16_t i = 0; i < WIRE_TRIES; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		wire_reflect_numbered(t, d, mac, -1, i, payload);
		while (wire_next(t, rx, &patience)) {
			if (!wire_is_numbered(i, payload))
				continue;
			*damage = wire_damage(i, payload);
			return true;
		}
	}
	return false;
}

/* Breaks: the host's side is set up for smaller packets than mtu says. */
CHECK(mtu_forwarded, "net.mtu-forwarded", REQ("net-cfg-06"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MTU)),
      "With MTU accepted, frames of up to mtu and their Ethernet header are transmitted")
{
	enum { MODEST = 100 };
	uint32_t size, payload, damage;
	struct wire_receiver *rx;
	uint8_t mac[6];

	wire_need_reflector(t, d);
	wire_start(t, d, FEATURE(VIRTIO_NET_F_MTU));
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	/* The reflected frame is what follows the Ethernet header of the one that is sent. */
	size = read_mtu(d) < ETHERNET_FRAME_MAX - ETHERNET_HEADER_BYTES ? read_mtu(d)
									: ETHERNET_FRAME_MAX - ETHERNET_HEADER_BYTES;
	payload = size - ETHERNET_HEADER_BYTES;
	need_row(t, is_reflected(t, d, rx, mac, MODEST, &damage) && damage == MODEST, "net-desc-05",
		 "a small frame is transmitted whole");
	require(t, is_reflected(t, d, rx, mac, payload, &damage), "a frame of %u bytes is transmitted with mtu %u",
		size + ETHERNET_HEADER_BYTES, read_mtu(d));
	expect_eq(t, damage, payload, "where the frame is damaged (%u: nowhere)", payload);
}

/*
 * Breaks: a packet is larger than the buffers that a driver sizes by mtu. Symptom: it is cut, or the device gives up.
 * (A tag may count as part of the Ethernet header, so there is room for one.)
 */
CHECK(mtu_enforced, "net.mtu-enforced", REQ("net-cfg-05"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .stimulus = true, .features = OFFERS(VIRTIO_NET_F_MTU)),
      "With MTU accepted, no packet arrives that is larger than mtu and its Ethernet header")
{
	enum { LARGE = 1, SMALL_ONE, TAG_BYTES = 4 };
	uint32_t payload = read_mtu(d) + TAG_BYTES + 1;
	struct wire_receiver *rx;

	if (payload > WIRE_FRAME_BYTES - ETHERNET_HEADER_BYTES)
		skip(t, "mtu %u is larger than what this check sends", read_mtu(d));
	wire_start(t, d, FEATURE(VIRTIO_NET_F_MTU));
	rx = wire_open_plain(t, d);
	wire_send_us(d, LARGE, payload);
	wire_send_us(d, SMALL_ONE, WIRE_PAYLOAD);
	for (struct patience patience = patience_begin(device_patience_ns);;) {
		require(t, wire_next(t, rx, &patience), "a small frame arrives behind a large one");
		expect(t, !wire_is_numbered(LARGE, payload), "a frame of %u bytes does not arrive with mtu %u",
		       payload + ETHERNET_HEADER_BYTES, read_mtu(d));
		if (wire_is_numbered(SMALL_ONE, WIRE_PAYLOAD))
			break;
	}
}

/* ---- checksums of received packets (5.1.9.4) ---- */

enum { UDP_START = ETHERNET_HEADER_BYTES + 20, UDP_CHECKSUM = 6, UDP_FRAME = UDP_START + 8 + 32 };

/* Fills in a frame to us with a UDP datagram in it, and returns the datagram's checksum. */
static uint16_t fill_udp(struct device *d, uint8_t frame[UDP_FRAME])
{
	enum { PROTOCOL_UDP = 17, PSEUDO = 12, DISCARD_PORT = 9 };
	uint8_t *ip = frame + ETHERNET_HEADER_BYTES, *udp = frame + UDP_START, summed[PSEUDO + UDP_FRAME - UDP_START];
	uint16_t size = UDP_FRAME - UDP_START, sum;

	memset(frame, 0, UDP_FRAME);
	net_mac(d, frame);
	memcpy(frame + 6, wire_other_mac, 6);
	net_put16(frame + 12, ETHERTYPE_IPV4);
	ip[0] = 0x45; /* version 4, 5 words of header */
	net_put16(ip + 2, (uint16_t)(size + 20));
	ip[8] = 64; /* time to live */
	ip[9] = PROTOCOL_UDP;
	net_put32(ip + 12, WIRE_OTHER_ADDRESS);
	net_put32(ip + 16, WIRE_OUR_ADDRESS);
	net_put16(ip + 10, net_checksum(ip, 20));
	net_put16(udp, DISCARD_PORT);
	net_put16(udp + 2, DISCARD_PORT);
	net_put16(udp + 4, size);
	memcpy(udp + 8, "touchstone", 10);

	memcpy(summed, ip + 12, 8); /* the pseudo header: addresses, protocol, length */
	net_put16(summed + 8, PROTOCOL_UDP);
	net_put16(summed + 10, size);
	memcpy(summed + PSEUDO, udp, size);
	sum = net_checksum(summed, sizeof(summed));
	net_put16(udp + UDP_CHECKSUM, sum);
	return sum;
}

/*
 * Makes the reflector send us the frame, and a numbered one behind it. True if the first arrives; it is in wire_packet
 * then.
 */
static bool receive_udp(struct run *t, struct device *d, struct wire_receiver *rx, const uint8_t frame[UDP_FRAME])
{
	enum { BEHIND = 0x3333 };
	uint8_t mac[6];

	net_mac(d, mac);
	for (uint16_t i = 0; i < WIRE_TRIES; i++) { /* either frame may be lost now and then */
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
		bool behind = false;

		wire_reflect(t, d, frame, UDP_FRAME);
		wire_reflect_numbered(t, d, mac, -1, (uint16_t)(BEHIND + i), WIRE_PAYLOAD);
		while (!behind && wire_next(t, rx, &patience)) {
			if (wire_packet.size >= UDP_FRAME && !memcmp(wire_packet.frame, frame, UDP_START))
				return true;
			behind = wire_is_numbered((uint16_t)(BEHIND + i), WIRE_PAYLOAD);
		}
	}
	return false;
}

/*
 * Breaks: the host leaves the checksum to hardware that is not there. Symptom: a driver that checks drops everything,
 * DHCP first.
 */
CHECK(receive_checksum, "net.receive-checksum", REQ("net-rx-06"), SHOULD, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without GUEST_CSUM, a UDP datagram arrives with its checksum")
{
	uint8_t frame[UDP_FRAME];
	struct wire_receiver *rx;
	uint16_t sum;

	wire_need_reflector(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	sum = fill_udp(d, frame);
	if (!receive_udp(t, d, rx, frame))
		skip(t, "no UDP datagram arrives");
	expect_eq(t, net_get16(wire_packet.frame + UDP_START + UDP_CHECKSUM), sum, "checksum of the datagram");
}

/*
 * Breaks: csum_start counts from another place. Symptom: the driver stores a checksum in the middle of the data, or
 * behind it.
 */
CHECK(receive_partial, "net.receive-partial-checksum", REQ("net-rx-17", "net-rx-18"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_GUEST_CSUM)),
      "With NEEDS_CSUM, csum_start and csum_offset lead to the right checksum")
{
	const struct virtio_net_header *header = &wire_packet.header;
	uint8_t frame[UDP_FRAME];
	struct wire_receiver *rx;
	uint16_t sum, got;

	wire_need_reflector(t, d);
	wire_start(t, d, FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	rx = wire_open_plain(t, d);
	sum = fill_udp(d, frame);
	if (!receive_udp(t, d, rx, frame))
		skip(t, "no UDP datagram arrives");
	got = net_get16(wire_packet.frame + UDP_START + UDP_CHECKSUM);
	if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		require(t,
			header->csum_start + header->csum_offset + 2u <= wire_packet.size &&
				header->csum_start < UDP_FRAME,
			"csum_start %u and csum_offset %u are inside of a frame of %u bytes", header->csum_start,
			header->csum_offset, wire_packet.size);
		got = net_checksum(wire_packet.frame + header->csum_start, UDP_FRAME - header->csum_start);
		expect_eq(t, header->csum_start + header->csum_offset, UDP_START + UDP_CHECKSUM,
			  "where the checksum is to be stored");
	}
	expect_eq(t, got, sum, "checksum of the datagram, %s",
		  header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM ? "computed as csum_start says" : "as it arrived");
}

/* Breaks: the flag is set on everything. Symptom: the guest takes damaged data for good. */
CHECK(receive_valid, "net.receive-data-valid", REQ("net-rx-30"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_GUEST_CSUM)),
      "A packet with a wrong checksum does not arrive as DATA_VALID")
{
	uint8_t frame[UDP_FRAME];
	struct wire_receiver *rx;
	bool valid;

	wire_need_reflector(t, d);
	wire_start(t, d, FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	rx = wire_open_plain(t, d);
	fill_udp(d, frame);
	frame[UDP_FRAME - 1] ^= 0x5a;
	valid = receive_udp(t, d, rx, frame) && (wire_packet.header.flags & VIRTIO_NET_HDR_F_DATA_VALID);
	expect(t, !valid, "a datagram whose checksum is wrong is not DATA_VALID");
}
