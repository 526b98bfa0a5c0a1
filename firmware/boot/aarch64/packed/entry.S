/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of an arm64 Image (Linux's Documentation/arch/arm64/booting.rst), whose first word is an instruction: who
 * does not know the format starts at the first byte, too. It may be anywhere, at a multiple of 4 KiB.
 */
#include "firmware/arch/aarch64/arm.h"

#define FLAG_4KIB_PAGES 0x2
#define FLAG_ANYWHERE	0x8

#define STACK_SIZE 0x1000

	.section .head, "ax"
	.globl entry
entry:
	b start
	.long 0
	.quad 0 /* offset from a multiple of 2 MiB */
	.quad __image_end /* how much memory is ours; linked at 0 */
	.quad FLAG_4KIB_PAGES | FLAG_ANYWHERE
	.quad 0, 0, 0
	.ascii "ARM\x64"
	.long 0

	.text
start:
	mov x19, x0 /* the device tree */
	adrp x15, entry
	adrp x16, __image_end
	bl early_start
	adrp x1, stack_top
	add x1, x1, :lo12:stack_top
	mov sp, x1
	bl unpack_behind
	mov x1, x0
	mov x0, x19
	br x1

	.bss
	.balign 4096
	.globl early_table
early_table:
	.skip 4096
	.skip STACK_SIZE
	.balign 16
stack_top:

	.section .note.GNU-stack, "", %progbits
