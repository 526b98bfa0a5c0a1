// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/types/blk.h"

#include "drivers/dma.h"
#include "drivers/types/types.h"

uint64_t blk_capacity(struct device *device)
{
	return config_read64(&device->transport, VIRTIO_BLK_CONFIG_CAPACITY);
}

uint32_t blk_block(struct device *device)
{
	enum { LARGEST = 65536 };
	uint32_t size = VIRTIO_BLK_SECTOR;

	if (device_offers(device, VIRTIO_BLK_F_BLK_SIZE))
		size = config_read(&device->transport, VIRTIO_BLK_CONFIG_BLK_SIZE, 4);
	if (size < VIRTIO_BLK_SECTOR || size > LARGEST || (size & (size - 1)))
		return VIRTIO_BLK_SECTOR;
	return size;
}

struct features blk_plain_features(void)
{
	static const uint8_t bits[] = { VIRTIO_BLK_F_SIZE_MAX, VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_F_RO,
					VIRTIO_BLK_F_BLK_SIZE, VIRTIO_BLK_F_FLUSH };
	struct features features = NO_FEATURES;

	for (size_t i = 0; i < sizeof(bits); i++)
		features = features_with(features, bits[i]);
	return features;
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

/* Puts the data and the status of a read into one segment, for virtqueues that are too small for three. */
static const char *join(struct blk_request *blk)
{
	struct request *request = &blk->request;
	struct segment *data = &request->segments[1];
	uint8_t *both = dma_alloc(data->size + 1, 8);

	if (!both)
		return dma_exhausted;
	both[data->size] = BLK_STATUS_UNWRITTEN;
	*data = (struct segment){ .data = both, .size = data->size + 1, .writable = true };
	request->count = 2;
	request->answer = both;
	return NULL;
}

/*
 * Reads one logical block, or the device's name where there is none. On the legacy layout a device may have put any
 * length into the used entry (5.2.6.3).
 */
static const char *make_request(struct device *device, struct request *request)
{
	uint32_t block = blk_block(device), sectors = block / VIRTIO_BLK_SECTOR;
	uint64_t blocks = blk_capacity(device) / sectors, tag = request->tag;
	bool legacy = transport_is_legacy(&device->transport);
	struct blk_request blk = { 0 };
	const char *wrong;

	wrong = blocks ? blk_make(&blk, VIRTIO_BLK_T_IN, tag % blocks * sectors, block, true)
		       : blk_make(&blk, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	if (!wrong && !legacy && device->queue_max[0] == 2)
		wrong = join(&blk);
	*request = blk.request;
	request->tag = tag;
	if (legacy)
		request->least = 0;
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
