// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page tables, which map addresses to themselves, except:
 *   - the first page is absent, once the boot code has read it, so that a NULL dereference traps;
 *   - the guards below the stacks are absent;
 *   - our code cannot be written, our data cannot be executed;
 *   - above 4 GiB they map only what machine_map() was asked for.
 */
#include "firmware/arch/x86_64/paging.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/arch/x86_64/stack.h"
#include "firmware/arch/x86_64/x86.h"
#include "firmware/lib/string.h"

#define ENTRY_PRESENT	    0x0000000000000001ull
#define ENTRY_WRITABLE	    0x0000000000000002ull
#define ENTRY_WRITE_THROUGH 0x0000000000000008ull
#define ENTRY_UNCACHED	    0x0000000000000010ull
#define ENTRY_LARGE	    0x0000000000000080ull
#define ENTRY_ADDRESS	    0x000ffffffffff000ull
#define ENTRY_NO_EXECUTE    0x8000000000000000ull

#define ENTRY_FLAGS (ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_WRITE_THROUGH | ENTRY_UNCACHED | ENTRY_NO_EXECUTE)

#define DEVICE (ENTRY_WRITE_THROUGH | ENTRY_UNCACHED)

/* Levels, named by what one entry spans. */
enum level { LEVEL_4KIB = 1, LEVEL_2MIB, LEVEL_1GIB, LEVEL_512GIB, LEVEL_256TIB };

#define LEVEL_SHIFT(LEVEL) (12u + 9u * ((unsigned)(LEVEL)-1u))
#define LEVEL_SIZE(LEVEL)  (1ull << LEVEL_SHIFT(LEVEL))
#define TABLE_ENTRIES	   512u

#define LOW_END		  0x100000000ull    /* everything below is mapped */
#define LOW_DEVICES	  0x0c0000000ull    /* from here to LOW_END we expect devices, unless RAM is reported there */
#define LOWER_HALF_END	  0x800000000000ull /* end of the lower canonical addresses */
#define PHYSICAL_BITS_MIN 36u

/*
 * Enough tables for 7 below 4 GiB, one for each GiB above if the CPU has no pages of 1 GiB, and two for each remote
 * device.
 */
enum { POOL_TABLES = 64 };

static uint64_t pool[POOL_TABLES][TABLE_ENTRIES] __attribute__((section(".arena"), aligned(4096)));
static uint32_t pool_used;
static uint64_t *root;
static enum level root_level;
static uint64_t no_execute; /* ENTRY_NO_EXECUTE if the CPU has it */
static bool has_1gib_pages;
static uint64_t physical_end;

extern char __image_start[], __image_end[], __text_start[], __text_end[], __rodata_start[], __rodata_end[];

static uint64_t *table_new(void)
{
	if (pool_used == POOL_TABLES)
		return NULL;
	return memset(pool[pool_used++], 0, sizeof(pool[0]));
}

/* Replaces an absent or large page by a table of smaller pages with the same translation. */
static bool split(uint64_t *entry, enum level level)
{
	const uint64_t before = *entry;
	uint64_t *const table = table_new();

	if (!table)
		return false;
	if (before & ENTRY_PRESENT) {
		const enum level below = level - 1;
		const uint64_t large = below == LEVEL_4KIB ? ENTRY_LARGE : 0;

		for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
			table[i] = (before & ~large) + i * LEVEL_SIZE(below);
	}
	*entry = (uintptr_t)table | ENTRY_PRESENT | ENTRY_WRITABLE;
	return true;
}

/* Returns the entry of that level for an address, and makes the tables on the way to it. NULL: no table is left. */
static uint64_t *entry_of(uint64_t address, enum level wanted)
{
	uint64_t *table = root;

	for (enum level level = root_level;; level--) {
		uint64_t *const entry = &table[address >> LEVEL_SHIFT(level) & (TABLE_ENTRIES - 1)];

		if (level == wanted)
			return entry;
		if (!(*entry & ENTRY_PRESENT) || (*entry & ENTRY_LARGE)) {
			if (!split(entry, level))
				return NULL;
		}
		table = (uint64_t *)(*entry & ENTRY_ADDRESS);
	}
}

static uint64_t align_down(uint64_t address, enum level level)
{
	return address & ~(LEVEL_SIZE(level) - 1);
}

/* Returns the page that translates an address, or the absent entry at which the walk ends, and stores its level. */
static const uint64_t *page_of(uint64_t address, enum level *level)
{
	const uint64_t *table = root;

	for (*level = root_level;; --*level) {
		const uint64_t *const entry = &table[address >> LEVEL_SHIFT(*level) & (TABLE_ENTRIES - 1)];

		if (*level == LEVEL_4KIB || !(*entry & ENTRY_PRESENT) || (*entry & ENTRY_LARGE))
			return entry;
		table = (const uint64_t *)(*entry & ENTRY_ADDRESS);
	}
}

