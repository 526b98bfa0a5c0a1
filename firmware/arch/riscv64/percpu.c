// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/riscv64/percpu.h"

#include "firmware/arch/riscv64/riscv.h"

bool machine_mode;
const char *percpu_trap_entry;
struct percpu percpu[CPUS_MAX];
struct stacks cpu_stacks[CPUS_MAX] __attribute__((section(".arena"), aligned(PAGE_SIZE)));

_Static_assert(__builtin_offsetof(struct percpu, main_top) == PERCPU_MAIN_TOP, "assembly knows it");
_Static_assert(__builtin_offsetof(struct percpu, trap_top) == PERCPU_TRAP_TOP, "assembly knows it");
_Static_assert(__builtin_offsetof(struct percpu, entry) == PERCPU_ENTRY, "assembly knows it");
_Static_assert(__builtin_offsetof(struct percpu, emergency_top) == PERCPU_EMERGENCY_TOP, "assembly knows it");

void percpu_prepare(struct percpu *cpu)
{
	struct stacks *stacks;

	cpu->number = (uint32_t)(cpu - percpu);
	stacks = &cpu_stacks[cpu->number];
	cpu->main_top = (uintptr_t)(stacks->main + MAIN_STACK_SIZE);
	cpu->trap_top = (uintptr_t)(stacks->trap + TRAP_STACK_SIZE);
	cpu->emergency_top = (uintptr_t)(stacks->emergency + EMERGENCY_STACK_SIZE);
}

void percpu_init(struct percpu *cpu)
{
	own_write(ie, 0);
	own_write(scratch, cpu->trap_top);
	if (machine_mode)
		csr_write(mtvec, (uintptr_t)percpu_trap_entry);
	else
		csr_write(stvec, (uintptr_t)percpu_trap_entry);
}

uint32_t cpus_self(void)
{
	return percpu_self()->number;
}
