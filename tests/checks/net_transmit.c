// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device, transmission (5.1.9.2) as the other end sees it: sizes, shapes, bursts, and what is left to the
 * device: checksums and segmentation. All of these checks need a peer that reports what arrived (docs/peer.md).
 *
 * How network devices break: the last byte of a frame in several descriptors is lost; a checksum is stored where it
 * belongs in IPv4 without a tag; segments have the lengths of the whole; the last segment is missing. In the field: a
 * large upload never ends, while everything else works.
 */
#include "tests/framework/check.h"

#include "firmware/lib/string.h"
#include "tests/checks/support/common.h"
#include "tests/checks/support/peer.h"
#include "tests/checks/support/wire.h"

#define TRANSMITS .type = VIRTIO_ID_NETWORK, .queues = 2

/* Memory that the device reads: header and frame. */
static struct outgoing {
	uint8_t *packet, *frame;
	uint32_t header;
} out;

static struct wire_receiver *start(struct run *t, struct device *d, struct features features, uint32_t size)
{
	struct wire_receiver *rx;

	wire_start(t, d, features);
	rx = wire_open_plain(t, d);
	out.header = net_header_bytes(d);
	out.packet = need_memory(t, dma_alloc(out.header + size, 4));
	out.frame = out.packet + out.header;
	memset(out.packet, 0, out.header);
	return rx;
}

/* Sends the frame of `size` bytes in `out`. Its header has a descriptor of its own on the legacy layout (5.1.9.8). */
static uint32_t send(struct run *t, struct device *d, uint32_t size)
{
	struct segment pieces[2] = { { .data = out.packet, .size = out.header }, { .data = out.frame, .size = size } };

	if (transport_is_legacy(&d->transport))
		return wire_transmit_pieces(t, d, pieces, 2);
	pieces[0].size += size;
	return wire_transmit_pieces(t, d, pieces, 1);
}

/*
 * Takes the used entry of a packet in `count` descriptors. False: the device needs a reset instead, and may, because
 * "The device MAY have a reasonable limit" of descriptors in a chain (2.7.4.1). What is reasonable is not said.
 */
static bool take_pieces(struct run *t, struct device *d, unsigned count)
{
	enum { REASONABLE = 8 };
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];

	if (count > REASONABLE &&
	    WAIT_UNTIL(virtqueue_used_waiting(queue) ||
			       (transport_status(&d->transport) & VIRTIO_STATUS_DEVICE_NEEDS_RESET),
		       device_patience_ns) &&
	    !virtqueue_used_waiting(queue))
		return false;
	take_used(t, queue, "a packet in pieces");
	return true;
}

/* Sends the same in pieces of at most `most` bytes behind the header's, as a driver does that has pages. */
static void send_in_pieces(struct run *t, struct device *d, uint32_t size, uint32_t most)
{
	enum { PIECES = 40 };
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];
	struct chain_shape shape = { .indirect = device_accepted(d, VIRTIO_F_INDIRECT_DESC) };
	struct segment pieces[PIECES] = { { .data = out.packet, .size = out.header } };
	unsigned count = 1;

	for (uint32_t from = 0; from < size; from += most) {
		if (count == PIECES)
			abort_check(t, "too many pieces");
		pieces[count++] =
			(struct segment){ .data = out.frame + from, .size = size - from < most ? size - from : most };
	}
	if (virtqueue_add(queue, pieces, count, &shape, d) < 0)
		skip(t, "the transmit virtqueue has no room for a packet in %u pieces", count);
	virtqueue_kick(queue);
	if (!take_pieces(t, d, count))
		skip(t, "the device refuses a chain of %u descriptors, and may (2.7.4.1: a reasonable limit)", count);
}

/* Expects the report to be of the frame of `size` bytes that was sent. */
static void expect_arrived(struct run *t, const struct peer_report *report, const uint8_t *frame, uint32_t size,
			   const char *how)
{
	if (!expect_eq(t, report->size, size, "bytes of a frame %s that arrived at the other end", how))
		return;
	for (uint32_t i = 0; i < report->head; i++)
		if (!expect(t, report->bytes[i] == frame[i],
			    "byte %u of a frame of %u bytes %s arrives as it was sent: 0x%02x, not 0x%02x", i, size,
			    how, report->bytes[i], frame[i]))
			return;
	expect_eq(t, report->adler32, packet_adler32(frame, size),
		  "Adler-32 of a frame of %u bytes %s, whose first %u arrived as they were sent", size, how,
		  report->head);
}

/* ---- sizes and shapes ---- */

