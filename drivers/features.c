// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/features.h"

#include "drivers/types/type.h"

/* Chapter 6, Reserved Feature Bits, and 6.3: the bits of every device type */
static const struct feature_bit ring_features[] = {
	{ VIRTIO_F_NOTIFY_ON_EMPTY, FEATURE_LEGACY, "NOTIFY_ON_EMPTY" },
	{ VIRTIO_F_ANY_LAYOUT, FEATURE_LEGACY, "ANY_LAYOUT" },
	{ VIRTIO_F_INDIRECT_DESC, FEATURE_ANY, "INDIRECT_DESC" },
	{ VIRTIO_F_EVENT_IDX, FEATURE_ANY, "EVENT_IDX" },
	{ VIRTIO_F_UNUSED, FEATURE_LEGACY, "UNUSED" },
	{ VIRTIO_F_VERSION_1, FEATURE_MODERN, "VERSION_1" },
	{ VIRTIO_F_ACCESS_PLATFORM, FEATURE_MODERN, "ACCESS_PLATFORM" },
	{ VIRTIO_F_RING_PACKED, FEATURE_MODERN, "RING_PACKED" },
	{ VIRTIO_F_IN_ORDER, FEATURE_MODERN, "IN_ORDER" },
	{ VIRTIO_F_ORDER_PLATFORM, FEATURE_MODERN, "ORDER_PLATFORM" },
	{ VIRTIO_F_SR_IOV, FEATURE_MODERN, "SR_IOV" },
	{ VIRTIO_F_NOTIFICATION_DATA, FEATURE_MODERN, "NOTIFICATION_DATA" },
	{ VIRTIO_F_NOTIF_CONFIG_DATA, FEATURE_MODERN, "NOTIF_CONFIG_DATA" },
	{ VIRTIO_F_RING_RESET, FEATURE_MODERN, "RING_RESET" },
	{ VIRTIO_F_ADMIN_VQ, FEATURE_MODERN, "ADMIN_VQ" },
	{ VIRTIO_F_SUSPEND, FEATURE_MODERN, "SUSPEND" },
};

static const struct feature_bit *find_in(const struct feature_bit *bits, size_t count, unsigned bit)
{
	for (size_t i = 0; i < count; i++)
		if (bits[i].bit == bit)
			return &bits[i];
	return NULL;
}

/* The table needs no bits 41 and 42 of legacy network devices (RSC4, RSC6): the legacy layout of MMIO has only 32 bits.
 */
static const struct feature_bit *find_bit(const struct device_type *type, unsigned bit)
{
	const struct feature_bit *known = find_in(ring_features, sizeof(ring_features) / sizeof(ring_features[0]), bit);

	return known ? known : find_in(type->features.at, type->features.count, bit);
}

const char *feature_name(const struct device_type *type, unsigned bit)
{
	const struct feature_bit *known = find_bit(type, bit);

	return known ? known->name : NULL;
}

bool feature_is_legacy(const struct device_type *type, unsigned bit)
{
	const struct feature_bit *known = find_bit(type, bit);

	return known && known->layout == FEATURE_LEGACY;
}

static bool is_type_bit(unsigned bit)
{
	return bit <= 23 || bit == 41 || bit == 42 || (bit >= 50 && bit <= 127); /* 2.2 */
}

const char *feature_forbidden(unsigned bit, bool legacy)
{
	if (legacy)
		return NULL;
	if (bit == VIRTIO_F_SR_IOV)
		return "SR_IOV is for PCI devices only (6.2)";
	if (bit == VIRTIO_F_ADMIN_VQ)
		return "ADMIN_VQ is reserved on MMIO (4.2.5)";
	if (bit == VIRTIO_F_NOTIF_CONFIG_DATA)
		return "NOTIF_CONFIG_DATA has no definition on MMIO: there is no register that supplies the data (6.1)";
	return NULL;
}

/*
 * A transitional device may offer the bits of the legacy interface (24, 27, 30) through the modern one as well: 6.3
 * speaks of legacy drivers only. The type's own rules judge what the type defines for legacy devices.
 */
const char *feature_unknown(const struct device_type *type, unsigned bit, bool legacy)
{
	if (find_bit(type, bit) || (legacy && bit >= 32) || feature_forbidden(bit, legacy))
		return NULL;
	if (!is_type_bit(bit) && !legacy)
		return "reserved by virtio 1.4 (2.2)";
	return type->features_complete ? "not defined for this device type in virtio 1.4" : NULL;
}

static bool dependency_met(const struct feature_dependency *dependency, const struct features *features)
{
	return !features_has(features, dependency->feature) || features_has(features, dependency->needs) ||
	       features_has(features, dependency->alternative);
}

struct features features_close(const struct device_type *type, struct features wanted, struct features offered)
{
	bool changed;

	wanted = features_and(wanted, offered);
	do {
		changed = false;
		for (size_t i = 0; i < type->dependencies.count; i++) {
			const struct feature_dependency *dependency = &type->dependencies.at[i];

			if (dependency_met(dependency, &wanted))
				continue;
			changed = true;
			if (features_has(&offered, dependency->needs))
				wanted = features_with(wanted, dependency->needs);
			else if (features_has(&offered, dependency->alternative))
				wanted = features_with(wanted, dependency->alternative);
			else {
				wanted = features_without(wanted, dependency->feature);
				/* Not for another feature that needs it, either: that would bring it back for ever. */
				offered = features_without(offered, dependency->feature);
			}
		}
	} while (changed);
	return wanted;
}
