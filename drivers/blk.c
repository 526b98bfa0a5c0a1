// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/blk.h"

#include "drivers/dma.h"
#include "drivers/types.h"

uint64_t blk_capacity(struct device *device)
{
	return config_read64(&device->transport, VIRTIO_BLK_CONFIG_CAPACITY);
}

const char *blk_make(struct blk_request *blk, uint32_t type, uint64_t sector, uint32_t size, bool device_writes)
{
	struct request *request = &blk->request;

	blk->header = dma_alloc(sizeof(*blk->header), 8);
	blk->data = size ? dma_alloc(size, 8) : NULL;
	blk->status = dma_alloc(1, 1);
	if (!blk->header || (size && !blk->data) || !blk->status)
		return dma_exhausted;
	*blk->header = (struct virtio_blk_header){ .type = type, .sector = sector };
	*blk->status = BLK_STATUS_UNWRITTEN;

	request->count = 0;
	request->segments[request->count++] = (struct segment){ .data = blk->header, .size = sizeof(*blk->header) };
	if (size)
		request->segments[request->count++] =
			(struct segment){ .data = blk->data, .size = size, .writable = device_writes };
	request->segments[request->count++] =
		(struct segment){ .data = (void *)(uintptr_t)blk->status, .size = 1, .writable = true };
	request->answer = size && device_writes ? blk->data : (uint8_t *)(uintptr_t)blk->status;
	request->least = request->most = (device_writes ? size : 0) + 1;
	return NULL;
}

const char *blk_send(struct device *device, struct blk_request *blk, uint32_t *length)
{
	struct virtqueue *queue = device_request_queue(device);
	struct completion completion;
	const char *wrong = device_add_request(device, &blk->request, NULL);

	if (wrong)
		return wrong;
	virtqueue_kick(queue);
	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns))
		return "no answer: the request did not come back";
	if (virtqueue_pop(queue, &completion, &wrong) != VIRTQUEUE_POPPED)
		return wrong;
	if (completion.token != &blk->request)
		return "another request came back";
	*length = completion.length;
	return NULL;
}

static unsigned queues_used(const struct device *device)
{
	(void)device; /* MQ is never accepted by the common driver; its checks set the queues up themselves */
	return 1;
}

/* Reads one sector, or the device's name where there is no sector. */
static const char *make_request(struct device *device, struct request *request)
{
	uint64_t capacity = blk_capacity(device), tag = request->tag;
	struct blk_request blk;
	const char *wrong;

	wrong = capacity ? blk_make(&blk, VIRTIO_BLK_T_IN, tag % capacity, VIRTIO_BLK_SECTOR, true)
			 : blk_make(&blk, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	*request = blk.request;
	request->tag = tag;
	return wrong;
}

static const char *check_answer(struct device *device, const struct request *request, uint32_t length)
{
	const struct segment *last = &request->segments[request->count - 1];

	(void)device;
	(void)length;
	switch (((const volatile uint8_t *)last->data)[last->size - 1]) {
	case VIRTIO_BLK_S_OK:
		return NULL;
	case BLK_STATUS_UNWRITTEN:
		return "the status byte was not written";
	case VIRTIO_BLK_S_IOERR:
		return "status IOERR for a read inside the capacity";
	default:
		return "status of a read is neither OK nor IOERR";
	}
}

const struct device_type blk_type = {
	.id = VIRTIO_ID_BLOCK,
	.prefix = "blk",
	.title = "block device",
	.queues_used = queues_used,
	.request_queue = 0,
	.make_request = make_request,
	.check_answer = check_answer,
};
