/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bzImage (Documentation/arch/x86/boot.rst) with its three entries: in real mode, where a BIOS and its boot loader
 * enter; in 32-bit protected mode; and in long mode. Each entry leads to the next.
 */
#include "firmware/boot/x86_64/long_mode.h"
#include "firmware/boot/x86_64/wrapped/enter_image.h"

#define SECTOR	     512
#define SETUP_SIZE   (2 * SECTOR) /* includes the boot sector, which setup_sects leaves out */
#define LOAD_ADDRESS 0x100000
#define ENTRY64	     0x200 /* as the protocol demands, this far behind the 32-bit entry */

#define VERSION		 0x020e /* the first one with acpi_rsdp_addr */
#define LOADED_HIGH	 0x01
#define XLF_KERNEL_64	 0x0001
#define CMDLINE_MAX	 4095
#define VIDEO_NORMAL	 0xffff
#define SETUP_MEMORY	 0x8000 /* how much of our segment belongs to us, from setup on */
#define HEAP_END_TO_SIZE 0x200	/* heap_end_ptr counts from here */

/* struct boot_params. The header lies at the same offset in it as in the file. */
#define BOOT_PARAMS	 0x1000 /* in our memory behind the setup code */
#define BOOT_PARAMS_SIZE 0x1000
#define E820_COUNT	 0x1e8
#define HEADER		 0x1f1
#define CODE32_START	 0x214
#define E820_TABLE	 0x2d0
#define E820_ENTRY_SIZE	 20
#define E820_MAX	 128

#define BIOS_E820	0xe820
#define BIOS_E820_MAGIC 0x534d4150 /* "SMAP" */

#define FAST_A20_PORT  0x92
#define FAST_A20_GATE  0x02
#define FAST_A20_RESET 0x01

/* The selectors that the 32-bit protocol requires. */
#define BOOT_CS 0x10
#define BOOT_DS 0x18

	.section .setup, "awx"
	.code16
setup:
	.org HEADER
	.byte SETUP_SIZE / SECTOR - 1 /* setup_sects */
	.word 0			      /* root_flags */
	.long protected_paragraphs    /* syssize */
	.word 0			      /* ram_size */
	.word VIDEO_NORMAL	      /* vid_mode */
	.word 0			      /* root_dev */
	.word 0xaa55		      /* boot_flag */
	.byte 0xeb, start16 - 1f      /* jump, 2 bytes; the second is also the end of the header */
1:	.ascii "HdrS"
	.word VERSION
	.long 0				      /* realmode_swtch */
	.word 0				      /* start_sys_seg */
	.word kernel_version - setup - SECTOR /* kernel_version */
	.byte 0				      /* type_of_loader */
	.byte LOADED_HIGH		      /* loadflags */
	.word SETUP_MEMORY		      /* setup_move_size */
	.long LOAD_ADDRESS		      /* code32_start */
	.long 0, 0			      /* ramdisk_image, ramdisk_size */
	.long 0				      /* bootsect_kludge */
	.word SETUP_MEMORY - HEAP_END_TO_SIZE /* heap_end_ptr */
	.byte 0, 0			      /* ext_loader_ver, ext_loader_type */
	.long 0				      /* cmd_line_ptr */
	.long 0x7fffffff		      /* initrd_addr_max */
	.long TABLE_SIZE		      /* kernel_alignment */
	.byte 0				      /* relocatable_kernel */
	.byte 12			      /* min_alignment, as a power of 2 */
	.word XLF_KERNEL_64		      /* xloadflags */
	.long CMDLINE_MAX		      /* cmdline_size */
	.long 0				      /* hardware_subarch */
	.quad 0				      /* hardware_subarch_data */
	.long 0, 0			      /* payload_offset, payload_length */
	.quad 0				      /* setup_data */
	.quad LOAD_ADDRESS		      /* pref_address */
	.long memory_size		      /* init_size: the loader must not use this memory */
	.long 0				      /* handover_offset */

/*
 * Real mode, DS = our segment. A loader enters with CS 0x20 paragraphs above DS and IP = 0, or with CS = DS and IP =
 * 0x200, so the code here must not depend on CS.
 */
start16:
	cli
	cld
	mov %ds, %ax
	mov %ax, %es
	mov %ax, %ss
	mov $SETUP_MEMORY, %esp

	mov $BOOT_PARAMS, %di
	mov $(BOOT_PARAMS_SIZE / 4), %cx
	xor %eax, %eax
	rep stosl
	mov $HEADER, %si
	mov $(BOOT_PARAMS + HEADER), %di
	mov $(start16 - setup - HEADER), %cx
	rep movsb

/* The memory map, from the BIOS, which keeps its position in EBX. */
	mov $(BOOT_PARAMS + E820_TABLE), %di
	xor %ebx, %ebx
1:	mov $BIOS_E820, %eax
	mov $E820_ENTRY_SIZE, %ecx
	mov $BIOS_E820_MAGIC, %edx
	int $0x15
	jc 2f
	cmp $BIOS_E820_MAGIC, %eax
	jne 2f
	add $E820_ENTRY_SIZE, %di
	incb BOOT_PARAMS + E820_COUNT
	cmpb $E820_MAX, BOOT_PARAMS + E820_COUNT
	jae 2f
	test %ebx, %ebx
	jnz 1b

2:	cli
	in $FAST_A20_PORT, %al
	or $FAST_A20_GATE, %al
	and $(0xff - FAST_A20_RESET), %al
	out %al, $FAST_A20_PORT

	xor %ebp, %ebp
	mov %ds, %bp
	shl $4, %ebp
	add %ebp, boot_gdt_pointer - setup + 2
	mov CODE32_START, %edi
	lea BOOT_PARAMS(%ebp), %esi
	lea SETUP_MEMORY(%ebp), %ecx
	lgdt boot_gdt_pointer - setup
	mov %cr0, %eax
	or $CR0_PE, %al
	mov %eax, %cr0
	mov $BOOT_DS, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %fs
	mov %ax, %gs
	mov %ax, %ss
	mov %ecx, %esp
	xor %ebp, %ebp
	xor %ebx, %ebx
	pushl $BOOT_CS
	pushl %edi
	lretl

	.balign 8
boot_gdt:
	.quad 0, 0
	.quad 0x00cf9b000000ffff /* BOOT_CS: present, ring 0, execute/read, flat 4 GiB, 32 bits */
	.quad 0x00cf93000000ffff /* BOOT_DS: present, ring 0, read/write, flat 4 GiB */
boot_gdt_pointer:
	.word . - boot_gdt - 1
	.long boot_gdt - setup
kernel_version:
	.asciz "touchstone"
	.org SETUP_SIZE

/* 32-bit protected mode, flat segments, ESI = struct boot_params, loaded at LOAD_ADDRESS. There may be no stack. */
	.section .head, "ax"
	.code32
entry32:
	cli
	cld
	lgdt gdt_pointer
	mov $SELECTOR_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov %esi, %ebp /* cpuid clobbers the other registers */
	enter_long_mode boot_tables
	mov %ebp, %esi
	jmp entry64

	.code32
	define_no_long_mode

	.balign 8
gdt:
	.quad 0
	.quad 0x00209b0000000000 /* SELECTOR_CODE64: present, ring 0, execute/read, L */
	.quad 0x00cf93000000ffff /* SELECTOR_DATA: present, ring 0, read/write, flat 4 GiB */
gdt_pointer:
	.word . - gdt - 1
	.long gdt

	.section .entry64, "ax"
	.code64
entry64:
	enter_image

	.section .note.GNU-stack, "", @progbits
