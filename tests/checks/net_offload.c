// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, what the driver takes off the device's hands on reception (5.1.9.4): partial checksums, large
 * packets; and the headers of received packets of every kind. The checks need a peer that sends such packets
 * (docs/peer.md), and only some links between peer and device carry them as they are: the others cut and complete them
 * first, which is as right.
 *
 * How network devices break: a header field that belongs to another packet; an offload that was not accepted, or was
 * switched off, is used all the same. In the field: a guest forwards what it receives, and it is dropped further on.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/peer.h"
#include "tests/checks/support/received.h"
#include "tests/checks/support/wire.h"

#define RECEIVES .type = VIRTIO_ID_NETWORK, .queues = 2

enum { LARGE_BUFFER = VIRTIO_NET_HDR_BYTES + 65589, LARGE_BUFFERS = 4, SMALL_BUFFER = 1526 };

/* The payload of the packet that is brought in, and what of it has come. */
struct stream {
	struct packet packet;
	uint16_t mss;
	uint32_t came, most; /* bytes in all, and in the largest packet */
	unsigned packets;
	uint64_t seen[1024]; /* bit n: byte n of the payload */
};
static struct stream stream;

/* Is wire_packet a part of the stream? Its headers and payload are judged then. */
static bool take_part(struct run *t)
{
	bool headers = check_names(t->check, "net-rx-26"); /* the others ask what comes, and how large it is */
	struct packet_parts parts;
	uint32_t from = 0, bytes;

	if (!packet_find(&parts, wire_packet.frame, wire_packet.size, wire_packet.size) ||
	    parts.protocol != stream.packet.protocol || parts.v6 != stream.packet.v6 || parts.fragment ||
	    net_get16(wire_packet.frame + parts.transport) != stream.packet.source_port)
		return false;
	bytes = parts.end - parts.payload;
	if (parts.protocol == PACKET_TCP)
		from = net_get32(wire_packet.frame + parts.transport + 4) - stream.packet.sequence;
	else
		while (from < stream.packet.payload && packet_pattern_damage(wire_packet.frame + parts.payload,
									     stream.packet.number, from, bytes) < bytes)
			from++;
	if (!expect(t, from <= stream.packet.payload && bytes <= stream.packet.payload - from,
		    "a packet with %u bytes at %u is a part of %u bytes", bytes, from, stream.packet.payload))
		return true;
	expect_eq(t, packet_pattern_damage(wire_packet.frame + parts.payload, stream.packet.number, from, bytes), bytes,
		  "where the payload of a packet with %u bytes differs (%u: nowhere)", bytes, bytes);
	expect(t,
	       !memcmp(wire_packet.frame, stream.packet.to, 6) && !memcmp(wire_packet.frame + 6, stream.packet.from, 6),
	       "a packet with %u bytes arrives with the addresses with which it was sent", bytes);
	expect(t, packet_header_sum_right(&parts), "the checksum of the IPv4 header is right");
	if (!(wire_packet.header.flags & (VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID)))
		expect(t, packet_sum_right(&parts), "the checksum of a packet with %u bytes is right, and flags are 0",
		       bytes);
	if (headers && wire_packet.size > ETHERNET_FRAME_MAX + PACKET_TAG_BYTES)
		expect(t, wire_packet.header.gso_type, "a packet of %u bytes, larger than a frame, has a gso_type",
		       wire_packet.size);
	if (headers && wire_packet.header.gso_type)
		expect_eq(t, wire_packet.header.gso_size, stream.mss,
			  "gso_size, which is that of the sender's segments");
	for (uint32_t i = from; i < from + bytes; i++)
		if (!(stream.seen[i / 64] >> i % 64 & 1)) {
			stream.seen[i / 64] |= 1ull << i % 64;
			stream.came++;
		}
	if (bytes > stream.most)
		stream.most = bytes;
	stream.packets++;
	return true;
}

/*
 * Makes the peer send a packet, in segments of `mss` if that is not 0, and takes what comes until all of it is there.
 * False: not all of it came.
 */
