// SPDX-License-Identifier: BSD-2-Clause
/* What ACPI says about an Arm machine: GIC, timers, console, PSCI. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	RSDP = 0xf31a0,
	ROOT = 0x100000,
	FADT = 0x102000,
	MADT = 0x103000,
	DSDT = 0x104000,
	MORE = 0x105000,

	DISTRIBUTOR = 0x8000000,
	INTERFACE = 0x8010000,
	FRAME = 0x8020000,
	ITS = 0x8080000,
	REDISTRIBUTORS = 0x80a0000,
	NOTHING = 0x7000000,

	ARM_BOOT = 129,
	HIGH_MPIDR = 0x80000100, /* bit 31 is not part of the affinity */
};

#define MADT_NAME "ACPI APIC at 0x103000: "

static struct platform platform;
static struct table table;

static void parse(uint64_t more)
{
	const uint64_t entries[] = { FADT, more };
	struct table dsdt;

	place_rsdp(RSDP, 2, 0, ROOT);
	place_root(ROOT, 8, entries, more ? 2 : 1);
	table_begin(&dsdt, "DSDT");
	table_place(&dsdt, DSDT);
	platform_parse_acpi(&platform, RSDP);
}

static void begin(void)
{
	static const uint64_t registers[] = { DISTRIBUTOR, INTERFACE, FRAME, ITS };

	machine_reset();
	memset(&platform, 0, sizeof(platform));
	for (uint32_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		machine_place_register(registers[i], 0);
	for (uint32_t i = 0; i < PLATFORM_IRQCHIP_REGIONS + 1; i++)
		machine_place_register(REDISTRIBUTORS + 0x40000 * i, 0);
	place_fadt(FADT, DSDT);
}

/* MADT */

static void begin_madt(uint32_t interface)
{
	begin();
	table_begin(&table, "APIC");
	table_put32(&table, interface);
	table_put32(&table, 0);
}

static void put_cpu(uint64_t mpidr, uint32_t flags, uint64_t interface, uint64_t redistributor)
{
	const uint32_t start = table.length;

	table_put(&table, (uint8_t[80]){ 11, 80 }, 80);
	table_set32(&table, start + 12, flags);
	table_set64(&table, start + 32, interface);
	table_set64(&table, start + 60, redistributor);
	table_set64(&table, start + 68, mpidr);
}

static void put_distributor(uint64_t base, uint8_t version)
{
	table_put(&table, (uint8_t[]){ 12, 24, 0, 0, 0, 0, 0, 0 }, 8);
	table_put64(&table, base);
	table_put32(&table, 0);
	table_put(&table, (uint8_t[]){ version, 0, 0, 0 }, 4);
}

static void put_frame(uint64_t base, uint32_t flags, uint16_t count, uint16_t first)
{
	table_put(&table, (uint8_t[]){ 13, 24, 0, 0, 0, 0, 0, 0 }, 8);
	table_put64(&table, base);
	table_put32(&table, flags);
	table_put16(&table, count);
	table_put16(&table, first);
}

static void put_range(uint64_t base, uint32_t size)
{
	table_put(&table, (uint8_t[]){ 14, 16, 0, 0 }, 4);
	table_put64(&table, base);
	table_put32(&table, size);
}

static void put_its(uint64_t base)
{
	table_put(&table, (uint8_t[]){ 15, 20, 0, 0, 0, 0, 0, 0 }, 8);
	table_put64(&table, base);
	table_put32(&table, 0);
}

static void parse_madt(void)
{
	table_place(&table, MADT);
	parse(MADT);
}

static void expect_chip(uint32_t which, enum irqchip_kind kind, uint64_t base, uint32_t regions)
{
	unit_true(which < platform.irqchip_count);
	unit_equal(platform.irqchips[which].kind, kind);
	unit_equal(platform.irqchips[which].regions[0].base, base);
	unit_equal(platform.irqchips[which].region_count, regions);
}

static void expect_one_warning(const char *warning)
{
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], warning);
}

