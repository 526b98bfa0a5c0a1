/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_INTERRUPT_H
#define MODEL_INTERRUPT_H

#include "model/model.h"

/* An event of a source (MODEL_SOURCE_...): interrupts the driver by a message or by the line. */
void model_raise(struct model *m, uint32_t source);

#endif
