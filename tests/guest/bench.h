/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an interrupt costs: touchstone.bench. Not checks of the specification: each result is a way of a device to
 * interrupt, and what one transaction takes in that way.
 */
#ifndef TESTS_GUEST_BENCH_H
#define TESTS_GUEST_BENCH_H

#include "tests/framework/plan.h"

/* In the order in which they run on each device; wired before messages, which are compared with it. */
extern const struct check_list bench_checks;

#endif
