/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what a loader may leave (Linux's Documentation/arch/arm64/booting.rst, and beyond that an MMU that is on) to what
 * we start from: EL1, interrupts off, MMU and caches on.
 *
 * Up to __clean_end a loader's caches may have something of us that counts without them.
 */
#include "firmware/arch/aarch64/arm.h"

/* System registers, by number, for old assemblers. */
#define ICC_SRE_EL3 s3_6_c12_c12_5
#define ICC_SRE_EL2 s3_4_c12_c9_5
#define ICH_HCR_EL2 s3_4_c12_c11_0
#define ICC_SRE_ALL 0xf

#define TABLE_SIZE 4096
#define TABLE_ENTRIES 512
#define GIB_SHIFT 30

/* Write the caches' lines of us to memory, where a CPU without caches looks. Clobbers x2 to x5. */
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

/* Size of the smallest line of data caches. */
	.macro cache_lines size, scratch
	mrs \scratch, ctr_el0
	ubfx \scratch, \scratch, #16, #4
	mov \size, #4
	lsl \size, \size, \scratch
	.endm

/* Maps the GiB around an address in the table x1 with the attributes x5. Clobbers the address, and x6. */
	.macro map_gib address
	lsr \address, \address, #GIB_SHIFT
	cmp \address, #TABLE_ENTRIES
	b.hs 3f /* so high that it takes more: slowly, then */
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
 * To EL1, MMU and caches off. Keeps x0 and from x17 on; needs no stack. tpidr_el0 tells whether it was EL3: that is
 * firmware's, and what firmware does there nobody has done then. We come down to say so.
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
	/* Nothing of EL1 traps to EL2, which stays empty behind us. Bit E2H may be stuck at 1, and moves others. */
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
	and x1, x1, #0x1f /* HPMN: how many counters are EL1's */
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
	tbz x1, #0, 5f /* not with this interrupt controller */
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
	msr cpacr_el1, xzr /* floating point traps: we have none, and it would not be saved */
	isb
	ret

/*
 * The same, and then MMU and caches on, with the GiB mapped that we are in, and those that x15 and x16 are in. Keeps x0
 * and from x18 on.
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
	/* It was written past the caches; what they may have of it is old. */
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
