/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another CPU starts here after its startup interrupt: in real mode, at the start of a page below 1 MiB to which cpus.c
 * has copied this code. It goes to long mode in one step. CS is that page, and the page is mapped at its own address.
 */
#include "firmware/arch/x86_64/x86.h"

	.section .rodata
	.globl start_begin, start_words, start_end
	.code16
start_begin:
	cli
	mov %cs, %ax
	mov %ax, %ds
	lgdtl start_gdt - start_begin
	mov start_words - start_begin, %eax
	mov %eax, %cr3
	mov start_words + 4 - start_begin, %eax
	mov %eax, %cr4
	mov $MSR_EFER, %ecx
	xor %edx, %edx
	mov start_words + 8 - start_begin, %eax
	wrmsr
	mov $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
	mov %eax, %cr0
	ljmpl $SELECTOR_CODE64, $start_long

	.balign 4
start_words: /* struct start_words */
	.skip 12
start_gdt: /* limit and lower half of the base, as in gdt_pointer */
	.word SELECTOR_TSS - 1
	.long descriptor_table
start_end:

	.text
	.code64
start_long:
	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	lgdt gdt_pointer
	mov start_stack, %rsp
	xor %ebp, %ebp
	call *start_entry

	.data
	.balign 8
	.globl start_stack, start_entry
start_stack:
	.skip 8
start_entry:
	.skip 8
