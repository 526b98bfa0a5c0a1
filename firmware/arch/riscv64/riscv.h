/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU's registers, for the two modes that we may run in: supervisor mode, with firmware (SBI) below, or machine
 * mode, with nothing below. The two modes' registers differ in one letter of their names and in the positions of bits.
 * Assembly includes this file, too.
 */
#ifndef ARCH_RISCV64_RISCV_H
#define ARCH_RISCV64_RISCV_H

/* clang-format off */
/* status: the interrupt enable bit of each mode. */
#define STATUS_SIE 0x00000002
#define STATUS_MIE 0x00000008

/* The supervisor's local interrupts. Machine mode's numbers are higher by INTERRUPT_MACHINE. */
#define INTERRUPT_SOFTWARE 1
#define INTERRUPT_TIMER    5
#define INTERRUPT_EXTERNAL 9
#define INTERRUPT_MACHINE  2 /* see above */

#define CAUSE_INTERRUPT 0x8000000000000000

#define SATP_SV39 0x8000000000000000
#define SATP_PAGE_SHIFT 12

/* Advanced Interrupt Architecture: by number, because old assemblers do not know the names. */
#define CSR_SISELECT 0x150
#define CSR_SIREG    0x151
#define CSR_STOPEI   0x15c
#define CSR_MISELECT 0x350
#define CSR_MIREG    0x351
#define CSR_MTOPEI   0x35c
/* clang-format on */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* Do we run in machine mode? */
extern bool machine_mode;

#define CSR_TEXT_(NAME) #NAME
#define CSR_TEXT(NAME)	CSR_TEXT_(NAME)

#define csr_read(NAME)                                                                     \
	({                                                                                 \
		uint64_t csr_value_;                                                       \
		__asm__ volatile("csrr %0, " CSR_TEXT(NAME) : "=r"(csr_value_)::"memory"); \
		csr_value_;                                                                \
	})
#define csr_write(NAME, VALUE) __asm__ volatile("csrw " CSR_TEXT(NAME) ", %0" ::"r"((uint64_t)(VALUE)) : "memory")
#define csr_set(NAME, BITS)    __asm__ volatile("csrs " CSR_TEXT(NAME) ", %0" ::"r"((uint64_t)(BITS)) : "memory")
#define csr_clear(NAME, BITS)  __asm__ volatile("csrc " CSR_TEXT(NAME) ", %0" ::"r"((uint64_t)(BITS)) : "memory")

/* Registers of our own mode: own_read(status) reads mstatus or sstatus. */
#define own_read(NAME) (machine_mode ? csr_read(m##NAME) : csr_read(s##NAME))
#define own_write(NAME, VALUE)                     \
	do {                                       \
		if (machine_mode)                  \
			csr_write(m##NAME, VALUE); \
		else                               \
			csr_write(s##NAME, VALUE); \
	} while (0)
#define own_set(NAME, BITS)                     \
	do {                                    \
		if (machine_mode)               \
			csr_set(m##NAME, BITS); \
		else                            \
			csr_set(s##NAME, BITS); \
	} while (0)
#define own_clear(NAME, BITS)                     \
	do {                                      \
		if (machine_mode)                 \
			csr_clear(m##NAME, BITS); \
		else                              \
			csr_clear(s##NAME, BITS); \
	} while (0)

/* The number of one of our mode's local interrupts, and its bit in `ie` and `ip`. */
static inline uint32_t own_interrupt(uint32_t number)
{
	return number + (machine_mode ? INTERRUPT_MACHINE : 0);
}

static inline uint64_t own_bit(uint32_t number)
{
	return 1ull << own_interrupt(number);
}

static inline uint64_t own_enable(void)
{
	return machine_mode ? STATUS_MIE : STATUS_SIE;
}

/* Turns interrupts off and returns whether they were on. */
static inline bool interrupts_off(void)
{
	const uint64_t enable = own_enable();
	uint64_t before;

	if (machine_mode)
		__asm__ volatile("csrrc %0, mstatus, %1" : "=r"(before) : "r"(enable) : "memory");
	else
		__asm__ volatile("csrrc %0, sstatus, %1" : "=r"(before) : "r"(enable) : "memory");
	return before & enable;
}

/* Turns interrupts on and returns whether they were on. */
static inline bool interrupts_allow(void)
{
	const uint64_t enable = own_enable();
	uint64_t before;

	if (machine_mode)
		__asm__ volatile("csrrs %0, mstatus, %1" : "=r"(before) : "r"(enable) : "memory");
	else
		__asm__ volatile("csrrs %0, sstatus, %1" : "=r"(before) : "r"(enable) : "memory");
	return before & enable;
}

static inline void interrupts_restore(bool on)
{
	if (on)
		own_set(status, own_enable());
}

static inline bool interrupts_on(void)
{
	return own_read(status) & own_enable();
}

#endif

#endif
