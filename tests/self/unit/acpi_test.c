// SPDX-License-Identifier: BSD-2-Clause
/* From the RSDP to the tables, and the tables of a PC that are not bytecode: MADT and FADT. */
#include "tests/self/unit/rows.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	ROOT_RSDT = 0x101000,
	DSDT = 40,
	PM1A_CNT = 64,
	PM_TIMER = 76,
	FLAGS = 112,
	RESET_REG = 116,
	RESET_VALUE = 128,
	ARM_BOOT = 129,
	X_DSDT = 140,
	X_PM1A_CNT = 172,
	X_PM_TIMER = 208,
	SLEEP_CONTROL = 244,
	RESET_SUPPORTED = 1 << 10,
	HARDWARE_REDUCED = 1 << 20,
	MEMORY = 0,
	IO = 1,
	PCI = 2,
};

/* Every FADT has this register and every DSDT this value, which shows that discovery read them. */
#define SLEEP "sleep port 0x604\n"
#define ALL   SLEEP "s5 10\n"

static const uint8_t dsdt[] = { 0x08, '_', 'S', '5', '_', 0x12, 4, 1, 0x0a, 10 };

static struct platform platform;

static const char *parse(bool pc, uint64_t rsdp)
{
	memset(&platform, 0, sizeof(platform));
	platform.pc = pc;
	platform_parse_acpi(&platform, rsdp);
	return found(&platform);
}

static void place_changed_fadt(uint64_t address, uint32_t length, const struct change *changes, size_t count)
{
	struct table fadt;

	table_begin(&fadt, "FACP");
	table_set32(&fadt, DSDT, AT_DSDT);
	table_set64(&fadt, X_DSDT, AT_DSDT);
	table_set32(&fadt, PM1A_CNT, 0x604);
	change(fadt.bytes, changes, count);
	fadt.length = length;
	table_place(&fadt, address);
}

/* Places FADT and DSDT, without a root. */
static void place_tables(void)
{
	machine_reset();
	place_changed_fadt(AT_FADT, FADT_SIZE, NULL, 0);
	place_table(AT_DSDT, "DSDT", dsdt, sizeof(dsdt));
}

/* Places these, and an XSDT and an RSDT that list the FADT. Returns the XSDT's bytes. */
static uint8_t *place_roots(void)
{
	place_tables();
	place_root(ROOT_RSDT, 4, (uint64_t[]){ AT_FADT }, 1);
	return place_root(AT_ROOT, 8, (uint64_t[]){ AT_FADT }, 1);
}

#define LOADER		     "! ACPI RSDP at 0xf31a0, from the loader: "
#define XSDT		     "! ACPI XSDT at 0x100000: "
#define GOOD		     RSDP_SIZE, 2, 0, AT_ROOT
#define SET(AT, SIZE, VALUE) ((struct change){ (AT), (SIZE), (VALUE) })
#define NONE		     SET(0, 0, 0)

