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

static void cells(const uint32_t *values, size_t count)
{
	while (count--)
		cell(*values++);
}

#define CELLS(...) \
	cells((const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void text(const char *string)
{
	strcpy((char *)blob + at, string);
	at = (at + (uint32_t)strlen(string) + 4) & ~3u;
}

static void begin(const char *name)
{
	cell(BEGIN);
	text(name);
}

static void end(uint32_t nodes)
{
	while (nodes--)
		cell(END);
}

/* Writes the head of a property; its value follows. A name stands in the strings block once. */
static void property(const char *name, uint32_t size)
{
	uint32_t name_at = STRINGS;

	while (name_at < strings && strcmp((char *)blob + name_at, name))
		name_at += (uint32_t)strlen((char *)blob + name_at) + 1;
	if (name_at == strings) {
		strcpy((char *)blob + strings, name);
		strings += (uint32_t)strlen(name) + 1;
	}
	CELLS(PROPERTY, size, name_at - STRINGS);
}

#define PROPERTY_CELLS(NAME, ...)                                          \
	do {                                                               \
		property(NAME, sizeof((const uint32_t[]){ __VA_ARGS__ })); \
		CELLS(__VA_ARGS__);                                        \
	} while (0)

/* Writes properties without a value until the structure has that size. */
static void fill(const char *name, uint32_t until)
{
	while (at < until)
		property(name, 0);
}

/* Begins a tree and its root. */
static void begin_tree(void)
{
	memset(blob, 0, sizeof(blob));
	at = STRUCTURE;
	strings = STRINGS;
	begin("");
}

/* Begins a node whose children have addresses of one cell. The name "" stands for the root, which has begun. */
static void begin_bus(const char *name)
{
	if (*name)
		begin(name);
	PROPERTY_CELLS("#address-cells", 1);
}

static void device_at(uint32_t address)
{
	property("compatible", sizeof("virtio,mmio"));
	text("virtio,mmio");
	PROPERTY_CELLS("reg", address, 0x200);
}

static void discover(void)
{
	const struct boot_info boot = { .protocol = "test", .fdt = BLOB };
	uint32_t structure_end;

	cell(LAST);
	structure_end = at;
	at = 0;
	CELLS(0xd00dfeed, BLOB_SIZE, STRUCTURE, STRINGS, 40, 17, 16, 0, STRINGS_SIZE, structure_end - STRUCTURE);
	machine_reset();
	machine_place(BLOB, blob, sizeof(blob));
	unit_steps = 0;
	platform_discover(&platform, &boot, &made_up_memory);
	unit_true(unit_steps > 0);
	unit_true(unit_steps <= steps_max);
	if (unit_steps > steps_max || getenv("UNIT_STEPS"))
		printf("    %llu steps\n", (unsigned long long)unit_steps);
}

/* The trees have no memory, which is a warning. Beyond a limit this one comes before it. */
static void expect_limit(bool beyond, const char *warning)
{
	unit_equal(platform.warning_count, beyond ? 2 : 1);
	unit_contains(platform.warnings[0], beyond ? warning : "device tree: no memory");
}

static void expect_warning(const char *warning)
{
	bool found = false;

	for (uint32_t i = 0; i < platform.warning_count; i++)
		found |= strstr(platform.warnings[i], warning) != NULL;
	unit_row(warning);
	unit_true(found);
	for (uint32_t i = 0; i < platform.warning_count && !found; i++)
		printf("    %s\n", platform.warnings[i]);
}

/* Each adds so much of something: the most that discovery reads, or one more. */
static void property_with_a_name(uint32_t length)
{
	char name[DEVICETREE_TEXT_MAX + 2] = { 0 };

	property(memset(name, 'x', length), 0);
}

static void node_with_a_name(uint32_t length)
{
	char name[DEVICETREE_TEXT_MAX + 2] = { 0 };

	begin(memset(name, 'x', length));
	end(1);
}

static void nodes_in_nodes(uint32_t depth)
{
	for (uint32_t i = 1; i < depth; i++)
		begin("a");
	end(depth - 1);
}

static void nodes(uint32_t count)
{
	while (--count) {
		begin("");
		end(1);
	}
}

UNIT_TEST(limits)
{
	static const struct {
		void (*add)(uint32_t count);
		uint32_t most;
		const char *warning;
	} limits[] = {
		{ property_with_a_name, DEVICETREE_TEXT_MAX, "a name that is too long" },
		{ node_with_a_name, DEVICETREE_TEXT_MAX, "a name that is too long" },
		{ nodes_in_nodes, DEVICETREE_DEPTH, "nodes too deep in each other" },
		{ nodes, DEVICETREE_NODES, "more nodes than we have room for" },
	};
	char warning[128];

	for (size_t i = 0; i < 2 * sizeof(limits) / sizeof(limits[0]); i++) {
		unit_row(limits[i / 2].warning);
		begin_tree();
		limits[i / 2].add(limits[i / 2].most + i % 2);
		end(1);
		discover();
		snprintf(warning, sizeof(warning), "device tree at 0x80000000: %s; what follows is not read",
			 limits[i / 2].warning);
		expect_limit(i % 2, warning);
	}
}

UNIT_TEST(more_ranges_than_are_looked_at)
{
	for (uint32_t count = DEVICETREE_RANGES; count <= DEVICETREE_RANGES + 1u; count++) {
		begin_tree();
		begin_bus("");
		begin_bus("bus");
		property("ranges", 12 * count);
		for (uint32_t i = 0; i < count; i++)
			CELLS(i << 16, 0x10000000 + (i << 16), 0x10000);
		begin("x");
		device_at((count - 1) << 16);
		end(3);
		discover();
		unit_equal(platform.window_count, count == DEVICETREE_RANGES);
		if (count > DEVICETREE_RANGES)
			expect_warning("device tree: x: more ranges than we look at");
	}
}

/* All have the same name, which has no end in its first 255 bytes, or ends there and begins like a name that discovery
 * looks for. */
UNIT_TEST(as_many_properties_as_there_is_room_for)
{
	for (uint32_t ends = 0; ends < 2; ends++) {
		begin_tree();
		fill("", ROOM);
		end(1);
		memset(blob + STRINGS, 'c', ends ? DEVICETREE_TEXT_MAX : STRINGS_SIZE - 1);
		if (ends)
			memcpy(blob + STRINGS, "compatible", strlen("compatible"));
		discover();
		expect_limit(!ends, "a name that is too long");
	}
}

/* The properties are spread over as many nodes as fit, and discovery examines each as a device. */
UNIT_TEST(as_many_properties_in_many_nodes)
{
	begin_tree();
	for (uint32_t node = 1; node < DEVICETREE_NODES; node++) {
		begin("x");
		fill("registers-of-something-else", node * ((ROOM - STRUCTURE) / DEVICETREE_NODES) - 60);
		device_at(node << 16);
		end(1);
	}
	end(1);
	discover();
	unit_equal(platform.window_count, 0); /* the 8 bytes of `reg` are the address alone, without a size */
}

/* Buses in buses, each with many ranges, and many devices in the last. */
UNIT_TEST(ranges_in_ranges)
{
	begin_tree();
	begin_bus("");
	for (uint32_t bus = 0; bus < DEVICETREE_DEPTH - 2; bus++) {
		begin_bus("bus");
		property("ranges", 12 * DEVICETREE_RANGES);
		for (uint32_t i = 1; i < DEVICETREE_RANGES; i++)
			CELLS(0xf0000000, 0, 1);
		CELLS(0, 0, 0xe0000000);
	}
	for (uint32_t node = 1; node + DEVICETREE_DEPTH < DEVICETREE_NODES; node++) {
		begin("x");
		device_at(0x1000 * node);
		end(1);
	}
	end(DEVICETREE_DEPTH - 1);
	discover();
	unit_equal(platform.window_count, PLATFORM_WINDOWS);
	unit_equal(platform.windows[0].base, 0x1000);
}

/* A reservation of many ranges, behind many properties, on a bus of many ranges. */
UNIT_TEST(as_many_reservations)
{
	begin_tree();
	begin_bus("");
	begin_bus("reserved-memory");
	property("ranges", 0x40000 / 12 * 12);
	at += 0x40000 / 12 * 12;
	begin("x");
	fill("registers-of-something-else", ROOM / 2);
	property("reg", (ROOM - at) / 8 * 8);
	at += (ROOM - at) / 8 * 8;
	end(3);
	discover();
	expect_warning("device tree: x: ");
}

/* Each controller refers to the next one, and the last to none. */
UNIT_TEST(controllers_behind_controllers)
{
	begin_tree();
	begin_bus("");
	for (uint32_t node = 1; node < DEVICETREE_NODES; node++) {
		begin("x");
		device_at(node << 16);
		PROPERTY_CELLS("phandle", node);
		PROPERTY_CELLS("interrupt-parent", node + 1);
		PROPERTY_CELLS("interrupts", 1);
		end(1);
	}
	end(1);
	discover();
	expect_warning("device tree: x: its interrupt has no parent");
}

/* One value has many strings, none of which is the one that discovery looks for. */
UNIT_TEST(as_many_strings)
{
	begin_tree();
	property("compatible", ROOM - at - 12);
	for (; at < ROOM; at += 4)
		memcpy(blob + at, "arm", 4);
	end(1);
	discover();
	expect_limit(false, "");
}
