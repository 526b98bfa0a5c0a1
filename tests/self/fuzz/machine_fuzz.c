// SPDX-License-Identifier: BSD-2-Clause
/* The functions of a machine that the drivers call. The machine must not stop. */
#include "firmware/arch/host/host.h"
#include "firmware/arch/machine.h"
#include "tests/self/fuzz/fuzz.h"

const char *host_cmdline = "";

void machine_put(char byte)
{
	fputc(byte, stderr);
}

/* Only fatal() calls this, which is a finding. */
_Noreturn void machine_exit(bool success)
{
	(void)success;
	abort();
}
