/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a function such that a trap or an endless loop in it ends the function and not the program. */
#ifndef FIRMWARE_ARCH_GUARD_H
#define FIRMWARE_ARCH_GUARD_H

#include <stdint.h>

enum guard_end {
	GUARD_RETURNED,	 /* the function returned */
	GUARD_LEFT,	 /* it called guard_leave() */
	GUARD_TRAPPED,	 /* the CPU trapped; struct guard_trap says where */
	GUARD_TIMED_OUT, /* its time ran out; address is where it was then */
};

struct guard_trap {
	const char *name; /* "page fault" */
	uint64_t address; /* of the instruction that trapped */
	uint64_t data;	  /* address that faulted, 0 if there is none */
	uint64_t error;	  /* the CPU's error code, 0 if there is none */
};

/*
 * Calls function(argument). Guards cannot be nested. Interrupts are on inside the guard and afterwards. Fills in *trap
 * for GUARD_TRAPPED, and its address alone for GUARD_TIMED_OUT.
 */
enum guard_end guard_run(void (*function)(void *argument), void *argument, uint64_t timeout_ns,
			 struct guard_trap *trap);

/* Ends the guarded function from anywhere below it, except from an interrupt handler. Outside a guard this is a
 * fatal error. */
_Noreturn void guard_leave(void);

#endif
