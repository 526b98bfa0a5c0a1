/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash of a received packet (5.1.9.4.3), and the flow that a packet belongs to (5.1.9.5.6). */
#ifndef MODEL_NET_HASH_H
#define MODEL_NET_HASH_H

#include "model/model.h"

struct model_net_hash {
	uint16_t report; /* VIRTIO_NET_HASH_REPORT_NONE: not calculated */
	uint32_t value;
};

/* With the types and the key that the driver has set. */
struct model_net_hash model_net_hash(const struct model *m, const uint8_t *frame, uint32_t length);

/* A number that is the same for both directions of a flow, and most likely another for another flow. */
uint32_t model_net_flow(const struct model *m, const uint8_t *frame, uint32_t length);

#endif
