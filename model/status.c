/* SPDX-License-Identifier: BSD-2-Clause */
/* Device status (2.1), the end of feature negotiation (3.1.1), and reset (2.4). */
#include "model/status.h"

#include "drivers/spec/device.h"
#include "drivers/spec/mmio.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/defects/after_reset.h"
#include "model/line.h"
#include "model/msi/msi.h"
#include "model/oddities/act.h"
#include "model/queue/queue.h"
#include "model/queue/ring.h"

/* The bits that a driver sets. SUSPEND is not offered, and only the device sets DEVICE_NEEDS_RESET. */
enum {
	DRIVER_BITS = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK |
		      VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_FAILED
};

void model_reset_now(struct model *m)
{
	const uint32_t before = m->status;

	model_after_reset_remember(m);
	model_msi_reset(m);
	m->reset_units = 0;
	m->device_features_sel = m->driver_features_sel = m->queue_sel = 0;
	for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
		m->driver_features[i] = 0;
	m->guest_page_size = 0;
	for (uint16_t i = 0; i < MODEL_QUEUES_MAX; i++)
		model_queue_clear(m, i);
	m->status = broken(m, reset_keeps_status) ? VIRTIO_STATUS_ACKNOWLEDGE : 0;
	if (!broken(m, reset_keeps_error_when_failed) || !(before & VIRTIO_STATUS_FAILED))
		m->error = NULL;
	m->config_changed = false;
	model_odd_reset(m);
	if (m->backend->reset)
		m->backend->reset(m);
	model_clear_interrupts(m);
}

static bool ignores_reset(const struct model *m)
{
	return (broken(m, reset_ignored_when_running) && (m->status & VIRTIO_STATUS_DRIVER_OK)) ||
	       (broken(m, reset_ignored_when_failed) && (m->status & VIRTIO_STATUS_FAILED)) ||
	       (broken(m, reset_ignored_when_broken) && (m->status & VIRTIO_STATUS_DEVICE_NEEDS_RESET));
}

/* Version 3: a reset takes time, and Status reads 0 when it is complete. */
static void write_zero(struct model *m)
{
	if (m->reset_units || ignores_reset(m))
		return;
	if (broken(m, dies_in_reset) && (m->status & VIRTIO_STATUS_DRIVER_OK))
		m->reset_units = 1;
	else if ((m->config.version == VIRTIO_MMIO_VERSION_POLLED_RESET || model_odd_resets_slowly(m)) && m->status)
		m->reset_units = m->config.reset_units;
	else
		model_reset_now(m);
}

static void driver_is_ok(struct model *m)
{
	model_odd_driver_ok(m);
	if (broken(m, driver_ok_clears_status))
		model_clear_interrupts(m);
	if (broken(m, status_forgets_driver))
		m->status &= ~(uint32_t)VIRTIO_STATUS_DRIVER;
	if (broken(m, interrupt_at_driver_ok))
		model_raise(m, MODEL_SOURCE_CONFIG);
	for (uint16_t i = 0; broken(m, unready_queue_looked_at) && i < model_queue_count(m); i++)
		if (!m->queue[i].ready)
			model_queue_tell_flags(m, i);
	for (uint16_t i = 0; i < model_queue_count(m); i++)
		if (m->queue[i].ready &&
		    (broken(m, buffers_before_driver_ok_skipped) || broken_at(m, i, early_buffers_skipped)))
			m->queue[i].next_avail = model_queue_avail_index(m, i);
}

void model_write_status(struct model *m, uint32_t value)
{
	uint32_t added = value & DRIVER_BITS & ~m->status;
	uint32_t final = VIRTIO_STATUS_FEATURES_OK;

	if (broken(m, undefined_status_bits_stick))
		m->defective.status_bits |= value & ~(uint32_t)(DRIVER_BITS | VIRTIO_STATUS_DEVICE_NEEDS_RESET);
	if (value == m->status && (value & VIRTIO_STATUS_DRIVER_OK))
		hang_if_broken(m, driver_ok_again_hangs);
	if ((value & VIRTIO_STATUS_DRIVER_OK) && !((value | m->status) & VIRTIO_STATUS_FEATURES_OK))
		hang_if_broken(m, driver_ok_early_hangs);
	if (value == 0) {
		write_zero(m);
		return;
	}
	if (m->reset_units)
		return;
	if (model_is_legacy(m)) {
		if (!broken(m, legacy_needs_features_ok))
			added &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
		final = broken(m, blk_legacy_status_changes_cache) ? VIRTIO_STATUS_DRIVER : VIRTIO_STATUS_DRIVER_OK;
	} else if ((added & VIRTIO_STATUS_FEATURES_OK) && !model_accepts_features(m))
		added &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
	if (broken(m, status_forgets_acknowledge))
		added &= ~(uint32_t)VIRTIO_STATUS_ACKNOWLEDGE;
	m->status |= added;
	if (m->backend->negotiated && (added & final))
		m->backend->negotiated(m);
	if (added & VIRTIO_STATUS_DRIVER_OK)
		driver_is_ok(m);
}

uint32_t model_read_status(struct model *m)
{
	if (broken(m, status_read_lowers_line))
		model_set_line(m, false);
	return broken(m, reset_reads_zero_early) && m->reset_units ? 0 : m->status | m->defective.status_bits;
}
