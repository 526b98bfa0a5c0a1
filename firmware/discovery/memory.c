// SPDX-License-Identifier: BSD-2-Clause
/* The loader's memory map, sorted and without overlaps. */
#include "firmware/discovery/platform.h"

static void insert_sorted(struct platform *platform, uint64_t base, uint64_t size)
{
	uint32_t at = platform->memory_count++;

	for (; at && platform->memory[at - 1].base > base; at--)
		platform->memory[at] = platform->memory[at - 1];
	platform->memory[at] = (struct platform_memory){ base, size };
}

/* Ranges that only touch are one range in two parts. Ranges that overlap are a mistake, but RAM all the same. */
static void merge(struct platform *platform)
{
	struct platform_memory *memory = platform->memory;
	uint32_t kept = 0;

	for (uint32_t i = 1; i < platform->memory_count; i++) {
		struct platform_memory *last = &memory[kept];
		uint64_t last_end = last->base + last->size;
		uint64_t end = memory[i].base + memory[i].size;

		if (memory[i].base > last_end) {
			memory[++kept] = memory[i];
			continue;
		}
		if (memory[i].base < last_end)
			platform_warn(platform, "memory: 0x%llx+0x%llx overlaps 0x%llx+0x%llx; merged",
				      (unsigned long long)memory[i].base, (unsigned long long)memory[i].size,
				      (unsigned long long)last->base, (unsigned long long)last->size);
		if (end > last_end)
			last->size = end - last->base;
	}
	if (platform->memory_count)
		platform->memory_count = kept + 1;
}

void platform_set_memory(struct platform *platform, const struct boot_info *boot)
{
	const uint32_t room = sizeof(boot->memory) / sizeof(boot->memory[0]);
	uint32_t count = boot->memory_count;

	_Static_assert(sizeof(boot->memory) / sizeof(boot->memory[0]) <= PLATFORM_MEMORY, "every range has a place");
	if (count > room) {
		platform_warn(platform, "memory: the loader counts %u ranges, %u are read", count, room);
		count = room;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint64_t base = boot->memory[i].base, size = boot->memory[i].size;

		if (!size) /* loaders pad their maps with empty entries */
			continue;
		if (size > UINT64_MAX - base)
			platform_warn(platform, "memory: 0x%llx+0x%llx wraps around the address space; ignored",
				      (unsigned long long)base, (unsigned long long)size);
		else
			insert_sorted(platform, base, size);
	}
	merge(platform);
}
