// SPDX-License-Identifier: BSD-2-Clause
/* Probing for the windows of VMMs that announce none. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"

enum {
	MAGIC = 0x74726976,
	ALL_ONES = -1,
	PLACES = 5, /* each costs one read if nothing answers */
};

static struct platform platform;

static void place_devices(uint64_t base, uint64_t stride, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		machine_place_register(base + i * stride, MAGIC);
}

static void discover(const char *cmdline)
{
	struct boot_info boot = { .protocol = "test", .pc = true, .cmdline = cmdline ? 0x20000 : 0 };
	char page[4096] = "";

	if (cmdline) {
		snprintf(page, sizeof(page), "%s", cmdline);
		machine_place(0x20000, page, sizeof(page));
	}
	platform_discover(&platform, &boot, &made_up_memory);
}

static void expect_windows(uint32_t count, uint64_t base, uint64_t stride, uint32_t gsi, enum irq_trigger trigger)
{
	unit_equal(platform.window_count, count);
	for (uint32_t i = 0; i < platform.window_count; i++) {
		unit_equal(platform.windows[i].base, base + i * stride);
		unit_equal(platform.windows[i].size, stride);
		unit_equal(platform.windows[i].irq.gsi, gsi + i);
		unit_equal(platform.windows[i].irq.trigger, trigger);
		unit_equal(platform.windows[i].irq.polarity, IRQ_ACTIVE_HIGH);
		unit_equal(platform.windows[i].announced, ANNOUNCED_PROBE);
	}
	unit_equal(platform.warning_count, 1);
}

UNIT_TEST(nothing_anywhere)
{
	machine_reset();
	discover(NULL);
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 0);
	unit_equal(machine_register_reads(), PLACES);
}

UNIT_TEST(bytes_that_are_not_the_magic_value)
{
	machine_reset();
	machine_place_register(0xfeb00000, (uint32_t)ALL_ONES);
	machine_place_register(0xc0001000, 0);
	machine_place_register(0xd0000000, MAGIC + 1);
	discover(NULL);
	unit_equal(platform.window_count, 0);
}

UNIT_TEST(microvm_with_8_transports)
{
	machine_reset();
	place_devices(0xfeb00000, 0x200, 8);
	discover(NULL);
	expect_windows(8, 0xfeb00000, 0x200, 5, IRQ_EDGE);
	unit_contains(platform.warnings[0], "probe: nothing was announced; 8 windows from 0xfeb00000 on");
	unit_contains(platform.warnings[0], ", interrupts assumed as in QEMU microvm without ACPI");
}

UNIT_TEST(microvm_with_24_transports)
{
	machine_reset();
	place_devices(0xfeb00000, 0x200, 24);
	discover(NULL);
	expect_windows(24, 0xfeb00000, 0x200, 24, IRQ_LEVEL);
}

/* One device is enough. A place has no more windows than interrupts, and discovery reads nothing after the last window.
 */
UNIT_TEST(as_many_as_a_place_holds)
{
	static const struct {
		uint64_t base, stride;
		uint32_t count;
	} places[] = {
		{ 0xfeb00000, 0x200, 24 },
		{ 0xc0001000, 0x1000, 19 },
		{ 0xd0000000, 0x1000, 19 },
		{ 0xf0100000, 0x200, 11 },
	};

	for (uint32_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		machine_reset();
		place_devices(places[i].base, places[i].stride, 30);
		discover(NULL);
		unit_equal(platform.window_count, places[i].count);

		machine_reset();
		place_devices(places[i].base, places[i].stride, 1);
		discover(NULL);
		unit_equal(platform.window_count, 1);
	}

	/* one fewer than two I/O APICs serve */
	machine_reset();
	place_devices(0xfeb00000, 0x200, 23);
	discover(NULL);
	unit_equal(platform.window_count, 8);
}

UNIT_TEST(firecracker_new_and_old)
{
	machine_reset();
	place_devices(0xc0001000, 0x1000, 3);
	discover(NULL);
	expect_windows(3, 0xc0001000, 0x1000, 5, IRQ_EDGE);

	machine_reset();
	place_devices(0xd0000000, 0x1000, 2);
	discover(NULL);
	expect_windows(2, 0xd0000000, 0x1000, 5, IRQ_EDGE);
}

UNIT_TEST(stratovirt)
{
	machine_reset();
	place_devices(0xf0100000, 0x200, 6);
	discover(NULL);
	expect_windows(6, 0xf0100000, 0x200, 5, IRQ_EDGE);
}

UNIT_TEST(what_was_announced_is_not_probed)
{
	machine_reset();
	place_devices(0xfeb00000, 0x200, 8);
	discover("virtio_mmio.device=512@0xfeb00e00:12");
	unit_equal(platform.window_count, 1);
	unit_equal(platform.windows[0].announced, ANNOUNCED_CMDLINE);
	unit_equal(machine_register_reads(), 0);
	unit_equal(platform.warning_count, 0);
}
