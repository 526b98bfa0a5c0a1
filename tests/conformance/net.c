// SPDX-License-Identifier: BSD-2-Clause
/*
 * Network device (5.1).
 *
 * What can be seen from inside depends on the other end of the wire. Checks of received packets need one that answers:
 *   - ARP requests for 10.0.2.2 from 10.0.2.15: the gateway of user-mode networking, or any machine that was given the
 * address;
 *   - a reflector, which sends back what follows the Ethernet header of a frame of type 0x88b6 as a frame of its own:
 * for broadcasts, multicasts and tags. Without an answer within the patience they are skipped. What is sent is
 * harmless: frames of a type for experiments, ARP and echo requests.
 *
 * How network devices break: a header of 10 bytes where 12 are meant, so that every frame is shifted by two;
 * num_buffers left unwritten; a merged packet that is announced in parts; a control command that is acknowledged before
 * it has its effect. In the field: no network at all, or one that stalls under load.
 */
#include "tests/conformance/check.h"

#include "drivers/net.h"
#include "firmware/lib/string.h"

enum {
	OUR_ADDRESS = 0x0a00020f,   /* 10.0.2.15 */
	OTHER_ADDRESS = 0x0a00024d, /* 10.0.2.77 */
	GATEWAY = 0x0a000202,	    /* 10.0.2.2 */
	TRIES = 3,
	RX_BYTES = 2048, /* of a receive buffer; 5.1.9.3.1 asks for 1526 */
	RX_MOST = 64,	 /* receive buffers */
	FRAME_MOST = 2048,
	LEGACY_PAGE = 4096,
	UNWRITTEN = 0xee,
};

static const uint8_t other_mac[6] = { 0x02, 0x54, 0x53, 0x00, 0x00, 0x77 };
static const uint8_t group_mac[6] = { 0x03, 0x54, 0x53, 0x00, 0x00, 0x77 };
static const uint8_t broadcast_mac[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* ---- the driver's side ---- */

static struct features with_mac(unsigned bit)
{
	return features_with(FEATURE(VIRTIO_NET_F_MAC), bit);
}

static void start_with_size(struct run *t, struct device *d, struct features features, uint16_t size)
{
	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features), "the features are accepted");
	require_ok(t, device_setup_queues(d, size), "the virtqueues are set up");
	device_go(d);
}

static void start(struct run *t, struct device *d, struct features features)
{
	start_with_size(t, d, features, 0);
}

/* Waits for the one buffer that is out and takes it. */
static struct completion finish(struct run *t, struct virtqueue *queue, const char *what)
{
	struct completion done = { 0 };
	const char *wrong = NULL;

	require(t, WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns), "%s comes back", what);
	require(t, virtqueue_pop(queue, &done, &wrong) == VIRTQUEUE_POPPED, "the used entry of %s is valid: %s", what,
		wrong ? wrong : "");
	return done;
}

/* Sends a packet in these pieces. Returns the used length. */
static uint32_t transmit_pieces(struct run *t, struct device *d, const struct segment *pieces, unsigned count)
{
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];

	if (virtqueue_add(queue, pieces, count, NULL, d) < 0)
		broken(t, "no room in the transmit virtqueue for %u pieces", count);
	virtqueue_kick(queue);
	return finish(t, queue, "a packet to send").length;
}

/* Sends a frame behind a header of so many bytes, from `header` on or zeroes. One descriptor; on the legacy layout the
 * header has its own (5.1.9.8). */
static uint32_t transmit_behind(struct run *t, struct device *d, const struct virtio_net_header *header,
				uint32_t header_bytes, const uint8_t *frame, uint32_t size)
{
	uint8_t *packet = need_memory(t, dma_alloc(header_bytes + size, 4));
	struct segment pieces[2] = { { .data = packet, .size = header_bytes },
				     { .data = packet + header_bytes, .size = size } };

	memset(packet, 0, header_bytes);
	if (header)
		memcpy(packet, header, header_bytes < sizeof(*header) ? header_bytes : sizeof(*header));
	memcpy(packet + header_bytes, frame, size);
	if (transport_is_legacy(&d->transport))
		return transmit_pieces(t, d, pieces, 2);
	pieces[0].size += size;
	return transmit_pieces(t, d, pieces, 1);
}

static uint32_t transmit(struct run *t, struct device *d, const uint8_t *frame, uint32_t size)
{
	return transmit_behind(t, d, NULL, net_header_bytes(d), frame, size);
}

struct receiver {
	struct device *device;
	struct virtqueue *queue;
	uint32_t header, size; /* bytes of the packet header, and of a buffer */
	unsigned count;
	uint8_t *buffers[RX_MOST];
};

/* A packet as it came. */
struct packet {
	struct virtio_net_header header;
	uint32_t size; /* of the frame */
	unsigned buffers;
	unsigned visible;	/* used entries that were there when the first was seen */
	uint32_t used[RX_MOST]; /* used length of each buffer */
	uint8_t frame[FRAME_MOST];
};

static struct receiver receivers[4];
static struct packet packet;

/* Adds a receive buffer, filled with fresh bytes, without publishing it. */
static void offer(struct run *t, struct receiver *rx, uint8_t *buffer)
{
	bool legacy = transport_is_legacy(&rx->device->transport);
	struct segment pieces[2] = {
		{ .data = buffer, .size = legacy ? rx->header : rx->size, .writable = true },
		{ .data = buffer + rx->header, .size = rx->size - rx->header, .writable = true },
	};

	memset(buffer, DMA_FRESH_BYTE, rx->size);
	if (virtqueue_add(rx->queue, pieces, legacy ? 2 : 1, NULL, buffer) < 0)
		broken(t, "no room for a receive buffer");
}

/* Fills a receive virtqueue with buffers of `size` bytes. */
static void open_receiver(struct run *t, struct device *d, struct receiver *rx, struct virtqueue *queue, uint32_t size)
{
	unsigned fit = transport_is_legacy(&d->transport) ? queue->size / 2u : queue->size;

	*rx = (struct receiver){ .device = d, .queue = queue, .header = net_header_bytes(d), .size = size };
	rx->count = fit < RX_MOST ? fit : RX_MOST;
	if (!rx->count)
		skip(t, "the receive virtqueue has no room for a buffer");
	for (unsigned i = 0; i < rx->count; i++) {
		rx->buffers[i] = need_memory(t, dma_alloc(size, 4));
		offer(t, rx, rx->buffers[i]);
	}
	virtqueue_kick(queue);
}

static struct receiver *open_plain(struct run *t, struct device *d)
{
	open_receiver(t, d, &receivers[0], &d->queues[VIRTIO_NET_RX], RX_BYTES);
	return &receivers[0];
}

/* Takes one used receive buffer, appends it to the packet and adds it again. */
static void take_buffer(struct run *t, struct receiver *rx)
{
	struct completion done = finish(t, rx->queue, "a receive buffer");
	uint32_t skipped = packet.buffers ? 0 : rx->header, size;
	uint8_t *buffer = done.token;

	require(t, done.length >= skipped, "a used receive buffer holds at least the header of %u bytes: it holds %u",
		rx->header, done.length);
	if (skipped)
		memcpy(&packet.header, buffer, skipped);
	packet.used[packet.buffers++] = done.length;
	size = done.length - skipped;
	if (size > FRAME_MOST - packet.size)
		size = FRAME_MOST - packet.size;
	memcpy(packet.frame + packet.size, buffer + skipped, size);
	packet.size += size;
	offer(t, rx, buffer);
}

