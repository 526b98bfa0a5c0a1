/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the checks on the devices and writes plan, results and end marker (docs/report.md). */
#ifndef TESTS_CONFORMANCE_RUN_H
#define TESTS_CONFORMANCE_RUN_H

#include <stdbool.h>

#include "drivers/device.h"
#include "tests/framework/check.h"
#include "tests/framework/options.h"

/* What is printed as "# nothing to test: <why>" when the plan is empty because there is no device; may be NULL if there
 * is one. */
void run_checks(struct device *devices, unsigned count, const struct options *options, const char *why_none);

/* Did anything FAIL or end in ERROR? Valid after run_checks(). */
bool run_was_good(void);

/* For proof.c: does the check concern the device, and what does it say, without a word of its own? */
bool run_applies(const struct check *check, const struct device *device);
enum verdict run_silently(const struct check *check, struct device *device, struct device *devices, unsigned count,
			  const struct options *options, uint64_t seed);

/* The linker's name for the section that CHECK fills. */
extern const struct check *const __start_checks[], *const __stop_checks[];

/* With the option `isolated`: called before each check, to power on anew what is in our power (arch/manners.h). NULL:
 * nothing is. */
extern void (*run_renew)(void);

#endif
