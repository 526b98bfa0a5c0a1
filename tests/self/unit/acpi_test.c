// SPDX-License-Identifier: BSD-2-Clause
/* From the RSDP to the tables, and the tables that are not bytecode: MADT and FADT. */
#include "tests/self/unit/unit.h"

#include "firmware/discovery/platform.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	RSDP = 0xf31a0,
	ROOT = 0x100000,
	ROOT_RSDT = 0x101000,
	FADT = 0x102000,
	MADT = 0x103000,
	DSDT = 0x104000,
	SSDT = 0x105000,
	BIOS = 0xe0000,
	BIOS_SIZE = 0x20000,
};

static struct platform platform;

static void parse(uint64_t rsdp)
{
	memset(&platform, 0, sizeof(platform));
	platform.pc = true;
	platform_parse_acpi(&platform, rsdp);
}

static void expect_one_warning(const char *warning)
{
	unit_equal(platform.warning_count, 1);
	unit_text(platform.warnings[0], warning);
}

static void place_empty(const char *signature, uint64_t address)
{
	struct table table;

	table_begin(&table, signature);
	table_place(&table, address);
}

/* Places RSDP, XSDT, FADT, an empty DSDT and the given table. Returns the XSDT's bytes. */
static uint8_t *place_skeleton(uint64_t more)
{
	const uint64_t entries[] = { FADT, more };

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT);
	place_fadt(FADT, DSDT);
	place_empty("DSDT", DSDT);
	return place_root(ROOT, 8, entries, more ? 2 : 1);
}

UNIT_TEST(a_good_skeleton_has_no_warnings)
{
	place_skeleton(0);
	parse(RSDP);
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 0);
}

UNIT_TEST(no_acpi_at_all)
{
	machine_reset();
	parse(0);
	unit_equal(platform.warning_count, 0);
}

UNIT_TEST(an_rsdp_of_the_first_release)
{
	const uint64_t entries[] = { FADT };

	machine_reset();
	place_rsdp(RSDP, 0, ROOT, 0);
	place_root(ROOT, 4, entries, 1);
	place_fadt(FADT, DSDT);
	place_empty("DSDT", DSDT);
	parse(RSDP);
	unit_equal(platform.warning_count, 0);
}

/* A BIOS area with decoys: the signature inside code and not aligned, and aligned but with a wrong checksum. */
static uint8_t *place_bios(void)
{
	static uint8_t bios[BIOS_SIZE];

	memset(bios, 0, sizeof(bios));
	memcpy(bios + 0x131a4, "RSD PTR ", 8);
	memcpy(bios + 0x10000, "RSD PTR ", 8);
	return machine_place(BIOS, bios, sizeof(bios));
}

UNIT_TEST(an_rsdp_is_found_by_scanning)
{
	uint8_t *bios;

	place_skeleton(DSDT);
	bios = place_bios();
	make_rsdp(bios + BIOS_SIZE - 48, 2, 0, ROOT);
	parse(0);
	expect_one_warning("ACPI XSDT at 0x100000: lists a DSDT, which does not belong there; ignored");

	/* At the very end of the area only the short structure fits. */
	place_skeleton(0);
	bios = place_bios();
	make_rsdp(bios + BIOS_SIZE - 48, 0, ROOT, 0);
	parse(0);
	expect_one_warning("ACPI RSDT at 0x100000: has the signature XSDT; ignored");
}

UNIT_TEST(no_pc_has_an_rsdp_there)
{
	place_skeleton(DSDT);
	make_rsdp(place_bios() + BIOS_SIZE - 48, 2, 0, ROOT);
	memset(&platform, 0, sizeof(platform));
	platform_parse_acpi(&platform, 0);
	unit_equal(platform.warning_count, 0);
	platform_parse_acpi(&platform, RSDP + 1);
	expect_one_warning("ACPI RSDP at 0xf31a1, from the loader: no signature; no ACPI");
}

UNIT_TEST(decoys_are_not_an_rsdp)
{
	machine_reset();
	place_bios();
	parse(0);
	expect_one_warning("ACPI RSDP at 0xf0000: bad checksum or length, and there is no other; no ACPI");
}

UNIT_TEST(an_rsdp_in_the_extended_bios_data_area)
{
	uint8_t ebda[0x400] = { 0 };

	place_skeleton(0);
	make_rsdp(ebda + 0x3d0, 2, 0, DSDT);
	machine_place(0x9fc00, ebda, sizeof(ebda));
	parse(0);
	expect_one_warning("ACPI XSDT at 0x104000: has the signature DSDT; ignored");
}

