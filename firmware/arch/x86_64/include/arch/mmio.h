/* SPDX-License-Identifier: BSD-2-Clause */
/* Device memory on x86_64. Each access is a plain mov, because small VMMs decode no other instruction there. The
 * contract is in arch/generic. */
#ifndef ARCH_MMIO_H
#define ARCH_MMIO_H

#include <stdint.h>

#define MMIO_ACCESSORS(BITS, SUFFIX, CONSTRAINT)                                     \
	static inline uint##BITS##_t mmio_read##BITS(uintptr_t address)              \
	{                                                                            \
		uint##BITS##_t value;                                                \
		__asm__ volatile("mov" SUFFIX " %1, %0"                              \
				 : "=" CONSTRAINT(value)                             \
				 : "m"(*(volatile uint##BITS##_t *)address)          \
				 : "memory");                                        \
		return value;                                                        \
	}                                                                            \
	static inline void mmio_write##BITS(uintptr_t address, uint##BITS##_t value) \
	{                                                                            \
		__asm__ volatile("mov" SUFFIX " %1, %0"                              \
				 : "=m"(*(volatile uint##BITS##_t *)address)         \
				 : CONSTRAINT(value)                                 \
				 : "memory");                                        \
	}

MMIO_ACCESSORS(8, "b", "q")
MMIO_ACCESSORS(16, "w", "r")
MMIO_ACCESSORS(32, "l", "r")

#undef MMIO_ACCESSORS

#endif
