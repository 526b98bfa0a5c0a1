/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that may trap. If one does, trap_taken() resumes at probe_trapped with the result for "it trapped". */
	.text

	.macro probe name
	.globl \name, \name\()_access
\name:
	.endm

/* bool probe_read32(uint64_t address, uint32_t *value) */
	probe probe_read32
probe_read32_access:
	ldr w2, [x0]
	str w2, [x1]
	mov w0, #1
	ret

/* bool probe_semihosting(uint64_t operation, const void *parameter) */
	probe probe_semihosting
probe_semihosting_access:
	hlt #0xf000
	mov w0, #1
	ret

/* uint64_t probe_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c), and the same with smc */
	probe probe_hvc
probe_hvc_access:
	hvc #0
	ret

	probe probe_smc
probe_smc_access:
	smc #0
	ret

	.globl probe_trapped
probe_trapped: /* x0 holds the result */
	ret
