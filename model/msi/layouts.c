/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/msi/layouts.h"

extern const struct model_msi_registers model_msi_draft3, model_msi_f40, model_msi_dragonball, model_msi_f44;

static const struct model_msi_registers *const layouts[] = {
	[MODEL_MSI_DRAFT3] = &model_msi_draft3,
	[MODEL_MSI_F40] = &model_msi_f40,
	[MODEL_MSI_DRAGONBALL] = &model_msi_dragonball,
	[MODEL_MSI_F44] = &model_msi_f44,
};

const struct model_msi_registers *model_msi_registers_of(unsigned layout)
{
	return layout < sizeof layouts / sizeof layouts[0] ? layouts[layout] : NULL;
}
