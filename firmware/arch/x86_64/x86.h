/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU's registers and the instructions that C cannot express. Assembly includes this file, too: everything but the
 * #defines is for C only.
 */
#ifndef ARCH_X86_64_X86_H
#define ARCH_X86_64_X86_H

/* Selectors of our GDT (descriptors.c). */
#define SELECTOR_CODE64 0x08
#define SELECTOR_DATA	0x10
#define SELECTOR_TSS	0x18 /* a 64-bit TSS takes two entries */

#define CR0_PE 0x00000001 /* protected mode */
#define CR0_MP 0x00000002
#define CR0_ET 0x00000010
#define CR0_NE 0x00000020
#define CR0_WP 0x00010000 /* read-only pages are read-only in ring 0, too */
#define CR0_PG 0x80000000 /* paging */

#define CR4_PAE	 0x00000020
#define CR4_MCE	 0x00000040 /* machine checks are exceptions, not a shutdown */
#define CR4_LA57 0x00001000 /* five-level paging; cannot change in long mode */

/* clang-format off */
#define MSR_APIC_BASE 0x0000001b
#define   APIC_BASE_X2APIC  0x00000400 /* EXTD */
#define   APIC_BASE_ENABLE  0x00000800
#define   APIC_BASE_ADDRESS 0x0000fffffffff000
#define MSR_X2APIC_FIRST 0x00000800
#define MSR_EFER      0xc0000080
#define   EFER_LME 0x00000100 /* long mode once paging is on */
#define   EFER_NXE 0x00000800
/* clang-format on */

#define RFLAGS_IF 0x00000200

/* clang-format off */
#define CPUID_FEATURES 0x00000001
#define   FEATURES_EDX_TSC  (1u << 4)
#define   FEATURES_EDX_MCE  (1u << 7)
#define   FEATURES_EDX_APIC (1u << 9)
#define   FEATURES_ECX_HYPERVISOR (1u << 31)
#define CPUID_TSC            0x00000015
#define CPUID_HYPERVISOR     0x40000000
#define CPUID_HYPERVISOR_FEATURES 0x40000001
#define CPUID_HYPERVISOR_TIMING   0x40000010
#define CPUID_EXTENDED       0x80000000
#define CPUID_EXTENDED_FEATURES   0x80000001
#define   EXTENDED_EDX_NX    (1u << 20)
#define   EXTENDED_EDX_1GIB  (1u << 26)
#define   EXTENDED_EDX_LM    (1u << 29)
#define   EXTENDED_EDX_LM_BIT 29
#define CPUID_ADDRESS_SIZES  0x80000008
/* clang-format on */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

static inline void port_write8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline void port_write16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline void port_write32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline uint8_t port_read8(uint16_t port)
{
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint16_t port_read16(uint16_t port)
{
	uint16_t value;
	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint32_t port_read32(uint16_t port)
{
	uint32_t value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* Not ordered against surrounding instructions. What we time are device accesses, which are ordered. */
static inline uint64_t tsc_read(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;
	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
	return r;
}

#define CONTROL_REGISTER(NAME, REGISTER)                                            \
	static inline uint64_t NAME##_read(void)                                    \
	{                                                                           \
		uint64_t value;                                                     \
		__asm__ volatile("mov %%" REGISTER ", %0" : "=r"(value)::"memory"); \
		return value;                                                       \
	}                                                                           \
	static inline void NAME##_write(uint64_t value)                             \
	{                                                                           \
		__asm__ volatile("mov %0, %%" REGISTER ::"r"(value) : "memory");    \
	}

CONTROL_REGISTER(cr0, "cr0")
CONTROL_REGISTER(cr2, "cr2")
CONTROL_REGISTER(cr3, "cr3")
CONTROL_REGISTER(cr4, "cr4")
CONTROL_REGISTER(cr8, "cr8") /* bits 7:4 of the local APIC's task priority */

#undef CONTROL_REGISTER

static inline uint64_t rflags_read(void)
{
	uint64_t flags;
	__asm__ volatile("pushfq; popq %0" : "=r"(flags)::"memory");
	return flags;
}

/* Turns interrupts off and returns whether they were on. */
static inline bool interrupts_off(void)
{
	const bool on = rflags_read() & RFLAGS_IF;
	__asm__ volatile("cli" ::: "memory");
	return on;
}

static inline void interrupts_restore(bool on)
{
	if (on)
		__asm__ volatile("sti" ::: "memory");
}

#endif

#endif
