// SPDX-License-Identifier: BSD-2-Clause
#include "tests/self/unit/steps.h"

uint64_t unit_steps;

/* The compiler inserts calls of this. */
void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	unit_steps++;
}
