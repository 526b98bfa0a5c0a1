// SPDX-License-Identifier: BSD-2-Clause
/* What ACPI says about an Arm machine: GIC, timers, console. The test of PSCI is in acpi_test.c. */
#include "tests/self/unit/rows.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	/* Where registers answer */
	DISTRIBUTOR = 0x8000000,
	INTERFACE = 0x8010000,
	FRAME = 0x8020000,
	ITS_AT = 0x8080000,
	REDIST = 0x80a0000, /* and each 0x40000 bytes behind it */

	NOTHING = 0x7000000,
};

static struct platform platform;

/* Parses with a `platform` in which something may have been found before. */
static const char *parse(const char *signature, const uint8_t *body, size_t size)
{
	static const uint64_t registers[] = { DISTRIBUTOR, INTERFACE, FRAME, ITS_AT };
	const uint64_t address = strcmp(signature, "APIC") ? AT_MORE : AT_MADT;

	place_acpi(address, NULL, 0);
	place_table(address, signature, body, size);
	for (size_t i = 0; i < UNIT_COUNT(registers); i++)
		machine_place_register(registers[i], 0);
	for (uint32_t i = 0; i < PLATFORM_IRQCHIP_REGIONS + 1; i++)
		machine_place_register(REDIST + 0x40000 * i, 0);
	platform_parse_acpi(&platform, AT_RSDP);
	return found(&platform);
}

static const char *parse_madt(const uint8_t *body, size_t size)
{
	memset(&platform, 0, sizeof(platform));
	return parse("APIC", body, size);
}

static const char *parse_gtdt(const uint8_t *body, size_t size)
{
	memset(&platform, 0, sizeof(platform));
	return parse("GTDT", body, size);
}

static const char *parse_spcr(const uint8_t *body, size_t size)
{
	memset(&platform, 0, sizeof(platform));
	return parse("SPCR", body, size);
}

/* The MADT: its head, which may name a CPU interface for all CPUs, and entries. */
#define HEAD(INTERFACE) LE32(INTERFACE), LE32(0)
#define CPU(MPIDR, FLAGS, INTERFACE, REDISTRIBUTOR)                                                                \
	11, 80, 0, 0, ZEROS4, ZEROS4, LE32(FLAGS), ZEROS16, LE64(INTERFACE), ZEROS16, ZEROS4, LE64(REDISTRIBUTOR), \
		LE64(MPIDR), ZEROS4
#define GICD(BASE, VERSION)		    12, 24, 0, 0, ZEROS4, LE64(BASE), ZEROS4, (VERSION), 0, 0, 0
#define MESSAGES(BASE, FLAGS, COUNT, FIRST) 13, 24, 0, 0, ZEROS4, LE64(BASE), LE32(FLAGS), LE16(COUNT), LE16(FIRST)
#define RANGE(BASE, SIZE)		    14, 16, 0, 0, LE64(BASE), LE32(SIZE)
#define ITS(BASE)			    15, 20, 0, 0, ZEROS4, LE64(BASE), ZEROS4

#define APIC  "! ACPI APIC at 0x103000: "
#define GICV2 "gicv2 0x8000000+0x1000 0x8010000+0x1000\n"

