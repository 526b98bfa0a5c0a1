/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an interrupt costs (touchstone.bench). These are not checks of the specification: each reports how long one
 * transaction takes with one way to interrupt, the line or messages.
 */
#ifndef TESTS_GUEST_BENCH_H
#define TESTS_GUEST_BENCH_H

#include "tests/framework/plan.h"

/* In the order in which they run on each device: the line comes before messages, which are compared with it. */
extern const struct check_list bench_checks;

#endif
