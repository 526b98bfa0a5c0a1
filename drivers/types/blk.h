/* SPDX-License-Identifier: BSD-2-Clause */
/* Block device (5.2): requests for the checks of its chapter. */
#ifndef DRIVERS_BLK_H
#define DRIVERS_BLK_H

#include "drivers/request.h"
#include "drivers/spec/blk.h"

/* Size of the disk in sectors of 512 bytes. */
uint64_t blk_capacity(struct device *device);

/*
 * Bytes of a logical block: blk_size if it is offered and makes sense, else a sector. Any multiple of 512 bytes is a
 * legal request, but some devices refuse less than a logical block, and only the check of that rule should notice.
 */
uint32_t blk_block(struct device *device);

/* The features that a simple disk driver accepts if the device offers them. */
struct features blk_plain_features(void);

/* 5.2.4: the most bytes of a segment, and the most segments of a request that hold data, header and status aside.
 * UINT32_MAX: the device announces no limit. */
uint32_t blk_size_max(struct device *device);
uint32_t blk_seg_max(struct device *device);

/* One request: header, data, status, in three segments or fewer unless blk_keep_limits() cuts the data. */
struct blk_request {
	struct virtio_blk_header *header;
	uint8_t *data;
	volatile uint8_t *status; /* BLK_STATUS_UNWRITTEN until the device writes it */
	struct request request;
};
enum { BLK_STATUS_UNWRITTEN = 0xee };

/*
 * Makes a request of any type in DMA memory: `size` bytes of data (0: none), readable or writable by the device. The
 * data is not filled in: fill it before sending. request.least and most are set for a request that succeeds.
 */
enum driver_error blk_make(struct blk_request *blk, uint32_t type, uint64_t sector, uint32_t size, bool device_writes);

/*
 * Cuts the data into segments of size_max bytes, if the device announces a size_max that is smaller. The data stays in
 * one piece of memory. DRIVER_SEGMENTS_TOO_SMALL: the request cannot keep size_max and seg_max.
 */
enum driver_error blk_keep_limits(struct device *device, struct blk_request *blk);

/* Sends the request and waits for its answer. *length is the used length; the status byte is *blk->status. */
enum driver_error blk_send(struct device *device, struct blk_request *blk, uint32_t *length);

#endif
