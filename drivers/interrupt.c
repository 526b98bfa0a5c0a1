// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/interrupt.h"

enum { EDGE_ROUNDS = 16 }; /* how often one call of the handler looks for causes */

/*
 * A level line interrupts again while a cause remains. An edge line does not: it stays asserted while any cause
 * remains, and a cause that arrives between the read of InterruptStatus and the acknowledgement of another cause makes
 * no new edge. On such a line the handler therefore reads again until no cause remains. It gives up on a device that
 * always shows one.
 */
void device_service(void *context)
{
	struct device *device = context;
	const struct irq_line *line = device->transport.line;
	unsigned left = line && line->source.trigger == IRQ_EDGE ? EDGE_ROUNDS : 1;
	uint32_t cause = transport_take_interrupts(&device->transport);

	if (!cause)
		device->causeless_interrupts++;
	while (cause) {
		if (cause & VIRTIO_INTERRUPT_USED_BUFFER)
			device->used_interrupts++;
		if (cause & VIRTIO_INTERRUPT_CONFIG)
			device->config_interrupts++;
		cause = --left ? transport_take_interrupts(&device->transport) : 0;
	}
}
