/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the checks of block devices: requests that must come back, and a part of the disk to write to.
 *
 * SAFETY. The disk may be a real one with data on it. Checks that write touch only the last DISK_BLOCKS logical blocks;
 * disk_open() saves them first, and after a reset of the device they are restored, however the check ended: by an
 * assertion, a trap, or its deadline. A write that a broken device could put elsewhere is chosen so that it does no
 * harm there: a sector number that wraps around or loses its high bits lands in the same blocks, and a write past the
 * end carries what the first block of the disk holds. Only the check that a read-only disk refuses writes ever writes
 * to a disk that offers RO. Two risks remain: a guest that dies in the middle of such a check leaves its pattern
 * behind, and a device that reads wrong data gets that data written back.
 */
#ifndef TESTS_CHECKS_SUPPORT_DISK_H
#define TESTS_CHECKS_SUPPORT_DISK_H

#include "drivers/types/blk.h"
#include "tests/framework/check.h"

enum {
	DISK_BLOCKS = 16,
	DISK_BLOCK_MAX = 4096, /* bytes of a logical block, for the checks that write */
	DISK_DESCRIPTORS = 3,  /* of a request: header, data, status */
	DISK_UNDEFINED_TYPE = 77,
};

/* Starts the device with these features. */
void disk_start(struct run *t, struct device *d, struct features features);
/* blk_plain_features() and one more. */
struct features disk_plain_and(unsigned bit);

struct blk_request disk_make(struct run *t, uint32_t type, uint64_t sector, uint32_t size, bool device_writes);
/* Sends a request, which must come back. Returns its status; *length (may be null) is the used length. */
uint8_t disk_send(struct run *t, struct device *d, struct blk_request *blk, uint32_t *length);
/* The status of a request without data, or with data that does not matter. */
uint8_t disk_status_of(struct run *t, struct device *d, uint32_t type, uint64_t sector, uint32_t size,
		       bool device_writes);

/* The blocks that checks may use; valid after disk_open(). */
struct disk {
	uint32_t block;	  /* bytes of a logical block */
	uint32_t sectors; /* 512-byte sectors of a logical block */
	uint64_t first;	  /* sector where they start */
	uint64_t end;	  /* first sector behind them, and behind the last whole block of the disk */
	uint8_t saved[DISK_BLOCKS * DISK_BLOCK_MAX]; /* what they held before the check */
};
extern struct disk disk;

/* Starts the device and saves the blocks, which are restored after the check. SKIPs if the disk is too small. */
void disk_open(struct run *t, struct device *d, struct features features);
/* The same for checks that write to them. SKIPs if the disk is read-only. */
void disk_open_writable(struct run *t, struct device *d, struct features features);

uint64_t disk_sector(unsigned block);
/* Writes fresh random bytes to `blocks` blocks, and returns them. */
const uint8_t *disk_write_pattern(struct run *t, struct device *d, unsigned block, unsigned blocks);
const uint8_t *disk_read(struct run *t, struct device *d, unsigned block, unsigned blocks);
void disk_expect_same(struct run *t, const uint8_t *got, const uint8_t *want, uint32_t size, const char *what);

#endif
