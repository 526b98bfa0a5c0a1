/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the checks of network devices share: packets out, packets in, and the other end of the wire.
 *
 * What arrives can only be judged if somebody sends something. Two kinds of other end are of use:
 *   - one that answers ARP requests for 10.0.2.2 from 10.0.2.15: the gateway of user-mode networking, or any machine
 * that was given the address;
 *   - a reflector, which sends back what follows the Ethernet header of a frame of type 0x88b6 as a frame of its own:
 * for broadcasts, multicasts and tags. Whether they are there is found out once for each device, on the plainest of
 * devices. What works there has to work elsewhere.
 */
#ifndef TESTS_CONFORMANCE_WIRE_H
#define TESTS_CONFORMANCE_WIRE_H

#include "drivers/types/net.h"
#include "tests/framework/check.h"

enum {
	WIRE_OUR_ADDRESS = 0x0a00020f,	 /* 10.0.2.15 */
	WIRE_OTHER_ADDRESS = 0x0a00024d, /* 10.0.2.77 */
	WIRE_GATEWAY = 0x0a000202,	 /* 10.0.2.2 */
	WIRE_TRIES = 3,			 /* how often a question is asked within the patience */
	WIRE_RECEIVERS = 4,
	WIRE_BUFFERS = 64,
	WIRE_BUFFER_BYTES = 2048, /* 5.1.9.3.1 asks for 1526 */
	WIRE_FRAME_BYTES = 2048,
};

/* A MAC address that is not ours, a multicast one, and the broadcast address. */
extern const uint8_t wire_other_mac[6], wire_group_mac[6], wire_broadcast_mac[6];

/* The device with these features beside MAC, live, with virtqueues of `size` entries (0: the usual). */
void wire_start_sized(struct run *t, struct device *d, struct features features, uint16_t size);
void wire_start(struct run *t, struct device *d, struct features features);

/* Sends a packet in these pieces, header first. Returns the used length. */
uint32_t wire_transmit_pieces(struct run *t, struct device *d, const struct segment *pieces, unsigned count);
/*
 * Sends a frame behind a header of so many bytes, from `header` on or zeroes (null). One descriptor; on the legacy
 * layout the header has its own (5.1.9.8).
 */
uint32_t wire_transmit_behind(struct run *t, struct device *d, const struct virtio_net_header *header,
			      uint32_t header_bytes, const uint8_t *frame, uint32_t size);
uint32_t wire_transmit(struct run *t, struct device *d, const uint8_t *frame, uint32_t size);

/* Receive buffers in one virtqueue. */
struct wire_receiver {
	struct device *device;
	struct virtqueue *queue;
	uint32_t header, size; /* bytes of the packet header, and of a buffer */
	unsigned count;
};
/* Fills the virtqueue with buffers of `size` bytes. `index`: which receiver to use. */
struct wire_receiver *wire_open(struct run *t, struct device *d, unsigned index, struct virtqueue *queue,
				uint32_t size);
/* Large buffers in the first receive virtqueue. */
struct wire_receiver *wire_open_plain(struct run *t, struct device *d);

/* The packet that came last. */
struct wire_packet {
	struct virtio_net_header header;
	uint32_t size; /* of the frame */
	unsigned buffers;
	unsigned visible;				      /* used entries that were there when the first was seen */
	uint32_t used[WIRE_BUFFERS];			      /* used length of each buffer */
	uint8_t raw[VIRTIO_NET_HDR_BYTES + WIRE_FRAME_BYTES]; /* header and frame as they stood in memory */
	const uint8_t *frame;				      /* in raw */
};
extern struct wire_packet wire_packet;

/* Takes a packet if one is there, with MRG_RXBUF accepted all of its buffers, and offers the buffers again. */
bool wire_take(struct run *t, struct wire_receiver *rx);
/* The next packet, if one comes before the patience ends. */
bool wire_next(struct run *t, struct wire_receiver *rx, struct patience *patience);

/* Is the packet the gateway's answer to an ARP request of this MAC address? */
bool wire_is_answer(const uint8_t mac[6]);
/* The same if the frame stood behind a header of other than the right size. */
bool wire_is_answer_behind(uint32_t header_bytes, const uint8_t mac[6]);
/* Asks the gateway, again if there is no answer; true with the answer in wire_packet. A header as for
 * wire_transmit_behind(). */
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
/* Whether ARP is answered; the first time, finds out. */
enum wire_peer wire_peer(struct run *t, struct device *d);
/* Ends the check unless it is, and in the right way. */
void wire_need_answers(struct run *t, struct device *d);
/* An answer that must come, because it came on the plainest device. */
void wire_require_answer(struct run *t, struct device *d, struct wire_receiver *rx, const char *with);

bool wire_has_reflector(struct run *t, struct device *d);
/* Ends the check without a reflector. */
void wire_need_reflector(struct run *t, struct device *d);
/* Has a frame sent to us, of up to 1500 bytes. */
void wire_reflect(struct run *t, struct device *d, const uint8_t *frame, uint32_t size);

/* A numbered frame with `payload` bytes behind its Ethernet header and, if vlan is not negative, its tag. */
enum { WIRE_PAYLOAD = 46 };
void wire_reflect_numbered(struct run *t, struct device *d, const uint8_t to[6], int vlan, uint16_t number,
			   uint32_t payload);
/* Writes it, and returns its size. */
uint32_t wire_fill_numbered(uint8_t *frame, const uint8_t to[6], int vlan, uint16_t number, uint32_t payload);
/* Has it come to us from the wire, with nobody asking through the device: a stimulus. False: the device did not take
 * it. */
bool wire_send_us(struct device *d, uint16_t number, uint32_t payload);
/* Is the packet that frame? Only its number and size are compared. */
bool wire_is_numbered(uint16_t number, uint32_t payload);
/* Where the payload of such a frame is not what was sent, or `payload`. */
uint32_t wire_damage(uint16_t number, uint32_t payload);

#endif
