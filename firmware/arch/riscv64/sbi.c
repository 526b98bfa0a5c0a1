// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/riscv64/sbi.h"

#include "firmware/arch/riscv64/riscv.h"

struct sbi sbi_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	register uint64_t a0 __asm__("a0") = arg0;
	register uint64_t a1 __asm__("a1") = arg1;
	register uint64_t a2 __asm__("a2") = arg2;
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct sbi){ (int64_t)a0, a1 };
}

bool sbi_has(uint64_t extension)
{
	struct sbi probed;

	if (machine_mode)
		return false;
	probed = sbi_call(SBI_BASE, BASE_PROBE, extension, 0, 0);
	return !probed.error && probed.value;
}
