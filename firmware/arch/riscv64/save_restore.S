/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Beginnings and ends of functions, which gcc's -msave-restore has in common: a tenth of the code. NAME_n is about ra and
 * s0 to s(n-1), ra uppermost; the stack stays aligned to 16 bytes, so every second one is the same as the next. Called
 * with t0 for a return address; the ends return to the function's caller.
 */
	.macro entry name
	.globl \name
	.type \name, @function
\name:
	.endm

/* Two registers more, below those that are there. */
	.macro push_two upper, lower
	addi sp, sp, -16
	sd \upper, 8(sp)
	sd \lower, 0(sp)
	.endm

	.macro pop_two upper, lower
	ld \upper, 8(sp)
	ld \lower, 0(sp)
	addi sp, sp, 16
	.endm

	.macro save n, m
	.section .text.save\n, "ax"
	entry __riscv_save_\n
	entry __riscv_save_\m
	push_two ra, s0
	.if \n > 1
	push_two s1, s2
	.endif
	.if \n > 3
	push_two s3, s4
	.endif
	.if \n > 5
	push_two s5, s6
	.endif
	.if \n > 7
	push_two s7, s8
	.endif
	.if \n > 9
	push_two s9, s10
	.endif
	.if \n > 11
	addi sp, sp, -16
	sd s11, 8(sp)
	.endif
	jr t0
	.endm

	save 0, 1
	save 2, 3
	save 4, 5
	save 6, 7
	save 8, 9
	save 10, 11
	.purgem entry
	.macro entry name
	.ifnc \name, __riscv_save_13
	.globl \name
	.type \name, @function
\name:
	.endif
	.endm
	save 12, 13

	.section .text.restore, "ax"
	entry __riscv_restore_12
	ld s11, 8(sp)
	addi sp, sp, 16
	entry __riscv_restore_11
	entry __riscv_restore_10
	pop_two s9, s10
	entry __riscv_restore_9
	entry __riscv_restore_8
	pop_two s7, s8
	entry __riscv_restore_7
	entry __riscv_restore_6
	pop_two s5, s6
	entry __riscv_restore_5
	entry __riscv_restore_4
	pop_two s3, s4
	entry __riscv_restore_3
	entry __riscv_restore_2
	pop_two s1, s2
	entry __riscv_restore_1
	entry __riscv_restore_0
	pop_two ra, s0
	ret

	.section .note.GNU-stack, "", @progbits
