/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PVH entry (Xen's x86/HVM direct boot ABI): 32-bit protected mode, paging off, EBX = physical address of struct
 * hvm_start_info. The segment registers hold flat segments, but the GDT they came from may be gone, and there is no
 * stack.
 */
#include "firmware/arch/x86_64/x86.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

	.section .note.Xen, "a", @note
	.balign 4
	.long 2f - 1f
	.long 4f - 3f
	.long XEN_ELFNOTE_PHYS32_ENTRY
1:	.asciz "Xen"
2:	.balign 4
3:	.quad entry_pvh /* 64 bits wide: that is how loaders read it from an ELF64 */
4:	.balign 4

#define PAGE_PRESENT_WRITABLE 0x3
#define PAGE_PRESENT_WRITABLE_LARGE 0x83
#define TABLE_SIZE 4096
#define TABLE_ENTRIES 512
#define LARGE_PAGE_SIZE 0x200000

/* The first GiB at its own address, until paging_init() has the real tables: what a Linux loader gives us, too. */
	.section .arena, "aw", @progbits
	.balign TABLE_SIZE
boot_pml4:
	.skip TABLE_SIZE
boot_pdpt:
	.skip TABLE_SIZE
boot_pd:
	.skip TABLE_SIZE

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

	mov $CPUID_EXTENDED, %eax
	cpuid
	cmp $CPUID_EXTENDED_FEATURES, %eax
	jb no_long_mode
	mov $CPUID_EXTENDED_FEATURES, %eax
	cpuid
	bt $EXTENDED_EDX_LM_BIT, %edx
	jnc no_long_mode

	mov $boot_pml4, %edi
	mov $(3 * TABLE_SIZE / 4), %ecx
	xor %eax, %eax
	rep stosl
	movl $(boot_pdpt + PAGE_PRESENT_WRITABLE), boot_pml4
	movl $(boot_pd + PAGE_PRESENT_WRITABLE), boot_pdpt
	mov $PAGE_PRESENT_WRITABLE_LARGE, %eax
	xor %ecx, %ecx
1:	mov %eax, boot_pd(,%ecx,8)
	add $LARGE_PAGE_SIZE, %eax
	inc %ecx
	cmp $TABLE_ENTRIES, %ecx
	jb 1b

	mov $CR4_PAE, %eax
	mov %eax, %cr4
	mov $boot_pml4, %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	wrmsr
	mov $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov %eax, %cr0
	ljmp $SELECTOR_CODE64, $1f

	.code64
1:	mov %ebp, %ebx
	mov $__bss_start, %edi
	mov $__bss_end, %ecx
	sub %edi, %ecx
	shr $3, %ecx /* a multiple of 8 bytes, see linker/x86_64.ld */
	xor %eax, %eax
	rep stosq
	mov %ebx, %edi
	xor %ebp, %ebp
	call boot_pvh

/* Says so on the serial port, for there is nothing else that a 32-bit CPU can do with this image. */
	.code32
no_long_mode:
	mov $no_long_mode_text, %esi
	mov $0x3f8, %edx
1:	lodsb
	test %al, %al
	jz 2f
	outb %al, %dx
	jmp 1b
2:	hlt
	jmp 2b

	.section .rodata
no_long_mode_text:
	.asciz "# fatal: this CPU has no 64-bit mode\n"
