// SPDX-License-Identifier: BSD-2-Clause
/* From efi_main() to the image, in order. Section numbers are those of UEFI 2.10. */
#include "firmware/boot/efi/efi_boot.h"

#define PRINTABLE_FIRST 0x20
#define PRINTABLE_LAST	0x7e
#define TRIES		8 /* the memory map may change under us, but not for ever */
#define ROOM		8 /* descriptors that it may grow by meanwhile */

/* A later ACPI is named beside the first one. The device tree is on machines that have one. */
static const EFI_GUID acpi1 = ACPI_TABLE_GUID, acpi2 = ACPI_20_TABLE_GUID, devicetree = EFI_DTB_TABLE_GUID;
static EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;

EFI_STATUS efi_main(EFI_HANDLE application, EFI_SYSTEM_TABLE *system);
EFI_STATUS _relocate(void);

/* GNU-EFI's start calls it first. The linker script sees to it that there is nothing to do. */
EFI_STATUS _relocate(void)
{
	return EFI_SUCCESS;
}

static BOOLEAN same_guid(const EFI_GUID *a, const EFI_GUID *b)
{
	const UINT64 *x = (const UINT64 *)a, *y = (const UINT64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* The address of a table that the firmware names, 0 if it names none (4.6). */
static UINT64 find_table(const EFI_SYSTEM_TABLE *system, const EFI_GUID *guid)
{
	for (UINTN i = 0; i < system->NumberOfTableEntries; i++)
		if (same_guid(&system->ConfigurationTable[i].VendorGuid, guid))
			return (UINTN)system->ConfigurationTable[i].VendorTable;
	return 0;
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

/* Maps are in order, mostly; what touches the last one becomes one with it, so that few entries tell it. */
static void add_memory(struct efi_boot *boot, UINT64 base, UINT64 size)
{
	struct efi_boot_memory *const memory = &boot->memory[boot->memory_count];

	if (boot->memory_count && memory[-1].base + memory[-1].size == base) {
		memory[-1].size += size;
	} else if (boot->memory_count < EFI_BOOT_MEMORY_MAX) {
		memory->base = base;
		memory->size = size;
		boot->memory_count++;
	}
}

static void take_memory(struct efi_boot *boot, const UINT8 *map, UINTN size, UINTN step)
{
	boot->memory_count = 0;
	for (UINTN at = 0; at + step <= size; at += step) {
		const EFI_MEMORY_DESCRIPTOR *entry = (const EFI_MEMORY_DESCRIPTOR *)(map + at);

		if (is_free(entry->Type))
			add_memory(boot, entry->PhysicalStart, entry->NumberOfPages * EFI_PAGE_SIZE);
	}
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
		return "no memory map";
	room = size + ROOM * step;
	map = allocate(services, room);
	if (!map)
		return "no memory";
	for (UINTN i = 0; i < TRIES; i++) {
		size = room;
		if (services->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &step, &version) != EFI_SUCCESS)
			return "no memory map";
		if (services->ExitBootServices(application, key) == EFI_SUCCESS) {
			take_memory(boot, map, size, step);
			return NULL;
		}
	}
	return "the boot services stay";
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
	print(console, "\r\n# fatal: ");
	print(console, what);
	print(console, "\r\n");
	return EFI_LOAD_ERROR;
}

EFI_STATUS efi_main(EFI_HANDLE application, EFI_SYSTEM_TABLE *system)
{
	EFI_BOOT_SERVICES *const services = system->BootServices;
	EFI_LOADED_IMAGE *loaded;
	struct efi_boot *boot;
	const char *wrong;
	void *scratch;

	if (services->HandleProtocol(application, &loaded_image, (void **)&loaded) != EFI_SUCCESS)
		return complain(system, "no loaded image");
	boot = allocate(services, sizeof(*boot));
	scratch = allocate(services, EFI_BOOT_SCRATCH);
	if (!boot || !scratch)
		return complain(system, "no memory");
	boot->rsdp = find_table(system, &acpi2);
	if (!boot->rsdp)
		boot->rsdp = find_table(system, &acpi1);
	boot->devicetree = find_table(system, &devicetree);
	copy_cmdline(loaded, boot);
	wrong = efi_boot_load(services);
	if (!wrong)
		wrong = leave(services, application, boot);
	if (wrong)
		return complain(system, wrong);
	efi_boot_enter(boot, scratch);
}
