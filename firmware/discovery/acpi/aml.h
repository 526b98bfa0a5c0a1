/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to discovery/: the elements of ACPI's bytecode, each read within bounds. ACPI section 20.2. */
#ifndef FIRMWARE_DISCOVERY_AML_H
#define FIRMWARE_DISCOVERY_AML_H

#include <stdbool.h>
#include <stdint.h>

/* What remains to be read. */
struct aml_stream {
	const uint8_t *at, *end;
};

/* The last segment of a name, terminated, and where the name points. */
struct aml_name {
	char segment[5];
	enum aml_path {
		AML_HERE,      /* a single segment */
		AML_ROOT,      /* a single segment behind the root, or the root itself */
		AML_ELSEWHERE, /* several segments, or a parent */
	} path;
};

enum aml_kind {
	AML_INTEGER,
	AML_STRING,    /* bytes[0..length), without the NUL */
	AML_BUFFER,    /* bytes[0..length): the initialized ones */
	AML_PACKAGE,   /* bytes[0..length): its elements */
	AML_REFERENCE, /* the name of something else */
};

struct aml_value {
	enum aml_kind kind;
	uint64_t integer;
	const uint8_t *bytes;
	uint32_t length;
};

/*
 * Each of these functions reads one element and moves the stream behind it. It returns false, with the stream anywhere,
 * if the element does not fit or is something else. aml_package() reads a PkgLength: `inside` is what it covers, and
 * the stream goes on behind that.
 */
bool aml_byte(struct aml_stream *stream, uint8_t *byte);
bool aml_skip(struct aml_stream *stream, uint32_t bytes);
bool aml_package(struct aml_stream *stream, struct aml_stream *inside);
bool aml_name(struct aml_stream *stream, struct aml_name *name);
bool aml_value(struct aml_stream *stream, struct aml_value *value);

#endif
