/* SPDX-License-Identifier: BSD-2-Clause */
/* Network device (5.1): frames and headers for the checks of its chapter. */
#ifndef DRIVERS_NET_H
#define DRIVERS_NET_H

#include "drivers/device.h"
#include "drivers/spec/net.h"

/* Bytes of the header before each packet: 12, or 10 on the legacy interface without MRG_RXBUF (5.1.9.1). */
uint32_t net_header_bytes(const struct device *device);

/* Our MAC address: the device's if it offers MAC, else a locally administered one. */
void net_mac(struct device *device, uint8_t mac[6]);

/* Writes a broadcast frame of ETHERNET_FRAME_MIN bytes that nobody acts on; `tag` is in its payload. */
void net_fill_experimental(struct device *device, uint8_t *frame, uint64_t tag);

/* Writes an ARP request of ETHERNET_FRAME_MIN bytes for `target` from `sender`, IPv4 addresses in host order. */
void net_fill_arp(struct device *device, uint8_t *frame, uint32_t sender, uint32_t target);

#endif
