/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_REQUESTS_H
#define MODEL_REQUESTS_H

#include "model/model.h"

/* Does one unit of work on a queue of requests: takes as many as may be in flight, and completes one. */
void model_queue_work(struct model *m, uint16_t index);

#endif
