/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue as a table: rows and texts for people. */
#include "model/defects/defects.h"

static const struct model_defect_info infos[MODEL_DEFECT_COUNT] = { { NULL, NULL, NULL },
#define X(id, types, versions, extra, rows, what, seen) { rows, what, seen },
								    MODEL_CATALOGUE(X)
#undef X
};

const struct model_defect_info *model_defect_info(enum model_defect defect)
{
	return (unsigned)defect - 1 < model_defect_count() ? &infos[defect] : NULL;
}
