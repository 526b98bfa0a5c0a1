// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/msi/msi.h"

#include "drivers/device.h"
#include "drivers/spec/msi.h"
#include "drivers/transport/mmio.h"
#include "firmware/lib/string.h"

uint32_t msi_count(struct device *device)
{
	const struct msi_layout *layout = device->msi.layout;

	return reg_read_width(&device->transport, layout->count_offset, layout->count_width) & layout->count_mask;
}

/*
 * draft3 devices always have notification addresses. On f40 they come with bit 39; today that bit is NOTIF_CONFIG_DATA,
 * which has no register on MMIO, so that QueueNotify is read only after the bit turned out to be f40's. dragonball
 * offers addresses, but QueueNotify itself works there, too, and we use that.
 */
void msi_negotiated(struct device *device)
{
	const struct msi_layout *layout = device->msi.layout;
	struct transport *transport = &device->transport;
	uint32_t area;

	if (layout != &msi_draft3) {
		transport->notify_base = 0;
		if (!layout || !layout->notify_feature || !device_accepted(device, layout->notify_feature))
			return;
	}
	if (transport->notify_base)
		return;
	area = reg_read(transport, VIRTIO_MMIO_QUEUE_NOTIFY);
	transport->notify_base = VIRTIO_MSI_NOTIFY_BASE(area);
	transport->notify_step = VIRTIO_MSI_NOTIFY_MULTIPLIER(area);
}

uint32_t msi_number(const struct device *device, uint32_t source)
{
	if (!msi_is(&device->msi, MSI_COUNTS_SOURCES))
		return source;
	return source == MSI_CONFIG ? 0 : source + 1;
}

static bool write_one(struct device *device, const struct msi_write *write, uint32_t source, uint32_t number,
		      const struct irq_message *message)
{
	const uint32_t values[] = {
		[MSI_VALUE] = write->value,
		[MSI_PLUS_NUMBER] = write->value + number,
		[MSI_QUEUE] = source,
		[MSI_LOW] = message ? (uint32_t)message->address : 0,
		[MSI_HIGH] = message ? (uint32_t)(message->address >> 32) : 0,
		[MSI_DATA] = message ? message->data : 0,
	};

	if (write->width)
		reg_write_width(&device->transport, write->offset, write->width, values[write->what]);
	return write->width;
}

bool msi_step(struct device *device, enum msi_action action, unsigned step, uint32_t source,
	      const struct irq_message *message)
{
	return write_one(device, &device->msi.layout->writes[action][step], source, msi_number(device, source),
			 message);
}

void msi_do(struct device *device, enum msi_action action, uint32_t source, const struct irq_message *message)
{
	cpus_lock(&device->msi.lock);
	for (unsigned step = 0; msi_step(device, action, step, source, message); step++)
		;
	cpus_unlock(&device->msi.lock);
}

void msi_map(struct device *device, uint32_t source, uint32_t vector)
{
	const struct msi_write *write =
		device->msi.layout->writes[source == MSI_CONFIG ? MSI_MAP_CONFIG : MSI_MAP_QUEUE];

	while (write_one(device, write++, source, vector, NULL))
		;
}

bool msi_enabled(struct device *device)
{
	const struct msi_layout *layout = device->msi.layout;

	return reg_read_width(&device->transport, layout->state_offset, layout->state_width) & layout->state_mask;
}

const char *msi_register_name(const struct msi *msi, uint32_t offset)
{
	const struct msi_register *at = msi->layout ? msi->layout->registers : NULL;

	for (; at && at->name; at++)
		if (at->offset == offset)
			return at->name;
	return NULL;
}
