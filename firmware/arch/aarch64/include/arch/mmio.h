/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory on aarch64. A load or store of one register, and without write-back: a hypervisor is told no more of an
 * access than that. What was written to memory is there before the device is told to look; what a device says was read
 * before memory is. See arch/generic for the contract.
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
