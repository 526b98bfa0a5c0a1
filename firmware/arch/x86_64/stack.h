/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_STACK_H
#define ARCH_X86_64_STACK_H

#define PAGE_SIZE	 0x1000
#define STACK_GUARD_SIZE 0x4000 /* larger than any frame */
#define MAIN_STACK_SIZE	 0x10000
#define TRAP_STACK_SIZE	 0x2000

#ifndef __ASSEMBLER__
extern char main_stack_guard[], main_stack_top[];
extern char nmi_stack_top[], double_fault_stack_top[], machine_check_stack_top[];
#endif

#endif
