/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_STACK_H
#define ARCH_X86_64_STACK_H

#define PAGE_SIZE	 0x1000
#define STACK_GUARD_SIZE 0x4000 /* larger than any frame */
#define MAIN_STACK_SIZE	 0x10000
#define TRAP_STACK_SIZE	 0x2000
#define TRAP_STACKS	 3	/* NMI, double fault, machine check */
#define CPU_STACK_SIZE	 0x8000 /* of a CPU other than CPU 0 */

#ifndef __ASSEMBLER__
extern char main_stack_guard[], main_stack_top[];
extern char trap_stacks_top[];

/* The stacks of a CPU other than CPU 0, from low to high addresses: its main stack, then those of its traps. */
struct cpu_stacks {
	char guard[STACK_GUARD_SIZE]; /* not mapped */
	char main[CPU_STACK_SIZE];
	char traps[TRAP_STACKS * TRAP_STACK_SIZE];
};
extern struct cpu_stacks cpu_stacks[];
#endif

#endif
