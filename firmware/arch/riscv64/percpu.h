/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU has of its own; tp points to it, and no compiler uses tp. Traps run on a stack of their own, so that
 * one has a good stack, even if it is that the program's has overflown; what goes wrong on top of a trap has a third
 * one.
 */
#ifndef ARCH_RISCV64_PERCPU_H
#define ARCH_RISCV64_PERCPU_H

#define PAGE_SIZE	     0x1000
#define STACK_GUARD_SIZE     0x4000 /* larger than any frame */
#define MAIN_STACK_SIZE	     0x10000
#define TRAP_STACK_SIZE	     0x8000
#define EMERGENCY_STACK_SIZE 0x2000

/* Offsets into struct percpu. */
#define PERCPU_MAIN_TOP	     0
#define PERCPU_TRAP_TOP	     8
#define PERCPU_EMERGENCY_TOP 16
#define PERCPU_ENTRY	     24

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "firmware/arch/cpus.h"

/* Low to high. */
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
	uint64_t entry; /* the function that it starts with, on its main stack */
	uint64_t hart;
	uint32_t number;  /* ours; 0 boots */
	uint32_t index;	  /* into platform.cpus, PLATFORM_NO_CPU if it is not there */
	uint32_t stop;	  /* it is asked to */
	uint64_t pending; /* soft lines: a bit each */
	uint32_t stopped;
	uint32_t started; /* it came to cpu_started() */
};
extern struct percpu percpu[CPUS_MAX];

static inline struct percpu *percpu_self(void)
{
	struct percpu *self;

	__asm__("mv %0, tp" : "=r"(self));
	return self;
}

/* Where traps go, in our mode: traps.S, as the boot code says. */
extern const char *percpu_trap_entry;

/* Says where a CPU's stacks are. */
void percpu_prepare(struct percpu *cpu);

/* On the CPU itself, before anything else: no interrupts, and traps have a handler. */
void percpu_init(struct percpu *cpu);

#endif

#endif
