// SPDX-License-Identifier: BSD-2-Clause
/*
 * Finds the virtio-mmio devices and the power-off value in a DSDT or SSDT.
 *
 * We walk the bytecode and do not search it: only its structure tells a device from bytes that look like one, and which
 * resources belong to which device. We do not execute it: the walk reads definitions, and skips methods and conditional
 * blocks by their package length. That suffices for generated tables. Between definitions there may be something else,
 * above all an expression, whose length is unknown unless one executes it. There the walk searches for the opcode of
 * the next device and continues with it. At the end, it compares the devices that it found with the mentions of the
 * device id, and warns if it found fewer. So no device is lost without a warning.
 *
 * The work is bounded by length times depth: each step moves forward, a term that fails is read again for no more than
 * the length of a string, blocks nest at most AML_DEPTH_MAX deep, each block lies inside its parent, and the terms of a
 * device are read twice, the second time for the blocks inside it.
 */
#include "firmware/lib/string.h"
#include "firmware/discovery/acpi/acpi.h"
#include "firmware/discovery/acpi/aml.h"

enum {
	AML_DEPTH_MAX = 16,

	/* Section 20.2.5 of the ACPI specification */
	OP_ALIAS = 0x06,
	OP_NAME = 0x08,
	OP_SCOPE = 0x10,
	OP_METHOD = 0x14,
	OP_EXTERNAL = 0x15,
	OP_EXTENDED = 0x5b, /* the next byte is one of EXT_ */
	OP_CREATE_DWORD_FIELD = 0x8a,
	OP_CREATE_WORD_FIELD = 0x8b,
	OP_CREATE_BYTE_FIELD = 0x8c,
	OP_CREATE_BIT_FIELD = 0x8d,
	OP_CREATE_QWORD_FIELD = 0x8f,
	OP_IF = 0xa0,
	OP_ELSE = 0xa1,
	OP_WHILE = 0xa2,
	OP_NOOP = 0xa3,
	OP_RETURN = 0xa4,
	EXT_MUTEX = 0x01,
	EXT_EVENT = 0x02,
	EXT_CREATE_FIELD = 0x13,
	EXT_REGION = 0x80,
	EXT_FIELD = 0x81,
	EXT_DEVICE = 0x82,
	EXT_PROCESSOR = 0x83,
	EXT_POWER_RESOURCE = 0x84,
	EXT_THERMAL_ZONE = 0x85,
	EXT_INDEX_FIELD = 0x86,
	EXT_BANK_FIELD = 0x87,
	EXT_DATA_REGION = 0x88,

	/* Section 6.3.7: if a device has neither bit, operating systems ignore the devices below it. */
	STA_PRESENT = 1 << 0,
	STA_FUNCTIONING = 1 << 3,
};

/* The id of virtio-mmio devices, which Linux introduced. */
static const char virtio_hid[] = "LNRO0005";

struct walk {
	struct platform *platform;
	const struct acpi_table *table;
	uint32_t found; /* virtio-mmio devices */
	bool lost;	/* we met something that we do not understand, and have warned of it */
};

/* The block whose terms are read. */
struct block {
	struct device *device; /* NULL: not the block of a device */
	bool collects;	       /* reads the device's own definitions, and leaves the blocks inside it for later */
	bool root;	       /* the root of the namespace */
	bool hidden;	       /* below a device that is not present */
	bool unsure;	       /* below a device that may not be present */
	uint32_t depth;
};

/* What the block of a device defines. */
struct device {
	struct aml_name name;
	bool virtio, has_resources;
	bool unsure; /* _STA is computed */
	uint64_t status;
	struct aml_value resources;
};

static void walk_block(struct walk *walk, struct aml_stream stream, const struct block *block);

static bool is_name(const struct aml_name *name, const char *segment)
{
	return !memcmp(name->segment, segment, sizeof(name->segment));
}

static bool is_virtio_id(const struct aml_value *value)
{
	return value->kind == AML_STRING && value->length == sizeof(virtio_hid) - 1 &&
	       !memcmp(value->bytes, virtio_hid, sizeof(virtio_hid) - 1);
}

static struct aml_stream elements_of(const struct aml_value *package)
{
	return (struct aml_stream){ .at = package->bytes, .end = package->bytes + package->length };
}

/* A _HID is one id; a _CID is one id or a package of them. */
static bool has_virtio_id(const struct aml_value *value)
{
	struct aml_stream elements;
	struct aml_value element;

	if (value->kind != AML_PACKAGE)
		return is_virtio_id(value);
	elements = elements_of(value);
	while (aml_value(&elements, &element))
		if (is_virtio_id(&element))
			return true;
	return false;
}

static bool first_element(const struct aml_value *package, struct aml_value *element)
{
	struct aml_stream elements;

	if (package->kind != AML_PACKAGE || !package->length)
		return false;
	elements = elements_of(package);
	return aml_value(&elements, element);
}

