// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/types/net.h"

#include "drivers/dma.h"
#include "drivers/request.h"
#include "drivers/types/types.h"
#include "firmware/lib/string.h"

uint32_t net_header_bytes(const struct device *device)
{
	if (transport_is_legacy(&device->transport) && !device_accepted(device, VIRTIO_NET_F_MRG_RXBUF))
		return VIRTIO_NET_HDR_LEGACY_BYTES;
	if (device_accepted(device, VIRTIO_NET_F_HASH_REPORT))
		return VIRTIO_NET_HDR_HASH_BYTES;
	return VIRTIO_NET_HDR_BYTES;
}

void net_mac(struct device *device, uint8_t mac[6])
{
	static const uint8_t ours[6] = {
		0x02, 0x54, 0x53, 0x00, 0x00, 0x01
	}; /* bit 1 of byte 0: locally administered */

	for (unsigned i = 0; i < 6; i++)
		mac[i] = device_offers(device, VIRTIO_NET_F_MAC)
				 ? (uint8_t)config_read(&device->transport, VIRTIO_NET_CONFIG_MAC + i, 1)
				 : ours[i];
}

uint32_t net_status(struct device *device)
{
	return config_read(&device->transport, VIRTIO_NET_CONFIG_STATUS, 2);
}

uint8_t *net_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

