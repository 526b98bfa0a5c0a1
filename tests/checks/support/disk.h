/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the checks of block devices: requests that must come back, and a part of the disk to write to.
 *
 * SAFETY. The disk may be a real one with data on it. Checks that write touch only the last blocks of the disk, as many
 * as they open. disk_open() saves them first, and after a reset of the device they are restored, however the check
 * ended: by an assertion, a trap, or its deadline. A write that a broken device could put elsewhere is chosen so that
 * it does no harm there: a sector number that wraps around or loses its high bits lands in the same blocks, and a write
 * past the end carries what the first block of the disk holds. Only the checks that a read-only disk refuses writes
 * ever write to a disk that offers RO. Two risks remain: a guest that dies in the middle of such a check leaves its
 * pattern behind, and a device that reads wrong data gets that data written back.
 */
#ifndef TESTS_CHECKS_SUPPORT_DISK_H
#define TESTS_CHECKS_SUPPORT_DISK_H

#include "drivers/types/blk.h"
#include "tests/framework/check.h"

enum {
	DISK_BLOCKS = 16,	      /* what disk_open() opens */
	DISK_LARGE_BYTES = 256 << 10, /* what checks of large requests open: it is written back when they end */
	DISK_DESCRIPTORS = 3,	      /* of a request: header, data, status */
	DISK_UNDEFINED_TYPE = 77,
};

/* Starts the device with these features. */
void disk_start(struct run *t, struct device *d, struct features features);
/* The same with virtqueues of at most `size` entries. */
struct virtqueue *disk_start_sized(struct run *t, struct device *d, struct features features, uint16_t size);
/* blk_plain_features() and one more. */
struct features disk_plain_and(unsigned bit);

/* The request keeps size_max and seg_max; if it cannot, the check SKIPs. */
struct blk_request disk_make(struct run *t, uint32_t type, uint64_t sector, uint32_t size, bool device_writes);
/* Sends a request, which must come back. Returns its status; *length (may be null) is the used length. */
uint8_t disk_send(struct run *t, struct device *d, struct blk_request *blk, uint32_t *length);
/* The same for a request that no driver must send: SKIPs if the device answers with DEVICE_NEEDS_RESET. */
uint8_t disk_send_wrong(struct run *t, struct device *d, struct blk_request *blk);
/* The status of a request without data, or with data that does not matter. */
uint8_t disk_status_of(struct run *t, struct device *d, uint32_t type, uint64_t sector, uint32_t size,
		       bool device_writes);

/* The blocks that checks may use; valid after disk_open(). */
struct disk {
	uint32_t block;	  /* bytes of a logical block */
	uint32_t sectors; /* 512-byte sectors of a logical block */
	unsigned blocks;  /* how many */
	unsigned part;	  /* the most of them that one request may have by the device's limits */
	uint64_t first;	  /* sector where they start */
	uint64_t end;	  /* first sector behind them, and behind the last whole block of the disk */
	uint8_t *saved;	  /* what they held before the check */
	uint8_t *known;	  /* what they hold now, after disk_know() */
};
extern struct disk disk;

/* Starts the device and saves the blocks, which are restored after the check. SKIPs if the disk is too small. */
void disk_open(struct run *t, struct device *d, struct features features);
/* The same for checks that write to them. SKIPs if the disk is read-only. */
void disk_open_writable(struct run *t, struct device *d, struct features features);
/* The same for as many blocks as DISK_LARGE_BYTES hold, or fewer if the disk is smaller. */
void disk_open_large(struct run *t, struct device *d, struct features features);
void disk_open_large_writable(struct run *t, struct device *d, struct features features);

/*
 * Fills disk.known and makes sure that it tells position: writes fresh random data to all blocks, or, on a read-only
 * disk, reads them one by one. SKIPs if a read-only disk holds nothing that tells one block from another.
 */
void disk_know(struct run *t, struct device *d);

/*
 * A read or a write whose status was not OK: ends the check as a SKIP if the medium is to blame, that is, if one of
 * these blocks cannot be read or written by itself. `bytes` is what was to be written; NULL for a read.
 */
void disk_medium(struct run *t, struct device *d, uint64_t sector, uint32_t size, const uint8_t *bytes);
/* The status of a read or write is OK. If not, and the medium is not to blame, the check FAILs and ends. */
void disk_require_served(struct run *t, struct device *d, uint8_t status, uint64_t sector, uint32_t size,
			 const uint8_t *bytes, const char *what);

uint64_t disk_sector(unsigned block);
/* Writes fresh random bytes to `blocks` blocks, and returns them. */
const uint8_t *disk_write_pattern(struct run *t, struct device *d, unsigned block, unsigned blocks);
/* Reads them to memory of the caller. */
void disk_read_to(struct run *t, struct device *d, unsigned block, unsigned blocks, uint8_t *bytes);
const uint8_t *disk_read(struct run *t, struct device *d, unsigned block, unsigned blocks);
/* The blocks hold what disk.known says. Reads them in requests of moderate size. */
void disk_expect_known(struct run *t, struct device *d, unsigned block, unsigned blocks, const char *what);
bool disk_expect_same(struct run *t, const uint8_t *got, const uint8_t *want, uint32_t size, const char *what);

/*
 * A request in pieces, each in memory of its own, so that a device that reads or writes past a descriptor is caught.
 * Readable pieces come first.
 */
struct pieces {
	struct segment *segments;
	unsigned count, room;
	bool indirect; /* all descriptors are in an indirect table */
};
struct pieces disk_pieces(struct run *t, unsigned room);
/* Adds a piece at a multiple of `align` and `offset` bytes more. Returns its memory. `bytes` may be NULL. */
uint8_t *disk_add_piece(struct run *t, struct pieces *pieces, const uint8_t *bytes, uint32_t size, bool writable,
			uint32_t align, uint32_t offset);
/* Joins the bytes of the writable pieces. */
void disk_gather(const struct pieces *pieces, uint8_t *bytes);
/* Adds it to a virtqueue without publishing it; the token is the pieces. */
void disk_add(struct run *t, struct virtqueue *queue, struct pieces *pieces);

/* A read or a write, and how it is cut and placed. */
struct transfer {
	uint32_t type;
	uint64_t sector;
	uint32_t size;
	const uint32_t *sizes; /* of the pieces of the data; the rest, if there is any, is one more piece */
	unsigned count;
	uint32_t align, offset; /* of each piece of data: a multiple of `align` (0: 8) and `offset` bytes more */
	bool indirect;
	bool joined; /* modern layout: header and first piece of a write, or last piece and status of a read, are one */
};
/*
 * Carries out a transfer: reads to `bytes`, or writes them. Returns the status. SKIPs if the device is too small for
 * it, by seg_max, size_max or the size of its virtqueue.
 */
uint8_t disk_transfer(struct run *t, struct device *d, const struct transfer *transfer, uint8_t *bytes);
/* Can the device take such a transfer? */
bool disk_can_transfer(struct device *d, const struct transfer *transfer);

#endif
