/* SPDX-License-Identifier: BSD-2-Clause */
/* m->chain, and access to the bytes of its buffers. False: the device has failed. */
#ifndef MODEL_CHAIN_H
#define MODEL_CHAIN_H

#include "model/model.h"

bool model_chain_walk(struct model *m, uint16_t index, uint16_t head);
bool model_chain_read(struct model *m, uint64_t offset, void *to, uint32_t length);
bool model_chain_write(struct model *m, uint64_t offset, const void *from, uint32_t length);

#endif