/* Breaks: frames of some sizes are cut, padded, or not sent. Symptom: connections that hang at certain packets. */
CHECK(transmit_sizes, "net.transmit-sizes", REQ("net-desc-05"), DESCRIBED, NEEDS(TRANSMITS),
      "Frames of all sizes from 60 to 1514 bytes arrive whole at the other end")
{
	enum { STRIDE = 83, MOST = 64 };
	static const uint32_t edges[] = { 61, 64, 128, 256, 512, 1024, 1500, 1513 };
	uint32_t most = peer_largest_frame(d), sizes[MOST], count = 0;
	struct wire_receiver *rx;

	peer_need(t, d);
	rx = start(t, d, NO_FEATURES, ETHERNET_FRAME_MAX);
	for (uint32_t size = PEER_REPORT_LEAST + random_below(&t->random, STRIDE); size <= most; size += STRIDE)
		sizes[count++] = size;
	for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		for (uint32_t size = edges[i] - 1; size <= edges[i] + 1 && size <= most; size++)
			sizes[count++] = size;
	for (uint16_t i = 0; i < count; i++) {
		struct peer_report report;
		bool came = false;

		peer_fill_report(d, out.frame, sizes[i], i);
		for (unsigned try = 0; try < WIRE_TRIES && !came; try++) {
			struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

			send(t, d, sizes[i]);
			came = peer_next_report(t, rx, i, &report, &patience);
		}
		require(t, came, "a frame of %u bytes arrives at the other end", sizes[i]);
		expect_arrived(t, &report, out.frame, sizes[i], "in one piece");
	}
}

/* Cuts the packet in `out` into `count` pieces of their own at random places, most near the header. */
static void cut(struct run *t, uint32_t bytes, struct segment *pieces, unsigned count)
{
	uint32_t from = 0;

	for (unsigned i = 0; i < count; i++) {
		uint32_t left = bytes - from, more = count - i - 1, size = left;

		if (more)
			size = 1 + random_below(&t->random, i < 2 ? 20 : (left - more) / 2);
		if (size > left - more)
			size = left - more;
		pieces[i] = (struct segment){ .data = need_memory(t, dma_alloc(size, 1)), .size = size };
		memcpy(pieces[i].data, out.packet + from, size);
		from += size;
	}
}

/* Breaks: descriptors beyond some number, or small ones, are not read; a descriptor's memory is read on beyond its end.
 * Symptom: packets with a payload from several pages are damaged. */
CHECK(transmit_shapes, "net.transmit-shapes", REQ("frame-01"), MUST, NEEDS(TRANSMITS, .version = 2),
      "Frames in random pieces, in the table or an indirect one, arrive whole at the other end")
{
	enum { PIECES = 18, SHAPES = 24 };
	unsigned sent = 0;

	peer_need(t, d);
	for (unsigned kind = 0; kind < 2; kind++) {
		struct wire_receiver *rx;

		if (kind && !device_offers(d, VIRTIO_F_INDIRECT_DESC))
			break;
		rx = start(t, d, kind ? FEATURE(VIRTIO_F_INDIRECT_DESC) : NO_FEATURES, ETHERNET_FRAME_MAX);
		for (uint16_t i = 0; i < SHAPES; i++) {
			uint32_t size = 60 + random_below(&t->random, peer_largest_frame(d) - 59);
			unsigned count = 2 + i % (PIECES - 1);
			struct chain_shape shape = { .indirect = kind };
			struct segment pieces[PIECES];
			struct peer_report report;
			bool came = false, refused = false;

			if (!kind && count > d->queues[VIRTIO_NET_TX].size)
				count = d->queues[VIRTIO_NET_TX].size;
			peer_fill_report(d, out.frame, size, i);
			cut(t, out.header + size, pieces, count);
			for (unsigned try = 0; try < WIRE_TRIES && !came; try++) {
				struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
				struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];

				if (virtqueue_add(queue, pieces, count, &shape, d) < 0)
					abort_check(t, "no room for a packet in %u pieces", count);
				virtqueue_kick(queue);
				refused = !take_pieces(t, d, count);
				if (refused)
					break;
				came = peer_next_report(t, rx, i, &report, &patience);
			}
			if (refused) {
				info(t, "the device refuses a chain of %u descriptors, and may (2.7.4.1)", count);
				break;
			}
			sent++;
			require(t, came, "a frame of %u bytes in %u pieces arrives at the other end", size, count);
			expect_arrived(t, &report, out.frame, size, "in pieces");
		}
	}
	expect(t, sent, "frames in pieces are sent");
}

/* Breaks: frames to some addresses, or with a tag, take a path of their own. Symptom: no neighbour discovery, or no
 * VLANs. */
