// SPDX-License-Identifier: BSD-2-Clause
/*
 * A loader like those of small VMMs, for machines that start by PVH only. It takes the file at IMAGE: an ELF64, a
 * bzImage, or else a flat image. It puts the file where it belongs, and enters it by the Linux 64-bit boot protocol, in
 * long mode with only the first GiB mapped. It is as hostile as the protocol allows, and more than any real loader:
 * memory and registers are full of junk wherever the image does not ask for something.
 *
 * Words on the command line, which the image gets as well, choose other states:
 *   no-e820, no-header, five-level, x2apic
 *   no-rsdp      boot_params has no RSDP
 *   rsdp-e0000   the RSDP is at 0xe0000, and nowhere else
 *   pvh          an ELF64 by PVH, as a VMM without firmware does: no RSDP, all registers 0 but EBX
 *   real         a bzImage by its real-mode entry
 */
#include <stdint.h>

#define IMAGE	   0x4000000u /* where QEMU's -device loader puts the file */
#define ELF_MAGIC  0x464c457fu
#define JUNK_START 0x100000u
#define JUNK_END   0xf00000u
#define JUNK	   0xa5u

/* The addresses that a well-known VMM uses. */
#define BOOT_PARAMS 0x7000u
#define PML4	    0x9000u
#define PDPT	    0xa000u
#define PD	    0xb000u
#define PML5	    0xc000u
#define CMDLINE	    0x20000u
#define CMDLINE_MAX 2048u
#define START_INFO  0x6000u
#define MEMMAP	    0x7000u
#define RSDP	    0xe0000u
#define RSDP_SIZE   36u
#define SETUP	    0x10000u
#define E820	    0x9000u /* for the BIOS of enter16() */
#define E820_COUNT  0x8ff0u

#define FLAT	     0x1000000u
#define FLAT_SIZE    0x100000u /* the file's length is unknown here; no image is longer */
#define PROTECTED    0x100000u
#define ENTRY64	     0x200u
#define HEADER	     0x1f1u
#define HEADER_END   0x201u /* one byte: the header's end, as a distance from 0x202 */
#define HEADER_MAGIC 0x53726448u
#define SECTOR	     512u
#define PARAGRAPH    16u

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
_Noreturn void enter32(uint32_t entry, uint32_t ebx);
_Noreturn void enter16(void);

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

static uint32_t get32(uint32_t from)
{
	uint32_t value;

	copy((uint32_t)&value, from, sizeof(value));
	return value;
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

/* Returns e_entry, and stores the PVH entry in *pvh. */
static uint32_t load_elf(uint32_t *pvh)
{
	const struct elf64 *elf = (const struct elf64 *)IMAGE;

	for (uint32_t i = 0; i < elf->phnum; i++) {
		const struct segment *s = (const struct segment *)(IMAGE + (uint32_t)elf->phoff + i * elf->phentsize);

		if (s->type == 4)
			*pvh = get32(IMAGE + (uint32_t)s->offset + 16);
		/* One real loader tests this bit instead of the type's number, so it loads all types that have the
		 * bit. */
		if (s->type & 1)
			copy((uint32_t)s->paddr, IMAGE + (uint32_t)s->offset, (uint32_t)s->filesz);
	}
	return (uint32_t)elf->entry;
}

static uint32_t load_bzimage(void)
{
	const uint32_t setup = (*(const uint8_t *)(IMAGE + HEADER) + 1u) * SECTOR;

	copy(SETUP, IMAGE, setup);
	copy(PROTECTED, IMAGE + setup, get32(IMAGE + 0x1f4) * PARAGRAPH);
	return PROTECTED + ENTRY64;
}

static uint32_t load_flat(void)
{
	copy(FLAT, IMAGE, FLAT_SIZE);
	return FLAT;
}

static void copy_cmdline(const char *cmdline)
{
	uint32_t size = 0;

	while (cmdline[size] && size < CMDLINE_MAX - 1)
		size++;
	copy(CMDLINE, (uint32_t)cmdline, size);
	*(volatile char *)(CMDLINE + size) = 0;
}

static void make_e820(const struct start_info *start, uint32_t table)
{
	const struct memmap_entry *map = (const struct memmap_entry *)(uint32_t)start->memmap;

	for (uint32_t i = 0; i < start->memmap_entries; i++)
		copy(table + i * 20, (uint32_t)&map[i], 20);
}

static void make_boot_params(const struct start_info *start, const char *cmdline, uint32_t rsdp)
{
	fill(BOOT_PARAMS, 0, 4096);
	put64(BOOT_PARAMS + 0x070, rsdp);
	if (get32(IMAGE + 0x202) == HEADER_MAGIC)
		copy(BOOT_PARAMS + HEADER, IMAGE + HEADER, 0x202 + *(const uint8_t *)(IMAGE + HEADER_END) - HEADER);
	else if (!has_word(cmdline, "no-header"))
		put32(BOOT_PARAMS + 0x202, HEADER_MAGIC);
	put32(BOOT_PARAMS + 0x228, CMDLINE);
	if (has_word(cmdline, "no-e820"))
		return;
	make_e820(start, BOOT_PARAMS + 0x2d0);
	*(volatile uint8_t *)(BOOT_PARAMS + 0x1e8) = (uint8_t)start->memmap_entries;
}

static void make_start_info(const struct start_info *start)
{
	copy(START_INFO, (uint32_t)start, sizeof(*start));
	copy(MEMMAP, (uint32_t)start->memmap, start->memmap_entries * sizeof(struct memmap_entry));
	put64(START_INFO + __builtin_offsetof(struct start_info, cmdline), CMDLINE);
	put64(START_INFO + __builtin_offsetof(struct start_info, rsdp), 0);
	put64(START_INFO + __builtin_offsetof(struct start_info, memmap), MEMMAP);
}

/* Returns the new address. At the old one, in RAM, the firmware has left its copy, which is erased. */
static uint32_t move_rsdp(uint32_t rsdp)
{
	copy(RSDP, rsdp, RSDP_SIZE);
	fill(rsdp, 0, RSDP_SIZE);
	return RSDP;
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

/* Firmware with many CPUs leaves x2APIC mode on. */
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
	uint32_t rsdp = (uint32_t)start->rsdp, entry, pvh = 0;

	fill(JUNK_START, JUNK, JUNK_END - JUNK_START);
	if (get32(IMAGE) == ELF_MAGIC)
		entry = load_elf(&pvh);
	else if (get32(IMAGE + 0x202) == HEADER_MAGIC)
		entry = load_bzimage();
	else
		entry = load_flat();

	if (has_word(cmdline, "rsdp-e0000"))
		rsdp = move_rsdp(rsdp);
	copy_cmdline(cmdline);
	if (has_word(cmdline, "pvh")) {
		make_start_info(start);
		enter32(pvh, START_INFO);
	}
	if (has_word(cmdline, "real")) {
		put32(SETUP + 0x228, CMDLINE);
		make_e820(start, E820);
		put32(E820_COUNT, start->memmap_entries);
		enter16();
	}
	make_boot_params(start, cmdline, has_word(cmdline, "no-rsdp") ? 0 : rsdp);
	make_tables();
	if (has_word(cmdline, "x2apic"))
		enter_x2apic();
	enter64(five_level ? PML5 : PML4, CR4_PAE | (five_level ? CR4_LA57 : 0), entry, BOOT_PARAMS);
}
