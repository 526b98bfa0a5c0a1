/* SPDX-License-Identifier: BSD-2-Clause */
/* Block device (5.2): requests for the checks of its chapter. */
#ifndef DRIVERS_BLK_H
#define DRIVERS_BLK_H

#include "drivers/request.h"
#include "drivers/spec/blk.h"

/* Size of the disk in sectors of 512 bytes. */
uint64_t blk_capacity(struct device *device);

/*
 * Bytes of a logical block: blk_size where it is offered and makes sense, else a sector. Any multiple of 512 bytes is a
 * legal request, but devices refuse less than a logical block; only the check of just that should notice.
 */
uint32_t blk_block(struct device *device);

/* What a plain driver of disks accepts where it is offered. */
struct features blk_plain_features(void);

/* One request in three segments at most: header, data, status. */
struct blk_request {
	struct virtio_blk_header *header;
	uint8_t *data;
	volatile uint8_t *status; /* BLK_STATUS_UNWRITTEN until the device writes it */
	struct request request;
};
enum { BLK_STATUS_UNWRITTEN = 0xee };

/*
 * Makes a request of any type in DMA memory: `size` bytes of data (0: none), readable or writable by the device. The
 * data is fresh: fill it before sending. request.least and most are those of a request that succeeds.
 */
enum driver_error blk_make(struct blk_request *blk, uint32_t type, uint64_t sector, uint32_t size, bool device_writes);

/* Sends it and waits for it. *length is the used length. The request's own status is in *blk->status. */
enum driver_error blk_send(struct device *device, struct blk_request *blk, uint32_t *length);

#endif
