/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside discovery/ only: the entries of the MADT, one file a family. Every entry begins with u8 type, u8 length. A
 * family says how many bytes a type needs, 0: not one of its own; it reads an entry that has them, and passes over all
 * others.
 */
#ifndef FIRMWARE_DISCOVERY_MADT_H
#define FIRMWARE_DISCOVERY_MADT_H

#include "firmware/discovery/acpi/acpi.h"

/* A PC's. */
uint32_t madt_apic_size(uint8_t type);
void madt_apic_read(struct platform *platform, const char *who, const uint8_t *entry);

/* Arm's. Its GIC is told in pieces, in any order; madt_gic_end() puts them together. */
struct madt_gic {
	bool ignored; /* a device tree has told us of it */
	bool has_distributor, has_cpus;
	uint8_t version;		 /* 0: not said */
	uint64_t distributor, interface; /* 0: not said */
	bool has_ranges; /* of redistributors; then what the entries of CPUs say of them does not count */
	struct platform_region redistributors[PLATFORM_IRQCHIP_REGIONS - 1];
	uint32_t redistributor_count;
};

/* `interface`: where the CPU interface of a GICv2 is, if no entry says so. */
void madt_gic_begin(struct platform *platform, struct madt_gic *gic, uint64_t interface);
uint32_t madt_gic_size(uint8_t type);
void madt_gic_read(struct platform *platform, struct madt_gic *gic, const char *who, const uint8_t *entry);
void madt_gic_end(struct platform *platform, const struct madt_gic *gic, const char *who);

#endif
