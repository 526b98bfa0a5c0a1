// SPDX-License-Identifier: BSD-2-Clause
#include "tests/checks/support/peer.h"

#include "firmware/lib/string.h"

uint32_t peer_largest_frame(struct device *d)
{
	enum { MTU_MOST = ETHERNET_FRAME_MAX - ETHERNET_HEADER_BYTES, MTU_LEAST = 68 };
	uint32_t mtu = MTU_MOST;

	if (device_offers(d, VIRTIO_NET_F_MTU))
		mtu = config_read(&d->transport, VIRTIO_NET_CONFIG_MTU, 2);
	if (mtu < MTU_LEAST) /* which net.mtu-range judges */
		mtu = MTU_LEAST;
	return ETHERNET_HEADER_BYTES + (mtu < MTU_MOST ? mtu : MTU_MOST);
}

static uint8_t *put_command(struct device *d, uint8_t *frame, uint8_t command, uint16_t number)
{
	uint8_t *body = frame + ETHERNET_HEADER_BYTES;

	net_fill_experimental(d, frame, 0);
	net_put16(frame + 12, ETHERTYPE_REFLECT);
	memset(body, 0, ETHERNET_FRAME_MIN - ETHERNET_HEADER_BYTES);
	net_put32(body, PEER_MAGIC);
	body[PEER_COMMAND] = command;
	net_put16(body + PEER_NUMBER, number);
	return body;
}

void peer_send(struct run *t, struct device *d, const struct peer_order *order)
{
	uint8_t frame[ETHERNET_HEADER_BYTES + PEER_SEND_BYTES + PACKET_HEADERS_MAX];
	uint8_t *body = put_command(d, frame, PEER_SEND, order->number);

	if (order->head_bytes > PACKET_HEADERS_MAX)
		abort_check(t, "a head of %u bytes is too long", order->head_bytes);
	body[PEER_FLAGS] = order->flags;
	net_put16(body + PEER_SEND_COUNT, order->count);
	net_put16(body + PEER_SEND_MSS, order->mss);
	net_put32(body + PEER_SEND_SIZE, order->size);
	net_put16(body + PEER_SEND_HEAD, (uint16_t)order->head_bytes);
	memcpy(body + PEER_SEND_BYTES, order->head, order->head_bytes);
	wire_transmit(t, d, frame,
		      ETHERNET_HEADER_BYTES + PEER_SEND_BYTES +
			      (order->head_bytes < 26 ? 26 : order->head_bytes)); /* at least ETHERNET_FRAME_MIN */
}

void peer_send_numbered(struct run *t, struct device *d, const uint8_t to[6], uint16_t number, uint16_t count,
			uint32_t payload)
{
	uint8_t head[ETHERNET_HEADER_BYTES];

	wire_fill_numbered(head, to, -1, number, 0);
	peer_send(t, d,
		  &(struct peer_order){ .head = head,
					.head_bytes = ETHERNET_HEADER_BYTES,
					.size = ETHERNET_HEADER_BYTES + payload,
					.number = number,
					.count = count });
}

void peer_send_packet(struct run *t, struct device *d, const struct packet *packet, uint8_t flags, uint16_t mss)
{
	uint8_t head[PACKET_HEADERS_MAX];
	struct packet empty = *packet;

	empty.payload = 0;
	packet_fill(&empty, head);
	peer_send(t, d,
		  &(struct peer_order){ .head = head,
					.head_bytes = packet_headers(packet),
					.size = packet_headers(packet) + packet->payload,
					.number = packet->number,
					.count = 1,
					.mss = mss,
					.flags = (uint8_t)(flags | PEER_COMPLETE) });
}

/* Ports that nobody listens on. */
enum { OUR_PORT = 0x5453, PEER_PORT = 0x5454 };

struct packet peer_packet_in(struct device *d, bool v6, uint8_t protocol, uint32_t payload)
{
	struct packet packet = {
		.v6 = v6,
		.protocol = protocol,
		.tcp_flags = PACKET_TCP_ACK | PACKET_TCP_PUSH,
		.source = PEER_GATEWAY,
		.destination = WIRE_OUR_ADDRESS,
		.source_port = PEER_PORT,
		.destination_port = OUR_PORT,
		.sequence = 0x10000000,
		.payload = payload,
	};

