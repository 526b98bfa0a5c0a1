/* SPDX-License-Identifier: BSD-2-Clause */
/* Block device: virtio 1.4, section 5.2. Data, no code. */
#ifndef DRIVERS_SPEC_BLK_H
#define DRIVERS_SPEC_BLK_H

#include <stdint.h>

/* 5.2.4: offsets in the configuration space, with the width of the field in bytes and the feature that brings it */
enum virtio_blk_config {
	VIRTIO_BLK_CONFIG_CAPACITY = 0x00,            /* 8  sectors of 512 bytes */
	VIRTIO_BLK_CONFIG_SIZE_MAX = 0x08,            /* 4  SIZE_MAX */
	VIRTIO_BLK_CONFIG_SEG_MAX = 0x0c,             /* 4  SEG_MAX */
	VIRTIO_BLK_CONFIG_CYLINDERS = 0x10,           /* 2  GEOMETRY */
	VIRTIO_BLK_CONFIG_HEADS = 0x12,               /* 1  GEOMETRY */
	VIRTIO_BLK_CONFIG_SECTORS = 0x13,             /* 1  GEOMETRY */
	VIRTIO_BLK_CONFIG_BLK_SIZE = 0x14,            /* 4  BLK_SIZE */
	VIRTIO_BLK_CONFIG_PHYSICAL_BLOCK_EXP = 0x18,  /* 1  TOPOLOGY */
	VIRTIO_BLK_CONFIG_ALIGNMENT_OFFSET = 0x19,    /* 1  TOPOLOGY */
	VIRTIO_BLK_CONFIG_MIN_IO_SIZE = 0x1a,         /* 2  TOPOLOGY */
	VIRTIO_BLK_CONFIG_OPT_IO_SIZE = 0x1c,         /* 4  TOPOLOGY */
	VIRTIO_BLK_CONFIG_WRITEBACK = 0x20,           /* 1  CONFIG_WCE; writable */
	VIRTIO_BLK_CONFIG_UNUSED0 = 0x21,             /* 1 */
	VIRTIO_BLK_CONFIG_NUM_QUEUES = 0x22,          /* 2  MQ */
	VIRTIO_BLK_CONFIG_MAX_DISCARD_SECTORS = 0x24, /* 4  DISCARD */
	VIRTIO_BLK_CONFIG_MAX_DISCARD_SEG = 0x28,     /* 4  DISCARD */
	VIRTIO_BLK_CONFIG_DISCARD_ALIGNMENT = 0x2c,   /* 4  DISCARD */
	VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SECTORS = 0x30, /* 4  WRITE_ZEROES */
	VIRTIO_BLK_CONFIG_MAX_WRITE_ZEROES_SEG = 0x34,     /* 4  WRITE_ZEROES */
	VIRTIO_BLK_CONFIG_WRITE_ZEROES_MAY_UNMAP = 0x38,   /* 1  WRITE_ZEROES */
	VIRTIO_BLK_CONFIG_UNUSED1 = 0x39,                  /* 3 */
	VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SECTORS = 0x3c, /* 4  SECURE_ERASE */
	VIRTIO_BLK_CONFIG_MAX_SECURE_ERASE_SEG = 0x40,     /* 4  SECURE_ERASE */
	VIRTIO_BLK_CONFIG_SECURE_ERASE_ALIGNMENT = 0x44,   /* 4  SECURE_ERASE */
	VIRTIO_BLK_CONFIG_ZONE_SECTORS = 0x48,             /* 4  ZONED */
	VIRTIO_BLK_CONFIG_MAX_OPEN_ZONES = 0x4c,           /* 4  ZONED */
	VIRTIO_BLK_CONFIG_MAX_ACTIVE_ZONES = 0x50,         /* 4  ZONED */
	VIRTIO_BLK_CONFIG_MAX_APPEND_SECTORS = 0x54,       /* 4  ZONED */
	VIRTIO_BLK_CONFIG_WRITE_GRANULARITY = 0x58,        /* 4  ZONED */
	VIRTIO_BLK_CONFIG_ZONED_MODEL = 0x5c,              /* 1  ZONED */
	VIRTIO_BLK_CONFIG_UNUSED2 = 0x5d,                  /* 3 */
};

/* 5.2.6: a request is this header, data, and one status byte */
struct virtio_blk_header {
	uint32_t type;
	uint32_t reserved; /* legacy: ioprio */
	uint64_t sector;
};
enum virtio_blk_type {
	VIRTIO_BLK_T_IN = 0,
	VIRTIO_BLK_T_OUT = 1,
	VIRTIO_BLK_T_FLUSH = 4,
	VIRTIO_BLK_T_GET_ID = 8,
	VIRTIO_BLK_T_GET_LIFETIME = 10,
	VIRTIO_BLK_T_DISCARD = 11,
	VIRTIO_BLK_T_WRITE_ZEROES = 13,
	VIRTIO_BLK_T_SECURE_ERASE = 14,
	VIRTIO_BLK_T_ZONE_APPEND = 15,
	VIRTIO_BLK_T_ZONE_REPORT = 16,
	VIRTIO_BLK_T_ZONE_OPEN = 18,
	VIRTIO_BLK_T_ZONE_CLOSE = 20,
	VIRTIO_BLK_T_ZONE_FINISH = 22,
	VIRTIO_BLK_T_ZONE_RESET = 24,
	VIRTIO_BLK_T_ZONE_RESET_ALL = 26,
};
enum virtio_blk_status {
	VIRTIO_BLK_S_OK = 0,
	VIRTIO_BLK_S_IOERR = 1,
	VIRTIO_BLK_S_UNSUPP = 2,
};

/* Data of DISCARD, WRITE_ZEROES and SECURE_ERASE */
struct virtio_blk_range {
	uint64_t sector;
	uint32_t sectors;
	uint32_t flags;
};
enum { VIRTIO_BLK_RANGE_UNMAP = 1 };

enum {
	VIRTIO_BLK_SECTOR = 512,
	VIRTIO_BLK_ID_BYTES = 20,
};

#endif
