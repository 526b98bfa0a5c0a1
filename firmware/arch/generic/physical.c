// SPDX-License-Identifier: BSD-2-Clause
/* Physical memory as discovery reads it: identity mapped, where the port can map it. */
#include "firmware/arch/machine.h"

enum {
	PAGE_SIZE = 0x1000,
	FIRST_PAGE_END = 0x1000
}; /* ports leave the first page unmapped, so that a null pointer traps */

/* A firmware table may point anywhere, and a read where there is no memory may trap. So probe each page first. */
static bool is_there(uint64_t address, uint64_t end)
{
	uint32_t value;

	for (address &= ~(PAGE_SIZE - 1ull); address < end; address += PAGE_SIZE)
		if (!machine_probe_read32(address, &value))
			return false;
	return true;
}

static const void *physical(uint64_t address, uint64_t size)
{
	if (address < FIRST_PAGE_END || !size || size > UINTPTR_MAX - address)
		return NULL;
	return machine_map(address, size, false) && is_there(address, address + size) ? (const void *)(uintptr_t)address
										      : NULL;
}

static bool read32(uint64_t address, uint32_t *value)
{
	return machine_map(address, sizeof(*value), true) && machine_probe_read32(address, value);
}

const struct memory_access machine_memory = { .physical = physical, .read32 = read32 };
