/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small network stack for the checks of network devices: builds frames with IPv4 or IPv6, UDP or TCP in them, and
 * finds the parts and the checksums of frames that came. No device is involved.
 */
#ifndef TESTS_CHECKS_SUPPORT_PACKET_H
#define TESTS_CHECKS_SUPPORT_PACKET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACKET_TCP = 6,
	PACKET_UDP = 17,
	PACKET_IPV4_BYTES = 20,
	PACKET_IPV6_BYTES = 40,
	PACKET_TCP_BYTES = 20,
	PACKET_UDP_BYTES = 8,
	PACKET_TAG_BYTES = 4,
	PACKET_OPTION_BYTES = 4,
	PACKET_HEADERS_MAX = 14 + PACKET_TAG_BYTES + PACKET_IPV6_BYTES + PACKET_TCP_BYTES,
	PACKET_BYTES_MAX = 65536 + 64, /* room for any packet, with its Ethernet header and tag */
	PACKET_TCP_FIN = 1,
	PACKET_TCP_PUSH = 8,
	PACKET_TCP_ACK = 16,
	PACKET_TCP_CWR = 0x80,
};

enum packet_checksum {
	PACKET_COMPLETE,
	PACKET_PARTIAL, /* the sum of the pseudo header, for NEEDS_CSUM */
	PACKET_WRONG,
};

/* What to build. Addresses are those of IPv4, in host order; for IPv6 they are the last four bytes behind fd54:53::. */
struct packet {
	uint8_t to[6], from[6];
	bool tagged;
	uint16_t tag; /* with tagged: the VLAN tag */
	bool v6;
	bool options;	  /* IPv4: four bytes of options, which mean nothing */
	uint8_t protocol; /* PACKET_TCP or PACKET_UDP */
	uint8_t tcp_flags;
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint32_t sequence; /* TCP */
	uint16_t identification;
	uint16_t number;  /* the payload is PEER_BYTE(number, i) */
	uint32_t payload; /* its bytes */
	enum packet_checksum checksum;
};

/* Bytes of all headers, and of those before that of UDP or TCP. */
uint32_t packet_headers(const struct packet *packet);
uint32_t packet_transport(const struct packet *packet);
/* Where the checksum is in the UDP or TCP header. */
uint32_t packet_checksum_offset(const struct packet *packet);
/* "TCP over IPv4" and the like, for the report. */
const char *packet_kind(const struct packet *packet);
/* Writes the frame, and returns its size. */
uint32_t packet_fill(const struct packet *packet, uint8_t *frame);

/* The parts of a frame that came: offsets in it. */
struct packet_parts {
	const uint8_t *frame;
	uint32_t network, transport, payload, end; /* end: of the IP packet; padding may follow */
	uint8_t protocol;
	bool v6;
	uint32_t fragment; /* offset of a fragment in its datagram */
	bool more_fragments;
};
/* False: no IPv4 or IPv6 packet with TCP or UDP, or one that contradicts itself or the size of the frame. `head` bytes
 * of the frame are there; `size` is its size. */
bool packet_find(struct packet_parts *parts, const uint8_t *frame, uint32_t head, uint32_t size);
/* Is the IPv4 header's checksum right (always, for IPv6)? Is that of UDP or TCP? The whole frame must be there. */
bool packet_header_sum_right(const struct packet_parts *parts);
bool packet_sum_right(const struct packet_parts *parts);
/* What a partial checksum must be: the sum of the pseudo header. */
uint16_t packet_pseudo_sum(const struct packet_parts *parts);

/* Fills in PEER_BYTE(number, i) for i from `from` on. */
void packet_pattern(uint8_t *bytes, uint16_t number, uint32_t from, uint32_t count);
/* The first of `count` bytes that differs from the pattern, or `count`. */
uint32_t packet_pattern_damage(const uint8_t *bytes, uint16_t number, uint32_t from, uint32_t count);

/* As zlib's adler32(). */
uint32_t packet_adler32(const uint8_t *bytes, uint32_t size);

#endif
