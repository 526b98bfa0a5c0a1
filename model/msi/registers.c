/* SPDX-License-Identifier: BSD-2-Clause */
/* Passes an access on to the device's layout if the layout's registers exist now. It also handles the addresses at
 * which a driver notifies virtqueues, which three of the layouts have. */
#include "model/msi/registers.h"

#include "drivers/spec/mmio.h"
#include "drivers/spec/msi.h"
#include "model/defects/broken.h"
#include "model/features.h"
#include "model/msi/msi.h"
#include "model/queue/queue.h"

static uint32_t notify_area(const struct model *m)
{
	return m->msi_registers->notify_area ? m->msi_registers->notify_area(m) : 0;
}

static bool exist(const struct model *m)
{
	return !m->msi_registers->feature || model_negotiated(m, m->msi_registers->feature) ||
	       broken(m, msi_answers_unaccepted);
}

bool model_msi_read(struct model *m, uint32_t offset, uint8_t width, uint32_t *value)
{
	uint32_t area;

	*value = 0;
	if (!m->msi_registers)
		return false;
	area = notify_area(m);
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY && width == 4 && area) {
		*value = broken(m, msi_notify_restless) ? area + (m->defective.reads++ << 16) : area;
		return true;
	}
	return exist(m) && m->msi_registers->read(m, offset, width, value);
}

/* A notification at the virtqueue's own address. */
static bool write_notification(struct model *m, uint32_t offset)
{
	uint32_t area = notify_area(m), base = VIRTIO_MSI_NOTIFY_BASE(area), step = VIRTIO_MSI_NOTIFY_MULTIPLIER(area);

	if (!step)
		return false;
	if (offset == VIRTIO_MMIO_QUEUE_NOTIFY)
		return !m->msi_registers->queue_notify_too;
	if (offset < base || (offset - base) % step || (offset - base) / step >= model_queue_count(m))
		return false;
	if (!broken(m, msi_notify_ignored))
		model_queue_notify(m, (offset - base) / step);
	return true;
}

bool model_msi_write(struct model *m, uint32_t offset, uint8_t width, uint32_t value)
{
	if (!m->msi_registers || m->reset_units)
		return false;
	return write_notification(m, offset) || (exist(m) && m->msi_registers->write(m, offset, width, value));
}
