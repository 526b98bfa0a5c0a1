/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/oddities/sizes.h"

#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/features.h"
#include "model/oddities/odd.h"

static uint16_t shifted(const struct model *m, uint16_t index)
{
	enum { LONG = 256, SHORT = 8, SHIFT_MAX = 6 };

	if (odd(m, queue_sizes_shrink))
		return (uint16_t)(LONG >> (index < SHIFT_MAX ? index : SHIFT_MAX));
	return index ? LONG : SHORT;
}

uint16_t model_queue_size_max(const struct model *m, uint16_t index)
{
	static const struct {
		uint16_t oddity, size;
	} fixed[] = {
		{ MODEL_ODDITY_queue_size_1, 1 },	{ MODEL_ODDITY_queue_size_2, 2 },
		{ MODEL_ODDITY_queue_size_3, 3 },	{ MODEL_ODDITY_queue_size_100, 100 },
		{ MODEL_ODDITY_queue_size_1000, 1000 }, { MODEL_ODDITY_queue_size_32768, 32768 },
	};
	const bool negotiated = m->status & VIRTIO_STATUS_FEATURES_OK;

	for (unsigned i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (model_bit(m->config.oddities, fixed[i].oddity))
			return fixed[i].size;
	if (odd(m, queue_sizes_shrink) || odd(m, queue_sizes_grow))
		return shifted(m, index);
	if (odd(m, queue_size_late) && !negotiated)
		return 0;
	if (odd(m, queue_size_by_life))
		return (uint16_t)(256 >> m->oddly.lives % 3);
	if (odd(m, queue_size_settles))
		return negotiated ? 64 : 1024;
	if (odd(m, queue_size_by_features))
		return model_negotiated(m, VIRTIO_F_EVENT_IDX) ? 32 : 256;
	return m->config.queue_size_max;
}
