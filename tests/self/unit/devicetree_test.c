// SPDX-License-Identifier: BSD-2-Clause
/* Device trees of VMMs, which dtc compiled from devicetree/, and all that discovery finds in each; then the same trees
 * with damage. tests/self/fuzz compares trees that nobody wrote with what libfdt finds in them. */
#include "tests/self/unit/unit.h"

#include <stdlib.h>

#include "firmware/discovery/devicetree/devicetree.h"
#include "tests/self/unit/machine.h"

enum { BLOB = 0x87e00000, BLOB_MAX = 1 << 16, STRUCTURE = 8, VERSION = 20, STRINGS_SIZE = 32, STRUCTURE_SIZE = 36 };

static struct boot_info boot = { .protocol = "test", .fdt = BLOB };
static struct platform platform;
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
	for (uint32_t i = 0; i < 4; i++)
		blob[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get(uint32_t at)
{
	return (uint32_t)blob[at] << 24 | (uint32_t)blob[at + 1] << 16 | (uint32_t)blob[at + 2] << 8 | blob[at + 3];
}

/* The memory is an allocation of exactly the blob's size, so that the sanitizer reports any read outside. */
static void discover(void)
{
	machine_reset();
	machine_place(BLOB, blob, blob_size);
	platform_discover(&platform, &boot, &made_up_memory);
}

/* Everything that discovery found, one line each. */
static char found[1 << 14];
static FILE *out;

#define say(...) fprintf(out, __VA_ARGS__)

static void say_range(uint64_t base, uint64_t size)
{
	say(" %llx+%llx", (unsigned long long)base, (unsigned long long)size);
}

static void say_interrupt(const struct irq_source *source)
{
	if (source->gsi != IRQ_NO_GSI)
		say(" irq %u %s %s", source->gsi, source->trigger == IRQ_EDGE ? "edge" : "level",
		    source->polarity == IRQ_ACTIVE_LOW ? "low" : "high");
}

static void say_uart(const char *which, const struct platform_uart *uart)
{
	static const char *const kinds[] = { "none", "16550", "pl011", "htif" };

	if (uart->kind == UART_NONE)
		return;
	say("%s %s %llx << %u, %u bytes", which, kinds[uart->kind], (unsigned long long)uart->base, uart->shift,
	    uart->width);
	say_interrupt(&uart->irq);
	say("\n");
}

static void say_irqchip(const struct platform_irqchip *chip)
{
	static const char *const kinds[] = { "gicv2", "gicv2m", "gicv3", "its",	 "plic",  "aplic",
					     "imsic", "clint",	"mswi",	 "sswi", "mtimer" };

	say("%s", kinds[chip->kind]);
	for (uint32_t i = 0; i < chip->region_count; i++)
		say_range(chip->regions[i].base, chip->regions[i].size);
	if (chip->inputs)
		say(", inputs %u+%u", chip->first_input, chip->inputs);
	for (uint32_t i = 0; i < chip->output_count; i++)
		say(", cpu %d by %d", (int)chip->outputs[i].cpu, (int)chip->outputs[i].cause);
	if (chip->messages_to)
		say(", messages to %u", chip->messages_to);
	if (chip->redistributor_stride)
		say(", redistributors %u by %llx", chip->redistributor_regions,
		    (unsigned long long)chip->redistributor_stride);
	if (chip->kind == IRQCHIP_IMSIC)
		say(", bits %u %u %u << %u", chip->guest_index_bits, chip->hart_index_bits, chip->group_index_bits,
		    chip->group_index_shift);
	say("\n");
}

static void say_all(void)
{
	static const char *const conduits[] = { "none", "hvc", "smc" };

	out = fmemopen(found, sizeof(found), "w");
	if (platform.cmdline[0])
		say("cmdline %s\n", platform.cmdline);
	say("ram");
	for (uint32_t i = 0; i < platform.memory_count; i++) {
		const uint64_t base = platform.memory[i].base, end = base + platform.memory[i].size;

		if (base == BLOB + blob_size) /* dtc decides how large the tree is */
			say(" tree-%llx", (unsigned long long)end);
		else
			say(" %llx-%llx", (unsigned long long)base, (unsigned long long)end);
	}
	say("\ncpus");
	for (uint32_t i = 0; i < platform.cpu_count; i++)
		say(" %llx", (unsigned long long)platform.cpus[i]);
	say(", %llu Hz, end by %llx\n", (unsigned long long)platform.timebase_hz,
	    (unsigned long long)platform.test_device);
	if (platform.psci.conduit)
		say("psci %s %x%s\n", conduits[platform.psci.conduit], platform.psci.cpu_on,
		    platform.psci.has_versions ? ", versions" : "");
	for (uint32_t i = 0; i < platform.timer_count; i++) {
		say("%s", i ? "," : "timers");
		say_interrupt(&platform.timers[i]);
	}
	if (platform.timer_count)
		say("\n");
	say_uart("console", &platform.uart);
	say_uart("htif", &platform.htif);
	for (uint32_t i = 0; i < platform.irqchip_count; i++)
		say_irqchip(&platform.irqchips[i]);
	for (uint32_t i = 0; i < platform.window_count; i++) {
		say("window");
		say_range(platform.windows[i].base, platform.windows[i].size);
		say_interrupt(&platform.windows[i].irq);
		say("%s\n", platform.windows[i].announced == ANNOUNCED_FDT ? "" : ", not by the tree");
	}
	for (uint32_t i = 0; i < platform.warning_count; i++)
		say("%s\n", platform.warnings[i]);
	fclose(out);
}

static const struct {
	const char *tree, *from, *to; /* `to` replaces `from` in the blob, at the same length; NULL: no change */
	const char *found;
} trees[] = {
	{ "virt_plic", NULL, NULL,
	  "cmdline touchstone.seed=5 console=ttyS0\n"
	  "ram 80080000-80400000 80401000-84000000 84001000-87e00000 tree-88000000\n"
	  "cpus 0 1, 10000000 Hz, end by 100000\n"
	  "console 16550 10000000 << 2, 4 bytes irq 10 level high\n"
	  "plic c000000+600000, inputs 0+95, cpu 0 by 11, cpu 0 by 9, cpu 1 by -1, cpu 1 by 9\n"
	  "clint 2000000+10000, cpu 0 by 3, cpu 0 by 7, cpu 1 by 3, cpu 1 by 7\n"
	  "window 10001000+1000 irq 1 level high\n"
	  "window 10002000+1000 irq 2 level high\n" },
	{ "virt_aia", NULL, NULL,
	  "ram 80000000-87e00000 tree-88000000\n"
	  "cpus 0, 1000000 Hz, end by 0\n"
	  "aplic c000000+8000, inputs 0+96, messages to 3\n"
	  "aplic d000000+8000, inputs 0+96, messages to 4\n"
	  "imsic 24000000+1000, inputs 0+255, cpu 0 by 11, bits 0 0 0 << 24\n"
	  "imsic 28000000+2000, inputs 0+255, cpu 0 by 9, bits 1 3 1 << 28\n"
	  "window 10001000+1000 irq 1 level high\n"
	  "window 10002000+1000 irq 2 edge high\n" },
	{ "virt_gicv2", NULL, NULL,
	  "ram 40000000-48000000 100000000-140000000\n"
	  "cpus 0 100000001, 0 Hz, end by 0\n"
	  "psci hvc c4000003, versions\n"
	  "timers irq 29 level high, irq 30 level high, irq 27 level high, irq 26 level high\n"
	  "console pl011 9000000 << 0, 4 bytes irq 33 level high\n"
	  "gicv2 8000000+10000 8010000+10000\n"
	  "gicv2m 8020000+1000, inputs 80+64\n"
	  "window a000000+200 irq 48 edge high\n"
	  "window a000200+200 irq 49 level high\n"
	  "window a000400+200 irq 50 edge low\n"
	  "window a000600+200 irq 51 level low\n" },
	{ "virt_gicv3", NULL, NULL,
	  "ram 80000000-87e00000 tree-88000000\n"
	  "cpus, 0 Hz, end by 0\n"
	  "psci smc 95c1ba5f\n"
	  "console 16550 40002000 << 0, 1 bytes irq 33 edge high\n"
	  "gicv3 3fff0000+10000 3ffb0000+40000 100000000+40000, redistributors 2 by 20000\n"
	  "its 3ff90000+20000\n"
	  "window 40003000+1000 irq 34 edge high\n"
	  "window 40004000+1000 irq 4103 edge high\n" },
	{ "semu", NULL, NULL,
	  "cmdline earlycon console=ttyS0\n"
	  "ram 0-20000000\n"
	  "cpus, 0 Hz, end by 0\n"
	  "console 16550 f4000000 << 0, 1 bytes irq 1 level high\n"
	  "plic f0000000+4000000, inputs 0+31\n"
	  "window f4100000+200 irq 2 level high\n"
	  "device tree: outside@10000000: no range of its bus holds it\n"
	  "device tree: virtio@0: its address is of a form that we cannot read\n"
	  "device tree: virtio@0: it is on a bus without ranges\n" },
	{ "tinyemu", NULL, NULL,
	  "ram 80000000-87e00000 tree-88000000\n"
	  "cpus 0, 10000000 Hz, end by 0\n"
	  "console htif 40008000 << 0, 4 bytes\n"
	  "htif htif 40008000 << 0, 4 bytes\n"
	  "plic 40100000+400000, inputs 0+31, cpu 0 by 9, cpu 0 by 11\n"
	  "window 40010000+1000 irq 1 level high\n" },
	{ "tinyemu", "bar_dev", "bar_dex",
	  "ram 80000000-87e00000 tree-88000000\n"
	  "cpus 0, 10000000 Hz, end by 0\n"
	  "plic 40100000+400000, inputs 0+31, cpu 0 by 9, cpu 0 by 11\n"
	  "window 40010000+1000 irq 1 level high\n"
	  "device tree: htif: a console without registers; ignored\n"
	  "device tree: htif: a console without registers; ignored\n" },
	{ "spike", NULL, NULL,
	  "ram 80000000-87e00000 tree-88000000\n"
	  "cpus 0, 10000000 Hz, end by 0\n"
	  "console htif 1000000 << 0, 4 bytes\n"
	  "htif htif 1000000 << 0, 4 bytes\n"
	  "clint 2000000+10000, cpu 0 by 3, cpu 0 by 7\n" },
	{ "odd", NULL, NULL,
	  "cmdline abc\n"
	  "ram 80000000-87e00000 tree-98000000\n"
	  "cpus 0, 0 Hz, end by 0\n"
	  "plic c000000+400000, cpu -1 by 9\n"
	  "window 10001000+1000\n"
	  "window 10002000+1000\n"
	  "window 10003000+1000\n"
	  "window 10004000+1000\n"
	  "window 10005000+1000\n"
	  "device tree: bootargs does not end; taken as it is\n"
	  "memory: 0x88000000+0x10000000 overlaps 0x80000000+0x10000000; merged\n"
	  "device tree: cpu@1: a CPU without an id that we can read; ignored\n"
	  "device tree: CPU id 0 is listed twice\n"
	  "device tree: plic@c000000: its interrupts-extended is cut short\n"
	  "device tree: plic@d000000: an interrupt controller without registers; ignored\n"
	  "device tree: serial@10006000: a console without registers; ignored\n"
	  "device tree: no-interrupt@10001000: a virtio-mmio device without an interrupt\n"
	  "device tree: input-0@10002000: its controller has no such interrupt\n"
	  "device tree: stranger@10003000: its interrupt leads to a controller that we do not know\n"
	  "device tree: wrapping@ffffffffffffff00: it wraps around the address space\n"
	  "device tree: cut@0: no range of its bus holds it\n"
	  "device tree: no-registers: a virtio-mmio device without registers; ignored\n"
	  "window 0x80000000+0x1000 (fdt): it overlaps RAM; ignored\n"
	  "device tree: orphan@10004000: its interrupt has no parent\n"
	  "device tree: loop@10005000: its interrupt has no parent\n"
	  "device tree: psci: PSCI by a method that we do not know; ignored\n" },
};

UNIT_TEST(what_is_found)
{
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		unit_row(trees[i].to ? trees[i].to : trees[i].tree);
		load(trees[i].tree);
		for (uint32_t at = 0; trees[i].from && at + strlen(trees[i].from) <= blob_size; at++)
			if (!memcmp(blob + at, trees[i].from, strlen(trees[i].from)))
				memcpy(blob + at, trees[i].to, strlen(trees[i].to));
		discover();
		say_all();
		unit_text(found, trees[i].found);
	}
}

