// SPDX-License-Identifier: BSD-2-Clause
/* The interrupt controllers as generic/lines.c, settle.c and guard.c need them. */
#include "firmware/arch/irq.h"

#include "firmware/arch/aarch64/arm.h"
#include "firmware/arch/aarch64/clock.h"
#include "firmware/arch/aarch64/gic.h"
#include "firmware/arch/aarch64/irq.h"
#include "firmware/arch/aarch64/messages.h"
#include "firmware/arch/cpus.h"
#include "firmware/arch/generic/guard.h"
#include "firmware/arch/generic/lines.h"
#include "firmware/arch/generic/settle.h"
#include "firmware/machine.h"

/* The owner of a PPI or SPI: a line, by its index + 1, or one of these. */
enum { NOBODY = 0, DEVICE = 0xff };
static uint8_t owners[GIC_SPI_END];

/* We can make an SPI that no device uses pending: that is a real interrupt. Soft lines take such SPIs from here
 * downwards. */
static uint32_t spare;

/* A handler may be interrupted by the watchdog or by another CPU's SGI_STOP. */
enum { NESTED = 2 };
static struct active {
	uint32_t what[NESTED + 1], count;
} active[CPUS_MAX];

static void take(uint32_t intid, enum irq_trigger trigger, uint8_t priority)
{
	gic_configure(intid, trigger, priority);
	gic_mask(intid, false);
}

static void take_sgis(void)
{
	take(SGI_SETTLE, IRQ_EDGE, GIC_PRIORITY_SETTLE);
	take(SGI_WAKE, IRQ_EDGE, GIC_PRIORITY_SETTLE);
	take(SGI_STOP, IRQ_EDGE, GIC_PRIORITY_WATCHDOG);
}

void irq_init(const struct platform *platform)
{
	uint32_t first, count;

	messages_init(platform);
	count = messages_spis(&first);
	for (uint32_t i = 0; i < count; i++)
		owners[first + i] = DEVICE;
	for (uint32_t i = 0; i < platform->window_count; i++)
		if (platform->windows[i].irq.gsi < GIC_SPI_END)
			owners[platform->windows[i].irq.gsi] = DEVICE;
	spare = gic_inputs();
	if (!spare)
		return;
	take_sgis();
	if (clock_timer_interrupt())
		take(clock_timer_interrupt(), IRQ_LEVEL, GIC_PRIORITY_WATCHDOG);
}

bool irq_cpu_init(void)
{
	take_sgis();
	return messages_cpu_init(cpus_self());
}

void irq_send_wake(uint32_t cpu)
{
	gic_send(SGI_WAKE, cpu);
}

void irq_send_stop(uint32_t cpu)
{
	gic_send(SGI_STOP, cpu);
}

uint32_t irq_place(uint32_t spi)
{
	return owners[spi] && owners[spi] != DEVICE ? owners[spi] - 1u : LINES_MAX;
}

void irq_begin(uint32_t acknowledged)
{
	struct active *const own = &active[cpus_self()];

	if (own->count < sizeof(own->what) / sizeof(own->what[0]))
		own->what[own->count++] = acknowledged;
}

void irq_end(void)
{
	struct active *const own = &active[cpus_self()];

	if (own->count)
		gic_end(own->what[--own->count]);
}

void irq_cpu_end(void)
{
	while (active[cpus_self()].count)
		irq_end();
}

bool cpu_settle(uint32_t cpu)
{
	if (gic_inputs())
		gic_send(SGI_SETTLE, cpu);
	return gic_inputs();
}

bool irq_messages_from_devices(void)
{
	return messages_exist();
}

bool irq_enable(bool on)
{
	const bool before = interrupts_off();

	interrupts_restore(on);
	return before;
}

bool line_setup(struct irq_line *line, uint32_t index)
{
	const uint32_t intid = line->source.gsi;

	if (intid < GIC_PPI_FIRST || intid >= gic_inputs() || intid == clock_timer_interrupt())
		return false;
	line->vector = intid;
	owners[intid] = (uint8_t)(index + 1);
	gic_configure(intid, line->source.trigger, GIC_PRIORITY_LINE);
	return true;
}

/* The distributor keeps an edge that comes while the line is masked. The contract of line_mask() is that it is lost,
 * as on other controllers. */
void line_mask(const struct irq_line *line, bool masked)
{
	if (!masked && line->source.trigger == IRQ_EDGE)
		gic_clear_pending(line->vector);
	gic_mask(line->vector, masked);
}

/* An edge line uses a message where the platform has messages. */
bool soft_line_setup(struct irq_line *line, uint32_t index)
{
	line->vector = line->source.trigger == IRQ_EDGE ? messages_open(index, line->cpu) : 0;
	while (!line->vector && spare > GIC_SPI_FIRST)
		if (owners[--spare] == NOBODY)
			line->vector = spare;
	if (!line->vector)
		return false;
	if (line->vector < GIC_SPI_END) {
		owners[line->vector] = (uint8_t)(index + 1);
		take(line->vector, IRQ_EDGE, GIC_PRIORITY_LINE);
		gic_route(line->vector, line->cpu);
	}
	return true;
}

void soft_line_raise(const struct irq_line *line)
{
	if (!messages_send(line->vector))
		gic_set_pending(line->vector);
}

/* Without a controller for messages we make up addresses, and only devices inside this program can send messages. */
#define SOFT_ADDRESS 0x00007ff000000000ull

bool message_compose(const struct irq_line *line, struct irq_message *message)
{
	if (!messages_compose(line->vector, message))
		*message = (struct irq_message){ .address = SOFT_ADDRESS + line->vector * sizeof(uint32_t),
						 .data = line->vector };
	return true;
}

/* Among all interrupts only the watchdog and SGI_STOP are more urgent than a line. */
void handler_begin(void)
{
	interrupts_restore(true);
}

void handler_end(void)
{
	interrupts_off();
}

static bool ticking;

void watchdog_start(void)
{
	ticking = clock_timer_interrupt();
	if (ticking)
		clock_timer_start(CLOCK_TICK);
}

void watchdog_stop(void)
{
	ticking = false;
	clock_timer_stop();
}

bool watchdog_soon(uint64_t nanoseconds)
{
	if (ticking)
		clock_timer_start(nanoseconds);
	return ticking;
}
