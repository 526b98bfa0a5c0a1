/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks. What lies below the main stack is unmapped by paging_init(): an overflow is a double fault, on a stack of
 * its own, and no damage.
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
