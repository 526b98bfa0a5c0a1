// SPDX-License-Identifier: BSD-2-Clause
/* The functions that the drivers call, for tests in which no time passes and no other CPU runs. */
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/lib/journal.h"

void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *device, uint32_t offset,
		    uint8_t width, uint32_t value)
{
	(void)now_ns, (void)cpu, (void)kind, (void)device, (void)offset, (void)width, (void)value;
}

uint64_t clock_ns(void)
{
	return 0;
}

bool clock_wait(struct patience *patience)
{
	(void)patience;
	return false;
}

uint32_t cpus_self(void)
{
	return 0;
}

void cpus_lock(struct cpus_lock *lock)
{
	(void)lock;
}

void cpus_unlock(struct cpus_lock *lock)
{
	(void)lock;
}
