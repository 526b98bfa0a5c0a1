/* SPDX-License-Identifier: BSD-2-Clause */
/* What an oddity decides where the specification leaves a choice. */
#ifndef MODEL_ODDITIES_CHOICES_H
#define MODEL_ODDITIES_CHOICES_H

#include "model/model.h"

/* Does an oddity refuse these features of the driver? */
bool model_oddities_refuse(const struct model *m, const uint32_t *accepted);

/* The used length that the device states for LENGTH written bytes of m->chain. */
uint32_t model_odd_length(const struct model *m, uint32_t length);

#ifdef MODEL_WITHOUT_ODDITIES /* what both come to then (tests/self/mutants.py) */
#define model_oddities_refuse(m, accepted) ((void)(m), (void)(accepted), false)
#define model_odd_length(m, length)	   ((void)(m), (length))
#endif

#endif
