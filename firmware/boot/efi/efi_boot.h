/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI application carries the image in the form of another boot protocol, collects what the firmware knows, leaves
 * the boot services and enters the image. This is the code that all architectures share, and what each of them
 * provides.
 */
#ifndef FIRMWARE_BOOT_EFI_EFI_BOOT_H
#define FIRMWARE_BOOT_EFI_EFI_BOOT_H

#include <efi.h>

#define EFI_BOOT_CMDLINE_MAX 4096u
#define EFI_BOOT_MEMORY_MAX  64u
#define EFI_BOOT_SCRATCH     4096u

/*
 * What the firmware's tables say, in memory that stays as it is after the boot services have ended. Addresses are
 * physical; 0 = not given.
 */
struct efi_boot {
	UINT64 rsdp, devicetree;
	struct efi_boot_memory {
		UINT64 base, size; /* RAM that is free after the boot services, in any order; entries do not touch */
	} memory[EFI_BOOT_MEMORY_MAX];
	UINT32 memory_count;
	CHAR8 cmdline[EFI_BOOT_CMDLINE_MAX]; /* NUL-terminated */
};

/*
 * What an architecture provides. efi_boot_load() runs while the boot services are there; it puts the image where it
 * belongs, and returns NULL or what went wrong. efi_boot_enter() runs after they have ended; `scratch` is
 * EFI_BOOT_SCRATCH bytes of memory that stay.
 */
const char *efi_boot_load(EFI_BOOT_SERVICES *services);
_Noreturn void efi_boot_enter(const struct efi_boot *boot, void *scratch);

#endif
