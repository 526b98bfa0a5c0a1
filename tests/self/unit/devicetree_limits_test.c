// SPDX-License-Identifier: BSD-2-Clause
/* Hostile device trees of the largest size. The work must stay in proportion to the size, and a warning must say where
 * discovery stopped. */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/discovery/devicetree/devicetree.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/steps.h"

enum {
	BLOB = 0x80000000,
	BLOB_SIZE = 2 << 20, /* the largest that discovery reads */
	STRUCTURE = 56,
	STRINGS_SIZE = 0x1000,
	STRINGS = BLOB_SIZE - STRINGS_SIZE,
	ROOM = STRINGS - 64, /* for the contents that a test chooses; the rest is for the end of the tree */

	BEGIN = 1,
	END = 2,
	PROPERTY = 3,
	LAST = 9,
};

/* Without its limits, discovery of these trees would cost a hundred to a million times as much. */
static const uint64_t steps_max = 128ull * BLOB_SIZE;

static struct platform platform;
static uint8_t blob[BLOB_SIZE];
static uint32_t at, strings;

static void cell(uint32_t value)
{
	for (int i = 0; i < 4; i++)
		blob[at++] = (uint8_t)(value >> (24 - 8 * i));
}

static void begin_tree(void)
{
	memset(blob, 0, sizeof(blob));
	at = STRUCTURE;
	strings = STRINGS;
}

static void text(const char *name, uint32_t length)
{
	memcpy(blob + at, name, length);
	at = (at + length + 4) & ~3u;
}

static void begin(const char *name)
{
	cell(BEGIN);
	text(name, (uint32_t)strlen(name));
}

static void end(void)
{
	cell(END);
}

/* A name in the strings block. */
static uint32_t string(const char *name)
{
	const uint32_t here = strings;

	memcpy(blob + strings, name, strlen(name) + 1);
	strings += (uint32_t)strlen(name) + 1;
	return here - STRINGS;
}

/* Writes the head of a property; its value follows. */
static void property(uint32_t name, uint32_t size)
{
	cell(PROPERTY);
	cell(size);
	cell(name);
}

static void property_text(uint32_t name, const char *value)
{
	property(name, (uint32_t)strlen(value) + 1);
	text(value, (uint32_t)strlen(value));
}

static void property_cell(uint32_t name, uint32_t value)
{
	property(name, 4);
	cell(value);
}

static void discover(void)
{
	const struct boot_info boot = { .protocol = "test", .fdt = BLOB };
	uint32_t structure_end;

	cell(LAST);
	structure_end = at;
	at = 0;
	cell(0xd00dfeed);
	cell(BLOB_SIZE);
	cell(STRUCTURE);
	cell(STRINGS);
	cell(40);
	cell(17);
	cell(16);
	cell(0);
	cell(STRINGS_SIZE);
	cell(structure_end - STRUCTURE);
	machine_reset();
	machine_place(BLOB, blob, sizeof(blob));
	unit_steps = 0;
	platform_discover(&platform, &boot, &made_up_memory);
	unit_true(unit_steps > 0);
	unit_true(unit_steps <= steps_max);
	if (unit_steps > steps_max || getenv("UNIT_STEPS"))
		printf("    %llu steps\n", (unsigned long long)unit_steps);
}

static void expect_warning(const char *warning)
{
	bool found = false;

	for (uint32_t i = 0; i < platform.warning_count; i++)
		found |= strstr(platform.warnings[i], warning) != NULL;
	unit_true(found);
	for (uint32_t i = 0; i < platform.warning_count && !found; i++)
		printf("    %s\n", platform.warnings[i]);
}

static char longest[DEVICETREE_TEXT_MAX + 2];

/* Makes a name of this length: the longest allowed, or one character more. */
static const char *name_of(uint32_t length)
{
	memset(longest, 'x', length);
	longest[length] = 0;
	return longest;
}

