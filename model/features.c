/* SPDX-License-Identifier: BSD-2-Clause */
/* Feature bits: what the device offers, and what it accepts. 2.2, chapter 6, and the feature sections of the device
 * types. config.c says what it can offer. */
#include "model/features.h"

#include "drivers/spec/device.h"
#include "drivers/spec/features.h"
#include "model/bits.h"
#include "model/defects/broken.h"
#include "model/devices/backend.h"
#include "model/oddities/choices.h"
#include "model/oddities/odd.h"

bool model_consistent(const struct model_backend *backend, const uint32_t *words, bool offer, uint8_t *feature)
{
	for (unsigned i = 0; i < backend->dependencies.count; i++) {
		const struct model_dependency *d = &backend->dependencies.at[i];
		if ((d->offer_only && !offer) || !model_bit(words, d->feature) || model_bit(words, d->needs) ||
		    (d->instead && model_bit(words, d->instead)))
			continue;
		*feature = d->feature;
		return false;
	}
	return true;
}

static const struct model_shown any_type_shows[] = {
	MODEL_SHOWN(offers_undefined_bit, 49, true),
	MODEL_SHOWN(offers_high_bit, 100, true),
	MODEL_SHOWN(offers_ring_packed, VIRTIO_F_RING_PACKED, true),
	MODEL_SHOWN(offers_notif_config_data, VIRTIO_F_NOTIF_CONFIG_DATA, true),
	MODEL_SHOWN(offers_admin_vq, VIRTIO_F_ADMIN_VQ, true),
	MODEL_SHOWN(offers_sr_iov, VIRTIO_F_SR_IOV, true),
	MODEL_SHOWN(version_1_not_offered, VIRTIO_F_VERSION_1, false),
	MODEL_SHOWN(legacy_second_feature_word, VIRTIO_F_VERSION_1, true),
	MODEL_SHOWN(legacy_any_layout_missing, VIRTIO_F_ANY_LAYOUT, false),
	MODEL_SHOWN(legacy_offers_bit_30, VIRTIO_F_UNUSED, true),
};

static uint32_t show(const struct model *m, const struct model_shown *shown, size_t count, uint32_t word,
		     uint32_t value)
{
	for (size_t i = 0; i < count; i++)
		if (model_has(m, (enum model_defect)shown[i].defect) && shown[i].feature / 32u == word)
			model_set_bit(&value, shown[i].feature % 32u, shown[i].on);
	return value;
}

uint32_t model_offered_word(struct model *m, uint32_t word)
{
	uint32_t value = word < MODEL_FEATURE_WORDS ? m->config.features[word] : 0;

	if (word >= MODEL_FEATURE_WORDS || (model_is_legacy(m) && word > 0))
		if (broken(m, device_features_junk_above))
			return 0xffffffff;
	value = show(m, any_type_shows, sizeof any_type_shows / sizeof any_type_shows[0], word, value);
	value = show(m, m->backend->shown.at, m->backend->shown.count, word, value);
	if (odd(m, future_bit_130) && word == 130 / 32)
		value |= 1u << 130 % 32;
	if (word == 0 && broken(m, changes_features) && ++m->defective.reads % 2)
		model_set_bit(&value, VIRTIO_F_EVENT_IDX, false);
	return value;
}

bool model_offers(const struct model *m, unsigned feature)
{
	return model_bit(m->config.features, feature);
}

/* Legacy has no FEATURES_OK: a feature counts from the moment the driver writes it (3.1.2). */
bool model_negotiated(const struct model *m, unsigned feature)
{
	if (!model_is_legacy(m) && !(m->status & VIRTIO_STATUS_FEATURES_OK))
		return false;
	if (broken(m, forgets_feature) && feature == VIRTIO_F_EVENT_IDX && (m->status & VIRTIO_STATUS_DRIVER_OK))
		return false;
	return model_bit(m->driver_features, feature) && model_offers(m, feature);
}

const uint32_t *model_deciding_features(const struct model *m)
{
	return model_is_legacy(m) || (m->status & VIRTIO_STATUS_FEATURES_OK) ? m->driver_features : m->config.features;
}

uint16_t model_queue_count(const struct model *m)
{
	return m->backend->queues(m, model_deciding_features(m));
}

/* 2.2.2: every valid subset is accepted. Without VERSION_1 the device has no legacy interface behind these registers to
 * fall back to (6.2). */
bool model_accepts_features(struct model *m)
{
	const uint32_t *driver = m->driver_features;
	bool may_lack_version_1 = broken(m, version_1_not_offered) || broken(m, falls_back_without_version_1);
	bool same_again = true;
	uint8_t feature;

	for (uint32_t i = 0; i < MODEL_FEATURE_WORDS; i++) {
		if ((driver[i] & ~(m->config.features[i] | model_offered_word(m, i))) &&
		    !broken(m, accepts_unoffered)) {
			m->defective.refused |= broken(m, unoffered_features_hang);
			return false;
		}
		same_again = same_again && m->defective.accepted[i] == driver[i];
		m->defective.accepted[i] = driver[i];
	}
	if (broken(m, refuses_subset) && model_bit(driver, VIRTIO_F_EVENT_IDX) &&
	    !model_bit(driver, VIRTIO_F_INDIRECT_DESC))
		return false;
	if (broken(m, refuses_renegotiation) && same_again && m->defective.negotiated_before) {
		m->defective.negotiated_before = false;
		return false;
	}
	m->defective.negotiated_before = true;
	m->defective.refused |= broken(m, refusal_sticks) && !model_bit(driver, VIRTIO_F_VERSION_1);
	if (m->defective.fatal || m->defective.refused)
		return false;
	if (model_oddities_refuse(m, driver))
		return false;
	return (model_bit(driver, VIRTIO_F_VERSION_1) || may_lack_version_1) &&
	       (model_consistent(m->backend, driver, false, &feature) || broken(m, accepts_inconsistent));
}
