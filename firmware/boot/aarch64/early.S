/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Brings a CPU from the state that a loader may leave (Linux's Documentation/arch/arm64/booting.rst, or even with the
 * MMU on) to the state that the port starts from: EL1, interrupts off, MMU and caches on.
 *
 * A loader that ran with caches on may have left the image, up to __clean_end, in its caches. With caches off we would
 * read stale memory instead.
 */
#include "firmware/arch/aarch64/arm.h"

/* System registers by encoding, because old assemblers do not know their names. */
#define ICC_SRE_EL3 s3_6_c12_c12_5
#define ICC_SRE_EL2 s3_4_c12_c9_5
#define ICH_HCR_EL2 s3_4_c12_c11_0
#define ICC_SRE_ALL 0xf

#define TABLE_SIZE 4096
#define TABLE_ENTRIES 512
#define GIB_SHIFT 30

/* Writes the image's cache lines to memory, where a CPU with caches off reads. Clobbers x2 to x5. */
	.macro clean_image
	adrp x2, __image_start
	add x2, x2, :lo12:__image_start
	adrp x3, __clean_end
	add x3, x3, :lo12:__clean_end
	cache_lines x4, x5
9:	dc civac, x2
	add x2, x2, x4
	cmp x2, x3
	b.lo 9b
	dsb sy
	.endm

/* The size of the smallest line of all data caches. */
	.macro cache_lines size, scratch
	mrs \scratch, ctr_el0
	ubfx \scratch, \scratch, #16, #4
	mov \size, #4
	lsl \size, \size, \scratch
	.endm

