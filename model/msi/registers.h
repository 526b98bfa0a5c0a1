/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers that a layout adds. */
#ifndef MODEL_MSI_REGISTERS_H
#define MODEL_MSI_REGISTERS_H

#include "model/model.h"

/* False: not a register of the device's layout, or not one now. The rest of the device answers. */
bool model_msi_read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value);
bool model_msi_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value);

#endif
