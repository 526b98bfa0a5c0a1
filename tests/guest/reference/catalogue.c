// SPDX-License-Identifier: BSD-2-Clause
/* The model's catalogue of defects, in the form that proof.h wants. */
#include "tests/guest/reference/reference.h"

static bool describe(unsigned defect, struct proof_defect *description)
{
	const struct model_defect_info *info = model_defect_info((enum model_defect)defect);

	if (!info)
		return false;
	*description = (struct proof_defect){
		.name = info->name,
		.types = info->types,
		.versions = info->versions,
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
