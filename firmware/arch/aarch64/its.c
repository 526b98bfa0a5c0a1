// SPDX-License-Identifier: BSD-2-Clause
/* The ITS and the redistributors read our memory coherently: in a virtual machine they use the same memory as we do. */
#include "firmware/arch/aarch64/its.h"

#include <stddef.h>

#include <arch/mmio.h>

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/machine.h"
#include "firmware/lib/string.h"
#include "firmware/machine.h"

/* clang-format off */
#define GITS_CTLR       0x0000
#define   CTLR_ENABLED   0x00000001
#define   CTLR_QUIESCENT 0x80000000
#define GITS_TYPER      0x0008 /* the low half */
#define   TYPER_PHYSICAL    0x00000001
#define   TYPER_ENTRY_SHIFT 4  /* size of an entry for an event, minus 1; 4 bits */
#define   TYPER_PTA         0x00080000 /* a redistributor is named by its address, not its number */
#define GITS_CBASER     0x0080
#define GITS_CWRITER    0x0088
#define GITS_CREADR     0x0090
#define   CREADR_STALLED 1
#define GITS_BASER      0x0100
#define   BASER_TYPE_SHIFT  56 /* 3 bits */
#define   BASER_DEVICES     1
#define   BASER_COLLECTIONS 4
#define GITS_TRANSLATER 0x10040

#define GICR_CTLR       0x0000
#define   CTLR_ENABLE_LPIS 1
#define GICR_TYPER      0x0008
#define   GICR_TYPER_PLPIS 1
#define   GICR_TYPER_NUMBER_SHIFT 8 /* 16 bits */
#define GICR_PROPBASER  0x0070
#define GICR_PENDBASER  0x0078
#define   PENDBASER_ZERO (1ull << 62) /* the table is all zero */

/* Commands, in the low byte of the first word. */
#define MAPD  0x08
#define MAPC  0x09
#define MAPTI 0x0a
#define INT   0x03
#define INV   0x0c
#define SYNC  0x05
/* clang-format on */

#define VALID (1ull << 63)
/* Attributes in a table's base register: normal memory, write-back, inner shareable. The two kinds of registers have
 * these bits in different places. */
#define BASER_MEMORY (7ull << 59 | 1ull << 10)
#define GICR_MEMORY  (7ull << 7 | 1ull << 10)

/* An LPI's configuration byte: priority, a bit that is always 1, enabled. */
#define LPI_ENABLED (GIC_PRIORITY_LINE | 3)

enum {
	FRAMES = 0x20000,
	INTID_BITS = 14, /* the smallest value with LPIs */
	EVENT_BITS = 6,
	BASERS = 8,
	LARGE_PAGE = 0x10000, /* an ITS may insist on this page size */
	COMMAND_WORDS = 4,
	COMMANDS = 4096 / (COMMAND_WORDS * 8),
	EVENT_ENTRY_MAX = 16,
	REGISTERS_SIZE = 0x10000,
};

_Static_assert(1 << EVENT_BITS == ITS_EVENTS, "every line has an event");

#define ARENA __attribute__((section(".arena")))

static struct tables {
	uint8_t devices[LARGE_PAGE], collections[LARGE_PAGE];
	uint8_t pending[CPUS_MAX][LARGE_PAGE];
	uint64_t commands[COMMANDS][COMMAND_WORDS];
	uint8_t properties[1 << INTID_BITS];
	uint8_t events[ITS_EVENTS * EVENT_ENTRY_MAX];
} * tables;

/* The image is aligned to small pages only, so the tables need room to align themselves. */
static uint8_t room[sizeof(struct tables) + LARGE_PAGE] ARENA;

/* GITS_CBASER: an ITS may treat bits 12 to 15 of the address as 0. */
_Static_assert(offsetof(struct tables, commands) % LARGE_PAGE == 0,
	       "the commands lie where the service looks for them");
_Static_assert(offsetof(struct tables, properties) % 4096 == 0, "and the properties");
_Static_assert(offsetof(struct tables, events) % 256 == 0, "and the events");

#define PATIENCE MILLISECONDS(500)

static uint64_t its;
static uint32_t command_count, types;
static bool takes_writes;
static struct cpus_lock queueing; /* all CPUs share one command queue */

static void write64(uint64_t address, uint64_t value)
{
	mmio_write32(address, (uint32_t)value);
	mmio_write32(address + sizeof(uint32_t), (uint32_t)(value >> 32));
}

static uint64_t read64(uint64_t address)
{
	return mmio_read32(address) | (uint64_t)mmio_read32(address + sizeof(uint32_t)) << 32;
}

static uint32_t command_offset(void)
{
	return command_count % COMMANDS * (uint32_t)sizeof(tables->commands[0]);
}

static bool commands_done(void)
{
	return mmio_read32(its + GITS_CREADR) == command_offset();
}

