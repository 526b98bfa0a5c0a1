/* SPDX-License-Identifier: BSD-2-Clause */
/* Device status (2.1), the end of feature negotiation (3.1.1), reset (2.4), and errors that only a reset can cure. */
#include "model/internal.h"

/* Set by the driver. SUSPEND is not offered, DEVICE_NEEDS_RESET is the device's. */
enum {
	DRIVER_BITS = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED
};
enum { LEGACY_ALIGN = 4096 }; /* QueueAlign until the driver writes it: 2.7.2, "usually" */

/* Legacy devices may be used before DRIVER_OK (3.1.2); others must not consume buffers before it (2.1.2). */
bool model_live(const struct model *m)
{
	uint32_t needed = VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK;

	if (m->error || m->reset_units)
		return false;
	return model_is_legacy(m) || (m->status & needed) == needed;
}

void model_reset_now(struct model *m)
{
	m->reset_units = 0;
	m->device_features_sel = m->driver_features_sel = m->queue_sel = m->shm_sel = 0;
	for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
		m->driver_features[i] = 0;
	m->guest_page_size = 0;
	m->status = 0;
	m->error = NULL;
	m->config_changed = false;
	for (uint16_t i = 0; i < MODEL_QUEUES_MAX; i++)
		m->queue[i] = (struct model_queue){ .size = m->config.queue_size_max, .align = LEGACY_ALIGN };
	m->backend->reset(m);
	model_clear_interrupts(m);
}

static void write_zero(struct model *m)
{
	if (m->reset_units)
		return;
	if (m->config.version == VIRTIO_MMIO_VERSION_POLLED_RESET && m->status)
		m->reset_units = m->config.reset_units;
	else
		model_reset_now(m);
}

void model_write_status(struct model *m, uint32_t value)
{
	uint32_t added = value & DRIVER_BITS & ~m->status;

	if (value == 0) {
		write_zero(m);
		return;
	}
	if (m->reset_units)
		return;
	if (model_is_legacy(m))
		added &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
	if ((added & VIRTIO_STATUS_FEATURES_OK) && !model_accepts_features(m))
		added &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
	m->status |= added;
	if (m->backend->negotiated && (added & (model_is_legacy(m) ? VIRTIO_STATUS_DRIVER_OK : VIRTIO_STATUS_FEATURES_OK)))
		m->backend->negotiated(m);
}

uint32_t model_read_status(struct model *m)
{
	return m->status;
}

void model_fail(struct model *m, const char *text)
{
	if (m->error)
		return;
	m->error = text;
	if (model_is_legacy(m))
		return; /* the bit came with 1.0 */
	m->status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	if (m->status & VIRTIO_STATUS_DRIVER_OK)
		model_raise(m, VIRTIO_MMIO_INT_CONFIG);
}

const char *model_error(const struct model *model)
{
	return model->error;
}
