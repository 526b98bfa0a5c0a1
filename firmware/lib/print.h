/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output: to the console, and into a bounded string. */
#ifndef FIRMWARE_LIB_PRINT_H
#define FIRMWARE_LIB_PRINT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A subset of printf: %d %u %x %X %c %s %p %%, with '-', '0', '#', width and precision (also '*'), length l, ll, z, h,
 * hh. Bytes of a %s outside 0x20..0x7e are printed as '?', because strings come from devices and loaders.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprint(const char *format, va_list arguments);

/* Formats into buffer[size], which is always terminated. Returns the stored length. */
size_t format_string(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t vformat_string(char *buffer, size_t size, const char *format, va_list arguments);

/* Sets where print() sends its bytes. */
typedef void print_sink(char byte);
void print_to(print_sink *sink);

/* While muted, print() prints nothing and adds nothing to the checksum. Returns whether it was muted before. */
bool print_mute(bool muted);

/*
 * The CRC-32 (IEEE 802.3, as zlib's crc32()) of what was printed since print_checksum_start(). It is computed here
 * because every byte passes through here.
 */
void print_checksum_start(void);
uint32_t print_checksum(void);

#endif
