/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this port share. */
#ifndef ARCH_HOST_HOST_H
#define ARCH_HOST_HOST_H

#include <stdint.h>

/* The command line, and memory far above the program, from boot/host/main.c. */
extern const char *host_cmdline;
extern void *host_high_memory;

/* The vectors: functions that handle an interrupt of a line, and a request to settle. host_interrupts_take() takes
 * all pending interrupts, unless interrupts are off. */
struct host_vectors {
	void (*line)(uint32_t index);
	void (*settle)(void *unused);
};
void host_interrupts_to(const struct host_vectors *vectors);
void host_interrupts_take(void);

/* interrupts.c: installs the vectors. */
void host_interrupts_init(void);

/* Ends the interrupt that was being taken, because its handler was left. */
void host_interrupts_end(void);

/* Calls function(argument) as that CPU. There is a single thread, in which a variable says which CPU runs. */
void host_on_cpu(uint32_t cpu, void (*function)(void *argument), void *argument);
/* CPU 0 runs again, whichever CPU ran before a guard was left. */
void host_on_cpu_reset(void);

/* A CPU that does not answer irq_settle(); 0: none. With such a CPU, time also advances with every cpu_relax(). */
extern uint32_t host_deaf_cpu;

/* signals.c: traps, and an alarm in real time. */
void host_signals_init(void);

#endif
