// SPDX-License-Identifier: BSD-2-Clause
/* The list of windows, and the memory map, which no window may overlap. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/found.h"

static struct platform platform;

static const struct irq_source edge5 = { 5, IRQ_EDGE, IRQ_ACTIVE_HIGH };
static const struct irq_source level5 = { 5, IRQ_LEVEL, IRQ_ACTIVE_HIGH };
static const struct irq_source low5 = { 5, IRQ_LEVEL, IRQ_ACTIVE_LOW };
static const struct irq_source edge6 = { 6, IRQ_EDGE, IRQ_ACTIVE_HIGH };

#define ACPI	ANNOUNCED_ACPI
#define CMDLINE ANNOUNCED_CMDLINE
#define FDT	ANNOUNCED_FDT
#define PROBE	ANNOUNCED_PROBE

#define ADD(...)                                     \
	(const struct mmio_window[]){ __VA_ARGS__ }, \
		sizeof((const struct mmio_window[]){ __VA_ARGS__ }) / sizeof(struct mmio_window)

UNIT_TEST(windows)
{
	/* only the rows about RAM come near it */
	static const struct boot_info boot = { .memory = { { 0x800000, 0x1000 }, { 0x900000, 0x100000 } },
					       .memory_count = 2 };
	const struct {
		const char *row;
		const struct mmio_window *windows; /* added in this order */
		size_t count;
		const char *told;
	} rows[] = {
		{ "sorted by address",
		  ADD({ 0x3000, 0x200, edge5, ACPI }, { 0x1000, 0x200, edge5, ACPI }, { 0x4000, 0x200, edge5, ACPI },
		      { 0x2000, 0x200, edge5, ACPI }),
		  "acpi 0x1000+0x200 irq 5\nacpi 0x2000+0x200 irq 5\nacpi 0x3000+0x200 irq 5\n"
		  "acpi 0x4000+0x200 irq 5\n" },
		{ "they may touch",
		  ADD({ 0x1000, 0x200, edge5, ACPI }, { 0x1200, 0x200, edge5, ACPI }, { 0xe00, 0x200, edge5, ACPI }),
		  "acpi 0xe00+0x200 irq 5\nacpi 0x1000+0x200 irq 5\nacpi 0x1200+0x200 irq 5\n" },
		{ "smallest, first and last",
		  ADD({ 0, 0x100, edge5, CMDLINE }, { UINT64_MAX - 0x203, 0x203, edge5, PROBE }),
		  "cmdline 0x0+0x100 irq 5\nprobe 0xfffffffffffffdfc+0x203 irq 5\n" },

		{ "size 0", ADD({ 0x1000, 0, edge5, CMDLINE }),
		  "! window 0x1000+0x0 (cmdline): its size is 0; ignored\n" },
		{ "wraps", ADD({ UINT64_MAX - 0x1fb, 0x200, edge5, ACPI }),
		  "! window 0xfffffffffffffe04+0x200 (acpi): it wraps around the address space; ignored\n" },
		{ "too large", ADD({ 0x1000, UINT64_MAX, edge5, FDT }),
		  "! window 0x1000+0xffffffffffffffff (fdt): it wraps around the address space; ignored\n" },
		{ "too small", ADD({ 0x1000, 0xff, edge5, PROBE }),
		  "! window 0x1000+0xff (probe): it is too small for the registers; ignored\n" },
		{ "not aligned", ADD({ 0x1002, 0x200, edge5, CMDLINE }),
		  "! window 0x1002+0x200 (cmdline): it is not aligned to a register; ignored\n" },
		{ "overlaps",
		  ADD({ 0x1000, 0x200, edge5, ACPI }, { 0x1100, 0x200, edge6, CMDLINE },
		      { 0xf00, 0x1000, edge6, CMDLINE }),
		  "acpi 0x1000+0x200 irq 5\n! window 0x1100+0x200 (cmdline): it overlaps another window; ignored\n"
		  "! window 0xf00+0x1000 (cmdline): it overlaps another window; ignored\n" },
		{ "in RAM, and around it",
		  ADD({ 0x9fff00, 0x200, edge5, ACPI }, { 0xa00000, 0x200, edge5, ACPI },
		      { 0x8ffe00, 0x200, edge5, ACPI }),
		  "acpi 0x8ffe00+0x200 irq 5\nacpi 0xa00000+0x200 irq 5\n"
		  "! window 0x9fff00+0x200 (acpi): it overlaps RAM; ignored\n" },

		/* Firecracker: the command line does not mention the trigger, so the sources do not disagree. */
		{ "by two, the trigger second",
		  ADD({ 0x1000, 0x1000, edge5, CMDLINE }, { 0x1000, 0x1000, level5, ACPI }),
		  "cmdline+acpi 0x1000+0x1000 irq 5 level\n" },
		{ "by two, the trigger first",
		  ADD({ 0x1000, 0x1000, level5, ACPI }, { 0x1000, 0x1000, edge5, CMDLINE }),
		  "cmdline+acpi 0x1000+0x1000 irq 5 level\n" },
		{ "different GSIs", ADD({ 0x1000, 0x1000, level5, ACPI }, { 0x1000, 0x1000, edge6, CMDLINE }),
		  "cmdline+acpi 0x1000+0x1000 irq 5 level\n"
		  "! window 0x1000: GSI 5 (acpi) or 6 (cmdline); the first is used\n" },
		{ "different sizes", ADD({ 0x1000, 0x1000, level5, ACPI }, { 0x1000, 0x200, edge5, CMDLINE }),
		  "cmdline+acpi 0x1000+0x1000 irq 5 level\n"
		  "! window 0x1000: size 0x1000 (acpi) or 0x200 (cmdline); the first is used\n" },
		{ "different triggers", ADD({ 0x1000, 0x1000, level5, ACPI }, { 0x1000, 0x1000, low5, FDT }),
		  "acpi+fdt 0x1000+0x1000 irq 5 level\n"
		  "! window 0x1000: GSI 5 is level, high (acpi) or level, low (fdt); the first is used\n" },
		{ "twice by the same",
		  ADD({ 0x1000, 0x1000, edge5, CMDLINE }, { 0x1000, 0x1000, edge5, CMDLINE },
		      { 0x1000, 0x1000, edge6, CMDLINE }),
		  "cmdline 0x1000+0x1000 irq 5\n! window 0x1000: announced twice by cmdline\n"
		  "! window 0x1000: announced twice by cmdline\n"
		  "! window 0x1000: GSI 5 (cmdline) or 6 (cmdline); the first is used\n" },
		{ "one interrupt with two triggers",
		  ADD({ 0x1000, 0x1000, level5, ACPI }, { 0x2000, 0x1000, level5, ACPI },
		      { 0x3000, 0x1000, edge5, ACPI }),
		  "acpi 0x1000+0x1000 irq 5 level\nacpi 0x2000+0x1000 irq 5 level\nacpi 0x3000+0x1000 irq 5\n"
		  "! GSI 5: level, high for window 0x1000, edge, high for window 0x3000\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		unit_row(rows[i].row);
		memset(&platform, 0, sizeof(platform));
		platform_set_memory(&platform, &boot);
		for (size_t j = 0; j < rows[i].count; j++)
			platform_add_window(&platform, &rows[i].windows[j]);
		platform.memory_count = 0;
		unit_text(found(&platform), rows[i].told);
	}
}

