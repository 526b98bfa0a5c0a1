/* SPDX-License-Identifier: BSD-2-Clause */
/* Device types (chapter 5) and the feature bits of every type (chapter 6) of virtio 1.4; a type's own bits are in its
 * own header. Data, no code. */
#ifndef DRIVERS_SPEC_FEATURES_H
#define DRIVERS_SPEC_FEATURES_H

enum virtio_device_id {
	VIRTIO_ID_NETWORK = 1,
	VIRTIO_ID_BLOCK = 2,
	VIRTIO_ID_CONSOLE = 3,
	VIRTIO_ID_ENTROPY = 4,
	VIRTIO_ID_BALLOON = 5,
	VIRTIO_ID_SCSI = 8,
	VIRTIO_ID_9P = 9,
	VIRTIO_ID_GPU = 16,
	VIRTIO_ID_INPUT = 18,
	VIRTIO_ID_SOCKET = 19,
	VIRTIO_ID_CRYPTO = 20,
	VIRTIO_ID_IOMMU = 23,
	VIRTIO_ID_MEMORY = 24,
	VIRTIO_ID_SOUND = 25,
	VIRTIO_ID_FILE_SYSTEM = 26,
	VIRTIO_ID_PMEM = 27,
};

/* 6 Reserved Feature Bits; and 6.3, legacy */
enum virtio_feature {
	VIRTIO_F_NOTIFY_ON_EMPTY = 24, /* legacy */
	VIRTIO_F_ANY_LAYOUT = 27,      /* legacy */
	VIRTIO_F_INDIRECT_DESC = 28,
	VIRTIO_F_EVENT_IDX = 29,
	VIRTIO_F_UNUSED = 30, /* legacy; never negotiated */
	VIRTIO_F_VERSION_1 = 32,
	VIRTIO_F_ACCESS_PLATFORM = 33,
	VIRTIO_F_RING_PACKED = 34,
	VIRTIO_F_IN_ORDER = 35,
	VIRTIO_F_ORDER_PLATFORM = 36,
	VIRTIO_F_SR_IOV = 37,
	VIRTIO_F_NOTIFICATION_DATA = 38,
	VIRTIO_F_NOTIF_CONFIG_DATA = 39,
	VIRTIO_F_RING_RESET = 40,
	VIRTIO_F_ADMIN_VQ = 41,
	VIRTIO_F_SUSPEND = 43,
};

#endif
