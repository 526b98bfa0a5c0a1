// SPDX-License-Identifier: BSD-2-Clause
/* The root of the ACPI tables: the root system description pointer, sections 5.2.5.1 and 5.2.5.3. */
#include "firmware/lib/string.h"
#include "firmware/discovery/acpi/acpi.h"
#include "firmware/discovery/bios_area.h"

enum {
	RSDP_REVISION = 15, /* u8; 0 in ACPI 1.0, whose structure ends at RSDP_SIZE_1 */
	RSDP_RSDT = 16,	    /* u32 */
	RSDP_SIZE_1 = 20,   /* what the first checksum covers */
	RSDP_LENGTH = 20,   /* u32, of the whole structure, which the extended checksum covers */
	RSDP_XSDT = 24,	    /* u64 */
	RSDP_SIZE_2 = 36,
	RSDP_SIZE_MAX = 4096, /* no release has more than RSDP_SIZE_2 */
};

static const char signature[] = "RSD PTR ";

/* Returns what is wrong with the RSDP at `address`, or NULL if it is intact. */
static const char *read_rsdp(uint64_t address, struct acpi_roots *roots)
{
	const uint8_t *rsdp = platform_physical(address, RSDP_SIZE_1);
	uint32_t length;

	if (!rsdp)
		return "unreachable";
	if (memcmp(rsdp, signature, sizeof(signature) - 1))
		return "no signature";
	if (acpi_sum(rsdp, RSDP_SIZE_1))
		return "bad checksum";
	*roots = (struct acpi_roots){ .rsdt = acpi_load32(rsdp + RSDP_RSDT) };
	if (rsdp[RSDP_REVISION] < 2)
		return NULL;

	rsdp = platform_physical(address, RSDP_SIZE_2);
	if (!rsdp)
		return "unreachable";
	length = acpi_load32(rsdp + RSDP_LENGTH);
	if (length < RSDP_SIZE_2 || length > RSDP_SIZE_MAX)
		return "bad length";
	rsdp = platform_physical(address, length);
	if (!rsdp)
		return "unreachable";
	if (acpi_sum(rsdp, length))
		return "bad extended checksum";
	roots->xsdt = acpi_load64(rsdp + RSDP_XSDT);
	return NULL;
}

bool acpi_find_roots(struct platform *platform, uint64_t announced, struct acpi_roots *roots)
{
	uint64_t broken = 0;

	if (announced) {
		const char *wrong = read_rsdp(announced, roots);

		if (!wrong)
			return true;
		platform_warn(platform, "ACPI RSDP at 0x%llx, from the loader: %s; %s", (unsigned long long)announced,
			      wrong, platform->pc ? "looking elsewhere" : "no ACPI");
	}
	if (!platform->pc)
		return false;
	for (uint64_t at = 0; (at = bios_area_find(signature, at));) {
		if (!read_rsdp(at, roots))
			return true;
		broken = at;
	}
	if (broken)
		platform_warn(platform, "ACPI RSDP at 0x%llx: bad checksum or length, and there is no other; no ACPI",
			      (unsigned long long)broken);
	return false;
}
