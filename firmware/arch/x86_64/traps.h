/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_TRAPS_H
#define ARCH_X86_64_TRAPS_H

#include <stdbool.h>
#include <stdint.h>

/* The stack frame that traps.S and the CPU leave. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector; /* only the low byte counts; the rest is its sign */
	uint64_t error;	 /* the CPU's error code; arbitrary for exceptions without one */
	uint64_t rip, cs, rflags, rsp, ss;
};

/* traps.S: one stub for each vector, each TRAP_STUB_SIZE bytes long. */
extern const char trap_stubs[];

/* Every vector ends up here. Called by traps.S with interrupts off. */
void trap_taken(struct trap_frame *frame);

/* interrupts.c: takes vectors that are not exceptions. */
void interrupt_taken(uint8_t vector, uint64_t rip);

/* probe.S: reads *address into *value. If the read traps, trap_taken() makes it return false. */
bool probe_read32(uint64_t address, uint32_t *value);
extern const char probe_read32_access[], probe_read32_trapped[];

#endif
