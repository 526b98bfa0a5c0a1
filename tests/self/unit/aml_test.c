// SPDX-License-Identifier: BSD-2-Clause
/*
 * Devices in DSDT and SSDT: what the reader refuses, its warnings, and the limits of its work. tests/self/acpica
 * compares what it makes of well-formed tables with ACPICA; tables_fuzz.c feeds it arbitrary bytes.
 */
#include "tests/self/unit/rows.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

static struct platform platform;

static const char *parse(void)
{
	memset(&platform, 0, sizeof(platform));
	platform_parse_acpi(&platform, AT_RSDP);
	return found(&platform);
}

/* Parses a DSDT of these bytes. */
static const char *parse_bytes(const uint8_t *bytes, size_t size)
{
	place_acpi(0, bytes, size);
	return parse();
}

/* Parses a DSDT and an SSDT (NULL: none). UNIT_ACPI is the directory of the tables that iasl compiled from acpi/. */
static const char *parse_compiled(const char *dsdt_name, const char *ssdt_name)
{
	struct table dsdt, ssdt;

	table_load(&dsdt, dsdt_name);
	place_acpi(ssdt_name ? AT_MORE : 0, dsdt.bytes + TABLE_HEADER, dsdt.length - TABLE_HEADER);
	if (ssdt_name) {
		table_load(&ssdt, ssdt_name);
		table_place(&ssdt, AT_MORE);
	}
	return parse();
}

#define DSDT	       "! ACPI DSDT at 0x104000: "
#define NOT_UNDERSTOOD " is not understood; going on at the next device\n"

UNIT_TEST(all_descriptors)
{
	unit_text(parse_compiled(UNIT_ACPI "/firecracker.aml", UNIT_ACPI "/descriptors.aml"),
		  "acpi 0xd00000+0x200 irq 7\nacpi 0x10000000+0x200 irq 32 low\n"
		  "acpi 0x21000000+0x200 irq 33 level low\nacpi 0x30000000+0x200 irq 5 level low\n"
		  "acpi 0x40000000+0x200 irq 6\nacpi 0x50000000+0x200 irq 40 level\n"
		  "acpi 0xc0001000+0x1000 irq 5\nacpi 0xc0002000+0x1000 irq 6\n"
		  "! GSI 5: edge, high for window 0xc0001000, level, low for window 0x30000000\n"
		  "! ACPI SSDT at 0x10c000: D005: _CRS has 2 memory ranges and 3 interrupts; the first are used\n");
}

UNIT_TEST(isa_interrupts_in_aml_are_led_by_overrides)
{
	struct table ssdt;

	table_load(&ssdt, UNIT_ACPI "/descriptors.aml");
	place_acpi(0, NULL, 0);
	table_place(&ssdt, AT_MORE);
	place_table(AT_MADT, "APIC",
		    BYTES(LE64(0xfee00000), 2, 10, 0, 0, LE32(2), LE16(0), 2, 10, 0, 6, LE32(22), LE16(0xf)));
	place_root(AT_ROOT + 0x1000, 8, (uint64_t[]){ AT_MORE, AT_MADT, AT_FADT }, 3);
	place_rsdp(AT_RSDP + 0x100, 2, 0, AT_ROOT + 0x1000);
	memset(&platform, 0, sizeof(platform));
	platform_parse_acpi(&platform, AT_RSDP + 0x100);
	unit_contains(found(&platform),
		      "acpi 0x30000000+0x200 irq 5 level low\nacpi 0x40000000+0x200 irq 22 level low\n");
}

UNIT_TEST(devices_that_cannot_be_used)
{
	unit_text(parse_compiled(UNIT_ACPI "/excuses.aml", NULL),
		  DSDT "X000: _STA says that it is not present; ignored\n" DSDT "X001: no _CRS; ignored\n" DSDT
		       "X002: _CRS is not a constant buffer; ignored\n" DSDT
		       "X003: _CRS has no interrupt; ignored\n" DSDT "X004: _CRS has no memory; ignored\n" DSDT
		       "LNRO0005 is mentioned 7 times, and 5 devices were found\n");
}

UNIT_TEST(devices_behind_expressions)
{
	unit_text(parse_compiled(UNIT_ACPI "/expressions.aml", NULL),
		  "acpi 0x10000000+0x200 irq 32 level\nacpi 0x10001000+0x200 irq 33 level\n" DSDT
		  "AML at 0x2b (0x72)" NOT_UNDERSTOOD);
}

