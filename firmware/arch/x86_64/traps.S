/* SPDX-License-Identifier: BSD-2-Clause */
/* One stub for each vector. All have the same size, from which descriptors.c computes the IDT. */
#include "firmware/arch/x86_64/vectors.h"

	.text
	.balign TRAP_STUB_SIZE
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept VECTOR_COUNT
	.balign TRAP_STUB_SIZE
	.byte 0x6a, vector /* pushes a sign-extended byte: two bytes of code for every vector */
	.set has_error_code, 0
	.if vector < VECTOR_EXCEPTIONS
	.set has_error_code, (EXCEPTIONS_WITH_ERROR_CODE >> vector) & 1
	.endif
	.if has_error_code
	jmp trap_common
	.else
	jmp trap_common_no_error
	.endif
	.set vector, vector + 1
	.endr

/* Pushes the vector a second time, in the place of the CPU's error code. */
trap_common_no_error:
	push (%rsp)
trap_common:
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	cld
	mov %rsp, %rdi
	call trap_taken
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rbp
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rbx
	pop %rax
	add $16, %rsp /* vector, error code */
	iretq
