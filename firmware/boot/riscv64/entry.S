/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image begins with the header of a RISC-V Image (Linux's Documentation/arch/riscv/boot-image-header.rst). The
 * header's first word is an instruction, so that a loader that does not know the format can enter the image at its
 * first byte. The image may lie at any multiple of 4 KiB. a0: hart, a1: device tree. After early_start, a2 is the
 * waiting room and a3 says whether this is machine mode.
 */
#include "firmware/arch/riscv64/percpu.h"

#define OFFSET	0x200000 /* from the start of RAM, where firmware lies */
#define VERSION 2	 /* 0.2 */

#define RELA_SIZE 24
#define R_RISCV_RELATIVE 3
#define LINKED 0x80200000

/* A device tree's first word, which is big-endian. */
#define FDT_MAGIC    0xedfe0dd0
#define FDT_SIZE_MAX 0x200000

	.section .head, "ax"
	.globl entry
	.option push
	.option norvc
entry:
	j start
	.word 0
	.option pop
	.dword OFFSET
	.dword __image_end - __image_start /* size of our memory */
	.dword 0			   /* little-endian */
	.word VERSION, 0
	.dword 0
	.ascii "RISCV\0\0\0"
	.ascii "RSC\x05"
	.word 0

	.text
start:
	call early_start
	/* Relocate the addresses in our data. All relocations are R_RISCV_RELATIVE. */
	lla t0, __rela_start
	lla t1, __rela_end
	lla t2, __image_start
	li t3, LINKED
	sub t2, t2, t3
1:	bgeu t0, t1, 2f
	ld t3, 0(t0)
	lw t4, 8(t0)
	ld t5, 16(t0)
	addi t0, t0, RELA_SIZE
	li t6, R_RISCV_RELATIVE
	bne t4, t6, 1b
	add t3, t3, t2
	add t5, t5, t2
	sd t5, (t3)
	j 1b

	/*
	 * Some loaders that do not know the header put the device tree right behind the file, where our memory is. Move
	 * it behind our memory. Read it only if a1 points there: a1 may be any value, and nothing handles a trap yet.
	 */
2:	lla t1, __image_end
	lla t0, __bss_start
	bltu a1, t0, 2f
	bgeu a1, t1, 2f
	andi t2, a1, 7
	bnez t2, 2f
	lwu t2, 0(a1)
	li t3, FDT_MAGIC
	bne t2, t3, 2f
	lbu t2, 4(a1) /* the tree's size, big-endian */
	.irp byte, 5, 6, 7
	slli t2, t2, 8
	lbu t3, \byte(a1)
	or t2, t2, t3
	.endr
	li t3, FDT_SIZE_MAX
	bgtu t2, t3, 2f
	addi t2, t2, 7
	andi t2, t2, -8
	add t3, a1, t2
	add t4, t1, t2
	mv a1, t1
1:	addi t3, t3, -8 /* copy backwards, because the two may overlap */
	addi t4, t4, -8
	ld t5, (t3)
	sd t5, (t4)
	bgtu t4, t1, 1b

2:	lla t0, __bss_start
	lla t1, __bss_end
3:	bgeu t0, t1, 4f
	sd zero, (t0)
	addi t0, t0, 8
	j 3b

4:	fence.i
	lla tp, percpu
	lla t0, cpu_stacks
	li t1, STACK_GUARD_SIZE + MAIN_STACK_SIZE
	add sp, t0, t1
	li ra, 0
	li s0, 0
	call boot_riscv

	/* The linker script compares this with its own address. */
	.globl entry_linked
	.set entry_linked, LINKED

	.section .note.GNU-stack, "", @progbits
