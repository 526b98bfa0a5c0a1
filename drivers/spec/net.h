/* SPDX-License-Identifier: BSD-2-Clause */
/* Network device: virtio 1.4, section 5.1. Data, no code. */
#ifndef DRIVERS_SPEC_NET_H
#define DRIVERS_SPEC_NET_H

#include <stdint.h>

/* 5.1.4 */
enum virtio_net_config {
	VIRTIO_NET_CONFIG_MAC = 0x00,				   /* 6 bytes  MAC */
	VIRTIO_NET_CONFIG_STATUS = 0x06,			   /* 2  STATUS */
	VIRTIO_NET_CONFIG_MAX_VIRTQUEUE_PAIRS = 0x08,		   /* 2  MQ or RSS */
	VIRTIO_NET_CONFIG_MTU = 0x0a,				   /* 2  MTU */
	VIRTIO_NET_CONFIG_SPEED = 0x0c,				   /* 4  SPEED_DUPLEX */
	VIRTIO_NET_CONFIG_DUPLEX = 0x10,			   /* 1  SPEED_DUPLEX */
	VIRTIO_NET_CONFIG_RSS_MAX_KEY_SIZE = 0x11,		   /* 1  RSS or HASH_REPORT */
	VIRTIO_NET_CONFIG_RSS_MAX_INDIRECTION_TABLE_LENGTH = 0x12, /* 2  RSS */
	VIRTIO_NET_CONFIG_SUPPORTED_HASH_TYPES = 0x14,		   /* 4  RSS or HASH_REPORT */
};
enum { VIRTIO_NET_S_LINK_UP = 1, VIRTIO_NET_S_ANNOUNCE = 2 };

/* 5.1.2; with MQ the control queue is the last one */
enum { VIRTIO_NET_RX = 0, VIRTIO_NET_TX = 1, VIRTIO_NET_CTRL_WITHOUT_MQ = 2 };

/* 5.1.9: 12 bytes; legacy without MRG_RXBUF: the first 10 */
struct virtio_net_header {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t num_buffers;
};
enum { VIRTIO_NET_HDR_BYTES = 12, VIRTIO_NET_HDR_LEGACY_BYTES = 10 };
enum {
	VIRTIO_NET_HDR_F_NEEDS_CSUM = 1,
	VIRTIO_NET_HDR_F_DATA_VALID = 2,
	VIRTIO_NET_HDR_F_RSC_INFO = 4,
	VIRTIO_NET_HDR_F_UDP_TUNNEL_CSUM = 8,
	VIRTIO_NET_HDR_F_SECURITY = 16,
	VIRTIO_NET_HDR_F_SECURITY_ERR = 32,
	VIRTIO_NET_HDR_F_SECURITY_SA_SOFT_EXPIRY_WARN = 64,
	VIRTIO_NET_HDR_F_UNDEFINED = 128, /* the one flag that 1.4 gives no meaning */
};
enum { VIRTIO_NET_HDR_GSO_NONE = 0 };

/* 5.1.9.5: class, command, data; the device writes one ack byte */
enum {
	VIRTIO_NET_CTRL_RX = 0,
	VIRTIO_NET_CTRL_RX_PROMISC = 0,
	VIRTIO_NET_CTRL_RX_ALLMULTI = 1,
	VIRTIO_NET_CTRL_RX_ALLUNI = 2,
	VIRTIO_NET_CTRL_RX_NOMULTI = 3,
	VIRTIO_NET_CTRL_RX_NOUNI = 4,
	VIRTIO_NET_CTRL_RX_NOBCAST = 5,
	VIRTIO_NET_CTRL_MAC = 1,
	VIRTIO_NET_CTRL_MAC_TABLE_SET = 0,
	VIRTIO_NET_CTRL_MAC_ADDR_SET = 1,
	VIRTIO_NET_CTRL_VLAN = 2,
	VIRTIO_NET_CTRL_VLAN_ADD = 0,
	VIRTIO_NET_CTRL_VLAN_DEL = 1,
	VIRTIO_NET_CTRL_ANNOUNCE = 3,
	VIRTIO_NET_CTRL_ANNOUNCE_ACK = 0,
	VIRTIO_NET_CTRL_MQ = 4,
	VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET = 0,
	VIRTIO_NET_CTRL_GUEST_OFFLOADS = 5,
	VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET = 0,
	VIRTIO_NET_OK = 0,
	VIRTIO_NET_ERR = 1,
};

enum {
	ETHERNET_HEADER_BYTES = 14,
	ETHERNET_FRAME_MIN = 60,
	ETHERNET_FRAME_MAX = 1514,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_LOCAL_EXPERIMENTAL = 0x88b5, /* IEEE 802: for experiments, nobody acts on it */
	ETHERTYPE_REFLECT =
		0x88b6, /* the other one; a reflector at the other end sends back what follows as a frame of its own */
};

#endif
