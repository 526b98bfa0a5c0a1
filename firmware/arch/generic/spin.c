// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/spin.h"

bool clock_spin(bool (*condition)(void), uint64_t nanoseconds)
{
	struct patience patience = patience_begin(nanoseconds);
	bool late = false, met;

	while (!(met = condition()) && !late) {
		cpu_relax();
		late = patience_ends(&patience);
	}
	return met;
}
