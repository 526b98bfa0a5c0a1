/* SPDX-License-Identifier: BSD-2-Clause */
/* Feature bits: what the device can do, what it offers, what it accepts. 2.2, chapter 6, and the feature sections of
 * the device types. */
#include "model/internal.h"

#include "drivers/spec/blk.h"
#include "drivers/spec/console.h"
#include "drivers/spec/net.h"

enum { NOTHING = 255, NO_ALTERNATIVE = NOTHING };

/* A feature that needs another one, or one of two. */
struct dependency {
	uint8_t device_id, feature, needs, or_else;
	bool offer_only; /* the device may not offer one without the other, the driver may accept it */
};

static const struct dependency dependencies[] = {
	{ VIRTIO_ID_BLOCK, VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH, NO_ALTERNATIVE, true }, /* 5.2.5.2 */
	/* 5.1.3.1 */
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, false },
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, false },
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, false },
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, false },
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, false },
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, true },
	{ VIRTIO_ID_NETWORK, VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_CTRL_VQ, NO_ALTERNATIVE, true }, /* 5.1.4.1 */
};

/* Everything that the model can do. */
static void supported(uint32_t device_id, uint32_t version, uint32_t words[MODEL_FEATURE_WORDS])
{
	static const uint8_t legacy_ring[] = { VIRTIO_F_NOTIFY_ON_EMPTY, VIRTIO_F_ANY_LAYOUT, VIRTIO_F_INDIRECT_DESC,
					       VIRTIO_F_EVENT_IDX, NOTHING };
	static const uint8_t ring[] = { VIRTIO_F_INDIRECT_DESC,
					VIRTIO_F_EVENT_IDX,
					VIRTIO_F_VERSION_1,
					VIRTIO_F_IN_ORDER,
					VIRTIO_F_NOTIFICATION_DATA,
					VIRTIO_F_RING_RESET,
					NOTHING };
	static const uint8_t blk[] = { VIRTIO_BLK_F_SIZE_MAX,	  VIRTIO_BLK_F_SEG_MAX,
				       VIRTIO_BLK_F_GEOMETRY,	  VIRTIO_BLK_F_RO,
				       VIRTIO_BLK_F_BLK_SIZE,	  VIRTIO_BLK_F_FLUSH,
				       VIRTIO_BLK_F_TOPOLOGY,	  VIRTIO_BLK_F_CONFIG_WCE,
				       VIRTIO_BLK_F_MQ,		  VIRTIO_BLK_F_DISCARD,
				       VIRTIO_BLK_F_WRITE_ZEROES, VIRTIO_BLK_F_LIFETIME,
				       VIRTIO_BLK_F_SECURE_ERASE, NOTHING };
	static const uint8_t net[] = { VIRTIO_NET_F_CSUM,
				       VIRTIO_NET_F_GUEST_CSUM,
				       VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
				       VIRTIO_NET_F_MTU,
				       VIRTIO_NET_F_MAC,
				       VIRTIO_NET_F_MRG_RXBUF,
				       VIRTIO_NET_F_STATUS,
				       VIRTIO_NET_F_CTRL_VQ,
				       VIRTIO_NET_F_CTRL_RX,
				       VIRTIO_NET_F_CTRL_VLAN,
				       VIRTIO_NET_F_CTRL_RX_EXTRA,
				       VIRTIO_NET_F_GUEST_ANNOUNCE,
				       VIRTIO_NET_F_MQ,
				       VIRTIO_NET_F_CTRL_MAC_ADDR,
				       VIRTIO_NET_F_SPEED_DUPLEX,
				       NOTHING };
	static const uint8_t console[] = { VIRTIO_CONSOLE_F_SIZE, VIRTIO_CONSOLE_F_MULTIPORT,
					   VIRTIO_CONSOLE_F_EMERG_WRITE, NOTHING };
	static const uint8_t none[] = { NOTHING };
	bool legacy = version == VIRTIO_MMIO_VERSION_LEGACY;
	const uint8_t *lists[] = { legacy ? legacy_ring : ring, device_id == VIRTIO_ID_BLOCK	 ? blk
								: device_id == VIRTIO_ID_NETWORK ? net
								: device_id == VIRTIO_ID_CONSOLE ? console
												 : none };

	for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
		words[i] = 0;
	for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (const uint8_t *feature = lists[i]; *feature != NOTHING; feature++)
			if (!legacy || *feature < 32)
				model_set_bit(words, *feature, true);
}

