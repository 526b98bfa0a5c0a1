/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows for the checks of steering and of hashes: packets of IPv4 and IPv6 between two machines, and the hash that a
 * device must calculate for them (5.1.9.4.3). Nothing here knows of devices.
 */
#ifndef TESTS_CHECKS_SUPPORT_FLOW_H
#define TESTS_CHECKS_SUPPORT_FLOW_H

#include <stdbool.h>
#include <stdint.h>

enum flow_protocol { FLOW_OTHER = 253, FLOW_TCP = 6, FLOW_UDP = 17 };

/* IPv6 extension headers, as bits. */
enum {
	FLOW_HOME = 1,	  /* destination options with a home address */
	FLOW_ROUTING = 2, /* a routing header, of type 2 or of one whose address is not hashed */
	FLOW_OPTIONS = 4, /* hop-by-hop options, which hold no address */
};

enum { FLOW_FRAME_MAX = 192, FLOW_KEY_BYTES = 40 };

struct flow {
	bool v6;
	uint8_t protocol, extensions;
	uint8_t machines; /* which two machines: it is in the addresses */
	uint8_t number;	  /* which flow between them: it is in the ports */
	bool reversed;	  /* from the machine that was the destination */
	bool fragment;	  /* IPv4: the second fragment of a datagram, so that there are no ports in it */
};

/* Writes a packet of the flow between these MAC addresses, with all checksums and `serial` in its payload. Returns its
 * size. */
uint32_t flow_fill(const struct flow *flow, uint8_t frame[FLOW_FRAME_MAX], const uint8_t to[6], const uint8_t from[6],
		   uint16_t serial);

struct flow_hash {
	uint16_t report; /* VIRTIO_NET_HASH_REPORT_NONE: there is none */
	uint32_t value;
};
/* The hash with these types enabled and this key of 40 bytes. */
struct flow_hash flow_hash(const struct flow *flow, uint32_t types, const uint8_t key[FLOW_KEY_BYTES]);

/* The Toeplitz hash of `size` bytes, 36 at most. */
uint32_t flow_toeplitz(const uint8_t *bytes, uint32_t size, const uint8_t key[FLOW_KEY_BYTES]);

#endif
