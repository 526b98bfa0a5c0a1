/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU starts the loader here (PVH); and the last instructions before the image's entries. */
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
	mov $0x80000011, %eax /* PG, ET, PE; many loaders leave WP off */
	mov %eax, %cr0
	ljmp $0x08, $1f

/* From here on the image finds nothing that it could use by accident: descriptor tables, stack and registers are
 * junk. */
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

/* void enter32(uint32_t image_entry, uint32_t ebx): PVH, with all registers 0 but EBX, as one VMM leaves them. */
	.code32
	.globl enter32
enter32:
	mov 4(%esp), %eax
	mov %eax, entry32
	mov 8(%esp), %ebx
	lidt no_table
	xor %eax, %eax
	xor %ecx, %ecx
	xor %edx, %edx
	xor %esi, %esi
	xor %edi, %edi
	xor %ebp, %ebp
	xor %esp, %esp
	ljmp *entry32

/*
 * void enter16(void): enters the bzImage whose setup is at 0x10000, in real mode. CS = DS = SS = its segment, SP at the
 * end of its memory, interrupts off. The only BIOS call is the memory map: entries of 20 bytes at 0x9000, and their
 * number at 0x8ff0. The way back to real mode needs 16-bit segments, so that code is copied to where such a segment
 * reaches.
 */
	.globl enter16
enter16:
	movl $(0x8000 + int15 - real), 0x15 * 4
	mov $real, %esi
	mov $0x8000, %edi
	mov $(real_end - real), %ecx
	rep movsb
	lidt real_table
	ljmp $0x20, $0x8000

	.code16
real:
	mov $0x28, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %fs
	mov %ax, %gs
	mov %ax, %ss
	mov %cr0, %eax
	and $0xfe, %al
	mov %eax, %cr0
	ljmp $0, $(0x8000 + 1f - real)
1:	mov $0x1000, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %fs
	mov %ax, %gs
	mov %ax, %ss
	mov $0x8000, %esp
	ljmp $0x1000, $0x200

int15:
	push %bp
	mov %sp, %bp
	push %ds
	push %si
	push %di
	cmp $0xe820, %eax
	jne 2f
	xor %si, %si
	mov %si, %ds
	imul $20, %bx, %si
	add $0x9000, %si
	mov $10, %cx
	rep movsw
	inc %ebx
	cmp 0x8ff0, %ebx
	jb 1f
	xor %ebx, %ebx
1:	mov $20, %ecx
	mov %edx, %eax
	andb $0xfe, 6(%bp) /* no carry: success */
	jmp 3f
2:	orb $1, 6(%bp)
3:	pop %di
	pop %si
	pop %ds
	pop %bp
	iret
real_end:

	.data
	.balign 8
entry32:
	.long 0
	.word 0x18
	.balign 8
gdt:
	.quad 0
	.quad 0x00209b0000000000 /* 64-bit code, for the jump */
	.quad 0x00cf93000000ffff /* data */
	.quad 0x00cf9b000000ffff /* 32-bit code */
	.quad 0x00009b000000ffff /* 16-bit code */
	.quad 0x000093000000ffff /* 16-bit data */
gdt_pointer:
	.word . - gdt - 1
	.long gdt
no_table:
	.word 0
	.long 0
real_table:
	.word 0x3ff
	.long 0
junk_pointer:
	.word 0xffff
	.quad 0x00000000ffffffc1

	.bss
	.balign 16
	.skip 4096
stack_top:

	.section .note.GNU-stack, "", @progbits