CHECK(transmit_kinds, "net.transmit-kinds", REQ("net-desc-05"), DESCRIBED, NEEDS(TRANSMITS),
      "Frames to one machine, to a group and to all, and tagged ones, arrive whole at the other end")
{
	static const uint8_t peer_mac[6] = { 0x52, 0x55, 0x0a, 0x00, 0x02, 0x02 };
	static const struct {
		const uint8_t *to;
		int tag;
		const char *name;
	} kinds[] = {
		{ peer_mac, -1, "to the peer" },
		{ wire_other_mac, -1, "to another machine" },
		{ wire_group_mac, -1, "to a group" },
		{ wire_broadcast_mac, -1, "to all" },
		{ peer_mac, 5, "with a tag" },
		{ wire_group_mac, 0xe005, "to a group, with a tag and a priority" },
	};
	uint32_t most = peer_largest_frame(d);
	struct wire_receiver *rx;

	peer_need(t, d);
	rx = start(t, d, NO_FEATURES, ETHERNET_FRAME_MAX);
	for (uint16_t i = 0; i < 3 * sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint32_t size = i % 3 == 0 ? 100 : i % 3 == 1 ? 601 : most;
		struct peer_report report;
		bool came = false;

		peer_fill_report(d, out.frame, size, i);
		if (kinds[i / 3].tag >= 0) {
			memmove(out.frame + 16, out.frame + 12, size - 16); /* the last bytes mean nothing */
			net_put16(net_put16(out.frame + 12, ETHERTYPE_VLAN), (uint16_t)kinds[i / 3].tag);
		}
		memcpy(out.frame, kinds[i / 3].to, 6);
		for (unsigned try = 0; try < WIRE_TRIES && !came; try++) {
			struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

			send(t, d, size);
			came = peer_next_report(t, rx, i, &report, &patience);
		}
		if (!came && kinds[i / 3].tag >= 0) {
			info(t, "frames %s do not arrive at the other end", kinds[i / 3].name);
			break;
		}
		require(t, came, "a frame of %u bytes %s arrives at the other end", size, kinds[i / 3].name);
		if (kinds[i / 3].tag < 0 || report.size != size - PACKET_TAG_BYTES) /* some hosts take tags off */
			expect_arrived(t, &report, out.frame, size, kinds[i / 3].name);
	}
}

/* ---- bursts ---- */

/*
 * Breaks: a device that stops after a burst: it counts what it took in one go, or does not look again after its limit.
 * Symptom: the network stands still under load.
 */
CHECK(transmit_bursts, "net.transmit-bursts", REQ("sring-02", "net-desc-05"), DESCRIBED, NEEDS(TRANSMITS),
      "Bursts as large as the largest transmit virtqueue come back, and frames go out after them")
{
	enum { ROUNDS = 4, MOST = 1024, PIECES = 2 };
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];
	struct peer_report report;
	struct wire_receiver *rx;
	bool came = false;
	unsigned burst;
	uint16_t size;

	wire_need_answers(t, d);
	size = virtqueue_size(MOST, d->queue_max[VIRTIO_NET_TX]);
	wire_start_sized(t, d, NO_FEATURES, size);
	rx = wire_open_plain(t, d);
	burst = transport_is_legacy(&d->transport) ? queue->size / PIECES : queue->size;
	out.header = net_header_bytes(d);
	out.packet = need_memory(t, dma_alloc(out.header + ETHERNET_FRAME_MIN, 4));
	memset(out.packet, 0, out.header);
	out.frame = out.packet + out.header;
	net_fill_experimental(d, out.frame, 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < burst; i++) {
			struct segment pieces[PIECES] = {
				{ .data = out.packet, .size = out.header },
				{ .data = out.frame, .size = ETHERNET_FRAME_MIN },
			};

			if (burst == queue->size)
				pieces[0].size += ETHERNET_FRAME_MIN;
			if (virtqueue_add(queue, pieces, burst == queue->size ? 1 : 2, NULL, d) < 0)
				abort_check(t, "no room for packet %u of %u", i, burst);
		}
		virtqueue_kick(queue);
		for (unsigned i = 0; i < burst; i++)
			take_used(t, queue, "a packet of a burst");
		require_eq(t, virtqueue_used_waiting(queue), 0, "used entries beyond the %u packets of a burst", burst);
	}
	require(t, wire_ask(t, d, rx), "an answer arrives after %u bursts of %u packets", ROUNDS, burst);
	if (!peer_found(t, d))
		return;
	rx = start(t, d, NO_FEATURES, ETHERNET_FRAME_MAX); /* peer_found() may have begun another life */
	peer_fill_report(d, out.frame,
			 ETHERNET_FRAME_MAX < peer_largest_frame(d) ? ETHERNET_FRAME_MAX : peer_largest_frame(d), 1);
	for (unsigned try = 0; try < WIRE_TRIES && !came; try++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		send(t, d, peer_largest_frame(d));
		came = peer_next_report(t, rx, 1, &report, &patience);
	}
	expect(t, came, "a large frame arrives at the other end after bursts");
}

/*
 * Breaks: of many frames in flight some are sent twice, or with the bytes of others: a buffer of the device is used
 * again too early. Symptom: damaged packets under load only.
 */
