// SPDX-License-Identifier: BSD-2-Clause
/* Probing for the windows of VMMs that announce none. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/found.h"
#include "tests/self/unit/machine.h"

enum {
	MAGIC = 0x74726976,
	PLACES = 5, /* each costs one read if nothing answers */
};

static struct platform platform;

static void discover(const char *cmdline)
{
	const struct boot_info boot = { .protocol = "test", .pc = true, .cmdline = 0x20000 };
	char page[4096] = "";

	snprintf(page, sizeof(page), "%s", cmdline);
	machine_place(0x20000, page, sizeof(page));
	platform_discover(&platform, &boot, &made_up_memory);
}

/* One device is enough. A place has no more windows than interrupts, and discovery reads nothing after the last window.
 */
UNIT_TEST(places)
{
	static const struct {
		const char *vmm;
		uint64_t base;
		uint32_t stride, devices, found, gsi;
		const char *trigger;
	} rows[] = {
		{ "QEMU microvm without ACPI", 0xfeb00000, 0x200, 1, 1, 5, "" },
		{ "QEMU microvm without ACPI", 0xfeb00000, 0x200, 23, 8, 5, "" },
		{ "QEMU microvm with two I/O APICs", 0xfeb00000, 0x200, 24, 24, 24, " level" },
		{ "QEMU microvm with two I/O APICs", 0xfeb00000, 0x200, 30, 24, 24, " level" },
		{ "Firecracker 1.13 or later", 0xc0001000, 0x1000, 1, 1, 5, "" },
		{ "Firecracker 1.13 or later", 0xc0001000, 0x1000, 30, 19, 5, "" },
		{ "Firecracker before 1.13, or libkrun", 0xd0000000, 0x1000, 1, 1, 5, "" },
		{ "Firecracker before 1.13, or libkrun", 0xd0000000, 0x1000, 30, 19, 5, "" },
		{ "StratoVirt microvm", 0xf0100000, 0x200, 1, 1, 5, "" },
		{ "StratoVirt microvm", 0xf0100000, 0x200, 30, 11, 5, "" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char told[4096];
		int length = 0;

		unit_row(rows[i].vmm);
		machine_reset();
		for (uint32_t j = 0; j < rows[i].devices; j++)
			machine_place_register(rows[i].base + j * rows[i].stride, MAGIC);
		for (uint32_t j = 0; j < rows[i].found; j++)
			length += snprintf(told + length, sizeof(told) - length, "probe 0x%llx+0x%x irq %u%s\n",
					   (unsigned long long)rows[i].base + j * rows[i].stride, rows[i].stride,
					   rows[i].gsi + j, rows[i].trigger);
		snprintf(told + length, sizeof(told) - length,
			 "! probe: nothing was announced; %u windows from 0x%llx on, interrupts assumed as in %s\n",
			 rows[i].found, (unsigned long long)rows[i].base, rows[i].vmm);
		discover("");
		unit_text(found(&platform), told);
	}
}

UNIT_TEST(no_places)
{
	machine_reset();
	discover("");
	unit_text(found(&platform), "");
	unit_equal(machine_register_reads(), PLACES);

	/* not the magic value */
	machine_place_register(0xfeb00000, UINT32_MAX);
	machine_place_register(0xc0001000, 0);
	machine_place_register(0xd0000000, MAGIC + 1);
	discover("");
	unit_text(found(&platform), "");

	/* no probe if a window was announced */
	machine_reset();
	machine_place_register(0xfeb00000, MAGIC);
	discover("virtio_mmio.device=512@0xfeb00e00:12");
	unit_text(found(&platform), "cmdline 0xfeb00e00+0x200 irq 12\n");
	unit_equal(machine_register_reads(), 0);
}
