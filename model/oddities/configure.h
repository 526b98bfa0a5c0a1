/* SPDX-License-Identifier: BSD-2-Clause */
/* The oddities that are a choice of the configuration: what the device offers, and how large it is. */
#ifndef MODEL_ODDITIES_CONFIGURE_H
#define MODEL_ODDITIES_CONFIGURE_H

#include "model/model.h"

/* Changes the configuration, before its features are adjusted to each other. */
void model_oddities_configure(struct model_config *config);
/* Adds the feature bits that no device of the model offers otherwise, and takes others away. Call it after that. */
void model_oddities_offer(struct model_config *config);

#ifdef MODEL_WITHOUT_ODDITIES /* what both come to then (tests/self/mutants.py) */
#define model_oddities_configure(c) ((void)(c))
#define model_oddities_offer(c)	    ((void)(c))
#endif

#endif