	net_mac(d, packet.to);
	memcpy(packet.from, wire_other_mac, 6);
	return packet;
}

struct packet peer_packet_out(struct device *d, bool v6, uint8_t protocol, uint32_t payload)
{
	struct packet packet = peer_packet_in(d, v6, protocol, payload);

	memcpy(packet.from, packet.to, 6);
	memcpy(packet.to, wire_other_mac, 6);
	packet.source = WIRE_OUR_ADDRESS;
	packet.destination = PEER_REPORTED;
	packet.source_port = OUR_PORT;
	packet.destination_port = PEER_PORT;
	return packet;
}

void peer_fill_report(struct device *d, uint8_t *frame, uint32_t size, uint16_t number)
{
	enum { FILLED = ETHERNET_HEADER_BYTES + PEER_NUMBER + 2 };

	put_command(d, frame, PEER_REPORT, number);
	packet_pattern(frame + FILLED, number, 0, size - FILLED);
}

bool peer_is_report(struct peer_report *report)
{
	const uint8_t *body = wire_packet.frame + ETHERNET_HEADER_BYTES;
	enum { LEAST = ETHERNET_HEADER_BYTES + PEER_REPORTS_BYTES };

	if (wire_packet.size < LEAST || net_get16(wire_packet.frame + 12) != ETHERTYPE_REFLECT ||
	    net_get32(body) != PEER_MAGIC || body[PEER_COMMAND] != PEER_REPORTS)
		return false;
	*report = (struct peer_report){
		.number = net_get16(body + PEER_NUMBER),
		.size = net_get32(body + PEER_REPORTS_SIZE),
		.adler32 = net_get32(body + PEER_REPORTS_ADLER32),
		.head = net_get16(body + PEER_REPORTS_HEAD),
		.bytes = body + PEER_REPORTS_BYTES,
	};
	return report->head <= PEER_REPORTS_MAX && report->head <= report->size &&
	       report->head <= wire_packet.size - LEAST;
}

bool peer_next_report(struct run *t, struct wire_receiver *rx, uint16_t number, struct peer_report *report,
		      struct patience *patience)
{
	while (wire_next(t, rx, patience))
		if (peer_is_report(report) && report->number == number)
			return true;
	return false;
}

static bool find_peer(struct run *t, struct device *d)
{
	enum { NUMBER = 0x7e59 };
	bool answers = wire_peer(t, d) == WIRE_ANSWERS;
	uint8_t frame[PEER_REPORT_LEAST], arp[ETHERNET_FRAME_MIN], mac[6];
	struct peer_report report;
	struct wire_receiver *rx;

	if (!answers)
		return false;
	wire_start(t, d, NO_FEATURES);
	rx = wire_open_plain(t, d);
	net_mac(d, mac);
	net_fill_arp(d, arp, WIRE_OUR_ADDRESS, WIRE_GATEWAY);
	for (unsigned i = 0; i < WIRE_TRIES; i++) {
		struct patience patience = patience_begin(device_patience_ns / WIRE_TRIES);

		unsigned arp_answers = 0;

		/* The second answer bounds the wait: both were asked for later, and only one frame is overtaken. */
		peer_fill_report(d, frame, sizeof(frame), NUMBER);
		wire_transmit(t, d, frame, sizeof(frame));
		wire_transmit(t, d, arp, sizeof(arp));
		wire_transmit(t, d, arp, sizeof(arp));
		while (arp_answers < 2 && wire_next(t, rx, &patience)) {
			if (peer_is_report(&report) && report.number == NUMBER)
				return true;
			arp_answers += wire_is_answer(mac);
		}
	}
	return false;
}

bool peer_found(struct run *t, struct device *d)
{
	enum wire_peer *known = wire_known_protocol(d);

	/* A report is a frame, too. */
	if (peer_largest_frame(d) < ETHERNET_HEADER_BYTES + PEER_REPORTS_BYTES + PEER_REPORTS_MAX)
		return false;
	if (*known == WIRE_UNKNOWN)
		*known = find_peer(t, d) ? WIRE_ANSWERS : WIRE_SILENT;
	return *known == WIRE_ANSWERS;
}

void peer_need(struct run *t, struct device *d)
{
	wire_need_answers(t, d);
	if (!peer_found(t, d))
		skip(t, "the other end does not keep the peer protocol (docs/peer.md), or mtu is too small for it");
}
