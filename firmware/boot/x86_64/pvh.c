// SPDX-License-Identifier: BSD-2-Clause
/* PVH: struct hvm_start_info, laid out as in Xen's public headers (xen/arch-x86/hvm/start_info.h). */
#include "firmware/boot/x86_64/boot.h"

#include "firmware/arch/machine.h"

#define START_INFO_MAGIC	  0x336ec578u
#define START_INFO_VERSION_MEMMAP 1u /* the first version with a memory map and the fields behind it */
#define MEMMAP_RAM		  1u
#define MEMMAP_ENTRIES_MAX	  512u

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, cmdline, rsdp;
	uint64_t memmap;
	uint32_t memmap_entries, reserved;
};

struct memmap_entry {
	uint64_t base, size;
	uint32_t type, reserved;
};

static void add_memmap(struct boot_info *boot, uint64_t address, uint32_t count)
{
	const struct memmap_entry *entries = (const struct memmap_entry *)address;

	if (count > MEMMAP_ENTRIES_MAX)
		count = MEMMAP_ENTRIES_MAX;
	if (!boot_reach(address, (uint64_t)count * sizeof(*entries)))
		return;
	for (uint32_t i = 0; i < count; i++)
		if (entries[i].type == MEMMAP_RAM)
			boot_add_memory(boot, entries[i].base, entries[i].size);
}

/* Called by entry_pvh on our stack, with .bss zeroed. */
_Noreturn void boot_pvh(const struct start_info *start);

_Noreturn void boot_pvh(const struct start_info *start)
{
	static struct boot_info boot;

	machine_early_init();
	boot.protocol = "pvh";
	if (boot_reach((uintptr_t)start, sizeof(*start)) && start->magic == START_INFO_MAGIC) {
		boot.cmdline = start->cmdline;
		boot.rsdp = start->rsdp;
		if (start->version >= START_INFO_VERSION_MEMMAP)
			add_memmap(&boot, start->memmap, start->memmap_entries);
	}
	boot_finish(&boot);
}
