/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the checks on the devices and writes plan, results and end marker (docs/report.md). */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <stdbool.h>

#include "drivers/device.h"
#include "tests/framework/check.h"
#include "tests/framework/options.h"
#include "tests/framework/plan.h"

/* If the plan is empty because no device was found, the report says "# nothing to test: <why_none>". why_none may be
 * NULL if there is a device. */
void run_checks(const struct plan *plan, const char *why_none);

/* Did anything FAIL or end in ERROR? Valid after run_checks(). */
bool run_was_good(void);

/* The state of a run. */
struct running {
	struct device *devices;
	unsigned device_count;
	const struct options *options;
	unsigned number; /* number of results so far */
};
/* Runs one check as run_checks() does: start line, rounds, result. `name` is its full name. */
void run_check(struct running *running, const struct check *check, struct device *device, const char *name);

/* Runs a check once without its start line and result. *blamed: see struct run. */
enum verdict run_silently(const struct check *check, struct device *device, struct device *devices, unsigned count,
			  const struct options *options, uint64_t seed, const char **blamed);

#endif
