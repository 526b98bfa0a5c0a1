/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a driver and a device tell each other on every transport: Status, the causes of an interrupt, and what a
 * notification carries. Data, no code: both the drivers and the model include it.
 */
#ifndef DRIVERS_SPEC_DEVICE_H
#define DRIVERS_SPEC_DEVICE_H

/* Status (section 2.1) */
enum virtio_status {
	VIRTIO_STATUS_ACKNOWLEDGE = 1,
	VIRTIO_STATUS_DRIVER = 2,
	VIRTIO_STATUS_DRIVER_OK = 4,
	VIRTIO_STATUS_FEATURES_OK = 8, /* modern */
	VIRTIO_STATUS_SUSPEND = 16,    /* 1.4 */
	VIRTIO_STATUS_DEVICE_NEEDS_RESET = 64,
	VIRTIO_STATUS_FAILED = 128,
};

/* Causes of an interrupt: InterruptStatus and InterruptACK (4.2.2), ISR status (4.1.4.5) */
enum virtio_interrupt {
	VIRTIO_INTERRUPT_USED_BUFFER = 1u << 0,
	VIRTIO_INTERRUPT_CONFIG = 1u << 1,
};

/* A notification with VIRTIO_F_NOTIFICATION_DATA (section 2.9) */
enum {
	VIRTIO_NOTIFY_QUEUE_MASK = 0xffff,
	VIRTIO_NOTIFY_NEXT_SHIFT = 16, /* split: bits 31..16 are the available index */
};

#endif
