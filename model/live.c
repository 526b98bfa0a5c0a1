/* SPDX-License-Identifier: BSD-2-Clause */
/* A device serves its virtqueues between DRIVER_OK and a reset, unless an error stops it (2.1.2). */
#include "model/live.h"

#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/features.h"
#include "model/interrupt.h"
#include "model/oddities/odd.h"

/* A driver may use a legacy device before DRIVER_OK (3.1.2); other devices must not consume buffers before it (2.1.2).
 */
bool model_live(const struct model *m)
{
	uint32_t needed = VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK;

	if (m->defective.off_the_bus || m->defective.hung)
		return false;
	if (m->error || m->reset_units)
		return false;
	if (model_is_legacy(m))
		needed = broken(m, legacy_needs_features_ok) ? VIRTIO_STATUS_FEATURES_OK
			 : broken(m, legacy_needs_driver_ok) ? VIRTIO_STATUS_DRIVER_OK
							     : 0;
	if (broken(m, consumes_before_driver_ok) || broken(m, polls_before_driver_ok) ||
	    (broken(m, falls_back_without_version_1) && !model_bit(m->driver_features, VIRTIO_F_VERSION_1)))
		needed &= ~(uint32_t)VIRTIO_STATUS_DRIVER_OK;
	return (m->status & needed) == needed;
}

void model_fail(struct model *m, const char *text)
{
	if (m->error)
		return;
	m->error = text;
	if (model_is_legacy(m) || broken(m, needs_reset_missing) || odd(m, errors_untold) ||
	    (broken(m, needs_reset_for_heads_only) && text[0] != 'h')) /* "head of a descriptor chain out of range" */
		return;						       /* legacy has no DEVICE_NEEDS_RESET */
	m->status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	if ((m->status & VIRTIO_STATUS_DRIVER_OK) && !broken(m, needs_reset_silent))
		model_raise(m, MODEL_SOURCE_CONFIG);
}
