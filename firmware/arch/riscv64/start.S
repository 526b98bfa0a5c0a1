/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another CPU starts here, sent by SBI or from the waiting room, with its hart in a0 and its struct percpu in a1. The
 * struct names the function to call.
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
