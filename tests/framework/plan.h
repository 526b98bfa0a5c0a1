/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: which checks run on which devices, in what order. */
#ifndef TESTS_FRAMEWORK_PLAN_H
#define TESTS_FRAMEWORK_PLAN_H

#include <stdbool.h>

#include "drivers/device.h"
#include "tests/framework/check.h"
#include "tests/framework/options.h"

enum { PLAN_NAME_MAX = 96 };

/* Checks, in the order in which they run on each device. */
struct check_list {
	const struct check *const *begin, *const *end;
};
/* All checks that CHECK declares, in the order in which their files are linked. */
extern const struct check_list all_checks;

struct plan {
	struct check_list checks;
	struct device *devices;
	unsigned device_count;
	const struct options *options; /* they choose among the checks */
};

/* Does the check concern the device at all? */
bool plan_has(const struct check *check, const struct device *device);

/* The full name of a result: "blk0.ring.wrap". */
void plan_name(char name[PLAN_NAME_MAX], const struct check *check, const struct device *device);

/* Do the options `only` and `skip` choose the check with this full name? */
bool plan_chooses(const char *name, const struct options *options);

/*
 * Calls visit, unless it is NULL, for each pair of check and device that the options choose, in the order of the plan.
 * Returns the number of pairs.
 */
unsigned plan_each(const struct plan *plan,
		   void (*visit)(struct device *device, const struct check *check, const char *name, void *context),
		   void *context);

/* Prints the plan for the option `list`, with an end marker. */
void plan_list(const struct plan *plan);

#endif
