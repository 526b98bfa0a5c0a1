/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer protocol: what checks ask of the machine at the other end of a network device (docs/peer.md). Data, no code.
 *
 * A peer takes frames of ETHERTYPE_REFLECT, with or without a VLAN tag. All numbers are big-endian, and offsets count
 * from the byte behind the EtherType.
 */
#ifndef DRIVERS_SPEC_PEER_H
#define DRIVERS_SPEC_PEER_H

#include <stdint.h>

/* The first four bytes of a command, "TSp1". Any other payload is a frame, which the peer sends back as it is. */
#define PEER_MAGIC 0x54537031u

enum {
	PEER_COMMAND = 4, /* 1 byte */
	PEER_FLAGS = 5,	  /* 1 byte */
	PEER_NUMBER = 6,  /* 2 bytes, the asker's choice */

	/* Command SEND: send me frames. */
	PEER_SEND = 1,
	PEER_SEND_COUNT = 8,  /* 2 bytes: how many frames */
	PEER_SEND_MSS = 10,   /* 2 bytes: 0, or cut the transport payload into segments of this size */
	PEER_SEND_SIZE = 12,  /* 4 bytes: of each frame, before it is cut */
	PEER_SEND_HEAD = 16,  /* 2 bytes: how many bytes of the frame are given */
	PEER_SEND_DELAY = 18, /* 2 bytes: milliseconds to wait before the first frame; a peer may ignore it */
	PEER_SEND_BYTES = 20, /* those bytes; the rest of frame n is PEER_BYTE(number + n, i), from i = 0 */

	/* Flags of SEND. */
	PEER_COMPLETE = 1, /* the head is Ethernet, IPv4 or IPv6, UDP or TCP: fill in lengths and checksums */
	PEER_OFFLOAD = 2, /* leave the transport checksum, and cutting, to the device if the link can carry such frames;
			   * goes with PEER_COMPLETE */

	/* Command REPORT: tell me how this frame arrived. The rest of its payload is of no interest. */
	PEER_REPORT = 2,

	/* The answer to it, and to any IP packet for PEER_REPORTED. */
	PEER_REPORTS = 0x82,
	PEER_REPORTS_SIZE = 8,	   /* 4 bytes: of the whole frame */
	PEER_REPORTS_ADLER32 = 12, /* 4 bytes: Adler-32 of the whole frame */
	PEER_REPORTS_HEAD = 16,	   /* 2 bytes: how many bytes of the frame follow */
	PEER_REPORTS_BYTES = 20,   /* the beginning of the frame */
	PEER_REPORTS_MAX = 96,	   /* bytes of it at most */

	PEER_ECHO_PORT = 7, /* UDP datagrams to this port come back */
};

/* IPv4 addresses, in host order: 10.0.2.2 answers ARP and echo requests, packets for 10.0.2.83 are reported. The last
 * byte is also that of the IPv6 addresses fd54:53::2 and fd54:53::53. */
enum { PEER_GATEWAY = 0x0a000202, PEER_REPORTED = 0x0a000253 };

/*
 * Byte i behind the head of frame number n. The first two are the number itself, so that a frame can be recognised;
 * the others tell where they belong.
 */
#define PEER_BYTE(NUMBER, I) \
	((uint8_t)((I) == 0 ? (NUMBER) >> 8 : (I) == 1 ? (NUMBER) : (I)*7u + ((I) >> 8) * 13u + (NUMBER)))

#endif
