/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of the report that belong to a check. For files of tests/framework only. */
#ifndef TESTS_REPORT_H
#define TESTS_REPORT_H

#include <stdarg.h>

#include "tests/framework/check.h"

extern const char *const level_names[]; /* indexed by enum level */

/* "# start ..." */
void report_start(const struct check *check, const char *name);
/* An assertion that failed. */
struct failure {
	const char *file;
	int line;
	const char *property;	/* the property that should have held, a format */
	const char *got, *want; /* each may be NULL */
	const char *row;	/* the row that does not hold; NULL: the check's own */
};
/* Prints a failure, with the arguments of its property. The journal follows the first failure of a check. */
void report_failure(struct run *t, const struct failure *failure, va_list arguments);
/* "ok ..." or "not ok ..." */
void report_result(unsigned number, const char *name, const struct run *t);

/* Totals for the end marker. */
struct report_counts {
	unsigned run, by_verdict[VERDICT_ERROR + 1], infos;
};
extern struct report_counts report_counts;
void report_end(uint64_t seed);

#endif
