/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_RISCV64_PACKED_PAYLOAD_H
#define FIRMWARE_BOOT_RISCV64_PACKED_PAYLOAD_H

#include <stdint.h>

/* What linker/pack.py makes of the image. */
extern const struct payload {
	uint32_t image_size;
	uint32_t places_size; /* behind the image: where in it addresses are */
	uint32_t adler32;     /* of both */
	uint32_t entry;	      /* from the image's start */
	uint32_t memory;      /* that the image takes, with what is not in the file */
	uint32_t size;
	uint8_t bytes[];
} payload;

#endif
