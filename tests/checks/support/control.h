/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers for the checks of a network device's control virtqueue (5.1.9.5): commands and their acknowledgements. */
#ifndef TESTS_CHECKS_SUPPORT_CONTROL_H
#define TESTS_CHECKS_SUPPORT_CONTROL_H

#include "tests/checks/support/wire.h"

enum {
	CONTROL_UNWRITTEN = 0xee, /* the ack byte as the driver left it */
	CONTROL_PIECES = 16,	  /* of control_cut(), at most */
	CONTROL_PARTS = 4,	  /* the most parts that a command's data comes in */
	CONTROL_MAC = 6,
};

/* NEEDS of a check that uses the control virtqueue and a feature of its commands, of feature word 0. */
#define CONTROL(BIT) .type = VIRTIO_ID_NETWORK, .queues = 2, .features = OFFERS_BOTH(VIRTIO_NET_F_CTRL_VQ, BIT)

/* Starts the device with these features and CTRL_VQ, without MQ. */
void control_start(struct run *t, struct device *d, struct features features);
/* The control virtqueue of a device without MQ and RSS. */
struct virtqueue *control_queue(struct device *d);

/*
 * Adds a command with its data in these parts, without publishing it. Class and command, each part, and the ack have
 * separate descriptors, as legacy devices need them (5.1.9.8). Returns where the ack will be. SKIPs if the virtqueue
 * has no room.
 */
volatile uint8_t *control_add(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number,
			      const struct segment *parts, unsigned count);
/*
 * Takes the used entry of a command. Ends the check if none comes, which is the finding of the checks of `row`, or if
 * it is not valid, which is that of net.ack-length.
 */
struct completion control_take(struct run *t, struct virtqueue *queue, const char *row);
#define CONTROL_ANSWERED "net-desc-03"

/* Sends a command and returns its ack. */
uint8_t control_command(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number, const void *data,
			uint32_t size);
uint8_t control_command_parts(struct run *t, struct virtqueue *queue, uint8_t class, uint8_t number,
			      const struct segment *parts, unsigned count);

/* Sends a whole command, class and number first, in pieces of `piece` bytes, and returns the ack. */
uint8_t control_cut(struct run *t, struct device *d, const uint8_t *bytes, uint32_t size, uint32_t piece);

/* Commands of a device without MQ and RSS; each returns the ack. */
uint8_t control_mode(struct run *t, struct device *d, uint8_t mode, uint8_t on);
uint8_t control_vlan(struct run *t, struct device *d, uint8_t number, uint16_t tag);
uint8_t control_address(struct run *t, struct device *d, const uint8_t mac[CONTROL_MAC]);

/* Addresses for MAC_TABLE_SET: first the unicast ones, then the multicast ones. */
struct control_macs {
	const uint8_t (*at)[CONTROL_MAC];
	uint32_t count;
};
uint8_t control_table(struct run *t, struct device *d, struct control_macs unicast, struct control_macs multicast);

#endif
