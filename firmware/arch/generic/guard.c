// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/arch/generic/guard.h"

#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/fatal.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/irq.h"

/*
 * `active` changes only with interrupts off, and guard_enter() turns interrupts on only while the stack that it stored
 * is valid. So an interrupt that finds `active` set can resume that stack.
 */
static struct {
	volatile bool active;
	uintptr_t stack;
	struct patience patience;
	struct guard_trap *trap;
} guard;

/* The watchdog interrupted CPU 0 at `address`. Does not return if the guarded function's time is up. */
static void tick(uint64_t address)
{
	if (!guard.active || !patience_ends(&guard.patience))
		return;
	guard.trap->address = address;
	guard_resume(guard.stack, GUARD_TIMED_OUT);
}

enum guard_end guard_run(void (*function)(void *argument), void *argument, uint64_t timeout_ns, struct guard_trap *trap)
{
	enum guard_end end;

	irq_enable(false);
	if (guard.active)
		fatal("a guard inside a guard");
	*trap = (struct guard_trap){ .name = "" };
	guard.trap = trap;
	guard.patience = patience_begin(timeout_ns);
	guard.active = true;
	watchdog_calls(tick);
	watchdog_start();
	end = guard_enter(function, argument, &guard.stack);
	guard.active = false;
	watchdog_stop();
	if (end != GUARD_RETURNED)
		interrupts_abandon();
	irq_enable(true);
	return end;
}

void guard_leave(void)
{
	irq_enable(false);
	if (!guard.active)
		fatal("guard_leave() outside a guard");
	if (cpus_self() || lines_in_handler())
		fatal("guard_leave() in an interrupt handler or on another CPU");
	guard_resume(guard.stack, GUARD_LEFT);
}

void guard_trapped(const char *name, uint64_t address, uint64_t data, uint64_t error)
{
	if (!guard.active)
		return;
	*guard.trap = (struct guard_trap){ .name = name, .address = address, .data = data, .error = error };
	guard_resume(guard.stack, GUARD_TRAPPED);
}
