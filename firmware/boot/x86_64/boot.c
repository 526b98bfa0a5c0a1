// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/boot/x86_64/boot.h"

#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/paging.h"

#define FIRST_PAGE_END 0x1000ull
#define LOW_END	       0x100000000ull /* memory below is always mapped */

/* tests/guest/main.c */
_Noreturn void firmware_main(const struct boot_info *boot);

void boot_add_memory(struct boot_info *boot, uint64_t base, uint64_t size)
{
	const uint32_t room = sizeof(boot->memory) / sizeof(boot->memory[0]);

	if (size == 0 || base + size < base)
		return;
	if (boot->memory_count < room) {
		boot->memory[boot->memory_count].base = base;
		boot->memory[boot->memory_count].size = size;
	}
	boot->memory_count++;
}

bool boot_reach(uint64_t address, uint64_t size)
{
	if (address == 0 || address + size < address)
		return false;
	return address + size <= LOW_END || machine_map(address, size, false);
}

/* QEMU's option ROM for PVH on pc and q35 keeps the command line around the end of the first page, which is unmapped
 * soon. */
static void rescue_cmdline(struct boot_info *boot)
{
	static char copy[PLATFORM_CMDLINE_MAX];
	const char *const from = (const char *)boot->cmdline;

	if (boot->cmdline == 0 || boot->cmdline >= FIRST_PAGE_END)
		return;
	for (uint32_t i = 0; i < sizeof(copy) - 1 && from[i]; i++)
		copy[i] = from[i];
	boot->cmdline = (uintptr_t)copy;
}

void boot_finish(struct boot_info *boot)
{
	boot->pc = true;
	rescue_cmdline(boot);
	paging_drop_first_page();
	firmware_main(boot);
}
