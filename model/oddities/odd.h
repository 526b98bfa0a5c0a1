/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a device have an oddity? The model asks this where the specification leaves a choice. */
#ifndef MODEL_ODD_H
#define MODEL_ODD_H

#include "model/bits.h"
#include "model/model.h"

/* By its name in the catalogue. A mutant of the healthy device (tests/self/mutants.py) has none. */
#ifdef MODEL_WITHOUT_ODDITIES
#define odd(m, id)	  ((void)(m), false)
#define odd_config(c, id) ((void)(c), false)
#else
#define odd(m, id)	  model_bit((m)->config.oddities, MODEL_ODDITY_##id)
#define odd_config(c, id) model_bit((c)->oddities, MODEL_ODDITY_##id)
#endif

#endif
