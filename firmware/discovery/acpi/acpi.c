// SPDX-License-Identifier: BSD-2-Clause
/* The ACPI tables: opens each table that the root lists, and passes it to its reader. */
#include "firmware/discovery/acpi/acpi.h"

#include "firmware/lib/string.h"

enum { TABLES_MAX = 64 };

static const char *const root_tables[] = { "XSDT", "RSDT", "DSDT" };

struct table_list {
	struct acpi_table tables[TABLES_MAX];
	uint32_t count;
};

static bool is_table(const struct acpi_table *table, const char *signature)
{
	return !strcmp(table->signature, signature);
}

static bool listed(const struct table_list *list, uint64_t address)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (list->tables[i].address == address)
			return true;
	return false;
}

/* Opens the table of an entry in the root, in the next free place of the list. Returns false after a warning if the
 * table cannot be used. */
static bool open_entry(struct platform *platform, const struct acpi_table *root, uint64_t address,
		       struct table_list *list)
{
	struct acpi_table *table = &list->tables[list->count];

	if (!address) {
		acpi_warn(platform, root, "has an empty entry");
		return false;
	}
	if (address == root->address) {
		acpi_warn(platform, root, "lists itself");
		return false;
	}
	if (listed(list, address)) {
		acpi_warn(platform, root, "lists 0x%llx twice", (unsigned long long)address);
		return false;
	}
	if (!acpi_open_table(platform, address, NULL, table))
		return false;
	for (uint32_t i = 0; i < sizeof(root_tables) / sizeof(root_tables[0]); i++)
		if (is_table(table, root_tables[i])) {
			acpi_warn(platform, root, "lists a %s, which does not belong there; ignored", root_tables[i]);
			return false;
		}
	return true;
}

static void list_tables(struct platform *platform, const struct acpi_table *root, struct table_list *list)
{
	uint32_t width = is_table(root, "XSDT") ? sizeof(uint64_t) : sizeof(uint32_t);
	uint32_t bytes = root->length - ACPI_TABLE_HEADER;

	if (bytes % width)
		acpi_warn(platform, root, "length 0x%x ends inside an entry", root->length);
	for (uint32_t i = 0; i < bytes / width; i++) {
		const uint8_t *entry = root->bytes + ACPI_TABLE_HEADER + i * width;

		if (list->count == TABLES_MAX) {
			acpi_warn(platform, root, "has %u entries; those after the first %u tables are ignored",
				  bytes / width, TABLES_MAX);
			return;
		}
		if (open_entry(platform, root, width == sizeof(uint64_t) ? acpi_load64(entry) : acpi_load32(entry),
			       list))
			list->count++;
	}
}

/* Returns the table with that signature, and warns of any other. */
static const struct acpi_table *single(struct platform *platform, const struct table_list *list, const char *signature)
{
	const struct acpi_table *found = NULL;

	for (uint32_t i = 0; i < list->count; i++) {
		const struct acpi_table *table = &list->tables[i];

		if (!is_table(table, signature))
			continue;
		if (found)
			acpi_warn(platform, table, "there is another at 0x%llx; ignored",
				  (unsigned long long)found->address);
		else
			found = table;
	}
	return found;
}

static void read_arm_tables(struct platform *platform, const struct table_list *list)
{
	const struct acpi_table *gtdt = single(platform, list, "GTDT");
	const struct acpi_table *spcr = single(platform, list, "SPCR");

	if (gtdt)
		acpi_read_gtdt(platform, gtdt);
	if (spcr && !platform->pc) /* a PC's console is the first serial port */
		acpi_read_spcr(platform, spcr);
}

/* Reads the MADT before any AML: interrupts in AML may be ISA interrupts, and the MADT's overrides apply to them. */
static void read_tables(struct platform *platform, const struct acpi_table *root, const struct table_list *list)
{
	const struct acpi_table *madt = single(platform, list, "APIC");
	const struct acpi_table *fadt = single(platform, list, "FACP");
	uint64_t dsdt_address = 0;
	struct acpi_table dsdt;

	if (madt)
		acpi_read_madt(platform, madt);
	read_arm_tables(platform, list);
	if (fadt)
		dsdt_address = acpi_read_fadt(platform, fadt);
	else
		acpi_warn(platform, root, "lists no intact FACP, so there is no DSDT");
	if (dsdt_address && acpi_open_table(platform, dsdt_address, "DSDT", &dsdt))
		acpi_read_aml(platform, &dsdt);
	for (uint32_t i = 0; i < list->count; i++)
		if (is_table(&list->tables[i], "SSDT"))
			acpi_read_aml(platform, &list->tables[i]);
}

void platform_parse_acpi(struct platform *platform, uint64_t rsdp)
{
	struct acpi_roots roots;
	struct acpi_table root;
	struct table_list list = { .count = 0 };

	if (!acpi_find_roots(platform, rsdp, &roots))
		return;
	if (!roots.xsdt && !roots.rsdt)
		platform_warn(platform, "ACPI RSDP: names neither an XSDT nor an RSDT; no ACPI");
	else if ((roots.xsdt && acpi_open_table(platform, roots.xsdt, "XSDT", &root)) ||
		 (roots.rsdt && acpi_open_table(platform, roots.rsdt, "RSDT", &root))) {
		list_tables(platform, &root, &list);
		read_tables(platform, &root, &list);
	}
}
