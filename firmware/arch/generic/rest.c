// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/rest.h"

#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/cpus.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/irq.h"

bool cpu_rest_for(uint64_t nanoseconds)
{
	const bool on = irq_enable(false);
	const bool rests = on && !cpus_self() && !lines_in_handler() && watchdog_soon(nanoseconds);

	if (rests)
		cpu_rest();
	irq_enable(on);
	return rests;
}