/* Takes a packet into `packet` if one is there. With MRG_RXBUF accepted, all of its buffers. */
static bool take_packet(struct run *t, struct receiver *rx)
{
	uint16_t visible = virtqueue_used_waiting(rx->queue);

	if (!visible)
		return false;
	memset(&packet, 0, sizeof(packet));
	packet.visible = visible;
	take_buffer(t, rx);
	if (device_accepted(rx->device, VIRTIO_NET_F_MRG_RXBUF))
		for (unsigned i = 1; i < packet.header.num_buffers && i < rx->count; i++)
			take_buffer(t, rx);
	virtqueue_kick(rx->queue);
	return true;
}

static uint64_t left_until(uint64_t deadline)
{
	uint64_t now = clock_ns();

	return deadline > now ? deadline - now : 0;
}

/* The next packet, if one comes before the deadline. */
static bool next_packet(struct run *t, struct receiver *rx, uint64_t deadline)
{
	return WAIT_UNTIL(virtqueue_used_waiting(rx->queue), left_until(deadline)) && take_packet(t, rx);
}

/* ---- the other end ---- */

enum {
	PEER_UNKNOWN,
	PEER_SILENT,
	PEER_ANSWERS,
	PEER_SHIFTED
};				   /* shifted: it answers if we send a header of another size */
enum { PEER_ARP, PEER_REFLECTOR }; /* index of device->peer */

/* Is the frame, from byte `at` of the packet's on, the gateway's answer to this MAC address? */
static bool is_arp_reply_at(uint32_t at, const uint8_t mac[6])
{
	enum { ARP_BYTES = 28, ARP_REPLY = 2 };
	const uint8_t *frame = packet.frame + at, *arp = frame + ETHERNET_HEADER_BYTES;

	return packet.size >= at + ETHERNET_HEADER_BYTES + ARP_BYTES && !memcmp(frame, mac, 6) &&
	       net_get16(frame + 12) == ETHERTYPE_ARP && net_get16(arp + 6) == ARP_REPLY &&
	       net_get32(arp + 14) == GATEWAY;
}

static bool is_arp_reply(const uint8_t mac[6])
{
	return is_arp_reply_at(0, mac);
}

/* Asks the gateway for its address behind a header of so many bytes; true with the answer in `packet`. Asks again if
 * there is none. */
static bool ask_gateway_behind(struct run *t, struct device *d, struct receiver *rx,
			       const struct virtio_net_header *header, uint32_t header_bytes)
{
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];

	net_mac(d, mac);
	net_fill_arp(d, frame, OUR_ADDRESS, GATEWAY);
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t deadline = deadline_in(device_patience_ns / TRIES);

		transmit_behind(t, d, header, header_bytes, frame, sizeof(frame));
		while (next_packet(t, rx, deadline))
			if (is_arp_reply(mac) || is_arp_reply_at(2, mac))
				return true;
	}
	return false;
}

static bool ask_gateway(struct run *t, struct device *d, struct receiver *rx)
{
	return ask_gateway_behind(t, d, rx, NULL, net_header_bytes(d));
}

/* Finds out, once, whether anybody answers on the plainest of devices. What does not work there cannot be expected of
 * others. */
static uint8_t peer_arp(struct run *t, struct device *d)
{
	if (d->peer[PEER_ARP] == PEER_UNKNOWN) {
		uint32_t other_header = VIRTIO_NET_HDR_BYTES + VIRTIO_NET_HDR_LEGACY_BYTES;
		struct receiver *rx;

		start(t, d, FEATURE(VIRTIO_NET_F_MAC));
		rx = open_plain(t, d);
		if (ask_gateway(t, d, rx))
			d->peer[PEER_ARP] = PEER_ANSWERS;
		else if (ask_gateway_behind(t, d, rx, NULL, other_header - net_header_bytes(d)))
			d->peer[PEER_ARP] = PEER_SHIFTED;
		else
			d->peer[PEER_ARP] = PEER_SILENT;
	}
	return d->peer[PEER_ARP];
}

static void need_answers(struct run *t, struct device *d)
{
	uint8_t peer = peer_arp(t, d);

	if (peer == PEER_SHIFTED)
		skip(t, "packets are shifted, see net.header-size");
	if (peer != PEER_ANSWERS)
		skip(t, "the other end does not answer ARP requests for 10.0.2.2");
}

/* An answer that must come, because it came on the plainest device. */
static void require_answer(struct run *t, struct device *d, struct receiver *rx, const char *with)
{
	require(t, ask_gateway(t, d, rx), "an answer arrives %s, as it does on the plainest device", with);
}

/* Has a frame of type 0x88b5 sent to us, with so many bytes behind the Ethernet header (and the tag, if there is one).
 */
static void ask_reflector(struct run *t, struct device *d, const uint8_t to[6], int vlan, uint16_t number,
			  uint32_t payload)
{
	static uint8_t frame[ETHERNET_FRAME_MAX];
	uint8_t *inner = frame + ETHERNET_HEADER_BYTES, *at = inner + 12;

	net_fill_experimental(d, frame, number);
	net_put16(frame + 12, ETHERTYPE_REFLECT);
	memcpy(inner, to, 6);
	memcpy(inner + 6, other_mac, 6);
	if (vlan >= 0)
		at = net_put16(net_put16(at, ETHERTYPE_VLAN), (uint16_t)vlan);
	at = net_put16(net_put16(at, ETHERTYPE_LOCAL_EXPERIMENTAL), number);
	for (uint32_t i = 2; i < payload; i++)
		*at++ = (uint8_t)(i + number);
	transmit(t, d, frame, (uint32_t)(at - frame));
}

enum { REFLECTED_BYTES = 46 };

/* Is it the frame that was asked for with that number? */
static bool is_reflected(uint16_t number, uint32_t payload)
{
	uint32_t tag = net_get16(packet.frame + 12) == ETHERTYPE_VLAN ? 4 : 0;
	const uint8_t *at = packet.frame + 12 + tag;

	if (packet.size < ETHERNET_HEADER_BYTES + tag + payload || net_get16(at) != ETHERTYPE_LOCAL_EXPERIMENTAL ||
	    net_get16(at + 2) != number)
		return false;
	for (uint32_t i = 2; i < payload; i++)
		if (at[2 + i] != (uint8_t)(i + number))
			return false;
	return true;
}

static bool has_reflector(struct run *t, struct device *d)
{
	enum { NUMBER = 0x7e57 };
	uint8_t mac[6];

	if (d->peer[PEER_REFLECTOR] == PEER_UNKNOWN) {
		struct receiver *rx;
		uint64_t deadline;

		d->peer[PEER_REFLECTOR] = PEER_SILENT;
		start(t, d, FEATURE(VIRTIO_NET_F_MAC));
		rx = open_plain(t, d);
		net_mac(d, mac);
		ask_reflector(t, d, mac, -1, NUMBER, REFLECTED_BYTES);
		/* Where ARP is answered, that answer bounds the wait: it was asked for later. */
		if (d->peer[PEER_ARP] == PEER_ANSWERS) {
			uint8_t frame[ETHERNET_FRAME_MIN];

			net_fill_arp(d, frame, OUR_ADDRESS, GATEWAY);
			transmit(t, d, frame, sizeof(frame));
		}
		deadline = deadline_in(device_patience_ns / TRIES);
		while (next_packet(t, rx, deadline)) {
			if (is_arp_reply(mac))
				break;
			if (is_reflected(NUMBER, REFLECTED_BYTES)) {
				d->peer[PEER_REFLECTOR] = PEER_ANSWERS;
				break;
			}
		}
	}
	return d->peer[PEER_REFLECTOR] == PEER_ANSWERS;
}

static void need_reflector(struct run *t, struct device *d)
{
	peer_arp(t, d);
	if (!has_reflector(t, d))
		skip(t, "the other end does not reflect frames of type 0x88b6");
}

