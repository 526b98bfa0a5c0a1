/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trap handlers, one for each mode. `scratch` is the top of the trap stack while the program runs, and 0 while a
 * trap is handled. An interrupt inside a trap, which is the watchdog's, continues on the current stack. An exception
 * inside a trap uses the emergency stack, because the current stack may be the cause. No other code uses gp, so it is
 * free here.
 */
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/traps.h"

#define EPC 256
#define STATUS 264
#define CAUSE 272
#define TVAL 280

	.text
	.macro trap_entry mode, name
	.balign 4
	.globl \name
\name:
	csrrw sp, \mode\()scratch, sp
	bnez sp, 1f
	csrr sp, \mode\()scratch
	csrr gp, \mode\()cause
	bltz gp, 1f
	ld sp, PERCPU_EMERGENCY_TOP(tp)
1:	addi sp, sp, -TRAP_FRAME_SIZE
	sd x1, 8(sp)
	sd x5, 40(sp)
	call trap_save
	csrrw t0, \mode\()scratch, zero
	sd t0, 16(sp)
	csrr t0, \mode\()epc
	sd t0, EPC(sp)
	csrr t0, \mode\()status
	sd t0, STATUS(sp)
	csrr t0, \mode\()cause
	sd t0, CAUSE(sp)
	csrr t0, \mode\()tval
	sd t0, TVAL(sp)
	mv a0, sp
	call trap_taken
	ld t0, EPC(sp)
	csrw \mode\()epc, t0
	ld t0, STATUS(sp)
	csrw \mode\()status, t0
	/* The outermost frame is at the top of the trap stack. */
	addi t0, sp, TRAP_FRAME_SIZE
	ld t1, PERCPU_TRAP_TOP(tp)
	bne t0, t1, 2f
	csrw \mode\()scratch, t0
2:	call trap_restore
	ld x1, 8(sp)
	ld x5, 40(sp)
	ld sp, 16(sp)
	\mode\()ret
	.endm

	trap_entry m, trap_entry_machine
	trap_entry s, trap_entry_supervisor

/* Saves all registers but ra, sp, gp, tp and t0. */
trap_save:
	sd x6, 48(sp)
	sd x7, 56(sp)
	sd x8, 64(sp)
	sd x9, 72(sp)
	sd x10, 80(sp)
	sd x11, 88(sp)
	sd x12, 96(sp)
	sd x13, 104(sp)
	sd x14, 112(sp)
	sd x15, 120(sp)
	sd x16, 128(sp)
	sd x17, 136(sp)
	sd x18, 144(sp)
	sd x19, 152(sp)
	sd x20, 160(sp)
	sd x21, 168(sp)
	sd x22, 176(sp)
	sd x23, 184(sp)
	sd x24, 192(sp)
	sd x25, 200(sp)
	sd x26, 208(sp)
	sd x27, 216(sp)
	sd x28, 224(sp)
	sd x29, 232(sp)
	sd x30, 240(sp)
	sd x31, 248(sp)
	ret

trap_restore:
	ld x6, 48(sp)
	ld x7, 56(sp)
	ld x8, 64(sp)
	ld x9, 72(sp)
	ld x10, 80(sp)
	ld x11, 88(sp)
	ld x12, 96(sp)
	ld x13, 104(sp)
	ld x14, 112(sp)
	ld x15, 120(sp)
	ld x16, 128(sp)
	ld x17, 136(sp)
	ld x18, 144(sp)
	ld x19, 152(sp)
	ld x20, 160(sp)
	ld x21, 168(sp)
	ld x22, 176(sp)
	ld x23, 184(sp)
	ld x24, 192(sp)
	ld x25, 200(sp)
	ld x26, 208(sp)
	ld x27, 216(sp)
	ld x28, 224(sp)
	ld x29, 232(sp)
	ld x30, 240(sp)
	ld x31, 248(sp)
	ret

	.section .note.GNU-stack, "", @progbits
