// SPDX-License-Identifier: BSD-2-Clause
/* The list of windows, and the memory map, which no window may overlap. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"

static struct platform platform;

static void reset(void)
{
	memset(&platform, 0, sizeof(platform));
}

static void add(uint64_t base, uint64_t size, struct irq_source irq, uint32_t announced)
{
	struct mmio_window window = { .base = base, .size = size, .irq = irq, .announced = announced };

	platform_add_window(&platform, &window);
}

static const struct irq_source edge5 = { 5, IRQ_EDGE, IRQ_ACTIVE_HIGH };
static const struct irq_source level5 = { 5, IRQ_LEVEL, IRQ_ACTIVE_HIGH };
static const struct irq_source low5 = { 5, IRQ_LEVEL, IRQ_ACTIVE_LOW };
static const struct irq_source edge6 = { 6, IRQ_EDGE, IRQ_ACTIVE_HIGH };

static void expect_one_warning(uint32_t windows, const char *warning)
{
	unit_equal(platform.window_count, windows);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], warning);
}

UNIT_TEST(windows_come_sorted_by_address)
{
	reset();
	add(0x3000, 0x200, edge5, ANNOUNCED_ACPI);
	add(0x1000, 0x200, edge5, ANNOUNCED_ACPI);
	add(0x4000, 0x200, edge5, ANNOUNCED_ACPI);
	add(0x2000, 0x200, edge5, ANNOUNCED_ACPI);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 4);
	for (uint32_t i = 0; i < 4; i++)
		unit_equal(platform.windows[i].base, (i + 1) * 0x1000);
}

UNIT_TEST(windows_may_touch)
{
	reset();
	add(0x1000, 0x200, edge5, ANNOUNCED_ACPI);
	add(0x1200, 0x200, edge5, ANNOUNCED_ACPI);
	add(0xe00, 0x200, edge5, ANNOUNCED_ACPI);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 3);
}

UNIT_TEST(windows_that_cannot_be)
{
	reset();
	add(0x1000, 0, edge5, ANNOUNCED_CMDLINE);
	expect_one_warning(0, "window 0x1000+0x0 (cmdline): its size is 0; ignored");
	reset();
	add(UINT64_MAX - 0x1fb, 0x200, edge5, ANNOUNCED_ACPI);
	expect_one_warning(0, "window 0xfffffffffffffe04+0x200 (acpi): it wraps around the address space; ignored");
	reset();
	add(0x1000, UINT64_MAX, edge5, ANNOUNCED_FDT);
	expect_one_warning(0, "window 0x1000+0xffffffffffffffff (fdt): it wraps around the address space; ignored");
	reset();
	add(0x1000, 0xff, edge5, ANNOUNCED_PROBE);
	expect_one_warning(0, "window 0x1000+0xff (probe): it is too small for the registers; ignored");
	reset();
	add(0x1002, 0x200, edge5, ANNOUNCED_CMDLINE);
	expect_one_warning(0, "window 0x1002+0x200 (cmdline): it is not aligned to a register; ignored");
}

UNIT_TEST(the_smallest_the_first_and_the_last)
{
	reset();
	add(0, 0x100, edge5, ANNOUNCED_CMDLINE);
	add(UINT64_MAX - 0x203, 0x203, edge5, ANNOUNCED_CMDLINE);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 2);
}

UNIT_TEST(windows_that_overlap)
{
	reset();
	add(0x1000, 0x200, edge5, ANNOUNCED_ACPI);
	add(0x1100, 0x200, edge6, ANNOUNCED_CMDLINE);
	expect_one_warning(1, "window 0x1100+0x200 (cmdline): it overlaps another window; ignored");
	add(0xf00, 0x1000, edge6, ANNOUNCED_CMDLINE);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 2);
}

UNIT_TEST(windows_in_ram)
{
	struct boot_info boot = { .memory = { { 0x1000, 0x1000 }, { 0x100000, 0x100000 } }, .memory_count = 2 };

	reset();
	platform_set_memory(&platform, &boot);
	add(0x1fff00, 0x200, edge5, ANNOUNCED_ACPI);
	expect_one_warning(0, "window 0x1fff00+0x200 (acpi): it overlaps RAM; ignored");
	add(0x200000, 0x200, edge5, ANNOUNCED_ACPI);
	add(0xffe00, 0x200, edge5, ANNOUNCED_ACPI);
	unit_equal(platform.window_count, 2);
	unit_equal(platform.warning_count, 1);
}

/* Firecracker: the command line does not mention the trigger, so the sources do not disagree. */
UNIT_TEST(announced_by_two)
{
	reset();
	add(0x1000, 0x1000, edge5, ANNOUNCED_CMDLINE);
	add(0x1000, 0x1000, level5, ANNOUNCED_ACPI);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.windows[0].announced, ANNOUNCED_CMDLINE | ANNOUNCED_ACPI);
	unit_equal(platform.windows[0].irq.trigger, IRQ_LEVEL);

	reset();
	add(0x1000, 0x1000, level5, ANNOUNCED_ACPI);
	add(0x1000, 0x1000, edge5, ANNOUNCED_CMDLINE);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.windows[0].announced, ANNOUNCED_CMDLINE | ANNOUNCED_ACPI);
	unit_equal(platform.windows[0].irq.trigger, IRQ_LEVEL);
}