static bool command(uint64_t word0, uint64_t word1, uint64_t word2)
{
	const bool on = interrupts_off();
	uint64_t *words;
	bool done;

	cpus_lock(&queueing);
	words = tables->commands[command_count % COMMANDS];
	words[0] = word0;
	words[1] = word1;
	words[2] = word2;
	words[3] = 0;
	command_count++;
	mmio_write32(its + GITS_CWRITER, command_offset());
	done = clock_spin(commands_done, PATIENCE);
	cpus_unlock(&queueing);
	interrupts_restore(on);
	return done;
}

/* A redistributor as commands name it. */
static uint64_t target(uint32_t cpu)
{
	const uint64_t redistributor = gic_redistributor(cpu);

	if (types & TYPER_PTA)
		return redistributor;
	return (mmio_read32(redistributor + GICR_TYPER) >> GICR_TYPER_NUMBER_SHIFT & 0xffff) << 16;
}

bool its_cpu_init(uint32_t cpu)
{
	const uint64_t redistributor = gic_redistributor(cpu);

	if (!redistributor || !(mmio_read32(redistributor + GICR_TYPER) & GICR_TYPER_PLPIS))
		return false;
	if (!(mmio_read32(redistributor + GICR_CTLR) & CTLR_ENABLE_LPIS)) {
		memset(tables->pending[cpu], 0, LARGE_PAGE);
		write64(redistributor + GICR_PROPBASER, (uintptr_t)tables->properties | GICR_MEMORY | (INTID_BITS - 1));
		write64(redistributor + GICR_PENDBASER, (uintptr_t)tables->pending[cpu] | GICR_MEMORY | PENDBASER_ZERO);
		dsb();
		mmio_write32(redistributor + GICR_CTLR, CTLR_ENABLE_LPIS);
		dsb();
	}
	return command(MAPC, 0, VALID | target(cpu) | cpu) && command(SYNC, 0, target(cpu));
}

static bool is_quiescent(void)
{
	return mmio_read32(its + GITS_CTLR) & CTLR_QUIESCENT;
}

static void give_tables(void)
{
	for (uint32_t i = 0; i < BASERS; i++) {
		const uint64_t address = its + GITS_BASER + i * sizeof(uint64_t);
		const uint32_t type = (uint32_t)(read64(address) >> BASER_TYPE_SHIFT) & 7;

		if (type == BASER_DEVICES)
			write64(address, VALID | BASER_MEMORY | (uintptr_t)tables->devices);
		else if (type == BASER_COLLECTIONS)
			write64(address, VALID | BASER_MEMORY | (uintptr_t)tables->collections);
	}
	write64(its + GITS_CBASER, VALID | BASER_MEMORY | (uintptr_t)tables->commands);
	mmio_write32(its + GITS_CWRITER, 0);
}

bool its_open(uint32_t event, uint32_t cpu)
{
	return command(MAPTI, event | (uint64_t)(GIC_LPI_FIRST + event) << 32, cpu) && command(INV, event, 0) &&
	       command(SYNC, 0, target(cpu));
}

uint64_t its_translater(void)
{
	return its + GITS_TRANSLATER;
}

void its_send(uint32_t event)
{
	if (takes_writes)
		mmio_write32(its_translater(), event);
	else
		command(INT, event, 0);
}

static bool is_pending(void)
{
	return gic_v3_highest_pending() == GIC_LPI_FIRST;
}

/* Does the first event arrive? No other interrupt can be pending yet. */
static bool arrives(void)
{
	its_send(0);
	if (!clock_spin(is_pending, PATIENCE))
		return false;
	gic_end(gic_acknowledge());
	return true;
}

bool its_init(const struct platform_irqchip *chip)
{
	if (!chip->region_count || !gic_redistributor(0) || !machine_map(chip->regions[0].base, FRAMES, true))
		return false;
	its = chip->regions[0].base;
	types = mmio_read32(its + GITS_TYPER);
	if (!(types & TYPER_PHYSICAL) || (types >> TYPER_ENTRY_SHIFT & 0xf) >= EVENT_ENTRY_MAX)
		return false;
	mmio_write32(its + GITS_CTLR, 0);
	if (!clock_spin(is_quiescent, PATIENCE))
		return false;
	tables = (struct tables *)(((uintptr_t)room + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1));
	memset(tables->devices, 0, sizeof(tables->devices));
	memset(tables->collections, 0, sizeof(tables->collections));
	memset(tables->properties, 0, sizeof(tables->properties));
	memset(tables->properties, LPI_ENABLED, ITS_EVENTS);
	memset(tables->events, 0, sizeof(tables->events));
	give_tables();
	mmio_write32(its + GITS_CTLR, CTLR_ENABLED);
	if (!its_cpu_init(0) || !command(MAPD, EVENT_BITS - 1, VALID | (uintptr_t)tables->events) || !its_open(0, 0))
		return false;
	/* Some hypervisors accept messages from devices only, not from a CPU. */
	takes_writes = true;
	if (arrives())
		return true;
	takes_writes = false;
	return arrives();
}
