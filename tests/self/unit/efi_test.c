// SPDX-License-Identifier: BSD-2-Clause
/* How the EFI application leaves the firmware. The test plays the firmware, which may lie. */
#include "tests/self/unit/unit.h"

#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include "firmware/boot/efi/efi_boot.h"

enum {
	DESCRIPTOR = sizeof(EFI_MEMORY_DESCRIPTOR),
	ENTRIES = 100,
	PAGES = 16,
	MAP_CALLS_MAX = 100,
	TEXT_MAX = 200,
	ENOUGH_SECONDS = 60
};

EFI_STATUS efi_main(EFI_HANDLE application, EFI_SYSTEM_TABLE *system);

/* The firmware. */
static struct {
	EFI_MEMORY_DESCRIPTOR map[ENTRIES];
	UINTN count, step, first_step;
	UINTN claimed, claimed_later; /* the size that it reports, the first time and later; 0: the true size */
	unsigned exits_refused, maps_refused_after;
	CHAR16 options[64];
	UINT32 options_size;

	/* Counts what the application did. */
	unsigned maps, exits, bad_calls; /* bad: a service that must not be called any more */
	char text[TEXT_MAX];
	UINTN text_length;
	EFI_STATUS reset;
} firmware;

static EFI_CONFIGURATION_TABLE tables[2];
static EFI_LOADED_IMAGE loaded;
static struct efi_boot entered;
static const char *load_says;
static void *allocated[PAGES];
static unsigned allocations;
static jmp_buf out;
enum { RETURNED, ENTERED, RESET, HUNG };

