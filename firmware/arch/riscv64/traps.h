/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_RISCV64_TRAPS_H
#define ARCH_RISCV64_TRAPS_H

#define TRAP_FRAME_SIZE 288

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* The stack frame that traps.S leaves. */
struct trap_frame {
	uint64_t x[32]; /* x[0] is unused, x[2] is the stack pointer; x[3] (gp) is not saved, because nobody uses it */
	uint64_t epc, status, cause, tval;
};

/* traps.S: the trap handler of each mode. It calls trap_taken() with interrupts off. */
extern const char trap_entry_machine[], trap_entry_supervisor[];
void trap_taken(struct trap_frame *frame);

/* interrupts.c: an interrupt came, with this number. */
void interrupt_taken(uint32_t number, uint64_t epc);

/* probe.S: each access may trap; trap_taken() then makes the function return false. */
bool probe_read32(uint64_t address, uint32_t *value);
bool probe_time(uint64_t *value); /* reads the `time` register */
void probe_protect(uintptr_t start, uintptr_t end, uintptr_t other_start, uintptr_t other_end);
extern const char probe_protect_end[];
extern const char probe_read32_access[], probe_time_access[], probe_trapped[];

#endif

#endif