static bool bring_packet(struct run *t, struct device *d, struct wire_receiver *rx, struct packet packet, uint8_t flags,
			 uint16_t mss)
{
	memset(&stream, 0, sizeof(stream));
	stream.packet = packet;
	stream.mss = mss;
	for (unsigned i = 0; i < WIRE_TRIES; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		peer_send_packet(t, d, &packet, flags, mss);
		while ((stream.came < packet.payload || !stream.packets) && wire_next(t, rx, &patience))
			take_part(t);
		if (stream.packets && stream.came == packet.payload)
			return true;
	}
	return false;
}

enum { PAYLOADS = 4 };

/* Brings in packets of each kind and `sizes` sizes, whose checksums the peer leaves to the device if it can. */
static void bring_kinds(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t port, unsigned sizes)
{
	static const uint32_t payloads[PAYLOADS] = { 777, 19, 100, 1400 };

	for (unsigned i = 0; i < 8 * sizes; i++) {
		struct packet packet = peer_packet_in(d, i & 1, i & 2 ? PACKET_UDP : PACKET_TCP, payloads[i / 8]);

		packet.source_port = (uint16_t)(port + i);
		packet.number = packet.source_port;
		if (packet_headers(&packet) + packet.payload > peer_largest_frame(d))
			continue;
		require(t, bring_packet(t, d, rx, packet, i & 4 ? PEER_OFFLOAD : 0, 0),
			"a packet of %s with %u bytes arrives", packet_kind(&packet), packet.payload);
	}
}

/* Breaks: the host leaves checksums to hardware that is not there, for one protocol of several. */
CHECK(receive_complete, "net.receive-complete-checksums", REQ("net-rx-06", "net-desc-05"), SHOULD, NEEDS(RECEIVES),
      "Without GUEST_CSUM, packets of TCP and UDP arrive with their checksums")
{
	struct wire_receiver *rx;

	peer_need(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	bring_kinds(t, d, rx, 0x2000, PAYLOADS);
}

/*
 * Breaks: csum_start is that of TCP over IPv4, or counts the header of the packet; the field holds something else than
 * the sum of the pseudo header; DATA_VALID on a packet that needs a checksum.
 */
CHECK(receive_partial_kinds, "net.receive-partial-checksums", REQ("net-rx-17", "net-rx-18", "net-rx-30"), MUST,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_NET_F_GUEST_CSUM)),
      "With GUEST_CSUM, the checksum of packets of TCP and UDP is right, or can be completed as the header says")
{
	struct wire_receiver *rx;

	peer_need(t, d);
	wire_start(t, d, FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	rx = wire_open_plain(t, d);
	bring_kinds(t, d, rx, 0x2100, PAYLOADS);
	if (!device_offers(d, VIRTIO_NET_F_MRG_RXBUF))
		return;
	wire_start(t, d, FEATURES(VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_MRG_RXBUF));
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], d->queues[VIRTIO_NET_RX].size < 16 ? 1526 : 256, 16);
	bring_kinds(t, d, rx, 0x2200, PAYLOADS);
}

