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

/* Pure, so that no code remains of a question that only a defect asks (model/defects/broken.h). */
bool model_offers(const struct model *m, unsigned feature) __attribute__((pure));
bool model_negotiated(const struct model *m, unsigned feature) __attribute__((pure));

/* Word number WORD of the feature bits, as the driver sees them. */
uint32_t model_offered_word(struct model *m, uint32_t word);

/* The features that decide which queues and registers exist: the negotiated ones, or the offered ones before
 * negotiation. */
const uint32_t *model_deciding_features(const struct model *m);
/* How many virtqueues exist with those features. */
uint16_t model_queue_count(const struct model *m);

/* Does WORDS have every feature that its features need? If not, *FEATURE is one that lacks another. OFFER: the device
 * offers WORDS; otherwise the driver accepts them. */
bool model_consistent(const struct model_backend *backend, const uint32_t *words, bool offer, uint8_t *feature);

/* Does FEATURES_OK stay set with the features that the driver has written? */
bool model_accepts_features(struct model *m);

#endif