uint8_t *net_put32(uint8_t *at, uint32_t value)
{
	return net_put16(net_put16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

uint16_t net_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t net_get32(const uint8_t *at)
{
	return (uint32_t)net_get16(at) << 16 | net_get16(at + 2);
}

uint16_t net_checksum(const uint8_t *bytes, uint32_t size)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint8_t *put_ethernet(uint8_t *frame, const uint8_t from[6], uint16_t type)
{
	memset(frame, 0, ETHERNET_FRAME_MIN);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, from, 6);
	return net_put16(frame + 12, type);
}

void net_fill_experimental(struct device *device, uint8_t *frame, uint64_t tag)
{
	uint8_t mac[6], *at;

	net_mac(device, mac);
	at = put_ethernet(frame, mac, ETHERTYPE_LOCAL_EXPERIMENTAL);
	memcpy(at, "touchstone", 10);
	memcpy(at + 10, &tag, sizeof(tag));
}

void net_fill_arp(struct device *device, uint8_t *frame, uint32_t sender, uint32_t target)
{
	uint8_t mac[6];

	net_mac(device, mac);
	net_fill_arp_from(frame, mac, sender, target);
}

void net_fill_arp_from(uint8_t *frame, const uint8_t mac[6], uint32_t sender, uint32_t target)
{
	enum { ARP_ETHERNET = 1, ARP_REQUEST = 1 };
	uint8_t *at = put_ethernet(frame, mac, ETHERTYPE_ARP);

	at = net_put16(at, ARP_ETHERNET);
	at = net_put16(at, ETHERTYPE_IPV4);
	*at++ = 6; /* bytes of a MAC address */
	*at++ = 4; /* bytes of an IPv4 address */
	at = net_put16(at, ARP_REQUEST);
	memcpy(at, mac, 6);
	at = net_put32(at + 6, sender);
	net_put32(at + 6, target); /* after the target's MAC address, which is the question and stays 0 */
}

bool net_is_arp_answer(const uint8_t *frame, uint32_t size, const uint8_t mac[6], uint32_t sender, uint32_t target)
{
	enum { ARP_BYTES = 28, ARP_REPLY = 2 };
	const uint8_t *arp = frame + ETHERNET_HEADER_BYTES;

	return size >= ETHERNET_HEADER_BYTES + ARP_BYTES && !memcmp(frame, mac, 6) &&
	       net_get16(frame + 12) == ETHERTYPE_ARP && net_get16(arp + 6) == ARP_REPLY &&
	       net_get32(arp + 14) == target && net_get32(arp + 24) == sender;
}

void net_fill_echo(uint8_t *frame, uint32_t size, const uint8_t from[6], const uint8_t to[6], uint32_t sender,
		   uint32_t target, uint16_t number)
{
	enum { VERSION_4_HEADER_20 = 0x45, TTL = 64, PROTOCOL_ICMP = 1, ECHO_REQUEST = 8, IDENTIFIER = 0x5453 };
	uint8_t *ip = put_ethernet(frame, from, ETHERTYPE_IPV4), *icmp = ip + 20;
	uint32_t icmp_size = size - ETHERNET_HEADER_BYTES - 20;

	memcpy(frame, to, 6);
	memset(ip, 0, 28);
	ip[0] = VERSION_4_HEADER_20;
	net_put16(ip + 2, (uint16_t)(size - ETHERNET_HEADER_BYTES));
	net_put16(ip + 4, number);
	ip[8] = TTL;
	ip[9] = PROTOCOL_ICMP;
	net_put32(ip + 12, sender);
	net_put32(ip + 16, target);
	net_put16(ip + 10, net_checksum(ip, 20));
	icmp[0] = ECHO_REQUEST;
	net_put16(icmp + 4, IDENTIFIER);
	net_put16(icmp + 6, number);
	for (uint32_t i = 8; i < icmp_size; i++)
		icmp[i] = (uint8_t)(i * 7 + number);
	net_put16(icmp + 2, net_checksum(icmp, icmp_size));
}

/* 5.1.3 */
static const struct feature_bit features[] = {
	FEATURE_BIT(NET, CSUM, ANY),
	FEATURE_BIT(NET, GUEST_CSUM, ANY),
	FEATURE_BIT(NET, CTRL_GUEST_OFFLOADS, ANY),
	FEATURE_BIT(NET, MTU, ANY),
	FEATURE_BIT(NET, MAC, ANY),
	FEATURE_BIT(NET, GSO, LEGACY),
	FEATURE_BIT(NET, GUEST_TSO4, ANY),
	FEATURE_BIT(NET, GUEST_TSO6, ANY),
	FEATURE_BIT(NET, GUEST_ECN, ANY),
	FEATURE_BIT(NET, GUEST_UFO, ANY),
	FEATURE_BIT(NET, HOST_TSO4, ANY),
	FEATURE_BIT(NET, HOST_TSO6, ANY),
	FEATURE_BIT(NET, HOST_ECN, ANY),
	FEATURE_BIT(NET, HOST_UFO, ANY),
	FEATURE_BIT(NET, MRG_RXBUF, ANY),
	FEATURE_BIT(NET, STATUS, ANY),
	FEATURE_BIT(NET, CTRL_VQ, ANY),
	FEATURE_BIT(NET, CTRL_RX, ANY),
	FEATURE_BIT(NET, CTRL_VLAN, ANY),
	FEATURE_BIT(NET, CTRL_RX_EXTRA, ANY),
	FEATURE_BIT(NET, GUEST_ANNOUNCE, ANY),
	FEATURE_BIT(NET, MQ, ANY),
	FEATURE_BIT(NET, CTRL_MAC_ADDR, ANY),
	FEATURE_BIT(NET, DEVICE_STATS, MODERN),
	FEATURE_BIT(NET, HASH_TUNNEL, MODERN),
	FEATURE_BIT(NET, VQ_NOTF_COAL, MODERN),
	FEATURE_BIT(NET, NOTF_COAL, MODERN),
	FEATURE_BIT(NET, GUEST_USO4, MODERN),
	FEATURE_BIT(NET, GUEST_USO6, MODERN),
	FEATURE_BIT(NET, HOST_USO, MODERN),
	FEATURE_BIT(NET, HASH_REPORT, MODERN),
	FEATURE_BIT(NET, GUEST_HDRLEN, MODERN),
	FEATURE_BIT(NET, RSS, MODERN),
	FEATURE_BIT(NET, RSC_EXT, MODERN),
	FEATURE_BIT(NET, STANDBY, MODERN),
	FEATURE_BIT(NET, SPEED_DUPLEX, MODERN),
	FEATURE_BIT(NET, RSS_CONTEXT, MODERN),
	FEATURE_BIT(NET, GUEST_UDP_TUNNEL_GSO, MODERN),
	FEATURE_BIT(NET, GUEST_UDP_TUNNEL_GSO_CSUM, MODERN),
	FEATURE_BIT(NET, HOST_UDP_TUNNEL_GSO, MODERN),
	FEATURE_BIT(NET, HOST_UDP_TUNNEL_GSO_CSUM, MODERN),
	FEATURE_BIT(NET, OUT_NET_HEADER, MODERN),
	FEATURE_BIT(NET, IPSEC, MODERN),
};

/* 5.1.3.1 */
static const struct feature_dependency dependencies[] = {
	FEATURE_NEEDS(NET, GUEST_TSO4, GUEST_CSUM),
	FEATURE_NEEDS(NET, GUEST_TSO6, GUEST_CSUM),
	FEATURE_NEEDS_EITHER(NET, GUEST_ECN, GUEST_TSO4, GUEST_TSO6),
	FEATURE_NEEDS(NET, GUEST_UFO, GUEST_CSUM),
	FEATURE_NEEDS(NET, GUEST_USO4, GUEST_CSUM),
	FEATURE_NEEDS(NET, GUEST_USO6, GUEST_CSUM),
	FEATURE_NEEDS(NET, GUEST_UDP_TUNNEL_GSO, GUEST_TSO4),
	FEATURE_NEEDS(NET, GUEST_UDP_TUNNEL_GSO, GUEST_TSO6),
	FEATURE_NEEDS(NET, GUEST_UDP_TUNNEL_GSO, GUEST_USO4),
	FEATURE_NEEDS(NET, GUEST_UDP_TUNNEL_GSO, GUEST_USO6),
	FEATURE_NEEDS(NET, GUEST_UDP_TUNNEL_GSO_CSUM, GUEST_UDP_TUNNEL_GSO),
	FEATURE_NEEDS(NET, HOST_TSO4, CSUM),
	FEATURE_NEEDS(NET, HOST_TSO6, CSUM),
	FEATURE_NEEDS_EITHER(NET, HOST_ECN, HOST_TSO4, HOST_TSO6),
	FEATURE_NEEDS(NET, HOST_UFO, CSUM),
	FEATURE_NEEDS(NET, HOST_USO, CSUM),
	FEATURE_NEEDS(NET, HOST_UDP_TUNNEL_GSO, HOST_TSO4),
	FEATURE_NEEDS(NET, HOST_UDP_TUNNEL_GSO, HOST_TSO6),
	FEATURE_NEEDS(NET, HOST_UDP_TUNNEL_GSO, HOST_USO),
	FEATURE_NEEDS(NET, HOST_UDP_TUNNEL_GSO_CSUM, HOST_UDP_TUNNEL_GSO),
	FEATURE_NEEDS(NET, CTRL_RX, CTRL_VQ),
	FEATURE_NEEDS(NET, CTRL_VLAN, CTRL_VQ),
	FEATURE_NEEDS(NET, GUEST_ANNOUNCE, CTRL_VQ),
	FEATURE_NEEDS(NET, MQ, CTRL_VQ),
	FEATURE_NEEDS(NET, CTRL_MAC_ADDR, CTRL_VQ),
	FEATURE_NEEDS(NET, NOTF_COAL, CTRL_VQ),
	FEATURE_NEEDS_EITHER(NET, RSC_EXT, HOST_TSO4, HOST_TSO6),
	FEATURE_NEEDS(NET, RSS, CTRL_VQ),
	FEATURE_NEEDS(NET, VQ_NOTF_COAL, CTRL_VQ),
	FEATURE_NEEDS(NET, HASH_TUNNEL, CTRL_VQ),
	FEATURE_NEEDS_EITHER(NET, HASH_TUNNEL, RSS, HASH_REPORT),
	FEATURE_NEEDS(NET, RSS_CONTEXT, CTRL_VQ),
	FEATURE_NEEDS(NET, RSS_CONTEXT, RSS),
};

/* 5.1.4 */
#define FIELD(NAME, OFFSET, WIDTH, FEATURE, ...)                                                                    \
	{                                                                                                           \
		.name = NAME, .offset = VIRTIO_NET_CONFIG_##OFFSET, .width = WIDTH, .feature = FEATURE, __VA_ARGS__ \
	}
static const struct config_field fields[] = {
	FIELD("mac[0]", MAC + 0, 1, VIRTIO_NET_F_MAC),
	FIELD("mac[1]", MAC + 1, 1, VIRTIO_NET_F_MAC),
	FIELD("mac[2]", MAC + 2, 1, VIRTIO_NET_F_MAC),
	FIELD("mac[3]", MAC + 3, 1, VIRTIO_NET_F_MAC),
	FIELD("mac[4]", MAC + 4, 1, VIRTIO_NET_F_MAC),
	FIELD("mac[5]", MAC + 5, 1, VIRTIO_NET_F_MAC),
	FIELD("status", STATUS, 2, VIRTIO_NET_F_STATUS, .changes = true, .fleeting = true,
	      .most = VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE,
	      .because = "it has no bits but LINK_UP and ANNOUNCE"),
	FIELD("max_virtqueue_pairs", MAX_VIRTQUEUE_PAIRS, 2, VIRTIO_NET_F_MQ, .alternative = VIRTIO_NET_F_RSS,
	      .queues_each = 2),
	FIELD("mtu", MTU, 2, VIRTIO_NET_F_MTU),
	FIELD("speed", SPEED, 4, VIRTIO_NET_F_SPEED_DUPLEX),
	FIELD("duplex", DUPLEX, 1, VIRTIO_NET_F_SPEED_DUPLEX),
	FIELD("rss_max_key_size", RSS_MAX_KEY_SIZE, 1, VIRTIO_NET_F_RSS, .alternative = VIRTIO_NET_F_HASH_REPORT),
	FIELD("rss_max_indirection_table_length", RSS_MAX_INDIRECTION_TABLE_LENGTH, 2, VIRTIO_NET_F_RSS),
	FIELD("supported_hash_types", SUPPORTED_HASH_TYPES, 4, VIRTIO_NET_F_RSS,
	      .alternative = VIRTIO_NET_F_HASH_REPORT),
};

/* With MQ or RSS the control virtqueue comes after those of all pairs, where our driver does not look for it. */
static unsigned queues_used(const struct device *device)
{
	bool behind = device_accepted(device, VIRTIO_NET_F_MQ) || device_accepted(device, VIRTIO_NET_F_RSS);

	return device_accepted(device, VIRTIO_NET_F_CTRL_VQ) && !behind ? 3 : 2;
}

static uint32_t queues_at_most(struct device *device)
{
	if (device_offers(device, VIRTIO_NET_F_MQ) || device_offers(device, VIRTIO_NET_F_RSS))
		return 2 * config_read(&device->transport, VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS, 2) + 1;
	return 3;
}

/* Sends a frame that no receiver acts on. The answer is the used entry alone. */
static enum driver_error make_request(struct device *device, struct request *request)
{
	uint32_t header = net_header_bytes(device);
	uint8_t *packet = dma_alloc(header + ETHERNET_FRAME_MIN, 4);

	if (!packet)
		return DRIVER_DMA_EXHAUSTED;
	memset(packet, 0, header);
	net_fill_experimental(device, packet + header, request->tag);
	request->segments[0] = (struct segment){ .data = packet, .size = header };
	request->segments[1] = (struct segment){ .data = packet + header, .size = ETHERNET_FRAME_MIN };
	request->count = 2;
	request->answer = NULL;
	request->least = request->most = 0;
	return DRIVER_NO_ERROR;
}

const struct device_type net_type = {
	.id = VIRTIO_ID_NETWORK,
	.prefix = "net",
	.title = "network device",
	.features = LIST(features),
	.features_complete = true,
	.dependencies = LIST(dependencies),
	.fields = LIST(fields),
	/* 5.1.4.3: a legacy driver may write the MAC address. Flipping this bit keeps it unicast. */
	.writable = { VIRTIO_NET_CONFIG_MAC, VIRTIO_NET_F_MAC, 2, 5 },
	.queues_used = queues_used,
	.queues_at_most = queues_at_most,
	.request_queue = VIRTIO_NET_TX,
	.make_request = make_request,
	.depth = 1,
};
