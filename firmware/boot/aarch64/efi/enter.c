// SPDX-License-Identifier: BSD-2-Clause
/* The image inside an EFI application, which copies it to memory that the firmware allocates and enters it as any
 * loader does. */
#include <stdint.h>

#include "firmware/boot/aarch64/handover.h"
#include "firmware/boot/efi/efi_boot.h"

_Static_assert(sizeof(struct handover) <= EFI_BOOT_SCRATCH, "what is handed over lies in the scratch memory");

/* Firmware's memory map has more entries than struct handover has room for. Entries smaller than this are left out. */
#define WORTH_TELLING 0x100000u

/* firmware/boot/image.S: the file, which begins with the header of an arm64 Image. */
extern struct image {
	uint32_t code[2];
	uint64_t offset, memory_size;
} image;
extern uint8_t image_end[];

static void (*enter)(const struct handover *);

/* Writes the copy to memory, where a CPU with caches off reads it, and drops stale instructions from the instruction
 * cache. */
static void synchronize(uintptr_t start, uintptr_t size)
{
	uint64_t type, line;

	__asm__("mrs %0, ctr_el0" : "=r"(type));
	line = 4u << (type >> 16 & 0xf);
	for (uint64_t at = start & ~(line - 1); at < start + size; at += line)
		__asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
	__asm__ volatile("dsb sy\n\tic iallu\n\tdsb sy\n\tisb" ::: "memory");
}

const char *efi_boot_load(EFI_BOOT_SERVICES *services)
{
	EFI_PHYSICAL_ADDRESS address;
	const UINTN size = (uintptr_t)image_end - (uintptr_t)&image;

	if (services->AllocatePages(AllocateAnyPages, EfiLoaderCode, EFI_SIZE_TO_PAGES(image.memory_size), &address) !=
	    EFI_SUCCESS)
		return "no memory for the image";
	services->CopyMem((void *)address, &image, size);
	synchronize(address, size);
	enter = (void (*)(const struct handover *))address;
	return NULL;
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
	enter(handover);
	__builtin_unreachable();
}
