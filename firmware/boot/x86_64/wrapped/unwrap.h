/* SPDX-License-Identifier: BSD-2-Clause */
/* For assembly: what an ELF loader does for the packed image, for files that are loaded as they are. */
#ifndef FIRMWARE_BOOT_X86_64_WRAPPED_UNWRAP_H
#define FIRMWARE_BOOT_X86_64_WRAPPED_UNWRAP_H

/* clang-format off */
/*
 * Copies the packed program to where it is linked, clears its memory behind that, and enters it by the Linux 64-bit
 * protocol. In long mode, wherever we were loaded but over that memory; rsi = struct boot_params.
 */
.macro unwrap
	cli
	cld
	mov %rsi, %rbx
	lea packed(%rip), %rsi
	mov $packed_start, %edi
	mov $packed_size, %ecx
	rep movsb
	mov $packed_clear, %ecx
	xor %eax, %eax
	rep stosb
	mov %rbx, %rsi
	mov $packed_entry, %eax
	jmp *%rax
.endm
/* clang-format on */

#endif
