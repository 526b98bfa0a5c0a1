// SPDX-License-Identifier: BSD-2-Clause
/* Discovery, step by step. */
#include "firmware/lib/string.h"
#include "firmware/discovery/platform.h"

enum { PAGE_SIZE = 4096 };

/*
 * The loader gives the string's address but not its length. So we copy it page by page: the string ends at a page that
 * cannot be reached, and we touch nothing behind its NUL.
 */
static void copy_cmdline(struct platform *platform, uint64_t address)
{
	size_t length = 0;

	if (!address)
		return;
	while (length < PLATFORM_CMDLINE_MAX) {
		uint64_t chunk = PAGE_SIZE - address % PAGE_SIZE;
		const char *text;

		if (chunk > PLATFORM_CMDLINE_MAX - length)
			chunk = PLATFORM_CMDLINE_MAX - length;
		text = platform_physical(address, chunk);
		if (!text) {
			platform_warn(platform, "cmdline: unreadable at 0x%llx; cut", (unsigned long long)address);
			platform->cmdline[length] = 0;
			return;
		}
		for (uint64_t i = 0; i < chunk; i++)
			if (!(platform->cmdline[length++] = text[i]))
				return;
		address += chunk;
	}
	platform->cmdline[PLATFORM_CMDLINE_MAX - 1] = 0;
	platform_warn(platform, "cmdline: longer than %u bytes; cut", PLATFORM_CMDLINE_MAX - 1);
}

void platform_discover(struct platform *platform, const struct boot_info *boot, const struct memory_access *memory)
{
	memset(platform, 0, sizeof(*platform));
	platform->boot_protocol = boot->protocol;
	platform_reach(memory);
	platform->pc = boot->pc;
	platform_set_memory(platform, boot);
	copy_cmdline(platform, boot->cmdline);
	platform_parse_devicetree(platform, boot->fdt);
	platform_parse_acpi(platform, boot->rsdp);
	if (platform->pc && !platform->cpu_count)
		platform_parse_mp_table(platform);
	platform_parse_cmdline(platform);
	if (platform->pc && !platform->window_count)
		platform_probe(platform);
}