UNIT_TEST(a_gicv2_with_a_message_frame)
{
	begin_madt(0);
	put_distributor(DISTRIBUTOR, 2);
	put_cpu(0, 1, INTERFACE, 0);
	put_cpu(HIGH_MPIDR, 1, INTERFACE, 0);
	put_cpu(2, 0, INTERFACE, 0);
	put_frame(FRAME, 1, 64, 80);
	parse_madt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.cpu_count, 2);
	unit_equal(platform.cpus[0], 0);
	unit_equal(platform.cpus[1], 0x100);
	unit_equal(platform.irqchip_count, 2);
	expect_chip(0, IRQCHIP_GICV2M, FRAME, 1);
	unit_equal(platform.irqchips[0].inputs, 64);
	unit_equal(platform.irqchips[0].first_input, 80);
	expect_chip(1, IRQCHIP_GICV2, DISTRIBUTOR, 2);
	unit_equal(platform.irqchips[1].regions[1].base, INTERFACE);
}

/* What the table omits, a register of the frame tells. The head of the table may have one CPU interface for all CPUs.
 */
UNIT_TEST(a_gicv2_of_few_words)
{
	begin_madt(INTERFACE);
	put_frame(FRAME, 0, 64, 80);
	put_cpu(0, 1, 0, 0);
	put_distributor(DISTRIBUTOR, 0);
	parse_madt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.irqchips[0].inputs, 0);
	unit_equal(platform.irqchips[0].first_input, 0);
	expect_chip(1, IRQCHIP_GICV2, DISTRIBUTOR, 2);
	unit_equal(platform.irqchips[1].regions[1].base, INTERFACE);
}

UNIT_TEST(a_gicv3_with_ranges_of_redistributors)
{
	begin_madt(0);
	put_distributor(DISTRIBUTOR, 3);
	put_cpu(0, 1, 0, REDISTRIBUTORS + 0x80000); /* does not count */
	put_range(REDISTRIBUTORS, 0x40000);
	put_range(REDISTRIBUTORS + 0x40000, 0x20000);
	put_cpu(1, 1, 0, REDISTRIBUTORS + 0x80000);
	put_its(ITS);
	parse_madt();
	unit_equal(platform.warning_count, 0);
	expect_chip(0, IRQCHIP_GIC_ITS, ITS, 1);
	expect_chip(1, IRQCHIP_GICV3, DISTRIBUTOR, 3);
	unit_equal(platform.irqchips[1].redistributor_regions, 2);
	unit_equal(platform.irqchips[1].regions[1].base, REDISTRIBUTORS);
	unit_equal(platform.irqchips[1].regions[1].size, 0x40000);
	unit_equal(platform.irqchips[1].regions[2].base, REDISTRIBUTORS + 0x40000);
}

UNIT_TEST(a_gicv3_with_a_redistributor_of_each_cpu)
{
	for (uint8_t version = 0; version <= 4; version++) {
		if (version == 1 || version == 2)
			continue;
		begin_madt(0);
		put_cpu(0, 1, 0, REDISTRIBUTORS);
		put_cpu(1, 1, 0, REDISTRIBUTORS + 0x40000);
		put_cpu(2, 0, 0, REDISTRIBUTORS + 0x80000);
		put_distributor(DISTRIBUTOR, version);
		parse_madt();
		unit_equal(platform.warning_count, 0);
		expect_chip(0, IRQCHIP_GICV3, DISTRIBUTOR, 3);
		unit_equal(platform.irqchips[0].regions[2].base, REDISTRIBUTORS + 0x40000);
		unit_equal(platform.irqchips[0].regions[2].size, 0x20000);
	}
}

