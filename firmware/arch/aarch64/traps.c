// SPDX-License-Identifier: BSD-2-Clause
/* Exceptions: expected in a probe, survived in a guard, fatal elsewhere. */
#include "firmware/arch/aarch64/traps.h"

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/stack.h"
#include "firmware/arch/generic/cpus.h"
#include "firmware/arch/generic/fatal.h"
#include "firmware/arch/generic/guard.h"

/* Exception classes of ESR_EL1. Those with a name here have a fault address, except for CLASS_UNKNOWN. */
enum {
	CLASS_UNKNOWN = 0x00,
	CLASS_INSTRUCTION_ABORT = 0x21,
	CLASS_PC_ALIGNMENT = 0x22,
	CLASS_DATA_ABORT = 0x25,
	CLASS_COUNT = 0x40,
};

static const char *const names[CLASS_COUNT] = {
	[CLASS_UNKNOWN] = "undefined instruction",
	[0x01] = "trapped wfi",
	[0x07] = "floating point access",
	[0x0e] = "illegal execution state",
	[0x15] = "supervisor call",
	[0x16] = "hypervisor call",
	[0x17] = "secure monitor call",
	[0x18] = "trapped system register",
	[CLASS_INSTRUCTION_ABORT] = "instruction abort",
	[CLASS_PC_ALIGNMENT] = "misaligned program counter",
	[CLASS_DATA_ABORT] = "data abort",
	[0x26] = "misaligned stack pointer",
	[0x31] = "breakpoint",
	[0x33] = "software step",
	[0x35] = "watchpoint",
	[0x3c] = "breakpoint instruction",
};

static bool has_address(uint32_t class)
{
	return class == CLASS_INSTRUCTION_ABORT || class == CLASS_PC_ALIGNMENT || class == CLASS_DATA_ABORT;
}

static bool is_stack_overflow(const struct trap_frame *frame, uint32_t class)
{
	const struct cpu_stacks *const stacks = (const struct cpu_stacks *)system_read("tpidr_el1");

	return class == CLASS_DATA_ABORT && (frame->far - (uintptr_t)stacks->main_guard < STACK_GUARD_SIZE ||
					     frame->far - (uintptr_t)stacks->exception_guard < STACK_GUARD_SIZE);
}

static _Noreturn void fatal_trap(const struct trap_frame *f, const char *name)
{
	fatal_line("%s at pc=0x%016lx esr=0x%lx far=0x%016lx", name, f->elr, f->esr, f->far);
	for (unsigned i = 0; i + 1 < sizeof(f->x) / sizeof(f->x[0]); i += 2)
		fatal_line("x%u=0x%016lx x%u=0x%016lx", i, f->x[i], i + 1, f->x[i + 1]);
	fatal_line("x30=0x%016lx sp=0x%016lx sp_el1=0x%016lx pstate=0x%lx sctlr=0x%lx", f->x[30], system_read("sp_el0"),
		   f->stack, f->spsr, system_read("sctlr_el1"));
	fatal_stop();
}

/* If an instruction of probe.S trapped, resumes behind it. */
static bool probe_took(struct trap_frame *frame)
{
	const char *const at = (const char *)frame->elr;

	if (at == probe_read32_access || at == probe_semihosting_access)
		frame->x[0] = false;
	else if (at == probe_hvc_access || at == probe_smc_access)
		frame->x[0] = (uint64_t)PROBE_NO_CALL;
	else
		return false;
	frame->elr = (uintptr_t)probe_trapped;
	return true;
}

static _Noreturn void exception_taken(const struct trap_frame *frame, const char *name, uint64_t data)
{
	if (cpus_self())
		cpus_trapped(name, frame->elr, data, frame->esr);
	guard_trapped(name, frame->elr, data, frame->esr);
	fatal_trap(frame, name);
}

static void synchronous(struct trap_frame *frame)
{
	const uint32_t class = (uint32_t)(frame->esr >> ESR_CLASS_SHIFT) % CLASS_COUNT;
	const char *const name = is_stack_overflow(frame, class) ? "stack overflow"
				 : names[class]			 ? names[class]
								 : "reserved exception";

	if (!probe_took(frame))
		exception_taken(frame, name, has_address(class) ? frame->far : frame->esr);
}

void trap_taken(struct trap_frame *frame)
{
	switch (frame->kind) {
	case TRAP_SYNCHRONOUS:
		synchronous(frame);
		break;
	case TRAP_IRQ:
		interrupt_taken(frame->elr);
		break;
	default: /* an SError reports a failed access late; no FIQ was ever enabled */
		exception_taken(frame, frame->kind == TRAP_SERROR ? "SError" : "FIQ", frame->esr);
	}
}