CHECK(transmit_together, "net.transmit-together", REQ("net-desc-05", "sring-02"), DESCRIBED, NEEDS(TRANSMITS),
      "Frames that are published together arrive as they are, each with its own bytes")
{
	enum { ROUNDS = 3, MOST = 8 };
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];
	struct wire_receiver *rx;
	unsigned count, arrived = 0;

	peer_need(t, d);
	rx = start(t, d, NO_FEATURES, MOST * (VIRTIO_NET_HDR_BYTES + ETHERNET_FRAME_MAX));
	count = queue->size / 2u < MOST ? queue->size / 2u : MOST;
	if (!count)
		skip(t, "the transmit virtqueue is too small for two packets");
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
		uint32_t sizes[MOST];
		uint8_t *at[MOST];
		unsigned left = count;

		for (unsigned i = 0; i < count; i++) {
			struct segment pieces[2];

			at[i] = out.packet + i * (out.header + ETHERNET_FRAME_MAX) + out.header;
			memset(at[i] - out.header, 0, out.header);
			sizes[i] = 60 + random_below(&t->random, peer_largest_frame(d) - 59);
			peer_fill_report(d, at[i], sizes[i], (uint16_t)(round * MOST + i));
			pieces[0] = (struct segment){ .data = at[i] - out.header, .size = out.header };
			pieces[1] = (struct segment){ .data = at[i], .size = sizes[i] };
			virtqueue_add(queue, pieces, 2, NULL, d);
		}
		virtqueue_kick(queue);
		for (unsigned i = 0; i < count; i++)
			take_used(t, queue, "one of several packets");
		while (left && wire_next(t, rx, &patience)) {
			struct peer_report report;
			unsigned i;

			if (!peer_is_report(&report) || report.number / MOST != round || report.number % MOST >= count)
				continue;
			i = report.number % MOST;
			expect_arrived(t, &report, at[i], sizes[i], "among several");
			arrived++;
			left--;
		}
	}
	if (arrived < ROUNDS * count)
		info(t, "%u of %u frames arrive", arrived, ROUNDS * count);
	expect(t, arrived >= ROUNDS * count / 2, "most of the frames that are published together arrive: %u of %u",
	       arrived, ROUNDS * count);
}

/* ---- checksums (5.1.9.2, point 3) ---- */

static void put_header(const struct virtio_net_header *header)
{
	memcpy(out.packet, header, out.header < sizeof(*header) ? out.header : sizeof(*header));
}

/* Takes packets until the peer's report of a packet from this port comes: a late report of an earlier one does not
 * count. */
static bool next_from_port(struct run *t, struct wire_receiver *rx, uint16_t port, struct peer_report *report,
			   struct patience *patience)
{
	struct packet_parts parts;

	while (peer_next_report(t, rx, 0, report, patience))
		if (packet_find(&parts, report->bytes, report->head, report->size) &&
		    net_get16(report->bytes + parts.transport) == port)
			return true;
	return false;
}

/* Sends the packet in `out` until the peer reports it. False: no report comes. */
static bool report_of_packet(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t port, uint32_t size,
			     bool in_pieces, struct peer_report *report)
{
	for (unsigned try = 0; try < WIRE_TRIES; try++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		if (in_pieces && !transport_is_legacy(&d->transport))
			send_in_pieces(t, d, size, size / 3 + 1);
		else
			send(t, d, size);
		if (next_from_port(t, rx, port, report, &patience))
			return true;
	}
	return false;
}

/*
 * Breaks: the checksum is stored at the place of TCP over IPv4, computed over an even number of bytes, or only with a
 * header of some size. Symptom: drivers with checksum offload lose UDP, IPv6 or tagged packets.
 */
CHECK(transmit_checksum, "net.transmit-checksum", REQ("net-desc-09"), DESCRIBED,
      NEEDS(TRANSMITS, .features = OFFERS(VIRTIO_NET_F_CSUM)),
      "With CSUM, packets that leave their checksum to the device arrive with the right one")
{
	static const uint32_t payloads[] = { 0, 1, 2, 18, 19, 100, 101, 700, 1399, 1400 };
	enum { FIRST_PORT = 0x6000 };
	static uint8_t want[ETHERNET_FRAME_MAX];
	struct wire_receiver *rx;

	peer_need(t, d);
	rx = start(t, d, FEATURE(VIRTIO_NET_F_CSUM), ETHERNET_FRAME_MAX);
	for (unsigned kind = 0; kind < 8 * sizeof(payloads) / sizeof(payloads[0]); kind++) {
		struct packet packet =
			peer_packet_out(d, kind & 1, kind & 2 ? PACKET_UDP : PACKET_TCP, payloads[kind / 8]);
		struct virtio_net_header header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM };
		struct peer_report report;
		uint32_t size;

		packet.tagged = kind & 4;
		packet.options = !packet.v6 && payloads[kind / 8] == 100;
		packet.tag = 5;
		packet.number = (uint16_t)kind;
		packet.source_port = (uint16_t)(FIRST_PORT + kind);
		size = packet_fill(&packet, want);
		if (size > peer_largest_frame(d))
			continue;
		packet.checksum = PACKET_PARTIAL;
		packet_fill(&packet, out.frame);
		header.csum_start = (uint16_t)packet_transport(&packet);
		header.csum_offset = (uint16_t)packet_checksum_offset(&packet);
		header.hdr_len = (uint16_t)packet_headers(&packet);
		put_header(&header);
		if (!report_of_packet(t, d, rx, packet.source_port, size, kind % 3 == 2, &report)) {
			if (packet.tagged)
				info(t, "tagged packets do not arrive at the other end");
			require(t, packet.tagged, "a packet of %s with %u bytes arrives at the other end",
				packet_kind(&packet), packet.payload);
			continue;
		}
		if (report.size > size && size < ETHERNET_FRAME_MIN) /* padded on its way */
			continue;
		if (packet.tagged && report.size == size - PACKET_TAG_BYTES) { /* some hosts take tags off */
			packet.tagged = false;
			packet.checksum = PACKET_COMPLETE;
			size = packet_fill(&packet, want);
		}
		expect_arrived(t, &report, want, size,
			       packet.v6 ? "of IPv6 with a checksum left to the device"
					 : "of IPv4 with a checksum left to the device");
	}
}

