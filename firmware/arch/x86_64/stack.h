/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_STACK_H
#define ARCH_X86_64_STACK_H

#define PAGE_SIZE	 0x1000
#define STACK_GUARD_SIZE 0x4000 /* larger than any frame */
#define MAIN_STACK_SIZE	 0x10000
#define TRAP_STACK_SIZE	 0x2000
#define TRAP_STACKS	 3	/* NMI, double fault, machine check */
#define CPU_STACK_SIZE	 0x8000 /* of a CPU besides the first */

#ifndef __ASSEMBLER__
extern char main_stack_guard[], main_stack_top[];
extern char trap_stacks_top[];

/* What each CPU besides the first has: its own stack, then those of its traps. Low to high. */
struct cpu_stacks {
	char guard[STACK_GUARD_SIZE]; /* not mapped */
	char main[CPU_STACK_SIZE];
	char traps[TRAP_STACKS * TRAP_STACK_SIZE];
};
extern struct cpu_stacks cpu_stacks[];
#endif

#endif
