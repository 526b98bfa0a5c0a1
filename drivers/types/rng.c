// SPDX-License-Identifier: BSD-2-Clause
/* Entropy device (5.4): a request is a writable buffer, the answer is at least one random byte in it. */
#include "drivers/dma.h"
#include "drivers/types/types.h"

enum { RNG_BUFFER = 32 };

static unsigned queues_used(const struct device *device)
{
	(void)device;
	return 1;
}

static const char *make_request(struct device *device, struct request *request)
{
	uint8_t *buffer = dma_alloc(RNG_BUFFER, 1);

	(void)device;
	if (!buffer)
		return dma_exhausted;
	request->segments[0] = (struct segment){ .data = buffer, .size = RNG_BUFFER, .writable = true };
	request->count = 1;
	request->answer = buffer;
	request->least = 1; /* 5.4.6.2: one or more bytes */
	request->most = RNG_BUFFER;
	return NULL;
}

const struct device_type rng_type = {
	.id = VIRTIO_ID_ENTROPY,
	.prefix = "rng",
	.title = "entropy device",
	.queues_used = queues_used,
	.request_queue = 0,
	.make_request = make_request,
};
