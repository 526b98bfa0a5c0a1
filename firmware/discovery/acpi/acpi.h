/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to discovery/: what the readers of the ACPI tables share. Section numbers are of ACPI release 6.5. */
#ifndef FIRMWARE_DISCOVERY_ACPI_H
#define FIRMWARE_DISCOVERY_ACPI_H

#include "firmware/discovery/platform.h"

/* The header of every table: section 5.2.6. */
enum {
	ACPI_TABLE_LENGTH = 4,	/* u32, header included */
	ACPI_TABLE_HEADER = 36, /* bytes */
	ACPI_SIGNATURE_SIZE = 4,
	ACPI_NAME_MAX = 40,
};

/* A table that is complete and whose bytes add up to 0. */
struct acpi_table {
	char signature[ACPI_SIGNATURE_SIZE + 1];
	uint64_t address;
	const uint8_t *bytes;
	uint32_t length;
};

/* The addresses of the lists of tables; 0: not there. */
struct acpi_roots {
	uint64_t xsdt, rsdt;
};

/*
 * Finds the RSDP: the one that the loader announced (0: none), otherwise the first intact one in the areas where a PC's
 * firmware leaves it. Returns false if there is none, and warns only if something looked like one.
 */
bool acpi_find_roots(struct platform *platform, uint64_t announced, struct acpi_roots *roots);

/* acpi_table.c: reads the table at `address`. `wanted` is the signature that it must have; NULL allows any. Returns
 * false after a warning that says what is wrong. */
bool acpi_open_table(struct platform *platform, uint64_t address, const char *wanted, struct acpi_table *table);

/* Formats the table's name for warnings: "ACPI APIC at 0xf5b10". */
void acpi_name_table(const struct acpi_table *table, char name[ACPI_NAME_MAX]);

/* Like platform_warn(), with the table's name in front. */
void acpi_warn(struct platform *platform, const struct acpi_table *table, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns the sum of all bytes. */
uint8_t acpi_sum(const uint8_t *bytes, uint32_t length);

/* One reader for each table. The FADT's returns the address of the DSDT; 0: none. For Arm's timers, console and
 * PSCI, a device tree takes precedence over these tables. */
void acpi_read_madt(struct platform *platform, const struct acpi_table *madt);
uint64_t acpi_read_fadt(struct platform *platform, const struct acpi_table *fadt);
void acpi_read_gtdt(struct platform *platform, const struct acpi_table *gtdt);
void acpi_read_spcr(struct platform *platform, const struct acpi_table *spcr);
void acpi_read_aml(struct platform *platform, const struct acpi_table *table);

/*
 * Reads a window and its interrupt from the resource template of a device. `device` is its name, for warnings. Returns
 * false after a warning if the template lacks the memory or the interrupt.
 */
bool acpi_read_resources(struct platform *platform, const struct acpi_table *table, const char *device,
			 const uint8_t *bytes, uint32_t length, struct mmio_window *window);

/* Generic address structure: section 5.2.3.2. */
enum {
	GENERIC_SPACE = 0,	 /* u8, enum acpi_space */
	GENERIC_BITS = 1,	 /* u8 */
	GENERIC_ACCESS_SIZE = 3, /* u8; 0: not given, n: 1 << (n - 1) bytes */
	GENERIC_ADDRESS = 4,	 /* u64 */
	GENERIC_SIZE = 12,
};

/* ACPI's numbers are little-endian and unaligned. */
static inline uint16_t acpi_load16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t acpi_load32(const uint8_t *at)
{
	return acpi_load16(at) | (uint32_t)acpi_load16(at + 2) << 16;
}

static inline uint64_t acpi_load64(const uint8_t *at)
{
	return acpi_load32(at) | (uint64_t)acpi_load32(at + 4) << 32;
}

#endif
