// SPDX-License-Identifier: BSD-2-Clause
/* What the drivers need of a machine: it must not stop. */
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
