/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIRMWARE_BOOT_PACKED_ADLER32_H
#define FIRMWARE_BOOT_PACKED_ADLER32_H

#include <stdint.h>

/* RFC 1950, section 8.2. */
uint32_t adler32(const uint8_t *bytes, uint32_t size);

#endif
