// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, reception (5.1.9.3, 5.1.9.4) on frames of all sizes: buffers of all sizes and shapes, too small, too
 * few, and used in more than one life. Most checks need a peer that sends what they ask for (docs/peer.md).
 *
 * How network devices break: the last bytes of a frame are lost where a buffer ends; a frame that does not fit is
 * delivered in part, or ends the device; after it once found no buffer the device never looks again. In the field: the
 * network works for a while, and then stands still until the guest is restarted.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/peer.h"
#include "tests/checks/support/received.h"
#include "tests/checks/support/traffic.h"
#include "tests/checks/support/wire.h"

enum { FEW = 8 };

/* Takes packets until numbered frame `number` is in wire_packet. */
static bool next_numbered(struct run *t, struct wire_receiver *rx, uint16_t number, struct patience *patience)
{
	while (wire_next(t, rx, patience))
		if (wire_is_numbered(number, 2))
			return true;
	return false;
}

/* Expects wire_packet to be a numbered frame of `size` bytes, whole. */
static void expect_whole(struct run *t, uint16_t number, uint32_t size, const char *where)
{
	uint32_t payload = size - ETHERNET_HEADER_BYTES;

	expect(t, !memcmp(wire_packet.frame + 6, wire_other_mac, 6), "a frame of %u bytes %s is from its sender", size,
	       where);
	if (expect_eq(t, wire_packet.size, size, "bytes of a frame %s", where))
		expect_eq(t, wire_damage(number, payload), payload,
			  "where the payload of a frame of %u bytes differs %s (%u: nowhere)", size, where, payload);
}

/* Makes a frame of `size` bytes come, and judges it. False: it never came. */
static bool bring(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t number, uint32_t size,
		  const char *where)
{
	uint8_t mac[6];

	net_mac(d, mac);
	for (unsigned i = 0; i < WIRE_TRIES; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		peer_send_numbered(t, d, mac, number, 1, size - ETHERNET_HEADER_BYTES);
		if (next_numbered(t, rx, number, &patience)) {
			expect_whole(t, number, size, where);
			return true;
		}
	}
	return false;
}

/* Starts the device with buffers of this size. */
static struct wire_receiver *start_with(struct run *t, struct device *d, struct features features, uint32_t size,
					unsigned count)
{
	wire_start(t, d, features);
	return wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], size, count);
}

/* ---- sizes of frames ---- */

/*
 * Makes frames of these sizes come, several at a time, and judges each. The numbers go on from `number`. Ends the check
 * if one does not come, since each costs time.
 */
static void bring_all(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t number, const uint32_t *sizes,
		      unsigned count, const char *where)
{
	enum { AT_ONCE = 6 };
	uint8_t mac[6];

	net_mac(d, mac);
	for (unsigned first = 0; first < count; first += AT_ONCE) {
		unsigned some = count - first < AT_ONCE ? count - first : AT_ONCE, missing = (1u << some) - 1;

		for (unsigned try = 0; try < WIRE_TRIES && missing; try++) {
			struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

			for (unsigned i = 0; i < some; i++)
				if (missing >> i & 1)
					peer_send_numbered(t, d, mac, (uint16_t)(number + first + i), 1,
							   sizes[first + i] - ETHERNET_HEADER_BYTES);
			while (missing && wire_next(t, rx, &patience))
				for (unsigned i = 0; i < some; i++)
					if ((missing >> i & 1) && wire_is_numbered((uint16_t)(number + first + i), 2)) {
						expect_whole(t, (uint16_t)(number + first + i), sizes[first + i],
							     where);
						missing &= ~(1u << i);
					}
		}
		for (unsigned i = 0; i < some; i++)
			require(t, !(missing >> i & 1), "a frame of %u bytes arrives %s", sizes[first + i], where);
	}
}

/* Sizes from 60 bytes to 1514: strides from a random one on, and those around powers of 2 and the largest ones. */
static unsigned choose_sizes(struct run *t, struct device *d, uint32_t *sizes)
{
	enum { STRIDE = 83 };
	static const uint32_t edges[] = { 61, 64, 128, 256, 512, 1024, 1500, 1513 };
	uint32_t most = peer_largest_frame(d);
	unsigned count = 0;

	for (uint32_t size = ETHERNET_FRAME_MIN + random_below(&t->random, STRIDE); size <= most; size += STRIDE)
		sizes[count++] = size;
	for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		for (uint32_t size = edges[i] - 1; size <= edges[i] + 1 && size <= most; size++)
			sizes[count++] = size;
	return count;
}
enum { SIZES_MAX = 64 };

/*
 * Breaks: frames of some sizes lose their last byte, are rounded to a multiple, or do not come. Symptom: checksum
 * errors with some packets, and retransmissions for ever.
 */
