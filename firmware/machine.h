/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine as data: what a boot protocol hands over, what discovery finds out, and what a port then drives. Ports
 * and discovery both include this file, so that neither has to include the other.
 */
#ifndef FIRMWARE_MACHINE_H
#define FIRMWARE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum irq_trigger { IRQ_EDGE, IRQ_LEVEL };
enum irq_polarity { IRQ_ACTIVE_HIGH, IRQ_ACTIVE_LOW };

/* One input of the platform's interrupt controllers, as the platform announced it. */
struct irq_source {
	uint32_t gsi; /* global system interrupt (x86), INTID (Arm), source number (RISC-V) */
	enum irq_trigger trigger;
	enum irq_polarity polarity;
};

#define IRQ_NO_GSI UINT32_MAX /* the platform did not say which input: no controller has this one */

/* What a boot protocol hands over. Addresses are physical; 0 = not given. platform_discover() copies the strings. */
struct boot_info {
	const char *protocol; /* for the report: "pvh", "linux64", "efi", "arm64", "riscv-sbi", "process" ... */
	uint64_t cmdline;     /* NUL-terminated string */
	uint64_t rsdp;
	uint64_t fdt; /* flattened device tree */
	bool pc;      /* tables and devices may be at the traditional addresses of a PC */
	struct boot_memory {
		uint64_t base, size; /* usable RAM only */
	} memory[32];
	uint32_t memory_count; /* as the loader counts, even if memory[] has no room for all */
};

/* ACPI's address space ids, as far as registers in struct platform use them. */
enum acpi_space { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1 };

enum announced_by { ANNOUNCED_CMDLINE = 1, ANNOUNCED_ACPI = 2, ANNOUNCED_FDT = 4, ANNOUNCED_PROBE = 8 };

/* One virtio-mmio window. An address that was announced twice is one window; `announced` has a bit for each source. */
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
	PLATFORM_IRQCHIPS = 16,
	PLATFORM_IRQCHIP_REGIONS = 17, /* a distributor, and one redistributor for each of 16 CPUs */
	PLATFORM_IRQCHIP_OUTPUTS = 2 * PLATFORM_CPUS,
	PLATFORM_TIMERS = 5,
	PLATFORM_WARNINGS = 24,
	PLATFORM_WARNING_MAX = 160,
};

/* A range of registers; size 0: there is none. */
struct platform_region {
	uint64_t base, size;
};

/* Interrupt controllers that a device tree (for Arm also the MADT) describes. I/O APICs have their own list. */
enum irqchip_kind {
	IRQCHIP_GICV2,	/* regions: distributor, CPU interface */
	IRQCHIP_GICV2M, /* MSI frame of a GICv2 */
	IRQCHIP_GICV3,	/* regions: distributor, then redistributor_regions of redistributors */
	IRQCHIP_GIC_ITS,
	IRQCHIP_PLIC,
	IRQCHIP_APLIC,
	IRQCHIP_IMSIC,	/* regions: interrupt files, in the order of the outputs */
	IRQCHIP_CLINT,	/* software interrupts, followed by timers */
	IRQCHIP_MSWI,	/* machine software interrupts */
	IRQCHIP_SSWI,	/* supervisor software interrupts */
	IRQCHIP_MTIMER, /* regions: mtime, mtimecmp */
};

struct platform_irqchip {
	enum irqchip_kind kind;
	struct platform_region regions[PLATFORM_IRQCHIP_REGIONS];
	uint32_t region_count;
	uint32_t inputs;      /* number of sources, of a GICv2m frame's SPIs, of an IMSIC's identities; 0: not given */
	uint32_t first_input; /* INTID of a GICv2m frame's first SPI; 0: not given */

	/* The CPUs that it interrupts, in the order of its contexts, IDCs or interrupt files. */
	struct platform_output {
		uint32_t cpu;	/* index into platform.cpus; PLATFORM_NO_CPU: an unused place */
		uint32_t cause; /* RISC-V: number of the local interrupt */
	} outputs[PLATFORM_IRQCHIP_OUTPUTS];
	uint32_t output_count;

