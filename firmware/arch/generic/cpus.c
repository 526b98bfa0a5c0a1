// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/cpus.h"

#include <stddef.h>

#include <arch/cpu.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/generic/cpu_states.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/arch/irq.h"

/* How long a virtual CPU may take to arrive, on a host under load. */
#define START_LIMIT MILLISECONDS(5000)
/* How long a CPU polls for its next function before it rests: that saves a wake-up when functions follow one
 * another. */
#define AWAKE_NS MICROSECONDS(100)

/* Runs on the CPU itself. CPU 0 may have given up on this CPU meanwhile; then the state has changed and the CPU
 * halts. */
static void advance_state(struct cpu_state *cpu, enum cpu_state_kind from, enum cpu_state_kind to)
{
	if (!cpu_state_change(cpu, from, to))
		cpu_await_stop();
}

/* Waits as WAIT_UNTIL() does, but does not run the wait's worker. */
static bool wait_while(const struct cpu_state *cpu, enum cpu_state_kind state, uint64_t nanoseconds)
{
	struct patience patience = patience_begin(nanoseconds);

	while (cpu_state_of(cpu) == state) {
		if (patience_ends(&patience))
			return false;
		cpu_relax();
	}
	return true;
}

static void arrive(void)
{
	struct cpu_state *const cpu = &cpu_states[cpus_self()];

	cpu->life++;
	lines_arrived();
	settle_answer(settle_asked());
	advance_state(cpu, CPU_OFF, CPU_RESTING);
}

static bool turn(void)
{
	struct cpu_state *const cpu = &cpu_states[cpus_self()];
	bool on;

	if (cpu_state_of(cpu) != CPU_BUSY)
		return false;
	on = irq_enable(true);
	cpu->function(cpu->argument);
	irq_enable(on);
	advance_state(cpu, CPU_BUSY, CPU_RESTING);
	return true;
}

static _Noreturn void enter(void)
{
	const struct cpu_state *const cpu = &cpu_states[cpus_self()];

	for (arrive();;) {
		if (turn()) {
			irq_enable(true);
			wait_while(cpu, CPU_RESTING, AWAKE_NS);
			irq_enable(false);
		} else {
			cpu_rest();
		}
	}
}

static const struct cpu_program program = { .enter = enter, .arrive = arrive, .turn = turn };

static void stop(uint32_t number)
{
	struct cpu_state *const cpu = &cpu_states[number];

	cpu->used = false;
	cpu->why_lost = "it hung and cannot be started again";
	cpu_state_enter(cpu, CPU_LOST);
	if (cpu_stop(number))
		cpu_state_enter(cpu, CPU_OFF);
	/* Only after the CPU has stopped: until then it may still enter the handler of another line. */
	lines_abandon(number);
}

const char *cpus_start(uint32_t number)
{
	struct cpu_state *const cpu = &cpu_states[number];

	if (number >= cpus_count())
		return "there is no such CPU";
	if (cpu_state_of(cpu) == CPU_OFF && number) {
		cpu->why_lost = cpu_boot(number, &program);
		if (cpu->why_lost) {
			cpu_state_enter(cpu, CPU_LOST);
		} else if (!wait_while(cpu, CPU_OFF, START_LIMIT)) {
			cpu->why_lost = "it did not come up within five seconds";
			cpu_state_enter(cpu, CPU_LOST);
			cpu_stop(number);
		}
	}
	if (cpu_state_of(cpu) == CPU_LOST)
		return cpu->why_lost;
	cpu->used = true;
	return NULL;
}

bool cpus_begin(uint32_t number, void (*function)(void *argument), void *argument)
{
	struct cpu_state *const cpu = &cpu_states[number];

	if (cpu_state_of(cpu) != CPU_RESTING)
		return false;
	cpu->function = function;
	cpu->argument = argument;
	if (!cpu_state_change(cpu, CPU_RESTING, CPU_BUSY))
		return false;
	cpu_wake(number);
	return true;
}

enum guard_end cpus_wait(uint32_t number, uint64_t timeout_ns, struct guard_trap *trap)
{
	struct cpu_state *const cpu = &cpu_states[number];

	*trap = (struct guard_trap){ .name = "" };
	if (!WAIT_UNTIL(cpu_state_of(cpu) != CPU_BUSY, timeout_ns)) {
		stop(number);
		return GUARD_TIMED_OUT;
	}
	if (cpu_state_of(cpu) != CPU_TRAPPED)
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
		const uint32_t state = cpu_state_of(&cpu_states[number]);

		if (state == CPU_TRAPPED)
			*trap = cpu_states[number].trap;
		if (state == CPU_BUSY || state == CPU_TRAPPED) {
			stop(number);
			stopped++;
		}
		cpu_states[number].used = false;
	}
	return stopped;
}

void cpus_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error)
{
	struct cpu_state *const cpu = &cpu_states[cpus_self()];

	cpu->trap = (struct guard_trap){ .name = name, .address = address, .data = data, .error = error };
	if (!cpu_state_change(cpu, CPU_BUSY, CPU_TRAPPED))
		cpu_state_change(cpu, CPU_RESTING, CPU_TRAPPED); /* trapped in an interrupt */
	cpu_await_stop();
}
