/* SPDX-License-Identifier: BSD-2-Clause */
/* Discovery: fills struct platform from the loader's data and the platform's tables, checked and bounded. */
#ifndef FIRMWARE_DISCOVERY_PLATFORM_H
#define FIRMWARE_DISCOVERY_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/machine.h"

/*
 * Fills `platform`: memory and command line from the boot protocol's data, and then windows from the device tree, ACPI
 * and the command line. Only if none of these has a window, probes known addresses. The tables come before the command
 * line, because they say where its interrupt numbers lead. We trust nothing that the loader or a table says: what is
 * malformed becomes a warning. `memory` is how to reach memory, see platform_reach().
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
 * Adds a window. A window at the same base is the same window: then `announced` is merged, the first GSI and size
 * count, and the trigger comes from a source that states one (command line and probe only assume it). Warns if two
 * sources disagree, or one announces a window twice; and if a window overlaps another or RAM, is too small or
 * misaligned, or wraps. If it is unclear what was meant, the window is not added.
 */
void platform_add_window(struct platform *platform, const struct mmio_window *window);

/* Where ISA interrupt `irq` arrives: as an override says, otherwise at its own number, edge, active high. */
struct irq_source platform_isa_source(const struct platform *platform, uint32_t irq);

/* Formats the bits of mmio_window.announced as reports print them: "cmdline+acpi". Returns buffer. */
const char *platform_announcers(uint32_t announced, char *buffer, size_t size);

/* Adds a warning for the report, cut to PLATFORM_WARNING_MAX. The format is that of firmware/lib/print.h. */
void platform_warn(struct platform *platform, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sets how platform_physical() and platform_read32() reach memory. The port provides the machine's memory; tests and
 * fuzzers provide simulated memory.
 */
void platform_reach(const struct memory_access *memory);

/* How discovery reads memory (tables and the loader's strings) and device registers. See struct memory_access. */
const void *platform_physical(uint64_t address, uint64_t size);
bool platform_read32(uint64_t address, uint32_t *value);

#endif
