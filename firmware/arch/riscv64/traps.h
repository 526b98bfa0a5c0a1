/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_RISCV64_TRAPS_H
#define ARCH_RISCV64_TRAPS_H

#define TRAP_FRAME_SIZE 288

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* What traps.S leaves on the stack. */
struct trap_frame {
	uint64_t x[32]; /* x[0] is not used; x[2] is the stack pointer, x[3] (gp) is nobody's */
	uint64_t epc, status, cause, tval;
};

/* traps.S: where the CPU goes; each calls trap_taken() with interrupts off. */
extern const char trap_entry_machine[], trap_entry_supervisor[];
void trap_taken(struct trap_frame *frame);

/* interrupts.c: an interrupt, by its number. */
void interrupt_taken(uint32_t number, uint64_t epc);

/* probe.S: each access may trap; then trap_taken() makes the function return false. */
bool probe_read32(uint64_t address, uint32_t *value);
bool probe_time(uint64_t *value); /* the `time` register */
void probe_protect(uintptr_t start, uintptr_t end, uintptr_t other_start, uintptr_t other_end);
extern const char probe_protect_end[];
extern const char probe_read32_access[], probe_time_access[], probe_trapped[];

#endif

#endif
