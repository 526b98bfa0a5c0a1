// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/msi/discover.h"

#include "drivers/device.h"
#include "firmware/lib/string.h"

const char *msi_choice = "auto";

static const struct msi_layout *const layouts[] = { &msi_draft3, &msi_dragonball, &msi_f40, &msi_f44 };

/* The layout's feature bits, as far as the device offers them. */
static struct features bits_of(const struct msi_layout *layout, const struct device *device)
{
	struct features bits = NO_FEATURES;

	for (unsigned i = 0; i < 2 && layout->features[i]; i++)
		if (device_offers(device, layout->features[i]))
			bits = features_with(bits, layout->features[i]);
	return bits;
}

/* Accepts the layout's features, if it has any, and asks its registers whether the device has the layout. */
static bool has_layout(struct device *device, bool forced)
{
	const struct msi_layout *layout = device->msi.layout;
	bool has = true;

	device->msi.features = bits_of(layout, device);
	if (layout->features[0]) {
		device_greet(device);
		has = !device_negotiate(device, device->msi.features);
	}
	if (has) {
		device->msi.messages = msi_count(device);
		has = layout->confirm(device, device->msi.messages) || forced;
	}
	if (layout->features[0])
		device->unusable = device_reset(device);
	return has;
}

void msi_discover(struct device *device)
{
	const bool automatic = !strcmp(msi_choice, "auto");
	struct msi *msi = &device->msi;

	memset(msi, 0, sizeof(*msi));
	device->transport.notify_base = 0;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]) && !device->unusable; i++) {
		if (transport_is_legacy(&device->transport) ||
		    (automatic ? !layouts[i]->candidate(device) : strcmp(msi_choice, layouts[i]->name) != 0))
			continue;
		msi->layout = layouts[i];
		if (has_layout(device, !automatic)) {
			/* On this device the layout's bits mean the layout, and not what the specification means by
			 * them. */
			for (unsigned word = 0; word < FEATURE_WORDS; word++)
				device->offered.word[word] &= ~msi->features.word[word];
			msi_negotiated(device);
			return;
		}
		memset(msi, 0, sizeof(*msi));
	}
}