UNIT_TEST(announced_by_two_who_disagree)
{
	reset();
	add(0x1000, 0x1000, level5, ANNOUNCED_ACPI);
	add(0x1000, 0x1000, edge6, ANNOUNCED_CMDLINE);
	expect_one_warning(1, "window 0x1000: GSI 5 (acpi) or 6 (cmdline); the first is used");
	unit_equal(platform.windows[0].irq.gsi, 5);
	unit_equal(platform.windows[0].irq.trigger, IRQ_LEVEL);

	reset();
	add(0x1000, 0x1000, level5, ANNOUNCED_ACPI);
	add(0x1000, 0x200, edge5, ANNOUNCED_CMDLINE);
	expect_one_warning(1, "window 0x1000: size 0x1000 (acpi) or 0x200 (cmdline); the first is used");
	unit_equal(platform.windows[0].size, 0x1000);

	reset();
	add(0x1000, 0x1000, level5, ANNOUNCED_ACPI);
	add(0x1000, 0x1000, low5, ANNOUNCED_FDT);
	expect_one_warning(1, "window 0x1000: GSI 5 is level, high (acpi) or level, low (fdt); the first is used");
	unit_equal(platform.windows[0].irq.polarity, IRQ_ACTIVE_HIGH);
}

UNIT_TEST(announced_twice_by_the_same)
{
	reset();
	add(0x1000, 0x1000, edge5, ANNOUNCED_CMDLINE);
	add(0x1000, 0x1000, edge5, ANNOUNCED_CMDLINE);
	expect_one_warning(1, "window 0x1000: announced twice by cmdline");
	add(0x1000, 0x1000, edge6, ANNOUNCED_CMDLINE);
	unit_equal(platform.warning_count, 3);
	unit_text(platform.warnings[2], "window 0x1000: GSI 5 (cmdline) or 6 (cmdline); the first is used");
	unit_equal(platform.windows[0].irq.gsi, 5);
}

UNIT_TEST(a_shared_interrupt_has_one_trigger)
{
	reset();
	add(0x1000, 0x1000, level5, ANNOUNCED_ACPI);
	add(0x2000, 0x1000, level5, ANNOUNCED_ACPI);
	unit_equal(platform.warning_count, 0);
	add(0x3000, 0x1000, edge5, ANNOUNCED_ACPI);
	expect_one_warning(3, "GSI 5: level, high for window 0x1000, edge, high for window 0x3000");
}

UNIT_TEST(more_windows_than_there_is_room_for)
{
	reset();
	for (uint32_t i = 0; i <= PLATFORM_WINDOWS; i++)
		add(0x1000 + i * 0x200, 0x200, edge5, ANNOUNCED_ACPI);
	expect_one_warning(PLATFORM_WINDOWS, "window 0x9000+0x200 (acpi): there are too many; ignored");
}