UNIT_TEST(from_the_rsdp_to_the_root)
{
	const struct {
		const char *row;
		uint32_t size; /* how many bytes of the RSDP can be reached */
		uint8_t revision;
		uint32_t rsdt;
		uint64_t xsdt_address;
		struct change rsdp, xsdt;
		const char *told;
	} rows[] = {
		{ "XSDT", GOOD, NONE, NONE, ALL },
		{ "XSDT before RSDT", 36, 2, AT_RSDP, AT_ROOT, NONE, NONE, ALL },
		{ "first release: RSDT", 20, 0, ROOT_RSDT, 0, NONE, NONE, ALL },
		{ "revision 1", 20, 1, ROOT_RSDT, 0, NONE, NONE, ALL },
		{ "RSDT alone", 36, 2, ROOT_RSDT, 0, NONE, NONE, ALL },
		{ "RSDT stands in", 36, 2, ROOT_RSDT, AT_DSDT, NONE, NONE,
		  ALL "! ACPI XSDT at 0x104000: has the signature DSDT; ignored\n" },
		{ "XSDT for an RSDT", 36, 2, AT_ROOT, 0, NONE, NONE,
		  "! ACPI RSDT at 0x100000: has the signature XSDT; ignored\n" },
		{ "neither", 36, 2, 0, 0, NONE, NONE, "! ACPI RSDP: names neither an XSDT nor an RSDT; no ACPI\n" },
		{ "the RSDP itself", 36, 2, 0, AT_RSDP, NONE, NONE,
		  "! ACPI XSDT at 0xf31a0: has the signature RSD ; ignored\n" },
		{ "nowhere", 36, 2, 0, UINT64_MAX, NONE, NONE,
		  "! ACPI XSDT at 0xffffffffffffffff: unreachable; ignored\n" },
		{ "nothing there", 0, 2, 0, AT_ROOT, NONE, NONE, LOADER "unreachable; looking elsewhere\n" },
		{ "last byte", 35, 2, 0, AT_ROOT, NONE, NONE, LOADER "unreachable; looking elsewhere\n" },
		{ "first letter", GOOD, SET(0, 1, 'r'), NONE, LOADER "no signature; looking elsewhere\n" },
		{ "last letter", GOOD, SET(7, 1, '_'), NONE, LOADER "no signature; looking elsewhere\n" },
		{ "first part", GOOD, SET(9, 1, 'X'), NONE, LOADER "bad checksum; looking elsewhere\n" },
		{ "second part", GOOD, SET(24, 1, 1), NONE, LOADER "bad extended checksum; looking elsewhere\n" },
		{ "length 0", GOOD, SET(20, 4, 0), NONE, LOADER "bad length; looking elsewhere\n" },
		{ "length 35", GOOD, SET(20, 4, 35), NONE, LOADER "bad length; looking elsewhere\n" },
		{ "length 37", GOOD, SET(20, 4, 37), NONE, LOADER "unreachable; looking elsewhere\n" },
		{ "length 4096", GOOD, SET(20, 4, 4096), NONE, LOADER "unreachable; looking elsewhere\n" },
		{ "length 4097", GOOD, SET(20, 4, 4097), NONE, LOADER "bad length; looking elsewhere\n" },
		{ "XSDT length 0", GOOD, NONE, SET(TABLE_LENGTH, 4, 0), XSDT "impossible length 0x0; ignored\n" },
		{ "XSDT length 35", GOOD, NONE, SET(TABLE_LENGTH, 4, 35), XSDT "impossible length 0x23; ignored\n" },
		{ "its head only", GOOD, NONE, SET(TABLE_LENGTH, 4, TABLE_HEADER),
		  XSDT "bad checksum (bytes add up to 0xc8, not 0); ignored\n" },
		{ "1 MiB", GOOD, NONE, SET(TABLE_LENGTH, 4, 1 << 20),
		  XSDT "length 0x100000 leads to unreachable memory; ignored\n" },
		{ "too long", GOOD, NONE, SET(TABLE_LENGTH, 4, (1 << 20) + 1),
		  XSDT "impossible length 0x100001; ignored\n" },
		{ "a byte of it", GOOD, NONE, SET(10, 1, 'W'),
		  XSDT "bad checksum (bytes add up to 0x03, not 0); ignored\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t rsdp[RSDP_SIZE];

		unit_row(rows[i].row);
		change(place_roots(), &rows[i].xsdt, 1);
		make_rsdp(rsdp, rows[i].revision, rows[i].rsdt, rows[i].xsdt_address);
		change(rsdp, &rows[i].rsdp, 1);
		machine_place(AT_RSDP, rsdp, rows[i].size);
		unit_text(parse(true, AT_RSDP), rows[i].told);
	}
}

/* In the BIOS areas, with decoys: the signature not aligned, and aligned but with a wrong checksum. */
UNIT_TEST(an_rsdp_that_is_searched_for)
{
	enum { START = 0x9fc00, SIZE = 0x100000 - START };
	static const struct {
		const char *row;
		uint64_t at, loader;
		uint8_t revision;
		bool pc;
		const char *told;
	} rows[] = {
		{ "end of the BIOS area", 0xfffd0, 0, 2, true, ALL },
		{ "extended BIOS data area", 0x9ffd0, 0, 2, true, ALL },
		{ "first release, which fits behind", 0xfffe0, 0, 0, true, ALL },
		{ "only decoys", 0xfffe8, 0, 2, true,
		  "! ACPI RSDP at 0xf0000: bad checksum or length, and there is no other; no ACPI\n" },
		{ "no PC", 0xfffd0, 0, 2, false, "" },
		{ "no PC, and what the loader says is wrong", 0xfffd0, 0xfffd1, 2, false,
		  "! ACPI RSDP at 0xfffd1, from the loader: no signature; no ACPI\n" },
	};
	static uint8_t area[SIZE];

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint8_t rsdp[RSDP_SIZE];

		unit_row(rows[i].row);
		place_roots();
		memset(area, 0, sizeof(area));
		memcpy(area + 0xf0000 - START, "RSD PTR ", 8);
		memcpy(area + 0xf31a4 - START, "RSD PTR ", 8);
		make_rsdp(rsdp, rows[i].revision, ROOT_RSDT, rows[i].revision ? AT_ROOT : 0);
		memcpy(area + rows[i].at - START, rsdp, rows[i].revision && rows[i].at < 0xfffe0 ? RSDP_SIZE : 20);
		machine_place(START, area, sizeof(area));
		unit_text(parse(rows[i].pc, rows[i].loader), rows[i].told);
	}
	machine_reset();
	unit_text(parse(true, 0), "");
}

