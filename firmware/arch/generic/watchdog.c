// SPDX-License-Identifier: BSD-2-Clause
/* What a port's watchdog calls. A pointer, because the port's interrupts stand above its primitives, and the guard
 * above them all. */
#include <stddef.h>

#include "firmware/arch/generic/guard.h"

static void (*tick)(uint64_t address);

void watchdog_calls(void (*what)(uint64_t address))
{
	tick = what;
}

void watchdog_tick(uint64_t address)
{
	if (tick)
		tick(address);
}
