/* SPDX-License-Identifier: BSD-2-Clause */
/* For assembly: what an ELF loader does for the image, for files that are loaded as they are. */
#ifndef FIRMWARE_BOOT_X86_64_WRAPPED_ENTER_IMAGE_H
#define FIRMWARE_BOOT_X86_64_WRAPPED_ENTER_IMAGE_H

/* clang-format off */
/*
 * Enters the image by the Linux 64-bit protocol, where it is linked: copied, unless we were loaded so that it lies there.
 * In long mode, anywhere but in the image's memory behind the image; rsi = struct boot_params.
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