/* Each block contains all that follow: opcode, PkgLength of two bytes, name. */
UNIT_TEST(blocks_in_blocks)
{
	static const struct {
		const char *opcode, *name;
		uint32_t name_size, depth;
	} rows[] = {
		{ "\x10", "\\", 2, 16 },       { "\x10", "\\", 2, 17 },	      { "\x10", "\\", 2, 100 },
		{ "\x5b\x82", "DEV0", 4, 16 }, { "\x5b\x82", "DEV0", 4, 17 }, { "\x5b\x82", "DEV0", 4, 100 },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const uint32_t opcode_size = (uint32_t)strlen(rows[i].opcode),
			       size = opcode_size + 2 + rows[i].name_size;
		struct table dsdt;

		table_begin(&dsdt, "DSDT");
		for (uint32_t left = rows[i].depth * size; left; left -= size) {
			table_put(&dsdt, rows[i].opcode, opcode_size);
			table_put8(&dsdt, (uint8_t)(0x40 | ((left - opcode_size) & 0xf)));
			table_put8(&dsdt, (uint8_t)((left - opcode_size) >> 4));
			table_put(&dsdt, rows[i].name, rows[i].name_size);
		}
		unit_text(parse_bytes(dsdt.bytes + TABLE_HEADER, dsdt.length - TABLE_HEADER),
			  rows[i].depth > 16 ? DSDT "blocks are nested more than 16 deep; not followed\n" : "");
	}
}

#define DEVICE(PKG_LENGTH, NAME...) 0x5b, 0x82, (PKG_LENGTH), ##NAME
#define VZ9			    'V', 'Z', '9', '_'
#define NAME(A, B, C, D)	    0x08, A, B, C, D
#define HID			    NAME('_', 'H', 'I', 'D'), 0x0d, 'L', 'N', 'R', 'O', '0', '0', '0', '5'
#define CRS			    NAME('_', 'C', 'R', 'S')
#define STA(VALUE)		    NAME('_', 'S', 'T', 'A'), 0x0a, (VALUE)
#define MEMORY			    0x86, 9, 0, 1, LE32(0x10000000), LE32(0x200)
#define INTERRUPT		    0x89, 6, 0, 1, 1, LE32(32)
#define END			    0x79, 0
#define RESOURCES		    CRS, 0x11, 26, 0x0a, 23, MEMORY, INTERRUPT, END
#define ZERO			    0
#define ONE			    1
#define NOOP			    0xa3
#define ONES			    0xff

#define WINDOW "acpi 0x10000000+0x200 irq 32 level\n"

