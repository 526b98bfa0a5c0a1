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

static uint32_t limit(struct device *device, unsigned feature, uint32_t field)
{
	const uint32_t value = device_offers(device, feature) ? config_read(&device->transport, field, 4) : 0;

	return value ? value : UINT32_MAX; /* a limit of 0 cannot be meant */
}

uint32_t blk_size_max(struct device *device)
{
	return limit(device, VIRTIO_BLK_F_SIZE_MAX, VIRTIO_BLK_CONFIG_SIZE_MAX);
}

uint32_t blk_seg_max(struct device *device)
{
	return limit(device, VIRTIO_BLK_F_SEG_MAX, VIRTIO_BLK_CONFIG_SEG_MAX);
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

enum driver_error blk_make(struct blk_request *blk, uint32_t type, uint64_t sector, uint32_t size, bool device_writes)
{
	struct request *request = &blk->request;

	blk->header = dma_alloc(sizeof(*blk->header), 8);
	blk->data = size ? dma_alloc(size, 8) : NULL;
	blk->status = dma_alloc(1, 1);
	if (!blk->header || (size && !blk->data) || !blk->status)
		return DRIVER_DMA_EXHAUSTED;
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
	return DRIVER_NO_ERROR;
}

enum driver_error blk_keep_limits(struct device *device, struct blk_request *blk)
{
	enum { OTHERS = 2 }; /* header and status */
	struct request *request = &blk->request;
	struct segment data = request->segments[1], status = request->segments[request->count - 1];
	const uint32_t most = blk_size_max(device);
	unsigned pieces;

	if (request->count <= OTHERS || data.size <= most)
		return DRIVER_NO_ERROR;
	pieces = (data.size - 1) / most + 1;
	if (pieces > REQUEST_SEGMENTS - OTHERS || pieces > blk_seg_max(device))
		return DRIVER_SEGMENTS_TOO_SMALL;
	request->count = 1;
	for (uint32_t at = 0; at < data.size; at += most)
		request->segments[request->count++] = (struct segment){
			.data = (uint8_t *)data.data + at,
			.size = data.size - at < most ? data.size - at : most,
			.writable = data.writable,
		};
	request->segments[request->count++] = status;
	return DRIVER_NO_ERROR;
}

enum driver_error blk_send(struct device *device, struct blk_request *blk, uint32_t *length)
{
	struct virtqueue *queue = device_request_queue(device);
	struct completion completion;
	enum driver_error error = device_add_request(device, &blk->request, NULL);

	if (error)
		return error;
	virtqueue_kick(queue);
	if (!WAIT_UNTIL(virtqueue_used_waiting(queue), device_patience_ns))
		return DRIVER_BLK_NO_ANSWER;
	if (virtqueue_pop(queue, &completion, &error) != VIRTQUEUE_POPPED)
		return error;
	if (completion.token != &blk->request)
		return DRIVER_BLK_OTHER_REQUEST;
	*length = completion.said;
	return DRIVER_NO_ERROR;
}

/* 5.2.3 */
static const struct feature_bit features[] = {
	FEATURE_BIT(BLK, BARRIER, LEGACY),   FEATURE_BIT(BLK, SIZE_MAX, ANY), FEATURE_BIT(BLK, SEG_MAX, ANY),
	FEATURE_BIT(BLK, GEOMETRY, ANY),     FEATURE_BIT(BLK, RO, ANY),	      FEATURE_BIT(BLK, BLK_SIZE, ANY),
	FEATURE_BIT(BLK, SCSI, LEGACY),	     FEATURE_BIT(BLK, FLUSH, ANY),    FEATURE_BIT(BLK, TOPOLOGY, ANY),
	FEATURE_BIT(BLK, CONFIG_WCE, ANY),   FEATURE_BIT(BLK, MQ, ANY),	      FEATURE_BIT(BLK, DISCARD, ANY),
	FEATURE_BIT(BLK, WRITE_ZEROES, ANY), FEATURE_BIT(BLK, LIFETIME, ANY), FEATURE_BIT(BLK, SECURE_ERASE, ANY),
	FEATURE_BIT(BLK, ZONED, ANY),
};

/* 5.2.5.2: a device that offers CONFIG_WCE MUST offer FLUSH */
static const struct feature_dependency dependencies[] = {
	FEATURE_NEEDS(BLK, CONFIG_WCE, FLUSH),
};

enum { SECTORS_MAX_HIGH = (1u << 23) - 1 }; /* 2^64 bytes are 2^55 sectors */

/* 5.2.4, without writeback, which a driver may not read before FEATURES_OK (5.2.5.1) */
#define FIELD(NAME, OFFSET, WIDTH, FEATURE, ...)                                                                    \
	{                                                                                                           \
		.name = NAME, .offset = VIRTIO_BLK_CONFIG_##OFFSET, .width = WIDTH, .feature = FEATURE, __VA_ARGS__ \
	}
static const struct config_field fields[] = {
	FIELD("capacity (low)", CAPACITY, 4, FIELD_ALWAYS, .changes = true),
	FIELD("capacity (high)", CAPACITY + 4, 4, FIELD_ALWAYS, .changes = true, .most = SECTORS_MAX_HIGH,
	      .because = "the disk is smaller than 2^64 bytes"),
	FIELD("size_max", SIZE_MAX, 4, VIRTIO_BLK_F_SIZE_MAX),
	FIELD("seg_max", SEG_MAX, 4, VIRTIO_BLK_F_SEG_MAX),
	FIELD("cylinders", CYLINDERS, 2, VIRTIO_BLK_F_GEOMETRY),
	FIELD("heads", HEADS, 1, VIRTIO_BLK_F_GEOMETRY),
	FIELD("sectors", SECTORS, 1, VIRTIO_BLK_F_GEOMETRY),
	FIELD("blk_size", BLK_SIZE, 4, VIRTIO_BLK_F_BLK_SIZE),
	FIELD("physical_block_exp", PHYSICAL_BLOCK_EXP, 1, VIRTIO_BLK_F_TOPOLOGY),
	FIELD("alignment_offset", ALIGNMENT_OFFSET, 1, VIRTIO_BLK_F_TOPOLOGY),
	FIELD("min_io_size", MIN_IO_SIZE, 2, VIRTIO_BLK_F_TOPOLOGY),
	FIELD("opt_io_size", OPT_IO_SIZE, 4, VIRTIO_BLK_F_TOPOLOGY),
	FIELD("num_queues", NUM_QUEUES, 2, VIRTIO_BLK_F_MQ, .queues_each = 1),
	FIELD("max_discard_sectors", MAX_DISCARD_SECTORS, 4, VIRTIO_BLK_F_DISCARD),
	FIELD("max_discard_seg", MAX_DISCARD_SEG, 4, VIRTIO_BLK_F_DISCARD),
	FIELD("discard_sector_alignment", DISCARD_ALIGNMENT, 4, VIRTIO_BLK_F_DISCARD),
	FIELD("max_write_zeroes_sectors", MAX_WRITE_ZEROES_SECTORS, 4, VIRTIO_BLK_F_WRITE_ZEROES),
	FIELD("max_write_zeroes_seg", MAX_WRITE_ZEROES_SEG, 4, VIRTIO_BLK_F_WRITE_ZEROES),
	FIELD("write_zeroes_may_unmap", WRITE_ZEROES_MAY_UNMAP, 1, VIRTIO_BLK_F_WRITE_ZEROES),
	FIELD("max_secure_erase_sectors", MAX_SECURE_ERASE_SECTORS, 4, VIRTIO_BLK_F_SECURE_ERASE),
	FIELD("max_secure_erase_seg", MAX_SECURE_ERASE_SEG, 4, VIRTIO_BLK_F_SECURE_ERASE),
	FIELD("secure_erase_sector_alignment", SECURE_ERASE_ALIGNMENT, 4, VIRTIO_BLK_F_SECURE_ERASE),
	FIELD("zone_sectors", ZONE_SECTORS, 4, VIRTIO_BLK_F_ZONED),
	FIELD("max_open_zones", MAX_OPEN_ZONES, 4, VIRTIO_BLK_F_ZONED),
	FIELD("max_active_zones", MAX_ACTIVE_ZONES, 4, VIRTIO_BLK_F_ZONED),
	FIELD("max_append_sectors", MAX_APPEND_SECTORS, 4, VIRTIO_BLK_F_ZONED),
	FIELD("write_granularity", WRITE_GRANULARITY, 4, VIRTIO_BLK_F_ZONED),
	FIELD("model", ZONED_MODEL, 1, VIRTIO_BLK_F_ZONED),
};

static uint32_t queues_at_most(struct device *device)
{
	return device_offers(device, VIRTIO_BLK_F_MQ) ? config_read(&device->transport, VIRTIO_BLK_CONFIG_NUM_QUEUES, 2)
						      : 1;
}

/* 5.2.5.2: a host-managed device refuses drivers that do not accept ZONED. */
static enum driver_error not_driven(struct device *device)
{
	enum { HOST_MANAGED = 1 };

	return device_offers(device, VIRTIO_BLK_F_ZONED) &&
			       config_read(&device->transport, VIRTIO_BLK_CONFIG_ZONED_MODEL, 1) == HOST_MANAGED
		       ? DRIVER_HOST_MANAGED
		       : DRIVER_FEATURES_REFUSED;
}

/* Puts the data and the status of a read into one segment, for virtqueues that are too small for three. */
static enum driver_error join(struct blk_request *blk)
{
	struct request *request = &blk->request;
	struct segment *data = &request->segments[1];
	uint8_t *both;

	if (request->count > 3)
		return DRIVER_SEGMENTS_TOO_SMALL;
	both = dma_alloc(data->size + 1, 8);

	if (!both)
		return DRIVER_DMA_EXHAUSTED;
	both[data->size] = BLK_STATUS_UNWRITTEN;
	*data = (struct segment){ .data = both, .size = data->size + 1, .writable = true };
	request->count = 2;
	request->answer = both;
	return DRIVER_NO_ERROR;
}

/*
 * Reads one logical block, or the device's ID if the disk has no block.
 */
static enum driver_error make_request(struct device *device, struct request *request)
{
	uint32_t block = blk_block(device), sectors = block / VIRTIO_BLK_SECTOR;
	uint64_t blocks = blk_capacity(device) / sectors, tag = request->tag;
	struct blk_request blk = { 0 };
	enum driver_error error;

	error = blocks ? blk_make(&blk, VIRTIO_BLK_T_IN, tag % blocks * sectors, block, true)
		       : blk_make(&blk, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);
	if (!error && blocks)
		error = blk_keep_limits(device, &blk);
	if (!error && !transport_is_legacy(&device->transport) && device->queue_max[0] == 2)
		error = join(&blk);
	*request = blk.request;
	request->tag = tag;
	return error;
}

static enum driver_error check_answer(struct device *device, const struct request *request, uint32_t length)
{
	const struct segment *last = &request->segments[request->count - 1];

	(void)device;
	(void)length;
	switch (((const volatile uint8_t *)last->data)[last->size - 1]) {
	case VIRTIO_BLK_S_OK:
		return DRIVER_NO_ERROR;
	case BLK_STATUS_UNWRITTEN:
		return DRIVER_BLK_STATUS_UNWRITTEN;
	case VIRTIO_BLK_S_IOERR:
		return DRIVER_BLK_STATUS_IOERR;
	default:
		return DRIVER_BLK_STATUS_UNKNOWN;
	}
}

/* Asks for the device's ID, which costs no access to the disk. */
static enum driver_error make_quick_request(struct device *device, struct request *request)
{
	struct blk_request blk = { 0 };
	enum driver_error error = blk_make(&blk, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLK_ID_BYTES, true);

	(void)device;
	*request = blk.request;
	return error;
}

/* Reads from the beginning of the disk. */
static enum driver_error make_sized_request(struct device *device, struct request *request, uint32_t bytes)
{
	struct blk_request blk = { 0 };
	enum driver_error error = blk_make(&blk, VIRTIO_BLK_T_IN, 0, bytes, true);

	if (!error)
		error = blk_keep_limits(device, &blk);
	*request = blk.request;
	return error;
}

static bool large_requests(struct device *device)
{
	enum { USUAL = 4096 };

	return blk_block(device) > USUAL;
}

const struct device_type blk_type = {
	.id = VIRTIO_ID_BLOCK,
	.prefix = "blk",
	.title = "block device",
	.features = LIST(features),
	.features_complete = true,
	.dependencies = LIST(dependencies),
	.not_driven = not_driven,
	.fields = LIST(fields),
	.writable = { VIRTIO_BLK_CONFIG_WRITEBACK, VIRTIO_BLK_F_CONFIG_WCE, 1, 0 },
	.queues_at_most = queues_at_most,
	.request_queue = 0,
	/* A driver that wants one virtqueue never accepts this. */
	.multiqueue = { { 1u << VIRTIO_BLK_F_MQ } },
	/* 5.2.5.2: a host-managed disk must not go on without it. */
	.may_insist = { { 1u << VIRTIO_BLK_F_ZONED } },
	.make_request = make_request,
	.check_answer = check_answer,
	.answers = true,
	.make_quick_request = make_quick_request,
	.make_sized_request = make_sized_request,
	.sized = "bytes of the disk",
	.large_requests = large_requests,
	.segment_bytes_max = blk_size_max,
	.answer_segments_max = blk_seg_max,
	.depth = 3,
};