UNIT_TEST(a_broken_rsdp_from_the_loader)
{
	uint8_t rsdp[RSDP_SIZE];

	machine_reset();
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: unreachable; looking elsewhere");

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT)[0] = 'r';
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: no signature; looking elsewhere");

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT)[7] = '_';
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: no signature; looking elsewhere");

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT)[9]++;
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: bad checksum; looking elsewhere");

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT)[24]++;
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: bad extended checksum; looking elsewhere");

	machine_reset();
	make_rsdp(rsdp, 2, 0, ROOT);
	machine_place(RSDP, rsdp, RSDP_SIZE - 1);
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: unreachable; looking elsewhere");
}

UNIT_TEST(an_rsdp_with_an_impossible_length)
{
	static const uint32_t lengths[] = { 0, 20, 35, 4097, UINT32_MAX };

	for (uint32_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		machine_reset();
		memcpy(place_rsdp(RSDP, 2, 0, ROOT) + 20, &lengths[i], sizeof(lengths[i]));
		parse(RSDP);
		expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: bad length; looking elsewhere");
	}
	machine_reset();
	memcpy(place_rsdp(RSDP, 2, 0, ROOT) + 20, &(uint32_t){ 37 }, sizeof(uint32_t));
	parse(RSDP);
	expect_one_warning("ACPI RSDP at 0xf31a0, from the loader: unreachable; looking elsewhere");
}

UNIT_TEST(an_rsdp_that_leads_nowhere)
{
	machine_reset();
	place_rsdp(RSDP, 2, 0, 0);
	parse(RSDP);
	expect_one_warning("ACPI RSDP: names neither an XSDT nor an RSDT; no ACPI");

	machine_reset();
	place_rsdp(RSDP, 2, 0, RSDP);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0xf31a0: has the signature RSD ; ignored");

	machine_reset();
	place_rsdp(RSDP, 2, 0, UINT64_MAX);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0xffffffffffffffff: unreachable; ignored");
}

UNIT_TEST(the_rsdt_stands_in_for_a_broken_xsdt)
{
	const uint64_t entries[] = { FADT };

	machine_reset();
	place_rsdp(RSDP, 2, ROOT_RSDT, ROOT);
	place_root(ROOT, 8, entries, 1)[TABLE_CHECKSUM] += 3;
	place_root(ROOT_RSDT, 4, entries, 1);
	place_fadt(FADT, DSDT);
	parse(RSDP);
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "ACPI XSDT at 0x100000: bad checksum (bytes add up to 0x03, not 0); ignored");
	unit_text(platform.warnings[1],
		  "ACPI DSDT at 0x104000: unreachable; ignored"); /* this shows that the FADT was read */
}

UNIT_TEST(a_root_with_an_impossible_length)
{
	static const uint32_t lengths[] = { 0, 1, 35, (1 << 20) + 1, UINT32_MAX };

	for (uint32_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memcpy(place_skeleton(0) + TABLE_LENGTH, &lengths[i], sizeof(lengths[i]));
		parse(RSDP);
		unit_equal(platform.warning_count, 1);
		unit_contains(platform.warnings[0], "ACPI XSDT at 0x100000: impossible length 0x");
	}
	memcpy(place_skeleton(0) + TABLE_LENGTH, &(uint32_t){ 0x100 }, sizeof(uint32_t));
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: length 0x100 leads to unreachable memory; ignored");
}

UNIT_TEST(a_root_that_lists_what_it_should_not)
{
	place_skeleton(ROOT);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: lists itself");

	place_skeleton(FADT);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: lists 0x102000 twice");

	place_skeleton(DSDT);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: lists a DSDT, which does not belong there; ignored");

	place_skeleton(ROOT_RSDT);
	place_root(ROOT_RSDT, 4, (uint64_t[]){ ROOT }, 1);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: lists a RSDT, which does not belong there; ignored");

	place_skeleton(0x999000);
	parse(RSDP);
	expect_one_warning("ACPI ? at 0x999000: unreachable; ignored");

	place_skeleton(SSDT);
	place_fadt(SSDT, DSDT);
	parse(RSDP);
	expect_one_warning("ACPI FACP at 0x105000: there is another at 0x102000; ignored");
}

UNIT_TEST(a_root_with_holes)
{
	const uint64_t entries[] = { 0, FADT };

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT);
	place_root(ROOT, 8, entries, 2);
	place_fadt(FADT, DSDT);
	place_empty("DSDT", DSDT);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: has an empty entry");
}

