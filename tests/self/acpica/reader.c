// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints what our reader finds in DSDTs. stdin has the length (u32) and the bytes of each; stdout gets one line for
 * each fact:
 *
 *     device VR07 0xfeb00e00 0x200 12 edge high       a virtio-mmio device
 *     s5 5
 *     warning ...
 *     end
 */
#include <stdio.h>
#include <string.h>

#include "firmware/discovery/acpi/acpi.h"
#include "tests/self/unit/machine.h"
#include "tests/self/unit/tables.h"

enum { RSDP = 0xf31a0, XSDT = 0x100000, FADT = 0x102000, DSDT = 0x104000 };

static struct platform platform;
static struct table dsdt;

/* Reports the windows of each device, before discovery merges those of the same address. */
bool __real_acpi_read_resources(struct platform *where, const struct acpi_table *table, const char *device,
				const uint8_t *bytes, uint32_t length, struct mmio_window *window);
bool __wrap_acpi_read_resources(struct platform *where, const struct acpi_table *table, const char *device,
				const uint8_t *bytes, uint32_t length, struct mmio_window *window);

bool __wrap_acpi_read_resources(struct platform *where, const struct acpi_table *table, const char *device,
				const uint8_t *bytes, uint32_t length, struct mmio_window *window)
{
	const bool read = __real_acpi_read_resources(where, table, device, bytes, length, window);

	if (read)
		printf("device %s 0x%llx 0x%llx %u %s %s\n", device, (unsigned long long)window->base,
		       (unsigned long long)window->size, window->irq.gsi,
		       window->irq.trigger == IRQ_EDGE ? "edge" : "level",
		       window->irq.polarity == IRQ_ACTIVE_LOW ? "low" : "high");
	return read;
}

static bool read_table(void)
{
	uint8_t size[4];

	if (fread(size, 1, sizeof(size), stdin) != sizeof(size))
		return false;
	memset(&dsdt, 0, sizeof(dsdt));
	dsdt.length = acpi_load32(size);
	if (dsdt.length < TABLE_HEADER || dsdt.length > TABLE_MAX) {
		fprintf(stderr, "a table of %u bytes\n", dsdt.length);
		return false;
	}
	return fread(dsdt.bytes, 1, dsdt.length, stdin) == dsdt.length;
}

int main(void)
{
	const uint64_t entries[] = { FADT };

	while (read_table()) {
		machine_reset();
		place_rsdp(RSDP, 2, 0, XSDT);
		place_root(XSDT, 8, entries, 1);
		place_fadt(FADT, DSDT);
		table_place(&dsdt, DSDT);
		memset(&platform, 0, sizeof(platform));
		platform_parse_acpi(&platform, RSDP);
		if (platform.poweroff.has_s5)
			printf("s5 %u\n", platform.poweroff.s5);
		for (uint32_t i = 0; i < platform.warning_count; i++)
			printf("warning %s\n", platform.warnings[i]);
		if (platform.warnings_dropped)
			printf("warning and %u more\n", platform.warnings_dropped);
		printf("end\n");
		fflush(stdout);
	}
	machine_reset();
	return !feof(stdin);
}
