/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_X86_64_TRAPS_H
#define ARCH_X86_64_TRAPS_H

#include <stdbool.h>
#include <stdint.h>

/* What traps.S and the CPU leave on the stack. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector; /* low byte only, the rest is sign */
	uint64_t error;	 /* of the exceptions that have one, else junk */
	uint64_t rip, cs, rflags, rsp, ss;
};

/* traps.S: one stub a vector, each TRAP_STUB_SIZE long. */
extern const char trap_stubs[];

/* Every vector ends up here; called by traps.S with interrupts off. */
void trap_taken(struct trap_frame *frame);

/* interrupts.c: vectors that are not exceptions. */
void interrupt_taken(uint8_t vector, uint64_t rip);

/* probe.S: reads *address into *value. If the read traps, trap_taken() lets it return false. */
bool probe_read32(uint64_t address, uint32_t *value);
extern const char probe_read32_access[], probe_read32_trapped[];

#endif
