/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_X86_64_PACKED_PAYLOAD_H
#define FIRMWARE_BOOT_X86_64_PACKED_PAYLOAD_H

#include <stdint.h>

/* What linker/pack.py makes of the image. */
extern const struct payload {
	uint32_t image; /* where it goes */
	uint32_t image_size;
	uint32_t image_adler32;
	uint32_t size;
	uint8_t bytes[];
} payload __attribute__((visibility("hidden")));

#endif
