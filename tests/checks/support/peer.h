/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's side of the peer protocol (docs/peer.md): asks the other end for frames and for reports. */
#ifndef TESTS_CHECKS_SUPPORT_PEER_H
#define TESTS_CHECKS_SUPPORT_PEER_H

#include "drivers/spec/peer.h"
#include "tests/checks/support/packet.h"
#include "tests/checks/support/wire.h"

/* Whether the other end keeps the protocol. The first call finds out, and leaves the device in a life of its own. */
bool peer_found(struct run *t, struct device *d);
/* Ends the check unless it does. */
void peer_need(struct run *t, struct device *d);

/* The largest frame that goes over the wire without segmentation: 1514 bytes, or less with a smaller mtu. */
uint32_t peer_largest_frame(struct device *d);

/* Frames that the peer is to send. */
struct peer_order {
	const uint8_t *head; /* the beginning of each frame */
	uint32_t head_bytes, size;
	uint16_t number, count, mss;
	uint8_t flags; /* PEER_COMPLETE, PEER_OFFLOAD */
};
void peer_send(struct run *t, struct device *d, const struct peer_order *order);
/* The same for numbered frames (wire_is_numbered()) of `payload` bytes to `to`. */
void peer_send_numbered(struct run *t, struct device *d, const uint8_t to[6], uint16_t number, uint16_t count,
			uint32_t payload);
/* The same for a packet, which the peer completes. */
void peer_send_packet(struct run *t, struct device *d, const struct packet *packet, uint8_t flags, uint16_t mss);

/* A packet to us from the peer, and one from us that is reported. Both of TCP or UDP, with `payload` bytes. */
struct packet peer_packet_in(struct device *d, bool v6, uint8_t protocol, uint32_t payload);
struct packet peer_packet_out(struct device *d, bool v6, uint8_t protocol, uint32_t payload);

/* Writes a frame of `size` bytes, PEER_REPORT_LEAST or more, that the peer is to report. */
enum { PEER_REPORT_LEAST = 60 };
void peer_fill_report(struct device *d, uint8_t *frame, uint32_t size, uint16_t number);

/* The peer's report of a frame, if that is what arrived last. */
struct peer_report {
	uint16_t number;
	uint32_t size, adler32, head;
	const uint8_t *bytes; /* the first `head` */
};
bool peer_is_report(struct peer_report *report);

/*
 * Takes packets until a report of number `number` comes, which is then in *report. False: none before the patience
 * ends.
 */
bool peer_next_report(struct run *t, struct wire_receiver *rx, uint16_t number, struct peer_report *report,
		      struct patience *patience);

#endif
