/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to generic/: the state of each CPU, which cpus.c changes and which the locks and settle.c read. */
#ifndef ARCH_GENERIC_CPU_STATES_H
#define ARCH_GENERIC_CPU_STATES_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/cpus.h"

enum cpu_state_kind { CPU_OFF, CPU_RESTING, CPU_BUSY, CPU_TRAPPED, CPU_LOST };

extern struct cpu_state {
	uint32_t state; /* enum cpu_state_kind; writing it publishes the other fields */
	uint32_t life;	/* the CPU's generation: how often it was started */
	bool used;
	void (*function)(void *argument);
	void *argument;
	struct guard_trap trap;
	const char *why_lost;
} cpu_states[CPUS_MAX];

uint32_t cpu_state_of(const struct cpu_state *cpu);
void cpu_state_enter(struct cpu_state *cpu, enum cpu_state_kind state);

/* Returns false if the CPU has left the state `from`. */
bool cpu_state_change(struct cpu_state *cpu, uint32_t from, enum cpu_state_kind to);

#endif
