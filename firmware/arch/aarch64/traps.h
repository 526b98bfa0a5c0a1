/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_AARCH64_TRAPS_H
#define ARCH_AARCH64_TRAPS_H

/* Kinds of exceptions, in the order of the vectors. */
#define TRAP_SYNCHRONOUS 0
#define TRAP_IRQ	 1
#define TRAP_FIQ	 2
#define TRAP_SERROR	 3

#define TRAP_FRAME_SIZE 304

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* The stack frame that traps.S leaves. */
struct trap_frame {
	uint64_t x[31];
	uint64_t stack; /* the value that SP_EL1 gets afterwards */
	uint64_t elr, spsr, esr, far;
	uint64_t kind, unused;
};

_Static_assert(sizeof(struct trap_frame) == TRAP_FRAME_SIZE, "the frame as traps.S has it");

extern const char trap_vectors[];

/* Every vector ends up here, with interrupts off. */
void trap_taken(struct trap_frame *frame);

/* interrupts.c: an interrupt came at this instruction. */
void interrupt_taken(uint64_t elr);

/* probe.S: instructions that may trap. They return false or PROBE_NO_CALL if they do. */
bool probe_read32(uint64_t address, uint32_t *value);
bool probe_semihosting(uint64_t operation, const void *parameter);
uint64_t probe_hvc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
uint64_t probe_smc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
#define PROBE_NO_CALL (-1) /* SMC Calling Convention: no such function */
extern const char probe_read32_access[], probe_semihosting_access[], probe_hvc_access[], probe_smc_access[];
extern const char probe_trapped[];

#endif

#endif