static void after_exit_is_bad(void)
{
	firmware.bad_calls += firmware.exits != 0;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *protocol, void **interface)
{
	(void)handle;
	(void)protocol;
	after_exit_is_bad();
	*interface = &loaded;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory, UINTN pages,
					EFI_PHYSICAL_ADDRESS *address)
{
	(void)type;
	(void)memory;
	if (pages > 1 << 12 || allocations == PAGES)
		return EFI_OUT_OF_RESOURCES;
	allocated[allocations] = malloc(pages * EFI_PAGE_SIZE);
	*address = (uintptr_t)allocated[allocations++];
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *step,
					UINT32 *version)
{
	const UINTN real = firmware.count * firmware.step, room = *size;

	if (firmware.maps++ == MAP_CALLS_MAX)
		longjmp(out, HUNG);
	if (firmware.exits && firmware.maps_refused_after)
		return EFI_INVALID_PARAMETER;
	*size = firmware.claimed_later && map ? firmware.claimed_later : firmware.claimed ? firmware.claimed : real;
	*step = map ? firmware.step : firmware.first_step;
	*key = firmware.maps;
	*version = EFI_MEMORY_DESCRIPTOR_VERSION;
	if (!map || room < real)
		return EFI_BUFFER_TOO_SMALL;
	for (UINTN i = 0; i < firmware.count && firmware.step; i++)
		memcpy((UINT8 *)map + i * firmware.step, &firmware.map[i],
		       firmware.step < DESCRIPTOR ? firmware.step : DESCRIPTOR);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE application, UINTN key)
{
	(void)application;
	firmware.exits++;
	if (key != firmware.maps || firmware.exits <= firmware.exits_refused)
		return EFI_INVALID_PARAMETER;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI output_string(SIMPLE_TEXT_OUTPUT_INTERFACE *console, CHAR16 *text)
{
	(void)console;
	after_exit_is_bad();
	for (; *text && firmware.text_length < TEXT_MAX - 1; text++)
		firmware.text[firmware.text_length++] = (char)*text;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI reset_system(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, CHAR16 *data)
{
	(void)data;
	firmware.reset = status;
	firmware.bad_calls += type != EfiResetShutdown || size % sizeof(*data) || data[size / sizeof(*data) - 1];
	longjmp(out, RESET);
}

const char *efi_boot_load(EFI_BOOT_SERVICES *services)
{
	(void)services;
	return load_says;
}

void efi_boot_enter(const struct efi_boot *boot, void *scratch)
{
	memset(scratch, 0, EFI_BOOT_SCRATCH);
	entered = *boot;
	longjmp(out, ENTERED);
}

/* Starts a test: a firmware with a page of memory at 1 MiB. */
static void begin(void)
{
	alarm(ENOUGH_SECONDS); /* an endless loop ends the program */
	memset(&firmware, 0, sizeof(firmware));
	memset(&loaded, 0, sizeof(loaded));
	firmware.step = firmware.first_step = DESCRIPTOR;
	firmware.count = 1;
	firmware.map[0] =
		(EFI_MEMORY_DESCRIPTOR){ .Type = EfiConventionalMemory, .PhysicalStart = 0x100000, .NumberOfPages = 1 };
	load_says = NULL;
	allocations = 0;
}

static void add(UINT32 type, UINT64 start, UINT64 pages)
{
	firmware.map[firmware.count++] =
		(EFI_MEMORY_DESCRIPTOR){ .Type = type, .PhysicalStart = start, .NumberOfPages = pages };
}

static void expect_end(int wanted)
{
	EFI_BOOT_SERVICES boot_services = {
		.HandleProtocol = handle_protocol,
		.AllocatePages = allocate_pages,
		.GetMemoryMap = get_memory_map,
		.ExitBootServices = exit_boot_services,
	};
	EFI_RUNTIME_SERVICES runtime = { .ResetSystem = reset_system };
	SIMPLE_TEXT_OUTPUT_INTERFACE console = { .OutputString = output_string };
	EFI_SYSTEM_TABLE system = {
		.BootServices = &boot_services,
		.RuntimeServices = &runtime,
		.ConOut = &console,
		.NumberOfTableEntries = 2,
		.ConfigurationTable = tables,
	};
	int end;

	loaded.LoadOptions = firmware.options;
	loaded.LoadOptionsSize = firmware.options_size;
	end = setjmp(out);
	if (!end)
		unit_true(efi_main(NULL, &system) == EFI_LOAD_ERROR);
	unit_equal(end, wanted);
	unit_equal(firmware.bad_calls, 0);
	while (allocations)
		free(allocated[--allocations]);
}

static void expect_refused(const char *text)
{
	expect_end(RETURNED);
	unit_equal(firmware.exits, 0);
	unit_text(firmware.text, text);
}

#define IMPOSSIBLE "\r\n# fatal: a memory map that cannot be\r\n"

UNIT_TEST(what_the_firmware_knows)
{
	static const EFI_GUID first = ACPI_TABLE_GUID, second = ACPI_20_TABLE_GUID;
	static const CHAR16 words[] = L"a=b c";

	begin();
	tables[0] = (EFI_CONFIGURATION_TABLE){ first, (void *)0x1000 };
	tables[1] = (EFI_CONFIGURATION_TABLE){ second, (void *)0x2000 };
	memcpy(firmware.options, words, sizeof(words));
	firmware.options_size = sizeof(words);
	expect_end(ENTERED);
	unit_equal(entered.rsdp, 0x2000);
	unit_text((const char *)entered.cmdline, "a=b c");
	unit_equal(firmware.text_length, 0);
	tables[1].VendorGuid.Data4[7] ^= 1;
	firmware.options[2] = 7;
	firmware.maps = firmware.exits = 0;
	expect_end(ENTERED);
	unit_equal(entered.rsdp, 0x1000);
	unit_text((const char *)entered.cmdline, "");
}

UNIT_TEST(maps)
{
	static const UINT64 wanted[][2] = {
		{ 0x100000, 0x3000 }, { 0x104000, 0x1000 }, { 0x100000000, 0x100000000 }, { 0x500000, 0x1000 }
	};
	static const UINTN steps[] = { DESCRIPTOR, DESCRIPTOR + 8 }; /* descriptors may be larger than ours */

	begin();
	add(EfiBootServicesData, 0x101000, 2); /* touches the first */
	add(EfiReservedMemoryType, 0x103000, 1);
	add(EfiLoaderData, 0x104000, 1);
	add(EfiRuntimeServicesData, 0x105000, 1);
	add(EfiConventionalMemory, 0x100000000, 0x100000);
	add(EfiConventionalMemory, 0x200000, 0); /* this and the next three cannot be */
	add(EfiConventionalMemory, 0xfffffffffffff000, 2);
	add(EfiConventionalMemory, 0x300000, 0x10000000000000);
	add(EfiConventionalMemory, 0x400000, 0xffffffffffffffff);
	add(EfiConventionalMemory, 0x500000, 1);
	for (unsigned i = 0; i < UNIT_COUNT(steps); i++) {
		firmware.maps = firmware.exits = 0;
		firmware.step = firmware.first_step = steps[i];
		expect_end(ENTERED);
		unit_equal(entered.memory_count, UNIT_COUNT(wanted));
		unit_true(!memcmp(entered.memory, wanted, sizeof(wanted)));
	}
	/* more than there is room for */
	while (firmware.count < ENTRIES)
		add(EfiConventionalMemory, 0x1000000 * firmware.count, 1);
	firmware.maps = firmware.exits = 0;
	expect_end(ENTERED);
	unit_equal(entered.memory_count, EFI_BOOT_MEMORY_MAX);
}

/* A step of 0 would be an endless loop. A step that is too small or odd would read bytes that are not a descriptor. */
UNIT_TEST(descriptors_of_an_impossible_size)
{
	static const UINTN steps[] = { 0, 1, 8, DESCRIPTOR - 8, DESCRIPTOR + 4, 4104, (UINTN)1 << 63, ~(UINTN)0 };

	for (unsigned i = 0; i < UNIT_COUNT(steps); i++) {
		begin();
		firmware.first_step = steps[i];
		expect_refused(IMPOSSIBLE);
		if (steps[i] > DESCRIPTOR) /* the firmware cannot have written more than fits */
			continue;
		begin();
		firmware.step = steps[i];
		expect_refused(IMPOSSIBLE);
	}
}

UNIT_TEST(maps_of_an_impossible_size)
{
	static const struct {
		UINTN claimed, later;
		int end;
	} rows[] = {
		{ ~(UINTN)0, 0, RETURNED },
		{ 0x1000001, 0, RETURNED },
		{ 1 << 20, 0, ENTERED },
		{ 0, 100 * DESCRIPTOR, RETURNED }, /* larger than the room that the application gave */
	};

	for (unsigned i = 0; i < UNIT_COUNT(rows); i++) {
		begin();
		firmware.claimed = rows[i].claimed;
		firmware.claimed_later = rows[i].later;
		expect_end(rows[i].end);
		unit_equal(firmware.exits, rows[i].end == ENTERED);
	}
}

/*
 * If the map has changed meanwhile, the application gets the new map and tries again. Section 7.4.6: after the first
 * try only the memory services may be called, so the application prints nothing and does not return.
 */
UNIT_TEST(refused_exits)
{
	static const struct {
		unsigned refused, maps_refused;
		int end;
		unsigned exits, maps;
	} rows[] = { { 3, 0, ENTERED, 4, 5 }, { 1000, 0, RESET, 8, 10 }, { 1000, 1, RESET, 1, 3 } };

	for (unsigned i = 0; i < UNIT_COUNT(rows); i++) {
		begin();
		firmware.exits_refused = rows[i].refused;
		firmware.maps_refused_after = rows[i].maps_refused;
		expect_end(rows[i].end);
		unit_equal(firmware.exits, rows[i].exits);
		unit_equal(firmware.maps, rows[i].maps);
		unit_equal(firmware.text_length, 0);
		unit_equal(firmware.reset, rows[i].end == RESET ? EFI_LOAD_ERROR : 0);
		unit_true(rows[i].end == RESET || entered.memory_count == 1);
	}
}

UNIT_TEST(an_image_that_cannot_be_loaded)
{
	begin();
	load_says = "damaged image";
	expect_refused("\r\n# fatal: damaged image\r\n");
}