UNIT_TEST(properties_with_long_names)
{
	for (uint32_t length = DEVICETREE_TEXT_MAX; length <= DEVICETREE_TEXT_MAX + 1; length++) {
		begin_tree();
		begin("");
		property(string(name_of(length)), 0);
		end();
		discover();
		expect_warning(length > DEVICETREE_TEXT_MAX
				       ? "device tree at 0x80000000: a name that is too long; what "
					 "follows is not read"
				       : "device tree: no memory");
		unit_equal(platform.warning_count, length > DEVICETREE_TEXT_MAX ? 2 : 1);
	}
}

UNIT_TEST(nodes_with_long_names)
{
	for (uint32_t length = DEVICETREE_TEXT_MAX; length <= DEVICETREE_TEXT_MAX + 1; length++) {
		begin_tree();
		begin("");
		begin(name_of(length));
		end();
		end();
		discover();
		unit_equal(platform.warning_count, length > DEVICETREE_TEXT_MAX ? 2 : 1);
		unit_contains(platform.warnings[0],
			      length > DEVICETREE_TEXT_MAX ? "a name that is too long" : "no memory");
	}
}

UNIT_TEST(nodes_in_nodes)
{
	for (uint32_t depth = DEVICETREE_DEPTH; depth <= DEVICETREE_DEPTH + 1; depth++) {
		begin_tree();
		begin("");
		for (uint32_t i = 1; i < depth; i++)
			begin("a");
		for (uint32_t i = 0; i < depth; i++)
			end();
		discover();
		unit_equal(platform.warning_count, depth > DEVICETREE_DEPTH ? 2 : 1);
		if (depth > DEVICETREE_DEPTH)
			unit_text(platform.warnings[0], "device tree at 0x80000000: nodes too deep in each other; "
							"what follows is not read");
	}
}

/* All have the same name, which has no end in its first 255 bytes, or ends there and begins like a name that discovery
 * looks for. */
UNIT_TEST(as_many_properties_as_there_is_room_for)
{
	begin_tree();
	begin("");
	while (at < ROOM)
		property(0, 0);
	end();
	memset(blob + STRINGS, 'c', STRINGS_SIZE - 1);
	discover();
	expect_warning("a name that is too long");

	begin_tree();
	begin("");
	while (at < ROOM)
		property(0, 0);
	end();
	memset(blob + STRINGS, 'c', DEVICETREE_TEXT_MAX);
	memcpy(blob + STRINGS, "compatible", strlen("compatible"));
	discover();
	unit_equal(platform.warning_count, 1);
}

/* The properties are spread over as many nodes as fit, and discovery examines each as a device. */
UNIT_TEST(as_many_properties_in_many_nodes)
{
	uint32_t compatible, reg, other;

	begin_tree();
	compatible = string("compatible");
	reg = string("reg");
	other = string("registers-of-something-else");
	begin("");
	for (uint32_t node = 1; node < DEVICETREE_NODES; node++) {
		begin("x");
		for (uint32_t i = 0; i < (ROOM - STRUCTURE) / DEVICETREE_NODES / 12 - 10; i++)
			property(other, 0);
		property_text(compatible, "virtio,mmio");
		property(reg, 8);
		cell(node << 16);
		cell(0x200);
		end();
	}
	end();
	discover();
	unit_equal(platform.window_count, 0); /* the 8 bytes of `reg` are the address alone, without a size */
}

