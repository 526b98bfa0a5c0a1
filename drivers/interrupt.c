// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/interrupt.h"

enum { EDGE_ROUNDS = 16 }; /* of causes that one call of the handler looks for */

/*
 * A level line interrupts again if a cause is left. An edge line does not: it stays asserted while any cause is, and a
 * cause that comes between the read and the acknowledgement of another one makes no edge. So there the handler goes on
 * until none is left; a device that never comes to an end is left alone.
 */
void device_service(void *context)
{
	struct device *device = context;
	const struct irq_line *line = device->transport.line;
	unsigned left = line && line->source.trigger == IRQ_EDGE ? EDGE_ROUNDS : 1;
	uint32_t cause = transport_acknowledge(&device->transport);

	if (!cause)
		device->causeless_interrupts++;
	while (cause) {
		if (cause & VIRTIO_INTERRUPT_USED_BUFFER)
			device->used_interrupts++;
		if (cause & VIRTIO_INTERRUPT_CONFIG)
			device->config_interrupts++;
		cause = --left ? transport_acknowledge(&device->transport) : 0;
	}
}
