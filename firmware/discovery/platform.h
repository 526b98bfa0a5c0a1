/* SPDX-License-Identifier: BSD-2-Clause */
/* Discovery: fills struct platform with what the loader and the platform's tables say, checked and bounded. */
#ifndef FIRMWARE_DISCOVERY_PLATFORM_H
#define FIRMWARE_DISCOVERY_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/machine.h"

/*
 * Fills `platform` from the boot protocol's data: memory, command line, then windows from the device tree, ACPI, the
 * command line, and only if none gave one, a probe of the known windows. The tables come first because they say where
 * the command line's interrupt numbers lead. Nothing that the loader or a table says is trusted: what is malformed
 * becomes a warning. `memory` is how to reach it, as in platform_reach().
 */
void platform_discover(struct platform *platform, const struct boot_info *boot, const struct memory_access *memory);

/* The steps of platform_discover(). */
void platform_set_memory(struct platform *platform, const struct boot_info *boot);
void platform_parse_devicetree(struct platform *platform, uint64_t address);
void platform_parse_acpi(struct platform *platform, uint64_t rsdp);
void platform_parse_mp_table(struct platform *platform);
void platform_parse_cmdline(struct platform *platform);
void platform_probe(struct platform *platform);

/*
 * Adds a window. A window at the same base is the same window: its announcers are merged, the first one's GSI and size
 * win, and the trigger comes from whoever states one (command line and probe only assume it). A disagreement, the same
 * announcer twice, a window that overlaps another or RAM, is too small or misaligned, or wraps: a warning, and where
 * there is no telling what was meant, the window is not added.
 */
void platform_add_window(struct platform *platform, const struct mmio_window *window);

/* Where ISA interrupt `irq` arrives: as the MADT's overrides say, otherwise at its own number, edge, active high. */
struct irq_source platform_isa_source(const struct platform *platform, uint32_t irq);

/* The names of the bits of mmio_window.announced, as reports print them: "cmdline+acpi". Returns buffer. */
const char *platform_announcers(uint32_t announced, char *buffer, size_t size);

/* Adds a warning for the report, cut to PLATFORM_WARNING_MAX. Conversions as in firmware/lib/print.h. */
void platform_warn(struct platform *platform, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * What platform_physical() and platform_read32() reach from now on. The port gives the machine's memory; tests and
 * fuzzers give a memory that they made up.
 */
void platform_reach(const struct memory_access *memory);

/* All of discovery reads tables and the loader's strings through the first of these, device registers through the
 * second. See struct memory_access. */
const void *platform_physical(uint64_t address, uint64_t size);
bool platform_read32(uint64_t address, uint32_t *value);

#endif
