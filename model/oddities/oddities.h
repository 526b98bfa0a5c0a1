/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Oddities: what a conforming device may do and most devices do not. A host gives a device one or several of them, by
 * name, before power on (config.oddities). model/oddities/catalogue.h lists them; model/oddities/odd.h is how the model
 * asks for one.
 */
#ifndef MODEL_ODDITIES_H
#define MODEL_ODDITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/oddities/catalogue.h"

enum model_oddity {
	MODEL_ODDITY_none, /* oddities are numbered from 1 */
#define X(id, types, versions, apart, clause, what) MODEL_ODDITY_##id,
	/* clang-format off */
	MODEL_ODDITIES(X)
#undef X
	MODEL_ODDITY_COUNT, /* one more than the last */
	/* clang-format on */
};
enum { MODEL_ODDITY_WORDS = (MODEL_ODDITY_COUNT + 31) / 32 };

struct model_oddity_info {
	const char *name;
	uint64_t types;	   /* types that can have it: bit n for device id n */
	uint32_t versions; /* Versions that can have it: bit n for Version n */
	const char *apart; /* the word of those that exclude each other; "NONE": it excludes none */
};

unsigned model_oddity_count(void);					     /* oddities are 1 to this */
const struct model_oddity_info *model_oddity_info(enum model_oddity oddity); /* null: no such oddity */

/* By name, with '-' or '_' between words. MODEL_ODDITY_none: no such oddity. */
enum model_oddity model_oddity_find(const char *name);

/* Do two oddities exclude each other? */
bool model_oddities_apart(enum model_oddity one, enum model_oddity other);

/* Can a device of this type and Version have it? */
bool model_oddity_fits(enum model_oddity oddity, uint32_t device_id, uint32_t version);

#endif
