// SPDX-License-Identifier: BSD-2-Clause
/*
 * What firmware leaves in memory: ACPI tables (of PCs and Arm machines) and bytecode, the MP table, registers to probe.
 *
 * Input: flags, then records: u8 kind and how to place it, u16 length, bytes. The harness makes lengths and checksums
 * right unless the record says otherwise, because discovery would read nothing else.
 */
#include "tests/self/fuzz/fuzz.h"

#include <string.h>

#include "firmware/discovery/platform.h"
#include "tests/self/fuzz/platform_holds.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum {
	RSDP = 0xf31a0, /* where the loader says it is, outside of the area that discovery searches, which another
			   record fills */
	ROOT = 0x100000,
	DSDT_ADDRESS = 0x110000,
	FADT_DSDT = 40, /* u32, in the FADT */
	TABLES = 0x200000,
	TABLES_STEP = 0x10000,
	EBDA = 0x9fc00,
	EBDA_SIZE = 0x400,
	BIOS = 0xe0000,
	BIOS_SIZE = 0x20000,
	MP_TABLE = 0x300,
	MP_HEADER = 44,
	MP_CHECKSUM = 7,
	POINTER_SIZE = 16,
	POINTER_CHECKSUM = 10,
	PROBED = 0xfeb00000,
	RECORDS_MAX = 24,
	WORK_MAX = 64 << 20, /* bytes that discovery may request: several times what its steps need */

	/* Flags of the input */
	NO_RSDP = 1 << 0,
	OLD_ROOT = 1 << 1, /* RSDT */
	NO_FADT = 1 << 2,
	NO_PC = 1 << 3,

	/* Flags of a record */
	KIND_MASK = 0x1f,
	RAW_CHECKSUM = 1 << 7,
	RAW_LENGTH = 1 << 6,
};

enum kind {
	DSDT,
	SSDT,
	MADT,
	FADT,
	DEVICE,
	RESOURCES,
	MP,
	POINTER,
	WHOLE,
	ENTRY,
	REGISTER,
	BIOS_AREA,
	GTDT,
	SPCR,
	KINDS
};

/* Addresses of Arm's registers that answer: distributor, CPU interface, MSI frame, ITS, redistributors. */
static const uint64_t arm_registers[] = { 0x8000000, 0x8010000, 0x8020000, 0x8080000, 0x80a0000 };

static struct platform platform;
static struct table dsdt, table;
static uint8_t ebda[EBDA_SIZE], bios[BIOS_SIZE];
static uint64_t entries[RECORDS_MAX + 2];
static uint32_t entry_count;
static uint64_t next_address;
static bool has_bios;

static void put(struct table *to, const void *bytes, size_t size)
{
	if (size <= TABLE_MAX - to->length)
		table_put(to, bytes, size);
}

static uint64_t place(struct table *from, uint8_t how)
{
	const uint64_t address = next_address;

	next_address += TABLES_STEP;
	if (!(how & RAW_LENGTH))
		table_set32(from, TABLE_LENGTH, from->length);
	if (!(how & RAW_CHECKSUM))
		table_checksum(from->bytes, from->length, TABLE_CHECKSUM);
	machine_place(address, from->bytes, from->length);
	return address;
}

static void list(uint64_t address)
{
	entries[entry_count++] = address;
}

static void make_table(const char *signature, const uint8_t *bytes, size_t size, uint8_t how)
{
	table_begin(&table, signature);
	put(&table, bytes, size);
	list(place(&table, how));
}

static void put_length(struct table *to, size_t inside)
{
	const size_t length = inside + 3;

	table_put8(to, (uint8_t)(0x80 | (length & 0xf)));
	table_put8(to, (uint8_t)(length >> 4));
	table_put8(to, (uint8_t)(length >> 12));
}

/* Device (VRnn) { Name (_HID, "LNRO0005") ... } around the bytes, as a resource template if they are one. */
static void put_device(const uint8_t *bytes, size_t size, bool resources)
{
	static const char hid[] = "\x08_HID\x0dLNRO0005";
	const size_t more = resources ? 1 + 4 + 1 + 3 + 3 + size : size;
	const uint8_t crs[] = { 0x08, '_', 'C', 'R', 'S', 0x11 };
	const uint8_t name[] = { 'V', 'R', '0', 'A' };

	if (more + 64 > TABLE_MAX - dsdt.length)
		return;
	put(&dsdt, "\x5b\x82", 2);
	put_length(&dsdt, sizeof(name) + sizeof(hid) + more);
	put(&dsdt, name, sizeof(name));
	put(&dsdt, hid, sizeof(hid));
	if (resources) {
		put(&dsdt, crs, sizeof(crs));
		put_length(&dsdt, 3 + size);
		table_put8(&dsdt, 0x0b);
		table_put16(&dsdt, (uint16_t)size);
	}
	put(&dsdt, bytes, size);
}

