/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the checks of network devices: packets out, packets in, and the other end of the wire.
 *
 * Reception can only be judged if somebody sends something. Two kinds of other end are useful:
 *   - one that answers ARP requests for 10.0.2.2 from 10.0.2.15: the gateway of user-mode networking, or any machine
 *     that was given the address;
 *   - a reflector, which takes what follows the Ethernet header of a frame of type 0x88b6 and sends it back as a frame:
 *     for broadcasts, multicasts and tags.
 *
 * Which of them there is, is found out once for each device, with the fewest features. What works then must also work
 * with other features.
 */
#ifndef TESTS_CHECKS_SUPPORT_WIRE_H
#define TESTS_CHECKS_SUPPORT_WIRE_H

#include "drivers/types/net.h"
#include "tests/framework/check.h"

enum {
	WIRE_OUR_ADDRESS = 0x0a00020f,	 /* 10.0.2.15 */
	WIRE_OTHER_ADDRESS = 0x0a00024d, /* 10.0.2.77 */
	WIRE_GATEWAY = 0x0a000202,	 /* 10.0.2.2 */
	WIRE_TRIES = 3,			 /* how often a request is repeated within device_patience_ns */
	WIRE_RECEIVERS = 4,
	WIRE_BUFFERS = 64,
	WIRE_BUFFER_BYTES = 2048, /* 5.1.9.3.1 asks for 1526 */
	WIRE_FRAME_BYTES = 2048,
	WIRE_PACKET_BYTES = 65536 + 64, /* with segmentation offload; 5.1.9.3.1 asks for buffers of 65601 */
};

/* A MAC address that is not ours, a multicast one, and the broadcast address. */
extern const uint8_t wire_other_mac[6], wire_group_mac[6], wire_broadcast_mac[6];

/* Starts the device with these features and MAC, with virtqueues of `size` entries (0: the usual size). */
void wire_start_sized(struct run *t, struct device *d, struct features features, uint16_t size);
void wire_start(struct run *t, struct device *d, struct features features);

/* Sends a packet in these pieces, header first. Returns the used length. */
uint32_t wire_transmit_pieces(struct run *t, struct device *d, const struct segment *pieces, unsigned count);
/*
 * Sends a frame behind a header of `header_bytes` bytes, which come from `header` or are zero (NULL). Header and
 * frame share one descriptor; on the legacy layout each has its own (5.1.9.8).
 */
uint32_t wire_transmit_behind(struct run *t, struct device *d, const struct virtio_net_header *header,
			      uint32_t header_bytes, const uint8_t *frame, uint32_t size);
uint32_t wire_transmit(struct run *t, struct device *d, const uint8_t *frame, uint32_t size);

/* How receive buffers are cut into descriptors. All zero: not at all, but on the legacy layout between header and frame
 * (5.1.9.8). */
enum { WIRE_PIECES_MAX = 8 };
struct wire_shape {
	unsigned pieces; /* each buffer is cut at random into so many */
	bool indirect;
};

/* Receive buffers in one virtqueue. */
struct wire_receiver {
	struct device *device;
	struct virtqueue *queue;
	uint32_t header, size; /* bytes of the packet header, and of a buffer */
	unsigned count;
	struct wire_shape shape;
	bool obey;	       /* notify the device of buffers only when it asks for that (2.7.10.1) */
	uint64_t offloads_off; /* guest offloads that GUEST_OFFLOADS_SET has switched off, by feature bit */
};
/* Fills the virtqueue with buffers of `size` bytes. `index`: which receiver to use. */
struct wire_receiver *wire_open(struct run *t, struct device *d, unsigned index, struct virtqueue *queue,
				uint32_t size);
/* The same with `count` buffers at most. */
struct wire_receiver *wire_open_some(struct run *t, struct device *d, unsigned index, struct virtqueue *queue,
				     uint32_t size, unsigned count);
struct wire_receiver *wire_open_shaped(struct run *t, struct device *d, unsigned index, struct virtqueue *queue,
				       uint32_t size, unsigned count, struct wire_shape shape);
/* Large buffers in the first receive virtqueue. */
struct wire_receiver *wire_open_plain(struct run *t, struct device *d);