CHECK(receive_sizes, "net.receive-sizes", REQ("net-desc-05"), DESCRIBED, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Frames of all sizes from 60 to 1514 bytes arrive whole")
{
	uint32_t sizes[SIZES_MAX];
	unsigned count = choose_sizes(t, d, sizes);

	peer_need(t, d);
	bring_all(t, d, start_with(t, d, NO_FEATURES, WIRE_BUFFER_BYTES, WIRE_BUFFERS), 0x100, sizes, count,
		  "in a large buffer");
}

/*
 * Breaks: the room of a buffer is compared without the header, or a buffer that is just large enough counts as too
 * small. (5.1.9.3.1 asks for buffers of 1526 bytes, 1524 with the legacy header.)
 */
CHECK(receive_exact, "net.receive-exact-fit", REQ("net-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2), "The largest frame fits into a buffer of 1526 bytes")
{
	struct wire_receiver *rx;

	peer_need(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], net_header_bytes(d) + ETHERNET_FRAME_MAX, FEW);
	for (uint16_t i = 0; i < 3; i++)
		expect(t, bring(t, d, rx, i, peer_largest_frame(d), "in a buffer of 1514 bytes and the header"),
		       "a frame of %u bytes arrives in such a buffer", peer_largest_frame(d));
}

/* Breaks: each buffer is taken for one piece of memory; a piece's length is used for another; the header must be in a
 * piece of its own. Symptom: the driver that uses a page and a header works, another one does not. */
CHECK(receive_shapes, "net.receive-shapes", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "Frames arrive whole in buffers that are cut at random, in the table or an indirect one")
{
	enum { PIECES = 5, SETS = 4, FRAMES = 3 };
	uint16_t number = 0x200;

	peer_need(t, d);
	for (unsigned set = 0; set < 2 * SETS; set++) {
		bool indirect = set % 2;
		struct wire_receiver *rx;

		if (indirect && !device_offers(d, VIRTIO_F_INDIRECT_DESC))
			continue;
		if (!indirect && d->queue_max[VIRTIO_NET_RX] < PIECES)
			continue;
		wire_start(t, d, indirect ? FEATURE(VIRTIO_F_INDIRECT_DESC) : NO_FEATURES);
		rx = wire_open_shaped(t, d, 0, &d->queues[VIRTIO_NET_RX], 1526, 4,
				      (struct wire_shape){ .pieces = 2 + set % (PIECES - 1), .indirect = indirect });
		for (unsigned i = 0; i < FRAMES; i++) {
			uint32_t size =
				i ? 60 + random_below(&t->random, peer_largest_frame(d) - 59) : peer_largest_frame(d);

			expect(t, bring(t, d, rx, number++, size, "in a buffer in pieces"),
			       "a frame of %u bytes arrives in a buffer of %u pieces", size, rx->shape.pieces);
		}
	}
	if (number == 0x200)
		skip(t, "the receive virtqueue is too small for buffers in pieces, and there are no indirect tables");
	expect(t, number > 0x200, "frames arrive in buffers in pieces");
}

/*
 * Breaks: a path of its own for frames to all, with a tag, or of some protocol damages or drops them. Symptom: no
 * address by DHCP, no VLANs, no large datagrams.
 */
CHECK(receive_kinds, "net.receive-kinds", REQ("net-desc-05"), DESCRIBED, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Frames to all and to a group, tagged ones, fragments and those of other protocols arrive whole")
{
	enum { LENGTH_FIELD = 46, LLDP = 0x88cc, FRAME = 60, KINDS = 8, MAY_BE_DROPPED = 4, DHCP_CLIENT = 68 };
	static const char *const names[KINDS] = {
		"to a group", "with a tag", "with a tag and a priority", "of IEEE 802.3", "to all",
		"of LLDP",    "of DHCP",    "that is a fragment",
	};
	uint8_t frames[KINDS][FRAME], mac[6];
	unsigned came = 0;
	struct packet packet = peer_packet_in(d, false, PACKET_UDP, 18);
	struct wire_receiver *rx;

	wire_need_reflector(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	wire_fill_numbered(frames[0], wire_group_mac, -1, 0x501, FRAME - 14);
	wire_fill_numbered(frames[1], mac, 5, 0x502, FRAME - 18);
	wire_fill_numbered(frames[2], mac, 0xe005, 0x503, FRAME - 18);
	wire_fill_numbered(frames[3], mac, -1, 0x504, FRAME - 14);
	net_put16(frames[3] + 12, LENGTH_FIELD);
	wire_fill_numbered(frames[4], wire_broadcast_mac, -1, 0x505, FRAME - 14);
	wire_fill_numbered(frames[5], mac, -1, 0x506, FRAME - 14);
	net_put16(frames[5] + 12, LLDP);
	packet.number = 0x507;
	packet.destination_port = DHCP_CLIENT;
	packet_fill(&packet, frames[6]);
	packet.number = 0x508;
	packet_fill(&packet, frames[7]);
	net_put16(frames[7] + ETHERNET_HEADER_BYTES + 6, 0x2010); /* at 128, and more follow */
	net_put16(frames[7] + ETHERNET_HEADER_BYTES + 10, 0);
	net_put16(frames[7] + ETHERNET_HEADER_BYTES + 10,
		  net_checksum(frames[7] + ETHERNET_HEADER_BYTES, PACKET_IPV4_BYTES));
	for (unsigned i = 0; i < KINDS * WIRE_TRIES; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
		const uint8_t *frame = frames[i % KINDS];
		bool behind = false;

		if (came >> i % KINDS & 1)
			continue;
		wire_reflect(t, d, frame, FRAME);
		wire_reflect_numbered(t, d, mac, -1, (uint16_t)(0x510 + i), WIRE_PAYLOAD);
		while (!behind && !(came >> i % KINDS & 1) && wire_next(t, rx, &patience)) {
			behind = wire_is_numbered((uint16_t)(0x510 + i), WIRE_PAYLOAD);
			if (behind || wire_packet.size < FRAME || memcmp(wire_packet.frame + 42, frame + 42, 18))
				continue;
			came |= 1u << i % KINDS;
			for (uint32_t at = 0; at < FRAME; at++)
				if (!expect_eq(t, wire_packet.frame[at], frame[at], "byte %u of a frame %s", at,
					       names[i % KINDS]))
					break;
		}
	}
	if (!came)
		skip(t, "no such frame arrives");
	/* What lies between may drop groups and tags. */
	for (unsigned i = 0; i < KINDS; i++)
		if (i < MAY_BE_DROPPED ? !(came >> i & 1)
				       : t->peer && !expect(t, came >> i & 1, "a frame %s arrives", names[i]))
			info(t, "no frame %s arrives", names[i]);
}

/* Makes 12 frames come and takes `taken` of them, again and again, with few buffers, so that more and more wait; some
 * may be dropped. Returns how many came. */
static unsigned bring_backlog(struct run *t, struct device *d, unsigned taken)
{
	enum { ROUNDS = 14, FRAMES = 12, FIRST = 0xc00, BUFFERS = 4 };
	uint32_t sizes[ROUNDS], most = peer_largest_frame(d);
	struct wire_receiver *rx = start_with(t, d, NO_FEATURES, WIRE_BUFFER_BYTES, BUFFERS);
	unsigned came = 0;
	uint8_t mac[6];

	net_mac(d, mac);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned take = round + 1 < ROUNDS ? taken : ROUNDS * FRAMES;
		struct patience patience;

		sizes[round] = ETHERNET_FRAME_MIN + (most - ETHERNET_FRAME_MIN) * (round * 5 % ROUNDS) / ROUNDS;
		peer_send_numbered(t, d, mac, (uint16_t)(FIRST + FRAMES * round), FRAMES,
				   sizes[round] - ETHERNET_HEADER_BYTES);
		/* The last time, the device may still have all orders before it, and takes its time for each. */
		patience = round + 1 < ROUNDS ? wire_patience(1) : patience_begin(device_patience_ns);
		while (take-- && wire_next(t, rx, &patience)) {
			uint16_t number = wire_packet.size > 16 ? net_get16(wire_packet.frame + 14) : 0;

			patience = wire_patience(1); /* for the next one */
			if (number < FIRST || number >= FIRST + FRAMES * (round + 1) || !wire_is_numbered(number, 2))
				continue;
			expect_whole(t, number, sizes[(number - FIRST) / FRAMES], "of many that wait");
			came++;
			if (number == FIRST + FRAMES * ROUNDS - 1)
				return came;
		}
	}
	return came;
}

/* Breaks: of many frames that wait some have the bytes of others. Symptom: damaged packets under load only. */
CHECK(receive_bursts, "net.receive-bursts", REQ("net-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Frames that come together arrive as they are, each with its own bytes")
{
	enum { FRAMES = 14, ROUNDS = 4 };
	struct wire_receiver *rx;
	unsigned came = 0;
	uint8_t mac[6];

	peer_need(t, d);
	net_mac(d, mac);
	rx = start_with(t, d, NO_FEATURES, WIRE_BUFFER_BYTES, 16);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t size = peer_largest_frame(d) - round * (peer_largest_frame(d) / ROUNDS);
		uint16_t first = (uint16_t)(0x900 + 0x10 * round);
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		if (size < ETHERNET_FRAME_MIN)
			size = ETHERNET_FRAME_MIN;
		peer_send_numbered(t, d, mac, first, FRAMES, size - ETHERNET_HEADER_BYTES);
		for (unsigned i = 0; i < FRAMES && wire_next(t, rx, &patience); i++) {
			uint16_t number = wire_packet.size > 16 ? net_get16(wire_packet.frame + 14) : 0;

			if (number < first || number >= first + FRAMES || !wire_is_numbered(number, 2))
				continue;
			expect_whole(t, number, size, "of several that came together");
			came++;
		}
	}
	if (!came)
		skip(t, "no frame of a burst arrives (net-desc-05)");
	expect(t, came, "frames of bursts arrive");
	expect(t, bring_backlog(t, d, 8), "frames arrive when more come than are taken");
	expect(t, bring_backlog(t, d, 0), "frames arrive after many that were not taken");
}

/* ---- frames with each feature ---- */

/* Starts the device with these features, and expects a frame to go out and one to come in, both whole. */
static void expect_frames(struct run *t, struct device *d, struct features features, uint16_t number, const char *with)
{
	enum { LARGE = VIRTIO_NET_HDR_HASH_BYTES + 65589, SIZE = 301 };
	static const uint8_t large[] = { VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_UFO,
					 VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_USO6 };
	static uint8_t frame[SIZE];
	uint32_t size = peer_largest_frame(d) < SIZE ? peer_largest_frame(d) : SIZE;
	struct peer_report report;
	struct wire_receiver *rx;
	bool came = false, segments = false;

	step(t, "with %s accepted", with);
	wire_start(t, d, features_close(d->type, features, d->offered));
	for (unsigned i = 0; i < sizeof(large); i++)
		segments |= device_accepted(d, large[i]);
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], segments ? LARGE : WIRE_BUFFER_BYTES, 3);
	peer_fill_report(d, frame, size, number);
	for (unsigned i = 0; i < WIRE_TRIES && !came; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		wire_transmit(t, d, frame, size);
		came = peer_next_report(t, rx, number, &report, &patience);
	}
	if (expect(t, came, "a frame arrives at the other end with %s accepted", with))
		expect(t, report.size == size && report.adler32 == packet_adler32(frame, size),
		       "a frame of %u bytes arrives whole at the other end with %s accepted: %u bytes", size, with,
		       report.size);
	expect(t, bring(t, d, rx, number, size, with), "a frame arrives with %s accepted", with);
}

/* Breaks: a feature that concerns something else makes the header longer or shorter. Symptom: the network works with
 * one guest and not with another. */
CHECK(frames_with_features, "net.frames-with-each-feature", REQ("net-desc-01", "net-leg-02", "net-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "With each feature that is offered, and with all of them, frames go out and come in whole")
{
	static const uint8_t rings[] = { VIRTIO_F_INDIRECT_DESC, VIRTIO_F_EVENT_IDX, VIRTIO_F_IN_ORDER };
	struct features all = NO_FEATURES;
	uint16_t number = 0xb00;

	peer_need(t, d);
	for (size_t i = 0; i < d->type->features.count; i++) {
		unsigned bit = d->type->features.at[i].bit;

		if (!device_offers(d, bit) || (feature_is_legacy(d->type, bit) && !transport_is_legacy(&d->transport)))
			continue;
		if (bit >= VIRTIO_NET_F_GUEST_UDP_TUNNEL_GSO)
			continue; /* a longer header, which is not driven yet */
		expect_frames(t, d, FEATURE(bit), number++, feature_name(d->type, bit));
		all = features_with(all, bit);
	}
	for (unsigned i = 0; i < sizeof(rings); i++)
		if (device_offers(d, rings[i])) {
			expect_frames(t, d, FEATURE(rings[i]), number++, feature_name(d->type, rings[i]));
			all = features_with(all, rings[i]);
		}
	expect_frames(t, d, all, number, "all features");
}

/*
 * Breaks: mtu is for the driver alone, and what the network delivers is passed on. Symptom: buffers that the driver has
 * sized by mtu are too small. (A tag may count as part of the Ethernet header, so there is room for one.)
 */
CHECK(mtu_enforced_for_peer, "net.mtu-enforced-for-a-peer", REQ("net-cfg-05"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MTU)),
      "With MTU accepted, no frame from a peer arrives that is larger than mtu and its Ethernet header")
{
	uint32_t mtu = config_read(&d->transport, VIRTIO_NET_CONFIG_MTU, 2),
		 size = ETHERNET_HEADER_BYTES + mtu + PACKET_TAG_BYTES + 1;
	struct wire_receiver *rx;
	uint8_t mac[6];

	if (size > WIRE_FRAME_BYTES - VIRTIO_NET_HDR_BYTES)
		skip(t, "mtu %u is larger than what this check sends", mtu);
	peer_need(t, d);
	rx = start_with(t, d, FEATURE(VIRTIO_NET_F_MTU), WIRE_BUFFER_BYTES, FEW);
	net_mac(d, mac);
	for (uint16_t i = 0; i < 3; i++) {
		bool behind = false;

		for (unsigned try = 0; try < WIRE_TRIES && !behind; try++) {
			struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

			peer_send_numbered(t, d, mac, (uint16_t)(0xc00 + i), 1, size - ETHERNET_HEADER_BYTES);
			/* Takes the larger frame, too, if it comes, and judges its size (received.h). */
			peer_send_numbered(t, d, mac, (uint16_t)(0xc10 + i), 1, WIRE_PAYLOAD);
			behind = next_numbered(t, rx, (uint16_t)(0xc10 + i), &patience);
		}
		need_row(t, behind, "net-desc-05", "a small frame arrives behind one that is larger than mtu");
	}
	received_report(t, d);
}

/* ---- buffers that are too small, or too few ---- */

/* Frames to which small buffers are too small by this many bytes. */
static const uint32_t lacking[] = { 1, 2, 4, 7, 9, 10, 11, 12, 13, 24, 100, 700 };

/*
 * Breaks: the frame, not header and frame, is compared with the buffer; what fits is written, and the used length says
 * more. Symptom: cut packets, or memory behind the buffer overwritten.
 */
CHECK(receive_small_buffers, "net.receive-small-buffers", REQ("net-desc-07", "sused-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without MRG_RXBUF, a frame that is larger than a buffer does not arrive in part")
{
	enum { FITS = 200, SMALL_FRAME = 60 };
	struct wire_receiver *rx;
	uint16_t number = 0x300;
	bool used, small_came;
	uint8_t mac[6];

	peer_need(t, d);
	wire_start(t, d, NO_FEATURES);
	need_without(t, d, VIRTIO_NET_F_MRG_RXBUF);
	net_mac(d, mac);
	rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], net_header_bytes(d) + FITS, FEW);
	small_came = used =
		bring(t, d, rx, 0x3fd, SMALL_FRAME, "in a small buffer"); /* 5.1.9.3.1 asks for larger ones */
	for (unsigned i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++, number++) {
		uint32_t size = FITS + lacking[i];
		struct patience patience = patience_begin(i && !small_came ? 1 : device_patience_ns / WIRE_TRIES);

		if (size > peer_largest_frame(d))
			break;
		peer_send_numbered(t, d, mac, number, 1, size - ETHERNET_HEADER_BYTES);
		peer_send_numbered(t, d, mac, (uint16_t)~number, 1, SMALL_FRAME - ETHERNET_HEADER_BYTES);
		while (wire_next(t, rx, &patience)) {
			expect(t, !wire_is_numbered(number, 2),
			       "a frame of %u bytes does not arrive in a buffer for %u: %u bytes of it do", size, FITS,
			       wire_packet.size);
			if (wire_is_numbered((uint16_t)~number, 2)) {
				expect_whole(t, (uint16_t)~number, SMALL_FRAME, "behind one that does not fit");
				small_came = true;
				break;
			}
		}
	}
	if (used)
		expect(t, bring(t, d, rx, 0x3fe, SMALL_FRAME, "behind many that do not fit"),
		       "a frame that fits arrives after many that do not, as one did before them");
	else
		info(t, "frames of %u bytes do not arrive in buffers for %u", SMALL_FRAME, FITS);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	expect(t, bring(t, d, rx, 0x3ff, peer_largest_frame(d), "with large buffers again"),
	       "a frame arrives with large buffers again");
}

/*
 * Breaks: the frame, not header and frame, is compared with the buffer. (As net.receive-small-buffers, but the other
 * end need only answer ARP requests.)
 */
CHECK(receive_small_answer, "net.receive-small-answer", REQ("net-desc-07", "sused-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without MRG_RXBUF, an answer that is larger than a buffer does not arrive in part")
{
	static const uint32_t cut[] = { 1, 4, 10, 12, 20 };
	uint8_t whole[ETHERNET_HEADER_BYTES], frame[ETHERNET_FRAME_MIN];
	uint32_t size, header;
	struct wire_receiver *rx;

	wire_need_answers(t, d);
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	wire_require_answer(t, d, rx, "in a large buffer");
	memcpy(whole, wire_packet.frame, sizeof(whole));
	size = wire_packet.size;
	header = rx->header;
	net_fill_arp(d, frame, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		uint32_t room = header + size - cut[i];
		uint8_t *buffer;
		struct segment pieces[2];
		struct completion done;
		enum driver_error error;

		wire_start(t, d, NO_FEATURES);
		buffer = need_memory(t, dma_alloc(room, 4));
		memset(buffer, 0, room);
		pieces[0] = (struct segment){ .data = buffer, .size = header, .writable = true };
		pieces[1] = (struct segment){ .data = buffer + header, .size = room - header, .writable = true };
		virtqueue_add(&d->queues[VIRTIO_NET_RX], pieces, 2, NULL, buffer);
		virtqueue_kick(&d->queues[VIRTIO_NET_RX]);
		wire_transmit(t, d, frame, sizeof(frame));
		(void)STAYS(t, !virtqueue_used_waiting(&d->queues[VIRTIO_NET_RX]));
		if (virtqueue_pop(&d->queues[VIRTIO_NET_RX], &done, &error) == VIRTQUEUE_EMPTY)
			continue;
		expect(t, done.length <= room, "used length %u of a buffer of %u bytes", done.length, room);
		expect(t, memcmp(buffer + header, whole, sizeof(whole)) || done.length <= header,
		       "an answer of %u bytes does not arrive in a buffer for %u: %u bytes of it do", size,
		       room - header, done.length - header);
	}
	wire_start(t, d, NO_FEATURES);
	expect(t, wire_ask(t, d, wire_open_plain(t, d)), "an answer arrives with large buffers again");
}

/* None of the buffers was lost: a frame that needs all of them arrives, or as many frames as there are buffers. */
static void expect_all_buffers(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t frames)
{
	enum { NUMBER = 0x4e0, FRAME = 100 };
	uint32_t all = rx->count * rx->size - rx->header;
	uint8_t mac[6];

	rx->obey = false;
	if (device_accepted(d, VIRTIO_NET_F_MRG_RXBUF)) {
		if (all >= ETHERNET_FRAME_MIN && all <= peer_largest_frame(d))
			expect(t, bring(t, d, rx, NUMBER, all, "in all buffers"),
			       "a frame that needs all %u buffers arrives after times without buffers", rx->count);
		return;
	}
	net_mac(d, mac);
	for (unsigned i = 0; i < WIRE_TRIES && virtqueue_used_waiting(rx->queue) < rx->count; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		peer_send_numbered(t, d, mac, NUMBER, frames, FRAME - ETHERNET_HEADER_BYTES);
		(void)WAIT_WITHIN(&patience, virtqueue_used_waiting(rx->queue) >= rx->count);
	}
	expect_eq(t, virtqueue_used_waiting(rx->queue), rx->count,
		  "buffers that are used by many frames after times without buffers");
}

/* Sends more frames than there are buffers, then offers the buffers again and notifies only if the device asks. */
static void starve(struct run *t, struct device *d, struct features features, uint32_t size)
{
	enum { BUFFERS = 5, ROUNDS = 3, FRAMES = 12, FRAME = 100, AFTER = 0x4f0 };
	uint8_t mac[6], idle[ETHERNET_FRAME_MIN];
	struct wire_receiver *rx;
	unsigned each;

	net_mac(d, mac);
	net_fill_experimental(d, idle, 0);
	rx = start_with(t, d, features, size, BUFFERS);
	each = (rx->header + FRAME + size - 1) / size; /* buffers of a frame */
	if (each > rx->count)
		return; /* the caller has a size that fits into one */
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
		bool came = false;
		unsigned i;

		rx->obey = true;
		peer_send_numbered(t, d, mac, 0x400, FRAMES, FRAME - ETHERNET_HEADER_BYTES);
		(void)WAIT_WITHIN(&patience, virtqueue_used_waiting(rx->queue) >= rx->count - rx->count % each);
		wire_transmit(t, d, idle, sizeof(idle)); /* time for the device to look for a buffer */
		for (i = 0; i < WIRE_TRIES && !came; i++) {
			patience = patience_begin(device_patience_ns / WIRE_TRIES);
			while (wire_take(t, rx))
				;
			peer_send_numbered(t, d, mac, (uint16_t)(AFTER + round), 1, FRAME - ETHERNET_HEADER_BYTES);
			came = next_numbered(t, rx, (uint16_t)(AFTER + round), &patience);
		}
		if (came) {
			expect_whole(t, (uint16_t)(AFTER + round), FRAME, "after a time without buffers");
			continue;
		}
		virtqueue_notify(rx->queue);
		patience = patience_begin(device_patience_ns / WIRE_TRIES);
		peer_send_numbered(t, d, mac, (uint16_t)(AFTER + round), 1, FRAME - ETHERNET_HEADER_BYTES);
		came = next_numbered(t, rx, (uint16_t)(AFTER + round), &patience);
		require(t, false,
			"frames arrive again after %u frames for %u buffers, with the notifications that the device "
			"asks for: %s",
			FRAMES, rx->count, came ? "they do after one more" : "they do not after one more, either");
	}
	expect_all_buffers(t, d, rx, BUFFERS * 3);
}

#define RECEIVES .type = VIRTIO_ID_NETWORK, .queues = 2

/*
 * Breaks: a device that found no buffer waits for a notification that it does not ask for, or looks no more. Symptom:
 * the guest's network stands still after a burst, until something is reset.
 */
CHECK(receive_starved, "net.receive-after-no-buffers", REQ("sring-02", "savail-04", "net-desc-05"), DESCRIBED,
      NEEDS(RECEIVES), "Frames arrive again after more came than there were buffers")
{
	peer_need(t, d);
	starve(t, d, NO_FEATURES, WIRE_BUFFER_BYTES);
	if (device_offers(d, VIRTIO_F_EVENT_IDX))
		starve(t, d, FEATURE(VIRTIO_F_EVENT_IDX), WIRE_BUFFER_BYTES);
}

/* Breaks: the buffers that were too few for one packet are lost; the device waits for a notification that it does not
 * ask for. */
CHECK(merged_starved, "net.merged-after-no-buffers", REQ("sring-02", "savail-04", "net-desc-05"), DESCRIBED,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)),
      "With MRG_RXBUF, frames arrive again after more came than there were buffers")
{
	static const uint32_t sizes[] = { WIRE_BUFFER_BYTES, 64, 40 };

	peer_need(t, d);
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		starve(t, d, FEATURE(VIRTIO_NET_F_MRG_RXBUF), sizes[i]);
		if (device_offers(d, VIRTIO_F_EVENT_IDX))
			starve(t, d, FEATURES(VIRTIO_NET_F_MRG_RXBUF, VIRTIO_F_EVENT_IDX), sizes[i]);
	}
}

