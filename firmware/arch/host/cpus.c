// SPDX-License-Identifier: BSD-2-Clause
/* A second CPU in a single thread: cpu_wake() runs its function to the end at once. */
#include "firmware/arch/generic/cpus.h"

#include <stdlib.h>

#include "firmware/arch/host/host.h"

enum { CPUS = 2 };

static uint32_t self;
static const struct cpu_program *programs[CPUS];

uint32_t cpus_count(void)
{
	return CPUS;
}

uint32_t cpus_self(void)
{
	return self;
}

void host_on_cpu(uint32_t cpu, void (*function)(void *argument), void *argument)
{
	const uint32_t before = self;

	self = cpu;
	function(argument);
	self = before;
}

void host_on_cpu_reset(void)
{
	self = 0;
}

static void arrive(void *argument)
{
	(void)argument;
	programs[self]->arrive();
}

const char *cpu_boot(uint32_t cpu, const struct cpu_program *program)
{
	programs[cpu] = program;
	host_on_cpu(cpu, arrive, NULL);
	return NULL;
}

bool cpu_stop(uint32_t cpu)
{
	(void)cpu;
	return true;
}

/* Never called: no CPU of this port runs a loop of its own. */
void cpu_rest(void)
{
}

void cpu_await_stop(void)
{
	abort();
}

static void act(void *argument)
{
	(void)argument;
	programs[self]->turn();
}

void cpu_wake(uint32_t cpu)
{
	host_on_cpu(cpu, act, NULL);
}
