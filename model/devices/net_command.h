/* SPDX-License-Identifier: BSD-2-Clause */
/* A command of the control virtqueue of a network device, as it is read: 5.1.9.5. */
#ifndef MODEL_NET_COMMAND_H
#define MODEL_NET_COMMAND_H

#include "model/model.h"

/* A command and its data, in m->chain. A read beyond the end of the data makes the command invalid. */
struct model_net_command {
	uint8_t class, code;
	uint64_t offset; /* of the next byte to read */
	bool valid;
};

/* Read the next field, of WIDTH bytes, and the next bytes. */
uint32_t model_net_get(struct model *m, struct model_net_command *c, unsigned width);
bool model_net_get_bytes(struct model *m, struct model_net_command *c, uint8_t *bytes, uint32_t count);

#endif