UNIT_TEST(more_redistributors_than_there_is_room_for)
{
	begin_madt(0);
	put_distributor(DISTRIBUTOR, 3);
	for (uint32_t i = 0; i < PLATFORM_IRQCHIP_REGIONS; i++)
		put_cpu(i, 1, 0, REDISTRIBUTORS + i * 0x40000);
	parse_madt();
	expect_one_warning(MADT_NAME "more redistributors than there is room for; ignored");
	expect_chip(0, IRQCHIP_GICV3, DISTRIBUTOR, PLATFORM_IRQCHIP_REGIONS);
	unit_equal(platform.irqchips[0].redistributor_regions, PLATFORM_IRQCHIP_REGIONS - 1);
}

UNIT_TEST(more_interrupt_controllers_than_there_is_room_for)
{
	begin_madt(0);
	for (uint32_t i = 0; i <= PLATFORM_IRQCHIPS; i++)
		put_its(ITS);
	parse_madt();
	expect_one_warning(MADT_NAME "more interrupt controllers than there is room for; ignored");
	unit_equal(platform.irqchip_count, PLATFORM_IRQCHIPS);
}

UNIT_TEST(what_does_not_answer)
{
	begin_madt(0);
	put_distributor(DISTRIBUTOR, 3);
	put_range(NOTHING, 0x20000);
	put_range(UINT64_MAX - 0xffff, 0x20000);
	put_range(REDISTRIBUTORS, 0);
	put_its(NOTHING);
	put_frame(NOTHING, 0, 0, 0);
	parse_madt();
	unit_equal(platform.irqchip_count, 0);
	unit_equal(platform.warning_count, 6);
	unit_text(platform.warnings[0], MADT_NAME "GIC redistributors at 0x7000000: does not answer; ignored");
	unit_text(platform.warnings[1],
		  MADT_NAME "GIC redistributors at 0xffffffffffff0000: wraps around the address space; ignored");
	unit_text(platform.warnings[2], MADT_NAME "GIC redistributors at 0x80a0000: does not answer; ignored");
	unit_text(platform.warnings[3], MADT_NAME "GIC ITS at 0x7000000: does not answer; ignored");
	unit_text(platform.warnings[4], MADT_NAME "GIC MSI frame at 0x7000000: does not answer; ignored");
	unit_text(platform.warnings[5], MADT_NAME "a GICv3 without redistributors; ignored");

	begin_madt(0);
	put_distributor(DISTRIBUTOR, 2);
	put_cpu(0, 1, 0, 0);
	parse_madt();
	expect_one_warning(MADT_NAME "GIC CPU interface at 0x0: does not answer; ignored");
	unit_equal(platform.irqchip_count, 0);

	begin_madt(INTERFACE);
	put_distributor(NOTHING, 2);
	put_cpu(0, 1, 0, 0);
	parse_madt();
	expect_one_warning(MADT_NAME "GIC distributor at 0x7000000: does not answer; ignored");
	unit_equal(platform.irqchip_count, 0);
}

UNIT_TEST(one_distributor)
{
	begin_madt(0);
	put_cpu(0, 1, INTERFACE, 0);
	parse_madt();
	expect_one_warning(MADT_NAME "no GIC distributor");

	begin_madt(0);
	put_cpu(0, 1, INTERFACE, 0);
	put_distributor(DISTRIBUTOR, 2);
	put_distributor(NOTHING, 3);
	parse_madt();
	expect_one_warning(MADT_NAME "there is another GIC distributor; ignored");
	expect_chip(0, IRQCHIP_GICV2, DISTRIBUTOR, 2);
}

/* An entry of 40 bytes comes from the first release and has no MPIDR. */
UNIT_TEST(entries_that_are_too_short)
{
	static const uint8_t sizes[][2] = { { 11, 75 }, { 11, 40 }, { 12, 23 }, { 13, 23 }, { 14, 15 }, { 15, 19 } };

	for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin_madt(0);
		table_put(&table, (uint8_t[80]){ sizes[i][0], sizes[i][1] }, sizes[i][1]);
		parse_madt();
		unit_equal(platform.warning_count, 1);
		unit_contains(platform.warnings[0], MADT_NAME "entry at 0x2c is too short for type 1");
	}
}

