// SPDX-License-Identifier: BSD-2-Clause
/* Device trees of VMMs, which dtc compiled from devicetree/, and then the same trees with random damage. */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/discovery/devicetree/devicetree.h"
#include "tests/self/unit/machine.h"

enum {
	BLOB = 0x87e00000,
	BLOB_MAX = 1 << 16,
	HEADER_TOTAL_SIZE = 4,
	HEADER_STRUCTURE = 8,
	HEADER_STRINGS = 12,
	HEADER_RESERVATIONS = 16,
	HEADER_VERSION = 20,
	HEADER_COMPATIBLE = 24,
	HEADER_STRINGS_SIZE = 32,
	HEADER_STRUCTURE_SIZE = 36,
};

static struct platform platform;
static struct devicetree tree;
static uint8_t blob[BLOB_MAX];
static uint32_t blob_size;

static void load(const char *name)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.dtb", UNIT_DEVICETREE, name);
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		exit(2);
	}
	blob_size = (uint32_t)fread(blob, 1, sizeof(blob), file);
	fclose(file);
}

static void set(uint32_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		blob[at + (uint32_t)i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get(uint32_t at)
{
	return (uint32_t)blob[at] << 24 | (uint32_t)blob[at + 1] << 16 | (uint32_t)blob[at + 2] << 8 | blob[at + 3];
}

static void place(void)
{
	machine_reset();
	machine_place(BLOB, blob, blob_size);
}

static void discover(void)
{
	const struct boot_info boot = { .protocol = "test", .fdt = BLOB };

	place();
	platform_discover(&platform, &boot, &made_up_memory);
}

static void expect_warnings(const char *const *warnings, uint32_t count)
{
	unit_equal(platform.warning_count, count);
	for (uint32_t i = 0; i < platform.warning_count || i < count; i++)
		unit_text(i < platform.warning_count ? platform.warnings[i] : "", i < count ? warnings[i] : "");
}

#define EXPECT_WARNINGS(...)                                  \
	expect_warnings((const char *const[]){ __VA_ARGS__ }, \
			sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void expect_window(uint32_t index, uint64_t base, uint64_t size, uint32_t gsi, enum irq_trigger trigger,
			  enum irq_polarity polarity)
{
	const struct mmio_window *const window = &platform.windows[index];

	unit_true(index < platform.window_count);
	unit_equal(window->base, base);
	unit_equal(window->size, size);
	unit_equal(window->irq.gsi, gsi);
	unit_equal(window->irq.trigger, trigger);
	unit_equal(window->irq.polarity, polarity);
	unit_equal(window->announced, ANNOUNCED_FDT);
}

static void expect_memory(uint32_t index, uint64_t base, uint64_t size)
{
	unit_true(index < platform.memory_count);
	unit_equal(platform.memory[index].base, base);
	unit_equal(platform.memory[index].size, size);
}

static void expect_output(const struct platform_irqchip *chip, uint32_t index, uint32_t cpu, uint32_t cause)
{
	unit_true(index < chip->output_count);
	unit_equal(chip->outputs[index].cpu, cpu);
	unit_equal(chip->outputs[index].cause, cause);
}

UNIT_TEST(plic)
{
	const struct platform_irqchip *const chips = platform.irqchips;

	load("virt_plic");
	discover();
	unit_equal(platform.warning_count, 0);
	unit_text(platform.cmdline, "touchstone.seed=5 console=ttyS0");
	unit_equal(platform.window_count, 2);
	expect_window(0, 0x10001000, 0x1000, 1, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	expect_window(1, 0x10002000, 0x1000, 2, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	unit_equal(platform.cpu_count, 2);
	unit_equal(platform.cpus[1], 1);
	unit_equal(platform.timebase_hz, 10000000);
	unit_equal(platform.test_device, 0x100000);
	unit_equal(platform.uart.kind, UART_16550);
	unit_equal(platform.uart.base, 0x10000000);
	unit_equal(platform.uart.shift, 2);
	unit_equal(platform.uart.width, 4);
	unit_equal(platform.uart.irq.gsi, 10);
	unit_equal(platform.irqchip_count, 2);
	unit_equal(chips[0].kind, IRQCHIP_PLIC);
	unit_equal(chips[0].regions[0].base, 0xc000000);
	unit_equal(chips[0].regions[0].size, 0x600000);
	unit_equal(chips[0].inputs, 95);
	unit_equal(chips[0].output_count, 4);
	expect_output(&chips[0], 0, 0, 11);
	expect_output(&chips[0], 1, 0, 9);
	expect_output(&chips[0], 2, 1, 0xffffffff);
	expect_output(&chips[0], 3, 1, 9);
	unit_equal(chips[1].kind, IRQCHIP_CLINT);
	expect_output(&chips[1], 2, 1, 3);
}

UNIT_TEST(reservations)
{
	load("virt_plic");
	discover();
	unit_equal(platform.memory_count, 4);
	expect_memory(0, 0x80080000, 0x380000); /* from the end of the firmware to the entry of the reservation block */
	expect_memory(1, 0x80401000, 0x3bff000); /* up to the initial RAM disk */
	expect_memory(2, 0x84001000, 0x3dff000); /* up to the tree itself */
	expect_memory(3, BLOB + blob_size, 0x88000000 - BLOB - blob_size);
}

UNIT_TEST(a_loaders_map_comes_first)
{
	struct boot_info boot = { .protocol = "test", .fdt = BLOB, .memory_count = 1 };

	boot.memory[0].base = 0x80000000;
	boot.memory[0].size = 0x100000;
	load("virt_plic");
	place();
	platform_discover(&platform, &boot, &made_up_memory);
	unit_equal(platform.memory_count, 1);
	expect_memory(0, 0x80080000, 0x80000);
}

UNIT_TEST(aia)
{
	const struct platform_irqchip *const chips = platform.irqchips;

	load("virt_aia");
	discover();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.timebase_hz, 1000000);
	expect_window(0, 0x10001000, 0x1000, 1, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	expect_window(1, 0x10002000, 0x1000, 2, IRQ_EDGE, IRQ_ACTIVE_HIGH);
	unit_equal(platform.irqchip_count, 4);
	unit_equal(chips[0].kind, IRQCHIP_APLIC);
	unit_equal(chips[0].inputs, 96);
	unit_equal(chips[0].messages_to, 3);
	unit_equal(chips[1].messages_to, 4);
	unit_equal(chips[2].kind, IRQCHIP_IMSIC);
	expect_output(&chips[2], 0, 0, 11);
	unit_equal(chips[2].guest_index_bits, 0);
	unit_equal(chips[3].inputs, 255);
	unit_equal(chips[3].guest_index_bits, 1);
	unit_equal(chips[3].hart_index_bits, 3);
	unit_equal(chips[3].group_index_bits, 1);
	unit_equal(chips[3].group_index_shift, 28);
	expect_output(&chips[3], 0, 0, 9);
}

UNIT_TEST(gicv2)
{
	load("virt_gicv2");
	discover();
	unit_equal(platform.warning_count, 0);
	unit_text(platform.cmdline, "");
	unit_equal(platform.window_count, 4);
	expect_window(0, 0xa000000, 0x200, 48, IRQ_EDGE, IRQ_ACTIVE_HIGH);
	expect_window(1, 0xa000200, 0x200, 49, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	expect_window(2, 0xa000400, 0x200, 50, IRQ_EDGE, IRQ_ACTIVE_LOW);
	expect_window(3, 0xa000600, 0x200, 51, IRQ_LEVEL, IRQ_ACTIVE_LOW);
	unit_equal(platform.cpu_count, 2);
	unit_equal(platform.cpus[1], 0x100000001);
	unit_equal(platform.psci.conduit, PSCI_HVC);
	unit_equal(platform.psci.cpu_on, 0xc4000003);
	unit_true(platform.psci.has_versions);
	unit_equal(platform.timer_count, 4);
	unit_equal(platform.timers[0].gsi, 29);
	unit_equal(platform.timers[2].gsi, 27);
	unit_equal(platform.timers[2].trigger, IRQ_LEVEL);
	unit_equal(platform.uart.kind, UART_PL011);
	unit_equal(platform.uart.base, 0x9000000);
	unit_equal(platform.uart.width, 4);
	unit_equal(platform.irqchip_count, 2);
	unit_equal(platform.irqchips[0].kind, IRQCHIP_GICV2);
	unit_equal(platform.irqchips[0].region_count, 2);
	unit_equal(platform.irqchips[0].regions[1].base, 0x8010000);
	unit_equal(platform.irqchips[1].kind, IRQCHIP_GICV2M);
	unit_equal(platform.irqchips[1].first_input, 80);
	unit_equal(platform.irqchips[1].inputs, 64);
	expect_memory(1, 0x100000000, 0x40000000);
}

UNIT_TEST(gicv3)
{
	const struct platform_irqchip *const gic = &platform.irqchips[0];

	load("virt_gicv3");
	discover();
	unit_equal(platform.warning_count, 0);
	unit_equal(gic->kind, IRQCHIP_GICV3);
	unit_equal(gic->region_count, 3);
	unit_equal(gic->redistributor_regions, 2);
	unit_equal(gic->redistributor_stride, 0x20000);
	unit_equal(gic->regions[2].base, 0x100000000);
	unit_equal(platform.irqchips[1].kind, IRQCHIP_GIC_ITS);
	unit_equal(platform.irqchips[1].regions[0].base, 0x3ff90000);
	unit_equal(platform.psci.conduit, PSCI_SMC);
	unit_equal(platform.psci.cpu_on, 0x95c1ba5f);
	unit_true(!platform.psci.has_versions);
	unit_equal(platform.uart.kind, UART_16550);
	unit_equal(platform.uart.base, 0x40002000);
	unit_equal(platform.uart.width, 1);
	expect_window(0, 0x40003000, 0x1000, 34, IRQ_EDGE, IRQ_ACTIVE_HIGH);
	expect_window(1, 0x40004000, 0x1000, 4103, IRQ_EDGE, IRQ_ACTIVE_HIGH);
}

UNIT_TEST(ranges_that_are_not_the_identity)
{
	load("semu");
	discover();
	unit_equal(platform.window_count, 1);
	expect_window(0, 0xf4100000, 0x200, 2, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	unit_equal(platform.irqchips[0].regions[0].base, 0xf0000000);
	unit_equal(platform.uart.base, 0xf4000000);
	EXPECT_WARNINGS("device tree: outside@10000000: no range of its bus holds it",
			"device tree: virtio@0: its address is of a form that we cannot read",
			"device tree: virtio@0: it is on a bus without ranges");
}

UNIT_TEST(interrupts_extended)
{
	load("tinyemu");
	discover();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 2);
	expect_window(1, 0x40011000, 0x1000, 2, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	unit_equal(platform.uart.kind, UART_HTIF);
	unit_equal(platform.uart.base, 0x40008000);
	unit_equal(platform.htif.base, 0x40008000);
	unit_equal(platform.htif.irq.gsi, IRQ_NO_GSI);
	expect_output(&platform.irqchips[1], 0, 0, 9);
}

UNIT_TEST(htif_where_the_tree_says)
{
	load("spike");
	discover();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 0);
	unit_equal(platform.irqchip_count, 1);
	unit_equal(platform.uart.kind, UART_HTIF);
	unit_equal(platform.uart.base, 0x1000000);
	unit_equal(platform.htif.base, 0x1000000);
}

/* On a machine that is not TinyEMU's, discovery must not guess an address that the tree does not announce. */
UNIT_TEST(htif_that_nobody_tells)
{
	load("htif");
	discover();
	unit_equal(platform.uart.kind, UART_NONE);
	unit_equal(platform.htif.kind, UART_NONE);
	EXPECT_WARNINGS("device tree: htif: a console without registers; ignored",
			"device tree: htif: a console without registers; ignored");
}

UNIT_TEST(what_is_odd_is_a_warning)
{
	load("odd");
	discover();
	unit_text(platform.cmdline, "abc");
	unit_equal(platform.cpu_count, 1);
	unit_equal(platform.memory_count, 2);
	expect_memory(0, 0x80000000, BLOB - 0x80000000);
	unit_equal(platform.psci.conduit, PSCI_NONE);
	unit_equal(platform.uart.kind, UART_NONE);
	unit_equal(platform.window_count, 5);
	expect_window(0, 0x10001000, 0x1000, IRQ_NO_GSI, IRQ_LEVEL, IRQ_ACTIVE_HIGH);
	EXPECT_WARNINGS("device tree: bootargs does not end; taken as it is",
			"memory: 0x88000000+0x10000000 overlaps 0x80000000+0x10000000; merged",
			"device tree: cpu@1: a CPU without an id that we can read; ignored",
			"device tree: CPU id 0 is listed twice",
			"device tree: plic@c000000: its interrupts-extended is cut short",
			"device tree: plic@d000000: an interrupt controller without registers; ignored",
			"device tree: serial@10006000: a console without registers; ignored",
			"device tree: no-interrupt@10001000: a virtio-mmio device without an interrupt",
			"device tree: input-0@10002000: its controller has no such interrupt",
			"device tree: stranger@10003000: its interrupt leads to a controller that we do not know",
			"device tree: wrapping@ffffffffffffff00: it wraps around the address space",
			"device tree: cut@0: no range of its bus holds it",
			"device tree: no-registers: a virtio-mmio device without registers; ignored",
			"window 0x80000000+0x1000 (fdt): it overlaps RAM; ignored",
			"device tree: orphan@10004000: its interrupt has no parent",
			"device tree: loop@10005000: its interrupt has no parent",
			"device tree: psci: PSCI by a method that we do not know; ignored");
}

UNIT_TEST(names_and_paths)
{
	struct devicetree_value value;
	uint64_t number;
	uint16_t node;

	load("virt_plic");
	place();
	memset(&platform, 0, sizeof(platform));
	unit_true(devicetree_open(&tree, &platform, BLOB));
	unit_equal(devicetree_at(&tree, "/", 1), DEVICETREE_ROOT);
	unit_equal(devicetree_at(&tree, "", 0), DEVICETREE_NONE);
	unit_equal(devicetree_at(&tree, "soc", 3), DEVICETREE_NONE);
	unit_equal(devicetree_at(&tree, "/so", 3), DEVICETREE_NONE);
	node = devicetree_at(&tree, "/soc/serial@10000000", 20);
	unit_true(node != DEVICETREE_NONE);
	unit_equal(devicetree_at(&tree, "//soc/serial/", 13), node);
	unit_equal(devicetree_at(&tree, "/soc/serial@1", 13), DEVICETREE_NONE);
	unit_true(devicetree_number(&tree, node, "reg-shift", &number) && number == 2);
	unit_true(!devicetree_number(&tree, node, "compatible", &number));
	unit_true(!devicetree_property(&tree, node, "no-such", &value) && value.size == 0);
	unit_true(devicetree_lists(&tree, node, "compatible", "ns16550a"));
	unit_true(!devicetree_lists(&tree, node, "compatible", "ns16550"));
	unit_equal(devicetree_of_phandle(&tree, 0), DEVICETREE_NONE);
	unit_equal(devicetree_of_phandle(&tree, 0x7fff), DEVICETREE_NONE);
}

static void expect_only(const char *warning)
{
	discover();
	unit_equal(platform.window_count, 0);
	unit_true(platform.warning_count >= 1);
	unit_text(platform.warnings[0], warning);
}

UNIT_TEST(what_is_no_tree)
{
	static const struct {
		uint32_t at, value;
		const char *warning;
	} breaks[] = {
		{ 0, 0xedfe0dd0, "device tree at 0x87e00000: the magic value is missing; ignored" },
		{ HEADER_TOTAL_SIZE, 39, "device tree at 0x87e00000: its size cannot be; ignored" },
		{ HEADER_TOTAL_SIZE, 0x200001, "device tree at 0x87e00000: its size cannot be; ignored" },
		{ HEADER_TOTAL_SIZE, 0x100000, "device tree at 0x87e00000: unreadable; ignored" },
		{ HEADER_VERSION, 15, "device tree at 0x87e00000: a version that we do not know; ignored" },
		{ HEADER_COMPATIBLE, 18, "device tree at 0x87e00000: a version that we do not know; ignored" },
		{ HEADER_STRUCTURE, 0x100000, "device tree at 0x87e00000: a block of it lies outside; ignored" },
		{ HEADER_STRUCTURE, 58, "device tree at 0x87e00000: a block of it lies outside; ignored" },
		{ HEADER_STRUCTURE_SIZE, 0xfffffffc, "device tree at 0x87e00000: a block of it lies outside; ignored" },
		{ HEADER_STRINGS, 0xffffffff, "device tree at 0x87e00000: a block of it lies outside; ignored" },
		{ HEADER_STRINGS_SIZE, 0x7fffffff, "device tree at 0x87e00000: a block of it lies outside; ignored" },
		{ HEADER_RESERVATIONS, 0x100000, "device tree at 0x87e00000: a block of it lies outside; ignored" },
	};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		load("virt_plic");
		set(breaks[i].at, breaks[i].value);
		expect_only(breaks[i].warning);
	}
	load("virt_plic");
	blob_size = 39;
	expect_only("device tree at 0x87e00000: unreadable; ignored");
}

UNIT_TEST(a_tree_without_a_node)
{
	enum { TOKEN_END = 9 };

	load("virt_plic");
	set(get(HEADER_STRUCTURE), TOKEN_END);
	expect_only("device tree at 0x87e00000: it has no node; what follows is not read");
}

/* The memory is an allocation of exactly the blob's size, so that the sanitizer reports any read outside. */
UNIT_TEST(a_structure_that_breaks_off)
{
	uint32_t size;

	load("virt_plic");
	size = get(HEADER_STRUCTURE_SIZE);
	for (uint32_t cut = 0; cut < size; cut++) {
		load("virt_plic");
		set(HEADER_STRUCTURE_SIZE, cut);
		discover();
		unit_true(platform.warning_count >= 1);
		unit_true(platform.window_count <= 2);
	}
	for (uint32_t cut = 0; cut < get(HEADER_STRINGS_SIZE); cut++) {
		load("virt_plic");
		set(HEADER_STRINGS_SIZE, cut);
		discover();
		unit_true(platform.window_count <= 2);
	}
}

UNIT_TEST(a_version_without_the_size_of_the_structure)
{
	load("virt_plic");
	set(HEADER_VERSION, 16);
	set(HEADER_STRUCTURE_SIZE, 0);
	discover();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 2);
}

UNIT_TEST(more_nodes_than_there_is_room_for)
{
	uint32_t at = 48;

	memset(blob, 0, sizeof(blob));
	set(0, 0xd00dfeed);
	set(HEADER_STRUCTURE, at);
	set(HEADER_RESERVATIONS, 40);
	set(HEADER_VERSION, 17);
	set(HEADER_COMPATIBLE, 16);
	set(at, 1); /* begins a node without a name, the root */
	at += 8;
	for (uint32_t i = 0; i < DEVICETREE_NODES + 10u; i++, at += 12) {
		set(at, 1); /* and others in it */
		set(at + 8, 2);
	}
	set(HEADER_STRUCTURE_SIZE, at - 48);
	set(HEADER_STRINGS, at);
	blob_size = at;
	set(HEADER_TOTAL_SIZE, at);
	discover();
	unit_text(platform.warnings[0],
		  "device tree at 0x87e00000: more nodes than we have room for; what follows is not read");
}
