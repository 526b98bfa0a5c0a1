// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/cpus.h"

#include <stddef.h>

#include <arch/cpu.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/irq.h"

/* From the first sign to the last of a virtual CPU on a machine under load. */
#define START_LIMIT MILLISECONDS(5000)
/* Longer than any lock is held by a CPU that still runs, as far as its VMM lets it. */
#define LOCK_LIMIT MILLISECONDS(20000)

enum state { CPU_OFF, CPU_RESTING, CPU_BUSY, CPU_TRAPPED, CPU_LOST };

#define AWAKE_NS MICROSECONDS(100)

static struct cpu {
	uint32_t state; /* who changes it last hands the rest over */
	uint32_t life;	/* how often it was started */
	bool used;
	void (*function)(void *argument);
	void *argument;
	struct guard_trap trap;
	const char *why_lost;
} cpus[CPUS_MAX];

static uint32_t state_of(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

static void enter_state(struct cpu *cpu, enum state state)
{
	__atomic_store_n(&cpu->state, state, __ATOMIC_RELEASE);
}

static bool change_state(struct cpu *cpu, uint32_t from, enum state to)
{
	return __atomic_compare_exchange_n(&cpu->state, &from, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* On the CPU itself, which may have been given up meanwhile: then it stays out of the way. */
static void advance_state(struct cpu *cpu, enum state from, enum state to)
{
	if (!change_state(cpu, from, to))
		cpu_park();
}

/* Without the hook of WAIT_UNTIL: nothing else happens meanwhile. */
static bool wait_while(const struct cpu *cpu, enum state state, uint64_t nanoseconds)
{
	struct patience patience = patience_begin(nanoseconds);

	while (state_of(cpu) == state) {
		if (patience_ends(&patience))
			return false;
		cpu_relax();
	}
	return true;
}

static void stop(uint32_t number)
{
	struct cpu *const cpu = &cpus[number];

	cpu->used = false;
	cpu->why_lost = "it hung and cannot be started again";
	enter_state(cpu, CPU_LOST);
	if (cpu_stop(number))
		enter_state(cpu, CPU_OFF);
	/* Not before: it may have been about to begin with another one. */
	lines_abandon(number);
}

const char *cpus_start(uint32_t number)
{
	struct cpu *const cpu = &cpus[number];

	if (number >= cpus_count())
		return "there is no such CPU";
	if (state_of(cpu) == CPU_OFF && number) {
		cpu->why_lost = cpu_boot(number);
		if (cpu->why_lost) {
			enter_state(cpu, CPU_LOST);
		} else if (!wait_while(cpu, CPU_OFF, START_LIMIT)) {
			cpu->why_lost = "it did not come up within five seconds";
			enter_state(cpu, CPU_LOST);
			cpu_stop(number);
		}
	}
	if (state_of(cpu) == CPU_LOST)
		return cpu->why_lost;
	cpu->used = true;
	return NULL;
}

bool cpus_begin(uint32_t number, void (*function)(void *argument), void *argument)
{
	struct cpu *const cpu = &cpus[number];

	if (state_of(cpu) != CPU_RESTING)
		return false;
	cpu->function = function;
	cpu->argument = argument;
	if (!change_state(cpu, CPU_RESTING, CPU_BUSY))
		return false;
	cpu_wake(number);
	return true;
}

enum guard_end cpus_wait(uint32_t number, uint64_t timeout_ns, struct guard_trap *trap)
{
	struct cpu *const cpu = &cpus[number];

	*trap = (struct guard_trap){ .name = "" };
	if (!WAIT_UNTIL(state_of(cpu) != CPU_BUSY, timeout_ns)) {
		stop(number);
		return GUARD_TIMED_OUT;
	}
	if (state_of(cpu) != CPU_TRAPPED)
		return GUARD_RETURNED;
	*trap = cpu->trap;
	stop(number);
	return GUARD_TRAPPED;
}

uint32_t cpus_release(struct guard_trap *trap)
{
	uint32_t stopped = 0;

	*trap = (struct guard_trap){ .name = "" };

	for (uint32_t number = 1; number < CPUS_MAX; number++) {
		const uint32_t state = state_of(&cpus[number]);

		if (state == CPU_TRAPPED)
			*trap = cpus[number].trap;
		if (state == CPU_BUSY || state == CPU_TRAPPED) {
			stop(number);
			stopped++;
		}
		cpus[number].used = false;
	}
	return stopped;
}

bool cpus_in_use(uint32_t number)
{
	return cpus[number].used && state_of(&cpus[number]) != CPU_TRAPPED;
}

void cpus_arrived(void)
{
	struct cpu *const cpu = &cpus[cpus_self()];

	cpu->life++;
	lines_arrived();
	settle_answer(settle_asked());
	advance_state(cpu, CPU_OFF, CPU_RESTING);
}

bool cpus_turn(void)
{
	struct cpu *const cpu = &cpus[cpus_self()];
	bool on;

	if (state_of(cpu) != CPU_BUSY)
		return false;
	on = irq_enable(true);
	cpu->function(cpu->argument);
	irq_enable(on);
	advance_state(cpu, CPU_BUSY, CPU_RESTING);
	return true;
}

/* Before it rests it stays awake for a while: who gave it something may have more. */
void cpus_enter(void)
{
	const struct cpu *const cpu = &cpus[cpus_self()];

	for (cpus_arrived();;) {
		if (cpus_turn()) {
			irq_enable(true);
			wait_while(cpu, CPU_RESTING, AWAKE_NS);
			irq_enable(false);
		} else {
			cpu_rest();
		}
	}
}

void cpus_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error)
{
	struct cpu *const cpu = &cpus[cpus_self()];

	cpu->trap = (struct guard_trap){ .name = name, .address = address, .data = data, .error = error };
	if (!change_state(cpu, CPU_BUSY, CPU_TRAPPED))
		change_state(cpu, CPU_RESTING, CPU_TRAPPED); /* in an interrupt */
	cpu_park();
}

/* A CPU that is started again is not the one that was stopped. */
#define LIFE_SHIFT 8

static uint32_t holder_of(uint32_t number)
{
	return cpus[number].life << LIFE_SHIFT | (number + 1);
}

/* By one that was stopped, or by ourselves: before a guard was left. CPU 0 is never stopped. */
static bool is_abandoned(uint32_t holder)
{
	const uint32_t number = (holder & ((1u << LIFE_SHIFT) - 1)) - 1;
	const uint32_t state = state_of(&cpus[number]);

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

/* Nobody else's: somebody may have taken ours for abandoned. */
void cpus_unlock(struct cpus_lock *lock)
{
	uint32_t mine = holder_of(cpus_self());

	__atomic_compare_exchange_n(&lock->holder, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}
