/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of the report that belong to a check. Inside tests/framework only. */
#ifndef TESTS_CONFORMANCE_REPORT_H
#define TESTS_CONFORMANCE_REPORT_H

#include <stdarg.h>

#include "tests/framework/check.h"

extern const char *const level_names[]; /* by enum level */

/* "# start ..." */
void report_start(const struct check *check, const char *name);
/* The block of a failed assertion. got and want may be NULL. The journal is printed for the first failure of a check.
 */
void report_failure(struct run *t, const struct assertion *assertion, const char *got, const char *want,
		    va_list arguments);
/* "ok ..." or "not ok ..." */
void report_result(unsigned number, const char *name, const struct run *t);

/* Totals for the end marker. */
struct report_counts {
	unsigned run, by_verdict[VERDICT_ERROR + 1], infos;
};
extern struct report_counts report_counts;
void report_end(uint64_t seed);

#endif
