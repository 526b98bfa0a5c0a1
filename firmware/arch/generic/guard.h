/* SPDX-License-Identifier: BSD-2-Clause */
/* guard.c keeps the promises of firmware/arch/guard.h on top of these. */
#ifndef ARCH_GENERIC_GUARD_H
#define ARCH_GENERIC_GUARD_H

#include <stdint.h>

#include "firmware/arch/guard.h"

/*
 * What a port provides.
 */

/*
 * Saves the registers that a function must preserve on the stack, stores the stack pointer, turns interrupts on,
 * calls function(argument), turns interrupts off and returns GUARD_RETURNED. Called with interrupts off.
 */
enum guard_end guard_enter(void (*function)(void *argument), void *argument, uintptr_t *stack);

/*
 * Makes the guard_enter() that stored `stack` return `end`, with interrupts off. May be called from a trap or an
 * interrupt.
 */
_Noreturn void guard_resume(uintptr_t stack, enum guard_end end);

/* Between the two the port calls tick(), with the address of the instruction that it interrupts, every now and then,
 * from an interrupt that also ends endless handlers. The tick may not return. */
void watchdog_start(void (*tick)(uint64_t address));
void watchdog_stop(void);

/* Ends every interrupt that was being handled when a guarded function was left from within it. */
void interrupts_abandon(void);

/*
 * What a port calls.
 */

/* A trap: does not return if a guard takes it. */
void guard_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error);

#endif
