/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a function so that a trap or an endless loop in it ends the function, not the program. */
#ifndef FIRMWARE_ARCH_GUARD_H
#define FIRMWARE_ARCH_GUARD_H

#include <stdint.h>

enum guard_end {
	GUARD_RETURNED,	 /* the function returned */
	GUARD_LEFT,	 /* it called guard_leave() */
	GUARD_TRAPPED,	 /* the CPU trapped; struct guard_trap says where */
	GUARD_TIMED_OUT, /* it was still running when its time was up; address is where */
};

struct guard_trap {
	const char *name; /* "page fault" */
	uint64_t address; /* of the instruction */
	uint64_t data;	  /* fault address or error code, 0 if there is none */
	uint64_t error;	  /* the CPU's error code, 0 if there is none */
};

/*
 * Calls function(argument). One guard at a time. Interrupts are on inside and afterwards. `trap` is written for
 * GUARD_TRAPPED and, as far as the address goes, for GUARD_TIMED_OUT.
 */
enum guard_end guard_run(void (*function)(void *argument), void *argument, uint64_t timeout_ns,
			 struct guard_trap *trap);

/* Ends the guarded function from anywhere below it, but not from an interrupt handler. Outside a guard it is a fatal
 * error. */
_Noreturn void guard_leave(void);

#endif
