// SPDX-License-Identifier: BSD-2-Clause
/*
 * A flattened device tree. Our reader must read it as libfdt does, if libfdt accepts it.
 *
 * Input: flags, then the blob; or its parts, for which the harness makes a right header: u16 size and bytes of the
 * reservation block, u16 size and bytes of the strings, and the rest as the structure.
 */
#include "tests/self/fuzz/fuzz.h"

#include <libfdt.h>
#include <string.h>

#include "firmware/discovery/devicetree/devicetree.h"
#include "tests/self/fuzz/platform_holds.h"
#include "tests/self/unit/machine.h"

enum {
	BLOB = 0x87e00000,
	BLOB_MAX = 1 << 16,
	HEADER = 40,
	RAW = 1, /* flag: the input is the blob itself */
	DEPTH_MAX = DEVICETREE_NODES,
	OLDEST = 16,	     /* the oldest version that we read */
	WORK_MAX = 64 << 20, /* bytes that discovery may request */
};

static struct platform platform, scratch;
static struct devicetree tree;
static uint8_t blob[BLOB_MAX] __attribute__((aligned(8)));

static size_t put_cell(size_t at, size_t value)
{
	const uint32_t big_endian = cpu_to_fdt32((uint32_t)value);

	memcpy(blob + at, &big_endian, sizeof(big_endian));
	return at + sizeof(big_endian);
}

static size_t put_bytes(size_t at, struct input *input, size_t size, size_t *got)
{
	const uint8_t *const bytes = input_bytes(input, size, got);

	if (*got > BLOB_MAX / 4)
		*got = BLOB_MAX / 4;
	memcpy(blob + at, bytes, *got);
	return (at + *got + 7) & ~(size_t)7;
}

static size_t compose(struct input *input)
{
	size_t reservations_size, strings_size, structure_size, at;
	const size_t strings = put_bytes(HEADER, input, input_u16(input), &reservations_size);
	const size_t structure = put_bytes(strings, input, input_u16(input), &strings_size);
	const size_t total = put_bytes(structure, input, input_left(input), &structure_size);

	at = put_cell(0, FDT_MAGIC);
	at = put_cell(at, total);
	at = put_cell(at, structure);
	at = put_cell(at, strings);
	at = put_cell(at, HEADER);
	at = put_cell(at, 17);
	at = put_cell(at, OLDEST);
	at = put_cell(at, 0);
	at = put_cell(at, strings_size);
	put_cell(at, structure_size);
	return total;
}

static void same_properties(const struct devicetree *mine, uint16_t node, int offset)
{
	uint32_t at = mine->nodes[node].properties;
	struct devicetree_value value;
	const char *name, *their_name;
	int property, size;

	fdt_for_each_property_offset(property, blob, offset)
	{
		const void *const theirs = fdt_getprop_by_offset(blob, property, &their_name, &size);

		holds(theirs && devicetree_next_property(mine, &at, &name, &value));
		holds(!strcmp(name, their_name) && value.size == (uint32_t)size);
		holds(!memcmp(value.bytes, theirs, value.size));
		devicetree_property(mine, node, name, &value); /* finds the first of two with this name */
		holds(value.bytes - mine->structure ==
		      (const uint8_t *)fdt_getprop(blob, offset, their_name, NULL) - (blob + fdt_off_dt_struct(blob)));
	}
	holds(!devicetree_next_property(mine, &at, &name, &value));
}

static void same_cells(int theirs, uint8_t mine)
{
	holds(theirs >= 0 && theirs <= 2 ? mine == theirs
					 : mine > 2 || !mine); /* libfdt takes #address-cells of 0 for an error */
}

static void same_lists(const struct devicetree *mine, uint16_t node, int offset)
{
	struct devicetree_value value;

	/* libfdt accepts an unterminated last string if a zero happens to follow it. */
	if (devicetree_property(mine, node, "compatible", &value) && value.size && !value.bytes[value.size - 1])
		holds(devicetree_compatible(mine, node, "virtio,mmio") ==
		      !fdt_node_check_compatible(blob, offset, "virtio,mmio"));
}

