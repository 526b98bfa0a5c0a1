// SPDX-License-Identifier: BSD-2-Clause
/*
 * Devices in DSDT and SSDT: what the reader refuses, its warnings, and the limits of its work. tests/self/acpica
 * compares what it makes of well-formed tables with ACPICA; tables_fuzz.c feeds it arbitrary bytes.
 */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	RSDP = 0xf31a0,
	XSDT = 0x100000,
	FADT = 0x102000,
	DSDT = 0x104000,
	SSDT = 0x10c000,
};

static struct platform platform;

static void place_dsdt(struct table *dsdt)
{
	const uint64_t entries[] = { FADT };

	machine_reset();
	place_rsdp(RSDP, 2, 0, XSDT);
	place_root(XSDT, 8, entries, 1);
	place_fadt(FADT, DSDT);
	table_place(dsdt, DSDT);
}

static void parse(void)
{
	memset(&platform, 0, sizeof(platform));
	platform_parse_acpi(&platform, RSDP);
}

/* Loads a table. UNIT_ACPI is the directory of the tables that iasl compiled from acpi/. */
static void load(struct table *table, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), UNIT_ACPI "/%s.aml", name);
	table_load(table, path);
}

static void parse_dsdt(const char *name)
{
	struct table dsdt;

	load(&dsdt, name);
	place_dsdt(&dsdt);
	parse();
}

static void expect_window(uint32_t index, uint64_t base, uint64_t size, struct irq_source irq)
{
	unit_true(index < platform.window_count);
	unit_equal(platform.windows[index].base, base);
	unit_equal(platform.windows[index].size, size);
	unit_equal(platform.windows[index].irq.gsi, irq.gsi);
	unit_equal(platform.windows[index].irq.trigger, irq.trigger);
	unit_equal(platform.windows[index].irq.polarity, irq.polarity);
	unit_equal(platform.windows[index].announced, ANNOUNCED_ACPI);
}

static struct irq_source edge(uint32_t gsi)
{
	return (struct irq_source){ gsi, IRQ_EDGE, IRQ_ACTIVE_HIGH };
}

static struct irq_source level(uint32_t gsi)
{
	return (struct irq_source){ gsi, IRQ_LEVEL, IRQ_ACTIVE_HIGH };
}

static struct irq_source low(uint32_t gsi, enum irq_trigger trigger)
{
	return (struct irq_source){ gsi, trigger, IRQ_ACTIVE_LOW };
}

/* In an SSDT, with a DSDT that announces windows, too. */
UNIT_TEST(all_descriptors)
{
	const uint64_t entries[] = { FADT, SSDT };
	struct table dsdt, ssdt;

	load(&dsdt, "firecracker");
	load(&ssdt, "descriptors");
	machine_reset();
	place_rsdp(RSDP, 2, 0, XSDT);
	place_root(XSDT, 8, entries, 2);
	place_fadt(FADT, DSDT);
	table_place(&dsdt, DSDT);
	table_place(&ssdt, SSDT);
	parse();
	unit_equal(platform.window_count, 8);
	expect_window(0, 0xd00000, 0x200, edge(7));
	expect_window(1, 0x10000000, 0x200, low(32, IRQ_EDGE));
	expect_window(2, 0x21000000, 0x200, low(33, IRQ_LEVEL));
	expect_window(3, 0x30000000, 0x200, low(5, IRQ_LEVEL));
	expect_window(4, 0x40000000, 0x200, edge(6));
	expect_window(5, 0x50000000, 0x200, level(40));
	expect_window(6, 0xc0001000, 0x1000, edge(5));
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "GSI 5: edge, high for window 0xc0001000, level, low for window 0x30000000");
	unit_contains(platform.warnings[1], "SSDT at 0x10c000: D005: _CRS has 2 memory ranges and 3 interrupts; the");
}

UNIT_TEST(isa_interrupts_in_aml_are_led_by_overrides)
{
	const uint64_t entries[] = { SSDT, 0x103000, FADT };
	struct table dsdt, ssdt, madt;

	load(&dsdt, "microvm");
	load(&ssdt, "descriptors");
	table_begin(&madt, "APIC");
	table_put64(&madt, 0xfee00000);
	table_put(&madt, (uint8_t[]){ 2, 10, 0, 0, 2, 0, 0, 0, 0, 0 }, 10);
	table_put(&madt, (uint8_t[]){ 2, 10, 0, 6, 22, 0, 0, 0, 0xf, 0 }, 10);
	machine_reset();
	place_rsdp(RSDP, 2, 0, XSDT);
	place_root(XSDT, 8, entries, 3);
	place_fadt(FADT, DSDT);
	table_place(&dsdt, DSDT);
	table_place(&ssdt, SSDT);
	table_place(&madt, 0x103000);
	parse();
	expect_window(4, 0x40000000, 0x200, low(22, IRQ_LEVEL));
	expect_window(3, 0x30000000, 0x200, low(5, IRQ_LEVEL));
}

