/* SPDX-License-Identifier: BSD-2-Clause */
/* How much work discovery was, which no clock says the same of twice. */
#ifndef TESTS_SELF_UNIT_STEPS_H
#define TESTS_SELF_UNIT_STEPS_H

#include <stdint.h>

/* Pieces of code without a branch that ran, of what was compiled with -fsanitize-coverage=trace-pc. */
extern uint64_t unit_steps;

#endif
