/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image unpacked. Loaded as an ELF, for a debugger, it is entered at its lowest byte, as a loader left the CPU; the
 * unpacker, which has put its addresses right and sorted out harts and modes, enters at entry_unpacked. Then a0 is the
 * hart, a1 the device tree, a2 the waiting room, a3 whether this is machine mode.
 */
#include "firmware/arch/riscv64/percpu.h"

#define RELA_SIZE 24
#define R_RISCV_RELATIVE 3
#define LINKED 0x80200000

	.section .text.head, "ax"
	.globl entry_elf, entry_unpacked
entry_elf:
	call early_start
	/* Addresses in our data: R_RISCV_RELATIVE is all that there is. */
	lla t0, __rela_start
	lla t1, __rela_end
	lla t2, __image_start
	li t3, LINKED
	sub t2, t2, t3
1:	bgeu t0, t1, 2f
	ld t3, 0(t0)
	lw t4, 8(t0)
	ld t5, 16(t0)
	addi t0, t0, RELA_SIZE
	li t6, R_RISCV_RELATIVE
	bne t4, t6, 1b
	add t3, t3, t2
	add t5, t5, t2
	sd t5, (t3)
	j 1b

2:
entry_unpacked:
	lla t0, __bss_start
	lla t1, __bss_end
3:	bgeu t0, t1, 4f
	sd zero, (t0)
	addi t0, t0, 8
	j 3b

4:	fence.i
	lla tp, percpu
	lla t0, cpu_stacks
	li t1, STACK_GUARD_SIZE + MAIN_STACK_SIZE
	add sp, t0, t1
	li ra, 0
	li s0, 0
	call boot_riscv

	/* The linker script compares it with what it has. */
	.globl entry_linked
	.set entry_linked, LINKED

	.section .note.GNU-stack, "", @progbits
