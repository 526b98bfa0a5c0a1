/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an interrupt costs: touchstone.bench. Not checks of the specification: each result is a way of a device to
 * interrupt, and what one transaction takes in that way.
 */
#ifndef TESTS_CONFORMANCE_BENCH_H
#define TESTS_CONFORMANCE_BENCH_H

#include "tests/framework/check.h"

/* In the order in which they run on each device; wired before messages, which are compared with it. */
enum { BENCH_CHECKS = 2 };
extern const struct check *const bench_checks[BENCH_CHECKS];

#endif
