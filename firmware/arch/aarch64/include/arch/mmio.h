/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory on aarch64. Each access is a load or store of one register without write-back, because a hypervisor
 * cannot decode more from the exception. A write to a device follows all earlier writes to memory, and a read of a
 * device precedes all later reads of memory. The contract is in arch/generic.
 */
#ifndef ARCH_MMIO_H
#define ARCH_MMIO_H

#include <stdint.h>

#define MMIO_ACCESSORS(BITS, SUFFIX)                                                                           \
	static inline uint##BITS##_t mmio_read##BITS(uintptr_t address)                                        \
	{                                                                                                      \
		uint32_t value;                                                                                \
		__asm__ volatile("ldr" SUFFIX " %w0, [%1]\n\tdmb sy" : "=r"(value) : "r"(address) : "memory"); \
		return (uint##BITS##_t)value;                                                                  \
	}                                                                                                      \
	static inline void mmio_write##BITS(uintptr_t address, uint##BITS##_t value)                           \
	{                                                                                                      \
		const uint32_t word = value;                                                                   \
		__asm__ volatile("dmb sy\n\tstr" SUFFIX " %w0, [%1]" ::"r"(word), "r"(address) : "memory");    \
	}

MMIO_ACCESSORS(8, "b")
MMIO_ACCESSORS(16, "h")
MMIO_ACCESSORS(32, "")

#undef MMIO_ACCESSORS

#endif
