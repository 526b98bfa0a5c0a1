/* SPDX-License-Identifier: BSD-2-Clause */
/* bool probe_read32(uint64_t address, uint32_t *value) */
	.text
	.globl probe_read32, probe_read32_access, probe_read32_trapped
probe_read32:
probe_read32_access:
	mov (%rdi), %eax
	mov %eax, (%rsi)
	mov $1, %eax
	ret
probe_read32_trapped:
	xor %eax, %eax
	ret
