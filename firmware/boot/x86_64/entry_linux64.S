/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux 64-bit entry (Documentation/arch/x86/boot.rst, "64-bit boot protocol"): long mode, RSI = struct boot_params,
 * interrupts off. The protocol promises a mapping of the memory around us only, usually the first GiB. We do not use
 * the loader's GDT, IDT, page tables and stack.
 */
	.text
	.code64
	.globl entry_linux64
entry_linux64:
	cli
	cld
	mov $main_stack_top, %esp
	mov %rsi, %rbx
	mov $__bss_start, %edi
	mov $__bss_end, %ecx
	sub %edi, %ecx
	shr $3, %ecx /* the size is a multiple of 8 bytes, see linker/x86_64.ld */
	xor %eax, %eax
	rep stosq
	mov %rbx, %rdi
	xor %ebp, %ebp
	call boot_linux64
