/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and strings. A freestanding compiler may call memcpy, memset, memmove and memcmp by itself. */
#ifndef FIRMWARE_LIB_STRING_H
#define FIRMWARE_LIB_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
/* Returns the offset of the first of `size` bytes that is not `byte`, or `size` if all are. */
size_t memory_unlike(const void *memory, int byte, size_t size);
size_t strlen(const char *string);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);
char *strchr(const char *string, int byte);

/* Copies at most size - 1 bytes and terminates the string. Returns false if it had to truncate. */
bool string_copy(char *to, size_t size, const char *from);

/* Does text[0..length) match the glob pattern[0..pattern_length)? '*' matches any run of bytes, '?' any one byte.
 * The time is bounded by the product of the lengths. */
bool glob_match(const char *pattern, size_t pattern_length, const char *text, size_t length);

/*
 * Reads a number, decimal or hexadecimal with 0x, at *cursor and moves the cursor behind it. Returns false and leaves
 * the cursor if there is no digit or the number does not fit.
 */
bool parse_number(const char **cursor, uint64_t *value);

#endif
