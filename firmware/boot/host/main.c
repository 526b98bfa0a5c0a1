// SPDX-License-Identifier: BSD-2-Clause
/*
 * The loader of the host port. The arguments are the kernel command line. With TOUCHSTONE_DEAF_CPU=n in the
 * environment, CPU n does not answer irq_settle(), so that tests see what is reported then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "firmware/arch/host/host.h"
#include "firmware/machine.h"

_Noreturn void firmware_main(const struct boot_info *boot);

/* Discovery reads the command line page by page (firmware/discovery/discover.c), so it starts on a page. */
static char cmdline[PLATFORM_CMDLINE_MAX] __attribute__((aligned(4096)));

/* Memory far above 4 GiB, where the kernel places mappings. */
enum { HIGH_BYTES = 1 << 20 };

int main(int argc, char **argv)
{
	struct boot_info boot = { .protocol = "process", .cmdline = (uintptr_t)cmdline };

	host_cmdline = cmdline;
	host_high_memory = mmap(NULL, HIGH_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (host_high_memory != MAP_FAILED)
		boot.memory[boot.memory_count++] = (struct boot_memory){ (uintptr_t)host_high_memory, HIGH_BYTES };
	for (int i = 1; i < argc; i++) {
		if (strlen(cmdline) + strlen(argv[i]) + 2 > sizeof(cmdline)) {
			fputs("touchstone: too many arguments\n", stderr);
			return 2;
		}
		strcat(strcat(cmdline, i > 1 ? " " : ""), argv[i]);
	}
	if (getenv("TOUCHSTONE_DEAF_CPU"))
		host_deaf_cpu = (uint32_t)atoi(getenv("TOUCHSTONE_DEAF_CPU"));
	firmware_main(&boot);
}
