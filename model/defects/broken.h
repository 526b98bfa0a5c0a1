/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a device have a defect? The model asks this wherever it implements the healthy behaviour. */
#ifndef MODEL_BROKEN_H
#define MODEL_BROKEN_H

#include "model/model.h"

static inline bool model_has(const struct model *m, enum model_defect defect)
{
	return m->defects[defect / 32] >> (defect % 32) & 1;
}

/* By its name in the catalogue. A mutant of the healthy device (tests/self/mutants.py) has none. */
#ifdef MODEL_WITHOUT_DEFECTS
#define broken(m, id) ((void)(m), false)
#else
#define broken(m, id) model_has((m), MODEL_DEFECT_##id)
#endif

/* If the device has the defect, from now on it serves nothing any more, or is not on the bus, until power on. */
#define hang_if_broken(m, id)  ((m)->defective.hung |= broken(m, id))
#define leave_if_broken(m, id) ((m)->defective.off_the_bus |= broken(m, id))

#endif
