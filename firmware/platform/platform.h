/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is here: everything that the loader and the platform's tables told us, checked and bounded, and what fills it. */
#ifndef FIRMWARE_PLATFORM_PLATFORM_H
#define FIRMWARE_PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/arch/irq.h"

/* What a boot protocol hands over. Addresses are physical; 0 = not given. Strings are copied by platform_discover(). */
struct boot_info {
	const char *protocol; /* "pvh", "linux64" */
	uint64_t cmdline;     /* NUL-terminated string */
	uint64_t rsdp;
	struct boot_memory {
		uint64_t base, size; /* usable RAM only */
	} memory[32];
	uint32_t memory_count; /* as the loader counts; only so many as there is room for are kept */
};

/* ACPI's address space ids, as far as registers of struct platform use them. */
enum acpi_space { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1 };

enum announced_by { ANNOUNCED_CMDLINE = 1, ANNOUNCED_ACPI = 2, ANNOUNCED_FDT = 4, ANNOUNCED_PROBE = 8 };

/* One virtio-mmio window. The same address announced twice is one window; `announced` has a bit for each announcer. */
struct mmio_window {
	uint64_t base, size;
	struct irq_source irq;
	uint32_t announced;
};

enum {
	PLATFORM_CMDLINE_MAX = 4096,
	PLATFORM_WINDOWS = 64,
	PLATFORM_MEMORY = 32,
	PLATFORM_IOAPICS = 8,
	PLATFORM_OVERRIDES = 16,
	PLATFORM_CPUS = 64,
	PLATFORM_WARNINGS = 24,
	PLATFORM_WARNING_MAX = 160,
};

struct platform {
	const char *boot_protocol;
	char cmdline[PLATFORM_CMDLINE_MAX];

	struct platform_memory {
		uint64_t base, size;
	} memory[PLATFORM_MEMORY]; /* usable RAM, ascending, not overlapping */
	uint32_t memory_count;

	struct platform_ioapic {
		uint64_t base;
		uint32_t gsi_base;
	} ioapics[PLATFORM_IOAPICS];
	uint32_t ioapic_count; /* 0: nothing was announced; the port uses its architecture's default */

	/* ISA interrupts that reach another GSI than their number, or otherwise than edge, active high. */
	struct platform_override {
		uint8_t isa;
		struct irq_source source;
	} overrides[PLATFORM_OVERRIDES];
	uint32_t override_count;

	uint64_t lapic_base; /* 0: default */

	uint32_t cpus[PLATFORM_CPUS]; /* APIC ids of enabled CPUs */
	uint32_t cpu_count;	      /* 0: nobody said */

	/* How to power off, as the ACPI tables say. space: enum acpi_space; address 0 = not there. */
	struct platform_poweroff {
		uint64_t sleep_address; /* SLEEP_CONTROL_REG (hardware-reduced, 8 bits wide) or PM1a_CNT (16 bits) */
		uint8_t sleep_space;
		bool hardware_reduced;
		uint8_t s5; /* SLP_TYP of _S5_, not shifted */
		bool has_s5;
		uint64_t reset_address; /* 8 bits wide */
		uint8_t reset_space;
		uint8_t reset_value;
	} poweroff;
	uint16_t pm_timer_port; /* ACPI PM timer, 0: none. 24 bits can be relied on */

	struct mmio_window windows[PLATFORM_WINDOWS]; /* ascending by base, not overlapping */
	uint32_t window_count;

	/* What was wrong with what we were told, for the report. Never fatal. */
	char warnings[PLATFORM_WARNINGS][PLATFORM_WARNING_MAX];
	uint32_t warning_count;
	uint32_t warnings_dropped;
};

/*
 * Fills `platform` from the boot protocol's data: memory, command line, then windows from ACPI, the command line, and
 * only if neither gave one, a probe of the known windows. ACPI comes first because the MADT's overrides say where the
 * command line's interrupt numbers lead. Nothing that the loader or a table says is trusted: what is malformed becomes
 * a warning.
 */
void platform_discover(struct platform *platform, const struct boot_info *boot);

/* The steps of platform_discover(). */
void platform_set_memory(struct platform *platform, const struct boot_info *boot);
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
 * Physical memory [address, address + size) that only tables and strings of the loader are read from, NULL if it cannot
 * be reached. All of discovery reads through this one function; tests and fuzzers put a buffer behind it.
 */
const void *platform_physical(uint64_t address, uint64_t size);

#endif
