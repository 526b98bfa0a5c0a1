/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/oddities/widths.h"

#include "model/devices/backend.h"
#include "model/oddities/odd.h"

bool model_odd_takes_width(const struct model *m, uint32_t offset, uint8_t width)
{
	for (unsigned i = 0; i < m->backend->widths.count && odd(m, config_own_widths); i++) {
		const struct model_fields *f = &m->backend->widths.at[i];

		if (offset >= f->from && offset < f->to)
			return width == f->width && (offset - f->from) % width == 0;
	}
	return true;
}
