/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts an image as a loader does that leaves its MMU and its caches on, at EL1 or EL2. QEMU starts this raw file with
 * the MMU off and x0 = device tree. The image is at TARGET. It gets the device tree at TREE in x0, if there is one,
 * otherwise the x0 that we got.
 */
#include "firmware/arch/aarch64/arm.h"

#define TARGET 0x42001000 /* a multiple of 4 KiB and of no larger page */

#define TREE 0x43000000
#define FDT_MAGIC 0xedfe0dd0 /* big-endian */

#define DEVICES (ENTRY_VALID | ENTRY_ACCESSED | MAIR_DEVICE << ENTRY_ATTRIBUTES_SHIFT)		   /* 0 to 1 GiB */
#define RAM (0x40000000 | ENTRY_VALID | ENTRY_ACCESSED | ENTRY_INNER | MAIR_NORMAL << ENTRY_ATTRIBUTES_SHIFT)

	.macro constant register, value
	movz \register, #((\value) >> 16) & 0xffff, lsl #16
	movk \register, #(\value) & 0xffff
	.endm

	.text
	.globl _start
_start:
	adr x2, table
	constant x1, DEVICES
	str x1, [x2]
	constant x1, RAM
	str x1, [x2, #8]
	dsb sy
	mov x1, #MAIR
	mov x3, #(TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER | TCR_T0SZ_39)
	mrs x4, CurrentEL
	cmp x4, #CURRENT_EL_2
	b.eq 2f
	msr mair_el1, x1
	msr tcr_el1, x3
	msr ttbr0_el1, x2
	isb
	tlbi vmalle1
	dsb sy
	isb
	constant x1, SCTLR_EL1_RES1 | SCTLR_M | SCTLR_C | SCTLR_I
	msr sctlr_el1, x1
	b 3f
2:	msr mair_el2, x1
	constant x5, 0x80800000 /* RES1 of TCR_EL2 */
	orr x3, x3, x5
	msr tcr_el2, x3
	msr ttbr0_el2, x2
	isb
	tlbi alle2
	dsb sy
	isb
	constant x1, SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_I
	msr sctlr_el2, x1
3:	isb
	constant x1, TREE
	ldr w2, [x1]
	constant x3, FDT_MAGIC
	cmp w2, w3
	csel x0, x1, x0, eq
	constant x1, TARGET
	br x1

	.balign 4096
table:
	.skip 4096
