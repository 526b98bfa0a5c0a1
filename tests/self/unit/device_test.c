// SPDX-License-Identifier: BSD-2-Clause
/* Our interrupt handler, on lines of both kinds. The explorer found these cases, and shows their interleavings. */
#include "tests/self/unit/unit.h"

#include "drivers/interrupt.h"
#include "drivers/request.h"
#include "drivers/spec/mmio.h"

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

/* On an edge line the handler leaves no cause: a second cause keeps the line asserted, so there is no edge for it. A
 * level line interrupts again, so the handler makes two accesses an interrupt and no more. */
UNIT_TEST(an_interrupt_is_served)
{
	static const struct {
		const char *name;
		enum irq_trigger trigger;
		uint32_t first, second, left;
		unsigned accesses, used, config, causeless;
	} rows[] = {
		{ "edge, two causes", IRQ_EDGE, VIRTIO_INTERRUPT_USED_BUFFER, VIRTIO_INTERRUPT_CONFIG, 0, 5, 1, 1, 0 },
		{ "level, two causes", IRQ_LEVEL, VIRTIO_INTERRUPT_USED_BUFFER, VIRTIO_INTERRUPT_CONFIG,
		  VIRTIO_INTERRUPT_CONFIG, 2, 1, 0, 0 },
		{ "edge, no cause", IRQ_EDGE, 0, 0, 0, 1, 0, 0, 1 },
		{ "level, no cause", IRQ_LEVEL, 0, 0, 0, 1, 0, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unit_row(rows[i].name);
		serve(rows[i].trigger, rows[i].first, rows[i].second);
		unit_equal(status, rows[i].left);
		unit_equal(accesses, rows[i].accesses);
		unit_equal(device.used_interrupts, rows[i].used);
		unit_equal(device.config_interrupts, rows[i].config);
		unit_equal(device.causeless_interrupts, rows[i].causeless);
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