	uint32_t messages_to; /* APLIC: index + 1 of the IMSIC that gets its interrupts; 0: it interrupts CPUs directly
			       */

	uint32_t redistributor_regions; /* GICv3 */
	uint64_t redistributor_stride;	/* 0: not given */

	/* IMSIC: the widths of the fields in an interrupt file's address. */
	uint8_t guest_index_bits, hart_index_bits, group_index_bits, group_index_shift;
};

#define PLATFORM_NO_CPU UINT32_MAX

/* A console. */
enum uart_kind {
	UART_NONE,
	UART_16550,
	UART_PL011,
	UART_HTIF,
};

struct platform_uart {
	enum uart_kind kind;
	uint64_t base;
	uint8_t shift; /* register n is at base + (n << shift) */
	uint8_t width; /* of an access: 1, 2 or 4 bytes */
	struct irq_source irq;
};

#define PSCI_CPU_ON 0xc4000003u /* function id from PSCI 0.2 on */

enum psci_conduit { PSCI_NONE, PSCI_HVC, PSCI_SMC };

struct platform {
	const char *boot_protocol;
	bool pc; /* see struct boot_info */
	char cmdline[PLATFORM_CMDLINE_MAX];

	struct platform_memory {
		uint64_t base, size;
	} memory[PLATFORM_MEMORY]; /* usable RAM, ascending, not overlapping */
	uint32_t memory_count;

	struct platform_ioapic {
		uint64_t base;
		uint32_t gsi_base;
	} ioapics[PLATFORM_IOAPICS];
	uint32_t ioapic_count; /* 0: none was announced; the port uses its architecture's default */

	/* ISA interrupts whose GSI differs from their number, or that are not edge triggered, active high. */
	struct platform_override {
		uint8_t isa;
		struct irq_source source;
	} overrides[PLATFORM_OVERRIDES];
	uint32_t override_count;

	uint64_t lapic_base; /* 0: default */

	uint64_t cpus[PLATFORM_CPUS]; /* enabled CPUs: APIC id, MPIDR, hart id */
	uint32_t cpu_count;	      /* 0: the platform did not say */

	struct platform_irqchip irqchips[PLATFORM_IRQCHIPS];
	uint32_t irqchip_count;

	struct platform_uart uart; /* console that the device tree or ACPI names; UART_NONE: none */
	struct platform_uart htif; /* RISC-V: HTIF, which can also end the machine */

	/* Arm */
	struct platform_psci {
		enum psci_conduit conduit;
		uint32_t cpu_on;   /* function id; 0: there is none */
		bool has_versions; /* 0.2 or later: the ids are fixed, and SYSTEM_OFF exists */
	} psci;
	struct irq_source
		timers[PLATFORM_TIMERS]; /* secure, physical, virtual, hypervisor physical, hypervisor virtual */
	uint32_t timer_count;

	/* RISC-V */
	uint64_t timebase_hz; /* frequency of the time CSR; 0: not given */
	uint64_t test_device; /* sifive_test, which ends the machine; 0: there is none */

	/* How to power off, from the ACPI tables. The spaces are of enum acpi_space; address 0: not there. */
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
	uint16_t pm_timer_port; /* ACPI PM timer; 0: there is none. Only 24 of its bits are sure to count */

	struct mmio_window windows[PLATFORM_WINDOWS]; /* ascending by base, not overlapping */
	uint32_t window_count;

	/* What was wrong in the platform's description, for the report. Never fatal. */
	char warnings[PLATFORM_WARNINGS][PLATFORM_WARNING_MAX];
	uint32_t warning_count;
	uint32_t warnings_dropped;
};

/* How discovery reads memory and registers. The port provides it: machine_memory, in firmware/arch/machine.h. */
struct memory_access {
	/* Returns memory [address, address + size), which is only read, or NULL if it cannot be reached. */
	const void *(*physical)(uint64_t address, uint64_t size);

	/* Reads a device register. Returns false if the read fails. */
	bool (*read32)(uint64_t address, uint32_t *value);
};

#endif