UNIT_TEST(a_madt_that_breaks_off_in_a_cpu)
{
	for (uint32_t left = 1; left < 80; left++) {
		begin_madt(0);
		put_distributor(DISTRIBUTOR, 2);
		put_cpu(0, 1, INTERFACE, 0);
		put_cpu(1, 1, INTERFACE, 0);
		table.length -= 80 - left;
		parse_madt();
		expect_one_warning(MADT_NAME "entry at 0x94 does not fit; the rest is ignored");
		unit_equal(platform.cpu_count, 1);
		expect_chip(0, IRQCHIP_GICV2, DISTRIBUTOR, 2);
	}
}

/* GTDT */

static void begin_gtdt(uint32_t length)
{
	begin();
	table_begin(&table, "GTDT");
	table.length = 104;
	table_set32(&table, 48, 29);
	table_set32(&table, 56, 30);
	table_set32(&table, 60, 4); /* always on */
	table_set32(&table, 64, 27);
	table_set32(&table, 68, 3); /* edge, low */
	table_set32(&table, 72, 26);
	table_set32(&table, 96, 28);
	table_set32(&table, 100, 2);
	table.length = length;
}

static void parse_more(void)
{
	table_place(&table, MORE);
	parse(MORE);
}

UNIT_TEST(timers)
{
	begin_gtdt(104);
	parse_more();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.timer_count, 5);
	unit_equal(platform.timers[0].gsi, 29);
	unit_equal(platform.timers[1].gsi, 30);
	unit_equal(platform.timers[1].trigger, IRQ_LEVEL);
	unit_equal(platform.timers[1].polarity, IRQ_ACTIVE_HIGH);
	unit_equal(platform.timers[2].gsi, 27);
	unit_equal(platform.timers[2].trigger, IRQ_EDGE);
	unit_equal(platform.timers[2].polarity, IRQ_ACTIVE_LOW);
	unit_equal(platform.timers[3].gsi, 26);
	unit_equal(platform.timers[4].gsi, 28);
	unit_equal(platform.timers[4].polarity, IRQ_ACTIVE_LOW);
}

UNIT_TEST(a_gtdt_of_any_length)
{
	for (uint32_t length = TABLE_HEADER; length <= 104; length++) {
		begin_gtdt(length);
		parse_more();
		unit_equal(platform.timer_count, length == 104 ? 5 : length >= 96 ? 4 : 0);
		unit_equal(platform.warning_count, length < 96);
	}
	unit_equal(platform.warning_count, 0);
	begin_gtdt(95);
	parse_more();
	expect_one_warning("ACPI GTDT at 0x105000: length 0x5f is too short; ignored");
}

/* SPCR */

static void begin_spcr(uint8_t kind, uint8_t bits, uint8_t access)
{
	begin();
	table_begin(&table, "SPCR");
	table.length = 80;
	table.bytes[36] = kind;
	table.bytes[41] = bits;
	table.bytes[43] = access;
	table_set64(&table, 44, INTERFACE);
	table_set32(&table, 54, 33);
}

static void expect_uart(enum uart_kind kind, uint8_t width, uint8_t shift)
{
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.uart.kind, kind);
	unit_equal(platform.uart.base, INTERFACE);
	unit_equal(platform.uart.width, width);
	unit_equal(platform.uart.shift, shift);
	unit_equal(platform.uart.irq.gsi, 33);
}

UNIT_TEST(consoles)
{
	static const struct {
		uint8_t kind, bits, access;
		enum uart_kind is;
		uint8_t width, shift;
	} consoles[] = {
		{ 0x03, 8, 1, UART_PL011, 4, 0 }, /* as QEMU has it */
		{ 0x03, 32, 3, UART_PL011, 4, 0 },  { 0x0d, 32, 3, UART_PL011, 4, 0 },
		{ 0x0e, 32, 3, UART_PL011, 4, 0 },  { 0x00, 8, 1, UART_16550, 1, 0 },
		{ 0x01, 8, 0, UART_16550, 1, 0 },   { 0x00, 32, 3, UART_16550, 4, 2 },
		{ 0x12, 32, 1, UART_16550, 1, 2 },  { 0x12, 16, 2, UART_16550, 2, 1 },
		{ 0x12, 8, 4, UART_16550, 1, 0 }, /* no such access */
		{ 0x12, 255, 1, UART_16550, 1, 2 },
	};

	for (uint32_t i = 0; i < sizeof(consoles) / sizeof(consoles[0]); i++) {
		begin_spcr(consoles[i].kind, consoles[i].bits, consoles[i].access);
		parse_more();
		expect_uart(consoles[i].is, consoles[i].width, consoles[i].shift);
	}
}

