/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private to discovery/: a flattened device tree (Devicetree Specification, release 0.4), read in place. Whatever the
 * blob contains, we read no byte outside it, and the work is linear in its size: nothing that may be long is searched
 * once for each of something that may be many.
 */
#ifndef FIRMWARE_DISCOVERY_DEVICETREE_H
#define FIRMWARE_DISCOVERY_DEVICETREE_H

#include "firmware/discovery/platform.h"

enum {
	DEVICETREE_NODES = 2048,
	DEVICETREE_DEPTH = 32,	   /* nesting of nodes, including the root */
	DEVICETREE_TEXT_MAX = 255, /* length of a name; section 2.2.1 allows 31, without unit address */
	DEVICETREE_RANGES = 128,   /* how many entries of a `reg` or `ranges` we read */
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

	/* Properties that are needed often. A value of size 0: the property does not exist. */
	uint8_t address_cells, size_cells; /* of the children's addresses; 0xff: more than we can read */
	bool enabled;			   /* "status" is "okay" or missing, here and in all ancestors */
	bool bus;			   /* has "ranges", perhaps empty */
	uint32_t phandle, interrupt_parent, interrupt_cells; /* 0: not given */
	struct devicetree_value ranges, compatible;
	uint8_t irqchip; /* index + 1 into platform.irqchips; 0: none */
};

struct devicetree {
	struct platform *platform; /* gets the warnings */
	uint64_t address, size;
	const uint8_t *structure, *strings, *reservations;
	uint32_t structure_size, strings_size, reservations_size;
	struct devicetree_node nodes[DEVICETREE_NODES]; /* parents before their children */
	uint16_t node_count;
};

/* Returns false, with a warning, if there is no tree. If the structure breaks off, warns and keeps what comes
 * before. */
bool devicetree_open(struct devicetree *tree, struct platform *platform, uint64_t address);

/* Reads the next property of a node and advances *offset, which begins at node->properties. Returns false behind the
 * last one. */
bool devicetree_next_property(const struct devicetree *tree, uint32_t *offset, const char **name,
			      struct devicetree_value *value);

/* Reads a property by its name. If there is none, returns false and a value of size 0. */
bool devicetree_property(const struct devicetree *tree, uint16_t node, const char *name,
			 struct devicetree_value *value);

/* Reads a property of one or two cells. Returns false if there is none, or it has another size. */
bool devicetree_number(const struct devicetree *tree, uint16_t node, const char *name, uint64_t *number);

/* Returns the cell at `index`; 0 behind the end. */
uint32_t devicetree_cell(const struct devicetree_value *value, uint32_t index);

/* Returns a number of `cells` cells (at most 2) from `index` on. */
uint64_t devicetree_cells(const struct devicetree_value *value, uint32_t index, uint32_t cells);

/* Returns the string at *offset and moves *offset behind it. Returns NULL at the end, or if the string is not
 * terminated. */
const char *devicetree_string(const struct devicetree_value *value, uint32_t *offset);

/* Does the property, a list of strings, contain that text? */
bool devicetree_lists(const struct devicetree *tree, uint16_t node, const char *property, const char *text);
bool devicetree_compatible(const struct devicetree *tree, uint16_t node, const char *text);

/* Find a node: by the first `length` bytes of a path, whose names may omit the '@' and the address; or by its
 * phandle. */
uint16_t devicetree_at(const struct devicetree *tree, const char *path, size_t length);
uint16_t devicetree_of_phandle(const struct devicetree *tree, uint32_t phandle);

/* Adds a warning about a node. */
void devicetree_warn(const struct devicetree *tree, uint16_t node, const char *what);

/*
 * devicetree_address.c: reads a range of `reg`, as the CPU sees it. Returns false if there is none at that index. If
 * there is one that cannot be translated, *wrong says why.
 */
bool devicetree_region(const struct devicetree *tree, uint16_t node, uint32_t index, struct platform_region *region,
		       const char **wrong);

/* devicetree_interrupts.c: finds the interrupt controllers and the CPUs that they interrupt. Runs after the CPUs
 * were read. */
void devicetree_find_controllers(struct devicetree *tree, const uint16_t *cpu_nodes);

/* Reads a node's interrupt. Returns false if there is none at that index. If there is one that leads nowhere, *wrong
 * says why. */
bool devicetree_interrupt(const struct devicetree *tree, uint16_t node, uint32_t index, struct irq_source *source,
			  const char **wrong);

#endif
