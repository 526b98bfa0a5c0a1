// SPDX-License-Identifier: BSD-2-Clause
/* Our interrupt handler, on lines of both kinds. The explorer found these cases, and shows their interleavings. */
#include "tests/self/unit/unit.h"

#include "drivers/interrupt.h"
#include "drivers/request.h"
#include "drivers/spec/mmio.h"
#include "firmware/arch/clock.h"
#include "firmware/arch/cpus.h"
#include "firmware/lib/journal.h"

/* `status` is InterruptStatus; `next` becomes set between the read of a cause and its acknowledgement. */
static uint32_t status, next;
static unsigned accesses;
static bool for_ever;

static uint32_t read_register(void *context, uint32_t offset, uint8_t width)
{
	const uint32_t value = status;

	(void)context, (void)width;
	unit_equal(offset, VIRTIO_MMIO_INTERRUPT_STATUS);
	accesses++;
	status |= next;
	next = 0;
	return value;
}

static void write_register(void *context, uint32_t offset, uint8_t width, uint32_t value)
{
	(void)context, (void)width;
	unit_equal(offset, VIRTIO_MMIO_INTERRUPT_ACK);
	accesses++;
	status &= for_ever ? ~0u : ~value;
}

static const struct transport_bus bus = { .read = read_register, .write = write_register };
static struct irq_line line;
static struct device device;

static void serve(enum irq_trigger trigger, uint32_t first, uint32_t second)
{
	line.source.trigger = trigger;
	device = (struct device){ .transport = {
					  .name = "device", .ops = &transport_mmio, .bus = &bus, .line = &line } };
	status = first;
	next = second;
	accesses = 0;
	device_service(&device);
}

/* The second cause keeps the line asserted, so there is no edge for it. */
UNIT_TEST(on_an_edge_line_nothing_is_left)
{
	serve(IRQ_EDGE, VIRTIO_INTERRUPT_USED_BUFFER, VIRTIO_INTERRUPT_CONFIG);
	unit_equal(status, 0);
	unit_equal(device.used_interrupts, 1);
	unit_equal(device.config_interrupts, 1);
	unit_equal(device.causeless_interrupts, 0);
}

/* A level line interrupts again, so the handler makes two accesses an interrupt and no more. */
UNIT_TEST(on_a_level_line_one_look_is_enough)
{
	serve(IRQ_LEVEL, VIRTIO_INTERRUPT_USED_BUFFER, VIRTIO_INTERRUPT_CONFIG);
	unit_equal(status, VIRTIO_INTERRUPT_CONFIG);
	unit_equal(accesses, 2);
	unit_equal(device.used_interrupts, 1);
	unit_equal(device.config_interrupts, 0);
}

UNIT_TEST(an_interrupt_without_a_cause_is_counted)
{
	for (int trigger = IRQ_EDGE; trigger <= IRQ_LEVEL; trigger++) {
		serve((enum irq_trigger)trigger, 0, 0);
		unit_equal(device.causeless_interrupts, 1);
		unit_equal(accesses, 1);
	}
}

/* A device that always shows a cause does not keep us in the handler. */
UNIT_TEST(a_cause_that_cannot_be_acknowledged_is_left)
{
	for_ever = true;
	serve(IRQ_EDGE, VIRTIO_INTERRUPT_USED_BUFFER, 0);
	for_ever = false;
	unit_true(accesses < 100);
	unit_true(device.used_interrupts > 0);
}

/* The functions that the drivers call. */
void journal_access(uint64_t now_ns, uint32_t cpu, enum journal_kind kind, const char *name, uint32_t offset,
		    uint8_t width, uint32_t value)
{
	(void)now_ns, (void)cpu, (void)kind, (void)name, (void)offset, (void)width, (void)value;
}

uint64_t clock_ns(void)
{
	return 0;
}

bool clock_wait(struct patience *patience)
{
	(void)patience;
	return false;
}

uint32_t cpus_self(void)
{
	return 0;
}

void cpus_lock(struct cpus_lock *lock)
{
	(void)lock;
}

void cpus_unlock(struct cpus_lock *lock)
{
	(void)lock;
}
