/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stacks of a CPU. The program runs on SP_EL0, exceptions on SP_EL1: so an exception has a valid stack even if the
 * program's stack has overflowed. An exception inside an exception has a third stack, except for the watchdog's
 * interrupt. TPIDR_EL1 points to the CPU's `struct cpu_stacks`.
 *
 *   low   main_guard       not mapped
 *         main
 *         exception_guard  not mapped
 *         exception
 *         emergency
 *   high
 */
#ifndef ARCH_AARCH64_STACK_H
#define ARCH_AARCH64_STACK_H

#define PAGE_SIZE	     0x1000
#define STACK_GUARD_SIZE     0x4000 /* larger than any frame */
#define MAIN_STACK_SIZE	     0x10000
#define EXCEPTION_STACK_SIZE 0x10000
#define EMERGENCY_STACK_SIZE 0x2000

/* The tops of the stacks, as offsets in struct cpu_stacks. */
#define MAIN_STACK_TOP	    (STACK_GUARD_SIZE + MAIN_STACK_SIZE)
#define EXCEPTION_STACK_TOP (MAIN_STACK_TOP + STACK_GUARD_SIZE + EXCEPTION_STACK_SIZE)
#define EMERGENCY_STACK_TOP (EXCEPTION_STACK_TOP + EMERGENCY_STACK_SIZE)

#ifndef __ASSEMBLER__

#include <stdint.h>

struct cpu_stacks {
	uint8_t main_guard[STACK_GUARD_SIZE], main[MAIN_STACK_SIZE];
	uint8_t exception_guard[STACK_GUARD_SIZE], exception[EXCEPTION_STACK_SIZE];
	uint8_t emergency[EMERGENCY_STACK_SIZE];
};

_Static_assert(sizeof(struct cpu_stacks) == EMERGENCY_STACK_TOP, "stacks as assembly sees them");

extern struct cpu_stacks cpu_stacks[];

#endif

#endif
