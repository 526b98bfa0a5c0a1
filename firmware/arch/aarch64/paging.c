// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page tables, which map addresses to themselves. They contain only this image and what machine_map() was asked for. So
 * a stray access traps, including one through NULL, and the CPU does not speculate into device windows. Our code cannot
 * be written, our data cannot be executed.
 */
#include "firmware/arch/aarch64/paging.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/stack.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/string.h"

/* Levels, named by what one entry spans. The architecture counts the other way: 0 is the root, 3 the last level. */
enum level { LEVEL_4KIB = 1, LEVEL_2MIB, LEVEL_1GIB, LEVEL_512GIB };

#define LEVEL_SHIFT(LEVEL) (12u + 9u * ((unsigned)(LEVEL)-1u))
#define LEVEL_SIZE(LEVEL)  (1ull << LEVEL_SHIFT(LEVEL))
#define TABLE_ENTRIES	   512u

#define ENTRY_ADDRESS	   0x0000fffffffff000ull
#define ENTRY_KIND(NUMBER) ((uint64_t)(NUMBER) << ENTRY_ATTRIBUTES_SHIFT | ENTRY_VALID | ENTRY_ACCESSED | ENTRY_INNER)

#define CODE   (ENTRY_KIND(MAIR_NORMAL) | ENTRY_READ_ONLY)
#define DATA   (ENTRY_KIND(MAIR_NORMAL) | ENTRY_NO_EXECUTE)
#define DEVICE (ENTRY_KIND(MAIR_DEVICE) | ENTRY_NO_EXECUTE)

/* The image needs a handful. Each mapping that does not fill a large page needs three or four more. */
enum { POOL_TABLES = 96 };

static uint64_t pool[POOL_TABLES][TABLE_ENTRIES] __attribute__((section(".arena"), aligned(4096)));
static uint32_t pool_used;
static uint64_t *root;
static uint64_t physical_end;
static struct cpus_lock mapping; /* a CPU that starts maps its own part of the interrupt controller */

extern char __image_start[], __image_end[], __text_start[], __text_end[], __rodata_start[], __rodata_end[];

static uint64_t *table_new(void)
{
	if (pool_used == POOL_TABLES)
		return NULL;
	return memset(pool[pool_used++], 0, sizeof(pool[0]));
}

static bool is_table(uint64_t entry, enum level level)
{
	return level > LEVEL_4KIB && (entry & (ENTRY_VALID | ENTRY_TABLE)) == (ENTRY_VALID | ENTRY_TABLE);
}

/*
 * "Break before make": a valid entry may be cached as a whole or in part, so it has to be invalidated before it
 * changes. We never change entries for the code that runs, see machine_map().
 */
static void set(uint64_t *entry, uint64_t value)
{
	volatile uint64_t *const live = entry;

	if (*live == value)
		return;
	if (*live & ENTRY_VALID) {
		*live = 0;
		__asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish" ::: "memory");
	}
	*live = value;
	dsb();
	isb();
}

/* Replaces an absent or large page by a table of smaller pages with the same translation. */
static bool split(uint64_t *entry, enum level level)
{
	const uint64_t before = *entry;
	uint64_t *const table = table_new();

	if (!table)
		return false;
	if (before & ENTRY_VALID)
		for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
			table[i] = (before | (level - 1 == LEVEL_4KIB ? ENTRY_TABLE : 0)) + i * LEVEL_SIZE(level - 1);
	set(entry, (uintptr_t)table | ENTRY_VALID | ENTRY_TABLE);
	return true;
}

