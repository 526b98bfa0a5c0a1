/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames that came over the wire and wait for receive buffers. */
#ifndef MODEL_NET_WIRE_H
#define MODEL_NET_WIRE_H

#include "model/model.h"

/*
 * A frame comes. LEFT says what its sender left to do, as the header of a packet does (flags, gso_type and the fields
 * that belong to them); null: nothing. False: the frame is dropped.
 */
bool model_net_arrive(struct model *m, const uint8_t *frame, uint32_t length, const struct virtio_net_header *left);

/* The frame that has waited longest; there must be one. */
const uint8_t *model_net_oldest(const struct model *m, uint32_t *length);
void model_net_drop_oldest(struct model *m);

/* The largest frame without segmentation, with its Ethernet header and the tag that it may have. */
uint32_t model_net_frame_max(const struct model *m, const uint8_t *frame);

#endif
