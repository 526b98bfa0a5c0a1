// SPDX-License-Identifier: BSD-2-Clause
/* The whole run: boot -> discover -> run -> report. firmware/boot calls it with what the loader handed over. */
#include "drivers/msi/discover.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/machine.h"
#include "firmware/discovery/platform.h"
#include "firmware/lib/print.h"
#include "tests/framework/proof.h"
#include "tests/framework/run.h"
#include "tests/guest/announce.h"
#include "tests/guest/bench.h"
#include "tests/guest/devices.h"
#include "tests/guest/memory.h"
#include "tests/guest/reference/reference.h"

static struct platform platform;
static struct options options;
static struct devices devices;
static struct reference_machine reference __attribute__((section(".arena")));

_Noreturn void firmware_main(const struct boot_info *boot);

static bool wants_reference(void)
{
	if (options.proof || options.ref == REF_ON || options.ref == REF_ONLY)
		return true;
	if (devices.count || options.ref != REF_AUTO)
		return false;
	print("# nothing to test: %s; the reference device inside this image is shown instead\n",
	      devices_why_none(&devices, &platform));
	return true;
}

static void open_reference(void)
{
	struct reference_setup setup;
	const char *wrong = reference_read_options(&setup, &options);

	if (!wrong)
		wrong = reference_start(&reference, &setup, &reference_direct_bus);
	if (wrong) {
		print("# warning: no reference device: %s\n", wrong);
		return;
	}
	clock_on_wait(&reference.worker);
	devices_open_reference(&devices, &reference);
}

/* Proves the checks on the reference devices, without the machine's own. */
static void prove(void)
{
	const struct proof_catalogue catalogue = reference_catalogue(&reference);

	if (devices.count > devices.own)
		prove_checks(&devices.device[devices.own], devices.count - devices.own, &options, &catalogue);
	else
		run_checks(&(struct plan){ .options = &options },
			   "there is no reference device to prove the checks on");
}

void firmware_main(const struct boot_info *boot)
{
	/* Boot: make C run, and a report possible. */
	machine_early_init();
	print_to(machine_put);
	print_checksum_start();

	/* Discover: the machine, the user's options, the devices. */
	platform_discover(&platform, boot, &machine_memory);
	machine_init(&platform);
	memory_for_devices(&platform);
	announce_machine(&platform);
	options_parse(&options, platform.cmdline, announce_wrong_option, NULL);
	msi_choice = options.msi;
	if (options.ref != REF_ONLY)
		devices_open_windows(&devices, &platform);
	if (wants_reference())
		open_reference();
	announce_options(&options);

	/* Run and report: each check prints its result as it ends. */
	if (options.proof)
		prove();
	else
		run_checks(&(struct plan){ .checks = options.bench ? bench_checks : all_checks,
					   .devices = devices.device,
					   .device_count = devices.count,
					   .options = &options },
			   devices_why_none(&devices, &platform));
	machine_exit(run_was_good());
}