UNIT_TEST(a_root_that_ends_inside_an_entry)
{
	struct table root;

	place_skeleton(0);
	place_rsdp(RSDP + 0x100, 2, 0, ROOT_RSDT);
	table_begin(&root, "XSDT");
	table_put64(&root, FADT);
	table_put32(&root, MADT);
	table_place(&root, ROOT_RSDT);
	parse(RSDP + 0x100);
	expect_one_warning("ACPI XSDT at 0x101000: length 0x30 ends inside an entry");
}

UNIT_TEST(a_root_with_more_tables_than_there_is_room_for)
{
	uint64_t entries[66] = { FADT };
	struct table filler;

	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT);
	place_fadt(FADT, DSDT);
	place_empty("DSDT", DSDT);
	/* All fillers share one region, because the machine has fewer regions than this root has entries. */
	table_begin(&filler, "FILL");
	for (uint32_t i = 1; i < 66; i++) {
		struct table one;

		table_begin(&one, "FILL");
		table_finish(&one);
		if (i > 1)
			table_put(&filler, one.bytes, one.length);
		else
			filler = one;
		entries[i] = SSDT + (i - 1) * TABLE_HEADER;
	}
	machine_place(SSDT, filler.bytes, filler.length);
	place_root(ROOT, 8, entries, 66);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: has 66 entries; those after the first 64 tables are ignored");
}

UNIT_TEST(a_root_without_fadt)
{
	machine_reset();
	place_rsdp(RSDP, 2, 0, ROOT);
	place_root(ROOT, 8, NULL, 0);
	parse(RSDP);
	expect_one_warning("ACPI XSDT at 0x100000: lists no intact FACP, so there is no DSDT");
}

/* A table that is bad in one of the ways in which a root can be bad is ignored, and the others are still read. */
UNIT_TEST(a_broken_table_does_not_hide_the_others)
{
	struct table madt;

	place_skeleton(MADT);
	table_begin(&madt, "APIC");
	table_put32(&madt, 0xfee00000);
	table_put32(&madt, 0);
	table_place(&madt, MADT)[TABLE_HEADER]++;
	parse(RSDP);
	expect_one_warning("ACPI APIC at 0x103000: bad checksum (bytes add up to 0x01, not 0); ignored");
	unit_equal(platform.lapic_base, 0);
}

/* FADT */

enum {
	PM1A_CNT = 64,
	PM_TIMER = 76,
	FLAGS = 112,
	RESET_REG = 116,
	RESET_VALUE = 128,
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

static struct table fadt;

static void begin_fadt(uint32_t length, uint32_t flags)
{
	machine_reset();
	table_begin(&fadt, "FACP");
	fadt.length = FADT_SIZE;
	table_set32(&fadt, 40, DSDT);
	table_set32(&fadt, FLAGS, flags);
	table_set64(&fadt, X_DSDT, DSDT);
	fadt.length = length;
}

static void set_generic(uint32_t offset, uint8_t space, uint64_t address)
{
	fadt.bytes[offset] = space;
	table_set64(&fadt, offset + 4, address);
}

static void parse_fadt(void)
{
	const uint64_t entries[] = { FADT };

	place_rsdp(RSDP, 2, 0, ROOT);
	place_root(ROOT, 8, entries, 1);
	place_empty("DSDT", DSDT);
	table_place(&fadt, FADT);
	parse(RSDP);
}

UNIT_TEST(how_a_pc_powers_off)
{
	begin_fadt(FADT_SIZE, RESET_SUPPORTED);
	table_set32(&fadt, PM1A_CNT, 0x604);
	table_set32(&fadt, PM_TIMER, 0x608);
	set_generic(RESET_REG, IO, 0xcf9);
	fadt.bytes[RESET_VALUE] = 0x0f;
	parse_fadt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.poweroff.sleep_address, 0x604);
	unit_equal(platform.poweroff.sleep_space, ACPI_SPACE_IO);
	unit_true(!platform.poweroff.hardware_reduced);
	unit_equal(platform.poweroff.reset_address, 0xcf9);
	unit_equal(platform.poweroff.reset_space, ACPI_SPACE_IO);
	unit_equal(platform.poweroff.reset_value, 0x0f);
	unit_equal(platform.pm_timer_port, 0x608);
}

