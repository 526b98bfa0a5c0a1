/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration of a device: the features that the model can offer, the combinations that make sense, and the
 * defaults. */
#include "model/config.h"

#include "drivers/spec/features.h"
#include "drivers/spec/mmio.h"
#include "model/bits.h"
#include "model/devices/backend.h"
#include "model/features.h"
#include "model/msi/layouts.h"

static void support(uint32_t words[MODEL_FEATURE_WORDS], const uint8_t *features, size_t count, bool legacy)
{
	for (size_t i = 0; i < count; i++)
		if (!legacy || features[i] < 32)
			model_set_bit(words, features[i], true);
}

/* The features that a device of this configuration can offer. */
static void supported(const struct model_config *config, uint32_t words[MODEL_FEATURE_WORDS])
{
	static const uint8_t legacy_ring[] = { VIRTIO_F_NOTIFY_ON_EMPTY, VIRTIO_F_ANY_LAYOUT, VIRTIO_F_INDIRECT_DESC,
					       VIRTIO_F_EVENT_IDX };
	static const uint8_t ring[] = { VIRTIO_F_INDIRECT_DESC, VIRTIO_F_EVENT_IDX,	    VIRTIO_F_VERSION_1,
					VIRTIO_F_IN_ORDER,	VIRTIO_F_NOTIFICATION_DATA, VIRTIO_F_RING_RESET };
	const struct model_backend *backend = model_backend_of(config->device_id);
	bool legacy = config->version == VIRTIO_MMIO_VERSION_LEGACY;

	for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
		words[i] = 0;
	if (legacy)
		support(words, legacy_ring, sizeof legacy_ring, legacy);
	else
		support(words, ring, sizeof ring, legacy);
	if (backend)
		support(words, backend->features.at, backend->features.count, legacy);
}

void model_config_adjust_features(struct model_config *config)
{
	const struct model_backend *backend = model_backend_of(config->device_id);
	const struct model_msi_registers *msi = model_msi_registers_of(config->msi);
	uint32_t can[MODEL_FEATURE_WORDS];
	uint8_t feature;

	supported(config, can);
	for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
		config->features[i] &= can[i];
	/* 6.2: a device must offer VERSION_1; 6.3: a transitional one ANY_LAYOUT */
	model_set_bit(config->features,
		      config->version == VIRTIO_MMIO_VERSION_LEGACY ? VIRTIO_F_ANY_LAYOUT : VIRTIO_F_VERSION_1, true);
	if (backend && backend->adjust_features)
		backend->adjust_features(config);
	if (msi && msi->adjust_features)
		msi->adjust_features(config);
	while (backend && !model_consistent(backend, config->features, true, &feature))
		model_set_bit(config->features, feature, false);
}

void model_config_default(struct model_config *config, uint32_t device_id, uint32_t version)
{
	const struct model_backend *backend = model_backend_of(device_id);

	*config = (struct model_config){
		.device_id = device_id,
		.version = version,
		.vendor_id = 0x4e4f5453, /* "STON" */
		.queue_size_max = 256,
		.in_flight = 1,
		.batch = 1,
		.reset_units = 1,
		.queue_reset_units = 1,
	};
	if (backend && backend->defaults)
		backend->defaults(config);
	supported(config, config->features);
	model_config_adjust_features(config);
}

bool model_config_valid(const struct model_config *c)
{
	const struct model_backend *backend = model_backend_of(c->device_id);

	if (!backend || !model_between(c->version, VIRTIO_MMIO_VERSION_LEGACY, VIRTIO_MMIO_VERSION_POLLED_RESET))
		return false;
	if (!model_between(c->queue_size_max, 1, MODEL_QUEUE_SIZE_MAX) || (c->queue_size_max & (c->queue_size_max - 1)))
		return false;
	if (!model_between(c->in_flight, 1, MODEL_IN_FLIGHT_MAX) || !model_between(c->batch, 1, MODEL_IN_FLIGHT_MAX) ||
	    !c->reset_units)
		return false;
	if (c->msi && (!model_msi_registers_of(c->msi) || c->version == VIRTIO_MMIO_VERSION_LEGACY ||
		       (c->msi == MODEL_MSI_DRAFT3) != (c->version == VIRTIO_MMIO_VERSION_POLLED_RESET)))
		return false;
	return !backend->valid || backend->valid(c);
}