/* Breaks: only UDP over IPv4 is looked at. Symptom: the guest takes damaged data for good. */
CHECK(receive_wrong, "net.receive-wrong-checksums", REQ("net-rx-30"), MUST,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_NET_F_GUEST_CSUM)),
      "No packet of TCP or UDP with a wrong checksum arrives as DATA_VALID")
{
	static uint8_t frame[ETHERNET_FRAME_MAX];
	struct wire_receiver *rx;
	bool came = false;
	uint8_t mac[6];

	peer_need(t, d);
	wire_start(t, d, FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	for (uint16_t i = 0; i < 8; i++) {
		struct packet packet = peer_packet_in(d, i & 1, i & 2 ? PACKET_UDP : PACKET_TCP, i & 4 ? 33 : 700);
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
		struct packet_parts parts;

		packet.checksum = PACKET_WRONG;
		packet.number = packet.source_port = (uint16_t)(0x2900 + i);
		wire_reflect(t, d, frame, packet_fill(&packet, frame));
		wire_reflect_numbered(t, d, mac, -1, (uint16_t)(0x2910 + i), WIRE_PAYLOAD);
		while (wire_next(t, rx, &patience)) { /* the judge of headers looks at each */
			if (wire_is_numbered((uint16_t)(0x2910 + i), WIRE_PAYLOAD))
				break;
			came |= packet_find(&parts, wire_packet.frame, wire_packet.size, wire_packet.size) &&
				net_get16(wire_packet.frame + parts.transport) == packet.source_port;
		}
	}
	if (!came)
		skip(t, "packets with wrong checksums do not arrive at all");
	received_report(t, d);
}

/* Large packets of TCP, with IPv4 and IPv6, ECN, and of UDP. */
static const struct large {
	bool v6;
	uint8_t protocol, flags;
	uint32_t payload;
	uint16_t mss;
} larges[] = {
	{ false, PACKET_TCP, 0, 4000, 1400 },
	{ true, PACKET_TCP, 0, 4000, 1400 },
	{ false, PACKET_TCP, PACKET_TCP_CWR, 3000, 1000 },
	{ false, PACKET_UDP, 0, 3000, 1000 },
	{ true, PACKET_UDP, 0, 3000, 1000 },
	{ false, PACKET_TCP, 0, 15000, 1448 },
};

static void bring_large(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t port)
{
	for (unsigned i = 0; i < sizeof(larges) / sizeof(larges[0]); i++) {
		struct packet packet = peer_packet_in(d, larges[i].v6, larges[i].protocol, larges[i].payload);

		packet.tcp_flags |= larges[i].flags;
		packet.source_port = (uint16_t)(port + i);
		packet.number = packet.source_port;
		if (packet_headers(&packet) + larges[i].mss > peer_largest_frame(d))
			continue;
		require(t, bring_packet(t, d, rx, packet, PEER_OFFLOAD, larges[i].mss),
			"all %u bytes of a large packet of %s arrive: %u do", packet.payload, packet_kind(&packet),
			stream.came);
		step(t, "%u packets, the largest with %u bytes", stream.packets, stream.most);
	}
}

/* The features for large packets, those of them that the device offers. */
static struct features segmentation(struct device *d, unsigned which)
{
	static const uint8_t bits[] = { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_ECN,
					VIRTIO_NET_F_GUEST_UFO,	 VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6 };
	struct features features = FEATURE(VIRTIO_NET_F_GUEST_CSUM);

	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (which >> i & 1 && device_offers(d, bits[i]))
			features = features_with(features, bits[i]);
	return features;
}

enum { KINDS = sizeof(larges) / sizeof(larges[0]) };
enum { TSO4 = 1, TSO6 = 2, ECN = 4, UFO = 8, USO = 16 | 32, EVERYTHING = 63 };

/*
 * Breaks: a large packet is passed on although its feature was not accepted, or only some were. Symptom: the driver
 * drops it, and the connection stands still.
 */
CHECK(receive_large_plain, "net.receive-large-without-features",
      REQ("net-rx-24", "net-rx-07", "net-rx-09", "net-rx-10", "net-desc-05"), MUST, NEEDS(RECEIVES),
      "What was sent in large packets arrives in frames of at most 1514 bytes without a segmentation feature")
{
	struct wire_receiver *rx;

	peer_need(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	bring_large(t, d, rx, 0x2300);
	if (!device_offers(d, VIRTIO_NET_F_GUEST_CSUM))
		return;
	wire_start(t, d, FEATURE(VIRTIO_NET_F_GUEST_CSUM));
	rx = wire_open_plain(t, d);
	bring_large(t, d, rx, 0x2400);
}

/* Breaks: one feature stands for all; gso_size is missing, or that of another packet; the end of 64 KiB is lost. */
CHECK(receive_large, "net.receive-large",
      REQ("net-rx-25", "net-rx-26", "net-rx-07", "net-rx-09", "net-rx-10", "net-rx-14"), MUST,
      NEEDS(RECEIVES, .version = 2, .features = OFFERS(VIRTIO_NET_F_GUEST_CSUM)),
      "Large packets arrive whole with each choice of segmentation features, and only those that were accepted")
{
	static const uint8_t choices[] = { TSO4, TSO6, TSO4 | ECN, USO, EVERYTHING };
	struct wire_receiver *rx;
	struct packet packet;

	peer_need(t, d);
	for (unsigned i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		wire_start(t, d, segmentation(d, choices[i]));
		rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], LARGE_BUFFER, LARGE_BUFFERS);
		bring_large(t, d, rx, (uint16_t)(0x2500 + 0x10 * i));
	}
	if (!device_offers(d, VIRTIO_F_INDIRECT_DESC))
		return;
	/* Buffers in pieces, as a driver has them that allocates pages. */
	wire_start(t, d, features_with(segmentation(d, EVERYTHING), VIRTIO_F_INDIRECT_DESC));
	rx = wire_open_shaped(t, d, 0, &d->queues[VIRTIO_NET_RX], LARGE_BUFFER, LARGE_BUFFERS,
			      (struct wire_shape){ .pieces = WIRE_PIECES_MAX, .indirect = true });
	bring_large(t, d, rx, 0x2580);
	if (peer_largest_frame(d) < ETHERNET_FRAME_MAX)
		return;
	packet = peer_packet_in(d, false, PACKET_TCP, 60000);
	packet.source_port = packet.number = 0x2590;
	require(t, bring_packet(t, d, rx, packet, PEER_OFFLOAD, 1448),
		"all 60000 bytes of a large packet arrive: %u do", stream.came);
}

