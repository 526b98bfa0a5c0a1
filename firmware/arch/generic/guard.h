/* SPDX-License-Identifier: BSD-2-Clause */
/* guard.c implements firmware/arch/guard.h with these functions. */
#ifndef ARCH_GENERIC_GUARD_H
#define ARCH_GENERIC_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/arch/guard.h"

/*
 * What a port provides.
 */

/*
 * Saves the callee-saved registers on the stack, stores the stack pointer, turns interrupts on, calls
 * function(argument), turns interrupts off and returns GUARD_RETURNED. Called with interrupts off.
 */
enum guard_end guard_enter(void (*function)(void *argument), void *argument, uintptr_t *stack);

/*
 * Makes the guard_enter() that stored `stack` return `end`, with interrupts off. May be called from a trap or an
 * interrupt.
 */
_Noreturn void guard_resume(uintptr_t stack, enum guard_end end);

/* From watchdog_start() to watchdog_stop() the port calls watchdog_tick() regularly, from an interrupt that also gets
 * through while a handler runs. */
void watchdog_start(void);
void watchdog_stop(void);

/* Makes the next tick come within that many nanoseconds; those after it come as regularly as before. Returns false if
 * the watchdog is not running, or cannot do it. Called on CPU 0 with interrupts off. */
bool watchdog_soon(uint64_t nanoseconds);

/* A guarded function was left from within interrupt handlers: ends every interrupt that was being handled. */
void interrupts_abandon(void);

/*
 * What a port calls.
 */

/* watchdog.c: the watchdog interrupted the instruction at `address`. May not return. */
void watchdog_tick(uint64_t address);

/* CPU 0 trapped. Does not return if a guard is active. */
void guard_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error);

/*
 * Between these files: what watchdog_tick() calls.
 */
void watchdog_calls(void (*what)(uint64_t address));

#endif
