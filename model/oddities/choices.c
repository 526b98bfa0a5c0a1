/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/oddities/choices.h"

#include "drivers/spec/blk.h"
#include "drivers/spec/features.h"
#include "model/oddities/odd.h"

/* Does the driver leave out a feature that is offered, and is the device's own or of any kind? */
static bool leaves_out(const struct model *m, const uint32_t *accepted, bool any_kind)
{
	enum { RESERVED_FIRST = 24, RESERVED_LAST = 49 }; /* 2.2: not for device types */

	for (unsigned bit = 0; bit < 32 * MODEL_FEATURE_WORDS; bit++)
		if ((any_kind || bit < RESERVED_FIRST || bit > RESERVED_LAST) && model_bit(m->config.features, bit) &&
		    !model_bit(accepted, bit))
			return true;
	return false;
}

bool model_oddities_refuse(const struct model *m, const uint32_t *accepted)
{
	static const struct {
		uint16_t oddity;
		uint8_t feature;
	} required[] = {
		{ MODEL_ODDITY_access_platform_required, VIRTIO_F_ACCESS_PLATFORM },
		{ MODEL_ODDITY_order_platform_required, VIRTIO_F_ORDER_PLATFORM },
		{ MODEL_ODDITY_event_idx_required, VIRTIO_F_EVENT_IDX },
		{ MODEL_ODDITY_in_order_required, VIRTIO_F_IN_ORDER },
		{ MODEL_ODDITY_notification_data_required, VIRTIO_F_NOTIFICATION_DATA },
		{ MODEL_ODDITY_packed_only, VIRTIO_F_RING_PACKED },
		{ MODEL_ODDITY_blk_host_managed, VIRTIO_BLK_F_ZONED },
	};

	for (unsigned i = 0; i < sizeof required / sizeof required[0]; i++)
		if (model_bit(m->config.oddities, required[i].oddity) &&
		    model_bit(m->config.features, required[i].feature) && !model_bit(accepted, required[i].feature))
			return true;
	return (odd(m, all_required) && leaves_out(m, accepted, true)) ||
	       (odd(m, type_features_required) && leaves_out(m, accepted, false));
}

uint32_t model_odd_length(const struct model *m, uint32_t length)
{
	/* 2.7.8.1: from a buffer that has no readable part a driver learns nothing but by its length. */
	if (odd(m, used_length_whole_chain) && m->chain.readable)
		return (uint32_t)(m->chain.readable + m->chain.writable);
	if (odd(m, used_length_0))
		return 0;
	if (odd(m, used_length_1) && length)
		return 1;
	return length;
}