/* Maps [start, end), both multiples of a page, in the largest pages that fit. Flags 0 unmap. */
static bool map_pages(uint64_t start, uint64_t end, uint64_t flags)
{
	while (start < end) {
		uint64_t *table = root, *entry;
		enum level level = LEVEL_512GIB;

		for (;;) {
			const uint64_t size = LEVEL_SIZE(level);

			entry = &table[start >> LEVEL_SHIFT(level) & (TABLE_ENTRIES - 1)];
			if (level <= LEVEL_1GIB && start % size == 0 && end - start >= size && !is_table(*entry, level))
				break;
			if (!is_table(*entry, level) && !split(entry, level))
				return false;
			table = (uint64_t *)(*entry & ENTRY_ADDRESS);
			level--;
		}
		set(entry, flags ? start | flags | (level == LEVEL_4KIB ? ENTRY_TABLE : 0) : 0);
		start += LEVEL_SIZE(level);
	}
	return true;
}

static bool map(uint64_t start, uint64_t end, uint64_t flags)
{
	return map_pages(start & ~(PAGE_SIZE - 1ull), (end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull), flags);
}

static uint32_t physical_bits(void)
{
	static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };
	const uint32_t range = system_read("id_aa64mmfr0_el1") & 0xf;

	return bits[range < sizeof(bits) ? range : sizeof(bits) - 1];
}

/* ID_AA64MMFR0_EL1.PARange and TCR_EL1.IPS have the same encoding. These tables cannot use more than 48 bits. */
static uint64_t translation_control(void)
{
	uint64_t range = system_read("id_aa64mmfr0_el1") & 0xf;

	if (range > 5)
		range = 5;
	return TCR_COMMON | TCR_T0SZ_48 | range << TCR_IPS_SHIFT;
}

static void load(void)
{
	const uint64_t off = SCTLR_EL1_RES1 | SCTLR_SA;

	/* Switches the tables with the MMU off in between, when nothing but the program counter is in use. */
	__asm__ volatile("dsb sy\n\t"
			 "msr sctlr_el1, %0\n\t"
			 "isb\n\t"
			 "msr mair_el1, %2\n\t"
			 "msr tcr_el1, %3\n\t"
			 "msr ttbr0_el1, %4\n\t"
			 "isb\n\t"
			 "tlbi vmalle1\n\t"
			 "dsb sy\n\t"
			 "isb\n\t"
			 "msr sctlr_el1, %1\n\t"
			 "isb" ::"r"(off),
			 "r"(off | SCTLR_M | SCTLR_C | SCTLR_I), "r"((uint64_t)MAIR), "r"(translation_control()),
			 "r"((uint64_t)root)
			 : "memory");
}

void paging_init(void)
{
	physical_end = 1ull << physical_bits();
	root = table_new();
	map((uintptr_t)__image_start, (uintptr_t)__image_end, DATA);
	map((uintptr_t)__text_start, (uintptr_t)__text_end, CODE);
	map((uintptr_t)__rodata_start, (uintptr_t)__rodata_end, DATA | ENTRY_READ_ONLY);
	for (uint32_t i = 0; i < CPUS_MAX; i++) {
		struct cpu_stacks *const stacks = &cpu_stacks[i];

		map((uintptr_t)stacks->main_guard, (uintptr_t)stacks->main, 0);
		map((uintptr_t)stacks->exception_guard, (uintptr_t)stacks->exception, 0);
	}
	load();
}

static bool map_around_image(uint64_t start, uint64_t end, uint64_t flags)
{
	const uint64_t image_start = (uintptr_t)__image_start & ~(PAGE_SIZE - 1ull), image_end = (uintptr_t)__image_end;

	if (end <= image_start || start >= image_end)
		return map(start, end, flags);
	if (flags == DEVICE)
		return false;
	return (start >= image_start || map(start, image_start, flags)) &&
	       (end <= image_end || map(image_end, end, flags));
}

bool machine_map(uint64_t address, uint64_t size, bool device)
{
	const uint64_t end = address + size;
	bool on, done;

	if (end < address || end > physical_end || address < PAGE_SIZE)
		return false;
	on = interrupts_off(); /* a broken entry unmaps memory for a moment, which may be an interrupt controller's */
	cpus_lock(&mapping);
	done = map_around_image(address, end, device ? DEVICE : DATA);
	cpus_unlock(&mapping);
	interrupts_restore(on);
	return done;
}
