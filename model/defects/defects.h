/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Defects: every way in which the reference device can be told to break the specification, each by name, one or
 * several, at run time. The list is in model/defects/catalogue.h; each has one `if (broken(m, id))` at the place where
 * the healthy behaviour lives.
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

/* What it takes to show a defect beyond a driver, or what to beware of. */
enum {
	MODEL_NEEDS_CHANGE = 1u << 0,	 /* a configuration change from outside: model_config_change(), model_ask() */
	MODEL_NEEDS_INBOUND = 1u << 1,	 /* frames or console input: the responder, the echo, model_input() */
	MODEL_NEEDS_DELAY = 1u << 2,	 /* a host that lets the driver act between two units of work */
	MODEL_NEEDS_BATCH = 1u << 3,	 /* config.batch above 1 */
	MODEL_NEEDS_READ_ONLY = 1u << 4, /* config.blk.read_only */
	MODEL_NEEDS_MSI = 1u << 5,	 /* config.msi; a layout to which it applies */
	MODEL_IS_HOSTILE = 1u << 6,	 /* may keep a driver waiting, or model_run() busy, for ever */
	MODEL_IS_HIDDEN = 1u << 7,	 /* discovery will not find the device, or not as one it knows */
};

struct model_defect_info {
	const char *name;
	uint64_t types;	   /* of device that can show it: bit n for device id n */
	uint32_t versions; /* that can: bit n for Version n */
	uint32_t extra;	   /* of the enum above */
};

unsigned model_defect_count(void);					     /* defects are 1 to this */
const struct model_defect_info *model_defect_info(enum model_defect defect); /* null: no such defect */

/* By name, with '-' or '_' between words. MODEL_DEFECT_none: no such defect. */
enum model_defect model_defect_find(const char *name);

#endif