UNIT_TEST(devices_that_cannot_be_used)
{
	parse_dsdt("excuses");
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 6);
	unit_text(platform.warnings[0], "ACPI DSDT at 0x104000: X000: _STA says that it is not present; ignored");
	unit_text(platform.warnings[1], "ACPI DSDT at 0x104000: X001: no _CRS; ignored");
	unit_text(platform.warnings[2], "ACPI DSDT at 0x104000: X002: _CRS is not a constant buffer; ignored");
	unit_text(platform.warnings[3], "ACPI DSDT at 0x104000: X003: _CRS has no interrupt; ignored");
	unit_text(platform.warnings[4], "ACPI DSDT at 0x104000: X004: _CRS has no memory; ignored");
	unit_text(platform.warnings[5],
		  "ACPI DSDT at 0x104000: LNRO0005 is mentioned 7 times, and 5 devices were found");
}

UNIT_TEST(devices_behind_expressions)
{
	parse_dsdt("expressions");
	unit_equal(platform.window_count, 2);
	expect_window(0, 0x10000000, 0x200, level(32));
	expect_window(1, 0x10001000, 0x200, level(33));
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0],
		  "ACPI DSDT at 0x104000: AML at 0x2b (0x72) is not understood; going on at the next device");
}

/* Blocks around all that follows, `depth` of them: opcode, PkgLength of two bytes, name */
static void parse_nested(const char *opcode, const char *name, uint32_t name_size, uint32_t depth)
{
	uint32_t opcode_size = (uint32_t)strlen(opcode), size = opcode_size + 2 + name_size;
	struct table dsdt;

	table_begin(&dsdt, "DSDT");
	for (uint32_t left = depth * size; left; left -= size) {
		uint32_t length = left - opcode_size;

		table_put(&dsdt, opcode, opcode_size);
		table_put8(&dsdt, (uint8_t)(0x40 | (length & 0xf)));
		table_put8(&dsdt, (uint8_t)(length >> 4));
		table_put(&dsdt, name, name_size);
	}
	place_dsdt(&dsdt);
	parse();
}

UNIT_TEST(blocks_in_blocks)
{
	static const struct {
		const char *opcode, *name;
		uint32_t name_size;
	} kinds[] = { { "\x10", "\\", 2 }, { "\x5b\x82", "DEV0", 4 } };

	for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		parse_nested(kinds[i].opcode, kinds[i].name, kinds[i].name_size, 16);
		unit_equal(platform.warning_count, 0);
		parse_nested(kinds[i].opcode, kinds[i].name, kinds[i].name_size, 17);
		unit_equal(platform.warning_count, 1);
		unit_text(platform.warnings[0],
			  "ACPI DSDT at 0x104000: blocks are nested more than 16 deep; not followed");
		parse_nested(kinds[i].opcode, kinds[i].name, kinds[i].name_size, 100);
		unit_equal(platform.warning_count, 1);
	}
}

/* A DSDT of these bytes. */
static void parse_bytes(const void *bytes, size_t size)
{
	struct table dsdt;

	table_begin(&dsdt, "DSDT");
	table_put(&dsdt, bytes, size);
	place_dsdt(&dsdt);
	parse();
}

#define PARSE(...) parse_bytes((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

#define DEVICE(PKG_LENGTH) 0x5b, 0x82, (PKG_LENGTH), 'V', 'Z', '9', '_'
#define NAME(A, B, C, D)   0x08, A, B, C, D
#define HID		   NAME('_', 'H', 'I', 'D')
#define CRS		   NAME('_', 'C', 'R', 'S')
#define LNRO0005	   'L', 'N', 'R', 'O', '0', '0', '0', '5'
#define MEMORY		   0x86, 9, 0, 1, 0, 0, 0, 0x10, 0, 2, 0, 0
#define INTERRUPT	   0x89, 6, 0, 1, 1, 32, 0, 0, 0
#define END		   0x79, 0
#define ZERO		   0
#define ONE		   1
#define NOOP		   0xa3
#define ONES		   0xff

