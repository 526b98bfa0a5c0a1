// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs the checks in the host port on the reference devices alone, behind registers that behave as those of a real VMM:
 * build/fast/host/narrow narrow=NAME touchstone.... With touchstone.isolated each check gets new devices, as with
 * `run.sh --isolate`. tests/self/narrow.py runs all VMMs and knows the expected results.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/arch/clock.h"
#include "firmware/arch/machine.h"
#include "firmware/discovery/platform.h"
#include "firmware/lib/print.h"
#include "tests/framework/plan.h"
#include "tests/framework/report.h"
#include "tests/framework/run.h"
#include "tests/guest/announce.h"
#include "tests/guest/devices.h"
#include "tests/guest/memory.h"
#include "tests/self/narrow/narrow.h"

enum { EXIT_USAGE = 2 };

static struct platform platform;
static struct options options;
static struct devices devices;
static struct reference_machine machine;
static struct reference_bus bus;

_Noreturn void firmware_main(const struct boot_info *boot);

static void choose_vmm(void)
{
	static const char word[] = "narrow=";
	const char *name = strstr(platform.cmdline, word);

	name = name ? name + sizeof(word) - 1 : "";
	if (narrow_bus(name, strcspn(name, " "), &bus))
		return;
	fprintf(stderr, "narrow=%.*s: this VMM is not known\n", (int)strcspn(name, " "), name);
	exit(EXIT_USAGE);
}

static void open_devices(void)
{
	struct reference_setup setup;
	const char *wrong = reference_read_options(&setup, &options);

	if (!wrong)
		wrong = reference_start(&machine, &setup, &bus);
	if (wrong) {
		fprintf(stderr, "narrow: %s\n", wrong);
		exit(EXIT_USAGE);
	}
	clock_on_wait(&machine.worker);
	devices_open_reference(&devices, &machine);
}

static void run_on_new_devices(struct device *device, const struct check *check, const char *name, void *context)
{
	reference_restart(&machine, machine.setup.version, 0);
	for (unsigned i = 0; i < devices.count; i++)
		device_discover(&devices.device[i]);
	run_check(context, check, device, name);
}

static void run_isolated(const struct plan *plan)
{
	struct running running = {
		.devices = devices.device,
		.device_count = devices.count,
		.options = &options,
	};

	print("1..%u\n", plan_each(plan, NULL, NULL));
	plan_each(plan, run_on_new_devices, &running);
	report_end(options.seed);
}

void firmware_main(const struct boot_info *boot)
{
	struct plan plan = { .checks = all_checks, .devices = devices.device, .options = &options };

	machine_early_init();
	print_to(machine_put);
	print_checksum_start();
	platform_discover(&platform, boot, &machine_memory);
	choose_vmm();
	machine_init(&platform);
	memory_for_devices(&platform);
	announce_machine(&platform);
	options_parse(&options, platform.cmdline, announce_wrong_option, NULL);
	open_devices();
	announce_options(&options);
	plan.device_count = devices.count;
	if (options.isolated)
		run_isolated(&plan);
	else
		run_checks(&plan, "no device shows itself");
	machine_exit(run_was_good());
}
