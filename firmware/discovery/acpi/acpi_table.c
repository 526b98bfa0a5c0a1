// SPDX-License-Identifier: BSD-2-Clause
/* A single ACPI table: opens it, and names it in warnings. */
#include "firmware/discovery/acpi/acpi.h"
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"

enum { TABLE_SIZE_MAX = 1 << 20 }; /* several times the largest known DSDT; a greater length is garbage */

uint8_t acpi_sum(const uint8_t *bytes, uint32_t length)
{
	uint8_t sum = 0;

	while (length--)
		sum = (uint8_t)(sum + *bytes++);
	return sum;
}

void acpi_name_table(const struct acpi_table *table, char name[ACPI_NAME_MAX])
{
	format_string(name, ACPI_NAME_MAX, "ACPI %s at 0x%llx", table->signature, (unsigned long long)table->address);
}

void acpi_warn(struct platform *platform, const struct acpi_table *table, const char *format, ...)
{
	char name[ACPI_NAME_MAX], text[PLATFORM_WARNING_MAX];
	va_list arguments;

	va_start(arguments, format);
	vformat_string(text, sizeof(text), format, arguments);
	va_end(arguments);
	acpi_name_table(table, name);
	platform_warn(platform, "%s: %s", name, text);
}

bool acpi_open_table(struct platform *platform, uint64_t address, const char *wanted, struct acpi_table *table)
{
	*table = (struct acpi_table){ .signature = "?", .address = address };
	if (wanted)
		string_copy(table->signature, sizeof(table->signature), wanted);

	table->bytes = platform_physical(address, ACPI_TABLE_HEADER);
	if (!table->bytes) {
		acpi_warn(platform, table, "unreachable; ignored");
		return false;
	}
	if (wanted && memcmp(table->bytes, wanted, ACPI_SIGNATURE_SIZE)) {
		acpi_warn(platform, table, "has the signature %.4s; ignored", (const char *)table->bytes);
		return false;
	}
	memcpy(table->signature, table->bytes, ACPI_SIGNATURE_SIZE);
	table->signature[ACPI_SIGNATURE_SIZE] = 0;
	table->length = acpi_load32(table->bytes + ACPI_TABLE_LENGTH);
	if (table->length < ACPI_TABLE_HEADER || table->length > TABLE_SIZE_MAX) {
		acpi_warn(platform, table, "impossible length 0x%x; ignored", table->length);
		return false;
	}
	table->bytes = platform_physical(address, table->length);
	if (!table->bytes) {
		acpi_warn(platform, table, "length 0x%x leads to unreachable memory; ignored", table->length);
		return false;
	}
	if (acpi_sum(table->bytes, table->length)) {
		acpi_warn(platform, table, "bad checksum (bytes add up to 0x%02x, not 0); ignored",
			  acpi_sum(table->bytes, table->length));
		return false;
	}
	return true;
}