/* Breaks: the number of buffers is limited below what 64 KiB need, or is that of the first segment. */
CHECK(merged_64k, "net.merged-large-packets", REQ("net-rx-02", "net-rx-03", "net-rx-25", "net-rx-26"), MUST,
      NEEDS(RECEIVES, .features = OFFERS_BOTH(VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_GUEST_CSUM)),
      "With MRG_RXBUF, large packets arrive whole in buffers of a frame each")
{
	struct wire_receiver *rx;
	struct packet packet = peer_packet_in(d, false, PACKET_TCP, 60000);

	if (d->queue_max[VIRTIO_NET_RX] < 64)
		skip(t, "needs a receive virtqueue of 64 entries");
	peer_need(t, d);
	wire_start_sized(t, d, features_with(segmentation(d, EVERYTHING), VIRTIO_NET_F_MRG_RXBUF), 128);
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], SMALL_BUFFER, 64);
	bring_large(t, d, rx, 0x2600);
	packet.source_port = packet.number = 0x2610;
	if (peer_largest_frame(d) < ETHERNET_FRAME_MAX)
		return;
	expect(t, bring_packet(t, d, rx, packet, PEER_OFFLOAD, 1448), "all 60000 bytes of a large packet arrive: %u do",
	       stream.came);
}

/* ---- offloads that are switched off (5.1.9.5.9) ---- */

static uint8_t set_offloads(struct run *t, struct device *d, uint64_t offloads)
{
	struct virtqueue *queue = &d->queues[VIRTIO_NET_CTRL_WITHOUT_MQ];
	uint8_t *bytes = need_memory(t, dma_alloc(11, 8));
	struct segment pieces[] = { { .data = bytes, .size = 2 },
				    { .data = bytes + 2, .size = 8 },
				    { .data = bytes + 10, .size = 1, .writable = true } };

	bytes[0] = VIRTIO_NET_CTRL_GUEST_OFFLOADS;
	bytes[1] = VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET;
	memcpy(bytes + 2, &offloads, sizeof(offloads));
	bytes[10] = 0xee;
	if (virtqueue_add(queue, pieces, 3, NULL, queue) < 0)
		skip(t, "the control virtqueue has no room for a command");
	virtqueue_kick(queue);
	take_used(t, queue, "a control command");
	return *(volatile uint8_t *)(bytes + 10);
}

/*
 * Breaks: the command is acknowledged and nothing changes, or it changes one offload and not another. Symptom: a guest
 * that forwards packets switches them off, and what it forwards is dropped further on.
 */
