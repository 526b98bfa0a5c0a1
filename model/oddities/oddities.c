/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue as a table. It leaves out the clauses and texts, which are for people who read the catalogue. */
#include "model/oddities/oddities.h"

#include <stddef.h>

enum {
	VERSIONS_OLD = 1u << 1,
	VERSIONS_NEW = 1u << 2 | 1u << 3,
	VERSIONS_ANY = VERSIONS_OLD | VERSIONS_NEW,
};

static const struct model_oddity_info infos[MODEL_ODDITY_COUNT] = {
#define X(id, types, versions, apart, clause, what) \
	[MODEL_ODDITY_##id] = { #id, MODEL_TYPES_##types, VERSIONS_##versions, #apart },
	MODEL_ODDITIES(X)
#undef X
};

unsigned model_oddity_count(void)
{
	return MODEL_ODDITY_COUNT - 1;
}

const struct model_oddity_info *model_oddity_info(enum model_oddity oddity)
{
	return (unsigned)oddity - 1 < model_oddity_count() ? &infos[oddity] : NULL;
}

static bool same(const char *a, const char *b, char dash)
{
	for (; *a && (*a == *b || (*a == '_' && *b == dash)); a++, b++)
		;
	return !*a && !*b;
}

enum model_oddity model_oddity_find(const char *name)
{
	for (unsigned i = 1; i < MODEL_ODDITY_COUNT; i++)
		if (same(infos[i].name, name, '-'))
			return (enum model_oddity)i;
	return MODEL_ODDITY_none;
}

bool model_oddities_apart(enum model_oddity one, enum model_oddity other)
{
	return one != other && same(infos[one].apart, infos[other].apart, '_') && !same(infos[one].apart, "NONE", '_');
}

bool model_oddity_fits(enum model_oddity oddity, uint32_t device_id, uint32_t version)
{
	const struct model_oddity_info *info = model_oddity_info(oddity);

	return info && device_id < 64 && (info->types >> device_id & 1) && (info->versions >> version & 1);
}