static void expect_one_warning(const char *warning)
{
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], warning);
}

/* Names of all kinds, on objects through which the walk must find its way. */
UNIT_TEST(all_names)
{
	/* External, with type and count of arguments, by a name of three segments */
	PARSE(0x15, 0x2f, 3, 'A', 'B', 'C', '1', '_', 'S', 'B', '_', 'Z', '0', '9', '_', 6, 0,
	      /* Alias of a name of two segments, from the root, to one from two scopes above */
	      0x06, '\\', 0x2e, '_', 'S', 'B', '_', 'A', 'A', 'A', 'A', '^', '^', 'B', 'B', 'B', 'B',
	      /* Name of a name */
	      NAME('C', 'C', 'C', 'C'), '\\', 'D', 'D', 'D', 'D',
	      /* a device whose name is a path, of which warnings show the last segment */
	      0x5b, 0x82, 55, 0x2e, '_', 'S', 'B', '_', 'V', 'Z', '9', '_', HID, 0x0d, LNRO0005, 0, CRS, 0x11, 24, 0x0a,
	      21, MEMORY, INTERRUPT);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "ACPI DSDT at 0x104000: VZ9_: _CRS has no end tag");
}

UNIT_TEST(names_that_cannot_be)
{
	static const uint8_t names[][9] = {
		{ 0x2f, 0, 'A', 'A', 'A', 'A' },
		{ 0x2f, 9, 'A', 'A', 'A', 'A' },
		{ 0x2e, 'A', 'A', 'A', 'A', 'b', 'A', 'A', 'A' },
		{ '0', 'A', 'A', 'A' },
		{ 'A', 'a', 'A', 'A' },
		{ 'A', 'A', ':', 'A' },
		{ 'A', 'A', 'A', '/' },
		{ '[', 'A', 'A', 'A' },
		{ '@', 'A', 'A', 'A' },
	};

	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct table dsdt;

		table_begin(&dsdt, "DSDT");
		table_put(&dsdt, "\x5b\x82\x0a", 3);
		table_put(&dsdt, names[i], sizeof(names[i]));
		place_dsdt(&dsdt);
		parse();
		expect_one_warning(
			"ACPI DSDT at 0x104000: AML at 0x24 (0x5b) is not understood; going on at the next device");
	}
}

UNIT_TEST(power_off_values_that_cannot_be)
{
	static const uint8_t values[][6] = {
		{ 0x0a, 5 },		    /* not a package */
		{ 0x12, 2, 0 },		    /* nothing in it */
		{ 0x12, 4, 1, 0x0d, 0 },    /* text in it */
		{ 0x12, 5, 1, 0x0b, 0, 1 }, /* too large */
		{ 0x12, 3, 1, ONES },	    /* still larger */
	};
	static const uint8_t sizes[] = { 2, 3, 5, 6, 4 };

	for (uint32_t i = 0; i < sizeof(sizes); i++) {
		struct table dsdt;

		table_begin(&dsdt, "DSDT");
		table_put(&dsdt, "\x08_S5_", 5);
		table_put(&dsdt, values[i], sizes[i]);
		place_dsdt(&dsdt);
		parse();
		expect_one_warning(
			"ACPI DSDT at 0x104000: _S5_ is not a package that begins with a small integer; ignored");
		unit_true(!platform.poweroff.has_s5);
	}
}