/* The first element of the _S5_ package is SLP_TYP for PM1a_CNT and for the sleep control register: section 7.4.2. */
static void power_off_value(struct walk *walk, const struct aml_value *package)
{
	struct aml_value type;

	if (!first_element(package, &type) || type.kind != AML_INTEGER || type.integer > UINT8_MAX) {
		acpi_warn(walk->platform, walk->table,
			  "_S5_ is not a package that begins with a small integer; ignored");
		return;
	}
	walk->platform->poweroff.s5 = (uint8_t)type.integer;
	walk->platform->poweroff.has_s5 = true;
}

static void device_definition(struct device *device, const struct aml_name *name, const struct aml_value *value)
{
	if (is_name(name, "_HID") || is_name(name, "_CID")) {
		device->virtio |= has_virtio_id(value);
	} else if (is_name(name, "_CRS")) {
		device->has_resources = true;
		device->resources = *value;
	} else if (is_name(name, "_STA")) {
		device->unsure = value->kind != AML_INTEGER;
		if (!device->unsure)
			device->status = value->integer;
	}
}

/* A definition with a constant value: by Name, or by a method that returns the value. */
static void definition(struct walk *walk, const struct block *block, const struct aml_name *name,
		       const struct aml_value *value)
{
	const bool here = name->path == AML_HERE;

	if (block->collects && here)
		device_definition(block->device, name, value);
	else if (!block->collects && is_name(name, "_S5_") && (name->path == AML_ROOT || (here && block->root)))
		power_off_value(walk, value);
	else if (!block->collects && is_name(name, "_STA") && !(here && block->device))
		acpi_warn(walk->platform, walk->table, "a _STA outside of its device is not read");
}

/* Skips a method, unless it only returns a constant. */
static bool method(struct walk *walk, struct aml_stream *stream, const struct block *block)
{
	struct aml_stream inside;
	struct aml_name name;
	struct aml_value value = { .kind = AML_REFERENCE };
	uint8_t flags, first;

	if (!aml_package(stream, &inside) || !aml_name(&inside, &name) || !aml_byte(&inside, &flags))
		return false;
	if (aml_byte(&inside, &first) && first == OP_RETURN && !aml_value(&inside, &value))
		value.kind = AML_REFERENCE;
	definition(walk, block, &name, &value);
	return true;
}

static void finish_device(struct walk *walk, const struct device *device, const struct block *block)
{
	const struct acpi_table *table = walk->table;
	const char *name = device->name.segment;
	struct mmio_window window;

	if (!device->virtio)
		return;
	walk->found++;
	if (block->unsure)
		acpi_warn(walk->platform, table, "%s: _STA is computed; taken for present", name);
	if (block->hidden)
		acpi_warn(walk->platform, table, "%s: below a device that is not present; ignored", name);
	else if (!(device->status & STA_PRESENT))
		acpi_warn(walk->platform, table, "%s: _STA says that it is not present; ignored", name);
	else if (!device->has_resources)
		acpi_warn(walk->platform, table, "%s: no _CRS; ignored", name);
	else if (device->resources.kind != AML_BUFFER)
		acpi_warn(walk->platform, table, "%s: _CRS is not a constant buffer; ignored", name);
	else if (acpi_read_resources(walk->platform, table, name, device->resources.bytes, device->resources.length,
				     &window))
		platform_add_window(walk->platform, &window);
}

static bool device_block(struct walk *walk, struct aml_stream *stream, const struct block *around)
{
	struct device device = { .status = UINT64_MAX };
	struct block block = { .device = &device, .collects = true, .depth = around->depth + 1 };
	struct aml_stream inside;

	if (!aml_package(stream, &inside) || !aml_name(&inside, &device.name))
		return false;
	if (around->collects)
		return true;
	walk_block(walk, inside, &block);
	block.collects = false;
	block.hidden = around->hidden && device.name.path == AML_HERE;
	block.unsure = around->unsure || device.unsure;
	finish_device(walk, &device, &block);
	block.hidden |= !(device.status & (STA_PRESENT | STA_FUNCTIONING));
	walk_block(walk, inside, &block);
	return true;
}

static bool scope_block(struct walk *walk, struct aml_stream *stream, const struct block *around)
{
	struct block block = { .depth = around->depth + 1 };
	struct aml_stream inside;
	struct aml_name name;

	if (!aml_package(stream, &inside) || !aml_name(&inside, &name))
		return false;
	if (around->collects)
		return true;
	block.root = name.path == AML_ROOT && !name.segment[0];
	block.hidden = around->hidden && name.path == AML_HERE;
	walk_block(walk, inside, &block);
	return true;
}

static bool skip_values(struct aml_stream *stream, uint32_t count)
{
	struct aml_value value;

	while (count--)
		if (!aml_value(stream, &value))
			return false;
	return true;
}