/* Whether each feature in WORDS has what it needs; if not, FEATURE is one that lacks it. */
static bool consistent(uint32_t device_id, const uint32_t *words, bool offer, uint8_t *feature)
{
	for (unsigned i = 0; i < sizeof dependencies / sizeof dependencies[0]; i++) {
		const struct dependency *d = &dependencies[i];
		if (d->device_id != device_id || (d->offer_only && !offer) || !model_bit(words, d->feature))
			continue;
		if (!model_bit(words, d->needs) && (d->or_else == NO_ALTERNATIVE || !model_bit(words, d->or_else))) {
			*feature = d->feature;
			return false;
		}
	}
	return true;
}

void model_sanitize_features(struct model_config *config)
{
	uint32_t can[MODEL_FEATURE_WORDS];
	uint8_t feature;

	supported(config->device_id, config->version, can);
	for (unsigned i = 0; i < MODEL_FEATURE_WORDS; i++)
		config->features[i] &= can[i];
	/* 6.2: a device must offer VERSION_1; 6.3: a transitional one ANY_LAYOUT */
	model_set_bit(config->features,
		      config->version == VIRTIO_MMIO_VERSION_LEGACY ? VIRTIO_F_ANY_LAYOUT : VIRTIO_F_VERSION_1, true);
	if (config->device_id == VIRTIO_ID_BLOCK)
		model_set_bit(config->features, VIRTIO_BLK_F_RO, config->blk.read_only);
	model_msi_features(config);
	while (!consistent(config->device_id, config->features, true, &feature))
		model_set_bit(config->features, feature, false);
}

struct shown {
	uint16_t defect;
	uint8_t device_id; /* 0: any */
	uint8_t feature;
	bool on;
};
#define SHOWN(id, device, feature, on)                 \
	{                                              \
		MODEL_DEFECT_##id, device, feature, on \
	}

/* Defects that change what is offered, not what the device can do. */
static const struct shown shown[] = {
	SHOWN(feature_without_dependency, VIRTIO_ID_NETWORK, VIRTIO_NET_F_CTRL_VQ, false),
	SHOWN(offers_undefined_bit, 0, 49, true),
	SHOWN(offers_high_bit, 0, 100, true),
	SHOWN(offers_foreign_bit, VIRTIO_ID_NETWORK, 4, true),
	SHOWN(offers_foreign_bit, VIRTIO_ID_BLOCK, 19, true),
	SHOWN(offers_foreign_bit, VIRTIO_ID_CONSOLE, 19, true),
	SHOWN(offers_foreign_bit, VIRTIO_ID_ENTROPY, 19, true),
	SHOWN(offers_ring_packed, 0, VIRTIO_F_RING_PACKED, true),
	SHOWN(offers_notif_config_data, 0, VIRTIO_F_NOTIF_CONFIG_DATA, true),
	SHOWN(offers_admin_vq, 0, VIRTIO_F_ADMIN_VQ, true),
	SHOWN(offers_sr_iov, 0, VIRTIO_F_SR_IOV, true),
	SHOWN(version_1_not_offered, 0, VIRTIO_F_VERSION_1, false),
	SHOWN(legacy_second_feature_word, 0, VIRTIO_F_VERSION_1, true),
	SHOWN(legacy_any_layout_missing, 0, VIRTIO_F_ANY_LAYOUT, false),
	SHOWN(legacy_offers_bit_30, 0, VIRTIO_F_UNUSED, true),
	SHOWN(blk_flush_not_offered, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_FLUSH, false),
	SHOWN(blk_flush_not_offered, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_CONFIG_WCE, false),
	SHOWN(blk_wce_without_flush, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_FLUSH, false),
	SHOWN(blk_offers_zoned, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_ZONED, true),
	SHOWN(blk_legacy_offers_zoned, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_ZONED, true),
	SHOWN(blk_zoned_model_reserved, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_ZONED, true),
	SHOWN(blk_host_managed_goes_on, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_ZONED, true),
	SHOWN(blk_zones_shown, VIRTIO_ID_BLOCK, VIRTIO_BLK_F_ZONED, true),
	SHOWN(net_rss_table_short, VIRTIO_ID_NETWORK, VIRTIO_NET_F_RSS, true),
	SHOWN(net_tx_trusts_hdr_len, VIRTIO_ID_NETWORK, VIRTIO_NET_F_HOST_TSO4, true),
	SHOWN(net_hash_report_alone, VIRTIO_ID_NETWORK, VIRTIO_NET_F_HASH_REPORT, true),
};