/*
 * Maps [address, end), both multiples of 4 KiB, in the largest pages that fit. Keeps pages that have these flags
 * already.
 */
static bool map(uint64_t address, uint64_t end, uint64_t flags)
{
	const enum level largest = has_1gib_pages ? LEVEL_1GIB : LEVEL_2MIB;

	while (address < end) {
		enum level level;
		uint64_t *entry;

		if ((*page_of(address, &level) & ENTRY_FLAGS) == flags) {
			address = align_down(address, level) + LEVEL_SIZE(level);
			continue;
		}
		while (level > largest || address % LEVEL_SIZE(level) != 0 || end - address < LEVEL_SIZE(level))
			level--;
		entry = entry_of(address, level);
		if (!entry)
			return false;
		*entry = address | flags | (level > LEVEL_4KIB ? ENTRY_LARGE : 0);
		address += LEVEL_SIZE(level);
	}
	return true;
}

/* Maps every page that overlaps [start, end). */
static bool map_pages(uint64_t start, uint64_t end, uint64_t flags)
{
	return map(align_down(start, LEVEL_4KIB), align_down(end + PAGE_SIZE - 1, LEVEL_4KIB), flags);
}

static void unmap(uint64_t address, uint64_t size)
{
	for (uint64_t end = address + size; address < end; address += PAGE_SIZE)
		*entry_of(address, LEVEL_4KIB) = 0;
}

static void find_features(void)
{
	const uint32_t last = cpuid(CPUID_EXTENDED).eax;
	const uint32_t features = cpuid(CPUID_EXTENDED_FEATURES).edx;
	uint32_t bits = PHYSICAL_BITS_MIN;

	if (last >= CPUID_ADDRESS_SIZES)
		bits = cpuid(CPUID_ADDRESS_SIZES).eax & 0xff;
	physical_end = 1ull << bits;
	if (physical_end > LOWER_HALF_END)
		physical_end = LOWER_HALF_END;
	has_1gib_pages = features & EXTENDED_EDX_1GIB;
	no_execute = features & EXTENDED_EDX_NX ? ENTRY_NO_EXECUTE : 0;
}

void paging_init(void)
{
	const uint64_t data = ENTRY_PRESENT | ENTRY_WRITABLE;
	uint64_t cr4 = CR4_PAE;

	find_features();
	if (no_execute)
		msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_NXE);
	if (cpuid(CPUID_FEATURES).edx & FEATURES_EDX_MCE)
		cr4 |= CR4_MCE;
	cr4 |= cr4_read() & CR4_LA57;

	root_level = cr4 & CR4_LA57 ? LEVEL_256TIB : LEVEL_512GIB;
	root = table_new();
	map(0, LOW_DEVICES, data | no_execute);
	map(LOW_DEVICES, LOW_END, data | no_execute | DEVICE);
	map_pages((uintptr_t)__text_start, (uintptr_t)__text_end, ENTRY_PRESENT);
	map_pages((uintptr_t)__rodata_start, (uintptr_t)__rodata_end, ENTRY_PRESENT | no_execute);
	unmap((uintptr_t)main_stack_guard, STACK_GUARD_SIZE);
	for (uint32_t cpu = 1; cpu < CPUS_MAX; cpu++)
		unmap((uintptr_t)cpu_stacks[cpu - 1].guard, STACK_GUARD_SIZE);

	cr3_write((uintptr_t)root);
	cr4_write(cr4);
	cr0_write(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
}

void paging_drop_first_page(void)
{
	unmap(0, PAGE_SIZE);
	cr3_write((uintptr_t)root);
}

uintptr_t paging_run_in(uintptr_t page)
{
	map(page, page + PAGE_SIZE, ENTRY_PRESENT | ENTRY_WRITABLE);
	return (uintptr_t)root;
}

/*
 * Everything below 4 GiB is mapped already, and its first 3 GiB are cached. So a request for RAM changes mappings only
 * above that, and a request for a device wherever the mapping is for RAM.
 */
bool machine_map(uint64_t address, uint64_t size, bool device)
{
	const uint64_t end = address + size;
	const uint64_t start = device || address > LOW_DEVICES ? address : LOW_DEVICES;
	const uint64_t flags = ENTRY_PRESENT | ENTRY_WRITABLE | no_execute | (device ? DEVICE : 0);

	if (end < address || end > physical_end)
		return false;
	if (device && (address < PAGE_SIZE || (address < (uintptr_t)__image_end && end > (uintptr_t)__image_start)))
		return false; /* refuse devices where nothing may be mapped or where the image is */
	if (start >= end)
		return true;
	if (!map_pages(start, end, flags))
		return false;
	cr3_write((uintptr_t)root); /* forget old translations */
	return true;
}
