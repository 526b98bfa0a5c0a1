// SPDX-License-Identifier: BSD-2-Clause
/* The MP table, for VMMs that have no ACPI. */
#include "tests/self/unit/rows.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	EBDA = 0x9fc00,
	AREA_SIZE = 0x100000 - EBDA,
	MP_CHECKSUM = 7, /* offset of the checksum in the table */
	POINTER_CHECKSUM = 10,
	POINTER_SIZE = 16,
	MP_HEADER = 44,
	TABLE = EBDA + POINTER_SIZE,
};

static struct platform platform;

static void make_pointer(uint8_t *pointer, uint32_t table)
{
	const uint8_t bytes[POINTER_SIZE] = { '_', 'M', 'P', '_', LE32(table), 1, 4 };

	memcpy(pointer, bytes, sizeof(bytes));
	table_checksum(pointer, POINTER_SIZE, POINTER_CHECKSUM);
}

static void make_table(uint8_t *table, const uint8_t *entries, size_t size)
{
	const uint8_t header[MP_HEADER] = { 'P', 'C', 'M', 'P', LE16(MP_HEADER + size), [36] = LE32(0xfee00000) };

	memcpy(table, header, sizeof(header));
	memcpy(table + sizeof(header), entries, size);
	table_checksum(table, (uint32_t)(MP_HEADER + size), MP_CHECKSUM);
}

/* Puts the pointer at the beginning of the EBDA and the table after it, as small VMMs do. Returns the EBDA's bytes. */
static uint8_t *place(const uint8_t *entries, size_t size)
{
	uint8_t ebda[0x400] = { 0 };

	make_pointer(ebda, TABLE);
	make_table(ebda + POINTER_SIZE, entries, size);
	machine_reset();
	return machine_place(EBDA, ebda, sizeof(ebda));
}

static const char *parse(void)
{
	memset(&platform, 0, sizeof(platform));
	platform_parse_mp_table(&platform);
	return found(&platform);
}

static const char *parse_entries(const uint8_t *entries, size_t size)
{
	place(entries, size);
	return parse();
}

#define CPU(ID, FLAGS)					0, (ID), 0x14, (FLAGS), ZEROS16
#define BUS(ID, ...)					1, (ID), __VA_ARGS__
#define PCI_BUS						'P', 'C', 'I', ' ', ' ', ' '
#define ISA_BUS						'I', 'S', 'A', ' ', ' ', ' '
#define IOAPIC(ID, FLAGS)				2, (ID), 0x11, (FLAGS), LE32(0xfec00000)
#define INTERRUPT(TYPE, FLAGS, BUS, IRQ, IOAPIC, INPUT) 3, (TYPE), LE16(FLAGS), (BUS), (IRQ), (IOAPIC), (INPUT)
#define LOCAL_NMI					4, 1, 0, 0, 0, 0, 0xff, 1

#define LAPIC	 "lapic 0xfee00000\n"
#define MP	 "! MP table at 0x9fc10: "
#define IOAPIC_0 "ioapic 0xfec00000 from 0\n"

