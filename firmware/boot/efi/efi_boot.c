// SPDX-License-Identifier: BSD-2-Clause
/* From efi_main() to the image, in order. Section numbers are those of UEFI 2.10. */
#include "firmware/boot/efi/efi_boot.h"

#define PRINTABLE_FIRST 0x20
#define PRINTABLE_LAST	0x7e
#define TRIES		8 /* the memory map may change under us, but not for ever */
#define ROOM		8 /* descriptors that it may grow by meanwhile */

EFI_STATUS efi_main(EFI_HANDLE application, EFI_SYSTEM_TABLE *system);

static BOOLEAN same_guid(const EFI_GUID *a, const EFI_GUID *b)
{
	const UINT8 *x = (const UINT8 *)a, *y = (const UINT8 *)b;

	for (UINTN i = 0; i < sizeof(*a); i++)
		if (x[i] != y[i])
			return FALSE;
	return TRUE;
}

/* 4.6: a later ACPI is named beside the first one. */
static void find_tables(const EFI_SYSTEM_TABLE *system, struct efi_boot *boot)
{
	EFI_GUID acpi1 = ACPI_TABLE_GUID, acpi2 = ACPI_20_TABLE_GUID, devicetree = EFI_DTB_TABLE_GUID;
	BOOLEAN found = FALSE;

	for (UINTN i = 0; i < system->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *table = &system->ConfigurationTable[i];

		if (same_guid(&table->VendorGuid, &acpi2)) {
			boot->rsdp = (UINTN)table->VendorTable;
			found = TRUE;
		} else if (!found && same_guid(&table->VendorGuid, &acpi1)) {
			boot->rsdp = (UINTN)table->VendorTable;
		} else if (same_guid(&table->VendorGuid, &devicetree)) {
			boot->devicetree = (UINTN)table->VendorTable;
		}
	}
}

/* 9.1: load options are any bytes. Words for us are UCS-2 and printable; what is anything else is nobody's words. */
static void copy_cmdline(const EFI_LOADED_IMAGE *loaded, struct efi_boot *boot)
{
	const CHAR16 *text = loaded->LoadOptions;
	const UINTN length = loaded->LoadOptionsSize / sizeof(*text);
	UINTN i;

	for (i = 0; text && i < length && i < EFI_BOOT_CMDLINE_MAX - 1 && text[i]; i++) {
		if (text[i] < PRINTABLE_FIRST || text[i] > PRINTABLE_LAST) {
			i = 0;
			break;
		}
		boot->cmdline[i] = (CHAR8)text[i];
	}
	boot->cmdline[i] = 0;
}

/* 7.2, table 7.10: what is free, and what becomes free when the boot services are left. */
static BOOLEAN is_free(UINT32 type)
{
	return type == EfiConventionalMemory || type == EfiBootServicesCode || type == EfiBootServicesData ||
	       type == EfiLoaderCode || type == EfiLoaderData;
}

/* The map need not be sorted. */
static void add_memory(struct efi_boot *boot, UINT64 base, UINT64 size)
{
	UINT32 at = boot->memory_count;

	if (at == EFI_BOOT_MEMORY_MAX)
		return;
	boot->memory_count++;
	for (; at && boot->memory[at - 1].base > base; at--)
		boot->memory[at] = boot->memory[at - 1];
	boot->memory[at].base = base;
	boot->memory[at].size = size;
}

/* What touches becomes one, so that few entries tell it. */
static void merge_memory(struct efi_boot *boot)
{
	UINT32 kept = 0;

	for (UINT32 i = 1; i < boot->memory_count; i++) {
		struct efi_boot_memory *last = &boot->memory[kept];

		if (last->base + last->size == boot->memory[i].base)
			last->size += boot->memory[i].size;
		else
			boot->memory[++kept] = boot->memory[i];
	}
	if (boot->memory_count)
		boot->memory_count = kept + 1;
}

static void take_memory(struct efi_boot *boot, const UINT8 *map, UINTN size, UINTN step)
{
	boot->memory_count = 0;
	for (UINTN at = 0; at + step <= size; at += step) {
		const EFI_MEMORY_DESCRIPTOR *entry = (const EFI_MEMORY_DESCRIPTOR *)(map + at);

		if (!is_free(entry->Type))
			continue;
		if (boot->memory_count == EFI_BOOT_MEMORY_MAX)
			merge_memory(boot);
		add_memory(boot, entry->PhysicalStart, entry->NumberOfPages * EFI_PAGE_SIZE);
	}
	merge_memory(boot);
}

static void *allocate(EFI_BOOT_SERVICES *services, UINTN size)
{
	EFI_PHYSICAL_ADDRESS address;

	if (services->AllocatePages(AllocateAnyPages, EfiLoaderData, EFI_SIZE_TO_PAGES(size), &address) != EFI_SUCCESS)
		return NULL;
	return (void *)(UINTN)address;
}

/* 7.4.6: only the newest map's key leaves the boot services, and after a first try nothing else may be called. */
static const char *leave(EFI_BOOT_SERVICES *services, EFI_HANDLE application, struct efi_boot *boot)
{
	UINTN size = 0, key, step = sizeof(EFI_MEMORY_DESCRIPTOR), room;
	UINT32 version;
	UINT8 *map;

	if (services->GetMemoryMap(&size, NULL, &key, &step, &version) != EFI_BUFFER_TOO_SMALL)
		return "the firmware has no memory map";
	room = size + ROOM * step;
	map = allocate(services, room);
	if (!map)
		return "no memory for the memory map";
	for (UINTN i = 0; i < TRIES; i++) {
		size = room;
		if (services->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &step, &version) != EFI_SUCCESS)
			return "the memory map cannot be read";
		if (services->ExitBootServices(application, key) == EFI_SUCCESS) {
			take_memory(boot, map, size, step);
			return NULL;
		}
	}
	return "the firmware does not let go";
}

static void print(SIMPLE_TEXT_OUTPUT_INTERFACE *console, const char *text)
{
	CHAR16 letter[2] = { 0 };

	for (; *text; text++) {
		letter[0] = (CHAR16)*text;
		console->OutputString(console, letter);
	}
}

static EFI_STATUS complain(const EFI_SYSTEM_TABLE *system, const char *what)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *const console = system->ConOut;

	if (!console)
		return EFI_LOAD_ERROR;
	print(console, "\r\n# fatal: EFI: ");
	print(console, what);
	print(console, "\r\n");
	return EFI_LOAD_ERROR;
}

EFI_STATUS efi_main(EFI_HANDLE application, EFI_SYSTEM_TABLE *system)
{
	EFI_BOOT_SERVICES *const services = system->BootServices;
	EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	struct efi_boot *boot;
	const char *wrong;
	void *scratch;

	if (services->HandleProtocol(application, &loaded_image, (void **)&loaded) != EFI_SUCCESS)
		return complain(system, "the application has no loaded image protocol");
	boot = allocate(services, sizeof(*boot));
	scratch = allocate(services, efi_boot_scratch);
	if (!boot || !scratch)
		return complain(system, "no memory");
	boot->rsdp = boot->devicetree = 0;
	find_tables(system, boot);
	copy_cmdline(loaded, boot);
	wrong = efi_boot_load(services);
	if (!wrong)
		wrong = leave(services, application, boot);
	if (wrong)
		return complain(system, wrong);
	efi_boot_enter(boot, scratch);
}