/* Entries may also list another FADT, an RSDT, and a MADT with a wrong checksum. */
static const char *parse_xsdt(const uint8_t *entries, size_t size)
{
	place_tables();
	place_changed_fadt(AT_MORE, FADT_SIZE, NULL, 0);
	place_root(ROOT_RSDT, 4, (uint64_t[]){ AT_FADT }, 1);
	place_table(AT_MADT, "APIC", BYTES(LE64(0xfee00000)))[TABLE_HEADER]++;
	place_table(AT_ROOT, "XSDT", entries, size);
	place_rsdp(AT_RSDP, 2, 0, AT_ROOT);
	return parse(true, AT_RSDP);
}

UNIT_TEST(what_an_xsdt_lists)
{
	const struct row rows[] = {
		{ "nothing", BYTES(0),
		  XSDT "length 0x25 ends inside an entry\n" XSDT "lists no intact FACP, so there is no DSDT\n" },
		{ "itself", BYTES(LE64(AT_FADT), LE64(AT_ROOT)), ALL XSDT "lists itself\n" },
		{ "a table twice", BYTES(LE64(AT_FADT), LE64(AT_FADT)), ALL XSDT "lists 0x102000 twice\n" },
		{ "a DSDT", BYTES(LE64(AT_FADT), LE64(AT_DSDT)),
		  ALL XSDT "lists a DSDT, which does not belong there; ignored\n" },
		{ "an RSDT", BYTES(LE64(AT_FADT), LE64(ROOT_RSDT)),
		  ALL XSDT "lists a RSDT, which does not belong there; ignored\n" },
		{ "what cannot be reached", BYTES(LE64(0x999000), LE64(AT_FADT)),
		  ALL "! ACPI ? at 0x999000: unreachable; ignored\n" },
		{ "another FADT", BYTES(LE64(AT_FADT), LE64(AT_MORE)),
		  ALL "! ACPI FACP at 0x10c000: there is another at 0x102000; ignored\n" },
		{ "a hole", BYTES(LE64(0), LE64(AT_FADT)), ALL XSDT "has an empty entry\n" },
		{ "half an entry", BYTES(LE64(AT_FADT), LE32(AT_MADT)), ALL XSDT "length 0x30 ends inside an entry\n" },
		{ "a broken table", BYTES(LE64(AT_MADT), LE64(AT_FADT)),
		  ALL "! ACPI APIC at 0x103000: bad checksum (bytes add up to 0x01, not 0); ignored\n" },
	};

	expect_rows(rows, UNIT_COUNT(rows), parse_xsdt);
}

UNIT_TEST(more_tables_than_there_is_room_for)
{
	uint64_t entries[65] = { AT_FADT };
	uint8_t filler[64 * TABLE_HEADER];
	struct table one;

	table_begin(&one, "FILL");
	table_finish(&one);
	for (uint32_t i = 0; i < 64; i++) {
		memcpy(filler + i * TABLE_HEADER, one.bytes, TABLE_HEADER);
		entries[1 + i] = AT_MORE + i * TABLE_HEADER;
	}
	for (uint32_t count = 64; count <= 65; count++) {
		place_tables();
		machine_place(AT_MORE, filler, sizeof(filler));
		place_root(AT_ROOT, 8, entries, count);
		place_rsdp(AT_RSDP, 2, 0, AT_ROOT);
		unit_text(parse(true, AT_RSDP),
			  count == 64 ? ALL : ALL XSDT "has 65 entries; those after the first 64 tables are ignored\n");
	}
}

#define FACP			    "! ACPI FACP at 0x102000: "
#define GENERIC(AT, SPACE, ADDRESS) SET((AT), 1, (SPACE)), SET((AT) + 4, 8, (ADDRESS))