/* Maps the GiB around an address in the table x1 with the attributes x5. Clobbers the address and x6. */
	.macro map_gib address
	lsr \address, \address, #GIB_SHIFT
	cmp \address, #TABLE_ENTRIES
	b.hs 3f /* an address this high needs more tables: go on without MMU and caches, which is slower */
	orr x6, x5, \address, lsl #GIB_SHIFT
	str x6, [x1, \address, lsl #3]
	.endm

	.macro constant register, value
	movz \register, #((\value) >> 16) & 0xffff, lsl #16
	movk \register, #(\value) & 0xffff
	.endm

	.section .arena, "aw", @nobits
	.balign TABLE_SIZE
early_table:
	.skip TABLE_SIZE

	.text
/*
 * Goes to EL1, with MMU and caches off. Keeps x0 and all registers from x17 up; needs no stack. Sets tpidr_el0 to
 * nonzero if we were entered at EL3. EL3 is the place of firmware, so firmware's setup of the machine is missing then;
 * we go on only to report it.
 */
	.globl early_el1
early_el1:
	msr daifset, #DAIF_ALL
	msr tpidr_el0, xzr
any_el:
	mrs x1, CurrentEL
	cmp x1, #CURRENT_EL_2
	b.eq 2f
	cmp x1, #CURRENT_EL_3
	b.eq 6f

	mrs x1, sctlr_el1
	mov x2, #(SCTLR_M | SCTLR_C)
	tst x1, x2
	b.eq el1
	clean_image
	b el1

2:	mrs x1, sctlr_el2
	mov x2, #(SCTLR_M | SCTLR_C)
	tst x1, x2
	b.eq 3f
	clean_image
	constant x1, SCTLR_EL2_RES1
	msr sctlr_el2, x1
	isb
	/* EL1 does not trap to EL2, which has no code once we have left it. E2H may be stuck at 1, which moves other
	 * bits. */
3:	mov x1, #HCR_EL2_RW & 0xffffffff
	msr hcr_el2, x1
	isb
	mrs x1, hcr_el2
	mov x2, #CNTHCTL_EL2_ACCESS
	mov x3, #CPTR_EL2_RES1
	tbz x1, #HCR_EL2_E2H_BIT, 4f
	lsl x2, x2, #CNTHCTL_EL2_E2H_SHIFT
	mov x3, #CPTR_EL2_E2H_FPEN
4:	msr cnthctl_el2, x2
	msr cptr_el2, x3
	msr cntvoff_el2, xzr
	msr hstr_el2, xzr
	msr vttbr_el2, xzr
	mrs x1, mdcr_el2
	and x1, x1, #0x1f /* HPMN: the number of counters that EL1 has */
	msr mdcr_el2, x1
	mrs x1, midr_el1
	msr vpidr_el2, x1
	mrs x1, mpidr_el1
	msr vmpidr_el2, x1
	mrs x1, id_aa64pfr0_el1
	ubfx x1, x1, #ID_PFR0_GIC_SHIFT, #4
	cbz x1, 5f
	mrs x1, ICC_SRE_EL2
	orr x1, x1, #ICC_SRE_ALL
	msr ICC_SRE_EL2, x1
	isb
	mrs x1, ICC_SRE_EL2
	tbz x1, #0, 5f /* the interrupt controller has no system registers */
	msr ICH_HCR_EL2, xzr
5:	constant x1, SCTLR_EL1_RES1
	msr sctlr_el1, x1
	mov x1, #(PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F | PSTATE_EL1H)
	msr spsr_el2, x1
	adr x1, el1
	msr elr_el2, x1
	isb
	eret

6:	msr tpidr_el0, x1
	constant x1, SCTLR_EL3_RES1
	msr sctlr_el3, x1
	mov x1, #SCR_EL3_START
	msr scr_el3, x1
	msr cptr_el3, xzr
	isb
	mrs x2, id_aa64pfr0_el1
	ubfx x1, x2, #ID_PFR0_GIC_SHIFT, #4
	cbz x1, 7f
	mov x1, #ICC_SRE_ALL
	msr ICC_SRE_EL3, x1
7:	mov x1, #(PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F | PSTATE_EL1H)
	mov x3, #(PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F | PSTATE_EL2H)
	tst x2, #(0xf << ID_PFR0_EL2_SHIFT)
	csel x1, x1, x3, eq
	msr spsr_el3, x1
	adr x1, any_el
	msr elr_el3, x1
	isb
	eret

el1:
	constant x1, SCTLR_EL1_RES1
	msr sctlr_el1, x1
	msr cpacr_el1, xzr /* floating point traps: the code uses none, and no trap would save its registers */
	isb
	ret

/*
 * Does the same, and then turns MMU and caches on. Maps the GiB that we are in, and those that x15 and x16 point into.
 * Keeps x0 and all registers from x18 up.
 */
	.globl early_start
early_start:
	mov x17, x30
	bl early_el1

	adrp x1, early_table
	add x1, x1, :lo12:early_table
	mov x2, #TABLE_SIZE
	add x2, x1, x2
	mov x3, x1
1:	stp xzr, xzr, [x3], #16
	cmp x3, x2
	b.lo 1b
	mov x5, #(ENTRY_VALID | ENTRY_ACCESSED | ENTRY_INNER | MAIR_NORMAL << ENTRY_ATTRIBUTES_SHIFT)
	adrp x3, __image_start
	map_gib x3
	map_gib x15
	map_gib x16
	/* The table was written with caches off, so a cached copy of it is stale. */
	cache_lines x4, x5
	mov x3, x1
	dmb sy
2:	dc ivac, x3
	add x3, x3, x4
	cmp x3, x2
	b.lo 2b
	dsb sy

	mov x2, #MAIR
	msr mair_el1, x2
	constant x2, TCR_COMMON | TCR_T0SZ_39
	mrs x3, id_aa64mmfr0_el1
	and x3, x3, #0xf
	mov x4, #5 /* 48 bits */
	cmp x3, x4
	csel x3, x3, x4, lo
	orr x2, x2, x3, lsl #TCR_IPS_SHIFT
	msr tcr_el1, x2
	msr ttbr0_el1, x1
	isb
	tlbi vmalle1
	ic iallu
	dsb sy
	isb
	constant x2, SCTLR_EL1_RES1 | SCTLR_M | SCTLR_C | SCTLR_I
	msr sctlr_el1, x2
	isb
3:	ret x17