static bool extended_term(struct walk *walk, struct aml_stream *stream, const struct block *block)
{
	struct aml_stream inside;
	struct aml_name name;
	uint8_t opcode;

	if (!aml_byte(stream, &opcode))
		return false;
	switch (opcode) {
	case EXT_DEVICE:
		return device_block(walk, stream, block);
	case EXT_FIELD:
	case EXT_INDEX_FIELD:
	case EXT_BANK_FIELD:
	case EXT_PROCESSOR:
	case EXT_POWER_RESOURCE:
	case EXT_THERMAL_ZONE:
		return aml_package(stream, &inside);
	case EXT_REGION: /* name, space, offset, length */
		return aml_name(stream, &name) && aml_skip(stream, 1) && skip_values(stream, 2);
	case EXT_DATA_REGION: /* name, signature, OEM id, OEM table id */
		return aml_name(stream, &name) && skip_values(stream, 3);
	case EXT_CREATE_FIELD: /* buffer, bit, bits, name */
		return skip_values(stream, 3) && aml_name(stream, &name);
	case EXT_MUTEX: /* name, flags */
		return aml_name(stream, &name) && aml_skip(stream, 1);
	case EXT_EVENT:
		return aml_name(stream, &name);
	default:
		return false;
	}
}

/* Reads one term. Returns false, with the stream anywhere, if the term is unknown or does not fit. */
static bool term(struct walk *walk, struct aml_stream *stream, const struct block *block)
{
	struct aml_stream inside;
	struct aml_name name;
	struct aml_value value;
	uint8_t opcode;

	if (!aml_byte(stream, &opcode))
		return false;
	switch (opcode) {
	case OP_EXTENDED:
		return extended_term(walk, stream, block);
	case OP_SCOPE:
		return scope_block(walk, stream, block);
	case OP_NAME:
		if (!aml_name(stream, &name) || !aml_value(stream, &value))
			return false;
		definition(walk, block, &name, &value);
		return true;
	case OP_METHOD:
		return method(walk, stream, block);
	case OP_IF:
	case OP_ELSE:
	case OP_WHILE:
		return aml_package(stream, &inside);
	case OP_ALIAS:
		return aml_name(stream, &name) && aml_name(stream, &name);
	case OP_EXTERNAL: /* name, type, count of arguments */
		return aml_name(stream, &name) && aml_skip(stream, 2);
	case OP_CREATE_BIT_FIELD:
	case OP_CREATE_BYTE_FIELD:
	case OP_CREATE_WORD_FIELD:
	case OP_CREATE_DWORD_FIELD:
	case OP_CREATE_QWORD_FIELD: /* buffer, index, name */
		return skip_values(stream, 2) && aml_name(stream, &name);
	case OP_NOOP:
		return true;
	default:
		return false;
	}
}

/* Moves to the next bytes that look like the head of a device. */
static bool find_device(struct aml_stream *stream)
{
	for (; stream->end - stream->at >= 2; stream->at++) {
		struct aml_stream head = { .at = stream->at + 2, .end = stream->end }, inside;
		struct aml_name name;

		if (stream->at[0] == OP_EXTENDED && stream->at[1] == EXT_DEVICE && aml_package(&head, &inside) &&
		    aml_name(&inside, &name) && name.segment[0])
			return true;
	}
	return false;
}

static void walk_block(struct walk *walk, struct aml_stream stream, const struct block *block)
{
	if (block->depth > AML_DEPTH_MAX) {
		if (!block->collects)
			acpi_warn(walk->platform, walk->table, "blocks are nested more than %u deep; not followed",
				  AML_DEPTH_MAX);
		return;
	}
	while (stream.at < stream.end) {
		struct aml_stream start = stream;

		if (term(walk, &stream, block))
			continue;
		if (!walk->lost)
			acpi_warn(walk->platform, walk->table,
				  "AML at 0x%x (0x%02x) is not understood; going on at the next device",
				  (unsigned)(start.at - walk->table->bytes), *start.at);
		walk->lost = true;
		stream.at = start.at + 1;
		if (!find_device(&stream))
			return;
	}
}

static uint32_t count_mentions(const struct acpi_table *table)
{
	uint32_t count = 0;

	for (uint32_t at = ACPI_TABLE_HEADER; at + sizeof(virtio_hid) <= table->length; at++)
		count += !memcmp(table->bytes + at, virtio_hid, sizeof(virtio_hid));
	return count;
}

void acpi_read_aml(struct platform *platform, const struct acpi_table *table)
{
	struct walk walk = { .platform = platform, .table = table };
	const struct block root = { .root = true };
	struct aml_stream all = { .at = table->bytes + ACPI_TABLE_HEADER, .end = table->bytes + table->length };
	uint32_t mentions = count_mentions(table);

	walk_block(&walk, all, &root);
	if (mentions > walk.found)
		acpi_warn(platform, table, "%s is mentioned %u times, and %u devices were found", virtio_hid, mentions,
			  walk.found);
}