static const char *parse_fadt(uint32_t length, const struct change *changes, size_t count)
{
	machine_reset();
	place_rsdp(AT_RSDP, 2, 0, AT_ROOT);
	place_root(AT_ROOT, 8, (uint64_t[]){ AT_FADT }, 1);
	place_table(AT_DSDT, "DSDT", dsdt, sizeof(dsdt));
	place_changed_fadt(AT_FADT, length, changes, count);
	return parse(true, AT_RSDP);
}

UNIT_TEST(what_a_fadt_says)
{
	const struct {
		const char *row;
		const struct change *changes;
		size_t count;
		const char *told;
	} rows[] = {
		{ "a PC",
		  CHANGES({ FLAGS, 4, RESET_SUPPORTED }, { PM_TIMER, 4, 0x608 }, GENERIC(RESET_REG, IO, 0xcf9),
			  { RESET_VALUE, 1, 0x0f }),
		  ALL "reset port 0xcf9 = 0xf\npm timer port 0x608\n" },
		{ "generic addresses come first; no reset without its flag",
		  CHANGES({ PM_TIMER, 4, 0x608 }, GENERIC(X_PM1A_CNT, MEMORY, 0xfed00004),
			  GENERIC(X_PM_TIMER, IO, 0x408), GENERIC(RESET_REG, IO, 0xcf9)),
		  "sleep at 0xfed00004\ns5 10\npm timer port 0x408\n" },
		{ "hardware-reduced",
		  CHANGES({ FLAGS, 4, HARDWARE_REDUCED | RESET_SUPPORTED }, { PM_TIMER, 4, 0x608 },
			  GENERIC(SLEEP_CONTROL, MEMORY, 0xfea00200), GENERIC(RESET_REG, MEMORY, 0xfea00202),
			  { RESET_VALUE, 1, 0x42 }),
		  "hardware-reduced\nsleep at 0xfea00200\ns5 10\nreset at 0xfea00202 = 0x42\n" },
		{ "PCI space", CHANGES({ FLAGS, 4, RESET_SUPPORTED }, GENERIC(RESET_REG, PCI, 0x64)),
		  ALL FACP "RESET_REG at 0x64 in space 2; ignored\n" },
		{ "last port", CHANGES({ PM_TIMER, 4, 0xffff }), ALL "pm timer port 0xffff\n" },
		{ "no port", CHANGES({ PM_TIMER, 4, 0x10000 }), ALL FACP "PM timer at 0x10000 in space 1; ignored\n" },
		{ "timer in memory", CHANGES(GENERIC(X_PM_TIMER, MEMORY, 0x8000)), ALL },
		{ "two DSDTs", CHANGES({ X_DSDT, 8, AT_FADT }),
		  SLEEP FACP "DSDT at 0x104000 or 0x102000; the second is used\n"
			     "! ACPI DSDT at 0x102000: has the signature FACP; ignored\n" },
		{ "older DSDT alone", CHANGES({ X_DSDT, 8, 0 }), ALL },
		{ "newer DSDT alone", CHANGES({ DSDT, 4, 0 }), ALL },
		{ "HVC, but no PSCI", CHANGES({ ARM_BOOT, 2, 2 }), ALL },
		{ "PSCI by SMC", CHANGES({ ARM_BOOT, 2, 1 }), "psci smc, cpu_on 0xc4000003\n" ALL },
		{ "PSCI by HVC", CHANGES({ ARM_BOOT, 2, 3 }), "psci hvc, cpu_on 0xc4000003\n" ALL },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		unit_row(rows[i].row);
		unit_text(parse_fadt(FADT_SIZE, rows[i].changes, rows[i].count), rows[i].told);
	}
}

/* With every length, discovery reads no field that the table does not have, and nothing behind its end. */
UNIT_TEST(a_fadt_of_any_length)
{
	static const uint32_t flags[] = { RESET_SUPPORTED, HARDWARE_REDUCED | RESET_SUPPORTED };

	for (uint32_t length = TABLE_HEADER; length <= FADT_SIZE; length++)
		for (size_t i = 0; i < UNIT_COUNT(flags); i++) {
			const bool reduced = i && length >= FLAGS + 4;
			const char *sleep = length >= PM1A_CNT + 4 ? SLEEP : "";
			char told[160];

			if (reduced)
				sleep = length < SLEEP_CONTROL + 12 ? "hardware-reduced\n"
								    : "hardware-reduced\nsleep at 0xfea00200\n";
			snprintf(told, sizeof(told), "%s%s%s", sleep,
				 length < DSDT + 4 ? FACP "names no DSDT\n" : "s5 10\n",
				 length > RESET_VALUE ? "reset port 0xcf9 = 0x0\n" : "");
			unit_text(parse_fadt(length, CHANGES({ FLAGS, 4, flags[i] }, GENERIC(RESET_REG, IO, 0xcf9),
							     GENERIC(SLEEP_CONTROL, MEMORY, 0xfea00200))),
				  told);
		}
}

