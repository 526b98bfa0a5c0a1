// SPDX-License-Identifier: BSD-2-Clause
/* What a device tree says about the platform. */
#include "firmware/lib/print.h"
#include "firmware/lib/string.h"
#include "firmware/discovery/devicetree/devicetree.h"
#include "firmware/discovery/interrupts.h"

#define CELL		 4u
#define RESERVATION_SIZE 16u /* an entry of the blob's reservation block: address and size; the last one is 0, 0 */

static struct devicetree tree;
static uint16_t cpu_nodes[PLATFORM_CPUS];

/* Removes [base, base + size) from the RAM. */
static void reserve(struct platform *platform, uint64_t base, uint64_t size)
{
	const uint64_t end = size > UINT64_MAX - base ? UINT64_MAX : base + size;

	for (uint32_t i = 0; size && i < platform->memory_count; i++) {
		struct platform_memory *const memory = &platform->memory[i];
		const uint64_t memory_end = memory->base + memory->size;

		if (end <= memory->base || base >= memory_end)
			continue;
		if (base > memory->base && end < memory_end) { /* a hole: the RAM behind it becomes a new range */
			memory->size = base - memory->base;
			if (platform->memory_count == PLATFORM_MEMORY) {
				platform_warn(platform,
					      "device tree: memory has too many holes; RAM from 0x%llx is not used",
					      (unsigned long long)end);
				return;
			}
			memmove(memory + 2, memory + 1, (platform->memory_count - i - 1) * sizeof(*memory));
			memory[1] = (struct platform_memory){ .base = end, .size = memory_end - end };
			platform->memory_count++;
			return;
		}
		if (base > memory->base) {
			memory->size = base - memory->base;
		} else if (end < memory_end) {
			memory->base = end;
			memory->size = memory_end - end;
		} else {
			platform->memory_count--;
			memmove(memory, memory + 1, (platform->memory_count - i) * sizeof(*memory));
			i--;
		}
	}
}

/* Calls what() for every range of a node's `reg`. */
static void each_region(uint16_t node, void (*what)(uint64_t base, uint64_t size))
{
	struct platform_region region;
	const char *wrong;
	uint32_t index = 0;

	while (devicetree_region(&tree, node, index, &region, &wrong)) {
		what(region.base, region.size);
		index++;
	}
	if (wrong)
		devicetree_warn(&tree, node, wrong);
}

static struct boot_info found; /* RAM, in the form that platform_set_memory() takes */

static void add_memory(uint64_t base, uint64_t size)
{
	if (!size)
		return;
	if (found.memory_count < sizeof(found.memory) / sizeof(found.memory[0])) {
		found.memory[found.memory_count].base = base;
		found.memory[found.memory_count].size = size;
	}
	found.memory_count++;
}

static void take_away(uint64_t base, uint64_t size)
{
	reserve(tree.platform, base, size);
}

static void read_reservations(void)
{
	const struct devicetree_value block = { tree.reservations, tree.reservations_size };

	for (uint32_t at = 0; at + RESERVATION_SIZE <= block.size; at += RESERVATION_SIZE) {
		const uint64_t base = devicetree_cells(&block, at / CELL, 2);
		const uint64_t size = devicetree_cells(&block, at / CELL + 2, 2);

		if (!base && !size)
			return;
		take_away(base, size);
	}
}

static void read_initrd(uint16_t chosen)
{
	uint64_t start, end;

	if (devicetree_number(&tree, chosen, "linux,initrd-start", &start) &&
	    devicetree_number(&tree, chosen, "linux,initrd-end", &end) && end > start)
		take_away(start, end - start);
}

/* Reads the RAM, unless the loader has given its own map: the tree may be older than that. */
static void read_memory(uint16_t chosen)
{
	const uint16_t reserved = devicetree_at(&tree, "/reserved-memory", strlen("/reserved-memory"));

	found.memory_count = 0;
	if (!tree.platform->memory_count) {
		for (uint16_t node = 0; node < tree.node_count; node++)
			if (tree.nodes[node].parent == DEVICETREE_ROOT && tree.nodes[node].enabled &&
			    devicetree_lists(&tree, node, "device_type", "memory"))
				each_region(node, add_memory);
		platform_set_memory(tree.platform, &found);
		if (!tree.platform->memory_count)
			platform_warn(tree.platform, "device tree: no memory");
	}
	read_reservations();
	take_away(tree.address, tree.size);
	if (chosen != DEVICETREE_NONE)
		read_initrd(chosen);
	for (uint16_t node = 0; reserved != DEVICETREE_NONE && node < tree.node_count; node++)
		if (tree.nodes[node].parent == reserved && tree.nodes[node].enabled)
			each_region(node, take_away);
}

