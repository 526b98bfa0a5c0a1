/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_NET_FILTER_H
#define MODEL_NET_FILTER_H

#include "model/devices/net_command.h"

/* Does the driver want to receive this frame? */
bool model_net_wanted(const struct model *m, const uint8_t *frame);

/* The commands that set the filter. Each returns whether it was carried out. */
bool model_net_set_mode(struct model *m, struct model_net_command *c);
bool model_net_set_mac_table(struct model *m, struct model_net_command *c);
bool model_net_set_mac(struct model *m, struct model_net_command *c);
bool model_net_set_vlan(struct model *m, struct model_net_command *c);

/* Back to the state after a reset. */
void model_net_filter_reset(struct model *m);

#endif
