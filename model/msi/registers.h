/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers that a layout of message signalled interrupts adds. */
#ifndef MODEL_MSI_REGISTERS_H
#define MODEL_MSI_REGISTERS_H

#include "model/model.h"

/* False: the layout has no such register, or not at this time, and the rest of the device answers. */
bool model_msi_read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value);
bool model_msi_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value);

#endif
