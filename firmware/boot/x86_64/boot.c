// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/boot/x86_64/boot.h"

#include "firmware/arch/machine.h"

#define FIRST_PAGE_END 0x1000ull /* our page tables leave the first page out, see paging.c */
#define LOW_END 0x100000000ull   /* always mapped below */

void boot_add_memory(struct boot_info *boot, uint64_t base, uint64_t size)
{
	const uint32_t room = sizeof(boot->memory) / sizeof(boot->memory[0]);

	if (size == 0 || base + size < base || boot->memory_count == room)
		return;
	boot->memory[boot->memory_count].base = base;
	boot->memory[boot->memory_count].size = size;
	boot->memory_count++;
}

bool boot_reach(uint64_t address, uint64_t size)
{
	if (address < FIRST_PAGE_END || address + size < address)
		return false;
	return address + size <= LOW_END || machine_map(address, size, false);
}

uint64_t boot_string(uint64_t address)
{
	return boot_reach(address, PLATFORM_CMDLINE_MAX) ? address : 0;
}
