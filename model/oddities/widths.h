/* SPDX-License-Identifier: BSD-2-Clause */
/* The widths by which a driver accesses the fields of the configuration space. */
#ifndef MODEL_ODDITIES_WIDTHS_H
#define MODEL_ODDITIES_WIDTHS_H

#include "model/model.h"

/* Does the device take this access? One with the oddity takes only those that a driver may make (4.2.2.2). */
bool model_odd_takes_width(const struct model *m, uint32_t offset, uint8_t width);

#ifdef MODEL_WITHOUT_ODDITIES /* what it comes to then (tests/self/mutants.py) */
#define model_odd_takes_width(m, offset, width) ((void)(m), (void)(offset), (void)(width), true)
#endif

#endif
