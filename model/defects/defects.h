/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Defects: every way in which the reference device can be told to break the specification. A host switches them on at
 * run time by name, one or several. model/defects/catalogue.h lists them; each has an `if (broken(m, id))` at the place
 * that implements the healthy behaviour.
 */
#ifndef MODEL_DEFECTS_H
#define MODEL_DEFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/defects/catalogue.h"

enum model_defect {
	MODEL_DEFECT_none, /* no defect: defects are numbered from 1 */
#define X(id, types, versions, extra, rows, what, seen) MODEL_DEFECT_##id,
	/* clang-format off */
	MODEL_CATALOGUE(X)
#undef X
	MODEL_DEFECT_COUNT, /* one more than the last */
	/* clang-format on */
};
enum { MODEL_DEFECT_WORDS = (MODEL_DEFECT_COUNT + 31) / 32 };

/* What a defect needs besides a driver to show itself, or what to beware of. */
enum {
	MODEL_NEEDS_CHANGE = 1u << 0,	 /* a configuration change from outside: model_config_change(), model_ask() */
	MODEL_NEEDS_INBOUND = 1u << 1,	 /* frames or console input: the responder, the echo, model_input() */
	MODEL_NEEDS_DELAY = 1u << 2,	 /* a host that lets the driver act between two units of work */
	MODEL_NEEDS_BATCH = 1u << 3,	 /* config.batch above 1 */
	MODEL_NEEDS_READ_ONLY = 1u << 4, /* config.blk.read_only */
	MODEL_NEEDS_MSI = 1u << 5,	 /* config.msi, with a layout to which the defect applies */
	MODEL_IS_HOSTILE = 1u << 6,	 /* may keep a driver waiting, or model_run() busy, forever */
	MODEL_IS_HIDDEN = 1u << 7,	 /* discovery does not find the device, or does not recognise it */
};

struct model_defect_info {
	const char *name;
	uint64_t types;	   /* types that can show it: bit n for device id n */
	uint32_t versions; /* Versions that can show it: bit n for Version n */
	uint32_t extra;	   /* bits of the enum above */
};

unsigned model_defect_count(void);					     /* defects are 1 to this */
const struct model_defect_info *model_defect_info(enum model_defect defect); /* null: no such defect */

/* By name, with '-' or '_' between words. MODEL_DEFECT_none: no such defect. */
enum model_defect model_defect_find(const char *name);

#endif
