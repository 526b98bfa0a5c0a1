/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks. paging_init() unmaps the guard below the main stack. So a stack overflow does no damage: it is a double
 * fault, which has its own stack.
 */
#include "firmware/arch/x86_64/stack.h"

	.section .arena, "aw", @progbits
	.balign PAGE_SIZE
	.globl main_stack_guard
main_stack_guard:
	.skip STACK_GUARD_SIZE
	.skip MAIN_STACK_SIZE
	.globl main_stack_top
main_stack_top:

	.globl trap_stacks_top
	.skip TRAP_STACKS * TRAP_STACK_SIZE
trap_stacks_top:
