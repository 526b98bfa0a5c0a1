/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside discovery/ only: a flattened device tree (Devicetree Specification, release 0.4), read where it lies. Whatever
 * the blob says, no byte outside it is read, and the work is bounded by its size times a constant: nothing of it that
 * can be long is looked through once for each of something else that there can be many of.
 */
#ifndef FIRMWARE_DISCOVERY_DEVICETREE_H
#define FIRMWARE_DISCOVERY_DEVICETREE_H

#include "firmware/discovery/platform.h"

enum {
	DEVICETREE_NODES = 2048,
	DEVICETREE_DEPTH = 32,	   /* nodes in nodes, the root counted */
	DEVICETREE_TEXT_MAX = 255, /* length of a name; section 2.2.1 allows 31, without unit address */
	DEVICETREE_RANGES = 128,   /* entries of one `reg` or `ranges` that are looked at */
	DEVICETREE_PARENTS = 32,   /* steps from an interrupt to its controller */
	DEVICETREE_ROOT = 0,
	DEVICETREE_NONE = UINT16_MAX, /* no such node */
	DEVICETREE_NAME_MAX = 40,     /* how much of a name a warning shows */
};

/* A property's value. Cells are big-endian and need not be aligned. */
struct devicetree_value {
	const uint8_t *bytes;
	uint32_t size;
};

struct devicetree_node {
	const char *name;    /* terminated; "serial@9000000" */
	uint32_t properties; /* offset of the first one */
	uint16_t parent;     /* DEVICETREE_NONE: this is the root */

	/* Properties that others ask for. Values of no size: the property is not there. */
	uint8_t address_cells, size_cells; /* of the children's addresses; 0xff: more than we can read */
	bool enabled;			   /* its own status and those of its ancestors say "okay" or nothing */
	bool bus;			   /* has ranges, perhaps empty */
	uint32_t phandle, interrupt_parent, interrupt_cells; /* 0: not said */
	struct devicetree_value ranges, compatible;
	uint8_t irqchip; /* index + 1 into platform.irqchips */
};

struct devicetree {
	struct platform *platform; /* whose warnings */
	uint64_t address, size;
	const uint8_t *structure, *strings, *reservations;
	uint32_t structure_size, strings_size, reservations_size;
	struct devicetree_node nodes[DEVICETREE_NODES]; /* parents before their children */
	uint16_t node_count;
};

/* False, with a warning, if there is no tree. A structure that breaks off is a warning: what comes before counts. */
bool devicetree_open(struct devicetree *tree, struct platform *platform, uint64_t address);

/* The next property of a node, from *offset on, which begins at node->properties. False at the last one. */
bool devicetree_next_property(const struct devicetree *tree, uint32_t *offset, const char **name,
			      struct devicetree_value *value);

/* A property by its name; if there is none, false and a value of no size. */
bool devicetree_property(const struct devicetree *tree, uint16_t node, const char *name,
			 struct devicetree_value *value);

/* A property of one or two cells; false if there is none, or of another size. */
bool devicetree_number(const struct devicetree *tree, uint16_t node, const char *name, uint64_t *number);

/* The index-th cell, 0 behind the end. */
uint32_t devicetree_cell(const struct devicetree_value *value, uint32_t index);

/* A number of so many cells (at most 2) from the index-th on. */
uint64_t devicetree_cells(const struct devicetree_value *value, uint32_t index, uint32_t cells);

/* The string that begins at *offset, which is moved behind it. NULL at the end, or if it is not terminated. */
const char *devicetree_string(const struct devicetree_value *value, uint32_t *offset);

/* Is one of the strings of the property that text? */
bool devicetree_lists(const struct devicetree *tree, uint16_t node, const char *property, const char *text);
bool devicetree_compatible(const struct devicetree *tree, uint16_t node, const char *text);

/* By path, the name's part before '@' being enough; the first `length` bytes of it count. */
uint16_t devicetree_at(const struct devicetree *tree, const char *path, size_t length);
uint16_t devicetree_of_phandle(const struct devicetree *tree, uint32_t phandle);

/* Adds a warning about a node. */
void devicetree_warn(const struct devicetree *tree, uint16_t node, const char *what);

/*
 * devicetree_address.c: the index-th range of `reg`, where the CPU sees it. False if there is none; if it is there and
 * cannot be translated, *wrong says why.
 */
bool devicetree_region(const struct devicetree *tree, uint16_t node, uint32_t index, struct platform_region *region,
		       const char **wrong);

/* devicetree_interrupts.c: finds the controllers and whom they serve. The CPUs have been read. */
void devicetree_find_controllers(struct devicetree *tree, const uint16_t *cpu_nodes);

/* The index-th interrupt of a node. False if there is none; if it is there and leads nowhere, *wrong says why. */
bool devicetree_interrupt(const struct devicetree *tree, uint16_t node, uint32_t index, struct irq_source *source,
			  const char **wrong);

#endif
