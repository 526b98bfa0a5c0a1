/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that may trap. If one does, trap_taken() resumes at probe_trapped. */
	.text
/* bool probe_read32(uint64_t address, uint32_t *value) */
	.globl probe_read32, probe_read32_access
probe_read32:
probe_read32_access:
	lw a0, (a0)
	fence i, ir
	sw a0, (a1)
	li a0, 1
	ret

/* bool probe_time(uint64_t *value) */
	.globl probe_time, probe_time_access
probe_time:
probe_time_access:
	csrr a1, time
	sd a1, (a0)
	li a0, 1
	ret

/*
 * void probe_protect(uintptr_t start, uintptr_t end, uintptr_t other_start, uintptr_t other_end): locks two ranges with
 * physical memory protection, so that even machine mode cannot access them.
 */
#define PMP_TOP_OF_RANGE 0x08
#define PMP_LOCKED 0x80
	.globl probe_protect, probe_protect_end
probe_protect:
	srli a0, a0, 2
	srli a1, a1, 2
	srli a2, a2, 2
	srli a3, a3, 2
	csrw pmpaddr0, a0
	csrw pmpaddr1, a1
	csrw pmpaddr2, a2
	csrw pmpaddr3, a3
	li a0, (PMP_TOP_OF_RANGE | PMP_LOCKED) << 8
	slli a1, a0, 16
	or a0, a0, a1
	csrw pmpcfg0, a0
probe_protect_end:
	ret

	.globl probe_trapped
probe_trapped:
	li a0, 0
	ret

	.section .note.GNU-stack, "", @progbits
