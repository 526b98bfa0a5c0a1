/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers for the checks of network devices with several pairs of virtqueues (5.1.9.5.5 to 5.1.9.5.7): in which receive
 * virtqueue does a packet of a flow arrive? */
#ifndef TESTS_CHECKS_SUPPORT_PAIRS_H
#define TESTS_CHECKS_SUPPORT_PAIRS_H

#include "tests/checks/support/flow.h"
#include "tests/checks/support/wire.h"

enum { PAIRS_MAX = WIRE_RECEIVERS, PAIRS_NOWHERE = PAIRS_MAX };

/* The virtqueues of the device under test. */
struct pairs {
	struct virtqueue receive[PAIRS_MAX], transmit[PAIRS_MAX], control;
	struct wire_receiver *receivers[PAIRS_MAX];
	unsigned count; /* pairs that are set up, PAIRS_MAX at most */
	uint32_t most;	/* max_virtqueue_pairs; 1 without MQ and RSS */
};
extern struct pairs pairs;

/*
 * Starts the device with these features, CTRL_VQ and MAC: all pairs with buffers in the receive virtqueues, and the
 * control virtqueue behind all pairs of the device. SKIPs if there are fewer than `least` pairs.
 */
void pairs_start(struct run *t, struct device *d, struct features features, unsigned least);

/* VQ_PAIRS_SET: returns the ack. */
uint8_t pairs_set(struct run *t, uint16_t count);
/* Sets the number and ends the check unless it gets OK: net.pairs-set reports that. */
void pairs_enable(struct run *t, unsigned count);

/* Has a packet arrived in any of the receive virtqueues? */
bool pairs_any_packet(void);

/*
 * For loops over many flows and configurations: has the check taken so long already, since pairs_need_flows(), that it
 * should leave the rest out? Few devices need milliseconds for a packet.
 */
bool pairs_hurry(unsigned done);
bool pairs_late(void);

/* SKIPs unless packets of a flow arrive at all, in a life with one pair. */
void pairs_need_flows(struct run *t, struct device *d);
/* Sends a frame, or a packet of the flow's other direction, on a transmit virtqueue. */
void pairs_transmit_frame(struct run *t, struct device *d, unsigned pair, const uint8_t *frame, uint32_t size);
void pairs_transmit(struct run *t, struct device *d, unsigned pair, const struct flow *flow);
/* Does the gateway answer an ARP request that is sent on this pair? It is sent several times. */
bool pairs_answered(struct run *t, struct device *d, unsigned pair);
/*
 * Makes the other end send a packet of the flow, and returns the receive virtqueue in which it arrives, as wire_packet.
 * PAIRS_NOWHERE: in none, although it was sent several times.
 */
unsigned pairs_arrival(struct run *t, struct device *d, const struct flow *flow);
/* The same for any frame from wire_other_mac to us. */
unsigned pairs_arrival_of(struct run *t, struct device *d, const uint8_t *frame, uint32_t size);

/* Makes the other end send a packet of the flow that is to be dropped, and remembers it. */
void pairs_send_watched(struct run *t, struct device *d, const struct flow *flow);
/* Has the last such packet come, while pairs_arrival() waited for another one? */
bool pairs_watched_came(void);

/* Resets a receive virtqueue; SKIPs if the device does not. */
void pairs_reset_receiver(struct run *t, struct device *d, unsigned pair);
/* Sets it up again, with buffers. */
void pairs_enable_receiver(struct run *t, struct device *d, unsigned pair);

#endif