/* Discovery reads every kind of definition if it is complete, and not if it ends early. */
UNIT_TEST(definitions_that_end_early)
{
#define A 'A', '_', '_', '_'
#define B 'B', '_', '_', '_'
#define WHOLE(...)                                        \
	{                                                 \
		sizeof((const uint8_t[]){ __VA_ARGS__ }), \
		{                                         \
			__VA_ARGS__                       \
		}                                         \
	}
	static const struct {
		uint32_t size;
		uint8_t bytes[24];
	} definitions[] = {
		WHOLE(0x08, A, ONES),
		WHOLE(0x08, A, 0x0a, 1),
		WHOLE(0x08, A, 0x0b, 1, 1),
		WHOLE(0x08, A, 0x0c, 1, 1, 1, 1),
		WHOLE(0x08, A, 0x0e, 1, 1, 1, 1, 1, 1, 1, 1),
		WHOLE(0x08, A, 0x0d, 'a', 'b', 0),
		WHOLE(0x08, A, 0x11, 4, 0x0a, 1, 1),
		WHOLE(0x08, A, 0x12, 3, 1, 1),
		WHOLE(0x08, A, 0x13, 3, 1, 1),
		WHOLE(0x08, A, B),
		WHOLE(0x06, A, B),			/* Alias */
		WHOLE(0x10, 6, A, NOOP),		/* Scope */
		WHOLE(0x14, 6, A, 0),			/* Method */
		WHOLE(0x15, A, 6, 0),			/* External */
		WHOLE(0x8a, A, ZERO, B),		/* CreateDWordField */
		WHOLE(0x8f, A, ZERO, B),		/* CreateQWordField */
		WHOLE(0xa0, 2, ONE),			/* If */
		WHOLE(0xa1, 1),				/* Else, with nothing in it */
		WHOLE(0x5b, 0x01, A, 0),		/* Mutex */
		WHOLE(0x5b, 0x02, A),			/* Event */
		WHOLE(0x5b, 0x13, A, ZERO, ONE, B),	/* CreateField */
		WHOLE(0x5b, 0x80, A, 0, ZERO, 0x0a, 8), /* OperationRegion */
		WHOLE(0x5b, 0x81, 7, A, 0, 0),		/* Field */
		WHOLE(0x5b, 0x82, 6, A, NOOP),		/* Device */
		WHOLE(0x5b, 0x88, A, 0x0d, 0, 0x0d, 0, 0x0d, 0),
	};
#undef A
#undef B
#undef WHOLE

	for (uint32_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
		parse_bytes(definitions[i].bytes, definitions[i].size);
		unit_equal(platform.warning_count, 0);
		for (uint32_t size = 1; size < definitions[i].size; size++) {
			parse_bytes(definitions[i].bytes, size);
			unit_equal(platform.warning_count, 1);
			unit_contains(platform.warnings[0], "ACPI DSDT at 0x104000: AML at 0x24 (0x");
		}
	}
}

/* Packages and buffers whose contents end early. */
UNIT_TEST(values_that_end_inside)
{
	static const uint8_t values[][3] = { { 0x11, 1 }, { 0x11, 2, 0x0a }, { 0x11, 2, 0x0b }, { 0x12, 1 } };
	static const uint8_t sizes[] = { 2, 3, 3, 2 };

	for (uint32_t i = 0; i < sizeof(sizes); i++) {
		uint8_t name[8] = { NAME('A', 'A', 'A', 'A') };

		memcpy(name + 5, values[i], sizes[i]);
		parse_bytes(name, 5 + sizes[i]);
		expect_one_warning(
			"ACPI DSDT at 0x104000: AML at 0x24 (0x08) is not understood; going on at the next device");
	}
}

/* A device with this resource template. */
static void parse_resources(const uint8_t *bytes, uint8_t size)
{
	static const uint8_t start[] = { DEVICE(0), HID, 0x0d, LNRO0005, 0, CRS, 0x11, 0, 0x0a, 0 };
	uint8_t whole[64];

	memcpy(whole, start, sizeof(start));
	memcpy(whole + sizeof(start), bytes, size);
	whole[2] = (uint8_t)(sizeof(start) - 2 + size);
	whole[sizeof(start) - 3] = (uint8_t)(3 + size);
	whole[sizeof(start) - 1] = size;
	parse_bytes(whole, sizeof(start) + size);
}

/* Descriptors that are too short for their fields, in front of a good template. */
UNIT_TEST(descriptors_that_are_too_short)
{
	static const uint8_t good[] = { MEMORY, INTERRUPT, END };
	static const uint8_t bad[][6] = {
		{ 0x81, 1, 0, 0 }, { 0x85, 1, 0, 0 }, { 0x86, 1, 0, 0 }, { 0x87, 1, 0, 0 }, { 0x89, 1, 0, 0 },
		{ 0x8a, 1, 0, 0 }, { 0x8b, 1, 0, 0 }, { 0x21, 0 },	 { 0x20 },	    { 0x89, 2, 0, 0, 1 },
	};
	static const uint8_t sizes[] = { 4, 4, 4, 4, 4, 4, 4, 2, 1, 5 };

	for (uint32_t i = 0; i < sizeof(sizes); i++) {
		uint8_t template[32];

		memcpy(template, bad[i], sizes[i]);
		memcpy(template + sizes[i], good, sizeof(good));
		parse_resources(template, (uint8_t)(sizes[i] + sizeof(good)));
		unit_equal(platform.window_count, 0);
		unit_equal(platform.warning_count, 1);
		unit_contains(platform.warnings[0], " at 0x0 does not fit; ignored");
	}
}

