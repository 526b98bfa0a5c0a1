/* SPDX-License-Identifier: BSD-2-Clause */
/* For assembly: does for the image what an ELF loader does, in files that are loaded as they are. */
#ifndef FIRMWARE_BOOT_X86_64_WRAPPED_ENTER_IMAGE_H
#define FIRMWARE_BOOT_X86_64_WRAPPED_ENTER_IMAGE_H

/* clang-format off */
/*
 * Enters the image by the Linux 64-bit boot protocol. First copies the image to the address that it is linked for,
 * unless it was loaded there. Must run in long mode, and outside the memory that the image uses behind itself; rsi =
 * struct boot_params.
 */
.macro enter_image
	cli
	cld
	mov %rsi, %rbx
	lea image(%rip), %rsi
	mov $__image_start, %edi
	cmp %rdi, %rsi
	je 1f
	mov $image_size, %ecx
	rep movsb
1:	mov %rbx, %rsi
	mov $entry_linux64, %eax
	jmp *%rax
.endm
/* clang-format on */

#endif
