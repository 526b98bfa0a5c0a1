/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of a RISC-V Image (Linux's Documentation/arch/riscv/boot-image-header.rst), whose first word is an
 * instruction: who does not know the format starts at the first byte, too.
 */
#define OFFSET	0x200000 /* from where RAM begins: firmware lies below */
#define VERSION 2	 /* 0.2 */

#define STACK_SIZE 0x1000

	.section .head, "ax"
	.globl entry
	.option push
	.option norvc
entry:
	j start
	.word 0
	.option pop
	.dword OFFSET
	.dword __image_end /* how much memory is ours; linked at 0 */
	.dword 0	   /* little-endian */
	.word VERSION, 0
	.dword 0
	.ascii "RISCV\0\0\0"
	.ascii "RSC\x05"
	.word 0

	.text
start:
	call early_start
	lla sp, stack_top
	mv s0, a0
	mv s1, a1
	mv s2, a2
	mv s3, a3
	mv a0, a1
	mv a1, a3
	call unpack
	mv t0, a0
	mv a0, s0
	mv a1, s1
	mv a2, s2
	mv a3, s3
	fence.i
	jr t0

	.bss
	.balign 16
	.skip STACK_SIZE
stack_top:

	.section .note.GNU-stack, "", %progbits
