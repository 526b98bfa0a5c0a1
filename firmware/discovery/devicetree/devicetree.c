// SPDX-License-Identifier: BSD-2-Clause
/* The blob: header, structure, properties. */
#include "firmware/discovery/devicetree/devicetree.h"

#include "firmware/lib/string.h"

/* clang-format off */
#define HEADER_SIZE      40u
#define   HEADER_MAGIC          0 /* cells of the header */
#define     MAGIC 0xd00dfeedu
#define   HEADER_TOTAL_SIZE     1
#define   HEADER_STRUCTURE      2
#define   HEADER_STRINGS        3
#define   HEADER_RESERVATIONS   4
#define   HEADER_VERSION        5
#define     VERSION_OLDEST 16u /* the first with names without their path, and values not aligned to 8 */
#define     VERSION_SIZED  17u /* the first that gives the structure's size */
#define   HEADER_COMPATIBLE     6
#define   HEADER_STRINGS_SIZE   8
#define   HEADER_STRUCTURE_SIZE 9

#define TOKEN_BEGIN_NODE 1u
#define TOKEN_END_NODE   2u
#define TOKEN_PROPERTY   3u
#define TOKEN_NOP        4u
#define TOKEN_END        9u
/* clang-format on */

#define CELL		      4u
#define SIZE_MAX_BLOB	      (2u << 20) /* Linux has the same limit */
#define CELLS_MAX	      2u
#define CELLS_TOO_MANY	      0xffu
#define DEFAULT_ADDRESS_CELLS 2u /* Devicetree Specification, section 2.3.5 */
#define DEFAULT_SIZE_CELLS    1u