UNIT_TEST(devices)
{
	const struct row rows[] = {
		/* Names of all kinds, on objects through which the walk must find its way. Warnings show the last
		 * segment of a device's path. */
		{ "External, Alias and Name with paths, and no end tag",
		  BYTES(0x15, 0x2f, 3, 'A', 'B', 'C', '1', '_', 'S', 'B', '_', 'Z', '0', '9', '_', 6, 0, 0x06, '\\',
			0x2e, '_', 'S', 'B', '_', 'A', 'A', 'A', 'A', '^', '^', 'B', 'B', 'B', 'B',
			NAME('C', 'C', 'C', 'C'), '\\', 'D', 'D', 'D', 'D', DEVICE(55, 0x2e, '_', 'S', 'B', '_', VZ9),
			HID, 0, CRS, 0x11, 24, 0x0a, 21, MEMORY, INTERRUPT),
		  WINDOW DSDT "VZ9_: _CRS has no end tag\n" },
		{ "a string without an end", BYTES(DEVICE(19, VZ9), HID), DSDT "AML at 0x2b (0x08)" NOT_UNDERSTOOD },

		/* Buffers whose size is not that of their bytes, or is none */
		{ "larger than its bytes: zeros follow, and no end tag is among them",
		  BYTES(DEVICE(50, VZ9), HID, 0, CRS, 0x11, 24, 0x0a, 99, MEMORY, INTERRUPT),
		  WINDOW DSDT "VZ9_: _CRS has no end tag\n" },
		{ "bytes that end inside a descriptor",
		  BYTES(DEVICE(43, VZ9), HID, 0, CRS, 0x11, 17, 0x0a, 14, MEMORY, 0x89, 6),
		  DSDT "VZ9_: _CRS: descriptor 0x89 at 0xc does not fit; ignored\n" },
		{ "no bytes", BYTES(DEVICE(28, VZ9), HID, 0, CRS, 0x11, 2, ONE),
		  DSDT "VZ9_: _CRS has no end tag\n" DSDT "VZ9_: _CRS has no memory; ignored\n" },
		{ "a buffer in place of the size",
		  BYTES(DEVICE(40, VZ9), HID, 0, CRS, 0x11, 14, 0x11, 12, 0x11, 10, 0x11, 8, 0x11, 6, 0x11, 4, 0x11, 2,
			NOOP, NOOP, NOOP, NOOP, NOOP, NOOP),
		  DSDT "AML at 0x3a (0x08)" NOT_UNDERSTOOD DSDT "VZ9_: no _CRS; ignored\n" },

		/* A name that refers to another object does not define anything of the device. */
		{ "_HID of the parent",
		  BYTES(DEVICE(53, VZ9), 0x08, '^', '_', 'H', 'I', 'D', 0x0d, 'L', 'N', 'R', 'O', '0', '0', '0', '5', 0,
			RESOURCES),
		  DSDT "LNRO0005 is mentioned 1 times, and 0 devices were found\n" },
		{ "_CRS of the parent", BYTES(DEVICE(59, VZ9), HID, 0, RESOURCES, 0x08, '^', '_', 'C', 'R', 'S', ZERO),
		  WINDOW },
		{ "_STA of a child",
		  BYTES(DEVICE(63, VZ9), 0x08, 0x2e, 'V', 'Z', '8', '_', '_', 'S', 'T', 'A', ZERO, HID, 0, RESOURCES),
		  WINDOW DSDT "a _STA outside of its device is not read\n" },

		/* Its own _STA hides a device that is not present, functioning or not. */
		{ "_STA 8", BYTES(DEVICE(59, VZ9), HID, 0, RESOURCES, STA(8)),
		  DSDT "VZ9_: _STA says that it is not present; ignored\n" },
		{ "_STA is computed",
		  BYTES(DEVICE(62, VZ9), HID, 0, RESOURCES, 0x14, 9, '_', 'S', 'T', 'A', 0, 0xa4, 0x60, NOOP),
		  WINDOW DSDT "VZ9_: _STA is computed; taken for present\n" },
		{ "below a device that is not there, but elsewhere by its path",
		  BYTES(0x5b, 0x82, 0x44, 4, 'A', 'B', 'O', 'V', DEVICE(53, '\\', VZ9), HID, 0, RESOURCES, STA(0)),
		  WINDOW },

		/* After bytes that the walk does not understand, it skips what only looks like a device. */
		{ "a device behind something unknown", BYTES(0x70, DEVICE(52, VZ9), HID, 0, RESOURCES),
		  WINDOW DSDT "AML at 0x24 (0x70)" NOT_UNDERSTOOD },
		{ "decoys before it",
		  BYTES(0x70, DEVICE(0x3f), DEVICE(2, 'v'), DEVICE(2, 0), 0x5b, DEVICE(52, VZ9), HID, 0, RESOURCES,
			0x5b),
		  WINDOW DSDT "AML at 0x24 (0x70)" NOT_UNDERSTOOD },
	};

	expect_rows(rows, UNIT_COUNT(rows), parse_bytes);
}

/* The _STA of the outer device follows the inner device. */
UNIT_TEST(devices_below_one_that_is_not_there)
{
	static const uint8_t rows[][2] = { { 0x0f, 1 }, { 1, 1 }, { 8, 1 }, { 9, 1 }, { 0, 0 }, { 2, 0 }, { 6, 0 } };

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		unit_text(parse_bytes(BYTES(0x5b, 0x82, 0x43, 4, 'A', 'B', 'O', 'V', DEVICE(52, VZ9), HID, 0, RESOURCES,
					    STA(rows[i][0]))),
			  rows[i][1] ? WINDOW : DSDT "VZ9_: below a device that is not present; ignored\n");
}