/* Breaks: the device writes the checksum into the driver's memory. Symptom: a retransmission has a wrong checksum. */
CHECK(transmit_unchanged, "net.transmit-leaves-memory-alone", REQ("sdesc-01"), MUST, NEEDS(TRANSMITS),
      "A packet in the driver's memory is the same after it was sent")
{
	static uint8_t before[ETHERNET_FRAME_MAX];
	bool csum = device_offers(d, VIRTIO_NET_F_CSUM);
	struct packet packet = peer_packet_out(d, false, PACKET_UDP, 333);
	uint32_t size;

	packet.checksum = csum ? PACKET_PARTIAL : PACKET_COMPLETE;
	start(t, d, csum ? FEATURE(VIRTIO_NET_F_CSUM) : NO_FEATURES, ETHERNET_FRAME_MAX);
	size = packet_fill(&packet, out.frame);
	if (csum)
		put_header(&(struct virtio_net_header){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
							.csum_start = (uint16_t)packet_transport(&packet),
							.csum_offset = (uint16_t)packet_checksum_offset(&packet) });
	memcpy(before, out.packet, out.header + size);
	send(t, d, size);
	expect(t, !memcmp(before, out.packet, out.header + size), "header and frame are the same after transmission");
}

/* ---- segmentation (5.1.9.2, point 4) ---- */

/* A large packet and its segments. */
struct large {
	struct packet packet;
	uint8_t gso_type;
	uint16_t mss;
	uint32_t arrived; /* bytes of the payload */
	bool pieces;	  /* sent in pieces of 3500 bytes */
	bool repeated;	  /* sent again, so that segments may arrive twice */
	uint16_t hdr_len; /* 0: right */
	unsigned count, expected, twice;
	uint64_t seen[4]; /* bit n: segment n has arrived; 256 are enough for 64 KiB here */
};

/* Where in the payload of the whole a segment begins: TCP says so, UDP shows it by its first bytes and its size. */
static uint32_t beginning(const struct large *large, const struct peer_report *report, const struct packet_parts *parts)
{
	uint32_t bytes = parts->end - parts->payload, whole = large->packet.payload, from,
		 shown = report->head > parts->payload ? report->head - parts->payload : 0;

	if (parts->protocol == PACKET_TCP)
		return net_get32(report->bytes + parts->transport + 4) - large->packet.sequence;
	if (shown > bytes)
		shown = bytes;
	for (from = 0; from < whole; from += large->mss)
		if ((whole - from < large->mss ? whole - from : large->mss) == bytes &&
		    packet_pattern_damage(report->bytes + parts->payload, large->packet.number, from, shown) == shown)
			break;
	return from;
}

/* Writes segment `part` of a large packet, whose payload begins at `from` in that of the whole. */
static uint32_t fill_segment(uint8_t *frame, const struct packet *part, uint32_t from)
{
	uint32_t headers = packet_headers(part), size = packet_fill(part, frame);
	uint8_t *checksum = frame + packet_transport(part) + packet_checksum_offset(part);
	struct packet_parts parts;
	uint16_t sum;

	packet_pattern(frame + headers, part->number, from, part->payload);
	packet_find(&parts, frame, size, size);
	net_put16(checksum, packet_pseudo_sum(&parts));
	sum = net_checksum(frame + parts.transport, parts.end - parts.transport);
	net_put16(checksum, sum ? sum : 0xffff);
	return size;
}

