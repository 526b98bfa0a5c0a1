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

/* Which devices can show a defect, and what it takes beyond a driver. */
enum {
	MODEL_ON_NETWORK = 1u << 1, /* 1 << device type */
	MODEL_ON_BLOCK = 1u << 2,
	MODEL_ON_CONSOLE = 1u << 3,
	MODEL_ON_ENTROPY = 1u << 4,
	MODEL_ON_ANY_TYPE = MODEL_ON_NETWORK | MODEL_ON_BLOCK | MODEL_ON_CONSOLE | MODEL_ON_ENTROPY,

	MODEL_ON_VERSION_1 = 1u << 5,
	MODEL_ON_VERSION_2 = 1u << 6,
	MODEL_ON_VERSION_3 = 1u << 7,
	MODEL_ON_ANY_VERSION = MODEL_ON_VERSION_1 | MODEL_ON_VERSION_2 | MODEL_ON_VERSION_3,

	MODEL_NEEDS_CHANGE =
		1u << 8, /* a configuration change from outside: model_config_change(), or an announcement */
	MODEL_NEEDS_INBOUND = 1u << 9, /* frames or console input: a joined device, the responder, the echo, the host */
	MODEL_NEEDS_DELAY = 1u << 10,  /* a host that lets the driver act between two units of work */
	MODEL_NEEDS_BATCH = 1u << 11,  /* config.batch above 1 */
	MODEL_NEEDS_READ_ONLY = 1u << 12, /* config.blk.read_only */

	MODEL_IS_HOSTILE = 1u << 13, /* may keep a driver waiting, or model_run() busy, for ever */
	MODEL_NEEDS_MSI = 1u << 15,  /* config.msi; a layout to which it applies */
	MODEL_IS_HIDDEN = 1u << 14,  /* discovery will not find the device, or not as one it knows */
};

/* What of the catalogue is for people. */
struct model_defect_info {
	const char *rows; /* of the requirement table that it breaks, separated by blanks */
	const char *what; /* what the device does, in a sentence without its subject */
	const char *seen; /* who did it in the field; null: nobody that we know */
};

unsigned model_defect_count(void);					     /* defects are 1 to this */
const char *model_defect_name(enum model_defect defect);		     /* null: no such defect */
uint32_t model_defect_flags(enum model_defect defect);			     /* of the enum above; 0: no such defect */
const struct model_defect_info *model_defect_info(enum model_defect defect); /* null: no such defect */

/* By name, with '-' or '_' between words. MODEL_DEFECT_none: no such defect. */
enum model_defect model_defect_find(const char *name);

#endif