UNIT_TEST(power_off_values_that_cannot_be)
{
	static const struct {
		const char *row;
		uint8_t size, value[6];
	} rows[] = {
		{ "not a package", 2, { 0x0a, 5 } },	      { "nothing in it", 3, { 0x12, 2, 0 } },
		{ "text in it", 5, { 0x12, 4, 1, 0x0d, 0 } }, { "too large", 6, { 0x12, 5, 1, 0x0b, 0, 1 } },
		{ "still larger", 4, { 0x12, 3, 1, ONES } },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t bytes[11] = { NAME('_', 'S', '5', '_') };

		unit_row(rows[i].row);
		memcpy(bytes + 5, rows[i].value, rows[i].size);
		unit_text(parse_bytes(bytes, 5u + rows[i].size),
			  DSDT "_S5_ is not a package that begins with a small integer; ignored\n");
	}
}

/* Discovery reads every kind of definition if it is complete, and not if it ends early. */
#define WHOLE(...) ((struct row){ #__VA_ARGS__, BYTES(__VA_ARGS__), "" })

UNIT_TEST(definitions_that_end_early)
{
#define A 'A', '_', '_', '_'
#define B 'B', '_', '_', '_'
	const struct row rows[] = { WHOLE(0x08, A, ONES),
				    WHOLE(0x08, A, 0x0a, 1),
				    WHOLE(0x08, A, 0x0b, 1, 1),
				    WHOLE(0x08, A, 0x0c, 1, 1, 1, 1),
				    WHOLE(0x08, A, 0x0e, 1, 1, 1, 1, 1, 1, 1, 1),
				    WHOLE(0x08, A, 0x0d, 'a', 'b', 0),
				    WHOLE(0x08, A, 0x11, 4, 0x0a, 1, 1),
				    WHOLE(0x08, A, 0x12, 3, 1, 1),
				    WHOLE(0x08, A, 0x13, 3, 1, 1),
				    WHOLE(0x08, A, B),
				    WHOLE(/* Alias */ 0x06, A, B),
				    WHOLE(/* Scope */ 0x10, 6, A, NOOP),
				    WHOLE(/* Method */ 0x14, 6, A, 0),
				    WHOLE(/* External */ 0x15, A, 6, 0),
				    WHOLE(/* CreateDWordField */ 0x8a, A, ZERO, B),
				    WHOLE(/* CreateQWordField */ 0x8f, A, ZERO, B),
				    WHOLE(/* If */ 0xa0, 2, ONE),
				    WHOLE(/* Else, with nothing in it */ 0xa1, 1),
				    WHOLE(/* Mutex */ 0x5b, 0x01, A, 0),
				    WHOLE(/* Event */ 0x5b, 0x02, A),
				    WHOLE(/* CreateField */ 0x5b, 0x13, A, ZERO, ONE, B),
				    WHOLE(/* OperationRegion */ 0x5b, 0x80, A, 0, ZERO, 0x0a, 8),
				    WHOLE(/* Field */ 0x5b, 0x81, 7, A, 0, 0),
				    WHOLE(/* Device */ 0x5b, 0x82, 6, A, NOOP),
				    WHOLE(/* DataTableRegion */ 0x5b, 0x88, A, 0x0d, 0, 0x0d, 0, 0x0d, 0) };
#undef A
#undef B

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		unit_row(rows[i].name);
		unit_text(parse_bytes(rows[i].bytes, rows[i].size), rows[i].told);
		for (size_t size = 1; size < rows[i].size; size++)
			unit_contains(parse_bytes(rows[i].bytes, size), DSDT "AML at 0x24 (0x");
	}
}

