// SPDX-License-Identifier: BSD-2-Clause
/* The image in an EFI application: unpacked to memory that the firmware gives, and entered as the flat one enters it.
 */
#include "firmware/boot/aarch64/handover.h"
#include "firmware/boot/aarch64/packed/payload.h"
#include "firmware/boot/efi/efi_boot.h"

_Static_assert(sizeof(struct handover) <= EFI_BOOT_SCRATCH, "what is handed over lies in the scratch memory");

/* Firmware cuts memory into many pieces, and the image has no room for all of them. */
#define WORTH_TELLING 0x100000u

/* entry.S: to EL1, with [start, end) mapped and no more of the firmware's, and to the image with `handover` in x0. */
_Noreturn void efi_enter(const struct handover *handover, uintptr_t entry, uintptr_t start, uintptr_t end);

static uintptr_t image, image_end, entry;

const char *efi_boot_load(EFI_BOOT_SERVICES *services)
{
	EFI_PHYSICAL_ADDRESS address;
	const UINTN size = payload.memory + IMAGE_ALIGNMENT;

	if (services->AllocatePages(AllocateAnyPages, EfiLoaderCode, EFI_SIZE_TO_PAGES(size), &address) != EFI_SUCCESS)
		return "no memory for the image";
	image = (address + IMAGE_ALIGNMENT - 1) & ~(uintptr_t)(IMAGE_ALIGNMENT - 1);
	image_end = image + payload.memory;
	entry = unpack((uint8_t *)image);
	return entry ? NULL : "damaged image";
}

void efi_boot_enter(const struct efi_boot *boot, void *scratch)
{
	struct handover *const handover = scratch;

	handover->magic = HANDOVER_MAGIC;
	handover->devicetree = boot->devicetree;
	handover->rsdp = boot->rsdp;
	handover->cmdline = (uintptr_t)boot->cmdline;
	handover->memory_count = 0;
	for (uint32_t i = 0; i < boot->memory_count && handover->memory_count < HANDOVER_MEMORY_MAX; i++) {
		if (boot->memory[i].size < WORTH_TELLING)
			continue;
		handover->memory[handover->memory_count].base = boot->memory[i].base;
		handover->memory[handover->memory_count++].size = boot->memory[i].size;
	}
	efi_enter(handover, entry, image, image_end);
}