/* The packet that came last. */
struct wire_packet {
	struct virtio_net_header header;
	uint32_t size; /* of the frame */
	unsigned buffers;
	unsigned visible;	     /* used entries that were visible when the first one was */
	uint32_t used[WIRE_BUFFERS]; /* used length of each buffer */
	uint8_t raw[VIRTIO_NET_HDR_HASH_BYTES + WIRE_PACKET_BYTES]; /* header and frame as they stood in memory */
	const uint8_t *frame;					    /* in raw */
};
extern struct wire_packet wire_packet;

/*
 * Takes a packet if one has arrived, with all of its buffers if MRG_RXBUF was accepted, and judges its header
 * (received.h). Makes the buffers available again.
 */
bool wire_take(struct run *t, struct wire_receiver *rx);
/* Takes the next packet; false if none comes before the patience ends. */
bool wire_next(struct run *t, struct wire_receiver *rx, struct patience *patience);

/* Is the packet the gateway's answer to an ARP request of this MAC address? */
bool wire_is_answer(const uint8_t mac[6]);
/* The same, with the frame behind a header of `header_bytes` bytes. */
bool wire_is_answer_behind(uint32_t header_bytes, const uint8_t mac[6]);
/*
 * Sends the gateway ARP requests until it answers; true with the answer in wire_packet. The header is as for
 * wire_transmit_behind().
 */
bool wire_ask_behind(struct run *t, struct device *d, struct wire_receiver *rx, const struct virtio_net_header *header,
		     uint32_t header_bytes);
bool wire_ask(struct run *t, struct device *d, struct wire_receiver *rx);

enum wire_peer {
	WIRE_UNKNOWN,
	WIRE_SILENT,
	WIRE_ANSWERS,
	WIRE_ANSWERS_SHIFTED, /* only if we send a header of another size */
	WIRE_ARRIVES_SHIFTED, /* but the answer stands behind a header of another size */
	WIRE_ARRIVES_APART,   /* but a header came in a buffer without its frame */
};
/* Whether the other end answers ARP requests. The first call finds out. */
enum wire_peer wire_peer(struct run *t, struct device *d);
/* Ends the check unless it does, and in the right way. */
void wire_need_answers(struct run *t, struct device *d);
/* Requires an answer, because one came to the device with the fewest features. */
void wire_require_answer(struct run *t, struct device *d, struct wire_receiver *rx, const char *with);

/* What is known of the peer protocol: for peer.h, which finds it out. */
enum wire_peer *wire_known_protocol(const struct device *d);

/*
 * How long to wait for a frame that was asked for, the first time (`tried` 0) and again: at first a little more than
 * frames took lately, since this one may be lost, and in the end as long as a device may take. wire_took() says how
 * long one took.
 */
enum { WIRE_ASKS = 6 };
struct patience wire_patience(unsigned tried);
void wire_took(uint64_t nanoseconds);
/* Is the link up, as far as a driver can know? */
bool wire_link_up(struct device *d);
/* Waits a while until it is, because frames are lost meanwhile. */
void wire_await_link(struct run *t, struct device *d);
/*
 * Sends up to three frames that nobody acts on. A device may lose every second frame, or its link may come and go with
 * each: what is asked for again must not meet the same fate each time.
 */
void wire_shake(struct run *t, struct device *d);

bool wire_has_reflector(struct run *t, struct device *d);
/* Ends the check if there is no reflector. */
void wire_need_reflector(struct run *t, struct device *d);
/* Makes the reflector send us a frame of up to 1500 bytes. */
void wire_reflect(struct run *t, struct device *d, const uint8_t *frame, uint32_t size);

/* A numbered frame with `payload` bytes behind its Ethernet header and, if vlan is not negative, its tag. */
enum { WIRE_PAYLOAD = 46 };
void wire_reflect_numbered(struct run *t, struct device *d, const uint8_t to[6], int vlan, uint16_t number,
			   uint32_t payload);
/* Writes such a frame to memory, and returns its size. */
uint32_t wire_fill_numbered(uint8_t *frame, const uint8_t to[6], int vlan, uint16_t number, uint32_t payload);
/*
 * Makes such a frame come from the other end by a stimulus, without a request through the device. False: the device did
 * not take it.
 */
bool wire_send_us(struct device *d, uint16_t number, uint32_t payload);
/* Is the packet that frame? Only its number and size are compared. */
bool wire_is_numbered(uint16_t number, uint32_t payload);
/* The offset where the payload of such a frame differs from what was sent, or `payload`. */
uint32_t wire_damage(uint16_t number, uint32_t payload);

#endif
