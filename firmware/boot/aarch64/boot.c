// SPDX-License-Identifier: BSD-2-Clause
/*
 * The boot protocol of Linux for arm64 (Documentation/arch/arm64/booting.rst), which passes a device tree and nothing
 * else, and the one of our own EFI application.
 */
#include "firmware/arch/aarch64/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/boot/aarch64/handover.h"
#include "firmware/machine.h"

#define GIB 0x40000000ull

/* A device tree's first word, which is big-endian. */
#define FDT_MAGIC 0xedfe0dd0u

extern char __image_start[];

/* tests/guest/main.c */
_Noreturn void firmware_main(const struct boot_info *boot);

/* Called by entry.S on our stack, with .bss zeroed. `given` is a device tree, a struct handover, or 0; `secondary`
 * is where other CPUs start. */
_Noreturn void boot_arm64(uint64_t given, uintptr_t secondary);

/* Does the memory at `address` begin with `magic`? A loader that passes nothing may leave any value in x0. */
static bool begins_with(uint64_t address, uint32_t magic)
{
	uint32_t found;

	return machine_map(address, sizeof(found), false) && machine_probe_read32(address, &found) && found == magic;
}

static bool from_efi(struct boot_info *boot, uint64_t address)
{
	const struct handover *const handover = (const struct handover *)address;

	_Static_assert(sizeof(boot->memory) / sizeof(boot->memory[0]) == HANDOVER_MEMORY_MAX, "there is room for all");
	if (!begins_with(address, (uint32_t)HANDOVER_MAGIC) || !machine_map(address, sizeof(*handover), false) ||
	    handover->magic != HANDOVER_MAGIC)
		return false;
	boot->fdt = handover->devicetree;
	boot->rsdp = handover->rsdp;
	boot->cmdline = handover->cmdline;
	boot->memory_count = (uint32_t)handover->memory_count;
	for (uint32_t i = 0; i < HANDOVER_MEMORY_MAX && i < handover->memory_count; i++)
		boot->memory[i] = (struct boot_memory){ handover->memory[i].base, handover->memory[i].size };
	return true;
}

/* QEMU and other loaders that take us for firmware put the device tree at the start of RAM without passing its
 * address. */
_Noreturn void boot_arm64(uint64_t given, uintptr_t secondary)
{
	static struct boot_info boot;
	const uint64_t ram = (uintptr_t)__image_start & ~(GIB - 1);

	secondary_entry = secondary;
	machine_early_init();
	boot.protocol = "arm64";
	if (from_efi(&boot, given))
		boot.protocol = "efi";
	else if (begins_with(given, FDT_MAGIC))
		boot.fdt = given;
	else if (begins_with(ram, FDT_MAGIC))
		boot.fdt = ram;
	firmware_main(&boot);
}
