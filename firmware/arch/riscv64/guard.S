/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two primitives of generic/guard.c. The value that they share is a stack pointer, with the callee-saved registers
 * above it.
 */
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"

#define FRAME 112

	.text

/* Turns interrupts on or off in either mode. Clobbers t0 and t1. */
	.macro switch how
	lla t0, machine_mode
	lbu t0, (t0)
	beqz t0, 8f
	csr\how mstatus, STATUS_MIE
	j 9f
8:	csr\how sstatus, STATUS_SIE
9:
	.endm

/*
 * enum guard_end guard_enter(void (*function)(void *), void *argument, uintptr_t *stack): called, and returns, with
 * interrupts off.
 */
	.globl guard_enter
guard_enter:
	addi sp, sp, -FRAME
	sd ra, 0(sp)
	sd s0, 8(sp)
	sd s1, 16(sp)
	sd s2, 24(sp)
	sd s3, 32(sp)
	sd s4, 40(sp)
	sd s5, 48(sp)
	sd s6, 56(sp)
	sd s7, 64(sp)
	sd s8, 72(sp)
	sd s9, 80(sp)
	sd s10, 88(sp)
	sd s11, 96(sp)
	sd sp, (a2)
	mv t2, a0
	mv a0, a1
	switch si
	jalr t2
	switch ci
	li a0, 0 /* GUARD_RETURNED */
guard_restore:
	ld ra, 0(sp)
	ld s0, 8(sp)
	ld s1, 16(sp)
	ld s2, 24(sp)
	ld s3, 32(sp)
	ld s4, 40(sp)
	ld s5, 48(sp)
	ld s6, 56(sp)
	ld s7, 64(sp)
	ld s8, 72(sp)
	ld s9, 80(sp)
	ld s10, 88(sp)
	ld s11, 96(sp)
	addi sp, sp, FRAME
	ret

/*
 * _Noreturn void guard_resume(uintptr_t stack, enum guard_end end): makes guard_enter() return `end`, from wherever the
 * function is. Empties the trap stack.
 */
	.globl guard_resume
guard_resume:
	switch ci
	ld t1, PERCPU_TRAP_TOP(tp)
	lla t0, machine_mode
	lbu t0, (t0)
	beqz t0, 1f
	csrw mscratch, t1
	j 2f
1:	csrw sscratch, t1
2:	mv sp, a0
	mv a0, a1
	j guard_restore

	.section .note.GNU-stack, "", @progbits