/* Buses in buses, each with many ranges, and many devices in the last. */
UNIT_TEST(ranges_in_ranges)
{
	uint32_t ranges, reg, compatible, cells;

	begin_tree();
	ranges = string("ranges");
	reg = string("reg");
	compatible = string("compatible");
	cells = string("#address-cells");
	begin("");
	property_cell(cells, 1);
	for (uint32_t bus = 0; bus < DEVICETREE_DEPTH - 2; bus++) {
		begin("bus");
		property_cell(cells, 1);
		property(ranges, 12 * DEVICETREE_RANGES);
		for (uint32_t i = 1; i < DEVICETREE_RANGES; i++) {
			cell(0xf0000000);
			cell(0);
			cell(1);
		}
		cell(0);
		cell(0);
		cell(0xe0000000);
	}
	for (uint32_t node = 1; node + DEVICETREE_DEPTH < DEVICETREE_NODES; node++) {
		begin("x");
		property_text(compatible, "virtio,mmio");
		property(reg, 8);
		cell(0x1000 * node);
		cell(0x200);
		end();
	}
	for (uint32_t bus = 0; bus < DEVICETREE_DEPTH - 1; bus++)
		end();
	discover();
	unit_equal(platform.window_count, PLATFORM_WINDOWS);
	unit_equal(platform.windows[0].base, 0x1000);
}

UNIT_TEST(more_ranges_than_are_looked_at)
{
	for (uint32_t count = DEVICETREE_RANGES; count <= DEVICETREE_RANGES + 1u; count++) {
		uint32_t ranges, reg, compatible, cells;

		begin_tree();
		ranges = string("ranges");
		reg = string("reg");
		compatible = string("compatible");
		cells = string("#address-cells");
		begin("");
		property_cell(cells, 1);
		begin("bus");
		property_cell(cells, 1);
		property(ranges, 12 * count);
		for (uint32_t i = 0; i < count; i++) {
			cell(i << 16);
			cell(0x10000000 + (i << 16));
			cell(0x10000);
		}
		begin("x");
		property_text(compatible, "virtio,mmio");
		property(reg, 8);
		cell((count - 1) << 16);
		cell(0x200);
		end();
		end();
		end();
		discover();
		unit_equal(platform.window_count, count == DEVICETREE_RANGES);
		if (count > DEVICETREE_RANGES)
			expect_warning("device tree: x: more ranges than we look at");
	}
}

/* A reservation of many ranges, behind many properties, on a bus of many ranges. */
UNIT_TEST(as_many_reservations)
{
	uint32_t ranges, reg, other, cells;

	begin_tree();
	ranges = string("ranges");
	reg = string("reg");
	other = string("registers-of-something-else");
	cells = string("#address-cells");
	begin("");
	property_cell(cells, 1);
	begin("reserved-memory");
	property_cell(cells, 1);
	property(ranges, 0x40000 / 12 * 12);
	at += 0x40000 / 12 * 12;
	begin("x");
	while (at < ROOM / 2)
		property(other, 0);
	property(reg, (ROOM - at) / 8 * 8);
	at += (ROOM - at) / 8 * 8;
	end();
	end();
	end();
	discover();
	expect_warning("device tree: x: ");
}

/* Each controller refers to the next one, and the last to none. */
UNIT_TEST(controllers_behind_controllers)
{
	uint32_t compatible, reg, phandle, parent, interrupts, cells;

	begin_tree();
	compatible = string("compatible");
	reg = string("reg");
	phandle = string("phandle");
	parent = string("interrupt-parent");
	interrupts = string("interrupts");
	cells = string("#address-cells");
	begin("");
	property_cell(cells, 1);
	for (uint32_t node = 1; node < DEVICETREE_NODES; node++) {
		begin("x");
		property_text(compatible, "virtio,mmio");
		property(reg, 8);
		cell(node << 16);
		cell(0x200);
		property_cell(phandle, node);
		property_cell(parent, node + 1);
		property_cell(interrupts, 1);
		end();
	}
	end();
	discover();
	expect_warning("device tree: x: its interrupt has no parent");
}

/* One value has many strings, none of which is the one that discovery looks for. */
UNIT_TEST(as_many_strings)
{
	uint32_t compatible;

	begin_tree();
	compatible = string("compatible");
	begin("");
	property(compatible, (ROOM - at) & ~3u);
	for (; at < ROOM; at += 4)
		memcpy(blob + at, "arm", 4);
	at &= ~3u;
	end();
	discover();
}
