// SPDX-License-Identifier: BSD-2-Clause
#include <stddef.h>

#include "firmware/arch/clock.h"

static bool (*wait_hook)(void);

void clock_on_wait(bool (*hook)(void))
{
	wait_hook = hook;
}

void clock_wait(void)
{
	if (wait_hook)
		wait_hook();
	cpu_relax();
}
