/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of a PE file (Microsoft's PE format; UEFI 2.10 section 2.1.1), written by hand. One section holds
 * everything. Its code is position-independent and its data holds no pointer, so nothing needs relocation.
 */
#include "firmware/arch/aarch64/arm.h"

#define MACHINE_ARM64 0xaa64
#define EXECUTABLE_STRIPPED 0x0206 /* executable, no line numbers, no symbols */
#define PE32_PLUS 0x020b
#define SUBSYSTEM_EFI_APPLICATION 10
#define SECTION_ALL 0xe0000020 /* code; executable, readable, writable */
#define PE_OFFSET 0x3c

	.section .head, "a"
entry:
	.ascii "MZ"
	.org entry + PE_OFFSET
	.long pe_header - entry
pe_header:
	.ascii "PE\0\0"
	.short MACHINE_ARM64, 1
	.long 0, 0, 0
	.short section_header - optional_header, EXECUTABLE_STRIPPED
optional_header:
	.short PE32_PLUS, 0
	.long efi_file_size, 0, efi_bss_size
	.long efi_start /* linked at 0 */
	.long efi_section
	.quad 0
	.long efi_section_alignment, efi_file_alignment
	.short 0, 0, 0, 0, 0, 0
	.long 0, efi_image_size, efi_file_alignment, 0
	.short SUBSYSTEM_EFI_APPLICATION, 0
	.quad 0, 0, 0, 0
	.long 0, 6
	.quad 0, 0, 0, 0, 0, 0
section_header:
	.ascii ".text\0\0\0"
	.long efi_memory_size, efi_section, efi_file_size, efi_file_alignment, 0, 0
	.short 0, 0
	.long SECTION_ALL

	.text
	.globl efi_start
efi_start:
	stp x29, x30, [sp, #-16]!
	mov x29, sp
	bl efi_main
	ldp x29, x30, [sp], #16
	ret

	.section .note.GNU-stack, "", %progbits
