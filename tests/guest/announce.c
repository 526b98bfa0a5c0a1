// SPDX-License-Identifier: BSD-2-Clause
#include "tests/guest/announce.h"

#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/print.h"

#define TOUCHSTONE_VERSION "0.2"

void announce_machine(const struct platform *platform)
{
	uint64_t memory = 0;

	for (unsigned i = 0; i < platform->memory_count; i++)
		memory += platform->memory[i].size;
	print("KTAP version 1\n");
	print("# touchstone " TOUCHSTONE_VERSION " arch=%s boot=%s\n", machine_arch, platform->boot_protocol);
	print("# vmm: %s\n", *machine_vmm() ? machine_vmm() : "says nothing of itself");
	print("# clock: %s\n", clock_description());
	print("# memory: %lu MiB\n", memory >> 20);
	print("# cpus: %u announced, %u can be used\n", platform->cpu_count ? platform->cpu_count : 1, cpus_count());
	print("# cmdline: %.400s\n", platform->cmdline);
	for (unsigned i = 0; i < platform->warning_count; i++)
		print("# warning: %s\n", platform->warnings[i]);
	if (platform->warnings_dropped)
		print("# warning: %u more warnings about the platform are not shown\n", platform->warnings_dropped);
}

void announce_wrong_option(void *context, const char *what, const char *word)
{
	(void)context;
	print("# warning: command line: %.64s %s\n", word, what);
}

void announce_options(const struct options *options)
{
	print("# options: seed=0x%lx repeat=%lu timeout=%lu patience=%lu\n", options->seed, options->repeat,
	      options->timeout_ms, options->patience_ms);
}
