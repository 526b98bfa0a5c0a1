// SPDX-License-Identifier: BSD-2-Clause
/* Exceptions: expected in a probe, survived in a guard, fatal elsewhere. */
#include "firmware/arch/x86_64/traps.h"

#include "firmware/arch/generic/cpus.h"
#include "firmware/arch/generic/fatal.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/x86_64/stack.h"
#include "firmware/arch/x86_64/vectors.h"
#include "firmware/arch/x86_64/x86.h"

static const char *const names[VECTOR_EXCEPTIONS] = {
	[0] = "divide error",
	[1] = "debug exception",
	[VECTOR_NMI] = "NMI",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range exceeded",
	[6] = "invalid opcode",
	[7] = "device not available",
	[VECTOR_DOUBLE_FAULT] = "double fault",
	[10] = "invalid TSS",
	[11] = "segment not present",
	[12] = "stack fault",
	[13] = "general protection fault",
	[VECTOR_PAGE_FAULT] = "page fault",
	[16] = "x87 floating-point error",
	[17] = "alignment check",
	[VECTOR_MACHINE_CHECK] = "machine check",
	[19] = "SIMD floating-point error",
	[20] = "virtualization exception",
	[21] = "control protection fault",
	[28] = "hypervisor injection exception",
	[29] = "VMM communication exception",
	[30] = "security exception",
};

static _Noreturn void fatal_trap(const struct trap_frame *f, const char *name, uint64_t error)
{
	fatal_line("%s at rip=0x%016lx error=0x%lx cr2=0x%016lx", name, f->rip, error, cr2_read());
	fatal_line("rax=0x%016lx rbx=0x%016lx rcx=0x%016lx rdx=0x%016lx", f->rax, f->rbx, f->rcx, f->rdx);
	fatal_line("rsi=0x%016lx rdi=0x%016lx rbp=0x%016lx rsp=0x%016lx", f->rsi, f->rdi, f->rbp, f->rsp);
	fatal_line("r8 =0x%016lx r9 =0x%016lx r10=0x%016lx r11=0x%016lx", f->r8, f->r9, f->r10, f->r11);
	fatal_line("r12=0x%016lx r13=0x%016lx r14=0x%016lx r15=0x%016lx", f->r12, f->r13, f->r14, f->r15);
	fatal_line("cs=0x%lx rflags=0x%lx cr0=0x%lx cr3=0x%lx cr4=0x%lx", f->cs, f->rflags, cr0_read(), cr3_read(),
		   cr4_read());
	fatal_stop();
}

/* A push to a stack that has overflowed is a page fault. The CPU cannot push that either, so it becomes a double
 * fault. */
static bool is_stack_overflow(uint8_t vector)
{
	const uint32_t cpu = cpus_self();
	const char *const guard = cpu ? cpu_stacks[cpu - 1].guard : main_stack_guard;

	return vector == VECTOR_DOUBLE_FAULT && cr2_read() - (uintptr_t)guard < STACK_GUARD_SIZE;
}

static const char *name_of(uint8_t vector)
{
	if (is_stack_overflow(vector))
		return "stack overflow";
	return names[vector] ? names[vector] : "reserved exception";
}

static void exception_taken(struct trap_frame *frame, uint8_t vector)
{
	const char *const name = name_of(vector);
	const bool has_address = vector == VECTOR_PAGE_FAULT || is_stack_overflow(vector);
	const uint64_t error = EXCEPTIONS_WITH_ERROR_CODE >> vector & 1 ? frame->error : 0;

	if (frame->rip == (uint64_t)probe_read32_access) {
		frame->rip = (uint64_t)probe_read32_trapped;
		return;
	}
	if (cpus_self())
		cpus_trapped(name, frame->rip, has_address ? cr2_read() : error, error);
	/* An NMI comes from somebody who asks where the program is. After a machine check nothing can be trusted. So
	 * no guard takes them. */
	if (vector != VECTOR_NMI && vector != VECTOR_MACHINE_CHECK)
		guard_trapped(name, frame->rip, has_address ? cr2_read() : error, error);
	fatal_trap(frame, name, error);
}

void trap_taken(struct trap_frame *frame)
{
	const uint8_t vector = (uint8_t)frame->vector;

	if (vector < VECTOR_EXCEPTIONS)
		exception_taken(frame, vector);
	else
		interrupt_taken(vector, frame->rip);
}
