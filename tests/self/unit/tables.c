// SPDX-License-Identifier: BSD-2-Clause
#include "tests/self/unit/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/self/unit/machine.h"

enum {
	FADT_DSDT = 40,
	FADT_X_DSDT = 140,
	RSDP_CHECKSUM = 8,
	RSDP_REVISION = 15,
	RSDP_SIZE_1 = 20,
	RSDP_EXTENDED_CHECKSUM = 32,
};

static void stop(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

static void store(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void change(uint8_t *bytes, const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		store(bytes + changes[i].at, changes[i].value, changes[i].size);
}

static void put(struct table *table, uint64_t value, size_t size)
{
	uint8_t bytes[sizeof(value)];

	store(bytes, value, size);
	table_put(table, bytes, size);
}

void table_begin(struct table *table, const char *signature)
{
	memset(table, 0, sizeof(*table));
	memcpy(table->bytes, signature, 4);
	memcpy(table->bytes + 8, "\2\0TESTERTOUCHSTN\1\0\0\0TEST\1\0\0\0", TABLE_HEADER - 8);
	table->length = TABLE_HEADER;
}

void table_put(struct table *table, const void *bytes, size_t size)
{
	if (size > TABLE_MAX - table->length)
		stop("table too long");
	memcpy(table->bytes + table->length, bytes, size);
	table->length += (uint32_t)size;
}

void table_put8(struct table *table, uint8_t value)
{
	put(table, value, sizeof(value));
}

void table_put16(struct table *table, uint16_t value)
{
	put(table, value, sizeof(value));
}

void table_set32(struct table *table, uint32_t offset, uint32_t value)
{
	store(table->bytes + offset, value, sizeof(value));
}

void table_set64(struct table *table, uint32_t offset, uint64_t value)
{
	store(table->bytes + offset, value, sizeof(value));
}

void table_checksum(uint8_t *bytes, uint32_t size, uint32_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

void table_finish(struct table *table)
{
	table_set32(table, TABLE_LENGTH, table->length);
	table_checksum(table->bytes, table->length, TABLE_CHECKSUM);
}

uint8_t *table_place(struct table *table, uint64_t address)
{
	table_finish(table);
	return machine_place(address, table->bytes, table->length);
}

uint8_t *place_table(uint64_t address, const char *signature, const void *body, size_t size)
{
	struct table table;

	table_begin(&table, signature);
	if (size)
		table_put(&table, body, size);
	return table_place(&table, address);
}

void table_load(struct table *table, const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(2);
	}
	memset(table, 0, sizeof(*table));
	table->length = (uint32_t)fread(table->bytes, 1, TABLE_MAX, file);
	if (table->length < TABLE_HEADER || table->length == TABLE_MAX)
		stop("not a table, or too long");
	fclose(file);
}

uint8_t *place_root(uint64_t address, uint32_t width, const uint64_t *entries, uint32_t count)
{
	struct table root;

	table_begin(&root, width == sizeof(uint64_t) ? "XSDT" : "RSDT");
	for (uint32_t i = 0; i < count; i++)
		put(&root, entries[i], width);
	return table_place(&root, address);
}

uint8_t *place_fadt(uint64_t address, uint64_t dsdt)
{
	struct table fadt;

	table_begin(&fadt, "FACP");
	fadt.length = FADT_SIZE;
	if (dsdt <= UINT32_MAX)
		table_set32(&fadt, FADT_DSDT, (uint32_t)dsdt);
	table_set64(&fadt, FADT_X_DSDT, dsdt);
	return table_place(&fadt, address);
}

void place_acpi(uint64_t more, const void *dsdt, size_t size)
{
	machine_reset();
	place_rsdp(AT_RSDP, 2, 0, AT_ROOT);
	place_root(AT_ROOT, sizeof(uint64_t), (uint64_t[]){ AT_FADT, more }, more ? 2 : 1);
	place_fadt(AT_FADT, AT_DSDT);
	place_table(AT_DSDT, "DSDT", dsdt, size);
}

void make_rsdp(uint8_t *rsdp, uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	memset(rsdp, 0, RSDP_SIZE);
	memcpy(rsdp, "RSD PTR \0TESTER", RSDP_REVISION);
	rsdp[RSDP_REVISION] = revision;
	store(rsdp + 16, rsdt, sizeof(rsdt));
	store(rsdp + 20, RSDP_SIZE, sizeof(uint32_t));
	store(rsdp + 24, xsdt, sizeof(xsdt));
	table_checksum(rsdp, RSDP_SIZE_1, RSDP_CHECKSUM);
	table_checksum(rsdp, RSDP_SIZE, RSDP_EXTENDED_CHECKSUM);
}

uint8_t *place_rsdp(uint64_t address, uint8_t revision, uint32_t rsdt, uint64_t xsdt)
{
	uint8_t rsdp[RSDP_SIZE];

	make_rsdp(rsdp, revision, rsdt, xsdt);
	return machine_place(address, rsdp, revision < 2 ? RSDP_SIZE_1 : RSDP_SIZE);
}