UNIT_TEST(a_loaders_map_comes_first)
{
	boot.memory_count = 1;
	boot.memory[0].base = 0x80000000;
	boot.memory[0].size = 0x100000;
	load("virt_plic");
	discover();
	boot.memory_count = 0;
	say_all();
	unit_contains(found, "ram 80080000-80100000\n");
}

/* Paths that lead to the console, or to another node or none. */
UNIT_TEST(paths)
{
	static const struct {
		const char *path;
		bool leads;
	} paths[] = {
		{ "/soc/serial@10000000", true },
		{ "//soc/serial/", true },
		{ "/soc/serial@1", false },
		{ "/so/serial@10000000", false },
		{ "soc/serial@10000000", false },
		{ "/", false },
		{ "", false },
	};
	static struct devicetree tree;
	uint16_t node, serial;

	load("virt_plic");
	discover();
	unit_true(devicetree_open(&tree, &platform, BLOB));
	for (serial = 0; serial < tree.node_count && strcmp(tree.nodes[serial].name, "serial@10000000");)
		serial++;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		node = devicetree_at(&tree, paths[i].path, strlen(paths[i].path));
		unit_row(paths[i].path);
		unit_equal(node == serial, paths[i].leads);
	}
	unit_equal(devicetree_at(&tree, "/", 1), DEVICETREE_ROOT);
	unit_equal(devicetree_at(&tree, "", 0), DEVICETREE_NONE);
	unit_equal(devicetree_of_phandle(&tree, 0), DEVICETREE_NONE);
	unit_equal(devicetree_of_phandle(&tree, 0x7fff), DEVICETREE_NONE);
	unit_true(!devicetree_lists(&tree, serial, "compatible", "ns16550"));
}

