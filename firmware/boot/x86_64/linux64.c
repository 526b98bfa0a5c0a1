// SPDX-License-Identifier: BSD-2-Clause
/* The Linux 64-bit boot protocol: struct boot_params, the "zero page" (Documentation/arch/x86/zero-page.rst). */
#include "firmware/boot/x86_64/boot.h"

#include "firmware/arch/machine.h"

#define BOOT_PARAMS_SIZE 4096u
#define HEADER_MAGIC	 0x53726448u /* "HdrS" */
#define EFI_SIGNATURE	 0x34364c45u /* "EL64": the loader came from EFI */
#define E820_RAM	 1u
#define E820_MAX	 128u

/* The fields that we read, and gaps for the others. */
struct __attribute__((packed)) boot_params {
	uint8_t screen_info[0x070];
	uint64_t acpi_rsdp; /* 0x070, since protocol 2.14; 0 from older loaders */
	uint8_t gap_078[0x0c8 - 0x078];
	uint32_t cmdline_high; /* 0x0c8 */
	uint8_t gap_0cc[0x1c0 - 0x0cc];
	uint32_t efi_signature; /* 0x1c0 */
	uint8_t gap_1c4[0x1e8 - 0x1c4];
	uint8_t e820_count; /* 0x1e8 */
	uint8_t gap_1e9[0x202 - 0x1e9];
	uint32_t header_magic; /* 0x202 */
	uint8_t gap_206[0x228 - 0x206];
	uint32_t cmdline; /* 0x228 */
	uint8_t gap_22c[0x2d0 - 0x22c];
	struct __attribute__((packed)) e820_entry {
		uint64_t base, size;
		uint32_t type;
	} e820[E820_MAX]; /* 0x2d0 */
};

_Static_assert(__builtin_offsetof(struct boot_params, e820) == 0x2d0, "layout of boot_params");
_Static_assert(sizeof(struct boot_params) <= BOOT_PARAMS_SIZE, "size of boot_params");

/* Called by entry_linux64 on our stack, with .bss zeroed. */
_Noreturn void boot_linux64(const struct boot_params *params);

/* Does not test the header's version: small VMMs that load an ELF have no bzImage to copy it from and leave it 0. */
_Noreturn void boot_linux64(const struct boot_params *params)
{
	static struct boot_info boot;

	machine_early_init();
	boot.protocol = "linux64";
	if (boot_reach((uintptr_t)params, sizeof(*params)) && params->header_magic == HEADER_MAGIC) {
		if (params->efi_signature == EFI_SIGNATURE)
			boot.protocol = "efi";
		boot.cmdline = (uint64_t)params->cmdline_high << 32 | params->cmdline;
		boot.rsdp = params->acpi_rsdp;
		for (uint32_t i = 0; i < params->e820_count && i < E820_MAX; i++)
			if (params->e820[i].type == E820_RAM)
				boot_add_memory(&boot, params->e820[i].base, params->e820[i].size);
	}
	boot_finish(&boot);
}
