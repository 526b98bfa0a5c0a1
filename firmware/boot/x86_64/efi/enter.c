// SPDX-License-Identifier: BSD-2-Clause
/*
 * The image inside an EFI application, which copies it to the address that it is linked for, and enters it by the Linux
 * 64-bit boot protocol with the firmware's tables in struct boot_params.
 */
#include <stdint.h>

#include "firmware/boot/efi/efi_boot.h"

#define BOOT_PARAMS_SIZE 4096u

/* The fields of struct boot_params that linux64.c reads. */
#define PARAMS_RSDP	     0x070
#define PARAMS_CMDLINE_HIGH  0x0c8
#define PARAMS_EFI_SIGNATURE 0x1c0
#define PARAMS_E820_COUNT    0x1e8
#define PARAMS_HEADER_MAGIC  0x202
#define PARAMS_CMDLINE	     0x228
#define PARAMS_E820	     0x2d0

#define EFI_SIGNATURE 0x34364c45u /* "EL64" */
#define HEADER_MAGIC  0x53726448u /* "HdrS" */
#define E820_RAM      1u

struct __attribute__((packed)) e820_entry {
	uint64_t base, size;
	uint32_t type;
};

/* An address of the image (NAME.symbols) as a plain number, which does not move when firmware relocates the
 * application. */
#define NUMBER(SYMBOL)                                            \
	({                                                        \
		uint64_t number;                                  \
		__asm__("movl $" #SYMBOL ", %k0" : "=r"(number)); \
		number;                                           \
	})

_Static_assert(BOOT_PARAMS_SIZE <= EFI_BOOT_SCRATCH, "boot_params lie in the scratch memory");

/* firmware/boot/image.S */
extern uint8_t image[] __attribute__((visibility("hidden"))), image_end[] __attribute__((visibility("hidden")));

enum { STEP_PAGES = 16 };

/*
 * Allocates the memory that the image will use. It is allocated as code, because some firmware lets no other memory be
 * executed. The last part may be cut: OVMF keeps what lies from 8 MiB on (memory_for_devices() looks at the map).
 */
const char *efi_boot_load(EFI_BOOT_SERVICES *services)
{
	EFI_PHYSICAL_ADDRESS address = NUMBER(__image_start);
	const EFI_PHYSICAL_ADDRESS end = NUMBER(__image_end);
	const UINTN pages = EFI_SIZE_TO_PAGES(NUMBER(__arena_last) - address);

	if (services->AllocatePages(AllocateAddress, EfiLoaderCode, pages, &address) != EFI_SUCCESS)
		return "memory at 1 MiB is in use";
	for (EFI_PHYSICAL_ADDRESS next = NUMBER(__arena_last); next < end; next += STEP_PAGES * EFI_PAGE_SIZE)
		if (services->AllocatePages(AllocateAddress, EfiLoaderCode, STEP_PAGES, &next) != EFI_SUCCESS)
			break;
	services->CopyMem((void *)address, image, (UINTN)(image_end - image));
	return NULL;
}

static void put(uint8_t *params, uint32_t offset, uint32_t value)
{
	struct __attribute__((packed)) field {
		uint32_t value;
	} *const field = (struct field *)(params + offset);

	field->value = value;
}

void efi_boot_enter(const struct efi_boot *boot, void *scratch)
{
	uint8_t *const params = scratch;
	struct e820_entry *const map = (struct e820_entry *)(params + PARAMS_E820);

	for (uint32_t i = 0; i < BOOT_PARAMS_SIZE; i++)
		*(volatile uint8_t *)&params[i] = 0;
	put(params, PARAMS_RSDP, (uint32_t)boot->rsdp);
	put(params, PARAMS_RSDP + 4, (uint32_t)(boot->rsdp >> 32));
	put(params, PARAMS_CMDLINE, (uint32_t)(uintptr_t)boot->cmdline);
	put(params, PARAMS_CMDLINE_HIGH, (uint32_t)((uintptr_t)boot->cmdline >> 32));
	put(params, PARAMS_EFI_SIGNATURE, EFI_SIGNATURE);
	put(params, PARAMS_HEADER_MAGIC, HEADER_MAGIC);
	for (uint32_t i = 0; i < boot->memory_count; i++)
		map[i] = (struct e820_entry){ boot->memory[i].base, boot->memory[i].size, E820_RAM };
	params[PARAMS_E820_COUNT] = (uint8_t)boot->memory_count;
	__asm__ volatile("cli; jmp *%0" ::"r"(NUMBER(entry_linux64)), "S"(params) : "memory");
	__builtin_unreachable();
}
