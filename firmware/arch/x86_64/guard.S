/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two primitives of generic/guard.c. The value that they share is a stack pointer, with the callee-saved registers
 * above it.
 */
	.text

/*
 * enum guard_end guard_enter(void (*function)(void *), void *argument, uintptr_t *stack): called, and returns, with
 * interrupts off.
 */
	.globl guard_enter
guard_enter:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	sub $8, %rsp
	mov %rsp, (%rdx)
	mov %rdi, %rax
	mov %rsi, %rdi
	sti
	call *%rax
	cli
	xor %eax, %eax /* GUARD_RETURNED */
guard_restore:
	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret

/*
 * _Noreturn void guard_resume(uintptr_t stack, enum guard_end end): makes guard_enter() return `end`, from wherever the
 * function is.
 */
	.globl guard_resume
guard_resume:
	cli
	cld
	mov %rdi, %rsp
	mov %esi, %eax
	jmp guard_restore
