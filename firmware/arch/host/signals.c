// SPDX-License-Identifier: BSD-2-Clause
/* The signals that end a guarded function, or the program. */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/generic/fatal.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/host/host.h"

static void trapped(int number, siginfo_t *info, void *context)
{
	(void)context;
	guard_trapped(number == SIGFPE	 ? "arithmetic fault"
		      : number == SIGILL ? "illegal instruction"
					 : "memory fault",
		      0, (uintptr_t)info->si_addr, (uint64_t)number);
	fatal("signal %d at address %p", number, info->si_addr);
}

static void real_time_up(int number)
{
	(void)number;
	fatal("a loop that never looks at the clock");
}

void host_signals_init(void)
{
	static const int traps[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO | SA_NODEFER };

	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++)
		sigaction(traps[i], &action, NULL);
	signal(SIGALRM, real_time_up);
}
