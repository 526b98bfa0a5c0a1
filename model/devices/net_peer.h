/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_NET_PEER_H
#define MODEL_NET_PEER_H

#include "model/model.h"

/*
 * The machine at the other end of the wire gets a frame that the driver transmitted. It answers ARP requests for every
 * address but the asker's own, echo requests, UDP datagrams to port 7, and the commands of drivers/spec/peer.h.
 */
void model_net_peer(struct model *m, const uint8_t *frame, uint32_t length);

#endif