/* The MADT: its head, and entries for processors, I/O APICs and moved ISA interrupts. */
#define HEAD			       LE32(0xfee00000), LE32(1)
#define LAPIC(ID, FLAGS)	       0, 8, 0x77, (ID), LE32(FLAGS)
#define X2APIC(ID, FLAGS)	       9, 16, 0, 0, LE32(ID), LE32(FLAGS), LE32(0x77)
#define IOAPIC(ADDRESS, GSI)	       1, 12, 0, 0, LE32(ADDRESS), LE32(GSI)
#define OVERRIDE(BUS, ISA, GSI, FLAGS) 2, 10, (BUS), (ISA), LE32(GSI), LE16(FLAGS)
#define LAPIC_ADDRESS(ADDRESS)	       5, 12, 0, 0, LE64(ADDRESS)
#define NMI			       4, 6, 0xff, 0, 0, 1
#define OF_THE_OEM		       0x80, 2

#define LAPIC_BASE "lapic 0xfee00000\n"
#define APIC	   "! ACPI APIC at 0x103000: "

static const char *parse_madt(const uint8_t *body, size_t size)
{
	place_acpi(AT_MADT, NULL, 0);
	place_table(AT_MADT, "APIC", body, size);
	return parse(true, AT_RSDP);
}

UNIT_TEST(what_a_madt_says)
{
	const struct row rows[] = {
		{ "no entries", BYTES(HEAD), LAPIC_BASE },
		{ "too short for its head", BYTES(LE32(0xfee00000), 0, 0, 0),
		  APIC "length 0x2b is too short; ignored\n" },
		{ "CPUs: enabled, not, perhaps later",
		  BYTES(HEAD, LAPIC(0, 1), LAPIC(1, 1), LAPIC(2, 0), LAPIC(3, 2), X2APIC(0x100, 1), X2APIC(0x101, 2)),
		  LAPIC_BASE "cpus 0x0 0x1 0x100\n" },
		{ "I/O APICs", BYTES(HEAD, IOAPIC(0xfec00000, 0), IOAPIC(0xfec10000, 24)),
		  LAPIC_BASE "ioapic 0xfec00000 from 0\nioapic 0xfec10000 from 24\n" },
		{ "moved interrupts",
		  BYTES(HEAD, OVERRIDE(0, 0, 2, 0), OVERRIDE(0, 9, 9, 0xd), OVERRIDE(0, 5, 21, 0xf),
			OVERRIDE(0, 6, 6, 0x5)),
		  LAPIC_BASE "isa 0: irq 2\nisa 9: irq 9 level\nisa 5: irq 21 level low\nisa 6: irq 6\n" },
		{ "the local APIC is elsewhere", BYTES(HEAD, LAPIC_ADDRESS(0x1fee00000)), "lapic 0x1fee00000\n" },
		{ "entries that we do not use", BYTES(HEAD, NMI, OF_THE_OEM), LAPIC_BASE },

		{ "a CPU twice", BYTES(HEAD, LAPIC(0, 1), LAPIC(1, 1), X2APIC(1, 1)),
		  LAPIC_BASE "cpus 0x0 0x1\n" APIC "CPU id 1 is listed twice\n" },
		{ "I/O APICs that collide",
		  BYTES(HEAD, IOAPIC(0xfec20000, 72), IOAPIC(0xfec00000, 0), IOAPIC(0xfec00000, 24),
			IOAPIC(0xfec10000, 0), IOAPIC(0, 48)),
		  LAPIC_BASE "ioapic 0xfec20000 from 72\nioapic 0xfec00000 from 0\n" APIC
			     "I/O APIC at 0xfec00000, GSI 24 on: collides with another; ignored\n" APIC
			     "I/O APIC at 0xfec10000, GSI 0 on: collides with another; ignored\n" APIC
			     "I/O APIC at address 0; ignored\n" },
		{ "an interrupt that is moved twice",
		  BYTES(HEAD, OVERRIDE(0, 4, 4, 0xd), OVERRIDE(0, 5, 5, 0xd), OVERRIDE(0, 5, 6, 0xd)),
		  LAPIC_BASE "isa 4: irq 4 level\nisa 5: irq 5 level\n" APIC
			     "ISA interrupt 5 is overridden twice; the first counts\n" },
		{ "interrupts that ISA does not have",
		  BYTES(HEAD, OVERRIDE(1, 6, 6, 0), OVERRIDE(0, 16, 16, 0), OVERRIDE(0, 15, 15, 0)),
		  LAPIC_BASE "isa 15: irq 15\n" APIC
			     "override of interrupt 6 of bus 1, which is not ISA; ignored\n" APIC
			     "override of interrupt 16, which ISA does not have; ignored\n" },
		{ "reserved flags", BYTES(HEAD, OVERRIDE(0, 7, 7, 0x2), OVERRIDE(0, 8, 8, 0x8)),
		  LAPIC_BASE "isa 7: irq 7\nisa 8: irq 8\n" APIC
			     "ISA interrupt 7: reserved polarity, taken as active high\n" APIC
			     "ISA interrupt 8: reserved trigger, taken as edge\n" },

		{ "an entry of length 0", BYTES(HEAD, LAPIC(0, 1), 0, 0, 0, 0),
		  LAPIC_BASE "cpus 0x0\n" APIC "entry at 0x34 does not fit; the rest is ignored\n" },
		{ "an entry of length 1", BYTES(HEAD, LAPIC(0, 1), 0, 1, 0, 0),
		  LAPIC_BASE "cpus 0x0\n" APIC "entry at 0x34 does not fit; the rest is ignored\n" },
		{ "an entry that is cut", BYTES(HEAD, LAPIC(0, 1), 0, 5, 0, 0),
		  LAPIC_BASE "cpus 0x0\n" APIC "entry at 0x34 does not fit; the rest is ignored\n" },
		{ "half a head of an entry", BYTES(HEAD, 0),
		  LAPIC_BASE APIC "entry at 0x2c does not fit; the rest is ignored\n" },
		{ "entries that are too short for their type",
		  BYTES(HEAD, 0, 7, 0, 0, 0, 0, 0, 1, 4, 0, 0, 2, 4, 0, 0, 5, 4, 0, 0, 9, 4, 0, 0, LAPIC(0, 1)),
		  LAPIC_BASE "cpus 0x0\n" APIC "entry at 0x2c is too short for type 0; ignored\n" APIC
			     "entry at 0x33 is too short for type 1; ignored\n" APIC
			     "entry at 0x37 is too short for type 2; ignored\n" APIC
			     "entry at 0x3b is too short for type 5; ignored\n" APIC
			     "entry at 0x3f is too short for type 9; ignored\n" },
	};

	expect_rows(rows, UNIT_COUNT(rows), parse_madt);
}

