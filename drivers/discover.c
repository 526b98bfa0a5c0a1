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

static void scan_queues(struct device *device)
{
	struct transport *transport = &device->transport;

	device->queue_count = 0;
	for (uint16_t i = 0; i < DEVICE_QUEUES_SCANNED; i++) {
		uint32_t max;

		transport_select_queue(transport, i);
		max = transport_queue_size_max(transport);
		if (!max)
			break;
		device->queue_max[i] = max > UINT16_MAX ? UINT16_MAX : (uint16_t)max;
		device->queue_count = (uint16_t)(i + 1);
	}
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
	/* Discovery only looks and leaves Status at 0, because a VMM may refuse the reset that would end an
	 * initialisation: Dragonball refuses it in the middle, Firecracker after the end. */
	device->unusable = device_reset(device);
	read_offered(device);
	scan_queues(device);
	msi_discover(device);
	return identity;
}
