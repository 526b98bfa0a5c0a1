/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_ODDITIES_SIZES_H
#define MODEL_ODDITIES_SIZES_H

#include "model/model.h"

/* QueueSizeMax of a virtqueue, which an oddity may choose. */
uint16_t model_queue_size_max(const struct model *m, uint16_t index);

#endif
