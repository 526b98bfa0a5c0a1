// SPDX-License-Identifier: BSD-2-Clause
/* The model's catalogue of defects, as proof.h asks for it. */
#include "tests/guest/reference/reference.h"

static bool describe(unsigned defect, struct proof_defect *description)
{
	uint32_t flags = model_defect_flags((enum model_defect)defect);

	if (!defect || defect > model_defect_count())
		return false;
	*description = (struct proof_defect){
		.name = model_defect_name((enum model_defect)defect),
		.types = flags & MODEL_ON_ANY_TYPE,
		.versions = (flags & MODEL_ON_VERSION_1 ? 1u << 1 : 0) | (flags & MODEL_ON_VERSION_2 ? 1u << 2 : 0) |
			    (flags & MODEL_ON_VERSION_3 ? 1u << 3 : 0),
	};
	return true;
}

static void restart(void *context, unsigned version, unsigned defect)
{
	reference_restart(context, version, defect);
}

struct proof_catalogue reference_catalogue(struct reference_machine *machine)
{
	return (struct proof_catalogue){ .describe = describe, .restart = restart, .context = machine };
}
