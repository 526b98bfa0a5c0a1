// SPDX-License-Identifier: BSD-2-Clause
/* Interrupt controllers, and the inputs that devices are connected to: Devicetree Specification, section 2.4. */
#include "firmware/lib/string.h"
#include "firmware/discovery/devicetree/devicetree.h"

#define CELL 4u

enum { NO_CHIP = 0 };

/* The first cell of a GIC's interrupt: the kind of input that the second cell counts. The table has the INTIDs of
 * each kind. */
enum { GIC_SPI = 0, GIC_PPI = 1, GIC_ESPI = 2, GIC_EPPI = 3 };
static const struct {
	uint32_t first, count;
} gic_inputs[] = {
	[GIC_SPI] = { 32, 988 },
	[GIC_PPI] = { 16, 16 },
	[GIC_ESPI] = { 4096, 1024 },
	[GIC_EPPI] = { 1056, 64 },
};

enum {
	RISCV_INPUTS = 1024, /* of a PLIC and of an APLIC; input 0 does not exist */

	/* The last cell, from Linux's dt-bindings/interrupt-controller/irq.h. */
	FLAG_RISING = 1,
	FLAG_FALLING = 2,
	FLAG_HIGH = 4,
	FLAG_LOW = 8,
	FLAGS = 0xf,
};

static const struct {
	const char *compatible;
	enum irqchip_kind kind;
	const char *inputs, *first_input; /* names of properties; NULL: none */
} kinds[] = {
	{ "arm,cortex-a15-gic", IRQCHIP_GICV2, NULL, NULL },
	{ "arm,cortex-a7-gic", IRQCHIP_GICV2, NULL, NULL },
	{ "arm,cortex-a9-gic", IRQCHIP_GICV2, NULL, NULL },
	{ "arm,gic-400", IRQCHIP_GICV2, NULL, NULL },
	{ "arm,gic-v2m-frame", IRQCHIP_GICV2M, "arm,msi-num-spis", "arm,msi-base-spi" },
	{ "arm,gic-v3", IRQCHIP_GICV3, NULL, NULL },
	{ "arm,gic-v3-its", IRQCHIP_GIC_ITS, NULL, NULL },
	{ "riscv,plic0", IRQCHIP_PLIC, "riscv,ndev", NULL },
	{ "sifive,plic-1.0.0", IRQCHIP_PLIC, "riscv,ndev", NULL },
	{ "riscv,aplic", IRQCHIP_APLIC, "riscv,num-sources", NULL },
	{ "riscv,imsics", IRQCHIP_IMSIC, "riscv,num-ids", NULL },
	{ "riscv,clint0", IRQCHIP_CLINT, NULL, NULL },
	{ "sifive,clint0", IRQCHIP_CLINT, NULL, NULL },
	{ "riscv,aclint-mswi", IRQCHIP_MSWI, NULL, NULL },
	{ "riscv,aclint-sswi", IRQCHIP_SSWI, NULL, NULL },
	{ "riscv,aclint-mtimer", IRQCHIP_MTIMER, NULL, NULL },
};

/* Returns a 32-bit number, or `otherwise` if the property does not exist. */
static uint32_t number_or(const struct devicetree *tree, uint16_t node, const char *name, uint32_t otherwise)
{
	uint64_t number;

	return devicetree_number(tree, node, name, &number) && number <= UINT32_MAX ? (uint32_t)number : otherwise;
}

/* One interrupt of a list: the controller, and the cells that name its input. */
struct specifier {
	uint16_t controller;
	struct devicetree_value cells;
};

/* Takes the next specifier from an `interrupts-extended`, at *cell. Returns false at the end, or if the specifier is
 * incomplete. */
static bool next_extended(const struct devicetree *tree, const struct devicetree_value *list, uint32_t *cell,
			  struct specifier *specifier)
{
	const uint32_t room = list->size / CELL, at = *cell + 1;
	uint32_t count;

	if (at > room)
		return false;
	specifier->controller = devicetree_of_phandle(tree, devicetree_cell(list, *cell));
	count = specifier->controller == DEVICETREE_NONE ? 0 : tree->nodes[specifier->controller].interrupt_cells;
	if (count > room - at)
		return false;
	specifier->cells = (struct devicetree_value){ list->bytes + at * CELL, count * CELL };
	*cell = at + count;
	return true;
}

