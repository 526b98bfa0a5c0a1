/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts how much work discovery does. A clock would give another answer each time. */
#ifndef TESTS_SELF_UNIT_STEPS_H
#define TESTS_SELF_UNIT_STEPS_H

#include <stdint.h>

/* The number of basic blocks that ran, in code that was compiled with -fsanitize-coverage=trace-pc. */
extern uint64_t unit_steps;

#endif
