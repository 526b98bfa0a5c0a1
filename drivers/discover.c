// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/device.h"

#include "drivers/msi/discover.h"

/*
 * Words 0 and 1 count as read. Words 2 and 3 exist since 1.4: a device that ignores all but the low bits of
 * DeviceFeaturesSel shows word 0 or 1 again, and a driver must not take that for features. So a word that repeats word
 * 0 or 1 counts as 0 here; the check of word 2 judges the device for it.
 */
static void read_offered(struct device *device)
{
	struct transport *transport = &device->transport;
	uint32_t again;

	device->offered = NO_FEATURES;
	device->offered.word[0] = transport_offered(transport, 0);
	if (transport_is_legacy(transport))
		return;
	device->offered.word[1] = transport_offered(transport, 1);
	for (unsigned i = 2; i < FEATURE_WORDS; i++) {
		again = transport_offered(transport, i);
		if (again != device->offered.word[0] && again != device->offered.word[1])
			device->offered.word[i] = again;
	}
}

/*
 * For a device that shows no virtqueue: it may do so only once the features are negotiated. Only then, because a VMM
 * may refuse the reset that ends an initialisation.
 */
static void negotiate_and_scan(struct device *device)
{
	device_greet(device);
	(void)device_negotiate(device, NO_FEATURES);
	if (!device->unusable)
		device->unusable = device_reset(device);
}

enum transport_identity device_discover(struct device *device)
{
	enum transport_identity identity = transport_identify(&device->transport);

	if (identity != TRANSPORT_DEVICE)
		return identity;
	device->type = device_type_of(device->transport.device_id);
	device->discovery++;
	device->odd_length.came = device->odd_length_told = false;
	device->served = 0;
	device->damage_count = 0;
	device->least = NO_FEATURES;
	device->least_told = false;
	device->negotiated = device->searched = false;
	device->refusal = DRIVER_NO_ERROR;
	device->queue_count = 0;
	/* Discovery only looks and leaves Status at 0, because a VMM may refuse the reset that would end an
	 * initialisation: Dragonball refuses it in the middle, Firecracker after the end. */
	device->unusable = device_reset(device);
	read_offered(device);
	device_scan_queues(device);
	msi_discover(device);
	if (!device->queue_count && !device->unusable && !transport_is_legacy(&device->transport))
		negotiate_and_scan(device);
	return identity;
}