/* The features of the control queue, for a device that has none. NEVER_MIND is left in. */
static uint32_t without_control_queue(uint32_t word, unsigned never_mind)
{
	static const uint8_t gone[] = { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
					VIRTIO_NET_F_CTRL_VQ,
					VIRTIO_NET_F_CTRL_RX,
					VIRTIO_NET_F_CTRL_VLAN,
					VIRTIO_NET_F_CTRL_RX_EXTRA,
					VIRTIO_NET_F_GUEST_ANNOUNCE,
					VIRTIO_NET_F_MQ,
					VIRTIO_NET_F_CTRL_MAC_ADDR };

	for (unsigned i = 0; i < sizeof gone; i++)
		if (gone[i] != never_mind)
			model_set_bit(&word, gone[i], false);
	return word;
}

/* 32 feature bits as the driver sees them. */
uint32_t model_offered_word(struct model *m, uint32_t word)
{
	uint32_t value = word < MODEL_FEATURE_WORDS ? m->config.features[word] : 0;

	if (word >= MODEL_FEATURE_WORDS || (model_is_legacy(m) && word > 0))
		if (broken(m, device_features_junk_above))
			return 0xffffffff;
	for (unsigned i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (model_has(m, (enum model_defect)shown[i].defect) && shown[i].feature / 32u == word &&
		    (!shown[i].device_id || shown[i].device_id == m->config.device_id))
			model_set_bit(&value, shown[i].feature % 32u, shown[i].on);
	if (word == 0 && m->config.device_id == VIRTIO_ID_NETWORK) {
		if (broken(m, net_hash_report_alone))
			value = without_control_queue(value, NOTHING);
		if (broken(m, net_rx_extra_alone))
			value = without_control_queue(value, VIRTIO_NET_F_CTRL_RX_EXTRA);
	}
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

/* 2.2.2: every valid subset is accepted. Without VERSION_1 there is nothing to fall back to behind these registers
 * (6.2). */
bool model_accepts_features(struct model *m)
{
	const uint32_t *driver = m->driver_features;
	bool may_lack_version_1 = broken(m, version_1_not_offered) || broken(m, falls_back_without_version_1);
	bool same_again = true;
	uint8_t feature;

	for (uint32_t i = 0; i < MODEL_FEATURE_WORDS; i++) {
		if ((driver[i] & ~(m->config.features[i] | model_offered_word(m, i))) && !broken(m, accepts_unoffered))
			return false;
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
	return (model_bit(driver, VIRTIO_F_VERSION_1) || may_lack_version_1) &&
	       (consistent(m->config.device_id, driver, false, &feature) || broken(m, accepts_inconsistent));
}

void model_config_default(struct model_config *config, uint32_t device_id, uint32_t version)
{
	static const uint8_t mac[6] = { 0x02, 0x54, 0x53, 0x00, 0x00, 0x01 };
	static const char id[20] = "touchstone";

	*config = (struct model_config){
		.device_id = device_id,
		.version = version,
		.vendor_id = 0x4e4f5453, /* "STON" */
		.queue_size_max = 256,
		.in_flight = 1,
		.batch = 1,
		.reset_units = 1,
		.queue_reset_units = 1,
		.blk = { .queues = 2 },
		.net = { .pairs = 2, .mtu = 1500, .responder = true },
		.console = { .cols = 80, .rows = 25, .max_ports = 3, .ports = 2 },
	};
	for (unsigned i = 0; i < sizeof mac; i++)
		config->net.mac[i] = mac[i];
	for (unsigned i = 0; i < sizeof id; i++)
		config->blk.id[i] = id[i];
	supported(device_id, version, config->features);
	model_sanitize_features(config);
}