UNIT_TEST(what_an_mp_table_says)
{
	const struct row rows[] = {
		{ "no entries", (const uint8_t[]){ 0 }, 0, LAPIC },
		{ "CPUs, not all enabled", BYTES(CPU(0, 3), CPU(1, 1), CPU(2, 0), CPU(3, 2)), LAPIC "cpus 0x0 0x1\n" },
		{ "the I/O APIC that is enabled", BYTES(IOAPIC(5, 0), IOAPIC(2, 1)), LAPIC IOAPIC_0 },
		{ "ISA interrupts that are moved, and those that are not",
		  BYTES(BUS(0, PCI_BUS), BUS(1, ISA_BUS), IOAPIC(2, 1), INTERRUPT(0, 0, 1, 0, 2, 2),
			INTERRUPT(0, 0, 1, 1, 2, 1), INTERRUPT(0, 0, 1, 5, 2, 21), INTERRUPT(0, 0xf, 1, 9, 2, 9),
			INTERRUPT(0, 0xd, 1, 10, 2, 18), LOCAL_NMI),
		  LAPIC IOAPIC_0 "isa 0: irq 2\nisa 5: irq 21\nisa 9: irq 9 level low\nisa 10: irq 18 level\n" },
		{ "interrupts of another bus, of another I/O APIC, of another type",
		  BYTES(BUS(0, PCI_BUS), BUS(1, ISA_BUS), IOAPIC(2, 1), INTERRUPT(0, 0xf, 0, 10, 2, 20),
			INTERRUPT(0, 0xf, 1, 11, 5, 20), INTERRUPT(3, 0, 1, 12, 2, 20)),
		  LAPIC IOAPIC_0 },
		{ "an interrupt of all I/O APICs",
		  BYTES(BUS(0, ISA_BUS), IOAPIC(1, 1), INTERRUPT(0, 0, 0, 7, 0xff, 17)),
		  LAPIC IOAPIC_0 "isa 7: irq 17\n" },
		{ "no ISA bus", BYTES(BUS(0, PCI_BUS), IOAPIC(1, 1), INTERRUPT(0, 0, 0, 7, 1, 17)), LAPIC IOAPIC_0 },
		{ "a CPU and an I/O APIC twice", BYTES(CPU(1, 1), CPU(1, 1), IOAPIC(1, 1), IOAPIC(2, 1)),
		  LAPIC "cpus 0x1\n" IOAPIC_0 MP "CPU id 1 is listed twice\n" MP "a second I/O APIC; ignored\n" },
		{ "a type that does not exist", BYTES(CPU(0, 1), 5, 0, 0, 0, 0, 0, 0, 0, CPU(1, 1)),
		  LAPIC "cpus 0x0\n" MP "entry at 0x40 is unknown or does not fit; the rest is ignored\n" },
	};

	expect_rows(rows, UNIT_COUNT(rows), parse_entries);
	for (size_t size = 1; size < 20; size++)
		unit_text(parse_entries((uint8_t[]){ CPU(0, 1) }, size),
			  LAPIC MP "entry at 0x2c is unknown or does not fit; the rest is ignored\n");
}

UNIT_TEST(what_is_broken)
{
	static const struct {
		const char *row;
		uint32_t table; /* what the pointer says */
		struct change change;
		const char *told;
	} rows[] = {
		{ "nothing", TABLE, { 0 }, LAPIC "cpus 0x0\n" },
		{ "no table", 0, { 0 }, "! MP table at 0x0: a default configuration, which is not read; ignored\n" },
		{ "a pointer out of memory", 0x100000, { 0 }, "! MP table at 0x100000: unreachable; ignored\n" },
		{ "a pointer to itself", EBDA, { 0 }, "! MP table at 0x9fc00: no signature; ignored\n" },
		{ "an entry", TABLE, { MP_HEADER + 1, 1, 1 }, MP "bad checksum; ignored\n" },
		{ "length less than the header", TABLE, { 4, 2, MP_HEADER - 1 }, MP "impossible length; ignored\n" },
		{ "length of the header", TABLE, { 4, 2, MP_HEADER }, MP "bad checksum; ignored\n" },
		{ "length out of memory",
		  TABLE,
		  { 5, 1, 0xff },
		  MP "its length leads to unreachable memory; ignored\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t *ebda = place(BYTES(CPU(0, 1)));

		unit_row(rows[i].row);
		make_pointer(ebda, rows[i].table);
		change(ebda + POINTER_SIZE, &rows[i].change, 1);
		unit_text(parse(), rows[i].told);
	}
	machine_reset();
	unit_text(parse(), "");
}

/* The pointer is at the end of the BIOS area, after a signature inside code and one with a wrong checksum. */
UNIT_TEST(a_pointer_among_decoys)
{
	static uint8_t area[AREA_SIZE];
	uint8_t table[MP_HEADER + 20];

	make_table(table, BYTES(CPU(7, 1)));
	memcpy(area + 0xf0008 - EBDA, "_MP_", 4);
	memcpy(area + 0xf0020 - EBDA, "_MP_", 4);
	make_pointer(area + 0xffff0 - EBDA, 0x100000);
	machine_reset();
	machine_place(EBDA, area, sizeof(area));
	machine_place(0x100000, table, sizeof(table));
	unit_text(parse(), LAPIC "cpus 0x7\n");
}

UNIT_TEST(it_serves_discovery_when_there_is_no_madt)
{
	const struct boot_info boot = { .protocol = "test", .pc = true, .cmdline = 0x20000 };
	char page[4096] = "virtio_mmio.device=512@0xfeb00000:5";

	place(BYTES(CPU(0, 1), BUS(0, ISA_BUS), IOAPIC(1, 1), INTERRUPT(0, 0xd, 0, 5, 1, 18)));
	machine_place(0x20000, page, sizeof(page));
	platform_discover(&platform, &boot, &made_up_memory);
	unit_text(found(&platform),
		  LAPIC "cpus 0x0\n" IOAPIC_0 "isa 5: irq 18 level\ncmdline 0xfeb00000+0x200 irq 18 level\n");
}