UNIT_TEST(more_windows_than_there_is_room_for)
{
	memset(&platform, 0, sizeof(platform));
	for (uint32_t i = 0; i <= PLATFORM_WINDOWS; i++)
		platform_add_window(&platform, &(struct mmio_window){ 0x1000 + i * 0x200, 0x200, edge5, ACPI });
	unit_equal(platform.window_count, PLATFORM_WINDOWS);
	unit_contains(found(&platform),
		      "acpi 0x8e00+0x200 irq 5\n! window 0x9000+0x200 (acpi): there are too many; ignored\n");
}

UNIT_TEST(announcers_are_named)
{
	static const struct {
		uint32_t announced;
		size_t room;
		const char *told;
	} rows[] = {
		{ 0, 32, "" },
		{ FDT, 32, "fdt" },
		{ CMDLINE | ACPI, 32, "cmdline+acpi" },
		{ UINT32_MAX, 32, "cmdline+acpi+fdt+probe" },
		{ UINT32_MAX, 10, "cmdline+a" },
	};
	char text[32];

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		unit_text(platform_announcers(rows[i].announced, text, rows[i].room), rows[i].told);
}

UNIT_TEST(warnings_are_cut_and_counted)
{
	char text[PLATFORM_WARNING_MAX + 10];

	memset(&platform, 0, sizeof(platform));
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	for (uint32_t i = 0; i < PLATFORM_WARNINGS + 3; i++)
		platform_warn(&platform, "%s", text);
	unit_equal(platform.warning_count, PLATFORM_WARNINGS);
	unit_equal(platform.warnings_dropped, 3);
	unit_equal(strlen(platform.warnings[PLATFORM_WARNINGS - 1]), PLATFORM_WARNING_MAX - 1);
}

#define BOOT(COUNT, ...) ((struct boot_info){ .memory = { __VA_ARGS__ }, .memory_count = (COUNT) })

UNIT_TEST(memory)
{
	const struct {
		const char *row;
		struct boot_info boot;
		const char *told;
	} rows[] = {
		{ "none", BOOT(0, { 0, 0 }), "" },
		{ "sorted; ranges that touch are one, and empty ones none",
		  BOOT(5, { 0x100000000, 0x1000 }, { 0x100000, 0x100000 }, { 0, 0x9fc00 }, { 0x200000, 0x1000 },
		       { 0, 0 }),
		  "memory 0x0+0x9fc00\nmemory 0x100000+0x101000\nmemory 0x100000000+0x1000\n" },
		{ "overlaps", BOOT(3, { 0x1000, 0x3000 }, { 0x2000, 0x1000 }, { 0x3000, 0x2000 }),
		  "memory 0x1000+0x4000\n! memory: 0x2000+0x1000 overlaps 0x1000+0x3000; merged\n"
		  "! memory: 0x3000+0x2000 overlaps 0x1000+0x3000; merged\n" },
		{ "wraps", BOOT(3, { 0x1000, UINT64_MAX }, { UINT64_MAX, 1 }, { 0x2000, 0x1000 }),
		  "memory 0x2000+0x1000\n"
		  "! memory: 0x1000+0xffffffffffffffff wraps around the address space; ignored\n"
		  "! memory: 0xffffffffffffffff+0x1 wraps around the address space; ignored\n" },
		{ "up to the end", BOOT(1, { 1, UINT64_MAX - 1 }), "memory 0x1+0xfffffffffffffffe\n" },
		{ "more than the loader can pass on", BOOT(UINT32_MAX, [31] = { 0x10000, 0x1000 }),
		  "memory 0x10000+0x1000\n! memory: the loader counts 4294967295 ranges, 32 are read\n" },
		{ "as many as it can", BOOT(32, [31] = { 0x10000, 0x1000 }), "memory 0x10000+0x1000\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		unit_row(rows[i].row);
		memset(&platform, 0, sizeof(platform));
		platform_set_memory(&platform, &rows[i].boot);
		unit_text(found(&platform), rows[i].told);
	}
}
