/* SPDX-License-Identifier: BSD-2-Clause */
/* For assembly: from 32-bit protected mode without paging to long mode, for the entries that begin there. */
#ifndef FIRMWARE_BOOT_X86_64_LONG_MODE_H
#define FIRMWARE_BOOT_X86_64_LONG_MODE_H

#include "firmware/arch/x86_64/x86.h"

#define PAGE_PRESENT_WRITABLE	    0x3
#define PAGE_PRESENT_WRITABLE_LARGE 0x83
#define TABLE_SIZE		    4096
#define TABLE_ENTRIES		    512
#define LARGE_PAGE_SIZE		    0x200000
#define UART_PORT		    0x3f8

/* clang-format off */
/*
 * Builds three page tables at TABLES, which map the first GiB at its own address, as a Linux loader's do. Keeps ebp and
 * esp. Goes on in 64-bit code through the code segment of our GDT, which must be loaded already.
 */
.macro enter_long_mode tables
	mov $CPUID_EXTENDED, %eax
	cpuid
	cmp $CPUID_EXTENDED_FEATURES, %eax
	jb no_long_mode
	mov $CPUID_EXTENDED_FEATURES, %eax
	cpuid
	bt $EXTENDED_EDX_LM_BIT, %edx
	jnc no_long_mode

	mov $\tables, %edi
	mov $(3 * TABLE_SIZE / 4), %ecx
	xor %eax, %eax
	rep stosl
	movl $(\tables + TABLE_SIZE + PAGE_PRESENT_WRITABLE), \tables
	movl $(\tables + 2 * TABLE_SIZE + PAGE_PRESENT_WRITABLE), \tables + TABLE_SIZE
	mov $PAGE_PRESENT_WRITABLE_LARGE, %eax
	xor %ecx, %ecx
1:	mov %eax, (\tables + 2 * TABLE_SIZE)(,%ecx,8)
	add $LARGE_PAGE_SIZE, %eax
	inc %ecx
	cmp $TABLE_ENTRIES, %ecx
	jb 1b

	mov $CR4_PAE, %eax
	mov %eax, %cr4
	mov $\tables, %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	wrmsr
	mov $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov %eax, %cr0
	ljmp $SELECTOR_CODE64, $1f
	.code64
1:
.endm

/* A 32-bit CPU cannot run this image. Prints that on the serial port and stops. */
.macro define_no_long_mode
	.code32
no_long_mode:
	mov $no_long_mode_text, %esi
	mov $UART_PORT, %edx
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
.endm
/* clang-format on */

#endif
