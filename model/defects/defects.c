/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue as tables: names and flags. Rows and texts for people are in defect_texts.c, so that an image which
 * prints none does not carry them. */
#include "model/defects/defects.h"

enum {
	TYPES_ANY = MODEL_ON_ANY_TYPE,
	TYPES_RNG = MODEL_ON_ENTROPY,
	TYPES_BLK = MODEL_ON_BLOCK,
	TYPES_NET = MODEL_ON_NETWORK,
	TYPES_CON = MODEL_ON_CONSOLE,
	TYPES_REST = MODEL_ON_ANY_TYPE & ~MODEL_ON_ENTROPY,
	VERSIONS_ANY = MODEL_ON_ANY_VERSION,
	VERSIONS_OLD = MODEL_ON_VERSION_1,
	VERSIONS_NEW = MODEL_ON_VERSION_2 | MODEL_ON_VERSION_3,
	VERSIONS_V3 = MODEL_ON_VERSION_3,
	EXTRA_NONE = 0,
	EXTRA_CHANGE = MODEL_NEEDS_CHANGE,
	EXTRA_INBOUND = MODEL_NEEDS_INBOUND,
	EXTRA_DELAY = MODEL_NEEDS_DELAY,
	EXTRA_BATCH = MODEL_NEEDS_BATCH,
	EXTRA_MSI = MODEL_NEEDS_MSI,
	EXTRA_RO = MODEL_NEEDS_READ_ONLY,
	EXTRA_HOSTILE = MODEL_IS_HOSTILE,
	EXTRA_HIDDEN = MODEL_IS_HIDDEN,
};

/* One after the other, without 300 pointers to them. */
static const char names[] =
#define X(id, types, versions, extra, rows, what, seen) #id "\0"
	MODEL_CATALOGUE(X);
#undef X

static const uint16_t flags[MODEL_DEFECT_COUNT] = { 0,
#define X(id, types, versions, extra, rows, what, seen) TYPES_##types | VERSIONS_##versions | EXTRA_##extra,
						    MODEL_CATALOGUE(X)
#undef X
};

static bool exists(enum model_defect defect)
{
	return (unsigned)defect - 1 < model_defect_count();
}

unsigned model_defect_count(void)
{
	return MODEL_DEFECT_COUNT - 1;
}

static const char *text_of(const char *text, enum model_defect defect)
{
	if (!exists(defect))
		return NULL;
	for (unsigned i = 1; i < (unsigned)defect; i++)
		while (*text++)
			;
	return text;
}

const char *model_defect_name(enum model_defect defect)
{
	return text_of(names, defect);
}

uint32_t model_defect_flags(enum model_defect defect)
{
	return exists(defect) ? flags[defect] : 0;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '_' && *b == '-')); a++, b++)
		;
	return !*a && !*b;
}

enum model_defect model_defect_find(const char *name)
{
	const char *candidate = names;

	for (unsigned i = 1; i < MODEL_DEFECT_COUNT; i++) {
		if (same_name(candidate, name))
			return (enum model_defect)i;
		while (*candidate++)
			;
	}
	return MODEL_DEFECT_none;
}
