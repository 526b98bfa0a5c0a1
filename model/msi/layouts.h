/* SPDX-License-Identifier: BSD-2-Clause */
/* The layouts that the model knows. A new layout is a file, two lines in layouts.c and one in model.h. */
#ifndef MODEL_LAYOUTS_H
#define MODEL_LAYOUTS_H

#include "model/msi/msi.h"

/* The table of LAYOUT, an enum model_msi_layout. Null: LAYOUT is "none", or unknown. */
const struct model_msi_registers *model_msi_registers_of(unsigned layout);

#endif