UNIT_TEST(generic_addresses_come_first)
{
	begin_fadt(FADT_SIZE, 0);
	table_set32(&fadt, PM1A_CNT, 0x604);
	table_set32(&fadt, PM_TIMER, 0x608);
	set_generic(X_PM1A_CNT, MEMORY, 0xfed00004);
	set_generic(X_PM_TIMER, IO, 0x408);
	set_generic(RESET_REG, IO, 0xcf9);
	parse_fadt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.poweroff.sleep_address, 0xfed00004);
	unit_equal(platform.poweroff.sleep_space, ACPI_SPACE_MEMORY);
	unit_equal(platform.pm_timer_port, 0x408);
	unit_equal(platform.poweroff.reset_address, 0); /* the flag says that reset is not supported */
}

UNIT_TEST(how_hardware_reduced_platforms_power_off)
{
	begin_fadt(FADT_SIZE, HARDWARE_REDUCED | RESET_SUPPORTED);
	table_set32(&fadt, PM1A_CNT, 0x604);
	table_set32(&fadt, PM_TIMER, 0x608);
	set_generic(SLEEP_CONTROL, MEMORY, 0xfea00200);
	set_generic(RESET_REG, MEMORY, 0xfea00202);
	fadt.bytes[RESET_VALUE] = 0x42;
	parse_fadt();
	unit_equal(platform.warning_count, 0);
	unit_true(platform.poweroff.hardware_reduced);
	unit_equal(platform.poweroff.sleep_address, 0xfea00200);
	unit_equal(platform.poweroff.sleep_space, ACPI_SPACE_MEMORY);
	unit_equal(platform.poweroff.reset_address, 0xfea00202);
	unit_equal(platform.poweroff.reset_value, 0x42);
	unit_equal(platform.pm_timer_port, 0);
}

UNIT_TEST(registers_that_cannot_be_written)
{
	begin_fadt(FADT_SIZE, RESET_SUPPORTED);
	set_generic(RESET_REG, PCI, 0x64);
	parse_fadt();
	expect_one_warning("ACPI FACP at 0x102000: RESET_REG at 0x64 in space 2; ignored");
	unit_equal(platform.poweroff.reset_address, 0);

	begin_fadt(FADT_SIZE, 0);
	table_set32(&fadt, PM_TIMER, 0x10000);
	parse_fadt();
	expect_one_warning("ACPI FACP at 0x102000: PM timer at 0x10000 in space 1; ignored");
	unit_equal(platform.pm_timer_port, 0);
}

/* With every length, discovery reads no field that the table does not have, and nothing behind its end. */
UNIT_TEST(a_fadt_of_any_length)
{
	for (uint32_t length = TABLE_HEADER; length <= FADT_SIZE; length++) {
		begin_fadt(length, RESET_SUPPORTED);
		table_set32(&fadt, PM1A_CNT, 0x604);
		set_generic(RESET_REG, IO, 0xcf9);
		parse_fadt();
		unit_equal(platform.poweroff.sleep_address, length >= PM1A_CNT + 4 ? 0x604 : 0);
		unit_equal(platform.poweroff.reset_address, length > RESET_VALUE ? 0xcf9 : 0);
		if (length >= 44)
			unit_equal(platform.warning_count, 0);
		else
			expect_one_warning("ACPI FACP at 0x102000: names no DSDT");
	}
}

UNIT_TEST(a_fadt_that_just_holds_the_sleep_register)
{
	for (uint32_t length = 255; length <= 256; length++) {
		begin_fadt(length, HARDWARE_REDUCED);
		set_generic(SLEEP_CONTROL, MEMORY, 0xfea00200);
		parse_fadt();
		unit_equal(platform.warning_count, 0);
		unit_equal(platform.poweroff.sleep_address, length == 256 ? 0xfea00200 : 0);
	}
}

UNIT_TEST(a_fadt_that_points_wrong)
{
	begin_fadt(FADT_SIZE, 0);
	table_set64(&fadt, X_DSDT, FADT);
	parse_fadt();
	unit_equal(platform.warning_count, 2);
	unit_text(platform.warnings[0], "ACPI FACP at 0x102000: DSDT at 0x104000 or 0x102000; the second is used");
	unit_text(platform.warnings[1], "ACPI DSDT at 0x102000: has the signature FACP; ignored");

	begin_fadt(FADT_SIZE, 0);
	table_set64(&fadt, X_DSDT, 0);
	parse_fadt();
	unit_equal(platform.warning_count, 0);
}

/* MADT */

static struct table madt;

static void begin_madt(void)
{
	place_skeleton(MADT);
	table_begin(&madt, "APIC");
	table_put32(&madt, 0xfee00000);
	table_put32(&madt, 1);
}