/* Judges a segment by its report: it is the same packet with a part of the payload. */
static void judge_segment(struct run *t, struct large *large, const struct peer_report *report)
{
	static uint8_t want[ETHERNET_FRAME_MAX];
	struct packet part = large->packet;
	struct packet_parts parts;
	uint32_t index, from, left;

	packet_find(&parts, report->bytes, report->head, report->size);
	part.tagged = parts.network > ETHERNET_HEADER_BYTES; /* some hosts take tags off */
	from = beginning(large, report, &parts);
	if (!expect(t, from < large->packet.payload && from % large->mss == 0,
		    "a segment of %s, of %u bytes, begins at a multiple of gso_size %u: at %u of %u",
		    packet_kind(&large->packet), report->size, large->mss, from, large->packet.payload))
		return;
	index = from / large->mss;
	left = large->packet.payload - from;
	part.payload = left < large->mss ? left : large->mss;
	part.checksum = PACKET_COMPLETE;
	part.sequence += from;
	if (part.payload < left)
		part.tcp_flags &= (uint8_t) ~(PACKET_TCP_FIN | PACKET_TCP_PUSH);
	if (index)
		part.tcp_flags &= (uint8_t)~PACKET_TCP_CWR;
	if (!part.v6) /* how segments are numbered is the device's choice */
		part.identification = net_get16(report->bytes + parts.network + 4);
	expect_arrived(t, report, want, fill_segment(want, &part, from), "that is a segment");
	if (!(large->seen[index / 64] >> index % 64 & 1)) {
		large->seen[index / 64] |= 1ull << index % 64;
		large->arrived += part.payload;
		large->count++;
	} else if (!large->repeated) {
		large->twice++;
	}
}

/* Sends a large packet and takes the reports of its segments. Tries again if some are lost. */
static void expect_segments(struct run *t, struct device *d, struct wire_receiver *rx, struct large *large)
{
	struct virtio_net_header header = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = large->gso_type,
		.hdr_len = large->hdr_len ? large->hdr_len : (uint16_t)packet_headers(&large->packet),
		.gso_size = large->mss,
		.csum_start = (uint16_t)packet_transport(&large->packet),
		.csum_offset = (uint16_t)packet_checksum_offset(&large->packet),
	};
	uint32_t size;

	large->packet.checksum = PACKET_PARTIAL;
	large->expected = (large->packet.payload + large->mss - 1) / large->mss;
	size = packet_fill(&large->packet, out.frame);
	put_header(&header);
	for (unsigned tried = 0; tried < WIRE_ASKS && large->count < large->expected; tried++) {
		const uint64_t began = clock_ns();
		struct patience patience = wire_patience(tried);
		struct peer_report report;

		large->repeated = tried != 0;
		if (large->pieces)
			send_in_pieces(t, d, size, 3500);
		else
			send(t, d, size);
		while (large->count < large->expected &&
		       next_from_port(t, rx, large->packet.source_port, &report, &patience)) {
			judge_segment(t, large, &report);
			patience = wire_patience(tried); /* for the next one */
			wire_took(clock_ns() - began);
		}
	}
	require_eq(t, large->arrived, large->packet.payload,
		   "bytes of a packet of %s that arrive in segments of %u (%u segments of %u)",
		   packet_kind(&large->packet), large->mss, large->count, large->expected);
}

/* Do tagged packets arrive at the other end? */
static bool tags_pass(struct run *t, struct device *d, struct wire_receiver *rx, uint16_t port)
{
	struct packet packet = peer_packet_out(d, false, PACKET_UDP, 100);
	struct peer_report report;

	packet.tagged = true;
	packet.tag = 5;
	packet.source_port = port;
	put_header(&(struct virtio_net_header){ 0 });
	return report_of_packet(t, d, rx, port, packet_fill(&packet, out.frame), false, &report);
}

/* Sends packets of several sizes with this gso_type. */
static void expect_cut(struct run *t, struct device *d, unsigned feature, bool v6, uint8_t protocol, uint8_t gso_type,
		       uint8_t tcp_flags)
{
	static const struct {
		uint32_t payload;
		uint16_t mss;
	} sizes[] = {
		{ 1000, 500 }, { 1011, 500 }, { 999, 500 },   { 3000, 1400 },  { 2800, 1400 },
		{ 400, 1400 }, { 5000, 537 }, { 4000, 1500 }, { 16000, 1400 }, { 65000, 1400 },
	};
	struct features features = FEATURES(VIRTIO_NET_F_CSUM, feature);
	struct wire_receiver *rx;
	unsigned doubled = 0;
	bool tags;

	if (gso_type & VIRTIO_NET_HDR_GSO_ECN)
		features = features_with(features, VIRTIO_NET_F_HOST_ECN);
	if (device_offers(d, VIRTIO_F_INDIRECT_DESC))
		features = features_with(features, VIRTIO_F_INDIRECT_DESC);
	peer_need(t, d);
	if (peer_largest_frame(d) < 2 * PACKET_HEADERS_MAX)
		skip(t, "mtu is too small for segments");
	rx = start(t, d, features, PACKET_BYTES_MAX);
	tags = tags_pass(t, d, rx, (uint16_t)(0x6f00 + 2 * (gso_type & 15) + v6));
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct large large = {
			.packet = peer_packet_out(d, v6, protocol, sizes[i].payload),
			.gso_type = gso_type,
			.mss = sizes[i].mss,
			.pieces = i % 2 && device_accepted(d, VIRTIO_F_INDIRECT_DESC),
		};

		large.packet.tagged = tags && i == 3;
		large.packet.tag = 5;
		if (i == 4) /* a driver may say more than the headers have (5.1.9.2.1) */
			large.hdr_len = (uint16_t)(packet_headers(&large.packet) + 64);
		if (packet_headers(&large.packet) + large.mss > peer_largest_frame(d))
			large.mss = (uint16_t)(peer_largest_frame(d) - packet_headers(&large.packet));
		large.packet.number = (uint16_t)(0x800 + i);
		large.packet.source_port = (uint16_t)(0x7000 + 16 * (gso_type & 15) + i + (v6 ? 0x100 : 0));
		large.packet.identification = (uint16_t)(0x100 * i);
		large.packet.tcp_flags |= tcp_flags;
		if (protocol == PACKET_UDP && sizes[i].payload > 64 * sizes[i].mss)
			continue; /* what some hosts can cut at most */
		expect_segments(t, d, rx, &large);
		doubled += large.twice != 0;
	}
	/* A network may double a frame now and then. */
	expect(t, doubled <= 2, "segments arrive once: in %u packets some arrive twice", doubled);
}