/* Names, packages and buffers, and the lengths of packages. */
#define BAD(FIRST, ...)                                                     \
	((struct row){ #FIRST ", " #__VA_ARGS__, BYTES(FIRST, __VA_ARGS__), \
		       DSDT "AML at 0x24 (" #FIRST ")" NOT_UNDERSTOOD })

UNIT_TEST(pieces_that_cannot_be)
{
	static const uint8_t lengths[] = { 0, 0x40, 0x41, 0x80, 0x82, 0xc0, 0xc3, 0x3f, 0x7f, 0xbf, 0xff };
	const struct row rows[] = { BAD(0x5b, 0x82, 10, 0x2f, 0, 'A', 'A', 'A', 'A', 0, 0, 0),
				    BAD(0x5b, 0x82, 10, 0x2f, 9, 'A', 'A', 'A', 'A', 0, 0, 0),
				    BAD(0x5b, 0x82, 10, 0x2e, 'A', 'A', 'A', 'A', 'b', 'A', 'A', 'A'),
				    BAD(0x5b, 0x82, 5, '0', 'A', 'A', 'A'),
				    BAD(0x5b, 0x82, 5, 'A', 'a', 'A', 'A'),
				    BAD(0x5b, 0x82, 5, 'A', 'A', ':', 'A'),
				    BAD(0x5b, 0x82, 5, 'A', 'A', 'A', '/'),
				    BAD(0x5b, 0x82, 5, '[', 'A', 'A', 'A'),
				    BAD(0x5b, 0x82, 5, '@', 'A', 'A', 'A'),
				    BAD(0x08, 'A', 'A', 'A', 'A', 0x11, 1),
				    BAD(0x08, 'A', 'A', 'A', 'A', 0x11, 2, 0x0a),
				    BAD(0x08, 'A', 'A', 'A', 'A', 0x11, 2, 0x0b),
				    BAD(0x08, 'A', 'A', 'A', 'A', 0x12, 1) };

	expect_rows(rows, UNIT_COUNT(rows), parse_bytes);
	for (size_t i = 0; i < sizeof(lengths); i++)
		unit_text(parse_bytes(BYTES(0x5b, 0x82, lengths[i], 0, 0, 0)),
			  DSDT "AML at 0x24 (0x5b)" NOT_UNDERSTOOD);
}

/* A device with this resource template. */
static const char *parse_resources(const uint8_t *bytes, size_t size)
{
	static const uint8_t start[] = { DEVICE(0, VZ9), HID, 0, CRS, 0x11, 0, 0x0a, 0 };
	uint8_t whole[64];

	memcpy(whole, start, sizeof(start));
	memcpy(whole + sizeof(start), bytes, size);
	whole[2] = (uint8_t)(sizeof(start) - 2 + size);
	whole[sizeof(start) - 3] = (uint8_t)(3 + size);
	whole[sizeof(start) - 1] = (uint8_t)size;
	return parse_bytes(whole, sizeof(start) + size);
}

/* Descriptors that are too short for their fields, in front of a good template. */
#define SHORT(TYPE, REST...)                                                          \
	((struct row){ #TYPE ", " #REST, BYTES(TYPE, ##REST, MEMORY, INTERRUPT, END), \
		       DSDT "VZ9_: _CRS: descriptor " #TYPE " at 0x0 does not fit; ignored\n" })

UNIT_TEST(descriptors_that_are_too_short)
{
	const struct row rows[] = { SHORT(0x81, 1, 0, 0),   SHORT(0x85, 1, 0, 0), SHORT(0x86, 1, 0, 0),
				    SHORT(0x87, 1, 0, 0),   SHORT(0x89, 1, 0, 0), SHORT(0x8a, 1, 0, 0),
				    SHORT(0x8b, 1, 0, 0),   SHORT(0x21, 0),	  SHORT(0x20),
				    SHORT(0x89, 2, 0, 0, 1) };

	expect_rows(rows, UNIT_COUNT(rows), parse_resources);
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
		unit_contains(platform.warnings[0], want);
		unit_equal(platform.window_count, size == 16 || size >= 25);
	}
}

/*
 * A table of the largest size, full of strings without an end and a device after each. To look for the end of each
 * string in the whole rest would take minutes; the test shows that discovery does not.
 */
UNIT_TEST(strings_without_an_end_cost_no_time)
{
	enum { SIZE = 1 << 20 };
	static const uint8_t piece[] = { DEVICE(5, 'D', 'E', 'V', '0'), 0x08, 'N', 'A', 'M', 'E', 0x0d };
	static uint8_t bytes[SIZE];
	struct table head;

	table_begin(&head, "DSDT");
	memset(bytes, 'x', SIZE);
	memcpy(bytes, head.bytes, TABLE_HEADER);
	memcpy(bytes + TABLE_LENGTH, &(uint32_t){ SIZE }, sizeof(uint32_t));
	for (size_t at = TABLE_HEADER; at + sizeof(piece) <= SIZE; at += sizeof(piece))
		memcpy(bytes + at, piece, sizeof(piece));
	table_checksum(bytes, SIZE, TABLE_CHECKSUM);
	machine_reset();
	place_rsdp(AT_RSDP, 2, 0, AT_ROOT);
	place_root(AT_ROOT, 8, (uint64_t[]){ AT_FADT }, 1);
	place_fadt(AT_FADT, AT_DSDT);
	machine_place(AT_DSDT, bytes, SIZE);
	unit_text(parse(), DSDT "AML at 0x2b (0x08)" NOT_UNDERSTOOD);
}
