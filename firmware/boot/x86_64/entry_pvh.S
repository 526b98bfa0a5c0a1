/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PVH entry (Xen's x86/HVM direct boot ABI): 32-bit protected mode, paging off, EBX = physical address of struct
 * hvm_start_info. The segment registers hold flat segments, but their GDT may be gone, and there is no stack.
 */
#include "firmware/boot/x86_64/long_mode.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

	.section .note.Xen, "a", @note
	.balign 4
	.long 2f - 1f
	.long 4f - 3f
	.long XEN_ELFNOTE_PHYS32_ENTRY
1:	.asciz "Xen"
2:	.balign 4
3:	.quad entry_pvh /* 64 bits wide, because that is how loaders read it from an ELF64 */
4:	.balign 4

/* The page tables until paging_init() has built the final ones. A bzImage uses them as well. */
	.section .arena, "aw", @progbits
	.balign TABLE_SIZE
	.globl boot_tables
boot_tables:
	.skip 3 * TABLE_SIZE

	.text
	.code32
	.globl entry_pvh
entry_pvh:
	cli
	cld
	lgdt gdt_pointer
	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $main_stack_top, %esp
	mov %ebx, %ebp /* cpuid writes ebx */

	enter_long_mode boot_tables
	mov %ebp, %ebx
	mov $__bss_start, %edi
	mov $__bss_end, %ecx
	sub %edi, %ecx
	shr $3, %ecx /* the size is a multiple of 8 bytes, see linker/x86_64.ld */
	xor %eax, %eax
	rep stosq
	mov %ebx, %edi
	xor %ebp, %ebp
	call boot_pvh

	define_no_long_mode
