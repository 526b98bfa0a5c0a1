// SPDX-License-Identifier: BSD-2-Clause
/* The MADT's entries for Arm: sections 5.2.12.14 to 5.2.12.18. */
#include "firmware/discovery/interrupts.h"
#include "firmware/discovery/acpi/madt.h"

enum {
	GICC = 11,		 /* a CPU */
	GICC_FLAGS = 12,	 /* u32 */
	GICC_INTERFACE = 32,	 /* u64 */
	GICC_REDISTRIBUTOR = 60, /* u64 */
	GICC_MPIDR = 68,	 /* u64 */
	GICC_SIZE = 76,		 /* in ACPI 5.1, the first release with redistributors and MPIDRs */

	GICD = 12,
	GICD_BASE = 8,	   /* u64 */
	GICD_VERSION = 20, /* u8 */
	GICD_SIZE = 24,

	MSI_FRAME = 13,
	MSI_FRAME_BASE = 8,   /* u64 */
	MSI_FRAME_FLAGS = 16, /* u32 */
	MSI_FRAME_COUNT = 20, /* u16 */
	MSI_FRAME_FIRST = 22, /* u16 */
	MSI_FRAME_SIZE = 24,

	GICR = 14,
	GICR_BASE = 4,	  /* u64 */
	GICR_LENGTH = 12, /* u32 */
	GICR_SIZE = 16,

	ITS = 15,
	ITS_BASE = 8, /* u64 */
	ITS_SIZE = 20,

	CPU_ENABLED = 1 << 0,
	FRAME_SAYS_SPIS = 1 << 0, /* use this entry's SPIs, not those of the frame's register */

	VERSION_3 = 3,
};

/* The sizes of registers, which no table tells. */
enum {
	FRAME = 0x10000,
	GICV2_SIZE = 0x1000,
	REDISTRIBUTOR_SIZE = 2 * FRAME, /* a GICv4's is twice as large, but we use nothing in the second half */
	ITS_REGISTERS = 2 * FRAME,
	MSI_FRAME_REGISTERS = 0x1000,
};

/* The affinities, which name a CPU. The other bits of an MPIDR do not. */
#define MPIDR_AFFINITY 0x000000ff00ffffffull

void madt_gic_begin(struct platform *platform, struct madt_gic *gic, uint64_t interface)
{
	*gic = (struct madt_gic){ .ignored = platform->irqchip_count, .interface = interface };
}

uint32_t madt_gic_size(uint8_t type)
{
	switch (type) {
	case GICC:
		return GICC_SIZE;
	case GICD:
		return GICD_SIZE;
	case MSI_FRAME:
		return MSI_FRAME_SIZE;
	case GICR:
		return GICR_SIZE;
	case ITS:
		return ITS_SIZE;
	default:
		return 0;
	}
}

/* Do registers answer there? Some VMMs list controllers that they were told to leave out. Returns false after a
 * warning. */
static bool answers(struct platform *platform, const char *who, const char *what, uint64_t base, uint64_t size)
{
	const char *const wrong = size > UINT64_MAX - base ? "wraps around the address space" : "does not answer";
	uint32_t value;

	if (size && size <= UINT64_MAX - base && platform_read32(base, &value))
		return true;
	platform_warn(platform, "%s: GIC %s at 0x%llx: %s; ignored", who, what, (unsigned long long)base, wrong);
	return false;
}

/* Adds a controller with its first region. Returns NULL after a warning. */
static struct platform_irqchip *add(struct platform *platform, const char *who, enum irqchip_kind kind,
				    const char *what, uint64_t base, uint64_t size)
{
	struct platform_irqchip *const chip = &platform->irqchips[platform->irqchip_count];

	if (!answers(platform, who, what, base, size))
		return NULL;
	if (platform->irqchip_count == PLATFORM_IRQCHIPS) {
		platform_warn(platform, "%s: more interrupt controllers than there is room for; ignored", who);
		return NULL;
	}
	*chip = (struct platform_irqchip){ .kind = kind, .regions = { { base, size } }, .region_count = 1 };
	platform->irqchip_count++;
	return chip;
}

static void add_redistributors(struct platform *platform, struct madt_gic *gic, const char *who, uint64_t base,
			       uint64_t size)
{
	if (!answers(platform, who, "redistributors", base, size))
		return;
	if (gic->redistributor_count == PLATFORM_IRQCHIP_REGIONS - 1)
		platform_warn(platform, "%s: more redistributors than there is room for; ignored", who);
	else
		gic->redistributors[gic->redistributor_count++] = (struct platform_region){ base, size };
}