UNIT_TEST(what_is_no_tree)
{
	static const char size[] = "its size cannot be; ignored", outside[] = "a block of it lies outside; ignored",
			  version[] = "a version that we do not know; ignored";
	const struct {
		const char *name;
		uint32_t at, value;
		const char *warning;
	} breaks[] = {
		{ "magic", 0, 0xedfe0dd0, "the magic value is missing; ignored" },
		{ "size below a header", 4, 39, size },
		{ "size above the limit", 4, 0x200001, size },
		{ "size beyond memory", 4, 0x100000, "unreadable; ignored" },
		{ "structure behind the end", STRUCTURE, 0x100000, outside },
		{ "structure not aligned", STRUCTURE, 58, outside },
		{ "strings", 12, 0xffffffff, outside },
		{ "reservations", 16, 0x100000, outside },
		{ "version before 16", VERSION, 15, version },
		{ "compatible above 17", 24, 18, version },
		{ "size of strings", STRINGS_SIZE, 0x7fffffff, outside },
		{ "size of structure", STRUCTURE_SIZE, 0xfffffffc, outside },
		{ "no node", 56, 9,
		  "it has no node; what follows is not read" }, /* the first token ends the structure */
	};
	char warning[128];

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		load("virt_plic");
		set(breaks[i].at == 56 ? get(STRUCTURE) : breaks[i].at, breaks[i].value);
		discover();
		snprintf(warning, sizeof(warning), "device tree at 0x87e00000: %s", breaks[i].warning);
		unit_row(breaks[i].name);
		unit_equal(platform.window_count, 0);
		unit_text(platform.warnings[0], warning);
	}
	load("virt_plic");
	blob_size = 39;
	discover();
	unit_text(platform.warnings[0], "device tree at 0x87e00000: unreadable; ignored");
}

UNIT_TEST(a_block_that_breaks_off)
{
	load("virt_plic");
	for (uint32_t size = get(STRUCTURE_SIZE); size--;) {
		set(STRUCTURE_SIZE, size);
		discover();
		unit_true(platform.warning_count >= 1 && platform.window_count <= 2);
	}
	load("virt_plic");
	for (uint32_t size = get(STRINGS_SIZE); size--;) {
		set(STRINGS_SIZE, size);
		discover();
		unit_true(platform.window_count <= 2);
	}
}

UNIT_TEST(a_version_without_the_size_of_the_structure)
{
	load("virt_plic");
	set(VERSION, 16);
	set(STRUCTURE_SIZE, 0);
	discover();
	unit_equal(platform.warning_count, 0);
	unit_equal(platform.window_count, 2);
}
