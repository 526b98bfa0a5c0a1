/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue as a table. It leaves out the rows and texts, which are for people who read the catalogue. */
#include "model/defects/defects.h"

/* The words of the catalogue; catalogue.h defines those of `types`. */
enum {
	VERSIONS_OLD = 1u << 1,
	VERSIONS_NEW = 1u << 2 | 1u << 3,
	VERSIONS_V3 = 1u << 3,
	VERSIONS_ANY = VERSIONS_OLD | VERSIONS_NEW,
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

static const struct model_defect_info infos[MODEL_DEFECT_COUNT] = {
#define X(id, types, versions, extra, rows, what, seen) \
	[MODEL_DEFECT_##id] = { #id, MODEL_TYPES_##types, VERSIONS_##versions, EXTRA_##extra },
	MODEL_CATALOGUE(X)
#undef X
};

unsigned model_defect_count(void)
{
	return MODEL_DEFECT_COUNT - 1;
}

const struct model_defect_info *model_defect_info(enum model_defect defect)
{
	return (unsigned)defect - 1 < model_defect_count() ? &infos[defect] : NULL;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '_' && *b == '-')); a++, b++)
		;
	return !*a && !*b;
}

enum model_defect model_defect_find(const char *name)
{
	for (unsigned i = 1; i < MODEL_DEFECT_COUNT; i++)
		if (same_name(infos[i].name, name))
			return (enum model_defect)i;
	return MODEL_DEFECT_none;
}