#define CUTS(FEATURE) NEEDS(TRANSMITS, .features = OFFERS_BOTH(VIRTIO_NET_F_CSUM, FEATURE))

/*
 * Breaks: segments have the lengths, flags or sequence numbers of the whole; the last one is missing, or one too many
 * is sent. Symptom: uploads that never end.
 */
CHECK(transmit_tcp4, "net.transmit-segments-tcp4", REQ("net-desc-10"), DESCRIBED, CUTS(VIRTIO_NET_F_HOST_TSO4),
      "With HOST_TSO4, all bytes of large packets arrive in right segments")
{
	expect_cut(t, d, VIRTIO_NET_F_HOST_TSO4, false, PACKET_TCP, VIRTIO_NET_HDR_GSO_TCPV4, PACKET_TCP_FIN);
}

/* Breaks: the payload length is that of the whole; the checksum is computed with IPv4's pseudo header. */
CHECK(transmit_tcp6, "net.transmit-segments-tcp6", REQ("net-desc-10"), DESCRIBED, CUTS(VIRTIO_NET_F_HOST_TSO6),
      "With HOST_TSO6, all bytes of large packets arrive in right segments")
{
	expect_cut(t, d, VIRTIO_NET_F_HOST_TSO6, true, PACKET_TCP, VIRTIO_NET_HDR_GSO_TCPV6, PACKET_TCP_FIN);
}

/* Breaks: the bit makes the type an unknown one; CWR is in every segment. */
CHECK(transmit_ecn, "net.transmit-segments-ecn", REQ("net-desc-10"), DESCRIBED, CUTS(VIRTIO_NET_F_HOST_TSO4),
      "With HOST_ECN, a large packet with CWR arrives in segments, the first with CWR")
{
	if (!device_offers(d, VIRTIO_NET_F_HOST_ECN))
		skip(t, "the device does not offer HOST_ECN");
	expect_cut(t, d, VIRTIO_NET_F_HOST_TSO4, false, PACKET_TCP, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN,
		   PACKET_TCP_CWR);
}

/* Breaks: the UDP length is that of the whole; datagrams become fragments. */
CHECK(transmit_udp, "net.transmit-segments-udp", REQ("net-desc-10"), DESCRIBED,
      NEEDS(TRANSMITS, .version = 2, .features = OFFERS(VIRTIO_NET_F_HOST_USO)),
      "With HOST_USO, all bytes of large packets arrive in datagrams of their own")
{
	if (!device_offers(d, VIRTIO_NET_F_CSUM))
		skip(t, "the device does not offer CSUM");
	expect_cut(t, d, VIRTIO_NET_F_HOST_USO, false, PACKET_UDP, VIRTIO_NET_HDR_GSO_UDP_L4, 0);
	expect_cut(t, d, VIRTIO_NET_F_HOST_USO, true, PACKET_UDP, VIRTIO_NET_HDR_GSO_UDP_L4, 0);
}

/* Breaks: the device cuts where hdr_len says. The specification warns of that: hdr_len is often wrong. */
CHECK(transmit_any_hdr_len, "net.transmit-segments-any-hdr-len", REQ("net-tx-04"), MUST, CUTS(VIRTIO_NET_F_HOST_TSO4),
      "hdr_len of a packet to be cut is not relied on")
{
	static const uint16_t lengths[] = { 34, 55, 53, 200 };
	struct wire_receiver *rx;

	peer_need(t, d);
	if (peer_largest_frame(d) < 600)
		skip(t, "mtu is too small for segments");
	rx = start(t, d, FEATURES(VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_TSO4), PACKET_BYTES_MAX);
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct large large = {
			.packet = peer_packet_out(d, false, PACKET_TCP, 1200),
			.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
			.mss = 500,
			.hdr_len = lengths[i],
		};

		large.packet.number = (uint16_t)(0x900 + i);
		large.packet.source_port = (uint16_t)(0x7800 + i);
		expect_segments(t, d, rx, &large);
	}
}

