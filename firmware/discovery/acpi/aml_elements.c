// SPDX-License-Identifier: BSD-2-Clause
/* Package lengths, names and constants of AML. Section numbers are of the ACPI specification. */
#include "firmware/lib/string.h"
#include "firmware/discovery/acpi/acpi.h"
#include "firmware/discovery/acpi/aml.h"

enum {
	/* Section 20.2.2: names */
	ROOT_CHAR = '\\',
	PARENT_CHAR = '^',
	NULL_NAME = 0x00,
	DUAL_NAME = 0x2e,
	MULTI_NAME = 0x2f,
	SEGMENT_SIZE = 4,

	/* Section 20.2.3: data */
	ZERO = 0x00,
	ONE = 0x01,
	BYTE = 0x0a,
	WORD = 0x0b,
	DWORD = 0x0c,
	STRING = 0x0d,
	QWORD = 0x0e,
	BUFFER = 0x11,
	PACKAGE = 0x12,
	VAR_PACKAGE = 0x13,
	ONES = 0xff,

	/* No release has a limit. Without one, a string that never ends would be read again for each device behind
	 * its start. */
	STRING_MAX = 1024,

	/* Section 20.2.4: package length */
	PACKAGE_COUNT_SHIFT = 6, /* the number of bytes that follow the first */
	PACKAGE_SHORT_MASK = 0x3f,
	PACKAGE_LONG_MASK = 0x0f,
};

static uint32_t left(const struct aml_stream *stream)
{
	return (uint32_t)(stream->end - stream->at);
}

bool aml_byte(struct aml_stream *stream, uint8_t *byte)
{
	if (!left(stream))
		return false;
	*byte = *stream->at++;
	return true;
}

bool aml_skip(struct aml_stream *stream, uint32_t bytes)
{
	if (bytes > left(stream))
		return false;
	stream->at += bytes;
	return true;
}

bool aml_package(struct aml_stream *stream, struct aml_stream *inside)
{
	const uint8_t *start = stream->at;
	uint8_t lead, next;
	uint32_t length, follow;

	if (!aml_byte(stream, &lead))
		return false;
	follow = lead >> PACKAGE_COUNT_SHIFT;
	length = follow ? lead & PACKAGE_LONG_MASK : lead & PACKAGE_SHORT_MASK;
	for (uint32_t i = 0; i < follow; i++) {
		if (!aml_byte(stream, &next))
			return false;
		length |= (uint32_t)next << (4 + 8 * i);
	}
	/* The length includes its own bytes. */
	if (length < 1 + follow || length > (uint32_t)(stream->end - start))
		return false;
	*inside = (struct aml_stream){ .at = stream->at, .end = start + length };
	stream->at = inside->end;
	return true;
}

static bool is_name_lead(uint8_t byte)
{
	return (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static bool segment(struct aml_stream *stream, struct aml_name *name)
{
	if (left(stream) < SEGMENT_SIZE || !is_name_lead(stream->at[0]))
		return false;
	for (uint32_t i = 1; i < SEGMENT_SIZE; i++)
		if (!is_name_lead(stream->at[i]) && !(stream->at[i] >= '0' && stream->at[i] <= '9'))
			return false;
	memcpy(name->segment, stream->at, SEGMENT_SIZE);
	name->segment[SEGMENT_SIZE] = 0;
	return aml_skip(stream, SEGMENT_SIZE);
}

bool aml_name(struct aml_stream *stream, struct aml_name *name)
{
	uint8_t count = 1;

	name->segment[0] = 0;
	name->path = AML_HERE;
	while (left(stream) && (*stream->at == ROOT_CHAR || *stream->at == PARENT_CHAR))
		name->path = *stream->at++ == ROOT_CHAR ? AML_ROOT : AML_ELSEWHERE;
	if (!left(stream))
		return false;
	switch (*stream->at) {
	case NULL_NAME:
		return aml_skip(stream, 1);
	case DUAL_NAME:
		count = 2;
		stream->at++;
		break;
	case MULTI_NAME:
		stream->at++;
		if (!aml_byte(stream, &count) || !count)
			return false;
		break;
	}
	if (count > 1)
		name->path = AML_ELSEWHERE;
	while (count--)
		if (!segment(stream, name))
			return false;
	return true;
}

static bool constant(struct aml_stream *stream, uint32_t bytes, struct aml_value *value)
{
	const uint8_t *at = stream->at;

	if (!aml_skip(stream, bytes))
		return false;
	value->kind = AML_INTEGER;
	value->integer = 0;
	for (uint32_t i = 0; i < bytes; i++)
		value->integer |= (uint64_t)at[i] << (8 * i);
	return true;
}

static bool integer(struct aml_value *value, uint64_t number)
{
	value->kind = AML_INTEGER;
	value->integer = number;
	return true;
}

static bool string(struct aml_stream *stream, struct aml_value *value)
{
	uint8_t byte;

	value->kind = AML_STRING;
	value->bytes = stream->at;
	for (value->length = 0; value->length <= STRING_MAX && aml_byte(stream, &byte); value->length++)
		if (!byte)
			return true;
	return false;
}

/*
 * The size may be larger than the number of initial bytes; then zeros follow. If the size is smaller, all interpreters
 * take all initial bytes. The size may also be an expression; then we cannot know where the bytes begin.
 */
static bool buffer(struct aml_stream *stream, struct aml_value *value)
{
	struct aml_stream inside;
	uint8_t opcode;
	bool sized;

	if (!aml_package(stream, &inside) || inside.at == inside.end)
		return false;
	opcode = *inside.at;
	/* The size of a buffer could be a buffer in turn: reject that, as it would be unbounded recursion. */
	if (opcode != ZERO && opcode != ONE && opcode != BYTE && opcode != WORD && opcode != DWORD && opcode != QWORD)
		return false;
	sized = aml_value(&inside, value);
	value->kind = AML_BUFFER;
	value->bytes = inside.at;
	value->length = left(&inside);
	return sized;
}

static bool package(struct aml_stream *stream, struct aml_value *value)
{
	struct aml_stream inside;
	uint8_t count;

	if (!aml_package(stream, &inside) || !aml_byte(&inside, &count))
		return false;
	value->kind = AML_PACKAGE;
	value->integer = count;
	value->bytes = inside.at;
	value->length = left(&inside);
	return true;
}

bool aml_value(struct aml_stream *stream, struct aml_value *value)
{
	struct aml_stream start = *stream;
	struct aml_name name;
	struct aml_stream inside;
	uint8_t opcode;

	*value = (struct aml_value){ .kind = AML_REFERENCE };
	if (!aml_byte(stream, &opcode))
		return false;
	switch (opcode) {
	case ZERO:
		return integer(value, 0);
	case ONE:
		return integer(value, 1);
	case ONES:
		return integer(value, UINT64_MAX);
	case BYTE:
		return constant(stream, 1, value);
	case WORD:
		return constant(stream, 2, value);
	case DWORD:
		return constant(stream, 4, value);
	case QWORD:
		return constant(stream, 8, value);
	case STRING:
		return string(stream, value);
	case BUFFER:
		return buffer(stream, value);
	case PACKAGE:
		return package(stream, value);
	case VAR_PACKAGE: /* its size is computed; nothing that we look for is a VarPackage */
		return aml_package(stream, &inside);
	default:
		*stream = start;
		return aml_name(stream, &name);
	}
}