CHECK(offloads_off, "net.guest-offloads-effective", REQ("net-offload-01"), DESCRIBED,
      NEEDS(RECEIVES, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)),
      "After GUEST_OFFLOADS_SET received packets use only the offloads that were left on")
{
	struct features features = features_with(segmentation(d, EVERYTHING), VIRTIO_NET_F_CTRL_VQ);
	uint64_t accepted = 0;
	struct wire_receiver *rx;

	if (!device_offers(d, VIRTIO_NET_F_GUEST_CSUM))
		skip(t, "the device does not offer GUEST_CSUM");
	peer_need(t, d);
	wire_start(t, d, features_with(features, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS));
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], LARGE_BUFFER, LARGE_BUFFERS);
	for (unsigned bit = 0; bit < 64; bit++)
		if (device_accepted(d, bit) && features_has(&features, bit) && bit != VIRTIO_NET_F_CTRL_VQ)
			accepted |= 1ull << bit;
	for (unsigned i = 0; i <= 64; i++) {
		/* each offload alone off, then all of them; those that need GUEST_CSUM go with it */
		uint64_t off = i == 64 ? accepted : 1ull << i & accepted;

		if (!off)
			continue;
		if (off & 1ull << VIRTIO_NET_F_GUEST_CSUM)
			off = accepted;
		need_row(t, set_offloads(t, d, accepted & ~off) == VIRTIO_NET_OK, "net-desc-06",
			 "GUEST_OFFLOADS_SET with 0x%lx gets OK", (unsigned long)(accepted & ~off));
		rx->offloads_off = off;
		bring_large(t, d, rx, (uint16_t)(0x2800 + 0x20 * i));
		if (i == 64)
			bring_kinds(t, d, rx, 0x3800, 1);
	}
}

/* Does a large packet of this kind arrive uncut? Tried a few times. */
static bool arrives_uncut(struct run *t, struct device *d, struct wire_receiver *rx, const struct large *large,
			  uint16_t port)
{
	struct packet packet = peer_packet_in(d, large->v6, large->protocol, large->payload);

	for (uint16_t i = 0; i < WIRE_TRIES; i++) {
		packet.source_port = packet.number = (uint16_t)(port + i);
		need_row(t, bring_packet(t, d, rx, packet, PEER_OFFLOAD, large->mss), "net-desc-05",
			 "what was sent in a large packet arrives");
		if (stream.packets == 1 && stream.most == packet.payload)
			return true;
	}
	return false;
}

/*
 * Breaks: what was switched off stays off for ever, also over a reset; the upper half of the offloads is not read.
 * Symptom: slow reception until the host is started again.
 */
CHECK(offloads_on, "net.guest-offloads-come-back", REQ("net-offload-02"), DESCRIBED,
      NEEDS(RECEIVES, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)),
      "Offloads are used again when they are switched on again, and after a reset")
{
	static const uint8_t bits[] = { VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6,
					VIRTIO_NET_F_GUEST_ECN,	 VIRTIO_NET_F_GUEST_UFO,  VIRTIO_NET_F_GUEST_USO4,
					VIRTIO_NET_F_GUEST_USO6 };
	struct features features = features_with(features_with(segmentation(d, EVERYTHING), VIRTIO_NET_F_CTRL_VQ),
						 VIRTIO_NET_F_CTRL_GUEST_OFFLOADS);
	bool uncut[KINDS];
	unsigned any = 0;

	if (!device_offers(d, VIRTIO_NET_F_GUEST_CSUM))
		skip(t, "the device does not offer GUEST_CSUM");
	peer_need(t, d);
	for (unsigned life = 0; life < 2; life++) {
		struct wire_receiver *rx;
		uint64_t accepted = 0;

		wire_start(t, d, features);
		rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], LARGE_BUFFER, LARGE_BUFFERS);
		for (unsigned i = 0; i < sizeof(bits); i++)
			accepted |= (uint64_t)device_accepted(d, bits[i]) << bits[i];
		for (unsigned i = 0; i < KINDS; i++) {
			bool now = arrives_uncut(t, d, rx, &larges[i], (uint16_t)(0x2a00 + 0x100 * life + 8 * i));

			if (!life)
				any += uncut[i] = now;
			else
				expect(t, now || !uncut[i], "large packet %u arrives uncut after a reset, as before",
				       i);
		}
		if (!any) {
			need_row(t, set_offloads(t, d, accepted) == VIRTIO_NET_OK, "net-desc-06",
				 "GUEST_OFFLOADS_SET with all that was accepted gets OK");
			expect(t, !arrives_uncut(t, d, rx, &larges[0], 0x2af0),
			       "large packets arrive uncut once the features are negotiated, as they do after "
			       "GUEST_OFFLOADS_SET");
			skip(t, "large packets do not arrive uncut: the link does not carry them, or the device cuts");
		}
		need_row(t, set_offloads(t, d, 0) == VIRTIO_NET_OK, "net-desc-06", "GUEST_OFFLOADS_SET with 0 gets OK");
		rx->offloads_off = accepted;
		bring_large(t, d, rx, (uint16_t)(0x2a80 + 0x100 * life));
		need_row(t, set_offloads(t, d, accepted) == VIRTIO_NET_OK, "net-desc-06",
			 "GUEST_OFFLOADS_SET with all that was accepted gets OK");
		rx->offloads_off = 0;
		for (unsigned i = 0; i < KINDS && !life; i++)
			expect(t, !uncut[i] || arrives_uncut(t, d, rx, &larges[i], (uint16_t)(0x2ac0 + 8 * i)),
			       "large packet %u arrives uncut when the offloads are on again", i);
		if (!life)
			need_row(t, set_offloads(t, d, 0) == VIRTIO_NET_OK, "net-desc-06",
				 "GUEST_OFFLOADS_SET with 0 gets OK");
	}
}

