/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames as bytes: fields, layers, checksums, segments. Nothing here knows of queues. */
#ifndef MODEL_NET_FRAME_H
#define MODEL_NET_FRAME_H

#include "model/model.h"

enum { MODEL_MAC_BYTES = 6, MODEL_IPV4_BYTES = 20, MODEL_IPV6_BYTES = 40 };
enum { MODEL_ICMP = 1, MODEL_TCP = 6, MODEL_UDP = 17, MODEL_ICMPV6 = 58 };

/* Big-endian fields. */
static inline uint16_t model_be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t model_be32(const uint8_t *at)
{
	return (uint32_t)model_be16(at) << 16 | model_be16(at + 2);
}

static inline void model_to_be(uint8_t *at, unsigned width, uint32_t value)
{
	while (width--) {
		at[width] = (uint8_t)value;
		value >>= 8;
	}
}

/* Where the layers of an IP packet are. */
struct model_layers {
	uint32_t network, transport, payload, end; /* offsets in the frame */
	uint8_t protocol;
	bool v6, fragment;
};

/* False: no IPv4 or IPv6 packet, one with extension headers, or one that is longer than the frame. */
bool model_net_layers(const uint8_t *frame, uint32_t length, struct model_layers *l);

/* The offset of the checksum in the transport header; 0: a protocol that we do not know. */
uint32_t model_net_checksum_at(const struct model_layers *l);

/* Sets lengths and the IPv4 header's checksum for a frame of LENGTH bytes. */
void model_net_set_lengths(uint8_t *frame, uint32_t length, const struct model_layers *l);
/* Sets the transport checksum, or with PARTIAL the sum of the pseudo header in its place. */
void model_net_set_checksum(uint8_t *frame, const struct model_layers *l, bool partial);
/* Is the transport checksum right? */
bool model_net_checksum_right(const uint8_t *frame, const struct model_layers *l);

/* 5.1.9.2: stores the ones' complement sum from START to the end at AT. */
void model_net_complete(uint8_t *frame, uint32_t length, uint32_t start, uint32_t at);

/*
 * Writes segment INDEX of a frame to OUT, MODEL_NET_PACKET_BYTES at most, with lengths and checksums. Returns its
 * length. 0: there is no such segment, or the frame cannot be cut as LEFT says.
 */
uint32_t model_net_segment(const struct model *m, const uint8_t *frame, uint32_t length,
			   const struct virtio_net_header *left, uint32_t index, uint8_t *out);

#endif
