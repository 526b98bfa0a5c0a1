// SPDX-License-Identifier: BSD-2-Clause
/* The MP table, for VMMs that have no ACPI. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	EBDA = 0x9fc00,
	EBDA_SIZE = 0x400,
	MP_CHECKSUM = 7, /* offset of the checksum in the table */
	POINTER_CHECKSUM = 10,
	POINTER_SIZE = 16,
	MP_HEADER = 44,
	TABLE = EBDA + POINTER_SIZE,
};

static struct platform platform;
static struct table mp;
static uint16_t entries;

static void begin(void)
{
	memset(&mp, 0, sizeof(mp));
	memcpy(mp.bytes, "PCMP", 4);
	mp.length = MP_HEADER;
	table_set32(&mp, 36, 0xfee00000);
	entries = 0;
}

static void put(const void *entry, size_t size)
{
	table_put(&mp, entry, size);
	entries++;
}

static void put_cpu(uint8_t id, uint8_t flags)
{
	put((uint8_t[20]){ 0, id, 0x14, flags }, 20);
}

static void put_bus(uint8_t id, const char name[6])
{
	uint8_t bus[8] = { 1, id };

	memcpy(bus + 2, name, 6);
	put(bus, sizeof(bus));
}

static void put_ioapic(uint8_t id, uint8_t flags)
{
	put((uint8_t[8]){ 2, id, 0x11, flags, 0, 0, 0xc0, 0xfe }, 8);
}

static void put_interrupt(uint8_t flags, uint8_t bus, uint8_t irq, uint8_t ioapic, uint8_t input)
{
	put((uint8_t[8]){ 3, 0, flags, 0, bus, irq, ioapic, input }, 8);
}

static void finish_table(void)
{
	mp.bytes[4] = (uint8_t)mp.length;
	mp.bytes[5] = (uint8_t)(mp.length >> 8);
	mp.bytes[34] = (uint8_t)entries;
	mp.bytes[35] = (uint8_t)(entries >> 8);
	table_checksum(mp.bytes, mp.length, MP_CHECKSUM);
}

static void make_pointer(uint8_t *pointer, uint32_t table)
{
	memcpy(pointer, "_MP_", 4);
	memcpy(pointer + 4, &table, sizeof(table));
	pointer[8] = 1;
	pointer[9] = 4;
	table_checksum(pointer, POINTER_SIZE, POINTER_CHECKSUM);
}

/* Puts the pointer at the beginning of the EBDA and the table after it, as small VMMs do. Returns the EBDA's bytes. */
static uint8_t *place(void)
{
	uint8_t ebda[EBDA_SIZE] = { 0 };

	make_pointer(ebda, TABLE);
	memcpy(ebda + POINTER_SIZE, mp.bytes, mp.length);
	machine_reset();
	return machine_place(EBDA, ebda, sizeof(ebda));
}

static void parse(void)
{
	memset(&platform, 0, sizeof(platform));
	platform_parse_mp_table(&platform);
}

static void expect_one_warning(const char *warning)
{
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], warning);
}

UNIT_TEST(what_an_mp_table_says)
{
	begin();
	put_cpu(0, 3);
	put_cpu(1, 1);
	put_cpu(2, 0);
	put_bus(0, "PCI   ");
	put_bus(1, "ISA   ");
	put_ioapic(5, 0);
	put_ioapic(2, 1);
	put_interrupt(0, 1, 0, 2, 2);
	for (uint8_t irq = 1; irq < 24; irq++)
		put_interrupt(0, 1, irq, 2, irq == 5 ? 21 : irq);
	put_interrupt(0xf, 1, 9, 2, 9);
	put_interrupt(0xf, 0, 10, 2, 20);		   /* from another bus */
	put_interrupt(0xf, 1, 11, 5, 20);		   /* to another I/O APIC */
	put((uint8_t[8]){ 3, 3, 0, 0, 1, 12, 2, 20 }, 8);  /* ExtINT */
	put((uint8_t[8]){ 4, 1, 0, 0, 0, 0, 0xff, 1 }, 8); /* local NMI */
	finish_table();
	place();
	parse();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.lapic_base, 0xfee00000);
	unit_equal(platform.cpu_count, 2);
	unit_equal(platform.cpus[1], 1);
	unit_equal(platform.ioapic_count, 1);
	unit_equal(platform.ioapics[0].base, 0xfec00000);
	unit_equal(platform.ioapics[0].gsi_base, 0);
	unit_equal(platform.override_count, 3);
	unit_equal(platform_isa_source(&platform, 0).gsi, 2);
	unit_equal(platform_isa_source(&platform, 5).gsi, 21);
	unit_equal(platform_isa_source(&platform, 9).trigger, IRQ_LEVEL);
	unit_equal(platform_isa_source(&platform, 9).polarity, IRQ_ACTIVE_LOW);
	unit_equal(platform_isa_source(&platform, 12).gsi, 12);
}