static uint32_t load(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

uint32_t devicetree_cell(const struct devicetree_value *value, uint32_t index)
{
	return index < value->size / CELL ? load(value->bytes + index * CELL) : 0;
}

uint64_t devicetree_cells(const struct devicetree_value *value, uint32_t index, uint32_t cells)
{
	uint64_t number = 0;

	for (uint32_t i = 0; i < cells; i++)
		number = number << 32 | devicetree_cell(value, index + i);
	return number;
}

const char *devicetree_string(const struct devicetree_value *value, uint32_t *offset)
{
	const uint32_t start = *offset;

	for (uint32_t at = start; at < value->size; at++)
		if (!value->bytes[at]) {
			*offset = at + 1;
			return (const char *)value->bytes + start;
		}
	return NULL;
}

static bool load_token(const struct devicetree *tree, uint32_t offset, uint32_t *token)
{
	if (offset > tree->structure_size || tree->structure_size - offset < CELL)
		return false;
	*token = load(tree->structure + offset);
	return true;
}

/* Offsets are below SIZE_MAX_BLOB, so this cannot wrap. */
static uint32_t align(uint32_t offset)
{
	return (offset + CELL - 1) & ~(CELL - 1);
}

/* Reads the property at a TOKEN_PROPERTY. devicetree_open() has cut the structure so that all names in it are
 * terminated. */
static bool read_property(const struct devicetree *tree, uint32_t *offset, const char **name,
			  struct devicetree_value *value)
{
	const uint32_t at = *offset + CELL;
	uint32_t size, name_at;

	if (!load_token(tree, at, &size) || !load_token(tree, at + CELL, &name_at) ||
	    size > tree->structure_size - (at + 2 * CELL) || name_at >= tree->strings_size)
		return false;
	*name = (const char *)tree->strings + name_at;
	*value = (struct devicetree_value){ tree->structure + at + 2 * CELL, size };
	*offset = align(at + 2 * CELL + size);
	return true;
}

/* Moves *offset over TOKEN_NOPs. Returns whether there is a property. */
static bool find_property(const struct devicetree *tree, uint32_t *offset)
{
	uint32_t token;

	while (load_token(tree, *offset, &token) && token == TOKEN_NOP)
		*offset += CELL;
	return load_token(tree, *offset, &token) && token == TOKEN_PROPERTY;
}

bool devicetree_next_property(const struct devicetree *tree, uint32_t *offset, const char **name,
			      struct devicetree_value *value)
{
	return find_property(tree, offset) && read_property(tree, offset, name, value);
}

bool devicetree_property(const struct devicetree *tree, uint16_t node, const char *name, struct devicetree_value *value)
{
	uint32_t offset = tree->nodes[node].properties;
	const char *found;

	while (devicetree_next_property(tree, &offset, &found, value))
		if (!strcmp(found, name))
			return true;
	*value = (struct devicetree_value){ NULL, 0 };
	return false;
}

static bool to_number(const struct devicetree_value *value, uint64_t *number)
{
	if (value->size != CELL && value->size != 2 * CELL)
		return false;
	*number = devicetree_cells(value, 0, value->size / CELL);
	return true;
}

bool devicetree_number(const struct devicetree *tree, uint16_t node, const char *name, uint64_t *number)
{
	struct devicetree_value value;

	return devicetree_property(tree, node, name, &value) && to_number(&value, number);
}

static bool lists(const struct devicetree_value *value, const char *text)
{
	uint32_t offset = 0;
	const char *string;

	while ((string = devicetree_string(value, &offset)) != NULL)
		if (!strcmp(string, text))
			return true;
	return false;
}

bool devicetree_lists(const struct devicetree *tree, uint16_t node, const char *property, const char *text)
{
	struct devicetree_value value;

	devicetree_property(tree, node, property, &value);
	return lists(&value, text);
}

bool devicetree_compatible(const struct devicetree *tree, uint16_t node, const char *text)
{
	return lists(&tree->nodes[node].compatible, text);
}

/* Does the name begin with these bytes, and either end there, or continue with an address that `wanted` omits? */
static bool is_name(const char *name, const char *wanted, size_t length)
{
	bool has_address = false;

	for (size_t i = 0; i < length; i++) {
		if (!name[i] || name[i] != wanted[i])
			return false;
		has_address |= wanted[i] == '@';
	}
	return !name[length] || (name[length] == '@' && !has_address);
}

static uint16_t child_of(const struct devicetree *tree, uint16_t parent, const char *name, size_t length)
{
	for (uint32_t node = parent + 1u; node < tree->node_count; node++)
		if (tree->nodes[node].parent == parent && is_name(tree->nodes[node].name, name, length))
			return (uint16_t)node;
	return DEVICETREE_NONE;
}

uint16_t devicetree_at(const struct devicetree *tree, const char *path, size_t length)
{
	const char *const end = path + length;
	uint16_t node = DEVICETREE_ROOT;

	if (!length || *path != '/')
		return DEVICETREE_NONE;
	while (path < end && node != DEVICETREE_NONE) {
		const char *name = path;

		while (path < end && *path != '/')
			path++;
		if (path > name)
			node = child_of(tree, node, name, (size_t)(path - name));
		else
			path++;
	}
	return node;
}

uint16_t devicetree_of_phandle(const struct devicetree *tree, uint32_t phandle)
{
	for (uint16_t node = 0; phandle && node < tree->node_count; node++)
		if (tree->nodes[node].phandle == phandle)
			return node;
	return DEVICETREE_NONE;
}

void devicetree_warn(const struct devicetree *tree, uint16_t node, const char *what)
{
	platform_warn(tree->platform, "device tree: %.*s: %s", DEVICETREE_NAME_MAX, tree->nodes[node].name, what);
}

static uint8_t cell_count(const struct devicetree_value *value)
{
	const uint32_t cells = devicetree_cell(value, 0);

	return value->size == CELL && cells <= CELLS_MAX ? (uint8_t)cells : CELLS_TOO_MANY;
}

static bool says_okay(const struct devicetree_value *value)
{
	uint32_t offset = 0;
	const char *const status = devicetree_string(value, &offset);

	return status && (!strcmp(status, "okay") || !strcmp(status, "ok"));
}

static uint32_t as_cell(const struct devicetree_value *value)
{
	return value->size == CELL ? devicetree_cell(value, 0) : 0;
}

/* Stores the properties that are needed often, in one pass. The first of several with the same name counts, as in
 * devicetree_property(). */
static void keep(struct devicetree_node *node, const char *name, const struct devicetree_value *value, uint32_t *seen)
{
	static const char *const names[] = {
		"#address-cells", "#size-cells",      "status",		  "ranges",	"phandle",
		"linux,phandle",  "interrupt-parent", "#interrupt-cells", "compatible",
	};
	enum { PHANDLE = 4, OLD_PHANDLE };
	uint32_t which = 0;

	while (which < sizeof(names) / sizeof(names[0]) && strcmp(name, names[which]))
		which++;
	if (*seen & 1u << which)
		return;
	*seen |= 1u << which;
	switch (which) {
	case 0:
		node->address_cells = cell_count(value);
		break;
	case 1:
		node->size_cells = cell_count(value);
		break;
	case 2:
		node->enabled &= says_okay(value);
		break;
	case 3:
		node->bus = true;
		node->ranges = *value;
		break;
	case PHANDLE:
		if (value->size == CELL) {
			node->phandle = devicetree_cell(value, 0);
			*seen |= 1u << OLD_PHANDLE;
		}
		break;
	case OLD_PHANDLE: /* counts if there is no "phandle" */
		node->phandle = as_cell(value);
		break;
	case 6:
		node->interrupt_parent = as_cell(value);
		break;
	case 7:
		node->interrupt_cells = as_cell(value);
		break;
	case 8:
		node->compatible = *value;
		break;
	}
}

/* Reads the terminated name at *offset of a block, and moves *offset behind it. Returns what is wrong, or NULL. */
static const char *read_name(const uint8_t *block, uint32_t size, uint32_t *offset, const char **name)
{
	const uint32_t start = *offset;

	*name = (const char *)block + start;
	while (*offset < size && *offset - start <= DEVICETREE_TEXT_MAX)
		if (!block[(*offset)++])
			return NULL;
	return *offset < size ? "a name that is too long" : "a name that does not end";
}

/* Checks a property that has not been read before. Moves *offset only if the property is complete. */
static const char *check_property(const struct devicetree *tree, uint32_t *offset, const char **name,
				  struct devicetree_value *value)
{
	uint32_t behind = *offset, name_at;
	const char *wrong;

	if (!read_property(tree, &behind, name, value))
		return "a property that does not end, or has no name";
	name_at = (uint32_t)((const uint8_t *)*name - tree->strings);
	wrong = read_name(tree->strings, tree->strings_size, &name_at, name);
	if (!wrong)
		*offset = behind;
	return wrong;
}

/* Adds a node; *offset is behind its name. Moves *offset behind the properties that are complete. */
static void add_node(struct devicetree *tree, const char *name, uint16_t parent, uint32_t *offset)
{
	struct devicetree_node *const node = &tree->nodes[tree->node_count++];
	struct devicetree_value value;
	const char *property;
	uint32_t seen = 0;

	*node = (struct devicetree_node){
		.name = name,
		.properties = *offset,
		.parent = parent,
		.address_cells = DEFAULT_ADDRESS_CELLS,
		.size_cells = DEFAULT_SIZE_CELLS,
		.enabled = parent == DEVICETREE_NONE || tree->nodes[parent].enabled,
	};
	while (find_property(tree, offset) && !check_property(tree, offset, &property, &value))
		keep(node, property, &value, &seen);
}

/* Enters the node at a TOKEN_BEGIN_NODE. Moves *offset behind its properties and sets *open to the node. */
static const char *begin_node(struct devicetree *tree, uint32_t *offset, uint16_t *open, uint32_t depth)
{
	uint32_t name_at = *offset + CELL;
	const char *name, *wrong = read_name(tree->structure, tree->structure_size, &name_at, &name);

	if (wrong)
		return wrong;
	if (*open == DEVICETREE_NONE && tree->node_count)
		return "a second root";
	if (tree->node_count == DEVICETREE_NODES)
		return "more nodes than we have room for";
	if (depth == DEVICETREE_DEPTH)
		return "nodes too deep in each other";
	*offset = align(name_at);
	add_node(tree, name, *open, offset);
	*open = tree->node_count - 1;
	return NULL;
}

/* Returns why the structure ends too early, or NULL if all of it was read. Moves *offset to its end in either case. */
static const char *read_structure(struct devicetree *tree, uint32_t *offset)
{
	uint16_t open = DEVICETREE_NONE; /* the node that we are in */
	uint32_t token, depth = 0;
	struct devicetree_value value;
	const char *name, *wrong = NULL;

	while (!wrong && load_token(tree, *offset, &token)) {
		switch (token) {
		case TOKEN_BEGIN_NODE:
			wrong = begin_node(tree, offset, &open, depth++);
			break;
		case TOKEN_END_NODE:
			if (open == DEVICETREE_NONE)
				return "the end of a node that never began";
			open = tree->nodes[open].parent;
			depth--;
			*offset += CELL;
			break;
		case TOKEN_PROPERTY: /* behind its node's children, where no property belongs, or incomplete */
			wrong = check_property(tree, offset, &name, &value);
			break;
		case TOKEN_NOP:
			*offset += CELL;
			break;
		case TOKEN_END:
			return open == DEVICETREE_NONE ? NULL : "a node that does not end";
		default:
			return "something that is no token";
		}
	}
	return wrong ? wrong : "no end";
}

/* Finds a block of the blob, which must lie inside. */
static bool find_block(const uint8_t *blob, uint32_t total, uint32_t at, uint32_t size, const uint8_t **block)
{
	if (at > total || size > total - at)
		return false;
	*block = blob + at;
	return true;
}

/* Returns why the blob is no device tree, or NULL. */
static const char *open_blob(struct devicetree *tree)
{
	struct devicetree_value header = { platform_physical(tree->address, HEADER_SIZE), HEADER_SIZE };
	uint32_t total, version, structure, strings, reservations;

	if (!header.bytes)
		return "unreadable";
	if (devicetree_cell(&header, HEADER_MAGIC) != MAGIC)
		return "the magic value is missing";
	total = devicetree_cell(&header, HEADER_TOTAL_SIZE);
	if (total < HEADER_SIZE || total > SIZE_MAX_BLOB)
		return "its size cannot be";
	header.bytes = platform_physical(tree->address, total);
	if (!header.bytes)
		return "unreadable";
	version = devicetree_cell(&header, HEADER_VERSION);
	if (version < VERSION_OLDEST || devicetree_cell(&header, HEADER_COMPATIBLE) > VERSION_SIZED)
		return "a version that we do not know";

	tree->size = total;
	structure = devicetree_cell(&header, HEADER_STRUCTURE);
	strings = devicetree_cell(&header, HEADER_STRINGS);
	reservations = devicetree_cell(&header, HEADER_RESERVATIONS);
	tree->structure_size = version >= VERSION_SIZED ? devicetree_cell(&header, HEADER_STRUCTURE_SIZE)
			       : structure < total	? total - structure
							: 0;
	tree->strings_size = devicetree_cell(&header, HEADER_STRINGS_SIZE);
	tree->reservations_size = reservations < total ? total - reservations : 0;
	if (structure % CELL || !find_block(header.bytes, total, structure, tree->structure_size, &tree->structure) ||
	    !find_block(header.bytes, total, strings, tree->strings_size, &tree->strings) ||
	    !find_block(header.bytes, total, reservations, tree->reservations_size, &tree->reservations))
		return "a block of it lies outside";
	return NULL;
}

bool devicetree_open(struct devicetree *tree, struct platform *platform, uint64_t address)
{
	const char *wrong;
	uint32_t end = 0;

	tree->platform = platform;
	tree->address = address;
	tree->node_count = 0;
	wrong = open_blob(tree);
	if (wrong) {
		platform_warn(platform, "device tree at 0x%llx: %s; ignored", (unsigned long long)address, wrong);
		return false;
	}
	wrong = read_structure(tree, &end);
	tree->structure_size = end < tree->structure_size ? end : tree->structure_size;
	if (!wrong && !tree->node_count)
		wrong = "it has no node";
	if (wrong)
		platform_warn(platform, "device tree at 0x%llx: %s; what follows is not read",
			      (unsigned long long)address, wrong);
	return tree->node_count != 0;
}
