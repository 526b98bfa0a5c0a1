// SPDX-License-Identifier: BSD-2-Clause
/* The state of each CPU, and the locks. A lock asks for its holder's state, because it is broken if that CPU is
 * gone. */
#include "firmware/arch/generic/cpu_states.h"

#include <arch/cpu.h>

#include "firmware/arch/clock.h"

/* Longer than any running CPU holds a lock, even if its VMM deschedules it for a while. */
#define LOCK_LIMIT MILLISECONDS(20000)

struct cpu_state cpu_states[CPUS_MAX];

uint32_t cpu_state_of(const struct cpu_state *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

void cpu_state_enter(struct cpu_state *cpu, enum cpu_state_kind state)
{
	__atomic_store_n(&cpu->state, state, __ATOMIC_RELEASE);
}

bool cpu_state_change(struct cpu_state *cpu, uint32_t from, enum cpu_state_kind to)
{
	return __atomic_compare_exchange_n(&cpu->state, &from, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

bool cpus_in_use(uint32_t number)
{
	return cpu_states[number].used && cpu_state_of(&cpu_states[number]) != CPU_TRAPPED;
}

/* A holder is a CPU's number and its generation: a CPU that was started again does not hold the locks of its former
 * life. */
#define LIFE_SHIFT 8

static uint32_t holder_of(uint32_t number)
{
	return cpu_states[number].life << LIFE_SHIFT | (number + 1);
}

/* Is the lock held by a CPU that was stopped, or by this CPU before it left a guard? CPU 0 is never stopped. */
static bool is_abandoned(uint32_t holder)
{
	const uint32_t number = (holder & ((1u << LIFE_SHIFT) - 1)) - 1;
	const uint32_t state = cpu_state_of(&cpu_states[number]);

	return number == cpus_self() || holder != holder_of(number) ||
	       (number && state != CPU_BUSY && state != CPU_RESTING);
}

void cpus_lock(struct cpus_lock *lock)
{
	const uint32_t mine = holder_of(cpus_self());
	struct patience patience = { 0 };

	for (uint32_t holder = 0;
	     !__atomic_compare_exchange_n(&lock->holder, &holder, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
	     holder = 0) {
		if (!patience.deadline)
			patience = patience_begin(LOCK_LIMIT);
		if (is_abandoned(holder) || patience_ends(&patience)) {
			__atomic_store_n(&lock->holder, mine, __ATOMIC_RELAXED);
			return;
		}
		cpu_relax();
	}
}

/* Unlocks only if we still hold the lock: another CPU may have taken it as abandoned. */
void cpus_unlock(struct cpus_lock *lock)
{
	uint32_t mine = holder_of(cpus_self());

	__atomic_compare_exchange_n(&lock->holder, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}
