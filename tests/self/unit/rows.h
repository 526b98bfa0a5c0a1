/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests as tables: a row has the bytes that a reader reads, and what found() then returns. */
#ifndef TESTS_SELF_UNIT_ROWS_H
#define TESTS_SELF_UNIT_ROWS_H

#include "tests/self/unit/found.h"
#include "tests/self/unit/unit.h"

struct row {
	const char *name;
	const uint8_t *bytes;
	size_t size;
	const char *told;
};

/* The bytes of a row and their number. Integers in tables are little-endian. */
#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })
#define LE16(V)	   (uint8_t)(V), (uint8_t)((V) >> 8)
#define LE32(V)	   LE16(V), LE16((uint32_t)(V) >> 16)
#define LE64(V)	   LE32(V), LE32((uint64_t)(V) >> 32)
#define ZEROS4	   0, 0, 0, 0
#define ZEROS16	   ZEROS4, ZEROS4, ZEROS4, ZEROS4

static inline void expect_rows(const struct row *rows, size_t count, const char *(*read)(const uint8_t *, size_t))
{
	for (const struct row *row = rows; row < rows + count; row++) {
		unit_row(row->name);
		unit_text(read(row->bytes, row->size), row->told);
	}
	unit_row(NULL);
}

#endif