static void put_lapic(uint8_t id, uint32_t flags)
{
	table_put(&madt, (uint8_t[]){ 0, 8, id, id }, 4);
	table_put32(&madt, flags);
}

static void put_x2apic(uint32_t id, uint32_t flags)
{
	table_put(&madt, (uint8_t[]){ 9, 16, 0, 0 }, 4);
	table_put32(&madt, id);
	table_put32(&madt, flags);
	table_put32(&madt, id);
}

static void put_ioapic(uint32_t address, uint32_t gsi_base)
{
	table_put(&madt, (uint8_t[]){ 1, 12, 0, 0 }, 4);
	table_put32(&madt, address);
	table_put32(&madt, gsi_base);
}

static void put_override(uint8_t bus, uint8_t isa, uint32_t gsi, uint16_t flags)
{
	table_put(&madt, (uint8_t[]){ 2, 10, bus, isa }, 4);
	table_put32(&madt, gsi);
	table_put16(&madt, flags);
}

static void parse_madt(void)
{
	table_place(&madt, MADT);
	parse(RSDP);
}

static void expect_override(uint32_t isa, uint32_t gsi, enum irq_trigger trigger, enum irq_polarity polarity)
{
	struct irq_source source = platform_isa_source(&platform, isa);

	unit_equal(source.gsi, gsi);
	unit_equal(source.trigger, trigger);
	unit_equal(source.polarity, polarity);
}

UNIT_TEST(what_a_madt_says)
{
	begin_madt();
	put_lapic(0, 1);
	put_lapic(1, 1);
	put_lapic(2, 0);
	put_lapic(3, 2); /* may be enabled later */
	put_x2apic(0x100, 1);
	put_x2apic(0x101, 0);
	put_ioapic(0xfec00000, 0);
	put_ioapic(0xfec10000, 24);
	put_override(0, 0, 2, 0);
	put_override(0, 9, 9, 0xd);
	put_override(0, 5, 21, 0xf);
	put_override(0, 6, 6, 0x5);
	table_put(&madt, (uint8_t[]){ 4, 6, 0xff, 0, 0, 1 }, 6); /* local APIC NMI */
	table_put(&madt, (uint8_t[]){ 0x80, 3, 0 }, 3);		 /* the OEM's */
	parse_madt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.lapic_base, 0xfee00000);
	unit_equal(platform.cpu_count, 3);
	unit_equal(platform.cpus[0], 0);
	unit_equal(platform.cpus[1], 1);
	unit_equal(platform.cpus[2], 0x100);
	unit_equal(platform.ioapic_count, 2);
	unit_equal(platform.ioapics[1].base, 0xfec10000);
	unit_equal(platform.ioapics[1].gsi_base, 24);
	unit_equal(platform.override_count, 4);
	expect_override(0, 2, IRQ_EDGE, IRQ_ACTIVE_HIGH);
	expect_override(9, 9, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	expect_override(5, 21, IRQ_LEVEL, IRQ_ACTIVE_LOW);
	expect_override(6, 6, IRQ_EDGE, IRQ_ACTIVE_HIGH);
	expect_override(7, 7, IRQ_EDGE, IRQ_ACTIVE_HIGH);
	expect_override(16, 16, IRQ_EDGE, IRQ_ACTIVE_HIGH);
}

UNIT_TEST(a_madt_moves_the_local_apic)
{
	begin_madt();
	table_put(&madt, (uint8_t[]){ 5, 12, 0, 0 }, 4);
	table_put64(&madt, 0x1fee00000);
	parse_madt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.lapic_base, 0x1fee00000);
}

