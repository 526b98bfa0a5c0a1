// SPDX-License-Identifier: BSD-2-Clause
/* The console is standard output. Ending the machine ends the process. */
#include <stdio.h>
#include <stdlib.h>

#include "firmware/arch/machine.h"

enum { EXIT_WITH_FAILURES = 1 };

void machine_put(char byte)
{
	putchar(byte);
}

void machine_exit(bool success)
{
	fflush(stdout);
	exit(success ? EXIT_SUCCESS : EXIT_WITH_FAILURES);
}