/* ---- fragmentation ---- */

/* Judges a fragment of the datagram in `whole`, whose checksum is complete. Returns its bytes, 0 if it is wrong. */
static uint32_t judge_fragment(struct run *t, const struct packet *packet, const uint8_t *whole,
			       const struct peer_report *report, uint16_t mss)
{
	enum { MORE = 0x2000 };
	static uint8_t want[ETHERNET_FRAME_MAX];
	uint32_t transport = packet_transport(packet), datagram = PACKET_UDP_BYTES + packet->payload, bytes;
	struct packet_parts parts;
	uint8_t *ip = want + ETHERNET_HEADER_BYTES;

	packet_find(&parts, report->bytes, report->head, report->size);
	bytes = datagram - parts.fragment < mss ? datagram - parts.fragment : mss;
	if (!expect(t, parts.fragment < datagram && parts.fragment % mss == 0,
		    "a fragment begins at a multiple of gso_size %u: at %u of %u", mss, parts.fragment, datagram))
		return 0;
	memcpy(want, whole, transport);
	memcpy(want + transport, whole + transport + parts.fragment, bytes);
	net_put16(ip + 2, (uint16_t)(PACKET_IPV4_BYTES + bytes));
	net_put16(ip + 4, net_get16(report->bytes + parts.network + 4)); /* the device may number it in its own way */
	net_put16(ip + 6, (uint16_t)(parts.fragment / 8 | (parts.fragment + bytes < datagram ? MORE : 0)));
	net_put16(ip + 10, 0);
	net_put16(ip + 10, net_checksum(ip, PACKET_IPV4_BYTES));
	expect_arrived(t, report, want, transport + bytes, "that is a fragment");
	return bytes;
}

/* Breaks: offsets, or the flag for more, are wrong; the checksum of the datagram is missing. */
CHECK(transmit_fragments, "net.transmit-fragments", REQ("net-desc-10"), DESCRIBED, CUTS(VIRTIO_NET_F_HOST_UFO),
      "With HOST_UFO, all bytes of large datagrams arrive in right fragments")
{
	static const uint32_t payloads[] = { 1000, 2952, 3000, 9000 };
	enum { MSS = 1480, OFFSETS = 16 };
	static uint8_t whole[PACKET_BYTES_MAX];
	struct wire_receiver *rx;
	bool any =
		false; /* the first datagram is a fragment by itself, and comes from a device that cuts wrongly, too */

	peer_need(t, d);
	if (peer_largest_frame(d) < ETHERNET_FRAME_MAX)
		skip(t, "mtu is less than 1500");
	rx = start(t, d, FEATURES(VIRTIO_NET_F_CSUM, VIRTIO_NET_F_HOST_UFO), PACKET_BYTES_MAX);
	for (unsigned i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		struct packet packet = peer_packet_out(d, false, PACKET_UDP, payloads[i]);
		struct virtio_net_header header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						    .gso_type = VIRTIO_NET_HDR_GSO_UDP,
						    .gso_size = MSS };
		uint32_t size, came = 0, seen = 0;

		packet.destination = (PEER_REPORTED & ~0xff00u) | (0x40 + i) << 8; /* a fragment has no port */
		packet.number = (uint16_t)(0xa00 + i);
		packet_fill(&packet, whole);
		packet.checksum = PACKET_PARTIAL;
		size = packet_fill(&packet, out.frame);
		header.csum_start = (uint16_t)packet_transport(&packet);
		header.csum_offset = (uint16_t)packet_checksum_offset(&packet);
		header.hdr_len = (uint16_t)packet_headers(&packet);
		put_header(&header);
		for (unsigned try = 0; try < WIRE_TRIES && came < PACKET_UDP_BYTES + packet.payload; try++) {
			struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);
			struct peer_report report;
			struct packet_parts parts;

			send(t, d, size);
			while (came < PACKET_UDP_BYTES + packet.payload &&
			       peer_next_report(t, rx, 0, &report, &patience))
				if (packet_find(&parts, report.bytes, report.head, report.size) && !parts.v6 &&
				    net_get32(report.bytes + parts.network + 16) == packet.destination &&
				    !(seen >> parts.fragment / MSS % 32 & 1)) {
					seen |= 1u << parts.fragment / MSS % 32;
					came += judge_fragment(t, &packet, whole, &report, MSS);
				}
		}
		any |= came != 0;
		if (!any) /* the headers of sockets, for one, have no word for such packets */
			skip(t, "the other end gets nothing of a datagram that is to be fragmented");
		require_eq(t, came, PACKET_UDP_BYTES + packet.payload,
			   "bytes of a datagram that arrive in fragments of %u", MSS);
	}
}
