// SPDX-License-Identifier: BSD-2-Clause
/* Exceptions: expected in a probe, survived in a guard, fatal elsewhere. */
#include "firmware/arch/riscv64/traps.h"

#include "firmware/arch/generic/cpus.h"
#include "firmware/arch/generic/fatal.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"

_Static_assert(sizeof(struct trap_frame) == TRAP_FRAME_SIZE, "assembly knows it");

enum { CAUSES = 16, ILLEGAL_INSTRUCTION = 2 };

static const char *const names[CAUSES] = {
	[0] = "misaligned instruction",
	[1] = "instruction access fault",
	[ILLEGAL_INSTRUCTION] = "illegal instruction",
	[3] = "breakpoint",
	[4] = "misaligned load",
	[5] = "load access fault",
	[6] = "misaligned store",
	[7] = "store access fault",
	[8] = "call from user mode",
	[9] = "call from supervisor mode",
	[11] = "call from machine mode",
	[12] = "instruction page fault",
	[13] = "load page fault",
	[15] = "store page fault",
};

static _Noreturn void fatal_trap(const struct trap_frame *f, const char *name)
{
	fatal_line("%s at pc=0x%016lx cause=0x%lx tval=0x%016lx status=0x%lx", name, f->epc, f->cause, f->tval,
		   f->status);
	for (unsigned i = 1; i < sizeof(f->x) / sizeof(f->x[0]); i += 3)
		if (i + 2 < sizeof(f->x) / sizeof(f->x[0]))
			fatal_line("x%u=0x%016lx x%u=0x%016lx x%u=0x%016lx", i, f->x[i], i + 1, f->x[i + 1], i + 2,
				   f->x[i + 2]);
		else
			fatal_line("x%u=0x%016lx", i, f->x[i]);
	fatal_stop();
}

static bool is_stack_overflow(const struct trap_frame *frame)
{
	const struct stacks *const stacks = &cpu_stacks[cpus_self()];

	return frame->tval - (uintptr_t)stacks->main_guard < STACK_GUARD_SIZE ||
	       frame->tval - (uintptr_t)stacks->trap_guard < STACK_GUARD_SIZE;
}

static void exception_taken(struct trap_frame *frame)
{
	const char *name = frame->cause < CAUSES && names[frame->cause] ? names[frame->cause] : "reserved exception";
	const char *const at = (const char *)frame->epc;

	if (at == probe_read32_access || at == probe_time_access ||
	    frame->epc - (uintptr_t)probe_protect < (uintptr_t)probe_protect_end - (uintptr_t)probe_protect) {
		frame->epc = (uintptr_t)probe_trapped;
		return;
	}
	if (frame->cause != ILLEGAL_INSTRUCTION && is_stack_overflow(frame))
		name = "stack overflow";
	if (cpus_self())
		cpus_trapped(name, frame->epc, frame->tval, frame->cause);
	guard_trapped(name, frame->epc, frame->tval, frame->cause);
	fatal_trap(frame, name);
}

void trap_taken(struct trap_frame *frame)
{
	if (frame->cause & CAUSE_INTERRUPT)
		interrupt_taken((uint32_t)frame->cause, frame->epc);
	else
		exception_taken(frame);
}
