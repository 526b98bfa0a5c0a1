/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MODEL_LINE_H
#define MODEL_LINE_H

#include "model/model.h"

void model_set_line(struct model *m, bool asserted);
/* CAUSE: bits of InterruptStatus. */
void model_raise_line(struct model *m, uint32_t cause);
void model_acknowledge(struct model *m, uint32_t causes);
void model_clear_interrupts(struct model *m);
uint32_t model_read_interrupt_status(struct model *m);

#endif
