// SPDX-License-Identifier: BSD-2-Clause
#include "tests/self/unit/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/discovery/platform.h"

enum { REGIONS = 64, REGISTERS = 64 };

struct copy {
	struct copy *next;
	void *bytes;
};

static struct region {
	uint64_t address;
	size_t size;
	uint8_t *bytes;
} regions[REGIONS];
static size_t region_count;

static struct reg {
	uint64_t address;
	uint32_t value;
} registers[REGISTERS];
static size_t register_count;

static struct copy *copies;
static unsigned register_reads;
static uint64_t bytes_read;

static void *allocate(size_t size)
{
	void *bytes = malloc(size);

	if (!bytes) {
		fputs("out of memory\n", stderr);
		exit(2);
	}
	return bytes;
}

void machine_reset(void)
{
	while (copies) {
		struct copy *next = copies->next;

		free(copies->bytes);
		free(copies);
		copies = next;
	}
	while (region_count)
		free(regions[--region_count].bytes);
	register_count = 0;
	register_reads = 0;
	bytes_read = 0;
	platform_reach(&made_up_memory);
}

uint8_t *machine_place(uint64_t address, const void *bytes, size_t size)
{
	struct region *region = &regions[region_count++];

	if (region_count > REGIONS) {
		fputs("too many regions\n", stderr);
		exit(2);
	}
	*region = (struct region){ .address = address, .size = size, .bytes = allocate(size) };
	memcpy(region->bytes, bytes, size);
	return region->bytes;
}

void machine_place_register(uint64_t address, uint32_t value)
{
	if (register_count == REGISTERS) {
		fputs("too many registers\n", stderr);
		exit(2);
	}
	registers[register_count++] = (struct reg){ .address = address, .value = value };
}

unsigned machine_register_reads(void)
{
	return register_reads;
}

uint64_t machine_bytes_read(void)
{
	return bytes_read;
}

static const void *physical(uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < region_count; i++) {
		const struct region *region = &regions[i];
		struct copy *copy;

		if (!size || address < region->address || address - region->address > region->size ||
		    size > region->size - (address - region->address))
			continue;
		copy = allocate(sizeof(*copy));
		*copy = (struct copy){ .next = copies, .bytes = allocate(size) };
		memcpy(copy->bytes, region->bytes + (address - region->address), size);
		copies = copy;
		bytes_read += size;
		return copy->bytes;
	}
	return NULL;
}

static bool read32(uint64_t address, uint32_t *value)
{
	register_reads++;
	for (size_t i = 0; i < register_count; i++)
		if (registers[i].address == address) {
			*value = registers[i].value;
			return true;
		}
	return false;
}

const struct memory_access made_up_memory = { .physical = physical, .read32 = read32 };
