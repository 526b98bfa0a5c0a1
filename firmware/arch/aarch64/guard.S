/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two primitives of generic/guard.c. The value that they share is a stack pointer, SP_EL0, with the callee-saved
 * registers above it.
 */
#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/stack.h"

	.text

/*
 * enum guard_end guard_enter(void (*function)(void *), void *argument, uintptr_t *stack): called, and returns, with
 * interrupts off.
 */
	.globl guard_enter
guard_enter:
	stp x29, x30, [sp, #-96]!
	stp x27, x28, [sp, #16]
	stp x25, x26, [sp, #32]
	stp x23, x24, [sp, #48]
	stp x21, x22, [sp, #64]
	stp x19, x20, [sp, #80]
	mov x9, sp
	str x9, [x2]
	mov x9, x0
	mov x0, x1
	msr daifclr, #DAIF_I
	blr x9
	msr daifset, #DAIF_I
	mov w0, #0 /* GUARD_RETURNED */
guard_restore:
	ldp x19, x20, [sp, #80]
	ldp x21, x22, [sp, #64]
	ldp x23, x24, [sp, #48]
	ldp x25, x26, [sp, #32]
	ldp x27, x28, [sp, #16]
	ldp x29, x30, [sp], #96
	ret

/*
 * _Noreturn void guard_resume(uintptr_t stack, enum guard_end end): makes guard_enter() return `end`, from wherever the
 * function is. Empties the exception stack.
 */
	.globl guard_resume
guard_resume:
	msr daifset, #DAIF_I
	mrs x2, tpidr_el1
	add x2, x2, #EXCEPTION_STACK_TOP & 0xff000
	msr spsel, #1
	mov sp, x2
	msr spsel, #0
	mov sp, x0
	msr daifclr, #DAIF_A
	mov w0, w1
	b guard_restore
