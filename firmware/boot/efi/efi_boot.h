/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI application: it carries the image as another boot protocol has it, gathers what the firmware knows, leaves
 * the boot services and enters the image. Here is what the architectures have in common, and what each brings.
 */
#ifndef FIRMWARE_BOOT_EFI_EFI_BOOT_H
#define FIRMWARE_BOOT_EFI_EFI_BOOT_H

#include <efi.h>

#define EFI_BOOT_CMDLINE_MAX 4096u
#define EFI_BOOT_MEMORY_MAX  64u
#define EFI_BOOT_SCRATCH     4096u

/*
 * What the firmware's tables say. In pages of its own that stay as they are after the boot services. Addresses are
 * physical, 0 = not given.
 */
struct efi_boot {
	UINT64 rsdp, devicetree;
	struct efi_boot_memory {
		UINT64 base,
			size; /* RAM that is free once the boot services are left, not touching, but in any order */
	} memory[EFI_BOOT_MEMORY_MAX];
	UINT32 memory_count;
	CHAR8 cmdline[EFI_BOOT_CMDLINE_MAX]; /* NUL-terminated */
};

/*
 * What an architecture brings. efi_boot_load() is called while the boot services are there; it puts the image where it
 * belongs, and returns what is wrong, NULL if nothing is. efi_boot_enter() comes after them; `scratch` is as much
 * memory as EFI_BOOT_SCRATCH says, and stays.
 */
const char *efi_boot_load(EFI_BOOT_SERVICES *services);
_Noreturn void efi_boot_enter(const struct efi_boot *boot, void *scratch);

#endif