/* Each CPU has its own redistributor, unless there are entries for ranges of redistributors. */
static void read_cpu(struct platform *platform, struct madt_gic *gic, const char *who, const uint8_t *entry)
{
	const uint64_t interface = acpi_load64(entry + GICC_INTERFACE);
	const uint64_t redistributor = acpi_load64(entry + GICC_REDISTRIBUTOR);

	if (!(acpi_load32(entry + GICC_FLAGS) & CPU_ENABLED))
		return;
	gic->has_cpus = true;
	platform_add_cpu(platform, who, acpi_load64(entry + GICC_MPIDR) & MPIDR_AFFINITY);
	if (interface)
		gic->interface = interface;
	if (redistributor && !gic->has_ranges)
		add_redistributors(platform, gic, who, redistributor, REDISTRIBUTOR_SIZE);
}

static void read_range(struct platform *platform, struct madt_gic *gic, const char *who, const uint8_t *entry)
{
	if (!gic->has_ranges)
		gic->redistributor_count = 0;
	gic->has_ranges = true;
	add_redistributors(platform, gic, who, acpi_load64(entry + GICR_BASE), acpi_load32(entry + GICR_LENGTH));
}

static void read_distributor(struct platform *platform, struct madt_gic *gic, const char *who, const uint8_t *entry)
{
	if (gic->has_distributor) {
		platform_warn(platform, "%s: there is another GIC distributor; ignored", who);
		return;
	}
	gic->has_distributor = true;
	gic->distributor = acpi_load64(entry + GICD_BASE);
	gic->version = entry[GICD_VERSION];
}

static void read_frame(struct platform *platform, const char *who, const uint8_t *entry)
{
	struct platform_irqchip *const chip = add(platform, who, IRQCHIP_GICV2M, "MSI frame",
						  acpi_load64(entry + MSI_FRAME_BASE), MSI_FRAME_REGISTERS);

	if (chip && acpi_load32(entry + MSI_FRAME_FLAGS) & FRAME_SAYS_SPIS) {
		chip->inputs = acpi_load16(entry + MSI_FRAME_COUNT);
		chip->first_input = acpi_load16(entry + MSI_FRAME_FIRST);
	}
}

void madt_gic_read(struct platform *platform, struct madt_gic *gic, const char *who, const uint8_t *entry)
{
	if (gic->ignored)
		return;
	switch (entry[0]) {
	case GICC:
		read_cpu(platform, gic, who, entry);
		break;
	case GICD:
		read_distributor(platform, gic, who, entry);
		break;
	case MSI_FRAME:
		read_frame(platform, who, entry);
		break;
	case GICR:
		read_range(platform, gic, who, entry);
		break;
	case ITS:
		add(platform, who, IRQCHIP_GIC_ITS, "ITS", acpi_load64(entry + ITS_BASE), ITS_REGISTERS);
		break;
	}
}

/* If the table does not give the version, the GIC is a GICv3 if it has redistributors. */
static bool is_v3(const struct madt_gic *gic)
{
	return gic->version ? gic->version >= VERSION_3 : gic->redistributor_count != 0;
}

void madt_gic_end(struct platform *platform, const struct madt_gic *gic, const char *who)
{
	const bool v3 = is_v3(gic);
	struct platform_irqchip *chip;

	if (!gic->has_distributor) {
		if (gic->has_cpus)
			platform_warn(platform, "%s: no GIC distributor", who);
		return;
	}
	if (v3 && !gic->redistributor_count) {
		platform_warn(platform, "%s: a GICv%u without redistributors; ignored", who, gic->version);
		return;
	}
	if (!v3 && !answers(platform, who, "CPU interface", gic->interface, GICV2_SIZE))
		return;
	chip = add(platform, who, v3 ? IRQCHIP_GICV3 : IRQCHIP_GICV2, "distributor", gic->distributor,
		   v3 ? FRAME : GICV2_SIZE);
	if (!chip)
		return;
	if (!v3) {
		chip->regions[chip->region_count++] = (struct platform_region){ gic->interface, GICV2_SIZE };
		return;
	}
	chip->redistributor_regions = gic->redistributor_count;
	for (uint32_t i = 0; i < gic->redistributor_count; i++)
		chip->regions[chip->region_count++] = gic->redistributors[i];
}
