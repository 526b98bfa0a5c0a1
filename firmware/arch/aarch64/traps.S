/* SPDX-License-Identifier: BSD-2-Clause */
/* The vectors, and their common part. See stack.h for the stacks. */
#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/stack.h"
#include "firmware/arch/aarch64/traps.h"

/* The interrupted program ran on SP_EL0, or in a handler that only the watchdog can interrupt. So SP_EL1 is valid. */
	.macro vector kind
	.balign 0x80
	sub sp, sp, #TRAP_FRAME_SIZE
	stp x0, x1, [sp]
	add x0, sp, #TRAP_FRAME_SIZE
	mov x1, #\kind
	b trap_common
	.endm

/* An exception went wrong, perhaps because SP_EL1 is invalid. */
	.macro vector_emergency kind
	.balign 0x80
	msr tpidr_el0, x0
	mrs x0, tpidr_el1
	add x0, x0, #(EMERGENCY_STACK_TOP - TRAP_FRAME_SIZE) & 0xff000
	add x0, x0, #(EMERGENCY_STACK_TOP - TRAP_FRAME_SIZE) & 0xfff
	str x1, [x0, #8]
	mov x1, sp
	mov sp, x0
	mrs x0, tpidr_el0
	str x0, [sp]
	mov x0, x1
	mov x1, #\kind
	b trap_common
	.endm

/* For exceptions from EL0, where no code runs. */
	.macro vector_none
	.balign 0x80
	b .
	.endm

	.text
	.balign 0x800
	.globl trap_vectors
trap_vectors:
	vector TRAP_SYNCHRONOUS
	vector TRAP_IRQ
	vector TRAP_FIQ
	vector TRAP_SERROR
	vector_emergency TRAP_SYNCHRONOUS
	vector TRAP_IRQ
	vector TRAP_FIQ
	vector_emergency TRAP_SERROR
	.rept 8
	vector_none
	.endr

	.balign 0x80
trap_common:
	stp x2, x3, [sp, #16]
	stp x4, x5, [sp, #32]
	stp x6, x7, [sp, #48]
	stp x8, x9, [sp, #64]
	stp x10, x11, [sp, #80]
	stp x12, x13, [sp, #96]
	stp x14, x15, [sp, #112]
	stp x16, x17, [sp, #128]
	stp x18, x19, [sp, #144]
	stp x20, x21, [sp, #160]
	stp x22, x23, [sp, #176]
	stp x24, x25, [sp, #192]
	stp x26, x27, [sp, #208]
	stp x28, x29, [sp, #224]
	stp x30, x0, [sp, #240]
	mrs x2, elr_el1
	mrs x3, spsr_el1
	stp x2, x3, [sp, #256]
	mrs x2, esr_el1
	mrs x3, far_el1
	stp x2, x3, [sp, #272]
	str x1, [sp, #288]
	mov x0, sp
	bl trap_taken

	mov x0, sp
	ldp x2, x3, [x0, #256]
	msr elr_el1, x2
	msr spsr_el1, x3
	ldp x30, x1, [x0, #240]
	mov sp, x1 /* no exception can come before eret, so the frame below sp survives */
	ldp x28, x29, [x0, #224]
	ldp x26, x27, [x0, #208]
	ldp x24, x25, [x0, #192]
	ldp x22, x23, [x0, #176]
	ldp x20, x21, [x0, #160]
	ldp x18, x19, [x0, #144]
	ldp x16, x17, [x0, #128]
	ldp x14, x15, [x0, #112]
	ldp x12, x13, [x0, #96]
	ldp x10, x11, [x0, #80]
	ldp x8, x9, [x0, #64]
	ldp x6, x7, [x0, #48]
	ldp x4, x5, [x0, #32]
	ldp x2, x3, [x0, #16]
	ldp x0, x1, [x0]
	eret