static void make_mp(const uint8_t *bytes, size_t size, uint8_t how)
{
	uint8_t *const mp = ebda + EBDA_SIZE - MP_TABLE;
	const size_t room = MP_TABLE - MP_HEADER, length = MP_HEADER + (size < room ? size : room);

	memset(mp, 0, MP_TABLE);
	memcpy(mp, "PCMP", 4);
	memcpy(mp + MP_HEADER, bytes, length - MP_HEADER);
	mp[4] = (uint8_t)length;
	mp[5] = (uint8_t)(length >> 8);
	if (how & RAW_LENGTH && size > 1)
		memcpy(mp + 4, bytes, 2);
	if (!(how & RAW_CHECKSUM))
		table_checksum(mp, (uint32_t)length, MP_CHECKSUM);
	memcpy(ebda, "_MP_", 4);
	memcpy(ebda + 4, &(uint32_t){ EBDA + EBDA_SIZE - MP_TABLE }, 4);
	table_checksum(ebda, POINTER_SIZE, POINTER_CHECKSUM);
}

/* Puts any bytes anywhere into the extended BIOS data area, such as another pointer or an RSDP. */
static void patch(uint8_t *area, size_t area_size, const uint8_t *bytes, size_t size, uint8_t how)
{
	size_t at;

	if (size < 2)
		return;
	at = (size_t)(bytes[0] | bytes[1] << 8) * 16 % area_size;
	size = size - 2 < area_size - at ? size - 2 : area_size - at;
	memcpy(area + at, bytes + 2, size);
	if (!(how & RAW_CHECKSUM) && size >= POINTER_SIZE)
		table_checksum(area + at, POINTER_SIZE, POINTER_CHECKSUM);
	if (!(how & RAW_LENGTH) && size >= RSDP_SIZE)
		table_checksum(area + at, 20, 8);
}

static void make(uint8_t how, const uint8_t *bytes, size_t size, bool *has_fadt)
{
	struct input inside = { bytes, bytes + size };

	switch ((how & KIND_MASK) % KINDS) {
	case DSDT:
		put(&dsdt, bytes, size);
		break;
	case SSDT:
		make_table("SSDT", bytes, size, how);
		break;
	case MADT:
		make_table("APIC", bytes, size, how);
		break;
	case FADT:
		table_begin(&table, "FACP");
		put(&table, bytes, size);
		if (table.length >= FADT_DSDT + sizeof(uint32_t) && !(how & RAW_LENGTH))
			table_set32(&table, FADT_DSDT, DSDT_ADDRESS);
		*has_fadt = true;
		list(place(&table, how));
		break;
	case DEVICE:
		put_device(bytes, size, false);
		break;
	case RESOURCES:
		put_device(bytes, size, true);
		break;
	case MP:
		make_mp(bytes, size, how);
		break;
	case POINTER:
		patch(ebda, sizeof(ebda), bytes, size, how);
		break;
	case WHOLE: /* a table that brings its own header */
		memset(&table, 0, sizeof(table));
		if (size >= TABLE_HEADER) {
			put(&table, bytes, size);
			list(place(&table, how));
		}
		break;
	case ENTRY:
		list(input_u64(&inside));
		break;
	case REGISTER: /* a magic value or something else, where discovery probes */
		machine_place_register(PROBED + input_u16(&inside) * 0x200ull,
				       size > 2 ? input_u32(&inside) : 0x74726976);
		break;
	case GTDT:
		make_table("GTDT", bytes, size, how);
		break;
	case SPCR:
		make_table("SPCR", bytes, size, how);
		break;
	case BIOS_AREA:
		has_bios = true;
		patch(bios, sizeof(bios), bytes, size, how);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	struct boot_info boot = { .protocol = "fuzz" };
	const uint8_t flags = input_u8(&input);
	bool has_fadt = false;

	boot.pc = !(flags & NO_PC);
	machine_reset();
	for (unsigned i = 0; i < sizeof(arm_registers) / sizeof(arm_registers[0]); i++)
		machine_place_register(arm_registers[i], 0);
	table_begin(&dsdt, "DSDT");
	memset(ebda, 0, sizeof(ebda));
	if (has_bios)
		memset(bios, 0, sizeof(bios));
	has_bios = false;
	entry_count = 0;
	next_address = TABLES;
	for (unsigned i = 0; i < RECORDS_MAX && input_left(&input); i++) {
		const uint8_t how = input_u8(&input);
		size_t got, length = input_u16(&input);
		const uint8_t *bytes = input_bytes(&input, length, &got);

		make(how, bytes, got, &has_fadt);
	}
	table_place(&dsdt, DSDT_ADDRESS);
	if (!has_fadt && !(flags & NO_FADT)) {
		place_fadt(next_address, DSDT_ADDRESS);
		list(next_address);
	}
	place_root(ROOT, flags & OLD_ROOT ? 4 : 8, entries, entry_count);
	if (!(flags & NO_RSDP)) {
		place_rsdp(RSDP, flags & OLD_ROOT ? 0 : 2, ROOT, ROOT);
		boot.rsdp = RSDP;
	}
	machine_place(EBDA, ebda, sizeof(ebda));
	if (has_bios)
		machine_place(BIOS, bios, sizeof(bios));

	platform_discover(&platform, &boot, &made_up_memory);
	platform_holds(&platform);
	holds(machine_bytes_read() <= WORK_MAX);
	machine_reset();
	return 0;
}