/* ---- headers of every kind (received.h) ---- */

/* Frames of several sizes and kinds, with these features. */
static void bring_everything(struct run *t, struct device *d, struct features features, uint32_t size, unsigned count,
			     uint16_t port)
{
	struct wire_receiver *rx;
	uint8_t mac[6];

	wire_start(t, d, features);
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], size, count);
	net_mac(d, mac);
	for (unsigned i = 0; i < 8; i++) {
		struct packet packet = peer_packet_in(d, i & 1, i & 2 ? PACKET_UDP : PACKET_TCP, 20 + 160 * i);
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		packet.source_port = packet.number = (uint16_t)(port + i);
		peer_send_packet(t, d, &packet, i & 4 ? PEER_OFFLOAD : 0, 0);
		peer_send_packet(t, d, &packet, PEER_OFFLOAD, 500);
		peer_send_numbered(t, d, mac, (uint16_t)(port + i), 1, 46 + 200 * i);
		while (wire_next(t, rx, &patience))
			if (wire_is_numbered((uint16_t)(port + i), 2))
				break;
	}
}

static void look_at_headers(struct run *t, struct device *d)
{
	if (wire_peer(t, d) == WIRE_ANSWERS && peer_found(t, d)) {
		bring_everything(t, d, NO_FEATURES, WIRE_BUFFER_BYTES, 8, 0x2700);
		bring_everything(t, d, segmentation(d, 0), WIRE_BUFFER_BYTES, 8, 0x2720);
		bring_everything(t, d, segmentation(d, EVERYTHING), LARGE_BUFFER, LARGE_BUFFERS, 0x2740);
		if (device_offers(d, VIRTIO_NET_F_MRG_RXBUF))
			bring_everything(t, d, features_with(segmentation(d, EVERYTHING), VIRTIO_NET_F_MRG_RXBUF), 200,
					 16, 0x2760);
	} else {
		struct wire_receiver *rx;

		wire_start(t, d, NO_FEATURES);
		rx = wire_open_plain(t, d);
		wire_ask(t, d, rx);
	}
	if (!received_report(t, d))
		skip(t, "no packet was received");
}

/* Breaks: a header field is right in small frames, and wrong in large or merged ones, or those of another protocol. */
CHECK(every_header, "net.every-header",
      REQ("net-rx-01", "net-rx-02", "net-rx-03", "net-rx-04", "net-rx-05", "net-rx-07", "net-rx-08", "net-rx-09",
	  "net-rx-10", "net-rx-11", "net-rx-12", "net-rx-14", "net-rx-17", "net-rx-18", "net-rx-24", "net-rx-25",
	  "net-rx-26", "net-rx-28", "net-rx-30", "net-rx-35", "net-rx-38", "net-cfg-05", "net-offload-01"),
      MUST, NEEDS(RECEIVES), "The header of every packet that a check receives is as the accepted features demand")
{
	look_at_headers(t, d);
}

/* Breaks: hdr_len is 0, or that of another packet; the bit of ECN without its feature. */
CHECK(every_header_advice, "net.every-header-advice", REQ("net-rx-13", "net-rx-29"), SHOULD, NEEDS(RECEIVES),
      "The header of every packet that a check receives is as it should be with the accepted features")
{
	if (!received_report(t, d)) /* net.every-header looks at all kinds just before */
		look_at_headers(t, d);
}
