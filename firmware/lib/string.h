/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and strings. memcpy, memset, memmove and memcmp are what a freestanding compiler may call by itself. */
#ifndef FIRMWARE_LIB_STRING_H
#define FIRMWARE_LIB_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
/* The offset of the first of `size` bytes that is not `byte`; `size` if there is none. */
size_t memory_unlike(const void *memory, int byte, size_t size);
size_t strlen(const char *string);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);
char *strchr(const char *string, int byte);

/* Copies at most size - 1 bytes and terminates. Returns false if it had to cut. */
bool string_copy(char *to, size_t size, const char *from);

/* Does text[0..length) match the glob pattern[0..pattern_length)? '*' is any run of bytes, '?' any one byte. Time is
 * bounded by the product of the lengths. */
bool glob_match(const char *pattern, size_t pattern_length, const char *text, size_t length);

/*
 * Reads a number, decimal or with 0x, at *cursor and moves the cursor behind it. False, with the cursor unmoved, if
 * there is no digit or the number does not fit.
 */
bool parse_number(const char **cursor, uint64_t *value);

#endif
