/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this port share. */
#ifndef ARCH_HOST_HOST_H
#define ARCH_HOST_HOST_H

#include <stdint.h>

/* The command line, and memory far above the program, as boot/host/main.c says. */
extern const char *host_cmdline;
extern void *host_high_memory;

/* Takes the interrupts that are pending, unless they are off: each by the function that it has in the vectors. */
struct host_vectors {
	void (*line)(uint32_t index);
	void (*settle)(void *unused);
};
void host_interrupts_to(const struct host_vectors *vectors);
void host_interrupts_take(void);

/* interrupts.c: the vectors. */
void host_interrupts_init(void);

/* The interrupt that was being taken is over: what it called was left. */
void host_interrupts_end(void);

/* What cpu_relax() calls, NULL: nothing. See watchdog_start() in generic/guard.h. */
extern void (*host_tick)(uint64_t address);

/* Calls function(argument) as that CPU: there is one thread, and whoever acts says who he is. */
void host_on_cpu(uint32_t cpu, void (*function)(void *argument), void *argument);
/* The CPU that boots acts again, whoever did before a guard was left. */
void host_on_cpu_reset(void);

/* One that takes no interrupt to settle, 0: none. Then time goes by with every cpu_relax(). */
extern uint32_t host_deaf_cpu;

/* signals.c: traps and the watchdog of real time. */
void host_signals_init(void);

#endif
