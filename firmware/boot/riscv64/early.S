/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings the harts from the state that a loader may leave (Linux's Documentation/arch/riscv/boot.rst; or machine mode
 * with all harts at once) to one hart that knows its mode.
 */
#include "firmware/arch/riscv64/riscv.h"

#define SBI_HSM	 0x48534d
#define HSM_STOP 1

	.text
/*
 * a0: hart, a1: device tree. Returns on one hart only, with the waiting room in a2, and in a3 whether this is machine
 * mode. Keeps a0 and a1. Needs no stack; clobbers t0 to t2.
 */
	.globl early_start
early_start:
	/*
	 * No register tells the mode. In supervisor mode, reading mhartid traps to the next lower level, which passes
	 * the exception back to us. stvec exists in either mode.
	 */
	csrw sie, zero
	csrci sstatus, STATUS_SIE
	lla t0, 1f
	csrw stvec, t0
	csrr t1, mhartid
	li a3, 1
	csrw mie, zero
	csrci mstatus, STATUS_MIE
	csrw medeleg, zero
	csrw mideleg, zero
	csrw satp, zero
	lla t0, lottery
	li t1, 1
	amoadd.w t1, t1, (t0)
	bnez t1, park
	lla a2, waiting_room_here
	lla t0, park
	sd t0, 24(a2)
	fence
	ret
	.balign 4
1:	csrw satp, zero
	/*
	 * OpenSBI 1.1 can send a hart here that we started elsewhere: its sbi_hsm_hart_start() sets the state that the
	 * hart waits for before it sets the address. Such a hart must not start the image a second time. It stops, and
	 * cpu_boot() starts it again.
	 */
	lla t0, lottery
	li t1, 1
	amoadd.w t1, t1, (t0)
	bnez t1, stop
	li a2, 0
	li a3, 0
	ret
stop:
	li a7, SBI_HSM
	li a6, HSM_STOP
	ecall
3:	wfi
	j 3b

/* The harts that lost the lottery wait here. struct waiting_room: hart, entry, argument. */
	.balign 4
park:
	lla t0, dead_end
	csrw mtvec, t0
	csrr a0, mhartid
	lla t0, waiting_room_here
	csrwi mie, STATUS_MIE /* a pending software interrupt ends wfi without being taken */
2:	wfi
	ld t1, 0(t0)
	bne t1, a0, 2b
	fence
	ld a1, 16(t0)
	ld t1, 8(t0)
	fence.i
	jr t1

	.balign 4
dead_end:
	wfi
	j dead_end

	.data
	.balign 8
waiting_room_here:
	.dword -1, 0, 0, 0
lottery:
	.word 0, 0

	.section .note.GNU-stack, "", @progbits