/* ---- notifications ---- */

/*
 * Asks for answers one at a time, with the interrupts of transmission suppressed and everything acknowledged before,
 * and waits for each one's used buffer notification.
 */
static void expect_notified(struct run *t, struct device *d, struct features features)
{
	enum { ANSWERS = 4 };
	uint8_t arp[ETHERNET_FRAME_MIN];
	struct wire_receiver *rx;

	wire_start(t, d, features);
	if (d->queues[VIRTIO_NET_TX].event_idx)
		virtqueue_set_used_event(&d->queues[VIRTIO_NET_TX], 0x4000); /* far ahead */
	else
		virtqueue_set_no_interrupt(&d->queues[VIRTIO_NET_TX], true);
	rx = wire_open_plain(t, d);
	net_fill_arp(d, arp, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < ANSWERS; i++) {
		unsigned tries = 0;
		bool came = false;

		while (!came) {
			while (wire_take(t, rx))
				;
			if (rx->queue->event_idx)
				virtqueue_set_used_event(rx->queue, rx->queue->used_seen);
			acknowledge(d, interrupt_status(d));
			if (virtqueue_used_waiting(rx->queue))
				continue; /* came meanwhile, so its bit may be acknowledged already */
			if (tries++ == WIRE_TRIES)
				skip(t, "no more answers arrive");
			wire_transmit(t, d, arp, sizeof(arp));
			came = WAIT_UNTIL(virtqueue_used_waiting(rx->queue), device_patience_ns / WIRE_TRIES);
		}
		/* Nothing says how soon it follows, and the time that a request takes does not tell. */
		require_notified(t, d,
				 WAIT_UNTIL(interrupt_status(d) & VIRTIO_INTERRUPT_USED_BUFFER, device_patience_ns),
				 "received packet %u of %u is notified: InterruptStatus bit 0", i + 1, ANSWERS);
	}
}