UNIT_TEST(all_io_apics)
{
	begin();
	put_bus(0, "ISA   ");
	put_ioapic(1, 1);
	put_interrupt(0, 0, 7, 0xff, 17);
	finish_table();
	place();
	parse();
	unit_equal(platform_isa_source(&platform, 7).gsi, 17);
	unit_equal(platform.warning_count, 0);
}

UNIT_TEST(it_serves_discovery_when_there_is_no_madt)
{
	struct boot_info boot = { .protocol = "test", .pc = true, .cmdline = 0x20000 };
	char page[4096] = "virtio_mmio.device=512@0xfeb00000:5";

	begin();
	put_cpu(0, 1);
	put_bus(0, "ISA   ");
	put_ioapic(1, 1);
	put_interrupt(0xd, 0, 5, 1, 18);
	finish_table();
	place();
	machine_place(0x20000, page, sizeof(page));
	platform_discover(&platform, &boot, &made_up_memory);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 1);
	unit_equal(platform.windows[0].irq.gsi, 18);
	unit_equal(platform.windows[0].irq.trigger, IRQ_LEVEL);
}

UNIT_TEST(no_mp_table)
{
	machine_reset();
	parse();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.cpu_count, 0);
}

/* The pointer is in the BIOS area, after a signature inside code and one with a wrong checksum. */
UNIT_TEST(a_pointer_among_decoys)
{
	static uint8_t bios[0x20000];

	begin();
	put_cpu(7, 1);
	finish_table();
	memcpy(bios + 0x10008, "_MP_", 4);
	memcpy(bios + 0x10020, "_MP_", 4);
	make_pointer(bios + sizeof(bios) - POINTER_SIZE, 0x100000);
	machine_reset();
	machine_place(0xe0000, bios, sizeof(bios));
	machine_place(0x100000, mp.bytes, mp.length);
	parse();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.cpu_count, 1);
	unit_equal(platform.cpus[0], 7);
}

UNIT_TEST(pointers_that_lead_nowhere)
{
	begin();
	finish_table();
	make_pointer(place(), 0);
	parse();
	expect_one_warning("MP table at 0x0: a default configuration, which is not read; ignored");

	make_pointer(place(), 0x100000);
	parse();
	expect_one_warning("MP table at 0x100000: unreachable; ignored");

	make_pointer(place(), EBDA);
	parse();
	expect_one_warning("MP table at 0x9fc00: no signature; ignored");
}

UNIT_TEST(the_shortest_table)
{
	begin();
	finish_table();
	place();
	parse();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.lapic_base, 0xfee00000);
}

UNIT_TEST(tables_that_are_broken)
{
	begin();
	put_cpu(0, 1);
	finish_table();
	place()[POINTER_SIZE + MP_HEADER + 1]++;
	parse();
	expect_one_warning("MP table at 0x9fc10: bad checksum; ignored");
	unit_equal(platform.cpu_count, 0);

	place()[POINTER_SIZE + 4] = MP_HEADER - 1;
	parse();
	expect_one_warning("MP table at 0x9fc10: impossible length; ignored");

	place()[POINTER_SIZE + 5] = 0xff;
	parse();
	expect_one_warning("MP table at 0x9fc10: its length leads to unreachable memory; ignored");
}

UNIT_TEST(entries_that_are_not_there)
{
	begin();
	put_cpu(0, 1);
	put((uint8_t[8]){ 5 }, 8);
	finish_table();
	place();
	parse();
	expect_one_warning("MP table at 0x9fc10: entry at 0x40 is unknown or does not fit; the rest is ignored");
	unit_equal(platform.cpu_count, 1);

	for (uint32_t size = 1; size < 20; size++) {
		begin();
		put((uint8_t[20]){ 0, 0, 0, 1 }, size);
		finish_table();
		place();
		parse();
		expect_one_warning(
			"MP table at 0x9fc10: entry at 0x2c is unknown or does not fit; the rest is ignored");
		unit_equal(platform.cpu_count, 0);
	}
}

UNIT_TEST(the_count_of_entries_is_not_needed)
{
	begin();
	put_cpu(0, 1);
	put_cpu(1, 1);
	entries = 0;
	finish_table();
	place();
	parse();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.cpu_count, 2);
}

UNIT_TEST(what_is_there_twice)
{
	begin();
	put_cpu(1, 1);
	put_cpu(1, 1);
	put_ioapic(1, 1);
	put_ioapic(2, 1);
	finish_table();
	place();
	parse();
	unit_equal(platform.cpu_count, 1);
	unit_equal(platform.ioapic_count, 1);
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "MP table at 0x9fc10: CPU id 1 is listed twice");
	unit_text(platform.warnings[1], "MP table at 0x9fc10: a second I/O APIC; ignored");
}
