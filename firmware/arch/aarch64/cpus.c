// SPDX-License-Identifier: BSD-2-Clause
/* Other CPUs. PSCI switches them on, and each switches itself off, because PSCI lets nobody else do it. */
#include "firmware/arch/aarch64/cpus.h"

#include <stddef.h>

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/irq.h"
#include "firmware/arch/aarch64/psci.h"
#include "firmware/arch/aarch64/stack.h"
#include "firmware/arch/aarch64/traps.h"
#include "firmware/arch/irq.h"
#include "firmware/machine.h"

#define MPIDR_AFFINITY 0x000000ff00ffffffull

/* How long a CPU may take to switch itself off, even if its VMM deschedules it for a while. */
#define STOP_LIMIT MILLISECONDS(2000)

struct secondary_registers secondary_registers;
uintptr_t secondary_entry;

static uint64_t ids[CPUS_MAX];
static uint32_t count = 1;
static const struct cpu_program *volatile booting;
static uint32_t stopping; /* the CPU that cpu_stop() waits for */

extern char __image_start[], __rodata_end[];

void cpus_init(const struct platform *platform)
{
	ids[0] = system_read("mpidr_el1") & MPIDR_AFFINITY;
	if (!gic_inputs() || platform->psci.conduit == PSCI_NONE)
		return;
	for (uint32_t i = 0; i < platform->cpu_count && count < CPUS_MAX; i++)
		if (platform->cpus[i] != ids[0])
			ids[count++] = platform->cpus[i];
}

uint32_t cpus_count(void)
{
	return count;
}

/* Cleans data caches to memory, because a CPU with caches off reads memory directly. */
static void clean(const void *start, const void *end)
{
	const uint64_t line = 4u << (system_read("ctr_el0") >> CTR_DATA_LINE_SHIFT & 0xf);

	for (uint64_t at = (uintptr_t)start & ~(line - 1); at < (uintptr_t)end; at += line)
		__asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
	dsb();
}

const char *cpu_boot(uint32_t cpu, const struct cpu_program *program)
{
	booting = program;
	secondary_registers = (struct secondary_registers){
		.mair = system_read("mair_el1"),
		.tcr = system_read("tcr_el1"),
		.ttbr0 = system_read("ttbr0_el1"),
		.sctlr = system_read("sctlr_el1"),
	};
	clean(__image_start, __rodata_end);
	clean(&secondary_registers, &secondary_registers + 1);
	if (!psci_cpu_on(ids[cpu], secondary_entry, (uintptr_t)&cpu_stacks[cpu]))
		return "PSCI does not switch it on";
	return NULL;
}

/* If initialization fails, the CPU never reports that it has arrived, and CPU 0 gives up on it. */
void cpu_started(void)
{
	if (gic_cpu_init(cpus_self()) && irq_cpu_init())
		booting->enter();
	cpu_await_stop();
}

static bool is_off(void)
{
	return psci_cpu_is_off(ids[stopping]);
}

bool cpu_stop(uint32_t cpu)
{
	stopping = cpu;
	if (!is_off())
		irq_send_stop(cpu);
	return clock_spin(is_off, STOP_LIMIT);
}

/* A pending interrupt ends wfi even while interrupts are off. */
void cpu_rest(void)
{
	__asm__ volatile("wfi" ::: "memory");
	interrupts_restore(true);
	isb();
	interrupts_off();
}

void cpu_wake(uint32_t cpu)
{
	irq_send_wake(cpu);
}

void cpu_await_stop(void)
{
	interrupts_off();
	irq_cpu_end();
	for (;;) {
		psci_cpu_off();
		__asm__ volatile("wfi");
	}
}
