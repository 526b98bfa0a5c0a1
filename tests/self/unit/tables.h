/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds ACPI tables, well-formed unless a test goes on to break them. */
#ifndef TESTS_SELF_UNIT_TABLES_H
#define TESTS_SELF_UNIT_TABLES_H

#include <stddef.h>
#include <stdint.h>

enum {
	TABLE_MAX = 16384,
	TABLE_LENGTH = 4,
	TABLE_CHECKSUM = 9,
	TABLE_HEADER = 36,
	RSDP_SIZE = 36,
	FADT_SIZE = 268, /* release 5 */
};

struct table {
	uint8_t bytes[TABLE_MAX];
	uint32_t length;
};

/* Where the tests put the tables. */
enum {
	AT_RSDP = 0xf31a0,
	AT_ROOT = 0x100000,
	AT_FADT = 0x102000,
	AT_MADT = 0x103000,
	AT_DSDT = 0x104000,
	AT_MORE = 0x10c000,
};

/* A change of a good table. CHANGES() gives an array of them and its length. */
struct change {
	uint32_t at, size; /* size 0: no change */
	uint64_t value;
};

#define CHANGES(...) \
	(const struct change[]){ __VA_ARGS__ }, sizeof((const struct change[]){ __VA_ARGS__ }) / sizeof(struct change)

void change(uint8_t *bytes, const struct change *changes, size_t count);

void table_begin(struct table *table, const char *signature);
void table_put(struct table *table, const void *bytes, size_t size);
void table_put8(struct table *table, uint8_t value);
void table_put16(struct table *table, uint16_t value);
void table_set32(struct table *table, uint32_t offset, uint32_t value);
void table_set64(struct table *table, uint32_t offset, uint64_t value);

/* Sets bytes[at] so that bytes[0..size) add up to 0. */
void table_checksum(uint8_t *bytes, uint32_t size, uint32_t at);

/* Sets length and checksum. table_place() then puts the table into the machine's memory, and returns its bytes there.
 */
void table_finish(struct table *table);
uint8_t *table_place(struct table *table, uint64_t address);

/* Places a table: a header, and then these bytes. Returns its bytes there. */
uint8_t *place_table(uint64_t address, const char *signature, const void *body, size_t size);

/* Reads a table that iasl compiled. */
void table_load(struct table *table, const char *path);

/* Whole tables, placed: an XSDT (width 8) or RSDT (width 4), a FADT with nothing but its DSDT, an RSDP. */
uint8_t *place_root(uint64_t address, uint32_t width, const uint64_t *entries, uint32_t count);
uint8_t *place_fadt(uint64_t address, uint64_t dsdt);
uint8_t *place_rsdp(uint64_t address, uint8_t revision, uint32_t rsdt, uint64_t xsdt);

/* Empties the machine and places RSDP, XSDT, FADT and this DSDT. The XSDT lists the FADT and `more` (0: nothing). */
void place_acpi(uint64_t more, const void *dsdt, size_t size);

/* The same as place_rsdp(), into the caller's memory. */
void make_rsdp(uint8_t *rsdp, uint8_t revision, uint32_t rsdt, uint64_t xsdt);

#endif
