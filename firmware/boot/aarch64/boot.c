// SPDX-License-Identifier: BSD-2-Clause
/* Linux's boot protocol for arm64 (Documentation/arch/arm64/booting.rst): a device tree and nothing else. */
#include "firmware/arch/machine.h"
#include "firmware/platform/platform.h"

#define GIB 0x40000000ull

/* A device tree's first word, big-endian. */
#define FDT_MAGIC 0xedfe0dd0u

extern char __image_start[];

/* firmware/main.c */
_Noreturn void firmware_main(const struct boot_info *boot);

/* Called by entry.S on our stack, with .bss zeroed. */
_Noreturn void boot_arm64(uint64_t fdt);

static bool is_fdt(uint64_t address)
{
	uint32_t magic;

	return machine_map(address, sizeof(magic), false) && machine_probe_read32(address, &magic) &&
	       magic == FDT_MAGIC;
}

/* QEMU and others, loading what they take for firmware, put the tree where RAM begins and tell nobody. */
_Noreturn void boot_arm64(uint64_t fdt)
{
	static struct boot_info boot;
	const uint64_t ram = (uintptr_t)__image_start & ~(GIB - 1);

	machine_early_init();
	boot.protocol = "arm64";
	if (fdt)
		boot.fdt = fdt;
	else if (is_fdt(ram))
		boot.fdt = ram;
	firmware_main(&boot);
}