UNIT_TEST(a_madt_that_contradicts_itself)
{
	begin_madt();
	put_lapic(0, 1);
	put_lapic(1, 1);
	put_x2apic(1, 1);
	put_ioapic(0xfec20000, 72);
	put_ioapic(0xfec00000, 0);
	put_ioapic(0xfec00000, 24);
	put_ioapic(0xfec10000, 0);
	put_ioapic(0, 48);
	put_override(0, 4, 4, 0xd);
	put_override(0, 5, 5, 0xd);
	put_override(0, 5, 6, 0xd);
	put_override(1, 6, 6, 0);
	put_override(0, 16, 16, 0);
	put_override(0, 7, 7, 0x2);
	put_override(0, 8, 8, 0x8);
	parse_madt();
	unit_equal(platform.cpu_count, 2);
	unit_equal(platform.ioapic_count, 2);
	unit_equal(platform.override_count, 4);
	unit_equal(platform.warning_count, 9);
	unit_text(platform.warnings[0], "ACPI APIC at 0x103000: CPU id 1 is listed twice");
	unit_text(platform.warnings[1],
		  "ACPI APIC at 0x103000: I/O APIC at 0xfec00000, GSI 24 on: collides with another; ignored");
	unit_text(platform.warnings[2],
		  "ACPI APIC at 0x103000: I/O APIC at 0xfec10000, GSI 0 on: collides with another; ignored");
	unit_text(platform.warnings[3], "ACPI APIC at 0x103000: I/O APIC at address 0; ignored");
	unit_text(platform.warnings[4], "ACPI APIC at 0x103000: ISA interrupt 5 is overridden twice; the first counts");
	unit_text(platform.warnings[5],
		  "ACPI APIC at 0x103000: override of interrupt 6 of bus 1, which is not ISA; ignored");
	unit_text(platform.warnings[6],
		  "ACPI APIC at 0x103000: override of interrupt 16, which ISA does not have; ignored");
	unit_text(platform.warnings[7],
		  "ACPI APIC at 0x103000: ISA interrupt 7: reserved polarity, taken as active high");
	unit_text(platform.warnings[8], "ACPI APIC at 0x103000: ISA interrupt 8: reserved trigger, taken as edge");
}

UNIT_TEST(more_of_everything_than_there_is_room_for)
{
	begin_madt();
	for (uint32_t i = 0; i < PLATFORM_CPUS + 2; i++)
		put_x2apic(i, 1);
	for (uint32_t i = 0; i <= PLATFORM_IOAPICS; i++)
		put_ioapic(0xfec00000 + i * 0x1000, i * 24);
	for (uint8_t i = 0; i < 16; i++)
		put_override(0, i, i, 0);
	parse_madt();
	unit_equal(platform.cpu_count, PLATFORM_CPUS);
	unit_equal(platform.ioapic_count, PLATFORM_IOAPICS);
	unit_equal(platform.override_count, 16);
	unit_equal(platform.warning_count, 3);
	unit_text(platform.warnings[0], "ACPI APIC at 0x103000: CPU id 64: more than 64 CPUs; ignored");
	unit_text(platform.warnings[2], "ACPI APIC at 0x103000: I/O APIC at 0xfec08000: more than 8; ignored");
}

UNIT_TEST(entries_that_do_not_fit)
{
	static const uint8_t broken[][4] = {
		{ 0, 0, 0, 0 }, /* would loop forever */
		{ 0, 1, 0, 0 }, /* shorter than its own header */
		{ 0, 5, 0, 0 }, /* reaches out of the table */
		{ 0, 0xff, 0, 0 },
	};

	for (uint32_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		begin_madt();
		put_lapic(0, 1);
		table_put(&madt, broken[i], sizeof(broken[i]));
		parse_madt();
		unit_equal(platform.cpu_count, 1);
		expect_one_warning("ACPI APIC at 0x103000: entry at 0x34 does not fit; the rest is ignored");
	}
	begin_madt();
	table_put8(&madt, 0);
	parse_madt();
	expect_one_warning("ACPI APIC at 0x103000: entry at 0x2c does not fit; the rest is ignored");
}

UNIT_TEST(entries_that_are_too_short_for_their_type)
{
	static const uint8_t types[] = { 0, 1, 2, 5, 9 };

	for (uint32_t i = 0; i < sizeof(types); i++) {
		begin_madt();
		table_put(&madt, (uint8_t[]){ types[i], 4, 0, 0 }, 4);
		put_lapic(0, 1);
		parse_madt();
		unit_equal(platform.cpu_count, 1);
		unit_equal(platform.warning_count, 1);
		unit_contains(platform.warnings[0], "entry at 0x2c is too short for type");
	}
}

UNIT_TEST(the_shortest_madt_and_the_shortest_entry)
{
	begin_madt();
	parse_madt();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.lapic_base, 0xfee00000);

	begin_madt();
	table_put(&madt, (uint8_t[]){ 0x80, 2 }, 2);
	parse_madt();
	unit_equal(platform.warning_count, 0);
}

UNIT_TEST(a_madt_that_is_too_short)
{
	place_skeleton(MADT);
	table_begin(&madt, "APIC");
	table_put32(&madt, 0xfee00000);
	parse_madt();
	expect_one_warning("ACPI APIC at 0x103000: length 0x28 is too short; ignored");
	unit_equal(platform.lapic_base, 0);
}