/*
 * Finds the controller of `interrupts`: the nearest interrupt-parent, or the nearest ancestor that takes interrupts. If
 * a parent has no #interrupt-cells, it takes none, and its own parent counts.
 */
static uint16_t interrupt_parent(const struct devicetree *tree, uint16_t node)
{
	for (uint32_t steps = 0; steps < DEVICETREE_PARENTS; steps++) {
		node = tree->nodes[node].interrupt_parent
			       ? devicetree_of_phandle(tree, tree->nodes[node].interrupt_parent)
			       : tree->nodes[node].parent;
		if (node == DEVICETREE_NONE || tree->nodes[node].interrupt_cells)
			return node;
	}
	return DEVICETREE_NONE;
}

static uint32_t cpu_of(const struct devicetree *tree, const uint16_t *cpu_nodes, uint16_t controller)
{
	if (controller != DEVICETREE_NONE)
		for (uint32_t cpu = 0; cpu < tree->platform->cpu_count; cpu++)
			if (cpu_nodes[cpu] == tree->nodes[controller].parent)
				return cpu;
	return PLATFORM_NO_CPU;
}

/* RISC-V's controllers name the CPUs that they interrupt, in the order of their registers. */
static void read_outputs(const struct devicetree *tree, uint16_t node, const uint16_t *cpu_nodes,
			 struct platform_irqchip *chip)
{
	struct devicetree_value list;
	struct specifier specifier;
	uint32_t cell = 0;

	devicetree_property(tree, node, "interrupts-extended", &list);
	while (next_extended(tree, &list, &cell, &specifier)) {
		if (chip->output_count == PLATFORM_IRQCHIP_OUTPUTS) {
			devicetree_warn(tree, node, "it interrupts more CPUs than there is room for");
			return;
		}
		chip->outputs[chip->output_count++] = (struct platform_output){
			.cpu = cpu_of(tree, cpu_nodes, specifier.controller),
			.cause = devicetree_cell(&specifier.cells, 0),
		};
	}
	if (cell < list.size / CELL)
		devicetree_warn(tree, node, "its interrupts-extended is cut short");
}

static void read_regions(const struct devicetree *tree, uint16_t node, struct platform_irqchip *chip)
{
	const char *wrong = NULL;

	while (chip->region_count < PLATFORM_IRQCHIP_REGIONS &&
	       devicetree_region(tree, node, chip->region_count, &chip->regions[chip->region_count], &wrong))
		chip->region_count++;
	if (wrong)
		devicetree_warn(tree, node, wrong);
}

static void add_controller(struct devicetree *tree, uint16_t node, const uint16_t *cpu_nodes, uint32_t kind)
{
	struct platform *const platform = tree->platform;
	struct platform_irqchip *const chip = &platform->irqchips[platform->irqchip_count];
	uint64_t stride;

	if (platform->irqchip_count == PLATFORM_IRQCHIPS) {
		devicetree_warn(tree, node, "more interrupt controllers than there is room for; ignored");
		return;
	}
	*chip = (struct platform_irqchip){ .kind = kinds[kind].kind };
	read_regions(tree, node, chip);
	if (!chip->region_count) {
		devicetree_warn(tree, node, "an interrupt controller without registers; ignored");
		return;
	}
	read_outputs(tree, node, cpu_nodes, chip);
	if (kinds[kind].inputs)
		chip->inputs = number_or(tree, node, kinds[kind].inputs, 0);
	if (kinds[kind].first_input)
		chip->first_input = number_or(tree, node, kinds[kind].first_input, 0);
	if (devicetree_number(tree, node, "redistributor-stride", &stride))
		chip->redistributor_stride = stride;
	chip->redistributor_regions = number_or(tree, node, "#redistributor-regions", 1);
	if (chip->redistributor_regions >= chip->region_count)
		chip->redistributor_regions = chip->region_count - 1;
	chip->guest_index_bits = (uint8_t)(number_or(tree, node, "riscv,guest-index-bits", 0) & 0x7);
	chip->hart_index_bits = (uint8_t)(number_or(tree, node, "riscv,hart-index-bits", 0) & 0x1f);
	chip->group_index_bits = (uint8_t)(number_or(tree, node, "riscv,group-index-bits", 0) & 0x7);
	chip->group_index_shift = (uint8_t)(number_or(tree, node, "riscv,group-index-shift", 24) & 0x3f);
	tree->nodes[node].irqchip = (uint8_t)++platform->irqchip_count;
}

