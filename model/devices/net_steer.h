/* SPDX-License-Identifier: BSD-2-Clause */
/* Which receive queue a frame goes to (5.1.9.5.5 to 5.1.9.5.7), and the commands that decide about it. */
#ifndef MODEL_NET_STEER_H
#define MODEL_NET_STEER_H

#include "model/devices/net_command.h"

/* How many pairs of queues there are with these features. */
uint16_t model_net_pairs(const struct model *m, const uint32_t *features);

/* The driver has transmitted a frame on this pair. */
void model_net_transmitted(struct model *m, const uint8_t *frame, uint32_t length, uint16_t pair);

/* Finds the receive queue for a frame. False: it is to be dropped. */
bool model_net_steer(const struct model *m, const uint8_t *frame, uint32_t length, uint16_t *index);

/* Class VIRTIO_NET_CTRL_MQ. Returns whether the command was carried out. */
bool model_net_set_steering(struct model *m, struct model_net_command *c);

/* Back to one pair, and to no hash: 5.1.9.5.5, 5.1.9.5.6.2. */
void model_net_steer_reset(struct model *m);

#endif
