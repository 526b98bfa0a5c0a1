/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalogue of defects: every way in which the reference device can be told to break the specification. One line a defect, and one
 * `if (model_has(m, ...))` at the one place where the healthy behaviour lives.
 */
#ifndef MODEL_DEFECTS_H
#define MODEL_DEFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which devices can show a defect. */
enum {
	MODEL_ON_NETWORK = 1u << 1, /* 1 << device type */
	MODEL_ON_BLOCK = 1u << 2,
	MODEL_ON_CONSOLE = 1u << 3,
	MODEL_ON_ENTROPY = 1u << 4,
	MODEL_ON_ANY_TYPE = MODEL_ON_NETWORK | MODEL_ON_BLOCK | MODEL_ON_CONSOLE | MODEL_ON_ENTROPY,
	MODEL_ON_VERSION_1 = 1u << 5,
	MODEL_ON_VERSION_2 = 1u << 6,
	MODEL_ON_VERSION_3 = 1u << 7,
	MODEL_ON_MODERN = MODEL_ON_VERSION_2 | MODEL_ON_VERSION_3,
	MODEL_ON_ANY_VERSION = MODEL_ON_VERSION_1 | MODEL_ON_MODERN,
	MODEL_ON_ANY = MODEL_ON_ANY_TYPE | MODEL_ON_ANY_VERSION,
	/* What it takes beyond a driver. */
	MODEL_NEEDS_CONFIG_CHANGE = 1u << 8, /* model_config_change() or one of its kind, at the right moment */
	MODEL_NEEDS_INBOUND = 1u << 9,       /* frames or console input: a joined device, the responder, the echo, or the host */
	MODEL_NEEDS_DELAY = 1u << 10,        /* a host that does not run the device at once */
	MODEL_HOSTILE = 1u << 11,            /* may keep a driver waiting for ever, or give model_run() work for ever */
};

enum model_defect {
	MODEL_DEFECT_NONE,
	MODEL_DEFECT_MAGIC_WRONG,
	MODEL_DEFECT_COUNT,
};
enum { MODEL_DEFECT_WORDS = 8 };

/* One line of the catalogue. The texts are for people and for reports. */
struct model_defect_info {
	const char *rows; /* requirement rows that it breaks, separated by blanks */
	const char *what; /* what the device does, in a sentence */
	const char *seen; /* a real device that did it; null: none known */
};

/* Defects are numbered 1 to model_defect_count(). */
unsigned model_defect_count(void);
const char *model_defect_name(enum model_defect defect);
uint32_t model_defect_flags(enum model_defect defect); /* MODEL_ON_*, MODEL_NEEDS_* and MODEL_HOSTILE */
const struct model_defect_info *model_defect_info(enum model_defect defect);
enum model_defect model_defect_find(const char *name); /* MODEL_DEFECT_NONE: no such defect */

#endif
