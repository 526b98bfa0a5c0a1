// SPDX-License-Identifier: BSD-2-Clause
/* What generic/guard.c needs: a jump out of a function, and an alarm. */
#include "firmware/arch/generic/guard.h"

#include <setjmp.h>
#include <sys/time.h>

#include "firmware/arch/host/host.h"
#include "firmware/arch/irq.h"

/* Long enough for a loaded host and the sanitizers. Virtual time stands still in a loop that does not read the clock.
 */
enum { REAL_SECONDS = 120 };

static sigjmp_buf guard_jump;
static volatile enum guard_end guard_jump_end;

enum guard_end guard_enter(void (*function)(void *argument), void *argument, uintptr_t *stack)
{
	*stack = 0;
	if (sigsetjmp(guard_jump, 1))
		return guard_jump_end;
	irq_enable(true);
	function(argument);
	irq_enable(false);
	return GUARD_RETURNED;
}

void guard_resume(uintptr_t stack, enum guard_end end)
{
	(void)stack;
	host_on_cpu_reset();
	irq_enable(false);
	guard_jump_end = end;
	siglongjmp(guard_jump, 1);
}

static void alarm_in(long seconds)
{
	struct itimerval timer = { .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

void watchdog_start(void)
{
	alarm_in(REAL_SECONDS);
}

void watchdog_stop(void)
{
	alarm_in(0);
}
