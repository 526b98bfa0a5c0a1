/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_INTERRUPT_H
#define MODEL_INTERRUPT_H

#include "model/model.h"

/* Interrupts the driver for an event of SOURCE (MODEL_SOURCE_...), by a message or by the line. */
void model_raise(struct model *m, uint32_t source);

#endif
