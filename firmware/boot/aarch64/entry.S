/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image begins with the header of an arm64 Image (Linux's Documentation/arch/arm64/booting.rst). The header's first
 * word is an instruction, so that a loader that does not know the format can enter the image at its first byte. The
 * image may lie at any multiple of 4 KiB. x0: device tree, or 0.
 */
#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/stack.h"

#define RELA_SIZE 24
#define R_AARCH64_RELATIVE 1027

#define FLAG_4KIB_PAGES 0x2
#define FLAG_ANYWHERE	0x8

	.macro address register, symbol
	adrp \register, \symbol
	add \register, \register, :lo12:\symbol
	.endm

/* Gives a CPU its stacks and the exception vectors: from here on it can take exceptions. */
	.macro stacks base
	msr tpidr_el1, \base
	add x2, \base, #EXCEPTION_STACK_TOP
	msr spsel, #1
	mov sp, x2
	add x2, \base, #MAIN_STACK_TOP
	msr spsel, #0
	mov sp, x2
	address x2, trap_vectors
	msr vbar_el1, x2
	isb
	msr daifclr, #DAIF_A
	.endm

	.section .head, "ax"
	.globl entry
entry:
	b start
	.long 0
	.quad 0 /* offset from a multiple of 2 MiB */
	.long __image_size, 0 /* size of our memory; two halves, because a .quad would become a relocation */
	.quad FLAG_4KIB_PAGES | FLAG_ANYWHERE
	.quad 0, 0, 0
	.ascii "ARM\x64"
	.long 0

	.text
start:
	adrp x15, __image_start
	adrp x16, __image_end
	bl early_start
	/* Relocate the addresses in our data. All relocations are R_AARCH64_RELATIVE. */
	address x1, __rela_start
	address x2, __rela_end
	address x3, __image_start
	ldr x4, =IMAGE_LINKED
	sub x3, x3, x4
1:	cmp x1, x2
	b.hs 2f
	ldp x4, x6, [x1]
	ldr x5, [x1, #16]
	add x1, x1, #RELA_SIZE
	cmp w6, #R_AARCH64_RELATIVE
	b.ne 1b /* the linker sometimes leaves an empty entry */
	add x5, x5, x3
	str x5, [x4, x3]
	b 1b

2:	address x1, cpu_stacks
	stacks x1
	address x1, __bss_start
	address x2, __bss_end
1:	cmp x1, x2
	b.hs 2f
	stp xzr, xzr, [x1], #16 /* the size is a multiple of 16 bytes, see linker/aarch64.ld */
	b 1b
2:	mov x29, xzr
	mov x30, xzr
	address x1, entry_secondary
	b boot_arm64

/* Another CPU starts here, from PSCI, in the state that a loader would leave. x0: its struct cpu_stacks. */
	.globl entry_secondary
entry_secondary:
	bl early_el1
	address x1, secondary_registers
	ldp x2, x3, [x1]
	ldp x4, x5, [x1, #16]
	msr mair_el1, x2
	msr tcr_el1, x3
	msr ttbr0_el1, x4
	isb
	tlbi vmalle1
	ic iallu
	dsb sy
	isb
	msr sctlr_el1, x5
	isb
	stacks x0
	mov x29, xzr
	mov x30, xzr
	b cpu_started
