/* SPDX-License-Identifier: BSD-2-Clause */
/* Which features a device offers and which are negotiated, and what follows from that. */
#ifndef MODEL_FEATURES_H
#define MODEL_FEATURES_H

#include "drivers/spec/features.h"
#include "drivers/spec/mmio.h"
#include "model/devices/backend.h"

static inline bool model_is_legacy(const struct model *m)
{
	return m->config.version == VIRTIO_MMIO_VERSION_LEGACY;
}

bool model_offers(const struct model *m, unsigned feature);
bool model_negotiated(const struct model *m, unsigned feature);

/* 32 feature bits as the driver sees them. */
uint32_t model_offered_word(struct model *m, uint32_t word);

/* The features that decide what exists: the negotiated ones, or before that the offered ones. */
const uint32_t *model_deciding_features(const struct model *m);
/* How many virtqueues exist with them. */
uint16_t model_queue_count(const struct model *m);

/* Whether each feature in WORDS has what it needs. If not, FEATURE is one that lacks it. OFFER: the device offers
 * WORDS; otherwise the driver accepts them. */
bool model_consistent(const struct model_backend *backend, const uint32_t *words, bool offer, uint8_t *feature);

/* Whether FEATURES_OK sticks with the features that the driver has written. */
bool model_accepts_features(struct model *m);

#endif
