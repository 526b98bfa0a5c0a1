/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio-mmio registers: virtio 1.4, section 4.2.2 (Version 2), 4.2.4 (Version 1, legacy). Data, no code: both the
 * drivers and the model include it. All control registers are 32 bits wide, aligned and little-endian. R/W says what
 * the driver may do; "since" is the first version of the specification.
 */
#ifndef DRIVERS_SPEC_MMIO_H
#define DRIVERS_SPEC_MMIO_H

/* offset, name                          R/W  layout   since */
enum virtio_mmio_register {
	VIRTIO_MMIO_MAGIC_VALUE = 0x000,	 /* R    both     1.0 */
	VIRTIO_MMIO_VERSION = 0x004,		 /* R    both     1.0 */
	VIRTIO_MMIO_DEVICE_ID = 0x008,		 /* R    both     1.0  0: placeholder, touch nothing else */
	VIRTIO_MMIO_VENDOR_ID = 0x00c,		 /* R    both     1.0 */
	VIRTIO_MMIO_DEVICE_FEATURES = 0x010,	 /* R    both     1.0  HostFeatures */
	VIRTIO_MMIO_DEVICE_FEATURES_SEL = 0x014, /* W    both     1.0  HostFeaturesSel */
	VIRTIO_MMIO_DRIVER_FEATURES = 0x020,	 /* W    both     1.0  GuestFeatures */
	VIRTIO_MMIO_DRIVER_FEATURES_SEL = 0x024, /* W    both     1.0  GuestFeaturesSel */
	VIRTIO_MMIO_GUEST_PAGE_SIZE = 0x028,	 /* W    legacy   bytes, a power of 2, before any queue */
	VIRTIO_MMIO_QUEUE_SEL = 0x030,		 /* W    both     1.0 */
	VIRTIO_MMIO_QUEUE_SIZE_MAX = 0x034,	 /* R    both     1.0  QueueNumMax up to 1.2; 0: no such queue */
	VIRTIO_MMIO_QUEUE_SIZE = 0x038,		 /* W    both     1.0  QueueNum up to 1.2 */
	VIRTIO_MMIO_QUEUE_ALIGN = 0x03c,	 /* W    legacy   bytes, a power of 2 */
	VIRTIO_MMIO_QUEUE_PFN = 0x040,		 /* RW   legacy   page number of the ring, 0: not in use */
	VIRTIO_MMIO_QUEUE_READY = 0x044,	 /* RW   modern   1.0 */
	VIRTIO_MMIO_QUEUE_NOTIFY = 0x050,	 /* W    both     1.0  queue index; with NOTIFICATION_DATA (1.1) more */
	VIRTIO_MMIO_INTERRUPT_STATUS = 0x060,	 /* R    both     1.0 */
	VIRTIO_MMIO_INTERRUPT_ACK = 0x064,	 /* W    both     1.0  write 1 to clear */
	VIRTIO_MMIO_STATUS = 0x070,		 /* RW   both     1.0  write 0 to reset */
	VIRTIO_MMIO_QUEUE_DESC_LOW = 0x080,	 /* W    modern   1.0 */
	VIRTIO_MMIO_QUEUE_DESC_HIGH = 0x084,	 /* W    modern   1.0 */
	VIRTIO_MMIO_QUEUE_DRIVER_LOW = 0x090,	 /* W    modern   1.0  available ring */
	VIRTIO_MMIO_QUEUE_DRIVER_HIGH = 0x094,	 /* W    modern   1.0 */
	VIRTIO_MMIO_QUEUE_DEVICE_LOW = 0x0a0,	 /* W    modern   1.0  used ring */
	VIRTIO_MMIO_QUEUE_DEVICE_HIGH = 0x0a4,	 /* W    modern   1.0 */
	VIRTIO_MMIO_SHM_SEL = 0x0ac,		 /* W    modern   1.2 */
	VIRTIO_MMIO_SHM_LEN_LOW = 0x0b0,	 /* R    modern   1.2  all ones: no such region */
	VIRTIO_MMIO_SHM_LEN_HIGH = 0x0b4,	 /* R    modern   1.2 */
	VIRTIO_MMIO_SHM_BASE_LOW = 0x0b8,	 /* R    modern   1.2 */
	VIRTIO_MMIO_SHM_BASE_HIGH = 0x0bc,	 /* R    modern   1.2 */
	VIRTIO_MMIO_QUEUE_RESET = 0x0c0,	 /* RW   modern   1.2  only with RING_RESET */
	VIRTIO_MMIO_CONFIG_GENERATION = 0x0fc,	 /* R    modern   1.0 */
	VIRTIO_MMIO_CONFIG = 0x100,		 /* RW   both     1.0  device-specific; accesses as wide as the field */
};

enum { VIRTIO_MMIO_MAGIC = 0x74726976 }; /* "virt", little-endian */

enum virtio_mmio_version {
	VIRTIO_MMIO_VERSION_LEGACY = 1,
	VIRTIO_MMIO_VERSION_MODERN = 2,
	VIRTIO_MMIO_VERSION_POLLED_RESET =
		3, /* as 2, but a reset completes when Status reads 0: virtio 1.5, specification issue 246 */
};

#endif
