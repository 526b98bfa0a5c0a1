/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: which checks run on which devices, and in what order. */
#ifndef TESTS_FRAMEWORK_PLAN_H
#define TESTS_FRAMEWORK_PLAN_H

#include <stdbool.h>

#include "drivers/device.h"
#include "tests/framework/check.h"
#include "tests/framework/options.h"

enum { PLAN_NAME_MAX = 96 };

/* The linker's names for the section that CHECK fills. */
extern const struct check *const __start_checks[], *const __stop_checks[];

/* Does the check concern the device at all? */
bool plan_has(const struct check *check, const struct device *device);

/* The full name of a result: "blk0.ring.wrap". */
void plan_name(char name[PLAN_NAME_MAX], const struct check *check, const struct device *device);

/* Do the options `only` and `skip` leave a full name in? */
bool plan_chooses(const char *name, const struct options *options);

/*
 * Calls visit, unless it is NULL, for each pair of check and device that the options choose, in the order of the plan.
 * Returns the number of pairs.
 */
unsigned plan_each(struct device *devices, unsigned count, const struct options *options,
		   void (*visit)(struct device *device, const struct check *check, const char *name, void *context),
		   void *context);

/* The plan as the option `list` prints it, with an end marker. */
void plan_list(struct device *devices, unsigned count, const struct options *options);

#endif
