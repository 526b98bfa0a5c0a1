// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/quirks.h"

static const struct quirk quirks[] = {
	/*
	 * kvmtool takes QueueSizeMax for the size of a virtqueue, whatever QueueSize says: with any other size it
	 * writes to memory that is not the virtqueue's. This is in its source at commit b48735e: init_vq() of each
	 * device passes a constant to virtio_init_device_vq(), and set_size_vq() does not store the size, as a
	 * comment there admits (docs/findings.md).
	 */
	{
		.vmm = "kvmtool",
		.vendor_id = 0x4d564b4c, /* "LKVM" */
		.whole_queues = true,
		.judged_by = (const char *const[]){ "mmio-table-07", "mmio-leg-06", NULL },
	},
};

const struct quirk *quirk_of(const struct device *device)
{
	for (size_t i = 0; i < sizeof(quirks) / sizeof(quirks[0]); i++)
		if (quirks[i].vendor_id == device->transport.vendor_id)
			return &quirks[i];
	return NULL;
}
