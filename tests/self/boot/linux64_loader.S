/* SPDX-License-Identifier: BSD-2-Clause */
/* How QEMU starts the loader (PVH), and the last instructions before the image's own entry. */
	.section .note.Xen, "a", @note
	.long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long entry

	.text
	.globl entry
entry:
	cli
	cld
	lgdt gdt_pointer
	mov $0x10, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $stack_top, %esp
	push %ebx
	call load

/* void enter64(uint32_t pml, uint32_t cr4, uint32_t image_entry, uint32_t boot_params) */
	.globl enter64
enter64:
	mov 4(%esp), %eax
	mov %eax, %cr3
	mov 8(%esp), %eax
	mov %eax, %cr4
	mov 12(%esp), %ebx
	mov 16(%esp), %esi
	mov $0xc0000080, %ecx /* EFER */
	rdmsr
	or $0x100, %eax       /* LME */
	wrmsr
	mov $0x80000011, %eax /* PG, ET, PE; no WP, as many loaders leave it */
	mov %eax, %cr0
	ljmp $0x08, $1f

/* From here on nothing of ours is left to lean on: descriptor tables, stack and registers are junk. */
	.code64
1:	mov %ebx, %ebx
	mov %esi, %esi
	lgdt junk_pointer(%rip)
	lidt junk_pointer(%rip)
	mov $0xdeadbeefdeadbee8, %rax
	mov %rax, %rsp
	mov %rax, %rbp
	mov %rax, %rcx
	mov %rax, %rdx
	mov %rax, %rdi
	mov %rax, %r8
	mov %rax, %r15
	std
	jmp *%rbx

	.data
	.balign 8
gdt:
	.quad 0
	.quad 0x00209b0000000000 /* 64-bit code, for the jump */
	.quad 0x00cf93000000ffff /* data */
gdt_pointer:
	.word . - gdt - 1
	.long gdt
junk_pointer:
	.word 0xffff
	.quad 0x00000000ffffffc1

	.bss
	.balign 16
	.skip 4096
stack_top:

	.section .note.GNU-stack, "", @progbits
