// SPDX-License-Identifier: BSD-2-Clause
/* How discovery reaches memory and registers. */
#include "firmware/discovery/platform.h"

static const struct memory_access *memory;

void platform_reach(const struct memory_access *new_memory)
{
	memory = new_memory;
}

const void *platform_physical(uint64_t address, uint64_t size)
{
	return memory->physical(address, size);
}

bool platform_read32(uint64_t address, uint32_t *value)
{
	return memory->read32(address, value);
}
