/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU's registers and the instructions that C cannot express (Arm Architecture Reference Manual for A-profile).
 * Assembly includes this file, too: everything but the #defines is for C only.
 */
#ifndef ARCH_AARCH64_ARM_H
#define ARCH_AARCH64_ARM_H

/* clang-format off */
#define CURRENT_EL_1 0x4
#define CURRENT_EL_2 0x8
#define CURRENT_EL_3 0xc

/* PSTATE, as in SPSR and DAIF. A bit that is set masks. */
#define PSTATE_F 0x040 /* FIQ */
#define PSTATE_I 0x080 /* IRQ */
#define PSTATE_A 0x100 /* SError */
#define PSTATE_D 0x200 /* debug */
#define PSTATE_EL1H 0x5
#define PSTATE_EL2H 0x9
/* The same bits, for msr daifset and daifclr. */
#define DAIF_F 1
#define DAIF_I 2
#define DAIF_A 4
#define DAIF_ALL 15

#define SCTLR_M  0x00000001 /* MMU */
#define SCTLR_C  0x00000004 /* data cache */
#define SCTLR_SA 0x00000008 /* checks the stack pointer's alignment */
#define SCTLR_I  0x00001000 /* instruction cache */
#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_EL2_RES1 0x30c50830

#define SCR_EL3_START 0x531   /* RES1; lower levels are non-secure and AArch64, with hvc */
#define SCTLR_EL3_RES1 0x30c50830
#define HCR_EL2_RW  (1 << 31) /* EL1 is AArch64 */
#define HCR_EL2_E2H_BIT 34
#define CPTR_EL2_RES1 0x33ff  /* no trap of floating point */
#define CPTR_EL2_E2H_FPEN (3 << 20)
#define CNTHCTL_EL2_ACCESS 3  /* EL1 may use the physical counter and the physical timer */
#define CNTHCTL_EL2_E2H_SHIFT 10
#define ID_PFR0_EL2_SHIFT 8   /* 4 bits */
#define ID_PFR0_GIC_SHIFT 24  /* a GICv3 or later with system registers; 4 bits */

/* Indices of memory attributes, for page table entries. */
#define MAIR_DEVICE 0
#define MAIR_NORMAL 1
#define MAIR 0xff04 /* 0: Device-nGnRE; 1: normal, write-back, allocating */

#define TCR_T0SZ_48 16
#define TCR_T0SZ_39 25
#define TCR_IRGN0_WB 0x0000000100
#define TCR_ORGN0_WB 0x0000000400
#define TCR_SH0_INNER 0x0000003000
#define TCR_EPD1     0x0000800000 /* the upper half of the addresses has no tables */
#define TCR_IPS_SHIFT 32
#define TCR_COMMON (TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER | TCR_EPD1)

/* Translation table descriptors, stage 1, 4 KiB granule. */
#define ENTRY_VALID 0x001
#define ENTRY_TABLE 0x002 /* in the last level: a page */
#define ENTRY_ATTRIBUTES_SHIFT 2
#define ENTRY_READ_ONLY 0x080
#define ENTRY_INNER 0x300
#define ENTRY_ACCESSED 0x400
#define ENTRY_NO_EXECUTE 0x0060000000000000 /* neither at EL1 nor at EL0 */

#define CTR_DATA_LINE_SHIFT 16 /* log2 of the smallest line's size in words; 4 bits */

#define ESR_CLASS_SHIFT 26
#define ESR_STATUS_MASK 0x3f
/* clang-format on */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#define system_read(REGISTER)                                                          \
	({                                                                             \
		uint64_t system_value_;                                                \
		__asm__ volatile("mrs %0, " REGISTER : "=r"(system_value_)::"memory"); \
		system_value_;                                                         \
	})

#define system_write(REGISTER, VALUE) __asm__ volatile("msr " REGISTER ", %0" ::"r"((uint64_t)(VALUE)) : "memory")

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

static inline void dsb(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}

/* Turns interrupts off and returns whether they were on. */
static inline bool interrupts_off(void)
{
	const bool on = !(system_read("daif") & PSTATE_I);
	__asm__ volatile("msr daifset, %0" ::"i"(DAIF_I) : "memory");
	return on;
}

static inline void interrupts_restore(bool on)
{
	if (on)
		__asm__ volatile("msr daifclr, %0" ::"i"(DAIF_I) : "memory");
}

#endif

#endif
