// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/spin.h"

bool clock_spin(bool (*condition)(void), uint64_t nanoseconds)
{
	struct patience patience;
	bool late = false, met;

	if (condition()) /* no look at the clock: the console calls this for every byte */
		return true;
	patience = patience_begin(nanoseconds);
	while (!(met = condition()) && !late) {
		cpu_relax();
		late = patience_ends(&patience);
	}
	return met;
}
