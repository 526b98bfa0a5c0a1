/* SPDX-License-Identifier: BSD-2-Clause */
/* Network device (5.1): frames and headers for the checks of its chapter. */
#ifndef DRIVERS_NET_H
#define DRIVERS_NET_H

#include "drivers/device.h"
#include "drivers/spec/net.h"

/* Bytes of the header before each packet: 12, or 20 with HASH_REPORT (5.1.9), or 10 on the legacy interface without
 * MRG_RXBUF (5.1.9.1). */
uint32_t net_header_bytes(const struct device *device);

/* Our MAC address: the device's if it offers MAC, else a locally administered address. */
void net_mac(struct device *device, uint8_t mac[6]);

/* The status field; only with STATUS. */
uint32_t net_status(struct device *device);

/* Writes a broadcast frame of ETHERNET_FRAME_MIN bytes that no receiver acts on, with `tag` in its payload. */
void net_fill_experimental(struct device *device, uint8_t *frame, uint64_t tag);

/* Writes an ARP request of ETHERNET_FRAME_MIN bytes for `target` from `sender`, IPv4 addresses in host order. */
void net_fill_arp(struct device *device, uint8_t *frame, uint32_t sender, uint32_t target);
/* The same from any MAC address. */
void net_fill_arp_from(uint8_t *frame, const uint8_t mac[6], uint32_t sender, uint32_t target);
/* Is a frame of `size` bytes the answer of `target` to such a request of this MAC address and `sender`? */
bool net_is_arp_answer(const uint8_t *frame, uint32_t size, const uint8_t mac[6], uint32_t sender, uint32_t target);

/* Writes an ICMP echo request of `size` bytes in all, at least ETHERNET_FRAME_MIN, with a payload that depends on
 * `number`. */
void net_fill_echo(uint8_t *frame, uint32_t size, const uint8_t from[6], const uint8_t to[6], uint32_t sender,
		   uint32_t target, uint16_t number);

/* Big-endian fields of a frame. */
uint16_t net_get16(const uint8_t *at);
uint32_t net_get32(const uint8_t *at);
uint8_t *net_put16(uint8_t *at, uint16_t value);
uint8_t *net_put32(uint8_t *at, uint32_t value);
/* The Internet checksum: 0 over a part of a packet that contains its right checksum. */
uint16_t net_checksum(const uint8_t *bytes, uint32_t size);

#endif
