/* SPDX-License-Identifier: BSD-2-Clause */
/* Console device: virtio 1.4, section 5.3. Data, no code. */
#ifndef DRIVERS_SPEC_CONSOLE_H
#define DRIVERS_SPEC_CONSOLE_H

#include <stdint.h>

/* 5.3.3 */
enum virtio_console_feature {
	VIRTIO_CONSOLE_F_SIZE = 0,
	VIRTIO_CONSOLE_F_MULTIPORT = 1,
	VIRTIO_CONSOLE_F_EMERG_WRITE = 2,
};

/* 5.3.4 */
enum virtio_console_config {
	VIRTIO_CONSOLE_CONFIG_COLS = 0x0,	  /* 2  SIZE */
	VIRTIO_CONSOLE_CONFIG_ROWS = 0x2,	  /* 2  SIZE */
	VIRTIO_CONSOLE_CONFIG_MAX_NR_PORTS = 0x4, /* 4  MULTIPORT */
	VIRTIO_CONSOLE_CONFIG_EMERG_WR = 0x8,	  /* 4  EMERG_WRITE; write-only */
};

/* 5.3.2; port n > 0 has 2n + 2 and 2n + 3 */
enum {
	VIRTIO_CONSOLE_RX = 0,
	VIRTIO_CONSOLE_TX = 1,
	VIRTIO_CONSOLE_CONTROL_RX = 2,
	VIRTIO_CONSOLE_CONTROL_TX = 3,
};

/* 5.3.6.2 */
struct virtio_console_control {
	uint32_t id;
	uint16_t event;
	uint16_t value;
};
enum virtio_console_event {
	VIRTIO_CONSOLE_DEVICE_READY = 0,
	VIRTIO_CONSOLE_DEVICE_ADD = 1,
	VIRTIO_CONSOLE_DEVICE_REMOVE = 2,
	VIRTIO_CONSOLE_PORT_READY = 3,
	VIRTIO_CONSOLE_CONSOLE_PORT = 4,
	VIRTIO_CONSOLE_RESIZE = 5,
	VIRTIO_CONSOLE_PORT_OPEN = 6,
	VIRTIO_CONSOLE_PORT_NAME = 7,
};

#endif
