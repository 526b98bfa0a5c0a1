/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message signalled interrupts on virtio-mmio: the registers of the layouts that others published, none of which was
 * ratified, and of our own. docs/mmio-msi.md tells where each comes from and what it means. Data, no code: both the
 * drivers and the model include it. "C" is an index: 0 for configuration changes, i + 1 for virtqueue i.
 */
#ifndef DRIVERS_SPEC_MSI_H
#define DRIVERS_SPEC_MSI_H

/* clang-format off */

/*
 * draft3: specification draft "version 3", December 2019; dragonball: the layout that Dragonball ships since 2022.
 * offset, name                            R/W  bits
 */
enum {
	VIRTIO_MSI3_STATUS       = 0x0c0, /* R    16   draft3: MsiStatus */
		VIRTIO_MSI3_STATUS_QUEUES   = 0x07ff, /* max_queue_num */
		VIRTIO_MSI3_STATUS_RESERVED = 0x7800,
		VIRTIO_MSI3_STATUS_ENABLED  = 0x8000,
	VIRTIO_MSI3_CSR          = 0x0c0, /* RW   16   dragonball: reads "can do", writes "do" */
		VIRTIO_MSI3_CSR_SUPPORTED   = 0x8000,
		VIRTIO_MSI3_CSR_ENABLED     = 0x8000,
	VIRTIO_MSI3_COMMAND      = 0x0c2, /* W    16   operation 15..12, argument 11..0 */
		VIRTIO_MSI3_UPDATE          = 0x1000, /* argument: C */
		VIRTIO_MSI3_ENABLE          = 0x2000, /* draft3; argument: 1 on, 0 off */
		VIRTIO_MSI3_MASK            = 0x2000, /* dragonball; argument: C */
		VIRTIO_MSI3_UNMASK          = 0x3000, /* dragonball; argument: C */
		VIRTIO_MSI3_OPERATION       = 0xf000,
		VIRTIO_MSI3_ARGUMENT        = 0x0fff,
	VIRTIO_MSI3_ADDRESS_LOW  = 0x0c4, /* W    32   staged */
	VIRTIO_MSI3_ADDRESS_HIGH = 0x0c8, /* W    32   staged */
	VIRTIO_MSI3_DATA         = 0x0cc, /* W    32   staged */
};

/* dragonball: VendorID */
enum {
	DRAGONBALL_VENDOR_MASK  = 0xffffff00u,
	DRAGONBALL_VENDOR       = 0xdbfcdb00u,
	DRAGONBALL_MSI          = 1u << 1,
	DRAGONBALL_QUEUE_NOTIFY = 1u << 2, /* an address for the notifications of each virtqueue */
};

/*
 * QueueNotify, read: where available buffer notifications go. draft3: always; f40: with MMIO_NOTIFICATION; dragonball:
 * with DRAGONBALL_QUEUE_NOTIFY.
 */
#define VIRTIO_MSI_NOTIFY_BASE(VALUE)       ((VALUE) & 0xffff) /* offset of virtqueue 0 from the start of the window */
#define VIRTIO_MSI_NOTIFY_MULTIPLIER(VALUE) ((VALUE) >> 16)    /* from one virtqueue to the next, in bytes */

/* f40: second proposal, January and February 2020. Its feature bits have other meanings since virtio 1.2. */
enum {
	VIRTIO_F40_MMIO_NOTIFICATION = 39, /* today NOTIF_CONFIG_DATA */
	VIRTIO_F40_MMIO_MSI          = 40, /* today RING_RESET */
};
enum {
	VIRTIO_F40_VECTORS       = 0x0c0, /* R    32   MsiVecNum; today QueueReset */
	VIRTIO_F40_STATE         = 0x0c4, /* R 32 MsiState: as in the draft of the specification, or as in the Linux patch */
		VIRTIO_F40_STATE_ENABLED        = 0x00000001,
		VIRTIO_F40_STATE_SHARING        = 0x00000002, /* any source can have any vector */
		VIRTIO_F40_STATE_ENABLED_PATCH  = 0x80000000,
		VIRTIO_F40_STATE_SHARING_PATCH  = 0x40000000,
	VIRTIO_F40_COMMAND       = 0x0c8, /* W    32   MsiCmd */
		VIRTIO_F40_ENABLE     = 1,
		VIRTIO_F40_DISABLE    = 2,
		VIRTIO_F40_CONFIGURE  = 3, /* what is staged becomes the message of the selected vector */
		VIRTIO_F40_MASK       = 4, /* the selected vector */
		VIRTIO_F40_UNMASK     = 5,
		VIRTIO_F40_MAP_CONFIG = 6, /* sharing: configuration changes use the selected vector */
		VIRTIO_F40_MAP_QUEUE  = 7, /* sharing: virtqueue QueueSel uses it */
	VIRTIO_F40_SELECT        = 0x0d0, /* W    32   MsiVecSel; without sharing: C */
		VIRTIO_F40_NO_VECTOR  = 0xffffffff,
	VIRTIO_F40_ADDRESS_LOW   = 0x0d4, /* W    32   staged */
	VIRTIO_F40_ADDRESS_HIGH  = 0x0d8, /* W    32   staged */
	VIRTIO_F40_DATA          = 0x0dc, /* W    32   staged */
};

/* f44: our own layout. */
enum { VIRTIO_F44_MMIO_MSI = 44 };
enum {
	VIRTIO_F44_SELECT       = 0x0d0, /* RW   32   MsiSel: virtqueue, or */
		VIRTIO_F44_CONFIG = 0xffffffff,
	VIRTIO_F44_MAX          = 0x0d4, /* R    32   MsiMax: messages that the device can keep apart */
	VIRTIO_F44_ADDRESS_LOW  = 0x0d8, /* RW   32   written while masked */
	VIRTIO_F44_ADDRESS_HIGH = 0x0dc, /* RW   32 */
	VIRTIO_F44_DATA         = 0x0e0, /* RW   32 */
	VIRTIO_F44_MASK         = 0x0e4, /* RW   32   bit 0 */
	VIRTIO_F44_PENDING      = 0x0e8, /* R    32   bit 0 */
	VIRTIO_F44_ENABLE       = 0x0ec, /* RW   32   bit 0; while DRIVER_OK is clear */
};

/* clang-format on */

#endif
