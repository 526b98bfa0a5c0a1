/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same two entries as the image has, see entry_pvh.S and entry_linux64.S. They unpack the image and hand on to it
 * what the loader gave us: EBX or RSI. One decoder does for both: from long mode we go to compatibility mode for it.
 */
#include "firmware/arch/x86_64/x86.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define SELECTOR_CODE32 SELECTOR_TSS /* in the place where the image has its TSS */

	.section .note.Xen, "a", @note
	.balign 4
	.long 2f - 1f
	.long 4f - 3f
	.long XEN_ELFNOTE_PHYS32_ENTRY
1:	.asciz "Xen"
2:	.balign 4
3:	.long entry_pvh, 0
4:	.balign 4

	.text
	.code32
	.globl entry_pvh
entry_pvh:
	cli
	cld
	mov $stack_top, %esp
	call unpack /* keeps ebx */
	jmp image_entry_pvh

	.code64
	.globl entry_linux64
entry_linux64:
	cli
	cld
	mov %rsi, boot_params(%rip)
	mov $stack_top, %esp
	lgdt gdt_pointer(%rip)
	push $SELECTOR_CODE32
	mov $1f, %eax
	push %rax
	lretq

	.code32
1:	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	call unpack
	ljmp $SELECTOR_CODE64, $1f

	.code64
1:	mov boot_params(%rip), %rsi
	jmp image_entry_linux64

	.section .rodata
	.balign 8
gdt:
	.quad 0
	.quad 0x00209b0000000000 /* SELECTOR_CODE64: present, ring 0, execute/read, L */
	.quad 0x00cf93000000ffff /* SELECTOR_DATA: present, ring 0, read/write, flat 4 GiB */
	.quad 0x00cf9b000000ffff /* SELECTOR_CODE32: present, ring 0, execute/read, flat 4 GiB */
gdt_pointer:
	.word . - gdt - 1
	.long gdt, 0

	.bss
	.balign 16
boot_params:
	.skip 8
	.skip 4096
	.balign 16
stack_top:

	.section .note.GNU-stack, "", @progbits