/* ---- configuration space (5.1.4) ---- */

/* Breaks: 0 pairs, or more than there can be: a driver that believes it sets up nothing, or far too much. */
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

/* Breaks: 0, because the host never set it. */
CHECK(mtu_range, "net.mtu-range", REQ("net-cfg-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MTU)), "With MTU offered, mtu is at least 68")
{
	expect(t, read_mtu(d) >= 68, "mtu is 68 to 65535: it is %u", read_mtu(d));
}

/* Breaks: too small for IPv6. */
CHECK(mtu_for_ipv6, "net.mtu-for-ipv6", REQ("net-cfg-03"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MTU)), "With MTU offered, mtu is at least 1280")
{
	expect(t, read_mtu(d) >= 1280, "mtu is at least 1280: it is %u", read_mtu(d));
}

/* Breaks: it depends on what was negotiated, or on whether the device is live. */
CHECK(mtu_constant, "net.mtu-constant", REQ("net-cfg-04"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_MTU)), "mtu never changes")
{
	uint32_t mtu = read_mtu(d);

	device_greet(d);
	require_ok(t, device_negotiate(d, with_mac(VIRTIO_NET_F_MTU)), "the features are accepted");
	expect_eq(t, read_mtu(d), mtu, "mtu after feature negotiation");
	require_ok(t, device_setup_queues(d, 0), "the virtqueues are set up");
	device_go(d);
	expect_eq(t, read_mtu(d), mtu, "mtu after DRIVER_OK");
	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
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

/* Breaks: bits per second, or a negative number. (The clause has a digit too many in both numbers; the text before it
 * has not.) */
CHECK(speed_range, "net.speed-range", REQ("net-cfg-09"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .features = OFFERS(VIRTIO_NET_F_SPEED_DUPLEX)),
      "With SPEED_DUPLEX accepted, speed is 0 to 0x7fffffff or unknown")
{
	uint32_t speed;

	start(t, d, with_mac(VIRTIO_NET_F_SPEED_DUPLEX));
	speed = config_read(&d->transport, VIRTIO_NET_CONFIG_SPEED, 4);
	expect(t, speed <= 0x7fffffff || speed == 0xffffffff, "speed is 0 to 0x7fffffff or 0xffffffff: it is 0x%x",
	       speed);
}

/* Breaks: a fourth value. (The text says 1 for full duplex, the clause 0: both are taken.) */
CHECK(duplex_range, "net.duplex-range", REQ("net-cfg-10"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .features = OFFERS(VIRTIO_NET_F_SPEED_DUPLEX)),
      "With SPEED_DUPLEX accepted, duplex is full, half or unknown")
{
	uint32_t duplex;

	start(t, d, with_mac(VIRTIO_NET_F_SPEED_DUPLEX));
	duplex = config_read(&d->transport, VIRTIO_NET_CONFIG_DUPLEX, 1);
	expect(t, duplex <= 1 || duplex == 0xff, "duplex is 0, 1 or 0xff: it is 0x%x", duplex);
}

static uint32_t link_status(struct device *d)
{
	return config_read(&d->transport, VIRTIO_NET_CONFIG_STATUS, 2);
}

/* Breaks: the values are measured, and jump with the load. */
CHECK(speed_constant, "net.speed-constant", REQ("net-cfg-11"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_STATUS)),
      "speed and duplex do not change while the link is up")
{
	enum { SAMPLES = 16 };
	uint8_t frame[ETHERNET_FRAME_MIN];
	uint32_t speed, duplex;

	if (!device_offers(d, VIRTIO_NET_F_SPEED_DUPLEX))
		skip(t, "the device does not offer SPEED_DUPLEX");
	start(t, d, features_with(with_mac(VIRTIO_NET_F_SPEED_DUPLEX), VIRTIO_NET_F_STATUS));
	if (!(link_status(d) & VIRTIO_NET_S_LINK_UP))
		skip(t, "the link is down");
	speed = config_read(&d->transport, VIRTIO_NET_CONFIG_SPEED, 4);
	duplex = config_read(&d->transport, VIRTIO_NET_CONFIG_DUPLEX, 1);
	for (unsigned i = 0; i < SAMPLES; i++) {
		uint32_t new_speed, new_duplex;

		net_fill_experimental(d, frame, i);
		transmit(t, d, frame, sizeof(frame));
		new_speed = config_read(&d->transport, VIRTIO_NET_CONFIG_SPEED, 4);
		new_duplex = config_read(&d->transport, VIRTIO_NET_CONFIG_DUPLEX, 1);
		if (!(link_status(d) & VIRTIO_NET_S_LINK_UP))
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

CHECK(rx_extra_needs_control, "net.rx-extra-needs-control", REQ("net-cfg-13"), SHOULD,
      NEEDS(.type = VIRTIO_ID_NETWORK, .features = OFFERS(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "CTRL_RX_EXTRA is not offered without CTRL_VQ")
{
	expect(t, device_offers(d, VIRTIO_NET_F_CTRL_VQ), "CTRL_VQ is offered beside CTRL_RX_EXTRA");
}

/* Breaks: the address is random at each reset, or bytes are swapped depending on the stage of life. */
CHECK(mac_stable, "net.mac-stable", REQ("net-desc-04"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MAC)),
      "mac reads the same, byte by byte, at every stage of life")
{
	uint8_t first[6], again[6];

	net_mac(d, first);
	for (unsigned round = 0; round < 3; round++) {
		start(t, d, FEATURE(VIRTIO_NET_F_MAC));
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

/* Breaks: the length of the packet, or of the header, is put into the used entry. A driver that looks believes that its
 * packet was written to. */
CHECK(transmit_length, "net.transmit-length", REQ("net-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "A transmitted packet comes back with a used length of 0")
{
	static const uint32_t sizes[] = { ETHERNET_FRAME_MIN, 61, 127, 128, 590, ETHERNET_FRAME_MAX };
	static uint8_t frame[ETHERNET_FRAME_MAX];

	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(frame, 0, sizeof(frame));
		net_fill_experimental(d, frame, i);
		expect_eq(t, transmit(t, d, frame, sizes[i]), 0, "used length of a packet with a frame of %u bytes",
			  sizes[i]);
	}
}

/* Breaks: a packet of the full queue is lost, or returned twice. */
CHECK(transmit_many, "net.transmit-many", REQ("net-desc-02"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .entries = 2),
      "Every packet of a full transmit virtqueue comes back once")
{
	struct virtqueue *queue = &d->queues[VIRTIO_NET_TX];
	unsigned count;

	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	count = queue->size / 2u;
	for (unsigned i = 0; i < count; i++) {
		struct request request;

		require_ok(t, device_make_request(d, &request, i), "a packet is made");
		if (virtqueue_add(queue, request.segments, request.count, NULL, queue) < 0)
			broken(t, "no room for packet %u of %u", i, count);
	}
	virtqueue_kick(queue);
	for (unsigned i = 0; i < count; i++)
		finish(t, queue, "one of many packets");
	expect_eq(t, virtqueue_used_waiting(queue), 0, "used entries beyond the packets that were sent");
}

/* Sends an ARP request behind this header: an answer shows that the frame left as it is. */
static void expect_sent_behind(struct run *t, struct device *d, struct features features,
			       const struct virtio_net_header *header, const char *what)
{
	struct receiver *rx;

	need_answers(t, d);
	start(t, d, features);
	rx = open_plain(t, d);
	expect(t, ask_gateway_behind(t, d, rx, header, net_header_bytes(d)),
	       "a frame sent with %s is answered, as it is without", what);
}

/* Breaks: the packet is dropped, or stays in the virtqueue, for a flag that only a newer device knows. */
CHECK(transmit_unknown_flag, "net.transmit-unknown-flag", REQ("net-tx-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "A header flag that the device does not know is ignored on transmission")
{
	struct virtio_net_header header = { .flags = VIRTIO_NET_HDR_F_UNDEFINED };

	expect_sent_behind(t, d, FEATURE(VIRTIO_NET_F_MAC), &header, "the undefined header flag 0x80");
}

/* Breaks: a checksum is stored where csum_start and csum_offset point, here into the address that is asked for. */
CHECK(transmit_no_checksum, "net.transmit-no-checksum", REQ("net-tx-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "csum_start and csum_offset are not used without NEEDS_CSUM")
{
	struct virtio_net_header header = { .csum_start = 14, .csum_offset = 24 };

	expect_sent_behind(t, d, FEATURE(VIRTIO_NET_F_MAC), &header,
			   "csum_start and csum_offset but without NEEDS_CSUM");
	header = (struct virtio_net_header){ .csum_start = 0xffff, .csum_offset = 0xffff };
	expect_sent_behind(t, d, FEATURE(VIRTIO_NET_F_MAC), &header,
			   "csum_start and csum_offset of 0xffff but without NEEDS_CSUM");
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
	struct features features = features_with(with_mac(VIRTIO_NET_F_CSUM), VIRTIO_NET_F_HOST_TSO4);
	struct virtio_net_header header = { .hdr_len = 0xffff };

	expect_sent_behind(t, d, features, &header, "hdr_len 0xffff");
	header.hdr_len = 1;
	expect_sent_behind(t, d, features, &header, "hdr_len 1");
}

/* Breaks: the header is expected in a descriptor of its own, or in one piece: the frame leaves shifted. */
CHECK(transmit_pieces_free, "net.transmit-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .entries = 8), "A packet may be cut anywhere")
{
	static const uint8_t cuts[][4] = {
		{ 12 }, { 1 }, { 11 }, { 13 }, { 26 }, { 10, 12 }, { 6, 12, 18, 26 }, { 3, 20, 21, 71 }
	};
	uint8_t bytes[VIRTIO_NET_HDR_BYTES + ETHERNET_FRAME_MIN], mac[6];
	struct receiver *rx;

	need_answers(t, d);
	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	rx = open_plain(t, d);
	net_mac(d, mac);
	memset(bytes, 0, VIRTIO_NET_HDR_BYTES);
	net_fill_arp(d, bytes + VIRTIO_NET_HDR_BYTES, OUR_ADDRESS, GATEWAY);
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct segment pieces[5];
		unsigned count = 0;
		bool answered = false;

		for (uint32_t from = 0, to; from < sizeof(bytes); from = to) {
			to = count < 4 && cuts[i][count] ? cuts[i][count] : sizeof(bytes);
			pieces[count] =
				(struct segment){ .data = need_memory(t, dma_alloc(to - from, 1)), .size = to - from };
			memcpy(pieces[count].data, bytes + from, to - from);
			count++;
		}
		for (unsigned j = 0; j < TRIES && !answered; j++) {
			uint64_t deadline = deadline_in(device_patience_ns / TRIES);

			transmit_pieces(t, d, pieces, count);
			while (!answered && next_packet(t, rx, deadline))
				answered = is_arp_reply(mac);
		}
		expect(t, answered, "a packet in %u pieces, the first of %u bytes, is sent and answered", count,
		       pieces[0].size);
	}
}

/* ---- reception (5.1.9.3, 5.1.9.4) ---- */

/* Breaks: 10 bytes instead of 12 or the other way round: frames are shifted by two bytes, in one direction or both, and
 * nothing works. */
CHECK(header_size, "net.header-size", REQ("net-desc-01", "net-desc-05"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "The header of packets is 12 bytes in both directions")
{
	uint8_t peer = peer_arp(t, d), mac[6];
	struct receiver *rx;

	if (peer == PEER_SILENT)
		skip(t, "the other end does not answer ARP requests for 10.0.2.2");
	require(t, peer != PEER_SHIFTED,
		"a frame behind a header of 12 bytes is sent: it is answered only behind one of 10");
	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	rx = open_plain(t, d);
	require_answer(t, d, rx, "again");
	net_mac(d, mac);
	expect(t, is_arp_reply(mac), "the received frame starts behind 12 bytes");
}

/* The same for the legacy layout, where num_buffers is there only with MRG_RXBUF accepted (5.1.9.1). */
CHECK(legacy_header_size, "net.legacy-header-size", REQ("net-leg-02", "net-desc-05"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 1, .queues = 2, .entries = 2),
      "The legacy header of packets is 10 bytes without MRG_RXBUF, and 12 with it")
{
	uint8_t peer = peer_arp(t, d), mac[6];

	if (peer == PEER_SILENT)
		skip(t, "the other end does not answer ARP requests for 10.0.2.2");
	require(t, peer != PEER_SHIFTED,
		"a frame behind a header of 10 bytes is sent: it is answered only behind one of 12");
	net_mac(d, mac);
	for (unsigned merged = 0; merged < 2; merged++) {
		struct receiver *rx;

		if (merged && !device_offers(d, VIRTIO_NET_F_MRG_RXBUF))
			break;
		start(t, d, merged ? with_mac(VIRTIO_NET_F_MRG_RXBUF) : FEATURE(VIRTIO_NET_F_MAC));
		rx = open_plain(t, d);
		require_answer(t, d, rx, merged ? "with MRG_RXBUF" : "without MRG_RXBUF");
		expect(t, is_arp_reply(mac), "the received frame starts behind %u bytes", rx->header);
	}
}

/* Gets a packet on a device that accepted this. */
static void receive_with(struct run *t, struct device *d, struct features features)
{
	struct receiver *rx;

	need_answers(t, d);
	start(t, d, features);
	rx = open_plain(t, d);
	require_answer(t, d, rx, "with these features");
}

/* Breaks: the field is left as it was in the driver's memory, or 0. */
CHECK(receive_one_buffer, "net.num-buffers-is-1", REQ("net-rx-01", "net-rxbuf-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2),
      "Without MRG_RXBUF, num_buffers of a received packet is 1")
{
	receive_with(t, d, FEATURE(VIRTIO_NET_F_MAC));
	expect_eq(t, packet.header.num_buffers, 1,
		  "num_buffers without MRG_RXBUF accepted (before, the memory held 0x%x)",
		  DMA_FRESH_BYTE << 8 | DMA_FRESH_BYTE);
}

/* Breaks: a packet goes on in the next buffer although the driver does not know how to put it together. */
CHECK(receive_whole, "net.one-buffer", REQ("net-rxbuf-02"), MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without MRG_RXBUF, a packet uses one buffer")
{
	enum { ARP_FRAME = 42 };

	receive_with(t, d, FEATURE(VIRTIO_NET_F_MAC));
	expect_eq(t, packet.buffers, 1, "buffers of the packet");
	expect(t, packet.size >= ARP_FRAME, "the buffer holds all of the answer: %u bytes of at least %u", packet.size,
	       ARP_FRAME);
}

/* Breaks: flags of the host's own network stack are passed through to a driver that does not expect them. */
CHECK(receive_flags, "net.receive-flags", REQ("net-rx-05", "net-rx-12", "net-rx-28", "net-rx-35", "net-rx-38"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2), "Without GUEST_CSUM, flags of a received packet are 0")
{
	receive_with(t, d, FEATURE(VIRTIO_NET_F_MAC));
	expect_eq(t, packet.header.flags, 0, "flags of a received packet");
}

/* Breaks: a segmentation type without the feature for it. */
CHECK(receive_unsegmented, "net.receive-unsegmented",
      REQ("net-rx-24", "net-rx-07", "net-rx-08", "net-rx-09", "net-rx-10", "net-rx-11"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without a segmentation feature, gso_type of a received packet is NONE")
{
	receive_with(t, d, FEATURE(VIRTIO_NET_F_MAC));
	expect_eq(t, packet.header.gso_type, VIRTIO_NET_HDR_GSO_NONE, "gso_type of a received packet");
}

/* Breaks: num_buffers is written only where a packet needs several. */
CHECK(merged_one_buffer, "net.merged-one-buffer", REQ("net-rx-02"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)),
      "With MRG_RXBUF, a packet that fits in one buffer has num_buffers 1")
{
	receive_with(t, d, with_mac(VIRTIO_NET_F_MRG_RXBUF));
	expect_eq(t, packet.header.num_buffers, 1, "num_buffers of a packet of %u bytes in buffers of %u", packet.size,
		  RX_BYTES);
}

enum { SMALL = 24 }; /* bytes of a small buffer: RX_MOST of them hold the largest packet */

/* Gets a packet, which is larger than that, in small buffers. */
static void receive_small(struct run *t, struct device *d)
{
	if (d->queue_max[VIRTIO_NET_RX] < RX_MOST)
		skip(t, "needs a receive virtqueue of %u entries, the device has %u", RX_MOST,
		     d->queue_max[VIRTIO_NET_RX]);
	need_answers(t, d);
	start_with_size(t, d, with_mac(VIRTIO_NET_F_MRG_RXBUF), RX_MOST);
	open_receiver(t, d, &receivers[0], &d->queues[VIRTIO_NET_RX], SMALL);
	require_answer(t, d, &receivers[0], "in several buffers");
}

#define MERGED .type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_MRG_RXBUF)

/* Breaks: the number counts the frame without its header, or stays 1: the driver takes the rest for packets of their
 * own. */
CHECK(merged_count, "net.merged-count", REQ("net-rx-02", "net-rxbuf-01"), MUST, NEEDS(MERGED),
      "With MRG_RXBUF, num_buffers counts the buffers of a packet with its header")
{
	uint32_t bytes, want;
	uint8_t mac[6];

	receive_small(t, d);
	net_mac(d, mac);
	bytes = packet.size + VIRTIO_NET_HDR_BYTES;
	want = (bytes + SMALL - 1) / SMALL;
	expect_eq(t, packet.header.num_buffers, want, "num_buffers of %u bytes with the header in buffers of %u", bytes,
		  SMALL);
	expect(t, is_arp_reply(mac), "the buffers together are the frame");
}

/* Breaks: a buffer is left early, e.g. rounded to some size: the driver finds a hole in the packet. */
CHECK(merged_full, "net.merged-full", REQ("net-rx-03"), MUST, NEEDS(MERGED),
      "All buffers of a merged packet but the last are used completely")
{
	receive_small(t, d);
	require(t, packet.buffers > 1, "a packet of %u bytes uses more than one buffer of %u", packet.size, SMALL);
	for (unsigned i = 0; i + 1 < packet.buffers; i++)
		expect_eq(t, packet.used[i], SMALL, "used length of buffer %u of %u", i + 1, packet.buffers);
}

/* Breaks: used.idx moves on once for each buffer: a driver that looks in between finds a packet whose end is not there.
 */
CHECK(merged_together, "net.merged-together", REQ("net-rx-04"), MUST, NEEDS(MERGED),
      "All buffers of a merged packet become used together")
{
	receive_small(t, d);
	expect(t, packet.visible >= packet.header.num_buffers,
	       "when the first buffer is seen used, all %u are: %u are seen", packet.header.num_buffers,
	       packet.visible);
}

/* Breaks: a receive buffer is expected in one descriptor: the end of the frame is lost. */
CHECK(receive_pieces, "net.receive-pieces", REQ("frame-01"), MUST,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2), "A receive buffer may be cut anywhere")
{
	static const uint32_t cuts[] = { 12, 15, 40, 41 };
	enum { PIECES = 5, TOTAL = 1526 };
	struct virtqueue *queue = &d->queues[VIRTIO_NET_RX];
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];

	if (d->queue_max[VIRTIO_NET_RX] < PIECES)
		skip(t, "the receive virtqueue is too small for a buffer in pieces");
	need_answers(t, d);
	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	net_mac(d, mac);
	net_fill_arp(d, frame, OUR_ADDRESS, GATEWAY);
	/* Buffers are offered one by one, so that other traffic does not matter. */
	for (uint64_t deadline = deadline_in(device_patience_ns), again = 0;;) {
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
			broken(t, "no room for a receive buffer");
		virtqueue_kick(queue);
		while (!WAIT_UNTIL(virtqueue_used_waiting(queue), left_until(again))) {
			require(t, !deadline_passed(deadline), "an answer arrives in a receive buffer of %u pieces",
				PIECES);
			transmit(t, d, frame, sizeof(frame));
			again = deadline_in(device_patience_ns / TRIES);
		}
		done = finish(t, queue, "a receive buffer");
		memset(&packet, 0, sizeof(packet));
		packet.size = done.length < VIRTIO_NET_HDR_BYTES ? 0 : done.length - VIRTIO_NET_HDR_BYTES;
		from = 0;
		for (unsigned i = 1; i < PIECES; i++) {
			memcpy(packet.frame + from, pieces[i].data, pieces[i].size);
			from += pieces[i].size;
		}
		if (is_arp_reply(mac))
			break;
	}
	expect(t, packet.size <= ETHERNET_FRAME_MAX, "the answer is put together from the pieces");
}

/* ---- the control virtqueue (5.1.9.5) ---- */

static struct virtqueue *control_queue(struct device *d)
{
	return &d->queues[VIRTIO_NET_CTRL_WITHOUT_MQ];
}

/* Sends a command with its data in these parts, and returns the ack. Class and command, each part, and the ack have
 * descriptors of their own (5.1.9.8). */
static uint8_t command_parts(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number,
			     const struct segment *parts, unsigned count, uint32_t *length)
{
	uint8_t *head = need_memory(t, dma_alloc(2, 1)), *ack = need_memory(t, dma_alloc(1, 1));
	struct segment segments[4] = { { .data = head, .size = 2 } };
	unsigned used = 1;
	struct completion done;

	head[0] = class;
	head[1] = number;
	*ack = UNWRITTEN;
	for (unsigned i = 0; i < count; i++) {
		segments[used] = parts[i];
		segments[used].data = need_memory(t, dma_alloc(parts[i].size, 1));
		memcpy(segments[used++].data, parts[i].data, parts[i].size);
	}
	segments[used++] = (struct segment){ .data = ack, .size = 1, .writable = true };
	if (virtqueue_add(queue, segments, used, NULL, queue) < 0)
		skip(t, "the control virtqueue has no room for a command in %u descriptors", used);
	virtqueue_kick(queue);
	done = finish(t, queue, "a control command");
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
	start(t, d, features_with(features_with(features, VIRTIO_NET_F_CTRL_VQ), VIRTIO_NET_F_MAC));
}

#define CONTROL(BIT) .type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, BIT)

/* Breaks: OK for a command that does not exist, so that a driver believes it has effect; or no answer at all. */
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

/* Breaks: the used length is 0, or counts the command. A byte too many shows in the guard bytes. */
CHECK(ack_length, "net.ack-length", REQ("net-desc-03"), DESCRIBED,
      NEEDS(.type = VIRTIO_ID_NETWORK, .version = 2, .queues = 2, .features = OFFERS(VIRTIO_NET_F_CTRL_VQ)),
      "A control command is answered with one byte, 0 or 1")
{
	uint32_t length;
	uint8_t ack;

	start_control(t, d, NO_FEATURES);
	ack = command_parts(t, control_queue(d), 0xff, 0, NULL, 0, &length);
	expect(t, ack <= VIRTIO_NET_ERR, "ack is 0 or 1: it is 0x%02x%s", ack,
	       ack == UNWRITTEN ? ", which we put there" : "");
	expect_eq(t, length, 1, "used length of a control command");
}

/* Robustness: commands that are too short or too long. Breaks: the device dies, never answers, or reads behind the
 * data. Whether they get OK is open. */
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
		*ack = UNWRITTEN;
		segments[count++] = (struct segment){ .data = ack, .size = 1, .writable = true };
		virtqueue_add(control_queue(d), segments, count, NULL, d);
		virtqueue_kick(control_queue(d));
		finish(t, control_queue(d), "a control command");
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

/* Breaks: ERR for empty tables, or when both tables are in descriptors of their own. */
CHECK(table_set, "net.mac-table-set", REQ("net-desc-06"), DESCRIBED, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "MAC_TABLE_SET is accepted with empty and filled tables")
{
	start_control(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX));
	expect_eq(t, set_table(t, d, NULL, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET with two empty tables");
	expect_eq(t, set_table(t, d, other_mac, NULL), VIRTIO_NET_OK, "ack with one unicast address");
	expect_eq(t, set_table(t, d, NULL, group_mac), VIRTIO_NET_OK, "ack with one multicast address");
	expect_eq(t, set_table(t, d, other_mac, group_mac), VIRTIO_NET_OK, "ack with one of each");
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

/* Breaks: the command is acknowledged first and carried out later: the driver reads the old address. */
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

		memcpy(want, other_mac, 6);
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

/* Breaks: the bit stays set: the driver announces itself again and again. */
CHECK(announce_ack, "net.announce-ack", REQ("net-ann-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_GUEST_ANNOUNCE)),
      "ANNOUNCE is clear in status once ANNOUNCE_ACK is used")
{
	uint8_t ack;

	if (!device_offers(d, VIRTIO_NET_F_STATUS))
		skip(t, "the device does not offer STATUS beside GUEST_ANNOUNCE");
	start_control(t, d, FEATURES(VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_STATUS));
	if (!(link_status(d) & VIRTIO_NET_S_ANNOUNCE))
		info(t, "nothing was announced before the acknowledgement");
	ack = command(t, control_queue(d), VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, NULL, 0);
	expect(t, ack <= VIRTIO_NET_ERR, "ack is 0 or 1: it is 0x%02x", ack);
	expect_eq(t, link_status(d) & VIRTIO_NET_S_ANNOUNCE, 0, "ANNOUNCE in status after ANNOUNCE_ACK");
}

/* Breaks: ERR for switching off what was never on, or for exactly what was negotiated. */
CHECK(guest_offloads, "net.guest-offloads", REQ("net-desc-06"), DESCRIBED,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS)),
      "GUEST_OFFLOADS_SET accepts no offload, and those that were negotiated")
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

/*
 * Has a frame sent to `to`, then one that surely passes, to our own address or, if `sentinel` says so, to all. Tells
 * whether the first arrived. Without a reflector only untagged unicast frames can be had, as answers to ARP requests
 * from another address.
 */
static bool arrives(struct run *t, struct device *d, const uint8_t *to, int vlan, const uint8_t *sentinel)
{
	enum { PROBE = 0x1111, SENTINEL = 0x2222 };
	struct receiver *rx = &receivers[0];
	uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
	bool reflector = has_reflector(t, d), arrived = false;
	uint64_t deadline;

	net_mac(d, mac);
	if (reflector) {
		ask_reflector(t, d, to, vlan, PROBE, REFLECTED_BYTES);
		ask_reflector(t, d, sentinel ? sentinel : mac, -1, SENTINEL, REFLECTED_BYTES);
	} else {
		net_fill_arp_from(frame, to, OTHER_ADDRESS, GATEWAY);
		transmit(t, d, frame, sizeof(frame));
		net_fill_arp(d, frame, OUR_ADDRESS, GATEWAY);
		transmit(t, d, frame, sizeof(frame));
	}
	deadline = deadline_in(device_patience_ns);
	for (;;) {
		require(t, next_packet(t, rx, deadline), "a frame that the filters let through arrives");
		if (reflector ? is_reflected(PROBE, REFLECTED_BYTES) : is_arp_reply(to))
			arrived = true;
		if (reflector ? is_reflected(SENTINEL, REFLECTED_BYTES) : is_arp_reply(mac))
			return arrived;
	}
}

/* A device with filters that let only our own address pass, and receive buffers. */
static void start_filtering(struct run *t, struct device *d, struct features features)
{
	if (!has_reflector(t, d))
		need_answers(t, d);
	start_control(t, d, features_with(features, VIRTIO_NET_F_CTRL_RX));
	open_plain(t, d);
	require_eq(t, set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0), VIRTIO_NET_OK, "ack of PROMISC off");
}

/* Ends the check if frames to another address cannot be had at all, because the network between does not pass them on.
 */
static void need_other_address(struct run *t, struct device *d, bool by_table)
{
	if (by_table)
		set_table(t, d, other_mac, NULL);
	else
		set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	if (!arrives(t, d, other_mac, -1, NULL))
		skip(t, "no frame for another address arrives, whatever the filters");
	if (by_table)
		set_table(t, d, NULL, NULL);
	else
		set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 0);
}

/* Breaks: the command is acknowledged and forgotten: tcpdump in the guest sees only its own traffic. */
CHECK(promiscuous, "net.promiscuous", REQ("net-filter-02"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "In promiscuous mode a frame to any address arrives")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, true);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect(t, arrives(t, d, other_mac, -1, NULL),
	       "a frame to an address that is not ours arrives in promiscuous mode");
}

/* Breaks: the table takes effect later than the acknowledgement, or never. */
CHECK(table_effective, "net.mac-table-effective", REQ("net-mac-02"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address in the table arrives as soon as MAC_TABLE_SET is used")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, false);
	require_eq(t, set_table(t, d, other_mac, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET");
	expect(t, arrives(t, d, other_mac, -1, NULL), "a frame to an address in the table arrives");
}

/* Breaks: no filter at all: the guest has to sort out what is not for it. */
CHECK(mac_filter, "net.mac-filter", REQ("net-mac-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "A frame to an address that is neither ours nor in the table is dropped")
{
	start_filtering(t, d, NO_FEATURES);
	need_other_address(t, d, false);
	expect(t, !arrives(t, d, other_mac, -1, NULL), "a frame to another address is dropped");
}

/* Breaks: the next guest, or the next driver, hears what the former one asked for. */
CHECK(table_after_reset, "net.mac-table-after-reset", REQ("net-mac-01"), MUST, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "The table is empty after a reset")
{
	start_filtering(t, d, NO_FEATURES);
	if (arrives(t, d, other_mac, -1, NULL))
		skip(t, "the device does not filter");
	require_eq(t, set_table(t, d, other_mac, NULL), VIRTIO_NET_OK, "ack of MAC_TABLE_SET");
	if (!arrives(t, d, other_mac, -1, NULL))
		skip(t, "no frame for another address arrives, whatever the filters");
	start_filtering(t, d, NO_FEATURES);
	expect(t, !arrives(t, d, other_mac, -1, NULL),
	       "a frame to an address that was in the table before the reset is dropped");
}

/* Breaks: multicast stays filtered: no IPv6, no mDNS. */
CHECK(all_multicast, "net.all-multicast", REQ("net-filter-04"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX)),
      "With ALLMULTI on, a multicast frame arrives")
{
	need_reflector(t, d);
	start_filtering(t, d, NO_FEATURES);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, arrives(t, d, group_mac, -1, NULL), "a multicast frame arrives");
}

static void start_extra(struct run *t, struct device *d)
{
	need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_RX_EXTRA));
}

/* Breaks: the command is acknowledged and forgotten. */
CHECK(all_unicast, "net.all-unicast", REQ("net-filter-06"), SHOULD, NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With ALLUNI on, a unicast frame to any address arrives")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, arrives(t, d, other_mac, -1, NULL), "a frame to an address that is not ours arrives");
}

/* Breaks: ALLMULTI wins, or broadcast is taken for multicast. */
CHECK(no_multicast, "net.no-multicast", REQ("net-filter-07", "net-filter-08", "net-filter-09"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With NOMULTI on, multicast frames are dropped, also with ALLMULTI on, and broadcast is not")
{
	start_extra(t, d);
	set_table(t, d, NULL, group_mac);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	expect(t, !arrives(t, d, group_mac, -1, NULL), "a multicast frame to an address in the table is dropped");
	expect(t, arrives(t, d, broadcast_mac, -1, NULL), "a broadcast frame arrives");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !arrives(t, d, group_mac, -1, NULL), "a multicast frame is dropped with ALLMULTI on");
}

/* Breaks: our own address is still let through, or ALLUNI wins. */
CHECK(no_unicast, "net.no-unicast", REQ("net-filter-10", "net-filter-11"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)), "With NOUNI on, unicast frames are dropped, also with ALLUNI on")
{
	uint8_t mac[6];

	start_extra(t, d);
	net_mac(d, mac);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	expect(t, !arrives(t, d, mac, -1, broadcast_mac), "a frame to our own address is dropped");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLUNI, 1);
	expect(t, !arrives(t, d, mac, -1, broadcast_mac), "a frame to our own address is dropped with ALLUNI on");
}

/* Breaks: broadcast is let through with ALLMULTI. */
CHECK(no_broadcast, "net.no-broadcast", REQ("net-filter-12", "net-filter-13"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)),
      "With NOBCAST on, broadcast frames are dropped, also with ALLMULTI on")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	expect(t, !arrives(t, d, broadcast_mac, -1, NULL), "a broadcast frame is dropped");
	set_mode(t, d, VIRTIO_NET_CTRL_RX_ALLMULTI, 1);
	expect(t, !arrives(t, d, broadcast_mac, -1, NULL), "a broadcast frame is dropped with ALLMULTI on");
}

/* Breaks: the other modes win. */
CHECK(promiscuous_wins, "net.promiscuous-wins", REQ("net-filter-03"), SHOULD,
      NEEDS(CONTROL(VIRTIO_NET_F_CTRL_RX_EXTRA)), "Promiscuous mode has effect whatever the other modes")
{
	start_extra(t, d);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOMULTI, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOUNI, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_NOBCAST, 1);
	set_mode(t, d, VIRTIO_NET_CTRL_RX_PROMISC, 1);
	expect(t, arrives(t, d, other_mac, -1, NULL), "a unicast frame arrives with NOUNI on");
	expect(t, arrives(t, d, group_mac, -1, NULL), "a multicast frame arrives with NOMULTI on");
	expect(t, arrives(t, d, broadcast_mac, -1, NULL), "a broadcast frame arrives with NOBCAST on");
}

enum { TAG = 77, OTHER_TAG = 78 };

/* Breaks: tagged frames are dropped for a driver that cannot ask for them. */
CHECK(tags_unfiltered, "net.tags-unfiltered", REQ("net-vlan-01"), MUST, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Without CTRL_VLAN, tagged frames arrive")
{
	uint8_t mac[6];

	need_reflector(t, d);
	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	open_plain(t, d);
	net_mac(d, mac);
	expect(t, arrives(t, d, mac, TAG, NULL), "a frame with tag %u arrives", TAG);
}

static void start_vlan(struct run *t, struct device *d)
{
	uint16_t tag = TAG;

	need_reflector(t, d);
	start_filtering(t, d, FEATURE(VIRTIO_NET_F_CTRL_VLAN));
	require_eq(t, command(t, control_queue(d), VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, &tag, 2),
		   VIRTIO_NET_OK, "ack of VLAN_ADD");
}

#define VLAN \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VLAN)

/* Breaks: the table is looked up with the wrong bits of the tag. */
CHECK(tags_in_table, "net.tags-in-table", REQ("net-vlan-02"), MUST, NEEDS(VLAN),
      "With CTRL_VLAN, frames with a tag in the table arrive")
{
	uint8_t mac[6];

	start_vlan(t, d);
	net_mac(d, mac);
	expect(t, arrives(t, d, mac, TAG, NULL), "a frame with tag %u, which was added, arrives", TAG);
}

/* Breaks: there is no table. */
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

/* ---- large frames ---- */

/* Sends an echo request of `size` bytes to the gateway. */
static void send_echo(struct run *t, struct device *d, const uint8_t gateway_mac[6], uint32_t size, uint16_t number)
{
	static uint8_t frame[ETHERNET_FRAME_MAX];
	uint8_t mac[6];

	net_mac(d, mac);
	net_fill_echo(frame, size, mac, gateway_mac, OUR_ADDRESS, GATEWAY, number);
	transmit(t, d, frame, size);
}

/* Is the packet the answer to such a request, as far as its header tells? */
static bool is_echo(uint32_t size, uint16_t number)
{
	enum { ECHO_REPLY = 0, PROTOCOL_ICMP = 1 };
	const uint8_t *ip = packet.frame + ETHERNET_HEADER_BYTES, *icmp = ip + 20;

	return packet.size >= size && net_get16(packet.frame + 12) == ETHERTYPE_IPV4 && ip[9] == PROTOCOL_ICMP &&
	       icmp[0] == ECHO_REPLY && net_get16(icmp + 6) == number;
}

/* Gets a frame of `size` bytes: reflected, or as an echo. Looks at its content if it comes. */
static bool bounce(struct run *t, struct device *d, struct receiver *rx, const uint8_t gateway_mac[6], uint32_t size,
		   uint16_t number)
{
	uint64_t deadline = deadline_in(device_patience_ns / TRIES);
	uint32_t reflected = size - ETHERNET_HEADER_BYTES;
	bool reflector = d->peer[PEER_REFLECTOR] == PEER_ANSWERS;
	uint8_t mac[6];

	net_mac(d, mac);
	if (reflector)
		ask_reflector(t, d, mac, -1, number, reflected);
	else
		send_echo(t, d, gateway_mac, size, number);
	while (next_packet(t, rx, deadline)) {
		const uint8_t *icmp = packet.frame + ETHERNET_HEADER_BYTES + 20;

		if (reflector && is_reflected(number, reflected))
			return true;
		if (reflector || !is_echo(size, number))
			continue;
		expect_eq(t, net_checksum(icmp, size - ETHERNET_HEADER_BYTES - 20), 0,
			  "checksum over an echo of %u bytes", size);
		return true;
	}
	return false;
}

/* The largest frame that the other end can be made to send us. */
static uint32_t largest_bounce(struct device *d)
{
	return d->peer[PEER_REFLECTOR] == PEER_ANSWERS ? ETHERNET_FRAME_MAX - ETHERNET_HEADER_BYTES
						       : ETHERNET_FRAME_MAX;
}

/* Starts the plainest device and gets a small frame, or ends the check. */
static struct receiver *need_bounce(struct run *t, struct device *d, uint8_t gateway_mac[6])
{
	struct receiver *rx;

	need_answers(t, d);
	has_reflector(t, d);
	start(t, d, FEATURE(VIRTIO_NET_F_MAC));
	rx = open_plain(t, d);
	require_answer(t, d, rx, "before a large frame");
	memcpy(gateway_mac, packet.frame + 6, 6);
	if (!bounce(t, d, rx, gateway_mac, 98, 1))
		skip(t, "the other end neither reflects frames nor answers echo requests");
	return rx;
}

/* Breaks: the end of a large frame is lost, in one direction or the other; the first large page load hangs. */
CHECK(large_frames, "net.large-frames", REQ("net-desc-05"), DESCRIBED, NEEDS(.type = VIRTIO_ID_NETWORK, .queues = 2),
      "Frames of up to 1514 bytes go out and come in unchanged")
{
	static const uint32_t sizes[] = { 99, 590, 1023, 1024, 1499, 1500, 1513, 1514 };
	unsigned answered = 0;
	uint8_t gateway_mac[6];
	struct receiver *rx = need_bounce(t, d, gateway_mac);

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && sizes[i] <= largest_bounce(d); i++)
		if (bounce(t, d, rx, gateway_mac, sizes[i], (uint16_t)(2 + i)))
			answered++;
		else
			info(t, "no frame of %u bytes comes back: the network may be for smaller ones", sizes[i]);
	if (!answered)
		skip(t, "no frame larger than 98 bytes comes back");
	expect(t, answered, "large frames come back");
}

/* Breaks: with many buffers a packet, counts or lengths go wrong. What comes back in large buffers must in small ones.
 */
CHECK(merged_large, "net.merged-large", REQ("net-rx-02", "net-rx-03"), MUST, NEEDS(MERGED),
      "A large frame arrives whole in small buffers")
{
	enum { BUFFER = 128 };
	uint32_t size;
	uint8_t gateway_mac[6];
	struct receiver *rx;

	if (d->queue_max[VIRTIO_NET_RX] < RX_MOST / 2)
		skip(t, "needs a receive virtqueue of %u entries, the device has %u", RX_MOST / 2,
		     d->queue_max[VIRTIO_NET_RX]);
	rx = need_bounce(t, d, gateway_mac);
	size = largest_bounce(d);
	if (!bounce(t, d, rx, gateway_mac, size, 2))
		skip(t, "no frame of %u bytes comes back", size);
	start_with_size(t, d, with_mac(VIRTIO_NET_F_MRG_RXBUF), RX_MOST / 2);
	open_receiver(t, d, rx, &d->queues[VIRTIO_NET_RX], BUFFER);
	require(t,
		bounce(t, d, rx, gateway_mac, size, 3) || bounce(t, d, rx, gateway_mac, size, 4) ||
			bounce(t, d, rx, gateway_mac, size, 5),
		"a frame of %u bytes arrives in buffers of %u", size, BUFFER);
	expect_eq(t, packet.header.num_buffers, (packet.size + VIRTIO_NET_HDR_BYTES + BUFFER - 1) / BUFFER,
		  "num_buffers of %u bytes in buffers of %u", packet.size + VIRTIO_NET_HDR_BYTES, BUFFER);
	for (unsigned i = 0; i + 1 < packet.buffers; i++)
		expect_eq(t, packet.used[i], BUFFER, "used length of buffer %u of %u", i + 1, packet.buffers);
}

/* ---- multiqueue (5.1.9.5.6) ---- */

enum { PAIRS = 4 };

static struct {
	struct virtqueue receive[PAIRS], transmit[PAIRS], control;
	unsigned pairs;
} many;

/* Starts with MQ accepted: so many pairs as we take, and the control virtqueue behind all that there are. */
static void start_many(struct run *t, struct device *d)
{
	uint32_t pairs;

	require_ok(t, device_reset(d), "the device resets");
	device_greet(d);
	require_ok(t, device_negotiate(d, features_with(with_mac(VIRTIO_NET_F_MQ), VIRTIO_NET_F_CTRL_VQ)),
		   "the features are accepted");
	pairs = config_read(&d->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2);
	if (pairs < 2)
		skip(t, "the device has one pair of virtqueues");
	if (pairs > UINT16_MAX / 2)
		skip(t, "the control virtqueue has index %u", 2 * pairs);
	many.pairs = pairs < PAIRS ? pairs : PAIRS;
	if (transport_is_legacy(&d->transport))
		reg_write(&d->transport, VIRTIO_MMIO_GUEST_PAGE_SIZE, LEGACY_PAGE);
	for (uint16_t i = 0; i < many.pairs; i++) {
		require_ok(t, device_setup_queue_in(d, &many.receive[i], 2 * i, DEVICE_QUEUE_SIZE),
			   "receive virtqueue %u is set up", i);
		require_ok(t, device_setup_queue_in(d, &many.transmit[i], 2 * i + 1, DEVICE_QUEUE_SIZE),
			   "transmit virtqueue %u is set up", i);
	}
	require_ok(t, device_setup_queue_in(d, &many.control, (uint16_t)(2 * pairs), DEVICE_QUEUE_SIZE),
		   "the control virtqueue is set up");
	d->queues[VIRTIO_NET_TX] = many.transmit[0]; /* where transmit() sends */
	device_go(d);
	for (unsigned i = 0; i < many.pairs; i++)
		open_receiver(t, d, &receivers[i], &many.receive[i], RX_BYTES);
}

static uint8_t set_pairs(struct run *t, uint16_t pairs)
{
	return command(t, &many.control, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &pairs, 2);
}

#define MULTIQUEUE \
	.type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, VIRTIO_NET_F_MQ)

/* Breaks: ERR for a number of pairs that exist. What 0 and more than there are get is open: a driver must not ask for
 * them. */
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

static bool any_packet(void)
{
	for (unsigned i = 0; i < many.pairs; i++)
		if (virtqueue_used_waiting(receivers[i].queue))
			return true;
	return false;
}

/* Gets some packets and looks that the virtqueues from `first` on have none. */
static void expect_quiet_from(struct run *t, struct device *d, unsigned first, const char *when)
{
	enum { ROUNDS = 4 };

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint8_t frame[ETHERNET_FRAME_MIN], mac[6];
		uint64_t deadline = deadline_in(device_patience_ns);
		bool answered = false;

		net_mac(d, mac);
		net_fill_arp(d, frame, OUR_ADDRESS, GATEWAY);
		transmit(t, d, frame, sizeof(frame));
		while (!answered && WAIT_UNTIL(any_packet(), left_until(deadline)))
			for (unsigned i = 0; i < many.pairs; i++) {
				if (!take_packet(t, &receivers[i]))
					continue;
				if (!expect(t, i < first, "no packet in receive virtqueue %u %s", i + 1, when))
					return;
				answered |= is_arp_reply(mac);
			}
		expect(t, answered, "an answer arrives %s", when);
	}
}

/* Breaks: packets are spread over all virtqueues before the driver looks at more than the first: some are never seen.
 */
CHECK(pairs_default, "net.pairs-default", REQ("net-mq-01"), MUST, NEEDS(MULTIQUEUE),
      "After initialisation packets arrive in the first receive virtqueue only")
{
	need_answers(t, d);
	start_many(t, d);
	expect_quiet_from(t, d, 1, "before VQ_PAIRS_SET");
}

/* Breaks: steering remembers the virtqueues of before. */
CHECK(pairs_fewer, "net.pairs-fewer", REQ("net-mq-02"), MUST, NEEDS(MULTIQUEUE),
      "No packet arrives in virtqueues beyond the number that was set")
{
	need_answers(t, d);
	start_many(t, d);
	for (uint16_t i = (uint16_t)many.pairs; i >= 1; i--) {
		require_eq(t, set_pairs(t, i), VIRTIO_NET_OK, "ack of VQ_PAIRS_SET with %u", i);
		expect_quiet_from(t, d, i, "after VQ_PAIRS_SET with fewer pairs");
	}
}
