/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/oddities/choices.h"

#include "drivers/spec/blk.h"
#include "drivers/spec/features.h"
#include "model/oddities/odd.h"

bool model_oddities_refuse(const struct model *m, const uint32_t *accepted)
{
	if (odd(m, access_platform_required) && !model_bit(accepted, VIRTIO_F_ACCESS_PLATFORM))
		return true;
	if (odd(m, packed_only) && !model_bit(accepted, VIRTIO_F_RING_PACKED))
		return true;
	if (odd(m, blk_host_managed) && !model_bit(accepted, VIRTIO_BLK_F_ZONED))
		return true;
	for (unsigned i = 0; i < MODEL_FEATURE_WORDS && odd(m, all_required); i++)
		if (accepted[i] != m->config.features[i])
			return true;
	return false;
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