static void find_message_targets(const struct devicetree *tree)
{
	for (uint16_t node = 0; node < tree->node_count; node++) {
		const uint8_t chip = tree->nodes[node].irqchip;
		uint16_t target;

		if (chip == NO_CHIP || tree->platform->irqchips[chip - 1].kind != IRQCHIP_APLIC)
			continue;
		target = devicetree_of_phandle(tree, number_or(tree, node, "msi-parent", 0));
		if (target != DEVICETREE_NONE)
			tree->platform->irqchips[chip - 1].messages_to = tree->nodes[target].irqchip;
	}
}

void devicetree_find_controllers(struct devicetree *tree, const uint16_t *cpu_nodes)
{
	for (uint16_t node = 0; node < tree->node_count; node++)
		for (uint32_t kind = 0; tree->nodes[node].enabled && kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
			if (devicetree_compatible(tree, node, kinds[kind].compatible)) {
				add_controller(tree, node, cpu_nodes, kind);
				break;
			}
	find_message_targets(tree);
}

/* Without flags, a line is a level, active high, as RISC-V's controllers and virtio-mmio devices have it. */
static void read_flags(uint32_t flags, struct irq_source *source)
{
	const bool edge = (flags & (FLAG_RISING | FLAG_FALLING)) != 0 && !(flags & (FLAG_HIGH | FLAG_LOW));

	source->trigger = edge ? IRQ_EDGE : IRQ_LEVEL;
	source->polarity = flags & (FLAG_RISING | FLAG_HIGH) || !(flags & FLAGS) ? IRQ_ACTIVE_HIGH : IRQ_ACTIVE_LOW;
}

static const char *read_gic(const struct devicetree_value *cells, struct irq_source *source)
{
	const uint32_t type = devicetree_cell(cells, 0), input = devicetree_cell(cells, 1);

	if (cells->size < 3 * CELL)
		return "its interrupt has too few cells";
	if (type >= sizeof(gic_inputs) / sizeof(gic_inputs[0]) || input >= gic_inputs[type].count)
		return "its controller has no such interrupt";
	source->gsi = gic_inputs[type].first + input;
	read_flags(devicetree_cell(cells, 2), source);
	return NULL;
}

static const char *read_riscv(const struct devicetree_value *cells, struct irq_source *source)
{
	const uint32_t input = devicetree_cell(cells, 0);

	if (!input || input >= RISCV_INPUTS)
		return "its controller has no such interrupt";
	source->gsi = input;
	read_flags(devicetree_cell(cells, 1), source); /* most PLICs have a single cell, so no flags */
	return NULL;
}

static const char *read_specifier(const struct devicetree *tree, const struct specifier *specifier,
				  struct irq_source *source)
{
	const uint8_t chip =
		specifier->controller == DEVICETREE_NONE ? NO_CHIP : tree->nodes[specifier->controller].irqchip;

	if (chip == NO_CHIP)
		return "its interrupt leads to a controller that we do not know";
	switch (tree->platform->irqchips[chip - 1].kind) {
	case IRQCHIP_GICV2:
	case IRQCHIP_GICV3:
		return read_gic(&specifier->cells, source);
	case IRQCHIP_PLIC:
	case IRQCHIP_APLIC:
		return read_riscv(&specifier->cells, source);
	default:
		return "its interrupt leads to a controller without wires";
	}
}

bool devicetree_interrupt(const struct devicetree *tree, uint16_t node, uint32_t index, struct irq_source *source,
			  const char **wrong)
{
	struct devicetree_value list;
	struct specifier specifier;
	uint32_t cell = 0, size;

	*wrong = NULL;
	if (devicetree_property(tree, node, "interrupts-extended", &list)) {
		for (uint32_t i = 0; i <= index; i++)
			if (!next_extended(tree, &list, &cell, &specifier))
				return false;
	} else {
		if (!devicetree_property(tree, node, "interrupts", &list))
			return false;
		specifier.controller = interrupt_parent(tree, node);
		if (specifier.controller == DEVICETREE_NONE) {
			*wrong = "its interrupt has no parent";
			return false;
		}
		size = tree->nodes[specifier.controller].interrupt_cells;
		if (size > list.size / CELL || index >= list.size / CELL / size)
			return false;
		specifier.cells = (struct devicetree_value){ list.bytes + index * size * CELL, size * CELL };
	}
	*wrong = read_specifier(tree, &specifier, source);
	return !*wrong;
}