/* Breaks: reception is never notified, or only the first time. Symptom: the guest answers a ping when it sends one. */
CHECK(receive_notified, "net.receive-notified", REQ("sintr-03"), MUST, NEEDS(RECEIVES),
      "Each received packet sends a used buffer notification")
{
	wire_need_answers(t, d);
	expect_notified(t, d, NO_FEATURES);
}

/* Breaks: used_event of the receive virtqueue is not looked at. */
CHECK(receive_notified_event, "net.receive-notified-at-used-event", REQ("sintr-05"), MUST,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_F_EVENT_IDX)),
      "With EVENT_IDX, a received packet sends a used buffer notification when used_event is reached")
{
	wire_need_answers(t, d);
	expect_notified(t, d, FEATURE(VIRTIO_F_EVENT_IDX));
}

/* ---- merged buffers ---- */

/*
 * Breaks: the buffers are counted with or without the header, or one too many at a multiple. Symptom: the driver takes
 * an empty buffer for the next packet.
 */
CHECK(merged_edges, "net.merged-edges", REQ("net-rx-02", "net-rx-03", "net-rxbuf-01"), MUST,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)),
      "With MRG_RXBUF, frames that just fill a number of buffers, or just do not, arrive whole")
{
	static const uint32_t beyond_header[] = { 0, 1, 18, 52, 244, 988, ETHERNET_FRAME_MAX };
	uint16_t number = 0x500;

	peer_need(t, d);
	for (unsigned i = 0; i < sizeof(beyond_header) / sizeof(beyond_header[0]); i++) {
		static const uint32_t filled[] = { 1, 2, 3, 4, 8, 16 };
		struct wire_receiver *rx;
		uint32_t buffer;

		wire_start(t, d, FEATURE(VIRTIO_NET_F_MRG_RXBUF));
		buffer = net_header_bytes(d) + beyond_header[i];
		rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], buffer, 16);
		for (unsigned j = 0; j < sizeof(filled) / sizeof(filled[0]) && filled[j] <= rx->count; j++)
			for (int off = -1; off <= 1; off++) {
				uint32_t size = filled[j] * buffer - rx->header + (uint32_t)off;

				if (filled[j] == rx->count && off > 0)
					continue; /* too large for the virtqueue */
				if (size < ETHERNET_FRAME_MIN || size > peer_largest_frame(d))
					continue;
				expect(t, bring(t, d, rx, number++, size, "in merged buffers"),
				       "a frame of %u bytes arrives in buffers of %u", size, buffer);
			}
	}
}