UNIT_TEST(more_in_a_madt_than_there_is_room_for)
{
	const uint8_t head[] = { HEAD };
	struct table madt;

	table_begin(&madt, "APIC");
	table_put(&madt, head, sizeof(head));
	for (uint32_t i = 0; i < PLATFORM_CPUS + 2; i++)
		table_put(&madt, BYTES(X2APIC(i, 1)));
	for (uint32_t i = 0; i <= PLATFORM_IOAPICS; i++)
		table_put(&madt, BYTES(IOAPIC(0xfec00000 + i * 0x1000, i * 24)));
	for (uint8_t i = 0; i < PLATFORM_OVERRIDES; i++)
		table_put(&madt, BYTES(OVERRIDE(0, i, i, 0)));
	place_acpi(AT_MADT, NULL, 0);
	table_place(&madt, AT_MADT);
	unit_contains(parse(true, AT_RSDP),
		      "isa 15: irq 15\n" APIC "CPU id 64: more than 64 CPUs; ignored\n" APIC
		      "CPU id 65: more than 64 CPUs; ignored\n" APIC "I/O APIC at 0xfec08000: more than 8; ignored\n");
	unit_equal(platform.cpu_count, PLATFORM_CPUS);
	unit_equal(platform.ioapic_count, PLATFORM_IOAPICS);
	unit_equal(platform.override_count, PLATFORM_OVERRIDES);
}
