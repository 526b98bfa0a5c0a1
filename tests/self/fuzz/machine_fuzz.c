// SPDX-License-Identifier: BSD-2-Clause
/* What the drivers need of a machine: it must not stop, and time goes by. */
#include <arch/cpu.h>

#include "firmware/arch/generic/guard.h"
#include "firmware/arch/host/host.h"
#include "firmware/arch/machine.h"
#include "tests/self/fuzz/fuzz.h"

const char *host_cmdline = "";

void machine_put(char byte)
{
	fputc(byte, stderr);
}

/* By fatal(): a finding. */
_Noreturn void machine_exit(bool success)
{
	(void)success;
	abort();
}

void cpu_relax(void)
{
	host_interrupts_take();
	guard_tick(0);
}
