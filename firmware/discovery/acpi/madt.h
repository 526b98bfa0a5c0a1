/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Private to discovery/: the entries of the MADT, one file for each family of entries. Every entry begins with u8 type,
 * u8 length. The size function of a family returns how many bytes a type needs, or 0 if the type is not of that family.
 * Its read function reads an entry of at least that size, and ignores types of other families.
 */
#ifndef FIRMWARE_DISCOVERY_MADT_H
#define FIRMWARE_DISCOVERY_MADT_H

#include "firmware/discovery/acpi/acpi.h"

/* The entries for a PC. */
uint32_t madt_apic_size(uint8_t type);
void madt_apic_read(struct platform *platform, const char *who, const uint8_t *entry);

/* The entries for Arm. They describe the GIC in parts, in any order; madt_gic_end() puts the parts together. */
struct madt_gic {
	bool ignored; /* a device tree has described the GIC already */
	bool has_distributor, has_cpus;
	uint8_t version;		 /* 0: not given */
	uint64_t distributor, interface; /* 0: not given */
	bool has_ranges; /* of redistributors; redistributors in the entries of CPUs then do not count */
	struct platform_region redistributors[PLATFORM_IRQCHIP_REGIONS - 1];
	uint32_t redistributor_count;
};

/* `interface`: the address of a GICv2's CPU interface, unless an entry gives one. */
void madt_gic_begin(struct platform *platform, struct madt_gic *gic, uint64_t interface);
uint32_t madt_gic_size(uint8_t type);
void madt_gic_read(struct platform *platform, struct madt_gic *gic, const char *who, const uint8_t *entry);
void madt_gic_end(struct platform *platform, const struct madt_gic *gic, const char *who);

#endif