static void read_cmdline(uint16_t chosen)
{
	struct platform *const platform = tree.platform;
	struct devicetree_value text;
	uint32_t end = 0;

	if (platform->cmdline[0] || !devicetree_property(&tree, chosen, "bootargs", &text) || !text.size)
		return;
	if (!devicetree_string(&text, &end)) {
		platform_warn(platform, "device tree: bootargs does not end; taken as it is");
		end = text.size + 1;
	}
	if (end > PLATFORM_CMDLINE_MAX) {
		platform_warn(platform, "cmdline: longer than %u bytes; cut", PLATFORM_CMDLINE_MAX - 1);
		end = PLATFORM_CMDLINE_MAX;
	}
	memcpy(platform->cmdline, text.bytes, end - 1);
	platform->cmdline[end - 1] = 0;
}

static void read_cpus(void)
{
	struct platform *const platform = tree.platform;
	const uint16_t cpus = devicetree_at(&tree, "/cpus", strlen("/cpus"));
	struct devicetree_value reg;

	if (cpus == DEVICETREE_NONE)
		return;
	devicetree_number(&tree, cpus, "timebase-frequency", &platform->timebase_hz);
	for (uint16_t node = 0; node < tree.node_count; node++) {
		const uint32_t before = platform->cpu_count;

		if (tree.nodes[node].parent != cpus || !tree.nodes[node].enabled ||
		    !devicetree_lists(&tree, node, "device_type", "cpu"))
			continue;
		if (!devicetree_property(&tree, node, "reg", &reg) || reg.size < CELL || reg.size > 2 * CELL) {
			devicetree_warn(&tree, node, "a CPU without an id that we can read; ignored");
			continue;
		}
		platform_add_cpu(platform, "device tree", devicetree_cells(&reg, 0, reg.size / CELL));
		if (platform->cpu_count > before)
			cpu_nodes[before] = node;
		if (!platform->timebase_hz)
			devicetree_number(&tree, node, "timebase-frequency", &platform->timebase_hz);
	}
}

static const struct {
	const char *compatible;
	enum uart_kind kind;
	uint8_t width;
} uarts[] = {
	{ "arm,pl011", UART_PL011, 4 },	       { "arm,sbsa-uart", UART_PL011, 4 }, { "ns16550a", UART_16550, 1 },
	{ "ns16550", UART_16550, 1 },	       { "ns16450", UART_16550, 1 },	   { "ns8250", UART_16550, 1 },
	{ "snps,dw-apb-uart", UART_16550, 4 }, { "ucb,htif0", UART_HTIF, 4 },
};

/* TinyEMU's device tree does not give the address of its HTIF. */
static bool region_of_machine(uint32_t which, struct platform_region *region)
{
	*region = (struct platform_region){ .base = 0x40008000, .size = 16 };
	return uarts[which].kind == UART_HTIF &&
	       devicetree_compatible(&tree, DEVICETREE_ROOT, "ucbbar,riscvemu-bar_dev");
}

/* Returns false if the node is no console that we know. */
static bool read_uart(uint16_t node, struct platform_uart *uart)
{
	struct platform_region region;
	const char *wrong;
	uint64_t number;
	uint32_t which = 0;

	while (which < sizeof(uarts) / sizeof(uarts[0]) && !devicetree_compatible(&tree, node, uarts[which].compatible))
		which++;
	if (which == sizeof(uarts) / sizeof(uarts[0]) || !tree.nodes[node].enabled)
		return false;
	if (!devicetree_region(&tree, node, 0, &region, &wrong) && !region_of_machine(which, &region)) {
		devicetree_warn(&tree, node, wrong ? wrong : "a console without registers; ignored");
		return false;
	}
	*uart = (struct platform_uart){ .kind = uarts[which].kind, .base = region.base, .width = uarts[which].width };
	if (!devicetree_interrupt(&tree, node, 0, &uart->irq, &wrong))
		uart->irq.gsi = IRQ_NO_GSI; /* the interrupt is optional */
	if (devicetree_number(&tree, node, "reg-io-width", &number) && (number == 1 || number == 2 || number == 4))
		uart->width = (uint8_t)number;
	if (uarts[which].kind == UART_16550) {
		if (devicetree_number(&tree, node, "reg-shift", &number) && number <= 3)
			uart->shift = (uint8_t)number;
		if (devicetree_number(&tree, node, "reg-offset", &number) && number < region.size)
			uart->base += number;
	}
	return true;
}

/* Finds the node of a path, or of a name in /aliases. Options may follow behind ':'. */
static uint16_t node_of_text(const char *text)
{
	const uint16_t aliases = devicetree_at(&tree, "/aliases", strlen("/aliases"));
	struct devicetree_value value;
	char name[32];
	size_t length = 0;

	while (text[length] && text[length] != ':')
		length++;
	if (*text == '/')
		return devicetree_at(&tree, text, length);
	if (aliases == DEVICETREE_NONE || length >= sizeof(name))
		return DEVICETREE_NONE;
	memcpy(name, text, length);
	name[length] = 0;
	if (!devicetree_property(&tree, aliases, name, &value) || !value.size)
		return DEVICETREE_NONE;
	return devicetree_at(&tree, (const char *)value.bytes, value.size - (value.bytes[value.size - 1] == 0));
}

