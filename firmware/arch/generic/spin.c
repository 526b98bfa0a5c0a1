// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/spin.h"

bool clock_spin(bool (*condition)(void), uint64_t nanoseconds)
{
	struct patience patience;
	bool late = false, met;

	if (condition()) /* without a look at the clock: the console asks all the time */
		return true;
	patience = patience_begin(nanoseconds);
	while (!(met = condition()) && !late) {
		cpu_relax();
		late = patience_ends(&patience);
	}
	return met;
}
