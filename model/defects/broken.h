/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a device have a defect? The model asks this wherever it implements the healthy behaviour. */
#ifndef MODEL_BROKEN_H
#define MODEL_BROKEN_H

#include "model/model.h"

/* A mutant of the healthy device (tests/self/mutants.py) has none. */
static inline bool model_has(const struct model *m, enum model_defect defect)
{
#ifdef MODEL_WITHOUT_DEFECTS
	(void)m, (void)defect;
	return false;
#else
	return m->defects[defect / 32] >> (defect % 32) & 1;
#endif
}

/* By its name in the catalogue. */
#define broken(m, id) model_has((m), MODEL_DEFECT_##id)

/* If the device has the defect, from now on it serves nothing any more, or is not on the bus, until power on. */
#ifdef MODEL_WITHOUT_DEFECTS
#define hang_if_broken(m, id)  ((void)(m))
#define leave_if_broken(m, id) ((void)(m))
#else
#define hang_if_broken(m, id)  ((m)->defective.hung |= broken(m, id))
#define leave_if_broken(m, id) ((m)->defective.off_the_bus |= broken(m, id))
#endif

#endif
