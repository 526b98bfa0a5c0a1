/* SPDX-License-Identifier: BSD-2-Clause */
/* Split virtqueues in memory: virtio 1.4, section 2.7. Little-endian (legacy: the guest's own order). Data, no code. */
#ifndef DRIVERS_SPEC_VIRTQUEUE_H
#define DRIVERS_SPEC_VIRTQUEUE_H

#include <stdint.h>

/* 2.7.5 The Virtqueue Descriptor Table; aligned to 16 */
struct virtq_desc {
	uint64_t address;
	uint32_t length;
	uint16_t flags;
	uint16_t next;
};
enum {
	VIRTQ_DESC_F_NEXT = 1,
	VIRTQ_DESC_F_WRITE = 2, /* the device writes; else it reads */
	VIRTQ_DESC_F_INDIRECT = 4,
};

/* 2.7.6 The Virtqueue Available Ring; aligned to 2; used_event follows ring[size] */
struct virtq_avail {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[];
};
enum { VIRTQ_AVAIL_F_NO_INTERRUPT = 1 };

/* 2.7.8 The Virtqueue Used Ring; aligned to 4; avail_event follows ring[size] */
struct virtq_used_element {
	uint32_t id;
	uint32_t length;
};
struct virtq_used {
	uint16_t flags;
	uint16_t index;
	struct virtq_used_element ring[];
};
enum { VIRTQ_USED_F_NO_NOTIFY = 1 };

enum {
	VIRTQ_DESC_ALIGN = 16,
	VIRTQ_AVAIL_ALIGN = 2,
	VIRTQ_USED_ALIGN = 4,
	VIRTQ_SIZE_MAX = 32768, /* 2.7: a power of two, at most this */
};

/* Bytes of each part for a queue of SIZE entries, with the event field at its end. */
#define VIRTQ_DESC_BYTES(SIZE)	(16u * (SIZE))
#define VIRTQ_AVAIL_BYTES(SIZE) (6u + 2u * (SIZE))
#define VIRTQ_USED_BYTES(SIZE)	(6u + 8u * (SIZE))

#endif
