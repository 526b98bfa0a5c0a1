/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another CPU's way to C: by SBI or from the waiting room, with a0 its hart and a1 its struct percpu, which names the
 * function.
 */
#include "firmware/arch/riscv64/percpu.h"

	.text
	.globl cpu_start
cpu_start:
	mv tp, a1
	ld sp, PERCPU_MAIN_TOP(tp)
	ld t0, PERCPU_ENTRY(tp)
	jalr t0

	.section .note.GNU-stack, "", @progbits