/* A template that is cut at every byte. A cut between two descriptors only removes the end tag, or a descriptor that
 * discovery needs. */
UNIT_TEST(templates_that_end_early)
{
	static const uint8_t good[] = { MEMORY, 0x23, 0x20, 0, 1, INTERRUPT, END };

	for (uint8_t size = 0; size < sizeof(good); size++) {
		const char *want = "does not fit; ignored";

		if (size == 0 || size == 12 || size == 16 || size == 25)
			want = "_CRS has no end tag";
		else if (size > 25)
			want = "_CRS has 1 memory ranges and 2 interrupts; the first are used";
		parse_resources(good, size);
		unit_true(platform.warning_count > 0);
		unit_contains(platform.warnings[0], want);
		unit_equal(platform.window_count, size == 16 || size >= 25);
	}
}

UNIT_TEST(package_lengths_that_cannot_be)
{
	static const uint8_t lengths[] = { 0, 0x40, 0x41, 0x80, 0x82, 0xc0, 0xc3, 0x3f, 0x7f, 0xbf, 0xff };

	for (uint32_t i = 0; i < sizeof(lengths); i++) {
		PARSE(0x5b, 0x82, lengths[i], 0, 0, 0);
		expect_one_warning(
			"ACPI DSDT at 0x104000: AML at 0x24 (0x5b) is not understood; going on at the next device");
	}
}

/* Resources of one memory region and one interrupt, and how many windows they give with various definitions around
 * them. */
#define RESOURCES CRS, 0x11, 26, 0x0a, 23, MEMORY, INTERRUPT, END

/* Buffers whose size is not that of their bytes, or is none. */
UNIT_TEST(buffer_sizes_that_cannot_be)
{
	/* larger than its bytes: zeros follow, and no end tag is among them */
	PARSE(DEVICE(50), HID, 0x0d, LNRO0005, 0, CRS, 0x11, 24, 0x0a, 99, MEMORY, INTERRUPT);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "ACPI DSDT at 0x104000: VZ9_: _CRS has no end tag");

	/* bytes that end inside a descriptor, and none */
	PARSE(DEVICE(43), HID, 0x0d, LNRO0005, 0, CRS, 0x11, 17, 0x0a, 14, MEMORY, 0x89, 6);
	expect_one_warning("ACPI DSDT at 0x104000: VZ9_: _CRS: descriptor 0x89 at 0xc does not fit; ignored");
	PARSE(DEVICE(28), HID, 0x0d, LNRO0005, 0, CRS, 0x11, 2, ONE);
	unit_equal(platform.window_count, 0);
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "ACPI DSDT at 0x104000: VZ9_: _CRS has no end tag");
	unit_text(platform.warnings[1], "ACPI DSDT at 0x104000: VZ9_: _CRS has no memory; ignored");

	/* a buffer in place of the size */
	PARSE(DEVICE(40), HID, 0x0d, LNRO0005, 0, CRS, 0x11, 14, 0x11, 12, 0x11, 10, 0x11, 8, 0x11, 6, 0x11, 4, 0x11, 2,
	      NOOP, NOOP, NOOP, NOOP, NOOP, NOOP);
	unit_equal(platform.window_count, 0);
	unit_contains(platform.warnings[0], "is not understood");
}

/* A name that refers to another object does not define anything of the device. */
UNIT_TEST(definitions_of_others)
{
	PARSE(DEVICE(53), 0x08, '^', '_', 'H', 'I', 'D', 0x0d, LNRO0005, 0, RESOURCES);
	expect_one_warning("ACPI DSDT at 0x104000: LNRO0005 is mentioned 1 times, and 0 devices were found");
	PARSE(DEVICE(59), HID, 0x0d, LNRO0005, 0, RESOURCES, 0x08, '^', '_', 'C', 'R', 'S', ZERO);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 1);
	PARSE(0x5b, 0x82, 63, 'V', 'Z', '9', '_', 0x08, 0x2e, 'V', 'Z', '8', '_', '_', 'S', 'T', 'A', ZERO, HID, 0x0d,
	      LNRO0005, 0, RESOURCES);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "ACPI DSDT at 0x104000: a _STA outside of its device is not read");
}

/* The device is below one with this _STA, which follows the device. */
static void parse_below(uint8_t status)
{
	PARSE(0x5b, 0x82, 0x43, 4, 'A', 'B', 'O', 'V', DEVICE(52), HID, 0x0d, LNRO0005, 0, RESOURCES,
	      NAME('_', 'S', 'T', 'A'), 0x0a, status);
}

