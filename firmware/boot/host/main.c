// SPDX-License-Identifier: BSD-2-Clause
/* The loader of the host port: the arguments are the kernel command line. */
#include <stdio.h>
#include <string.h>

#include "firmware/platform/platform.h"

_Noreturn void firmware_main(const struct boot_info *boot);

/* One page at a time is read of it (firmware/platform/discover.c), so it starts a page. */
static char cmdline[PLATFORM_CMDLINE_MAX] __attribute__((aligned(4096)));
const char *host_cmdline = cmdline;

int main(int argc, char **argv)
{
	struct boot_info boot = { .protocol = "process", .cmdline = (uintptr_t)cmdline };

	for (int i = 1; i < argc; i++) {
		if (strlen(cmdline) + strlen(argv[i]) + 2 > sizeof(cmdline)) {
			fputs("touchstone: too many arguments\n", stderr);
			return 2;
		}
		strcat(strcat(cmdline, i > 1 ? " " : ""), argv[i]);
	}
	firmware_main(&boot);
}
