// SPDX-License-Identifier: BSD-2-Clause
/* Entropy device (5.4): a request is a writable buffer, the answer is at least one random byte in it. */
#include "drivers/dma.h"
#include "drivers/request.h"
#include "drivers/types/types.h"

enum { RNG_BUFFER = 32 };

static uint32_t queues_at_most(struct device *device)
{
	(void)device;
	return 1;
}

static enum driver_error make_sized_request(struct device *device, struct request *request, uint32_t bytes)
{
	uint8_t *buffer = dma_alloc(bytes, 1);

	(void)device;
	if (!buffer)
		return DRIVER_DMA_EXHAUSTED;
	request->segments[0] = (struct segment){ .data = buffer, .size = bytes, .writable = true };
	request->count = 1;
	request->answer = buffer;
	request->least = 0; /* 5.4.6.2 asks for one or more, which is for the checks of the type */
	request->most = bytes;
	return DRIVER_NO_ERROR;
}

static enum driver_error make_request(struct device *device, struct request *request)
{
	return make_sized_request(device, request, RNG_BUFFER);
}

/* Asks for a single byte. */
static enum driver_error make_quick_request(struct device *device, struct request *request)
{
	enum driver_error error = make_request(device, request);

	request->segments[0].size = 1;
	return error;
}

const struct device_type rng_type = {
	.id = VIRTIO_ID_ENTROPY,
	.prefix = "rng",
	.title = "entropy device",
	.features_complete = true, /* 5.4.3: there are none */
	.queues_at_most = queues_at_most,
	.request_queue = 0,
	.make_request = make_request,
	.answers = true,
	.make_quick_request = make_quick_request,
	.make_sized_request = make_sized_request,
	.sized = "random bytes",
	.not_by_gigabytes = "the device may take 4 GiB of its host's memory and fill them",
	.depth = 2,
};
