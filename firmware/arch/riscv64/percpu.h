/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data of each CPU. tp points to it; compilers do not use tp. Traps have their own stack, so that a trap has a
 * valid stack even if the program's stack has overflowed. An exception inside a trap has a third stack.
 */
#ifndef ARCH_RISCV64_PERCPU_H
#define ARCH_RISCV64_PERCPU_H

#define PAGE_SIZE	     0x1000
#define STACK_GUARD_SIZE     0x4000 /* larger than any frame */
#define MAIN_STACK_SIZE	     0x10000
#define TRAP_STACK_SIZE	     0x8000
#define EMERGENCY_STACK_SIZE 0x2000

/* Offsets in struct percpu. */
#define PERCPU_MAIN_TOP	     0
#define PERCPU_TRAP_TOP	     8
#define PERCPU_EMERGENCY_TOP 16
#define PERCPU_ENTRY	     24

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "firmware/arch/cpus.h"

/* From low to high addresses. */
struct stacks {
	char main_guard[STACK_GUARD_SIZE]; /* not mapped */
	char main[MAIN_STACK_SIZE];
	char trap_guard[STACK_GUARD_SIZE]; /* not mapped */
	char trap[TRAP_STACK_SIZE];
	char emergency[EMERGENCY_STACK_SIZE];
};
extern struct stacks cpu_stacks[CPUS_MAX];

struct percpu {
	uint64_t main_top, trap_top, emergency_top;
	uint64_t entry; /* the function that the CPU starts with, on its main stack */
	uint64_t hart;
	uint32_t number;  /* our number; CPU 0 boots */
	uint32_t index;	  /* index into platform.cpus; PLATFORM_NO_CPU: it is not there */
	uint32_t stop;	  /* the CPU has been asked to stop */
	uint64_t pending; /* soft lines, one bit each */
	uint32_t stopped;
	uint32_t started; /* it has reached cpu_started() */
};
extern struct percpu percpu[CPUS_MAX];

static inline struct percpu *percpu_self(void)
{
	struct percpu *self;

	__asm__("mv %0, tp" : "=r"(self));
	return self;
}

/* The trap handler for our mode, from traps.S. The boot code sets it. */
extern const char *percpu_trap_entry;

/* Fills in where a CPU's stacks are. */
void percpu_prepare(struct percpu *cpu);

/* Called on the CPU itself, first of all: turns interrupts off and installs the trap handler. */
void percpu_init(struct percpu *cpu);

#endif

#endif