UNIT_TEST(devices_below_one_that_is_not_there)
{
	static const uint8_t seen[] = { 0x0f, 1, 8, 9 }, hidden[] = { 0, 2, 6 };

	for (uint32_t i = 0; i < sizeof(seen); i++) {
		parse_below(seen[i]);
		unit_equal(platform.warning_count, 0);
		unit_equal(platform.window_count, 1);
	}
	for (uint32_t i = 0; i < sizeof(hidden); i++) {
		parse_below(hidden[i]);
		expect_one_warning("ACPI DSDT at 0x104000: VZ9_: below a device that is not present; ignored");
	}
	/* Its own _STA hides a device that is not present, functioning or not. */
	PARSE(DEVICE(59), HID, 0x0d, LNRO0005, 0, RESOURCES, NAME('_', 'S', 'T', 'A'), 0x0a, 8);
	expect_one_warning("ACPI DSDT at 0x104000: VZ9_: _STA says that it is not present; ignored");
	/* its path puts it somewhere else */
	PARSE(0x5b, 0x82, 0x44, 4, 'A', 'B', 'O', 'V', 0x5b, 0x82, 53, '\\', 'V', 'Z', '9', '_', HID, 0x0d, LNRO0005, 0,
	      RESOURCES, NAME('_', 'S', 'T', 'A'), 0x0a, 0);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 1);
}

UNIT_TEST(presence_that_is_computed)
{
	PARSE(DEVICE(62), HID, 0x0d, LNRO0005, 0, RESOURCES, 0x14, 9, '_', 'S', 'T', 'A', 0, 0xa4, 0x60, NOOP);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], "ACPI DSDT at 0x104000: VZ9_: _STA is computed; taken for present");
}

/* After bytes that the walk does not understand, it skips what only looks like a device. */
UNIT_TEST(behind_something_unknown)
{
	PARSE(0x70, DEVICE(52), HID, 0x0d, LNRO0005, 0, CRS, 0x11, 26, 0x0a, 23, MEMORY, INTERRUPT, END);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 1);

	PARSE(0x70, 0x5b, 0x82, 0x3f, 0x5b, 0x82, 2, 'v', 0x5b, 0x82, 2, 0, 0x5b, DEVICE(52), HID, 0x0d, LNRO0005, 0,
	      CRS, 0x11, 26, 0x0a, 23, MEMORY, INTERRUPT, END, 0x5b);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0],
		  "ACPI DSDT at 0x104000: AML at 0x24 (0x70) is not understood; going on at the next device");
}

UNIT_TEST(a_string_without_an_end)
{
	PARSE(DEVICE(19), HID, 0x0d, LNRO0005);
	expect_one_warning("ACPI DSDT at 0x104000: AML at 0x2b (0x08) is not understood; going on at the next device");
}

/*
 * A table of the largest size, full of strings without an end and a device after each. To look for the end of each
 * string in the whole rest would take minutes; the test shows that discovery does not.
 */
UNIT_TEST(strings_without_an_end_cost_no_time)
{
	enum { SIZE = 1 << 20 };
	static const uint8_t piece[] = { 0x5b, 0x82, 0x05, 'D', 'E', 'V', '0', 0x08, 'N', 'A', 'M', 'E', 0x0d };
	static uint8_t bytes[SIZE];
	const uint64_t entries[] = { FADT };
	struct table head;

	table_begin(&head, "DSDT");
	memcpy(bytes, head.bytes, TABLE_HEADER);
	memcpy(bytes + TABLE_LENGTH, &(uint32_t){ SIZE }, sizeof(uint32_t));
	memset(bytes + TABLE_HEADER, 'x', SIZE - TABLE_HEADER);
	for (size_t at = TABLE_HEADER; at + sizeof(piece) <= SIZE; at += sizeof(piece))
		memcpy(bytes + at, piece, sizeof(piece));
	table_checksum(bytes, SIZE, TABLE_CHECKSUM);
	machine_reset();
	place_rsdp(RSDP, 2, 0, XSDT);
	place_root(XSDT, 8, entries, 1);
	place_fadt(FADT, DSDT);
	machine_place(DSDT, bytes, SIZE);
	parse();
	unit_equal(platform.window_count, 0);
	unit_true(platform.warning_count >= 1);
	unit_contains(platform.warnings[0], "is not understood; going on at the next device");
}
