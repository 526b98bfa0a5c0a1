// SPDX-License-Identifier: BSD-2-Clause
/* Other CPUs: Intel SDM volume 3, "Multiple-Processor Initialization". INIT and two startup interrupts start a CPU. */
#include "firmware/arch/x86_64/cpus.h"

#include <stddef.h>

#include "firmware/arch/irq.h"
#include "firmware/arch/x86_64/apic.h"
#include "firmware/arch/x86_64/clock.h"
#include "firmware/arch/x86_64/descriptors.h"
#include "firmware/arch/x86_64/paging.h"
#include "firmware/arch/x86_64/stack.h"
#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/lib/string.h"
#include "firmware/machine.h"

#define REAL_MODE_RAM_END 0xa0000u
#define XAPIC_ID_MAX	  0xfe

/* The SDM's ten milliseconds are meant for CPUs of long ago. */
#define AFTER_INIT     MICROSECONDS(200)
#define BETWEEN_STARTS MICROSECONDS(200)

static uint32_t ids[CPUS_MAX];
static volatile uint32_t start_cpu;
static const struct cpu_program *volatile start_program;
static uint32_t count = 1;
static uintptr_t page; /* RAM in which real mode can run; 0: there is none */

static uint64_t started_ns; /* when the CPU was started */

/* Uses the highest page of low RAM: not the first page, and not where loaders leave their data. */
static uintptr_t find_page(const struct platform *platform)
{
	uintptr_t found = 0;

	for (uint32_t i = 0; i < platform->memory_count; i++) {
		uint64_t start = platform->memory[i].base, end = start + platform->memory[i].size;

		end = (end < REAL_MODE_RAM_END ? end : REAL_MODE_RAM_END) & ~(uint64_t)(PAGE_SIZE - 1);
		if (end >= start + PAGE_SIZE && end > 2 * PAGE_SIZE)
			found = end - PAGE_SIZE;
	}
	return found;
}

/* Without a time stamp counter, each CPU would have its own time; so then there is one CPU. */
void cpus_init(const struct platform *platform)
{
	if (!apic_present())
		return;
	ids[0] = apic_id();
	if (clock_needs_tick())
		return;
	page = find_page(platform);
	for (uint32_t i = 0; i < platform->cpu_count && count < CPUS_MAX; i++)
		if (platform->cpus[i] != ids[0])
			ids[count++] = (uint32_t)platform->cpus[i];
}

uint32_t cpus_count(void)
{
	return count;
}

uint32_t cpu_apic_id(uint32_t cpu)
{
	return ids[cpu];
}

void cpu_interrupt(uint32_t cpu, uint8_t vector)
{
	if (cpu == cpus_self())
		apic_send_self(vector);
	else
		apic_send(ids[cpu], vector);
}

static bool never(void)
{
	return false;
}

/* Called by start.S on the CPU's stack, with our page tables, interrupts off. */
static void cpu_started(void)
{
	descriptors_init_cpu(start_cpu, start_stack + TRAP_STACKS * TRAP_STACK_SIZE);
	clock_init_cpu(started_ns);
	apic_init_cpu();
	start_program->enter();
}

const char *cpu_boot(uint32_t cpu, const struct cpu_program *program)
{
	struct start_words *const words = (void *)(page + (uintptr_t)(start_words - start_begin));

	if (!page)
		return "there is no RAM below 640 KiB to start it in";
	if (ids[cpu] > XAPIC_ID_MAX && !(msr_read(MSR_APIC_BASE) & APIC_BASE_X2APIC))
		return "its APIC id is out of reach";
	memcpy((void *)page, start_begin, (size_t)(start_end - start_begin));
	words->cr3 = (uint32_t)paging_run_in(page);
	words->cr4 = (uint32_t)cr4_read();
	words->efer = (uint32_t)msr_read(MSR_EFER) & (EFER_LME | EFER_NXE);
	start_cpu = cpu;
	start_program = program;
	start_entry = (uintptr_t)cpu_started;
	start_stack = (uintptr_t)cpu_stacks[cpu - 1].traps;
	started_ns = clock_ns();
	apic_send_init(ids[cpu]);
	clock_spin(never, AFTER_INIT);
	for (uint32_t i = 0; i < 2; i++) {
		apic_send_startup(ids[cpu], (uint8_t)(page / PAGE_SIZE));
		clock_spin(never, BETWEEN_STARTS);
	}
	return NULL;
}

bool cpu_stop(uint32_t cpu)
{
	apic_send_init(ids[cpu]);
	return true;
}

/* sti delays interrupts by one instruction. So an interrupt that is pending before hlt ends hlt. */
void cpu_rest(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

void cpu_wake(uint32_t cpu)
{
	cpu_interrupt(cpu, VECTOR_WAKE);
}

void cpu_await_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
