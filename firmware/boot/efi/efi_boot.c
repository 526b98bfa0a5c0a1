// SPDX-License-Identifier: BSD-2-Clause
/* From efi_main() to the image, step by step. Section numbers are those of UEFI 2.10. */
#include "firmware/boot/efi/efi_boot.h"

#define PRINTABLE_FIRST 0x20
#define PRINTABLE_LAST	0x7e
#define TRIES		8 /* the memory map may change while we leave, but not for ever */
#define ROOM		8 /* descriptors by which the memory map may grow meanwhile */
#define STEP_MAX	4096u
#define MAP_MAX		0x1000000u /* a hundred times the largest known; anything beyond is garbage */

/* Firmware that knows ACPI 2.0 or later names two RSDPs. Only some machines have a device tree. */
static const EFI_GUID acpi1 = ACPI_TABLE_GUID, acpi2 = ACPI_20_TABLE_GUID, devicetree = EFI_DTB_TABLE_GUID;
static EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;

EFI_STATUS efi_main(EFI_HANDLE application, EFI_SYSTEM_TABLE *system);
EFI_STATUS _relocate(void);

/* GNU-EFI's start code calls this first. The linker script ensures that nothing needs relocation. */
EFI_STATUS _relocate(void)
{
	return EFI_SUCCESS;
}

static const char no_map[] = "no memory map", impossible_map[] = "a memory map that cannot be";

static BOOLEAN same_guid(const EFI_GUID *a, const EFI_GUID *b)
{
	const UINT32 *x = (const UINT32 *)a, *y = (const UINT32 *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

/* Returns the address of a configuration table, or 0 if the firmware has none of that GUID (4.6). */
static UINT64 find_table(const EFI_SYSTEM_TABLE *system, const EFI_GUID *guid)
{
	for (UINTN i = 0; i < system->NumberOfTableEntries; i++)
		if (same_guid(&system->ConfigurationTable[i].VendorGuid, guid))
			return (UINTN)system->ConfigurationTable[i].VendorTable;
	return 0;
}

/* 9.1: load options may be any bytes. A command line is printable UCS-2; anything else is not meant for us. */
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

/* 7.2, table 7.10: memory that is free, or becomes free with the end of the boot services. */
static BOOLEAN is_free(UINT32 type)
{
	return type == EfiConventionalMemory || type == EfiBootServicesCode || type == EfiBootServicesData ||
	       type == EfiLoaderCode || type == EfiLoaderData;
}

/* The firmware's memory map. Its descriptors may be longer than the structure that we know (7.2.3). */
struct map {
	UINT8 *bytes;
	UINTN room, size, step, key;
};

/* Maps are mostly in order. An entry that touches the previous one extends it, so that the table needs few entries. */
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

static void take_memory(struct efi_boot *boot, const struct map *map)
{
	boot->memory_count = 0;
	for (UINTN at = 0; map->size - at >= map->step; at += map->step) {
		const EFI_MEMORY_DESCRIPTOR *entry = (const EFI_MEMORY_DESCRIPTOR *)(map->bytes + at);

		if (is_free(entry->Type) && entry->NumberOfPages &&
		    entry->NumberOfPages <= (~(UINT64)0 - entry->PhysicalStart) / EFI_PAGE_SIZE)
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

/* A descriptor of size 0 would make the loop over the map endless. */
static BOOLEAN is_step(UINTN step)
{
	return step >= sizeof(EFI_MEMORY_DESCRIPTOR) && step <= STEP_MAX && step % sizeof(UINT64) == 0;
}

static const char *read_map(EFI_BOOT_SERVICES *services, struct map *map)
{
	UINT32 version;

	map->size = map->room;
	if (services->GetMemoryMap(&map->size, (EFI_MEMORY_DESCRIPTOR *)map->bytes, &map->key, &map->step, &version) !=
	    EFI_SUCCESS)
		return no_map;
	return map->size <= map->room && is_step(map->step) ? NULL : impossible_map;
}

static const char *make_room(EFI_BOOT_SERVICES *services, struct map *map)
{
	UINT32 version;

	map->size = 0;
	if (services->GetMemoryMap(&map->size, NULL, &map->key, &map->step, &version) != EFI_BUFFER_TOO_SMALL)
		return no_map;
	if (map->size > MAP_MAX || !is_step(map->step))
		return impossible_map;
	map->room = map->size + ROOM * map->step;
	map->bytes = allocate(services, map->room);
	return map->bytes ? NULL : "no memory";
}

/*
 * 7.4.6: only the key of the newest map ends the boot services, and after a first attempt the application may call no
 * boot services except for memory allocation. So we have no console to print to and cannot return. What remains are the
 * runtime services, which can show a reason for the reset (8.5.1).
 */
static _Noreturn void give_up(const EFI_SYSTEM_TABLE *system)
{
	static CHAR16 reason[] = L"touchstone: the boot services stay";

	system->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_LOAD_ERROR, sizeof(reason), reason);
	for (;;)
		;
}

/* Leaves the boot services. Returns NULL, or what went wrong. */
static const char *leave(const EFI_SYSTEM_TABLE *system, EFI_HANDLE application, struct efi_boot *boot)
{
	EFI_BOOT_SERVICES *const services = system->BootServices;
	struct map map;
	const char *wrong = make_room(services, &map);

	if (!wrong)
		wrong = read_map(services, &map);
	if (wrong)
		return wrong;
	for (UINTN i = 0; i < TRIES; i++) {
		if (services->ExitBootServices(application, map.key) == EFI_SUCCESS) {
			take_memory(boot, &map);
			return NULL;
		}
		if (read_map(services, &map))
			break;
	}
	give_up(system);
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
		wrong = leave(system, application, boot);
	if (wrong)
		return complain(system, wrong);
	efi_boot_enter(boot, scratch);
}