#define TOO_SHORT(TYPE, SIZE)                                                     \
	((struct row){ "type " #TYPE, BYTES(HEAD(0), TYPE, SIZE, [7 + SIZE] = 0), \
		       APIC "entry at 0x2c is too short for type " #TYPE "; ignored\n" })

UNIT_TEST(what_a_madt_says)
{
	const struct row rows[] = {
		{ "GICv2; bit 31 of an MPIDR is not part of the affinity, and a CPU may be disabled",
		  BYTES(HEAD(0), GICD(DISTRIBUTOR, 2), CPU(0, 1, INTERFACE, 0), CPU(0xff80000100, 1, INTERFACE, 0),
			CPU(2, 0, NOTHING, 0)),
		  "cpus 0x0 0xff00000100\n" GICV2 },
		{ "message frame that the table describes", BYTES(HEAD(0), MESSAGES(FRAME, 1, 64, 80)),
		  "gicv2m 0x8020000+0x1000 inputs 64 from 80\n" },
		{ "message frame that describes itself", BYTES(HEAD(0), MESSAGES(FRAME, 0, 64, 80)),
		  "gicv2m 0x8020000+0x1000\n" },
		{ "GICv2 without version, its interface in the head",
		  BYTES(HEAD(INTERFACE), CPU(0, 1, 0, 0), GICD(DISTRIBUTOR, 0)), "lapic 0x8010000\ncpus 0x0\n" GICV2 },
		{ "GICv3 with ranges: redistributors of CPUs do not count",
		  BYTES(HEAD(0), GICD(DISTRIBUTOR, 3), CPU(0, 1, 0, REDIST + 0x80000), RANGE(REDIST, 0x40000),
			RANGE(REDIST + 0x40000, 0x20000), CPU(1, 1, 0, REDIST + 0x80000), ITS(ITS_AT)),
		  "cpus 0x0 0x1\nits 0x8080000+0x20000\n"
		  "gicv3 0x8000000+0x10000 0x80a0000+0x40000 0x80e0000+0x20000 redistributors 2\n" },
		{ "GICv3 with a redistributor of each CPU",
		  BYTES(HEAD(0), CPU(0, 1, 0, REDIST), CPU(1, 1, 0, REDIST + 0x40000), CPU(2, 0, 0, REDIST + 0x80000),
			GICD(DISTRIBUTOR, 3)),
		  "cpus 0x0 0x1\ngicv3 0x8000000+0x10000 0x80a0000+0x20000 0x80e0000+0x20000 redistributors 2\n" },
		{ "GICv4", BYTES(HEAD(0), RANGE(REDIST, 0x40000), GICD(DISTRIBUTOR, 4)),
		  "gicv3 0x8000000+0x10000 0x80a0000+0x40000 redistributors 1\n" },
		{ "GICv3 without version", BYTES(HEAD(0), RANGE(REDIST, 0x40000), GICD(DISTRIBUTOR, 0)),
		  "gicv3 0x8000000+0x10000 0x80a0000+0x40000 redistributors 1\n" },

		{ "no distributor", BYTES(HEAD(0), CPU(0, 1, INTERFACE, 0)), "cpus 0x0\n" APIC "no GIC distributor\n" },
		{ "two distributors", BYTES(HEAD(INTERFACE), GICD(DISTRIBUTOR, 2), GICD(NOTHING, 3)),
		  "lapic 0x8010000\n" GICV2 APIC "there is another GIC distributor; ignored\n" },
		{ "redistributors that cannot be used",
		  BYTES(HEAD(0), GICD(DISTRIBUTOR, 3), RANGE(NOTHING, 0x20000), RANGE(UINT64_MAX - 0xffff, 0x20000),
			RANGE(REDIST, 0)),
		  APIC "GIC redistributors at 0x7000000: does not answer; ignored\n" APIC
		       "GIC redistributors at 0xffffffffffff0000: wraps around the address space; ignored\n" APIC
		       "GIC redistributors at 0x80a0000: does not answer; ignored\n" APIC
		       "a GICv3 without redistributors; ignored\n" },
		{ "ITS and message frame do not answer", BYTES(HEAD(0), ITS(NOTHING), MESSAGES(NOTHING, 0, 0, 0)),
		  APIC "GIC ITS at 0x7000000: does not answer; ignored\n" APIC
		       "GIC MSI frame at 0x7000000: does not answer; ignored\n" },
		{ "no CPU interface", BYTES(HEAD(0), GICD(DISTRIBUTOR, 2)),
		  APIC "GIC CPU interface at 0x0: does not answer; ignored\n" },
		{ "nothing at the distributor", BYTES(HEAD(INTERFACE), GICD(NOTHING, 2)),
		  "lapic 0x8010000\n" APIC "GIC distributor at 0x7000000: does not answer; ignored\n" },
		/* An entry of 40 bytes comes from the first release and has no MPIDR. */
		TOO_SHORT(11, 75),
		TOO_SHORT(11, 40),
		TOO_SHORT(12, 23),
		TOO_SHORT(13, 23),
		TOO_SHORT(14, 15),
		TOO_SHORT(15, 19),
	};

	expect_rows(rows, UNIT_COUNT(rows), parse_madt);
}

UNIT_TEST(a_madt_that_breaks_off_in_a_cpu)
{
	const uint8_t body[] = { HEAD(0), GICD(DISTRIBUTOR, 2), CPU(0, 1, INTERFACE, 0), CPU(1, 1, INTERFACE, 0) };

	for (uint32_t left = 1; left < 80; left++)
		unit_text(parse_madt(body, sizeof(body) - 80 + left),
			  "cpus 0x0\n" GICV2 APIC "entry at 0x94 does not fit; the rest is ignored\n");
}

UNIT_TEST(more_than_there_is_room_for)
{
	const uint8_t head[] = { HEAD(0), GICD(DISTRIBUTOR, 3) };
	struct table table;

	table_begin(&table, "APIC");
	table_put(&table, head, sizeof(head));
	for (uint32_t i = 0; i < PLATFORM_IRQCHIP_REGIONS; i++)
		table_put(&table, BYTES(CPU(i, 1, 0, REDIST + i * 0x40000)));
	for (uint32_t i = 0; i < PLATFORM_IRQCHIPS; i++)
		table_put(&table, BYTES(ITS(ITS_AT)));
	unit_contains(parse_madt(table.bytes + TABLE_HEADER, table.length - TABLE_HEADER),
		      APIC "more redistributors than there is room for; ignored\n" APIC
			   "more interrupt controllers than there is room for; ignored\n");
	unit_equal(platform.irqchip_count, PLATFORM_IRQCHIPS);
	/* One ITS less leaves room for the distributor. */
	table.length -= 20;
	unit_contains(parse_madt(table.bytes + TABLE_HEADER, table.length - TABLE_HEADER), " redistributors 16\n");
	unit_equal(platform.irqchips[PLATFORM_IRQCHIPS - 1].region_count, PLATFORM_IRQCHIP_REGIONS);
}

/* GTDT: five timers, each with its flags: 1 is edge, 2 is low, 4 is always on. The last one came later. */
#define TIMER(GSI, FLAGS) LE32(GSI), LE32(FLAGS)
#define TIMERS4		  ZEROS4, ZEROS4, ZEROS4, TIMER(29, 0), TIMER(30, 4), TIMER(27, 3), TIMER(26, 1), ZEROS16
#define TIMERS		  TIMERS4, TIMER(28, 2)
#define TOLD4		  "timer irq 29 level\ntimer irq 30 level\ntimer irq 27 low\ntimer irq 26\n"

UNIT_TEST(a_gtdt_of_any_length)
{
	const uint8_t body[] = { TIMERS };

	for (uint32_t size = 0; size <= sizeof(body); size++) {
		char told[256] = TOLD4 "timer irq 28 level low\n";

		if (size < sizeof(body))
			strcpy(told, TOLD4);
		if (size < 60)
			snprintf(told, sizeof(told), "! ACPI GTDT at 0x10c000: length 0x%x is too short; ignored\n",
				 size + TABLE_HEADER);
		unit_text(parse_gtdt(body, size), told);
	}
}

/* SPCR: kind of console, its generic address, its interrupt. */
#define CONSOLE(KIND, SPACE, BITS, ACCESS, BASE) \
	(KIND), 0, 0, 0, (SPACE), (BITS), 0, (ACCESS), LE64(BASE), 0, 0, LE32(33)
#define SPCR	   "! ACPI SPCR at 0x10c000: "
#define PL011	   "uart pl011 0x8010000 width 4 shift 0 irq 33\n"
#define UART(SIZE) "uart 16550 0x8010000 " SIZE " irq 33\n"

UNIT_TEST(consoles)
{
	const struct row rows[] = {
		{ "PL011 as QEMU has it", BYTES(CONSOLE(0x03, 0, 8, 1, INTERFACE)), PL011 },
		{ "PL011 of 32 bits", BYTES(CONSOLE(0x03, 0, 32, 3, INTERFACE)), PL011 },
		{ "SBSA, 32 bits", BYTES(CONSOLE(0x0d, 0, 32, 3, INTERFACE)), PL011 },
		{ "SBSA", BYTES(CONSOLE(0x0e, 0, 32, 3, INTERFACE)), PL011 },
		{ "16550", BYTES(CONSOLE(0x00, 0, 8, 1, INTERFACE)), UART("width 1 shift 0") },
		{ "16550 without a size of access", BYTES(CONSOLE(0x01, 0, 8, 0, INTERFACE)), UART("width 1 shift 0") },
		{ "16550 of 32 bits", BYTES(CONSOLE(0x00, 0, 32, 3, INTERFACE)), UART("width 4 shift 2") },
		{ "bytes 32 bits apart", BYTES(CONSOLE(0x12, 0, 32, 1, INTERFACE)), UART("width 1 shift 2") },
		{ "16 bits", BYTES(CONSOLE(0x12, 0, 16, 2, INTERFACE)), UART("width 2 shift 1") },
		{ "no such access", BYTES(CONSOLE(0x12, 0, 8, 4, INTERFACE)), UART("width 1 shift 0") },
		{ "too wide", BYTES(CONSOLE(0x12, 0, 255, 1, INTERFACE)), UART("width 1 shift 2") },
		{ "none", BYTES(CONSOLE(0x03, 0, 32, 3, 0)), "" },
		{ "another kind", BYTES(CONSOLE(0x0f, 0, 32, 3, INTERFACE)),
		  SPCR "a console of type 0xf in space 0; ignored\n" },
		{ "at a port", BYTES(CONSOLE(0x00, 1, 8, 1, INTERFACE)),
		  SPCR "a console of type 0x0 in space 1; ignored\n" },
		{ "does not answer", BYTES(CONSOLE(0x03, 0, 32, 3, NOTHING)),
		  SPCR "no console answers at 0x7000000; ignored\n" },
	};

	expect_rows(rows, UNIT_COUNT(rows), parse_spcr);
	unit_text(parse_spcr(rows[0].bytes, 21), SPCR "length 0x39 is too short; ignored\n");
	/* A PC's console is the first serial port, whatever an SPCR says. */
	memset(&platform, 0, sizeof(platform));
	platform.pc = true;
	unit_text(parse("SPCR", rows[0].bytes, rows[0].size), "");
}

/* The first source that announces the console counts. */
UNIT_TEST(a_device_tree_knows_better)
{
	memset(&platform, 0, sizeof(platform));
	platform.timer_count = 1;
	platform.uart = (struct platform_uart){ .kind = UART_16550, .base = 0x1000, .width = 1 };
	platform.irqchips[0] = (struct platform_irqchip){ .kind = IRQCHIP_GICV3 };
	platform.irqchip_count = platform.cpu_count = 1;
	platform.psci.conduit = PSCI_SMC;
	parse("GTDT", BYTES(TIMERS));
	parse("SPCR", BYTES(CONSOLE(0x03, 0, 32, 3, INTERFACE)));
	unit_text(parse("APIC", BYTES(HEAD(0), GICD(DISTRIBUTOR, 2), CPU(0, 1, INTERFACE, 0), CPU(1, 1, INTERFACE, 0),
				      ITS(ITS_AT))),
		  "cpus 0x0\ngicv3\ntimer irq 0\nuart 16550 0x1000 width 1 shift 0 irq 0\n"
		  "psci smc of the first release, cpu_on 0x0\n");
}