UNIT_TEST(no_console)
{
	begin_spcr(3, 32, 3);
	table_set64(&table, 44, 0);
	parse_more();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.uart.kind, UART_NONE);

	begin_spcr(15, 32, 3);
	parse_more();
	expect_one_warning("ACPI SPCR at 0x105000: a console of type 0xf in space 0; ignored");
	unit_equal(platform.uart.kind, UART_NONE);

	begin_spcr(0, 8, 1);
	table.bytes[40] = 1;
	parse_more();
	expect_one_warning("ACPI SPCR at 0x105000: a console of type 0x0 in space 1; ignored");

	begin_spcr(3, 32, 3);
	table_set64(&table, 44, NOTHING);
	parse_more();
	expect_one_warning("ACPI SPCR at 0x105000: no console answers at 0x7000000; ignored");
	unit_equal(platform.uart.kind, UART_NONE);

	begin_spcr(3, 32, 3);
	table.length = 57;
	parse_more();
	expect_one_warning("ACPI SPCR at 0x105000: length 0x39 is too short; ignored");
	unit_equal(platform.uart.kind, UART_NONE);
}

/* FADT */

UNIT_TEST(how_psci_is_called)
{
	static const enum psci_conduit conduits[] = { PSCI_NONE, PSCI_SMC, PSCI_NONE, PSCI_HVC };

	for (uint8_t flags = 0; flags < 4; flags++) {
		uint8_t *fadt;

		begin();
		fadt = place_fadt(FADT + 0x10000, DSDT);
		fadt[ARM_BOOT] = flags;
		table_checksum(fadt, FADT_SIZE, TABLE_CHECKSUM);
		place_rsdp(RSDP, 2, 0, ROOT);
		place_root(ROOT, 8, (uint64_t[]){ FADT + 0x10000 }, 1);
		platform_parse_acpi(&platform, RSDP);
		unit_equal(platform.psci.conduit, conduits[flags]);
		unit_equal(platform.psci.has_versions, conduits[flags] != PSCI_NONE);
		unit_equal(platform.psci.cpu_on, conduits[flags] != PSCI_NONE ? PSCI_CPU_ON : 0);
	}
}

/* The first source that announces the console counts. */
UNIT_TEST(a_device_tree_knows_better)
{
	begin_gtdt(104);
	platform.timer_count = 2;
	parse_more();
	unit_equal(platform.timer_count, 2);

	begin_spcr(3, 32, 3);
	platform.uart.kind = UART_16550;
	parse_more();
	unit_equal(platform.uart.kind, UART_16550);

	begin_madt(0);
	platform.irqchips[0] = (struct platform_irqchip){ .kind = IRQCHIP_GICV3 };
	platform.irqchip_count = platform.cpu_count = 1;
	put_distributor(DISTRIBUTOR, 2);
	put_cpu(0, 1, INTERFACE, 0);
	put_cpu(1, 1, INTERFACE, 0);
	put_its(ITS);
	parse_madt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.irqchip_count, 1);
	unit_equal(platform.cpu_count, 1);
}

/* A PC's console is the first serial port, whatever an SPCR says. */
UNIT_TEST(a_pc_knows_better)
{
	begin_spcr(3, 32, 3);
	platform.pc = true;
	parse_more();
	unit_equal(platform.uart.kind, UART_NONE);
	unit_equal(platform.warning_count, 0);
}
