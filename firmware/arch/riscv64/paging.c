// SPDX-License-Identifier: BSD-2-Clause
/*
 * Page tables: Sv39, which CPUs with larger modes have as well. They map all 256 GiB of addresses to themselves,
 * except:
 *   - the first page is absent, so that a NULL dereference traps;
 *   - the guards below the stacks are absent;
 *   - our code cannot be written, and nothing else can be executed.
 * The platform, not the page tables, tells memory from devices. Machine mode has no translation and none of these
 * protections.
 */
#include "firmware/arch/riscv64/paging.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/machine.h"
#include "firmware/arch/riscv64/percpu.h"
#include "firmware/arch/riscv64/riscv.h"
#include "firmware/arch/riscv64/traps.h"

#define ENTRY_VALID    0x01ull
#define ENTRY_READ     0x02ull
#define ENTRY_WRITE    0x04ull
#define ENTRY_EXECUTE  0x08ull
#define ENTRY_ACCESSED 0x40ull
#define ENTRY_DIRTY    0x80ull
#define ENTRY_PAGE     10 /* shift */

/* Some CPUs trap if accessed or dirty is missing, instead of setting it. */
#define LEAF (ENTRY_VALID | ENTRY_ACCESSED | ENTRY_DIRTY)

#define PAGE_SHIFT    12
#define LEVEL_BITS    9
#define TABLE_ENTRIES 512u
#define LEVELS	      3
#define GIB_ENTRIES   256u /* of the root: the lower half of the addresses */

/* The root; two for the first page; two for the image of 4 MiB, or six if it crosses a 1 GiB boundary. */
enum { TABLES = 12 };

static uint64_t tables[TABLES][TABLE_ENTRIES] __attribute__((section(".arena"), aligned(PAGE_SIZE)));
static uint32_t tables_used = 1;
static uint64_t satp;
static uint64_t end_of_addresses = UINT64_MAX;

extern char __image_start[], __image_end[], __text_start[], __text_end[], __rodata_start[], __rodata_end[];

static uint64_t entry_for(uint64_t address, uint64_t flags)
{
	return address >> PAGE_SHIFT << ENTRY_PAGE | flags;
}

/* Replaces a large page by a table of smaller pages with the same translation. */
static void split(uint64_t *entry, uint32_t shift)
{
	uint64_t *const table = tables[tables_used++];

	for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
		table[i] = *entry + ((uint64_t)i << (shift - LEVEL_BITS) >> PAGE_SHIFT << ENTRY_PAGE);
	*entry = entry_for((uintptr_t)table, ENTRY_VALID);
}

/* Maps every page that overlaps [start, end). */
static void set(uintptr_t start, uintptr_t end, uint64_t flags)
{
	for (uint64_t address = start & ~(uint64_t)(PAGE_SIZE - 1); address < end; address += PAGE_SIZE) {
		uint64_t *table = tables[0];
		uint32_t shift = PAGE_SHIFT + (LEVELS - 1) * LEVEL_BITS;

		for (; shift > PAGE_SHIFT; shift -= LEVEL_BITS) {
			uint64_t *const entry = &table[address >> shift & (TABLE_ENTRIES - 1)];

			if (*entry & (ENTRY_READ | ENTRY_WRITE | ENTRY_EXECUTE)) {
				if (tables_used == TABLES)
					return;
				split(entry, shift);
			}
			table = (uint64_t *)(*entry >> ENTRY_PAGE << PAGE_SHIFT);
		}
		table[address >> PAGE_SHIFT & (TABLE_ENTRIES - 1)] = flags ? entry_for(address, flags) : 0;
	}
}

static void build(void)
{
	for (uint64_t i = 0; i < GIB_ENTRIES; i++)
		tables[0][i] = entry_for(i << (PAGE_SHIFT + 2 * LEVEL_BITS), LEAF | ENTRY_READ | ENTRY_WRITE);
	for (uint64_t i = GIB_ENTRIES; i < TABLE_ENTRIES; i++)
		tables[0][i] = 0;
	if ((uintptr_t)__image_start >= PAGE_SIZE)
		set(0, PAGE_SIZE, 0);
	set((uintptr_t)__text_start, (uintptr_t)__text_end, LEAF | ENTRY_READ | ENTRY_EXECUTE);
	set((uintptr_t)__rodata_start, (uintptr_t)__rodata_end, LEAF | ENTRY_READ);
	for (uint32_t cpu = 0; cpu < CPUS_MAX; cpu++) {
		set((uintptr_t)cpu_stacks[cpu].main_guard, (uintptr_t)cpu_stacks[cpu].main, 0);
		set((uintptr_t)cpu_stacks[cpu].trap_guard, (uintptr_t)cpu_stacks[cpu].trap, 0);
	}
}

void paging_enable(void)
{
	const struct stacks *const own = &cpu_stacks[cpus_self()];

	if (machine_mode)
		probe_protect((uintptr_t)own->main_guard, (uintptr_t)own->main, (uintptr_t)own->trap_guard,
			      (uintptr_t)own->trap);
	if (!satp)
		return;
	__asm__ volatile("sfence.vma" ::: "memory");
	csr_write(satp, satp);
	__asm__ volatile("sfence.vma" ::: "memory");
}

void paging_init(void)
{
	const uint64_t mapped = (uint64_t)GIB_ENTRIES << (PAGE_SHIFT + 2 * LEVEL_BITS);

	if (!machine_mode && (uintptr_t)__image_end <= mapped) {
		build();
		satp = SATP_SV39 | (uintptr_t)tables[0] >> SATP_PAGE_SHIFT;
	}
	paging_enable();
	if (!satp)
		return;
	if (csr_read(satp) == satp)
		end_of_addresses = mapped;
	else
		satp = 0; /* the CPU has no Sv39 and ignored the write */
}

/* Everything that can be mapped is mapped from the start. */
bool machine_map(uint64_t address, uint64_t size, bool device)
{
	const uint64_t end = address + size;

	if (end < address || end > end_of_addresses)
		return false;
	/* Refuse devices where nothing may be mapped or where the image is. */
	return !device ||
	       (address >= PAGE_SIZE && (address >= (uintptr_t)__image_end || end <= (uintptr_t)__image_start));
}