/*
 * Breaks: a descriptor is lost with each merged packet, or the count of those in use never falls. Symptom: the network
 * stops after as many packets as the virtqueue has entries.
 */
CHECK(merged_many, "net.merged-many", REQ("net-rx-02", "net-rx-03", "sring-02"), MUST,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)),
      "With MRG_RXBUF, merged packets arrive many times as often as the virtqueue has entries")
{
	enum { PACKETS = 72, BUFFER = 80, LEAST = 100, MOST = 140 };
	struct wire_receiver *rx;
	uint32_t sizes[PACKETS];

	peer_need(t, d);
	rx = start_with(t, d, FEATURE(VIRTIO_NET_F_MRG_RXBUF), BUFFER, 16);
	if (rx->count * BUFFER < VIRTIO_NET_HDR_BYTES + MOST)
		skip(t, "the receive virtqueue holds %u buffers, too few for a frame in several", rx->count);
	for (unsigned i = 0; i < PACKETS; i++)
		sizes[i] = LEAST + i % 3 * 20;
	bring_all(t, d, rx, 0x600, sizes, PACKETS, "in merged buffers");
}

/* ---- one life and the next ---- */

/* Breaks: receive buffers of the former life are still filled. Symptom: memory that was freed is overwritten. */
CHECK(receive_reset, "net.receive-buffers-forgotten", REQ("reset-03", "reset-01"), MUST, NEEDS(RECEIVES),
      "A reset with frames on their way makes the device forget all receive buffers")
{
	enum { LIVES = 4, BUFFERS = 8, FRAMES = 12, FRAME = 300, POISON = 0x5c, BYTES = 1526 };
	uint8_t *old[LIVES][BUFFERS], mac[6];
	unsigned offered = d->queue_max[VIRTIO_NET_RX] / 2u;

	peer_need(t, d);
	net_mac(d, mac);
	if (offered > BUFFERS)
		offered = BUFFERS;
	for (unsigned lives = 0; lives < LIVES; lives++) {
		struct virtqueue *queue = &d->queues[VIRTIO_NET_RX];
		struct wire_receiver *rx;

		wire_start(t, d, NO_FEATURES);
		for (unsigned i = 0; i < offered; i++) {
			uint8_t *buffer = old[lives][i] = need_memory(t, dma_alloc(BYTES, 4));
			struct segment pieces[2] = {
				{ .data = buffer, .size = net_header_bytes(d), .writable = true },
				{ .data = buffer + net_header_bytes(d),
				  .size = BYTES - net_header_bytes(d),
				  .writable = true },
			};

			virtqueue_add(queue, pieces, 2, NULL, buffer);
		}
		virtqueue_kick(queue);
		peer_send_numbered(t, d, mac, 0x700, FRAMES, FRAME - ETHERNET_HEADER_BYTES);
		if (lives % 2) /* some have come, or all */
			(void)WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns / WIRE_TRIES);
		require_ok(t, device_reset(d), "the device resets");
		for (unsigned i = 0; i < offered; i++)
			memset(old[lives][i], POISON, BYTES);
		wire_start(t, d, NO_FEATURES);
		rx = wire_open_some(t, d, 0, &d->queues[VIRTIO_NET_RX], BYTES, FEW);
		if (!bring(t, d, rx, (uint16_t)(0x710 + lives), FRAME, "after a reset"))
			skip(t, "no frame arrives after a reset with frames on their way: net-desc-05");
		for (unsigned life = 0; life <= lives; life++)
			for (unsigned i = 0; i < offered; i++)
				for (uint32_t at = 0; at < BYTES; at++)
					require(t, old[life][i][at] == POISON,
						"byte %u of a receive buffer of a former life stays as it was", at);
	}
}

/* Breaks: the link is said to be down while packets flow, or the field has undefined bits. Symptom: no network, since
 * the guest's network manager believes it. */
CHECK(link_status, "net.link-up-while-frames-arrive", REQ("net-desc-08"), DESCRIBED,
      NEEDS(RECEIVES, .features = OFFERS(VIRTIO_NET_F_STATUS)),
      "With STATUS accepted, LINK_UP is set in status while answers arrive")
{
	struct wire_receiver *rx;
	unsigned down = 0;

	wire_need_answers(t, d);
	wire_start(t, d, FEATURE(VIRTIO_NET_F_STATUS));
	rx = wire_open_plain(t, d);
	for (unsigned i = 0; i < WIRE_TRIES; i++) { /* a link that really went down right then comes up again */
		uint32_t before = net_status(d), after;

		if (!wire_ask(t, d, rx))
			skip(t, "no answer arrives with STATUS accepted");
		after = net_status(d);
		down += !((before | after) & VIRTIO_NET_S_LINK_UP);
	}
	expect(t, down < WIRE_TRIES, "LINK_UP is set in status when an answer arrives");
}