UNIT_TEST(announcers_are_named)
{
	char text[32];

	unit_text(platform_announcers(0, text, sizeof(text)), "");
	unit_text(platform_announcers(ANNOUNCED_FDT, text, sizeof(text)), "fdt");
	unit_text(platform_announcers(ANNOUNCED_CMDLINE | ANNOUNCED_ACPI, text, sizeof(text)), "cmdline+acpi");
	unit_text(platform_announcers(UINT32_MAX, text, sizeof(text)), "cmdline+acpi+fdt+probe");
	unit_text(platform_announcers(UINT32_MAX, text, 10), "cmdline+a");
}

UNIT_TEST(warnings_are_cut_and_counted)
{
	char text[PLATFORM_WARNING_MAX + 10];

	reset();
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	for (uint32_t i = 0; i < PLATFORM_WARNINGS + 3; i++)
		platform_warn(&platform, "%s", text);
	unit_equal(platform.warning_count, PLATFORM_WARNINGS);
	unit_equal(platform.warnings_dropped, 3);
	unit_equal(strlen(platform.warnings[PLATFORM_WARNINGS - 1]), PLATFORM_WARNING_MAX - 1);
}

static void set_memory(const struct boot_info *boot)
{
	reset();
	platform_set_memory(&platform, boot);
}

static void expect_memory(uint32_t index, uint64_t base, uint64_t size)
{
	unit_true(index < platform.memory_count);
	unit_equal(platform.memory[index].base, base);
	unit_equal(platform.memory[index].size, size);
}

UNIT_TEST(memory_is_sorted_and_touching_ranges_are_one)
{
	const struct boot_info boot = {
		.memory = {
			{ 0x100000000, 0x1000 },
			{ 0x100000, 0x100000 },
			{ 0, 0x9fc00 },
			{ 0x200000, 0x1000 },
			{ 0, 0 },
		},
		.memory_count = 5,
	};

	set_memory(&boot);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.memory_count, 3);
	expect_memory(0, 0, 0x9fc00);
	expect_memory(1, 0x100000, 0x101000);
	expect_memory(2, 0x100000000, 0x1000);
}

UNIT_TEST(memory_that_overlaps)
{
	const struct boot_info boot = {
		.memory = { { 0x1000, 0x3000 }, { 0x2000, 0x1000 }, { 0x3000, 0x2000 } },
		.memory_count = 3,
	};

	set_memory(&boot);
	unit_equal(platform.memory_count, 1);
	expect_memory(0, 0x1000, 0x4000);
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "memory: 0x2000+0x1000 overlaps 0x1000+0x3000; merged");
	unit_text(platform.warnings[1], "memory: 0x3000+0x2000 overlaps 0x1000+0x3000; merged");
}

UNIT_TEST(memory_that_wraps)
{
	const struct boot_info boot = {
		.memory = { { 0x1000, UINT64_MAX }, { UINT64_MAX, 1 }, { 0x2000, 0x1000 } },
		.memory_count = 3,
	};

	set_memory(&boot);
	unit_equal(platform.memory_count, 1);
	expect_memory(0, 0x2000, 0x1000);
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "memory: 0x1000+0xffffffffffffffff wraps around the address space; ignored");
}

UNIT_TEST(memory_up_to_the_end)
{
	const struct boot_info boot = { .memory = { { 1, UINT64_MAX - 1 } }, .memory_count = 1 };

	set_memory(&boot);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.memory_count, 1);
	expect_memory(0, 1, UINT64_MAX - 1);
}

UNIT_TEST(no_memory)
{
	const struct boot_info boot = { .memory_count = 0 };

	set_memory(&boot);
	unit_equal(platform.memory_count, 0);
	unit_equal(platform.warning_count, 0);
}

UNIT_TEST(a_memory_count_that_cannot_be)
{
	struct boot_info boot = { .memory_count = UINT32_MAX };

	for (uint32_t i = 0; i < PLATFORM_MEMORY; i++)
		boot.memory[i] = (struct boot_memory){ (uint64_t)(PLATFORM_MEMORY - i) * 0x10000, 0x1000 };
	set_memory(&boot);
	unit_equal(platform.memory_count, PLATFORM_MEMORY);
	expect_memory(0, 0x10000, 0x1000);
	expect_memory(PLATFORM_MEMORY - 1, PLATFORM_MEMORY * 0x10000, 0x1000);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "memory: the loader counts 4294967295 ranges, 32 are read");
}