static bool read_named_uart(uint16_t node, const char *property)
{
	struct devicetree_value text;
	uint32_t end = 0;
	uint16_t named;

	devicetree_property(&tree, node, property, &text);
	if (!devicetree_string(&text, &end))
		return false;
	named = node_of_text((const char *)text.bytes);
	return named != DEVICETREE_NONE && read_uart(named, &tree.platform->uart);
}

/* Finds the console that the tree names. Some VMMs name none; then the first console counts. */
static void find_uart(uint16_t chosen)
{
	const uint16_t aliases = devicetree_at(&tree, "/aliases", strlen("/aliases"));
	struct platform *const platform = tree.platform;

	for (uint16_t node = 0; node < tree.node_count && platform->htif.kind == UART_NONE; node++)
		if (devicetree_compatible(&tree, node, "ucb,htif0"))
			read_uart(node, &platform->htif);
	if (chosen != DEVICETREE_NONE &&
	    (read_named_uart(chosen, "stdout-path") || read_named_uart(chosen, "linux,stdout-path")))
		return;
	if (aliases != DEVICETREE_NONE && read_named_uart(aliases, "serial0"))
		return;
	for (uint16_t node = 0; node < tree.node_count; node++)
		if (read_uart(node, &platform->uart))
			return;
}

static void read_psci(uint16_t node)
{
	struct platform_psci *const psci = &tree.platform->psci;
	uint64_t id;

	psci->conduit = devicetree_lists(&tree, node, "method", "hvc")	 ? PSCI_HVC
			: devicetree_lists(&tree, node, "method", "smc") ? PSCI_SMC
									 : PSCI_NONE;
	if (psci->conduit == PSCI_NONE)
		devicetree_warn(&tree, node, "PSCI by a method that we do not know; ignored");
	psci->has_versions = devicetree_compatible(&tree, node, "arm,psci-0.2") ||
			     devicetree_compatible(&tree, node, "arm,psci-1.0");
	if (psci->has_versions)
		psci->cpu_on = PSCI_CPU_ON;
	else if (devicetree_number(&tree, node, "cpu_on", &id))
		psci->cpu_on = (uint32_t)id;
}

static void read_timers(uint16_t node)
{
	struct platform *const platform = tree.platform;
	const char *wrong = NULL;

	while (platform->timer_count < PLATFORM_TIMERS &&
	       devicetree_interrupt(&tree, node, platform->timer_count, &platform->timers[platform->timer_count],
				    &wrong))
		platform->timer_count++;
	if (wrong)
		devicetree_warn(&tree, node, wrong);
}

static bool is_one_of(uint16_t node, const char *one, const char *other)
{
	return devicetree_compatible(&tree, node, one) || devicetree_compatible(&tree, node, other);
}

static void read_rest(uint16_t node)
{
	struct platform *const platform = tree.platform;
	struct platform_region region;
	const char *wrong;

	if (!platform->psci.conduit &&
	    (is_one_of(node, "arm,psci-1.0", "arm,psci-0.2") || devicetree_compatible(&tree, node, "arm,psci")))
		read_psci(node);
	else if (!platform->timer_count && is_one_of(node, "arm,armv8-timer", "arm,armv7-timer"))
		read_timers(node);
	else if (!platform->test_device && is_one_of(node, "sifive,test0", "sifive,test1") &&
		 devicetree_region(&tree, node, 0, &region, &wrong))
		platform->test_device = region.base;
}

static void read_window(uint16_t node)
{
	struct mmio_window window = { .announced = ANNOUNCED_FDT, .irq = { .gsi = IRQ_NO_GSI, .trigger = IRQ_LEVEL } };
	struct platform_region region;
	const char *wrong;

	if (!devicetree_region(&tree, node, 0, &region, &wrong)) {
		devicetree_warn(&tree, node, wrong ? wrong : "a virtio-mmio device without registers; ignored");
		return;
	}
	window.base = region.base;
	window.size = region.size;
	if (!devicetree_interrupt(&tree, node, 0, &window.irq, &wrong))
		devicetree_warn(&tree, node, wrong ? wrong : "a virtio-mmio device without an interrupt");
	platform_add_window(tree.platform, &window);
}

void platform_parse_devicetree(struct platform *platform, uint64_t address)
{
	uint16_t chosen;

	if (!address || !devicetree_open(&tree, platform, address))
		return;
	chosen = devicetree_at(&tree, "/chosen", strlen("/chosen"));
	if (chosen != DEVICETREE_NONE)
		read_cmdline(chosen);
	read_memory(chosen);
	read_cpus();
	devicetree_find_controllers(&tree, cpu_nodes);
	find_uart(chosen);
	for (uint16_t node = 0; node < tree.node_count; node++) {
		if (!tree.nodes[node].enabled)
			continue;
		if (devicetree_compatible(&tree, node, "virtio,mmio"))
			read_window(node);
		else
			read_rest(node);
	}
}
