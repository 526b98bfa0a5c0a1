// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/net.h"

#include "drivers/dma.h"
#include "drivers/types.h"
#include "firmware/lib/string.h"

uint32_t net_header_bytes(const struct device *device)
{
	if (transport_is_legacy(&device->transport) && !device_accepted(device, VIRTIO_NET_F_MRG_RXBUF))
		return VIRTIO_NET_HDR_LEGACY_BYTES;
	return VIRTIO_NET_HDR_BYTES;
}

void net_mac(struct device *device, uint8_t mac[6])
{
	static const uint8_t ours[6] = { 0x02, 0x54, 0x53, 0x00, 0x00, 0x01 }; /* bit 1 of byte 0: locally administered */

	for (unsigned i = 0; i < 6; i++)
		mac[i] = device_offers(device, VIRTIO_NET_F_MAC)
				 ? (uint8_t)config_read(&device->transport, VIRTIO_NET_CONFIG_MAC + i, 1)
				 : ours[i];
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static uint8_t *put_ethernet(struct device *device, uint8_t *frame, uint16_t type)
{
	memset(frame, 0, ETHERNET_FRAME_MIN);
	memset(frame, 0xff, 6);
	net_mac(device, frame + 6);
	return put16(frame + 12, type);
}

void net_fill_experimental(struct device *device, uint8_t *frame, uint64_t tag)
{
	uint8_t *at = put_ethernet(device, frame, ETHERTYPE_LOCAL_EXPERIMENTAL);

	memcpy(at, "touchstone", 10);
	memcpy(at + 10, &tag, sizeof(tag));
}

void net_fill_arp(struct device *device, uint8_t *frame, uint32_t sender, uint32_t target)
{
	enum { ARP_ETHERNET = 1, ARP_IPV4 = 0x0800, ARP_REQUEST = 1 };
	uint8_t *at = put_ethernet(device, frame, ETHERTYPE_ARP);

	at = put16(at, ARP_ETHERNET);
	at = put16(at, ARP_IPV4);
	*at++ = 6; /* bytes of a MAC address */
	*at++ = 4; /* bytes of an IPv4 address */
	at = put16(at, ARP_REQUEST);
	memcpy(at, frame + 6, 6);
	at = put32(at + 6, sender);
	put32(at + 6, target); /* behind the target's MAC address, which is what we ask for */
}

static unsigned queues_used(const struct device *device)
{
	return device_accepted(device, VIRTIO_NET_F_CTRL_VQ) && !device_accepted(device, VIRTIO_NET_F_MQ) ? 3 : 2;
}

/* Sends a frame that nobody acts on. The answer is the used entry alone. */
static const char *make_request(struct device *device, struct request *request)
{
	uint32_t header = net_header_bytes(device);
	uint8_t *packet = dma_alloc(header + ETHERNET_FRAME_MIN, 4);

	if (!packet)
		return dma_exhausted;
	memset(packet, 0, header);
	net_fill_experimental(device, packet + header, request->tag);
	request->segments[0] = (struct segment){ .data = packet, .size = header };
	request->segments[1] = (struct segment){ .data = packet + header, .size = ETHERNET_FRAME_MIN };
	request->count = 2;
	request->answer = NULL;
	request->least = request->most = 0;
	return NULL;
}

const struct device_type net_type = {
	.id = VIRTIO_ID_NETWORK,
	.prefix = "net",
	.title = "network device",
	.queues_used = queues_used,
	.request_queue = VIRTIO_NET_TX,
	.make_request = make_request,
};
