/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory on RISC-V, which orders device and memory accesses separately. So a write to a register is fenced
 * against earlier writes to memory, and later reads of memory are fenced against the read of a register.
 */
#ifndef ARCH_MMIO_H
#define ARCH_MMIO_H

#include <stdint.h>

#define MMIO_ACCESSORS(BITS, SUFFIX)                                                                               \
	static inline uint##BITS##_t mmio_read##BITS(uintptr_t address)                                            \
	{                                                                                                          \
		uint##BITS##_t value;                                                                              \
		__asm__ volatile("l" SUFFIX "u %0, 0(%1)\n\tfence i, ir" : "=r"(value) : "r"(address) : "memory"); \
		return value;                                                                                      \
	}                                                                                                          \
	static inline void mmio_write##BITS(uintptr_t address, uint##BITS##_t value)                               \
	{                                                                                                          \
		__asm__ volatile("fence w, o\n\ts" SUFFIX " %0, 0(%1)" ::"r"(value), "r"(address) : "memory");     \
	}

MMIO_ACCESSORS(8, "b")
MMIO_ACCESSORS(16, "h")
MMIO_ACCESSORS(32, "w")

#undef MMIO_ACCESSORS

#endif