static void same_tree(const struct devicetree *mine)
{
	static const char *const paths[] = {
		"/", "/chosen", "/cpus", "/soc/serial@10000000", "/a/b", "/reserved-memory"
	};
	static uint16_t parents[DEPTH_MAX + 2];
	static int offsets[DEVICETREE_NODES];
	int depth = -1;
	uint16_t node = 0;

	for (int offset = fdt_next_node(blob, -1, &depth); offset >= 0 && depth >= 0;
	     offset = fdt_next_node(blob, offset, &depth), node++) {
		holds(node < mine->node_count);
		offsets[node] = offset;
		holds(!strcmp(mine->nodes[node].name, fdt_get_name(blob, offset, NULL)));
		holds(mine->nodes[node].parent == (depth ? parents[depth - 1] : DEVICETREE_NONE));
		parents[depth] = node;
		same_properties(mine, node, offset);
		same_cells(fdt_address_cells(blob, offset), mine->nodes[node].address_cells);
		same_cells(fdt_size_cells(blob, offset), mine->nodes[node].size_cells);
		holds(mine->nodes[node].phandle == fdt_get_phandle(blob, offset));
		same_lists(mine, node, offset);
	}
	holds(node == mine->node_count);
	for (node = 0; node < mine->node_count; node++) {
		const uint32_t phandle = mine->nodes[node].phandle;

		if (phandle && phandle != UINT32_MAX)
			holds(offsets[devicetree_of_phandle(mine, phandle)] ==
			      fdt_node_offset_by_phandle(blob, phandle));
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const int theirs = fdt_path_offset(blob, paths[i]);

		node = devicetree_at(mine, paths[i], strlen(paths[i]));
		holds(theirs < 0 ? node == DEVICETREE_NONE : node != DEVICETREE_NONE && offsets[node] == theirs);
	}
}

/* No reserved memory may count as RAM. */
static void memory_is_free(void)
{
	uint64_t base, size;

	for (int i = 0; i < fdt_num_mem_rsv(blob); i++) {
		fdt_get_mem_rsv(blob, i, &base, &size);
		for (uint32_t j = 0; j < platform.memory_count; j++)
			holds(!size || base + size < base || base + size <= platform.memory[j].base ||
			      platform.memory[j].base + platform.memory[j].size <= base);
	}
}

/* Does the tree have what libfdt accepts and we do not: a name of more than 255 bytes, or nodes nested more than 32
 * deep? */
static bool is_beyond_limits(void)
{
	return scratch.warning_count && (strstr(scratch.warnings[0], ": a name that is too long; ") ||
					 strstr(scratch.warnings[0], ": nodes too deep in each other; "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	const struct boot_info boot = { .protocol = "fuzz", .fdt = BLOB };
	size_t length;

	if (input_u8(&input) & RAW) {
		length = input_left(&input) < BLOB_MAX ? input_left(&input) : BLOB_MAX;
		memcpy(blob, input.at, length);
	} else {
		memset(blob, 0, sizeof(blob));
		length = compose(&input);
	}
	machine_reset();
	machine_place(BLOB, blob, length);
	platform_discover(&platform, &boot, &made_up_memory);
	platform_holds(&platform);
	holds(machine_bytes_read() <= WORK_MAX);
	if (length >= HEADER && !fdt_check_full(blob, length) && fdt_version(blob) >= OLDEST) {
		memset(&scratch, 0, sizeof(scratch));
		const bool opened = devicetree_open(&tree, &scratch, BLOB);

		if (!is_beyond_limits()) {
			/* A tree may have no root. */
			holds(opened == (fdt_next_node(blob, -1, NULL) >= 0));
			holds(scratch.warning_count == !tree.node_count);
			same_tree(&tree);
		}
		memory_is_free();
	}
	machine_reset();
	return 0;
}
