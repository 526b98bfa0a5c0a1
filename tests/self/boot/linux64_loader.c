// SPDX-License-Identifier: BSD-2-Clause
/*
 * A Linux loader as small VMMs have it, for machines that enter by PVH only: loads the ELF64 that lies at IMAGE,
 * maps the first GiB and nothing else, makes struct boot_params, and enters at e_entry in long mode. It does what
 * the protocol allows and no loader is that mean: memory is full of junk where the image does not say what it wants
 * there.
 *
 * Words on the command line, which is handed on: `no-e820`, `no-header`, `five-level`, `x2apic`.
 */
#include <stdint.h>

#define IMAGE	   0x4000000u /* where QEMU's -device loader puts the file */
#define JUNK_START 0x100000u
#define JUNK_END   0xf00000u
#define JUNK	   0xa5u

/* Where these things lie under a well-known VMM. */
#define BOOT_PARAMS 0x7000u
#define PML4	    0x9000u
#define PDPT	    0xa000u
#define PD	    0xb000u
#define PML5	    0xc000u
#define CMDLINE	    0x20000u
#define CMDLINE_MAX 2048u

#define CR4_PAE	 0x20u
#define CR4_LA57 0x1000u

#define CPUID_FEATURES	    1u
#define FEATURES_ECX_X2APIC (1u << 21)
#define MSR_APIC_BASE	    0x1bu
#define APIC_BASE_X2APIC    0xc00u

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, cmdline, rsdp, memmap;
	uint32_t memmap_entries;
};

struct memmap_entry {
	uint64_t base, size;
	uint32_t type, reserved;
};

struct elf64 {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum;
};

struct segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

void load(const struct start_info *start);
_Noreturn void enter64(uint32_t pml, uint32_t cr4, uint32_t entry, uint32_t boot_params);

static void fill(uint32_t to, uint8_t byte, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		*(volatile uint8_t *)(to + i) = byte;
}

static void copy(uint32_t to, uint32_t from, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		*(volatile uint8_t *)(to + i) = *(volatile uint8_t *)(from + i);
}

static void put32(uint32_t to, uint32_t value)
{
	copy(to, (uint32_t)&value, sizeof(value));
}

static void put64(uint32_t to, uint64_t value)
{
	copy(to, (uint32_t)&value, sizeof(value));
}

static int has_word(const char *text, const char *word)
{
	for (; *text; text++) {
		uint32_t i = 0;

		while (word[i] && text[i] == word[i])
			i++;
		if (!word[i])
			return 1;
	}
	return 0;
}

static void load_segments(void)
{
	const struct elf64 *elf = (const struct elf64 *)IMAGE;

	fill(JUNK_START, JUNK, JUNK_END - JUNK_START);
	for (uint32_t i = 0; i < elf->phnum; i++) {
		const struct segment *s = (const struct segment *)(IMAGE + (uint32_t)elf->phoff + i * elf->phentsize);

		/* One loader tests this bit and not the number, so whatever has it is loaded. */
		if (s->type & 1)
			copy((uint32_t)s->paddr, IMAGE + (uint32_t)s->offset, (uint32_t)s->filesz);
	}
}

static void make_boot_params(const struct start_info *start, const char *cmdline)
{
	const struct memmap_entry *map = (const struct memmap_entry *)(uint32_t)start->memmap;
	uint32_t size = 0;

	fill(BOOT_PARAMS, 0, 4096);
	while (cmdline[size] && size < CMDLINE_MAX - 1)
		size++;
	copy(CMDLINE, (uint32_t)cmdline, size);
	*(volatile char *)(CMDLINE + size) = 0;

	put64(BOOT_PARAMS + 0x070, start->rsdp);
	if (!has_word(cmdline, "no-header"))
		put32(BOOT_PARAMS + 0x202, 0x53726448);
	put32(BOOT_PARAMS + 0x228, CMDLINE);
	if (has_word(cmdline, "no-e820"))
		return;
	for (uint32_t i = 0; i < start->memmap_entries; i++)
		copy(BOOT_PARAMS + 0x2d0 + i * 20, (uint32_t)&map[i], 20);
	*(volatile uint8_t *)(BOOT_PARAMS + 0x1e8) = (uint8_t)start->memmap_entries;
}

static void make_tables(void)
{
	fill(PML4, 0, 4 * 4096);
	put64(PML5, PML4 | 3);
	put64(PML4, PDPT | 3);
	put64(PDPT, PD | 3);
	for (uint32_t i = 0; i < 512; i++)
		put64(PD + i * 8, (uint64_t)i << 21 | 0x83);
}

/* Firmware with many CPUs leaves it on. */
static void enter_x2apic(void)
{
	uint32_t eax = CPUID_FEATURES, ebx, ecx, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	if (!(ecx & FEATURES_ECX_X2APIC))
		return;
	__asm__ volatile("rdmsr" : "=a"(eax), "=d"(edx) : "c"(MSR_APIC_BASE));
	__asm__ volatile("wrmsr" ::"a"(eax | APIC_BASE_X2APIC), "d"(edx), "c"(MSR_APIC_BASE) : "memory");
}

void load(const struct start_info *start)
{
	const char *const cmdline = (const char *)(uint32_t)start->cmdline;
	const int five_level = has_word(cmdline, "five-level");

	load_segments();
	make_boot_params(start, cmdline);
	make_tables();
	if (has_word(cmdline, "x2apic"))
		enter_x2apic();
	enter64(five_level ? PML5 : PML4, CR4_PAE | (five_level ? CR4_LA57 : 0),
		(uint32_t)((const struct elf64 *)IMAGE)->entry, BOOT_PARAMS);
}
