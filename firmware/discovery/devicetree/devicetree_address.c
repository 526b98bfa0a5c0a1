// SPDX-License-Identifier: BSD-2-Clause
/* `reg` and `ranges`: Devicetree Specification, sections 2.3.6 and 2.3.8. */
#include "firmware/discovery/devicetree/devicetree.h"

#define CELL	  4u
#define CELLS_MAX 2u

static const char too_many[] = "more ranges than we look at";

/* Translates an address on the bus `node` to its parent's. Returns what is wrong, or NULL. */
static const char *translate(const struct devicetree *tree, uint16_t node, struct platform_region *region)
{
	const struct devicetree_node *const bus = &tree->nodes[node];
	const uint32_t here = bus->address_cells, there = tree->nodes[bus->parent].address_cells;
	const uint32_t entry = here + there + bus->size_cells;

	if (!bus->bus)
		return "it is on a bus without ranges";
	if (!bus->ranges.size)
		return NULL; /* an empty `ranges`: the same addresses */
	if (here > CELLS_MAX || there > CELLS_MAX || bus->size_cells > CELLS_MAX || !here || !there)
		return "it is on a bus whose addresses we cannot read";
	for (uint32_t at = 0; (at + entry) * CELL <= bus->ranges.size; at += entry) {
		if (at == DEVICETREE_RANGES * entry)
			return too_many;
		const uint64_t child = devicetree_cells(&bus->ranges, at, here);
		const uint64_t parent = devicetree_cells(&bus->ranges, at + here, there);
		const uint64_t size = devicetree_cells(&bus->ranges, at + here + there, bus->size_cells);
		const uint64_t into = region->base - child;

		if (region->base < child || into >= size || region->size > size - into)
			continue;
		if (into > UINT64_MAX - parent)
			return "its address wraps around";
		region->base = parent + into;
		return NULL;
	}
	return "no range of its bus holds it";
}

bool devicetree_region(const struct devicetree *tree, uint16_t node, uint32_t index, struct platform_region *region,
		       const char **wrong)
{
	uint16_t bus = tree->nodes[node].parent;
	struct devicetree_value reg;
	uint32_t address_cells, entry;

	*wrong = NULL;
	if (bus == DEVICETREE_NONE || !devicetree_property(tree, node, "reg", &reg))
		return false;
	address_cells = tree->nodes[bus].address_cells;
	entry = address_cells + tree->nodes[bus].size_cells;
	if (address_cells > CELLS_MAX || !address_cells || entry > 2 * CELLS_MAX || entry == address_cells) {
		*wrong = "its address is of a form that we cannot read";
		return false;
	}
	if (index >= reg.size / CELL / entry)
		return false;
	if (index >= DEVICETREE_RANGES) {
		*wrong = too_many;
		return false;
	}
	region->base = devicetree_cells(&reg, index * entry, address_cells);
	region->size = devicetree_cells(&reg, index * entry + address_cells, entry - address_cells);
	for (; bus != DEVICETREE_ROOT && !*wrong; bus = tree->nodes[bus].parent)
		*wrong = translate(tree, bus, region);
	if (!*wrong && region->size > UINT64_MAX - region->base)
		*wrong = "it wraps around the address space";
	return !*wrong;
}
